//! The executor's hostile tasks, from a foreman through the whole worker: each gives a clear error or
//! a clean result, and a good task after each one still works.
//!
//! As many as fit into [`TIME`], those that the worker's users named first; all of them where
//! `JOURNEYMAN_FIELD_ATTACKS` is `all`.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use journeyman_executor::Limits;
use journeyman_testkit::crowdcompute::{Era, Foreman, ForemanConfig, Job, TaskState};
use serde_json::Value as Json;

use crate::{
    folder::Folder,
    process::{resident, working_in},
    support::{LONG, Worker, eventually, results, settings},
    targets::Targets,
};

const TIME: Duration = Duration::from_secs(20);
const LEAST: usize = 30;

/// In this order; the others after them, by name.
const FIRST: &[&str] = &[
    "read_shadow",
    "read_workers_config",
    "environment",
    "workers_environment",
    "connect_loopback",
    "connect_out",
    "fork_bomb",
    "memory_bomb",
    "disk_filler_one_file",
    "endless_loop",
    "print_100_mb",
    "kill_parent",
    "ptrace_sibling",
    "kill_group",
    "write_libraries",
    "symlink_out",
    "symlink_write_out",
    "fork_bomb_in_c",
    "rare_system_calls",
    "os_exit",
    "deep_recursion",
    "unpicklable_result",
    "self_referencing_result",
    "threads_that_outlive_the_task",
    "endless_loop_catching_all",
    "endless_loop_in_c",
    "endless_sleep_all_signals_blocked",
    "crash",
    "abort",
    "sys_exit",
    "keyboard_interrupt",
    "subprocess",
    "os_system",
    "exec",
    "huge_result",
    "huge_error",
    "forged_answer",
    "garbage_for_an_answer",
    "changed_builtins_and_modules",
    "kill_sibling",
    "read_memory_of_sibling",
    "workers_memory",
    "delete_elsewhere",
    "hard_link_in",
    "list_root",
    "listen",
    "thread_bomb",
    "open_files",
];

/// What an interpreter must be like for the task after an attack.
const NEXT: &str = "
import builtins, json, os, signal, sys, threading
def f(x):
    return [len('ab'), os.listdir('.'), len(os.environ), threading.active_count(),
            json.loads(json.dumps([1])), print('next') is None, sys.getrecursionlimit() < 10 ** 6,
            signal.getitimer(signal.ITIMER_REAL)[0], os.path.basename(os.getcwd()).isdigit()]
";
const CLEAN: &str = "[2, [], 0, 1, [1], true, true, 0.0, true]";

struct Attack {
    name: String,
    /// Ends that it may have, as pairs of what it is and what is in it.
    ends: Vec<(String, String)>,
    source: String,
}

fn attacks() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../executor/testdata/hostile");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "py") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let ends = source.lines().map_while(|line| {
            let (what, part) = line.strip_prefix("# ")?.split_once(": ")?;
            let known = ["result", "error", "kind"].contains(&what);
            known.then(|| (what.to_owned(), part.to_owned()))
        });
        let ends: Vec<_> = ends.collect();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!ends.is_empty(), "{name}: says not what must come of it");
        found.push(Attack { name, ends, source });
    }
    let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    found.sort_by(|a, b| (place(&a.name), &a.name).cmp(&(place(&b.name), &b.name)));
    let listed = found.iter().take(FIRST.len()).map(|attack| attack.name.as_str());
    assert!(listed.eq(FIRST.iter().copied()), "one of them is not there any more");
    found
}

/// Words by which the foreman is told of each kind of end that is not an exception.
fn words(kind: &str) -> &'static str {
    match kind {
        "timeout" => "the task ran longer than",
        "cpu" => "of processor time",
        "memory" => "the task is out of memory",
        "threads" => "threads and was killed",
        "disk" => "in its scratch folder",
        "died" => "in the middle of the task",
        "misbehaved" => "interfered with its interpreter",
        "result_too_large" => "as JSON; the limit is",
        // Today's worker sends Python's text of such a result.
        "not_serializable" => "",
        other => panic!("unknown: {other}"),
    }
}

const PREFIX: &str = "Task execution failed: ";

impl Attack {
    fn meets(&self, end: &Result<String, String>) -> bool {
        self.ends.iter().any(|(what, part)| match (what.as_str(), end) {
            ("result", Ok(json)) => value(json) == value(part),
            ("kind", _) if part == "not_serializable" => true,
            ("kind", Err(text)) => text.contains(words(part)),
            // The name of the exception's class is not sent.
            ("error", Err(text)) if part.ends_with("Error") => text.len() > PREFIX.len(),
            ("error", Err(text)) => text.contains(part),
            _ => false,
        })
    }
}

fn value(json: &str) -> Json {
    serde_json::from_str(json).unwrap_or_else(|_| Json::String(json.to_owned()))
}

fn limits() -> Limits {
    Limits::default()
        .wall(Duration::from_secs(60))
        .cpu(Duration::from_secs(30))
        .memory(256 << 20)
        .threads(16)
        .open_files(64)
        .file_size(16 << 20)
        .disk(48 << 20)
        .disk_entries(3500)
        .result(2 << 20)
}

pub(crate) async fn run() {
    let (targets, scratch) = (Targets::new(), Folder::new());
    let foreman = Foreman::start(ForemanConfig::new(Era::Head)).await.unwrap();
    let mut settings = settings(&foreman.url());
    settings.crowd = settings.crowd.worker_id("field");
    let python = settings.python.clone().unwrap();
    let python = python
        .limits(limits())
        .readable([targets.given.clone()])
        .scratch(Some(scratch.path.clone()));
    let worker = Worker::ready(settings.python(Some(python))).await;
    let executor = worker.executor.clone().unwrap();
    let report = executor.report();
    assert!(report.complete() || !cfg!(target_os = "linux"), "{report}");

    let all = std::env::var("JOURNEYMAN_FIELD_ATTACKS").is_ok_and(|text| text == "all");
    let (begin, before) = (Instant::now(), resident(std::process::id()));
    let (mut done, mut good, mut failed, mut wrong) = (0, Vec::new(), 0, Vec::new());
    for attack in attacks() {
        if !all && done >= LEAST && begin.elapsed() > TIME {
            break;
        }
        let at = Instant::now();
        let end = run_one(&foreman, &attack, &targets.argument, done).await;
        let took = at.elapsed();
        done += 1;
        failed += usize::from(end.is_err());
        let (what, text) = match &end {
            Ok(json) => ("result", json),
            Err(text) => ("error", text),
        };
        let short: String = text.chars().take(110).collect();
        println!("  {:<36} {took:>9.1?}  {what}: {}", attack.name, short.replace('\n', " "));
        if !attack.meets(&end) {
            wrong.push(format!("{}: expected {:?}, got {end:?}", attack.name, attack.ends));
        }
        let at = Instant::now();
        let next = results(foreman.submit(Job::new(NEXT, ["1"]))).await;
        good.push(at.elapsed());
        if value(&next[0]) != value(CLEAN) {
            wrong.push(format!("{}: the next task sees {}", attack.name, next[0]));
        }
    }
    let (took, after) = (begin.elapsed(), resident(std::process::id()));
    let counts = || worker.control.snapshot().sessions[0].counts;
    eventually("all is settled", || counts().in_flight == 0).await;
    let counts = counts();
    let stats = executor.stats();
    good.sort();
    println!(
        "  {done} hostile tasks in {took:.1?}: {failed} errors, {} results; the good task after each: \
         {:.0?} in the median, {:.0?} at worst; {} connection; resident KiB of worker and foreman: \
         {before}, then {after}\n  {stats:?}",
        done - failed,
        good[good.len() / 2],
        good[good.len() - 1],
        counts.connections,
    );
    assert_eq!(counts.connections, 1, "the connection was lost");
    assert_eq!(counts.ok as usize, 2 * done - failed, "{counts:?}");
    targets.untouched();
    worker.stop().await;
    foreman.stop().await;
    assert_eq!(working_in(&scratch.path), [0_u32; 0], "interpreters are left over");
    assert_eq!(scratch.names(), [""; 0], "a scratch folder is left over");
    assert!(wrong.is_empty(), "{} of {done}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(done >= LEAST);
}

/// The result that a client receives, or the error that the foreman is told; it does not try again.
async fn run_one(
    foreman: &Foreman,
    attack: &Attack,
    argument: &str,
    number: usize,
) -> Result<String, String> {
    let job_id = format!("attack-{number}");
    let task_id = format!("{job_id}_task_0");
    foreman.faults().set_give_up_after(&task_id, 1);
    // Only what is expected to run into a limit of time has a tight one.
    let timeout = match attack.ends.iter().any(|(_, part)| part == "timeout") {
        true => "1",
        false => "null",
    };
    let metadata = format!("{{\"_func_name\": \"f\", \"timeout\": {timeout}}}");
    let job = Job::new(attack.source.as_str(), [argument]).metadata(metadata);
    drop(foreman.submit_as(&job_id, job));
    let ended = |state: &journeyman_testkit::crowdcompute::State<'_>| {
        state.task(&task_id).is_some_and(|task| {
            task.state == TaskState::Completed || task.state == TaskState::Blocked
        })
    };
    let ended = tokio::time::timeout(LONG * 3, foreman.wait_for(ended)).await;
    assert!(ended.is_ok(), "{}: no end: {:?}", attack.name, foreman.task(&task_id));
    let task = foreman.task(&task_id).unwrap();
    assert_eq!(task.deliveries, 1, "{}", attack.name);
    match task.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(task.delivered.unwrap()),
    }
}
