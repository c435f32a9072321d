//! The stand-in foreman as a process of its own, which can be killed. Its state file takes the part of
//! the real one's database.

use std::{
    io::{self, BufRead as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use journeyman_testkit::crowdcompute::{
    Era, Event, Events, Foreman, ForemanConfig, Job, TaskState,
};
use tokio::sync::mpsc;

use crate::{
    process::Process,
    worker::{Outcome, own_role, role, tell},
};

/// Takes as long as its number says, and writes down when it began and ended.
const PYTHON: &str = "\
def work(n):
    import os, time
    log = os.open(RUNS, os.O_WRONLY | os.O_APPEND)
    os.write(log, b'begin %d\\n' % n)
    time.sleep(0.02 + n % 5 * 0.01)
    os.write(log, b'end %d\\n' % n)
    os.close(log)
    return 2 * n
";

/// Tasks that are kept pending, and tasks of a job.
const STOCK: usize = 24;
const JOB: u64 = 6;

/// A native handler takes the place of this.
const NATIVE: &str = "def native_work(n):\n    raise RuntimeError('the handler was to run')\n";

/// Plays the foreman, if that is this process's role.
pub(crate) fn played() -> Option<Outcome<()>> {
    let words = own_role()?;
    let [kind, era, folder, addresses @ ..] = words.as_slice() else { return None };
    if kind != "foreman" {
        return None;
    }
    let era = if era == "seed" { Era::Seed } else { Era::Head };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let play = async {
        let [listen, http] = addresses else { return Err("give two addresses".into()) };
        play(era, Path::new(folder), listen.parse()?, http.parse()?).await
    };
    Some(runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(play)))
}

async fn play(era: Era, folder: &Path, listen: SocketAddr, http: SocketAddr) -> Outcome<()> {
    let config = ForemanConfig::new(era)
        .listen(listen)
        .http(http)
        .state(folder.join("state"))
        .keep_code(true);
    let foreman = Arc::new(Foreman::start(config).await?);
    tell(&format!("listening {} {}", foreman.addr(), foreman.http_addr()));
    tell(&stock(&foreman));
    tokio::spawn(tell_all(foreman.events()));
    let (sender, mut lines) = mpsc::channel(64);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    let mut feeding = None;
    while let Some(line) = lines.recv().await {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["stock"] => tell(&stock(&foreman)),
            ["feed", round] => {
                let feed = feed(Arc::clone(&foreman), folder.join("runs"), round.parse()?);
                feeding = Some(tokio::spawn(feed));
            }
            ["enough"] => {
                if let Some(feeding) = feeding.take() {
                    feeding.abort();
                }
                tell("enough");
            }
            ["tasks"] => {
                for task in foreman.tasks() {
                    let state =
                        if task.state == TaskState::Completed { "completed" } else { "open" };
                    let result = task.delivered.unwrap_or_else(|| "-".to_owned());
                    tell(&format!(
                        "task {} {state} {result} {} {} {}",
                        task.args, task.deliveries, task.error_count, task.late
                    ));
                }
                tell("tasks-end");
            }
            _ => return Err(format!("unknown command {line:?}").into()),
        }
        if let Some(error) = foreman.state_error() {
            return Err(error.into());
        }
    }
    foreman.stop().await;
    Ok(())
}

/// Keeps tasks pending, every second job native, each task with a number of its own.
async fn feed(foreman: Arc<Foreman>, runs: PathBuf, round: u32) {
    let python = PYTHON.replace("RUNS", &format!("{runs:?}"));
    let numbers = foreman.tasks().into_iter().filter_map(|task| task.args.parse::<u64>().ok());
    let mut next = numbers.max().map_or(0, |last| last + 1);
    let mut job = 0;
    loop {
        while foreman.look(|state| state.count(TaskState::Pending)) < STOCK {
            let code = if job % 2 == 0 { python.as_str() } else { NATIVE };
            let numbers = (next..next + JOB).map(|number| number.to_string());
            // Today's foreman goes by the text of the ids. The client has gone; the results are
            // looked up in the end.
            drop(foreman.submit_as(&format!("{round:05}-{job:05}"), Job::new(code, numbers)));
            next += JOB;
            job += 1;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Pending, assigned, completed.
fn stock(foreman: &Foreman) -> String {
    let states = [TaskState::Pending, TaskState::Assigned, TaskState::Completed];
    let counts = foreman.look(|state| states.map(|one| state.count(one)));
    format!("stock {} {} {}", counts[0], counts[1], counts[2])
}

async fn tell_all(mut events: Events) {
    loop {
        let line = match events.next().await {
            Event::Ready { worker_id, .. } => format!("ready {worker_id}"),
            Event::TaskAssigned { task_id, worker_id, .. } => {
                format!("assigned {task_id} {worker_id}")
            }
            Event::TaskCompleted { task_id, worker_id } => {
                format!("completed {task_id} {worker_id}")
            }
            Event::TaskFailed { task_id, error, .. } => format!("failed {task_id} {error:?}"),
            Event::Late { task_id, reason, .. } => format!("late {task_id} {reason}"),
            Event::TaskTakenBack { task_id, .. } => format!("back {task_id}"),
            Event::Missed(count) => format!("missed {count}"),
            _ => continue,
        };
        tell(&line);
    }
}

/// A foreman in another process, its addresses, and since when it listens.
pub(crate) struct Child {
    pub(crate) process: Process,
    pub(crate) listen: String,
    pub(crate) http: String,
    pub(crate) up: Instant,
    /// Tasks that were pending and assigned when the one before it ended.
    pub(crate) pending: u64,
    pub(crate) assigned: u64,
}

impl Child {
    /// Starts one, at these addresses if there was one before.
    pub(crate) fn start(era: Era, folder: &Path, before: Option<(&str, &str)>) -> Self {
        let era = if era == Era::Seed { "seed" } else { "head" };
        let (listen, http) = before.unwrap_or(("127.0.0.1:0", "127.0.0.1:0"));
        let command = role(&["foreman", era, folder.to_str().unwrap(), listen, http]).unwrap();
        let process = Process::start(command).unwrap();
        let find = |first: &str| {
            process.wait(first, |lines| lines.iter().find(|line| line.is(first)).cloned())
        };
        let (listening, stock) = (find("listening"), find("stock"));
        let [_, listen, http] = listening.words.as_slice() else { panic!("{listening:?}") };
        Self {
            listen: listen.clone(),
            http: http.clone(),
            up: listening.at,
            pending: stock.number(1),
            assigned: stock.number(2),
            process,
        }
    }
}
