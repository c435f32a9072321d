//! The pool over time: replaced, killed, full, shut down.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_executor::{
    Config, Event, Executor, FailureKind, Hooks, Limits, Part, Reuse, Source, State, Task,
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use support::{config, interpreters, json, kind, start, temp, until};
use tokio::sync::mpsc;

/// Each test looks at all processes of this one, so they run one after the other.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const PID: &str = "import os\ndef f(*x):\n    return os.getpid()\n";

#[tokio::test]
async fn replaced_after_so_many_tasks() {
    let _alone = ALONE.lock().await;
    let Some(executor) = start("tasks", config().size(1).max_tasks(3)).await else { return };
    let mut pids = Vec::new();
    for _ in 0..7 {
        pids.push(json(executor.run(&Task::new(PID, "[]")).await));
    }
    let runs: Vec<usize> = pids.chunk_by(|a, b| a == b).map(<[String]>::len).collect();
    assert_eq!(runs, [3, 3, 1]);
    assert_eq!(executor.stats().retired_tasks, 2);
    executor.shutdown().await;
    assert_eq!(interpreters(), []);
}

#[tokio::test]
async fn replaced_when_it_is_large() {
    let _alone = ALONE.lock().await;
    let settings = config().size(1).max_memory(64 << 20);
    let Some(executor) = start("memory", settings).await else { return };
    let source = "import os\nimport math\ndef f(n):\n    math.kept = bytearray(n << 20)\n    \
                  for i in range(0, n << 20, 4096): math.kept[i] = 1\n    return os.getpid()\n";
    let first = json(executor.run(&Task::new(source, "[1]")).await);
    let second = json(executor.run(&Task::new(source, "[100]")).await);
    let third = json(executor.run(&Task::new(source, "[1]")).await);
    assert!(first == second && second != third, "{first} {second} {third}");
    assert_eq!(executor.stats().retired_memory, 1);
    executor.shutdown().await;
}

#[tokio::test]
async fn one_that_dies_is_a_clear_error_and_the_next_works() {
    let _alone = ALONE.lock().await;
    let Some(executor) = start("death", config()).await else { return };
    let source = "import os\ndef f(x):\n    print('last words')\n    os._exit(x)\n";
    let failure = executor.run(&Task::new(source, "[3]")).await.unwrap_err();
    let text = "the interpreter ended with status 3 in the middle of the task";
    assert!(failure.to_string().starts_with(text), "{failure}");
    let crash = "import ctypes\ndef f(x):\n    return ctypes.string_at(x)\n";
    let failure = executor.run(&Task::new(crash, "[1]")).await.unwrap_err();
    let FailureKind::Died { how, last_lines } = failure.kind() else { panic!("{failure}") };
    assert_eq!(how, "was killed by signal 11 (SIGSEGV, a crash)");
    assert!(last_lines.contains("Fatal Python error"), "{last_lines}");
    assert!(last_lines.contains("line 3 in f"), "{last_lines}");
    assert_eq!(json(executor.run(&Task::new("def f():\n    return 1\n", "[]")).await), "1");
    // From outside, in the middle of a task, as the system does when memory is short.
    let (events, mut inbox) = mpsc::channel(8);
    // One that is killed before it reads its task does not lose it: it has to say that it runs.
    let source = "def f(x):\n    print('here', flush=True)\n    while True:\n        pass\n";
    let task = Task::new(source, "[0]");
    let run = executor.run_with(&task, Hooks::default().events(events));
    let kill = async {
        let Some(Event::Started { pid }) = inbox.recv().await else { panic!() };
        let Some(Event::Output(_)) = inbox.recv().await else { panic!() };
        std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    };
    let (result, ()) = tokio::join!(run, kill);
    let how =
        "was killed by signal 9 (SIGKILL: by itself, or by the system, which may be out of memory)";
    let last_lines = "here".to_owned();
    assert_eq!(kind(result), FailureKind::Died { how: how.to_owned(), last_lines });
    // And while it waits for a task.
    let pid = json(executor.run(&Task::new(PID, "[]")).await);
    std::process::Command::new("kill").args(["-9", &pid]).status().unwrap();
    let alive = |(id, state): &(u32, String)| id.to_string() == pid && state != "Z";
    until("it was killed", || !interpreters().iter().any(alive)).await;
    assert_ne!(json(executor.run(&Task::new(PID, "[]")).await), pid);
    assert_eq!(executor.stats().died, 3);
    executor.shutdown().await;
    assert_eq!(interpreters(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_no_more_than_may_be() {
    let _alone = ALONE.lock().await;
    let Some(executor) = start("many", config().size(3).spare(2)).await else { return };
    let source =
        Source::new("import os, time\ndef f(x):\n    time.sleep(0.01)\n    return os.getpid()\n");
    let mut runs = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let (executor, source) = (executor.clone(), source.clone());
        runs.spawn(async move { json(executor.run(&Task::new(source, "[0]")).await) });
    }
    let mut pids = std::collections::HashSet::new();
    while let Some(pid) = runs.join_next().await {
        pids.insert(pid.unwrap());
        let stats = executor.stats();
        assert!(stats.busy <= 3 && stats.idle <= 3 && stats.ready <= 3, "{stats:?}");
    }
    assert!(pids.len() <= 3, "{pids:?}");
    // Another source takes their places; there are never more than may be.
    for n in 0..6 {
        let source = format!("{PID}# {n}\n");
        pids.insert(json(executor.run(&Task::new(source, "[]")).await));
        let stats = executor.stats();
        assert!(stats.busy + stats.idle <= 3, "{stats:?}");
    }
    assert!(pids.len() >= 7, "{pids:?}");
    executor.shutdown().await;
    assert_eq!(interpreters(), []);
}

#[tokio::test]
async fn dropping_it_ends_all_of_it() {
    let _alone = ALONE.lock().await;
    let Some(executor) = start("drop", config().size(2).spare(2)).await else { return };
    json(executor.run(&Task::new(PID, "[]")).await);
    let endless = Task::new("def f(x):\n    while True:\n        pass\n", "[0]");
    let other = executor.clone();
    let running = tokio::spawn(async move { other.run(&endless).await });
    while executor.stats().busy == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!interpreters().is_empty());
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    drop(executor);
    // The thread that keeps them works on by itself.
    until("nothing is left", || interpreters().is_empty()).await;
}

#[tokio::test]
async fn shutting_down_ends_a_running_task() {
    let _alone = ALONE.lock().await;
    let Some(executor) = start("shutdown", config()).await else { return };
    let task = Task::new("def f(x):\n    while True:\n        pass\n", "[0]");
    let stop = async {
        while executor.stats().busy == 0 {
            tokio::task::yield_now().await;
        }
        executor.shutdown().await;
        assert_eq!(interpreters(), []);
    };
    let (result, ()) = tokio::join!(executor.run(&task), stop);
    assert_eq!(kind(result), FailureKind::Cancelled);
}

#[tokio::test]
async fn interpreters_die_with_a_worker_that_is_killed() {
    let _alone = ALONE.lock().await;
    if std::env::var_os("JOURNEYMAN_TEST_VICTIM").is_some() {
        // The other process: says the number of its interpreter, and waits for its end.
        let executor = Executor::start(config().size(1).spare(0)).await.unwrap();
        let (events, mut inbox) = mpsc::channel(8);
        let task = Task::new("def f(x):\n    while True:\n        pass\n", "[0]");
        let hooks = Hooks::default().events(events);
        let say = async {
            if let Some(Event::Started { pid }) = inbox.recv().await {
                println!("\nPID {pid}");
            }
            std::future::pending::<()>().await;
        };
        tokio::select! { _ = executor.run_with(&task, hooks) => {}, () = say => {} }
        return;
    }
    let Some(executor) = start("parent", config()).await else { return };
    if !matches!(executor.report().state(Part::ParentDeath), State::Active(_)) {
        return;
    }
    executor.shutdown().await;
    let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "interpreters_die_with_a_worker_that_is_killed", "--nocapture"])
        .env("JOURNEYMAN_TEST_VICTIM", "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(victim.stdout.take().unwrap()));
    let pid = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("PID ").map(str::to_owned))
        .unwrap();
    let path = PathBuf::from(format!("/proc/{pid}/cwd"));
    assert!(path.symlink_metadata().is_ok());
    let folder = std::fs::read_link(&path).unwrap();
    victim.kill().unwrap();
    victim.wait().unwrap();
    // Reaped by whoever got it; a zombie has no working folder.
    let gone = || std::fs::read_link(&path).map_or(true, |now| now != folder);
    until("it dies with its worker", gone).await;
    // What it left on disk, the next executor removes.
    assert!(folder.exists());
    start("parent", config()).await.unwrap().shutdown().await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn what_may_be_read_and_written_can_be_given() {
    let _alone = ALONE.lock().await;
    let (data, results) = (temp("data"), temp("results"));
    for folder in [&data, &results] {
        std::fs::create_dir(folder).unwrap();
    }
    std::fs::write(data.join("in.txt"), "data").unwrap();
    let settings = config().readable([data.clone()]).writable([results.clone()]);
    let Some(executor) = start("folders", settings).await else { return };
    let source = "def f(a, b):\n    text = open(a + '/in.txt').read()\n    \
                  open(b + '/out.txt', 'w').write(text + '!')\n    return text\n";
    let arguments = format!("[{data:?}, {results:?}]");
    assert_eq!(json(executor.run(&Task::new(source, arguments)).await), "\"data\"");
    assert_eq!(std::fs::read_to_string(results.join("out.txt")).unwrap(), "data!");
    let source = "def f(a):\n    open(a + '/evil', 'w')\n";
    let failure = executor.run(&Task::new(source, format!("[{data:?}]"))).await.unwrap_err();
    assert!(failure.to_string().starts_with("PermissionError"), "{failure}");
    executor.shutdown().await;
    for folder in [&data, &results] {
        std::fs::remove_dir_all(folder).unwrap();
    }
    let error = Executor::start(Config::default().readable([data.clone()])).await.unwrap_err();
    assert!(error.to_string().contains(&data.display().to_string()), "{error}");
}

#[tokio::test]
async fn a_thousand_tasks() {
    let _alone = ALONE.lock().await;
    let limits = Limits::default();
    for size in [1, 4] {
        let settings = config().size(size).limits(limits.clone()).reuse(Reuse::SameSource);
        let Some(executor) = start("throughput", settings).await else { return };
        let source = Source::new("def f(x):\n    return x\n");
        // Started ahead, and compiled.
        let warm: Vec<_> = (0..size).map(|_| Task::new(source.clone(), "[0]")).collect();
        for task in &warm {
            json(executor.run(task).await);
        }
        let begun = Instant::now();
        let mut runs = tokio::task::JoinSet::new();
        for lane in 0..size {
            let (executor, source) = (executor.clone(), source.clone());
            runs.spawn(async move {
                let mut times = Vec::new();
                for n in 0..1000 / size {
                    let task = Task::new(source.clone(), format!("[{}]", lane * 1000 + n));
                    let begun = Instant::now();
                    let result = json(executor.run(&task).await);
                    times.push(begun.elapsed());
                    assert_eq!(result, (lane * 1000 + n).to_string());
                }
                times
            });
        }
        let mut times: Vec<Duration> = runs.join_all().await.into_iter().flatten().collect();
        let took = begun.elapsed();
        times.sort();
        println!(
            "{size} interpreters: {:.0} tasks/s, p50 {:?}, p99 {:?}",
            times.len() as f64 / took.as_secs_f64(),
            times[times.len() / 2],
            times[times.len() * 99 / 100]
        );
        assert_eq!(times.len(), 1000);
        executor.shutdown().await;
    }
    assert_eq!(interpreters(), []);
}

/// A task that sends its answer itself and then does something else.
const FORGED: &str = "
import os, struct, sys
def f(x):
    frame = sys._getframe()
    while 'number' not in frame.f_locals:
        frame = frame.f_back
    body = b'R' + struct.pack('>QdBB', frame.f_locals['number'], 0.0, 0, 1) + str(os.getpid()).encode()
    os.write(frame.f_globals['CHANNEL'].answers, struct.pack('>I', len(body)) + body)
    while x:
        pass
";

#[tokio::test]
async fn one_that_waits_for_a_task_does_nothing() {
    let _alone = ALONE.lock().await;
    let Some(executor) = start("idle", config().size(2)).await else { return };
    if !cfg!(target_os = "linux") {
        return;
    }
    let first = json(executor.run(&Task::new(PID, "[]")).await);
    // Its answer came, and it goes on: nobody looks at its limits any more.
    let forger = json(executor.run(&Task::new(FORGED, "[1]")).await);
    for pid in [&first, &forger] {
        let stopped = |(id, state): &(u32, String)| id.to_string() == **pid && state == "T";
        until("it is stopped", || interpreters().iter().any(stopped)).await;
    }
    // The honest one goes on with the next task.
    assert_eq!(json(executor.run(&Task::new(PID, "[]")).await), first);
    // The other one keeps the next task of its own code waiting, and goes.
    let task = Task::new(FORGED, "[0]").wall(Duration::from_millis(200));
    assert!(matches!(kind(executor.run(&task).await), FailureKind::Timeout { .. }));
    executor.shutdown().await;
    assert_eq!(interpreters(), []);
}

#[tokio::test]
async fn files_that_were_deleted_count_between_tasks_too() {
    let _alone = ALONE.lock().await;
    let limits = Limits::default().disk(8 << 20);
    let settings = config().size(1).reuse(Reuse::SameSource).limits(limits);
    let Some(executor) = start("deleted files", settings).await else { return };
    if !matches!(executor.report().state(Part::Disk), State::Active(_)) {
        return;
    }
    // Each takes no time, and leaves a megabyte that no folder shows.
    let source = Source::new(
        "import math, os\ndef f(x):\n    kept = math.kept = getattr(math, 'kept', [])\n    \
         kept.append(open('file', 'wb', 0))\n    os.unlink('file')\n    \
         kept[-1].write(bytes(1 << 20))\n    return [os.getpid(), len(kept)]\n",
    );
    let begun = Instant::now();
    let mut pids = std::collections::HashSet::new();
    while pids.len() < 2 {
        match executor.run(&Task::new(source.clone(), "[0]")).await {
            Ok(done) => {
                let text = done.value.json().unwrap_or_default().to_owned();
                pids.insert(text.split(',').next().unwrap_or_default().to_owned());
            }
            // Or it is noticed in the middle of one.
            Err(failure) => {
                assert!(matches!(failure.kind(), FailureKind::DiskLimit { .. }), "{failure}");
                break;
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody counts them");
    }
    executor.shutdown().await;
}
