//! `POST /restart` in the middle of a task.
//!
//! Upstream's worker answers the same, is registered again and says that it is online; but it reads
//! nothing any more: the next task stays with it for ever (CrowdCompute sheet, section 10.3, and the
//! recordings `seed_http` and `head_http`, "job after restart").

use std::{
    fs,
    time::{Duration, Instant},
};

use journeyman_core::{WorkerControl, extract::Args};
use journeyman_crowdcompute::EraSetting;
use journeyman_testkit::crowdcompute::{Era, Event, Foreman, ForemanConfig, Job};

use crate::{
    folder::Folder,
    support::{Worker, eventually, http, results, settings, until},
};

/// Waits until somebody opens the gate.
const WAITS: &str = "\
def waits(x):
    import os, time
    while not os.path.exists(GATE):
        time.sleep(0.005)
    return [x, x]
";
const NATIVE: &str = "def native_waits(x):\n    raise RuntimeError('the handler was to run')\n";
const NEXT: &str = "def next(x):\n    return x + 1\n";

fn connections(control: &WorkerControl) -> u64 {
    control.snapshot().sessions[0].counts.connections
}

async fn online(worker: &Worker) -> bool {
    let status = worker.get("/").await["status"].as_str().unwrap().to_owned();
    assert!(status == "online" || status == "offline", "{status}");
    status == "online"
}

/// Waits until the monitor says so, and the other answers say the same.
async fn says(worker: &Worker, wanted: bool) {
    let begin = Instant::now();
    while online(worker).await != wanted {
        assert!(begin.elapsed() < crate::support::LONG, "never online: {wanted}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(worker.get("/stats").await["is_connected"], wanted);
    let (ready, _) = http(worker.monitor.unwrap(), "GET", "/health/ready", "").await;
    assert_eq!(ready, if wanted { 200 } else { 503 });
}

async fn restart(worker: &Worker) {
    let answer = http(worker.monitor.unwrap(), "POST", "/restart", "").await;
    // As upstream's.
    assert_eq!(answer, (200, "{\"message\":\"Worker restarted\"}".to_owned()));
}

pub(crate) async fn run(era: Era) {
    for native in [false, true] {
        in_the_middle(era, native).await;
    }
}

async fn in_the_middle(era: Era, native: bool) {
    let folder = Folder::new();
    let gate = folder.path.join("gate");
    let foreman = Foreman::start(ForemanConfig::new(era)).await.unwrap();
    let wait = {
        let gate = gate.clone();
        move |Args(x): Args<i64>| {
            let gate = gate.clone();
            async move {
                while !gate.exists() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                vec![x, x]
            }
        }
    };
    let mut settings = settings(&foreman.url()).native("native_waits", wait);
    if era == Era::Seed {
        settings.crowd = settings.crowd.era(EraSetting::Seed);
    }
    let worker = Worker::ready(settings).await;
    let control = worker.control.clone();
    let code = match native {
        true => NATIVE.to_owned(),
        false => WAITS.replace("GATE", &format!("{gate:?}")),
    };
    let handle = foreman.submit(Job::new(code, ["7"]));
    let task_id = handle.task_id(0);
    let at_it = async || worker.get("/").await["current_task"] == task_id.as_str();
    while !at_it().await {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let before = connections(&control);
    let mut events = foreman.events_from_now();

    // Once with a foreman that is there: nobody notices but it.
    let begin = Instant::now();
    restart(&worker).await;
    eventually("another connection", || connections(&control) == before + 1).await;
    says(&worker, true).await;
    let away = begin.elapsed();
    assert!(at_it().await, "the task is not shown any more");
    let ready = events.wait_for(|event| matches!(event, Event::Ready { .. })).await;
    let Event::Ready { busy_with, .. } = ready else { unreachable!("{ready:?}") };
    // Today's foreman asks for the task that it has given; that of the seed knows nothing of it.
    assert_eq!(busy_with.as_deref(), (era != Era::Seed).then_some(task_id.as_str()));

    // Once with one that is not: the status says so.
    foreman.faults().set_refuse(true);
    restart(&worker).await;
    says(&worker, false).await;
    assert!(at_it().await, "the task is not shown any more");
    // As upstream's: 200 also without a foreman. It may make the worker try at once.
    restart(&worker).await;
    foreman.faults().set_refuse(false);
    says(&worker, true).await;
    assert_eq!(connections(&control), before + 2, "attempts are no connections");
    assert!(at_it().await, "the task is not shown any more");

    fs::write(&gate, "").unwrap();
    assert_eq!(results(handle).await, ["[7, 7]"]);
    // Not a zombie: what comes afterwards is done, too.
    let begin = Instant::now();
    assert_eq!(results(foreman.submit(Job::new(NEXT, ["1", "2", "3"]))).await, ["2", "3", "4"]);
    let next = begin.elapsed();
    let done = |state: &journeyman_testkit::crowdcompute::State<'_>| state.available() == 1;
    until(&foreman, "it is free", done).await;
    let task = foreman.task(&task_id).unwrap();
    assert_eq!((task.deliveries, task.error_count, task.late), (1, 0, 0), "{task:?}");
    eventually("all is settled", || control.snapshot().sessions[0].counts.in_flight == 0).await;
    // Under the id that a foreman of today may believe busy, it does not stay.
    let renewed = u64::from(era != Era::Seed);
    eventually("its last connection", || connections(&control) == before + 2 + renewed).await;
    let counts = control.snapshot().sessions[0].counts;
    assert_eq!((counts.accepted, counts.ok, counts.failed, counts.dropped), (4, 4, 0, 0));
    let stats = worker.get("/stats").await["stats"].clone();
    assert_eq!((&stats["tasks_completed"], &stats["tasks_failed"]), (&4.into(), &0.into()));
    println!(
        "  {}: restarted with a foreman: online again after {away:.0?}, one connection more; without: \
         offline until it was back, one more{}; the task was given once, its result came once; 3 tasks \
         after that took {next:.0?} (upstream: for ever)",
        if native { "native" } else { "Python" },
        if renewed == 1 { "; one more for a new id, once the result was delivered" } else { "" },
    );
    worker.stop().await;
    foreman.stop().await;
}
