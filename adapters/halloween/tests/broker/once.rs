//! `ack = "settled"`: nothing is lost, and what runs twice is what the broker delivered again.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use journeyman_core::{Router, Worker, extract::State};
use journeyman_halloween::{Ack, ArgText, CommandMeta, Config, PropConfig};
use journeyman_mqtt::{MqttTransport, Protocol, Publish, QoS};
use tokio::sync::mpsc;

use crate::{
    house::{LASTING, Observer, config, ready},
    support::{
        Folder, LONG,
        mosquitto::{Mosquitto, program},
        published, soon,
    },
};

/// How often each command began, with what flags, and how often it ended.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Runs {
    begun: Vec<bool>,
    ended: usize,
}

/// Reads what `work` wrote. The last line may not be whole yet.
fn read(log: &Path) -> BTreeMap<String, Runs> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let mut runs: BTreeMap<String, Runs> = BTreeMap::new();
    for line in text.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["begin", name, dup] => {
                runs.entry(name.to_owned()).or_default().begun.push(dup == "true");
            }
            ["end", name] => runs.entry(name.to_owned()).or_default().ended += 1,
            _ => {}
        }
    }
    runs
}

/// Nothing is lost, and beyond the first run there is the DUP flag. Gives how many runs those were.
fn check(runs: &BTreeMap<String, Runs>, commands: usize) -> usize {
    assert_eq!(runs.len(), commands, "lost: {runs:?}");
    let mut again = 0;
    for (name, Runs { begun, ended }) in runs {
        assert!(*ended > 0, "{name} never ended");
        assert!(begun[1..].iter().all(|dup| *dup), "{name} ran again without DUP: {begun:?}");
        again += begun.len() - 1;
    }
    again
}

fn settled(config: Config) -> Config {
    config.ack(Ack::Settled).client_id("house")
}

async fn order(broker: &mut MqttTransport, name: usize) {
    let command = Publish::new("halloween/probe/cmd", format!("work {name:03}"));
    published(broker, command.qos(QoS::AtLeastOnce)).await;
}

/// The example program as a prop of its own.
fn child(broker: &Mosquitto, log: &Path) -> Child {
    let program: PathBuf = std::env::current_exe().unwrap();
    // Beside the folder of the test programs; `cargo test` builds it, unless one test file alone is
    // asked for.
    let example = program.parent().unwrap().parent().unwrap().join("examples/halloween_prop");
    assert!(example.is_file(), "build it: cargo build -p journeyman-halloween --examples");
    Command::new(example)
        .env("MQTT_HOST", "127.0.0.1")
        .env("MQTT_PORT", broker.address.port().to_string())
        .env("MQTT_CLIENT_ID", "house")
        .env("HALLOWEEN_PROP", "probe")
        .env("HALLOWEEN_ACK", "settled")
        .env("PROP_LOG", log)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "took too long: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_worker_that_is_killed_gets_its_commands_again() {
    let Some(program) = program("a_worker_that_is_killed_gets_its_commands_again") else { return };
    let broker = Mosquitto::start(&program, LASTING);
    let folder = Folder::new();
    let log = folder.0.join("log");
    let mut observer = Observer::new(&broker).await;
    let mut worker = child(&broker, &log);
    observer.until("probe/state", "started").await;
    let mut orders = broker.client(Protocol::V311).await;
    for name in 0..60 {
        order(&mut orders, name).await;
    }
    let ended = |log: &Path| read(log).values().filter(|runs| runs.ended > 0).count();
    for kill in 1..=4 {
        until("some work", || ended(&log) >= 10 * kill).await;
        // In the middle of one.
        until("a command in work", || {
            read(&log).values().any(|runs| runs.begun.len() > runs.ended)
        })
        .await;
        worker.kill().unwrap();
        worker.wait().unwrap();
        observer.until("probe/availability", "offline").await;
        worker = child(&broker, &log);
        observer.until("probe/state", "started").await;
    }
    until("all work", || ended(&log) == 60).await;
    drop(worker.stdin.take());
    assert!(worker.wait().unwrap().success());
    let runs = read(&log);
    let again = check(&runs, 60);
    let unfinished: usize = runs.values().map(|runs| runs.begun.len() - runs.ended).sum();
    println!("4 kills, 60 commands: {again} runs beyond the first, {unfinished} unfinished");
    assert!((1..=8).contains(&again), "{again} runs beyond the first");
    // Acknowledged: nothing is delivered once more.
    let mut last = child(&broker, &log);
    observer.until("probe/state", "started").await;
    order(&mut orders, 999).await;
    observer.until("probe/telemetry/work", "999").await;
    drop(last.stdin.take());
    assert!(last.wait().unwrap().success());
    assert_eq!(read(&log).len(), 61);
    assert_eq!(check(&read(&log), 61), again);
}

/// What `work` tells.
type Log = mpsc::UnboundedSender<(String, bool)>;

async fn slow(arg: ArgText, meta: CommandMeta, State(log): State<Log>) {
    log.send((arg.0.unwrap_or_default(), meta.dup())).unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
}

fn worker(config: Config, log: &Log) -> Worker {
    let router = Router::new().route("work", slow).state(log.clone());
    Worker::new(router).serve(PropConfig::new(config, "probe"))
}

fn counted(begun: &mut mpsc::UnboundedReceiver<(String, bool)>) -> BTreeMap<String, Runs> {
    let mut runs: BTreeMap<String, Runs> = BTreeMap::new();
    while let Ok((name, dup)) = begun.try_recv() {
        let entry = runs.entry(name).or_default();
        entry.begun.push(dup);
        entry.ended += 1;
    }
    runs
}

#[tokio::test]
async fn an_orderly_stop_leaves_the_rest_with_the_broker() {
    let Some(program) = program("an_orderly_stop_leaves_the_rest_with_the_broker") else { return };
    let broker = Mosquitto::start(&program, LASTING);
    let (log, mut begun) = mpsc::unbounded_channel();
    let mut orders = broker.client(Protocol::V311).await;
    let first = worker(settled(config(&broker)), &log).start().unwrap();
    ready(&first).await;
    for name in 0..50 {
        order(&mut orders, name).await;
    }
    first.control().drain_within(Duration::from_millis(100));
    soon(first.wait()).await.unwrap();
    let before = counted(&mut begun);
    assert!(before.len() < 50, "all done: nothing is shown");
    // The broker has the others, and what comes meanwhile.
    order(&mut orders, 50).await;
    let second = worker(settled(config(&broker)), &log).start().unwrap();
    let mut after = BTreeMap::new();
    until("the rest", || {
        after.append(&mut counted(&mut begun));
        after.contains_key("050")
    })
    .await;
    second.control().drain();
    soon(second.wait()).await.unwrap();
    let both = before.keys().filter(|name| after.contains_key(*name)).count();
    println!("{} before the stop, {} after it, {both} both", before.len(), after.len());
    assert_eq!(before.len() + after.len() - both, 51, "lost");
    // The one that the stop cut short, which had begun.
    assert!(both <= 1);
    assert!(both == 0 || after.iter().any(|(_, runs)| runs.begun[0]));
}

#[tokio::test]
async fn a_broker_that_is_killed_loses_nothing_that_it_has_stored() {
    let Some(program) = program("a_broker_that_is_killed_loses_nothing") else { return };
    let mut broker = Mosquitto::start(&program, LASTING);
    let (log, mut begun) = mpsc::unbounded_channel();
    let worker = worker(settled(config(&broker)), &log).start().unwrap();
    ready(&worker).await;
    let mut runs: BTreeMap<String, Runs> = BTreeMap::new();
    for round in 0..5 {
        let mut orders = broker.client(Protocol::V311).await;
        for name in 0..20 {
            order(&mut orders, 100 * round + name).await;
        }
        // What it has not stored is lost with it, which is its own affair.
        let (store, newest) = (broker.folder.0.join("mosquitto.db"), 100 * round + 19);
        until("the broker's store", || {
            let stored = std::fs::read(&store).unwrap_or_default();
            let newest = format!("work {newest:03}");
            stored.windows(newest.len()).any(|part| part == newest.as_bytes())
        })
        .await;
        broker.kill();
        broker.restart();
        ready(&worker).await;
        let mut orders = broker.client(Protocol::V311).await;
        let last = 100 * round + 99;
        order(&mut orders, last).await;
        until("the last command", || {
            for (name, new) in counted(&mut begun) {
                runs.entry(name).or_default().begun.extend(new.begun);
            }
            runs.contains_key(&format!("{last:03}"))
        })
        .await;
    }
    worker.control().drain();
    soon(worker.wait()).await.unwrap();
    runs.values_mut().for_each(|runs| runs.ended = runs.begun.len());
    let again = check(&runs, 5 * 21);
    println!("5 kills of the broker, 105 commands: {again} runs beyond the first, all with DUP");
}
