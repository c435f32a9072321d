//! mosquitto is killed under load, again and again, and comes back with what it had kept.
//!
//! What the broker still had is read from its own file after the kill, what it delivered and what
//! was acknowledged from its own log; what ran is told by the host, a process of its own; what the
//! bus says is read by a client of another library. `JOURNEYMAN_KILLS` says how often (default 5).

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use journeyman_testkit::halloween::{Client, ClientOptions, Mosquitto, MosquittoConfig, QoS, Seen};

use crate::{
    PATIENCE,
    broker::{Account, accounts, kept},
    house::{House, Told},
    publisher::{Publisher, Sent},
};

const KILLS: usize = 5;
const PROPS: usize = 8;
/// Of each prop's publisher: 200 commands per second in all.
const PAUSE: Duration = Duration::from_millis(40);
/// What must have run in each life of the broker.
const RUNS: usize = 100;
/// How soon a prop answers once the broker has taken it.
const SOON: Duration = Duration::from_secs(1);
/// For a machine that is busy.
const SLACK: Duration = Duration::from_secs(4);
/// Rounds after which memory is looked at for the first time.
const WARM_UP: usize = 3;
/// What may be added in all the rounds after that.
const GROWTH_KIB: u64 = 4 * 1024;

fn prop(n: usize) -> String {
    format!("prop-{n}")
}

/// Everything that has an availability: the props and the host.
fn everybody() -> impl Iterator<Item = String> {
    (0..PROPS).map(prop).chain(["worker_host".to_owned()])
}

/// Runs the whole with this `ack`.
pub(crate) fn run(mosquitto: &Path, ack: &str) {
    let kills = match std::env::var("JOURNEYMAN_KILLS") {
        Ok(text) => text.parse().expect("JOURNEYMAN_KILLS is a number"),
        Err(_) => KILLS,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(killed_again_and_again(mosquitto, ack, kills));
}

/// What all the lives of the broker gave.
#[derive(Default)]
struct Ledger {
    accounts: BTreeMap<String, Account>,
    /// What the broker still had after each kill.
    kept: Vec<BTreeMap<String, BTreeSet<String>>>,
    kills: Vec<Instant>,
}

impl Ledger {
    fn close(&mut self, log: &str) {
        for (client, account) in accounts(log) {
            let sum = self.accounts.entry(client).or_default();
            sum.sent += account.sent;
            sum.again += account.again;
            sum.acknowledged += account.acknowledged;
        }
    }
}

async fn killed_again_and_again(mosquitto: &Path, ack: &str, kills: usize) {
    let mut config = MosquittoConfig::default();
    config.persistence = true;
    // Some ten times per second under this load.
    config.autosave = Some(20);
    config.max_queued = Some(100_000);
    config.extra = "log_type all\n".to_owned();
    let mut broker = Mosquitto::start(mosquitto, &config).unwrap();
    let addr = broker.addr();
    let observer = observer(addr, "halloween/+/#").await;
    let role = format!("counting {addr} {ack} {PROPS}");
    let mut house = House::start(&role, &[]);
    let publishers: Vec<_> = (0..PROPS).map(|n| Publisher::start(addr, prop(n), PAUSE)).collect();
    answers(&observer, 0).await;

    let mut ledger = Ledger::default();
    let (mut waits, mut away, mut memory, mut ran) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 1..=kills {
        // At no particular point of anything.
        tokio::time::sleep(Duration::from_millis(fastrand::u64(300..700))).await;
        house.wait("commands to run", |told| told.ran.len() >= ran + RUNS);
        let before = observer.connections();
        broker.kill().unwrap();
        ledger.kills.push(Instant::now());
        ledger.close(&broker.log());
        ledger.kept.push(kept(&broker.folder().join("mosquitto.db")));
        broker.restart().unwrap();
        let back = Instant::now();
        let connacks = tokio::task::spawn_blocking({
            let log = broker.folder().join("log");
            move || connacks(&log)
        });
        let answers = answers(&observer, before).await;
        let connacks = connacks.await.unwrap();
        for n in 0..PROPS {
            // Before the line was seen in the log, if it was very soon.
            let wait = answers[&prop(n)].saturating_duration_since(connacks[&prop(n)]);
            assert!(wait <= SOON + SLACK, "round {round}: prop {n} answered only after {wait:?}");
            waits.push(wait);
            away.push(connacks[&prop(n)].saturating_duration_since(back));
        }
        all_are(addr, "online", round).await;
        memory.extend(house.resident());
        ran = house.ran();
    }
    // The host itself: its props are gone, and back.
    let mut told = vec![house.kill()];
    all_are(addr, "offline", kills).await;
    house = House::start(&role, &[]);
    all_are(addr, "online", kills).await;
    let goal: usize = publishers.iter().map(Publisher::count).sum();
    house.wait("commands to run", |told| told.ran.len() >= RUNS);
    let sent: Vec<_> = publishers.into_iter().map(Publisher::stop).collect();
    assert!(sent.iter().map(Vec::len).sum::<usize>() >= goal);
    // In their order: so with the last one, all have run.
    house.wait("the last commands to run", |told| {
        (0..PROPS).all(|n| {
            let last = (prop(n), sent[n].len() as u32 - 1);
            told.ran.iter().any(|(prop, number, _)| (prop, *number) == (&last.0, last.1))
        })
    });
    told.push(house.stop());
    assert!(told[1].stopped);
    all_are(addr, "offline", kills).await;
    broker.stop().unwrap();
    ledger.close(&broker.log());

    println!("\nack = {ack}, {kills} kills of the broker and one of the host, {PROPS} props:");
    waits.sort();
    let late = waits.iter().filter(|wait| **wait > SOON).count();
    println!(
        "  first answer after the CONNACK: {:.0?} in the median, {:.0?} at worst; {late} of {} \
         later than {SOON:?}",
        waits[waits.len() / 2],
        waits[waits.len() - 1],
        waits.len()
    );
    away.sort();
    println!(
        "  CONNACK after the broker was back: {:.0?} in the median, {:.0?} at worst",
        away[away.len() / 2],
        away[away.len() - 1]
    );
    settle(ack, &ledger, &told, &sent);
    println!("  resident KiB of the host after each kill: {memory:?}");
    match (memory.get(WARM_UP - 1), memory.last()) {
        (Some(warm), Some(last)) => {
            assert!(*last <= warm + GROWTH_KIB, "memory grew from {warm} to {last} KiB");
        }
        _ => println!("  memory was not compared: too few kills, or not told by this system"),
    }
}

/// Who watches the bus, with another library.
pub(crate) async fn observer(addr: std::net::SocketAddr, filter: &str) -> Client {
    let options = ClientOptions::v311().patience(PATIENCE);
    let client = Client::connect(addr, options).await.unwrap();
    client.subscribe(filter, QoS::AtMostOnce).await.unwrap();
    client
}

fn place(seen: &Seen) -> Option<(&str, &str)> {
    seen.topic.strip_prefix("halloween/")?.split_once('/')
}

/// When each prop first answered on a later connection of the observer than this one. Nobody has been
/// away since.
async fn answers(observer: &Client, connection: u64) -> BTreeMap<String, Instant> {
    let mut answers = BTreeMap::new();
    let done = |seen: &Seen| {
        let Some((id, topic)) = place(seen).filter(|_| seen.connection > connection) else {
            return false;
        };
        match topic {
            "telemetry/work" => drop(answers.entry(id.to_owned()).or_insert(seen.at)),
            "availability" => assert_eq!(seen.text(), "online", "{id}"),
            _ => {}
        }
        answers.len() == PROPS
    };
    observer.wait_where("all props to answer", done).await.unwrap();
    answers
}

/// What somebody sees who comes now.
async fn all_are(addr: std::net::SocketAddr, wanted: &str, round: usize) {
    let newcomer = observer(addr, "halloween/+/availability").await;
    let mut all = BTreeMap::new();
    let done = |seen: &Seen| {
        if let Some((id, _)) = place(seen) {
            all.insert(id.to_owned(), seen.text());
        }
        everybody().all(|id| all.get(&id).is_some_and(|text| text == wanted))
    };
    let seen = newcomer.wait_where(wanted, done).await;
    assert!(seen.is_ok(), "round {round}: not {wanted}: {all:?}");
    newcomer.disconnect().await;
}

/// When the broker's log said that it took each prop. Each has said to it, and so has the host, that
/// it is there: what is retained is not what was there before.
fn connacks(log: &PathBuf) -> BTreeMap<String, Instant> {
    let mut file = std::fs::File::open(log).unwrap();
    let (mut at, mut found, mut online) = (0, BTreeMap::new(), BTreeSet::new());
    let begin = Instant::now();
    while found.len() < PROPS || online.len() <= PROPS {
        let back = found.keys();
        assert!(begin.elapsed() < PATIENCE, "back: {back:?}; online: {online:?}");
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(at)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let now = Instant::now();
        // The last line may not be whole yet.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        at += whole as u64;
        for line in String::from_utf8_lossy(&bytes[..whole]).lines() {
            let id = line
                .split_once("Sending CONNACK to house-")
                .and_then(|(_, rest)| rest.strip_suffix(", 0)")?.split(' ').next());
            let said = line.split_once(", r1, ").and_then(|(begin, rest)| {
                let topic = rest.split_once("'halloween/")?.1.strip_suffix("', ... (6 bytes))")?;
                topic.strip_suffix("/availability").filter(|_| begin.contains("Received PUBLISH"))
            });
            online.extend(said.map(str::to_owned));
            if let Some(id) = id {
                found.entry(id.to_owned()).or_insert(now);
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    found
}

/// What must hold in the end, prop by prop.
fn settle(ack: &str, ledger: &Ledger, told: &[Told], sent: &[Sent]) {
    let settled = ack == "settled";
    let mut sums = Sums::default();
    for (n, sent) in sent.iter().enumerate() {
        let (prop, client) = (prop(n), format!("house-{}", prop(n)));
        let mut runs: BTreeMap<u32, Vec<bool>> = BTreeMap::new();
        for (_, number, dup) in told.iter().flat_map(|told| &told.ran).filter(|it| it.0 == prop) {
            runs.entry(*number).or_default().push(*dup);
        }
        let executions: u64 = runs.values().map(|runs| runs.len() as u64).sum();
        let account = ledger.accounts[&client];
        let about = format!("{prop}: {executions} runs, the broker says {account:?}");
        // What was acknowledged has run; what ran was delivered.
        assert!(account.acknowledged <= executions, "{about}: acknowledged and not run");
        assert!(executions <= account.sent, "{about}: run and not delivered");
        sums.add(account, executions);
        for (number, sent) in sent.iter().enumerate() {
            let number = number as u32;
            let text = format!("work {number}");
            let had = |kept: &&BTreeMap<String, BTreeSet<String>>| {
                kept.get(&client).is_some_and(|kept| kept.contains(&text))
            };
            let had = ledger.kept.iter().filter(had).count();
            sums.had += had;
            sums.resent += sent.len() - 1;
            let Some(runs) = runs.get(&number) else {
                assert!(had == 0, "{about}: the broker still had {number}, and it never ran");
                // What the broker has taken is only lost with the broker, or with what ran there.
                let last = sent.last().expect("it was sent");
                let killed = ledger.kills.iter().find(|kill| *kill >= last);
                assert!(killed.is_some() || !settled, "{about}: {number} never ran");
                sums.lost += 1;
                continue;
            };
            let again = runs[1..].iter().filter(|dup| **dup).count();
            let plain = runs.len() - again;
            sums.dup += again;
            sums.plain += plain - 1;
            // Each is a message of its own to the broker: the publisher sent it again; or the file
            // was written before the first delivery, so that the broker does not know of it.
            assert!(
                plain <= sent.len() + had,
                "{about}: {number} ran as {runs:?}, sent {} times, kept {had} times",
                sent.len()
            );
        }
    }
    sums.print(settled);
}

#[derive(Default)]
struct Sums {
    commands: u64,
    account: Account,
    had: usize,
    resent: usize,
    dup: usize,
    plain: usize,
    lost: usize,
}

impl Sums {
    fn add(&mut self, account: Account, executions: u64) {
        self.commands += executions;
        self.account.sent += account.sent;
        self.account.again += account.again;
        self.account.acknowledged += account.acknowledged;
    }

    fn print(&self, settled: bool) {
        let Self { commands, account, had, resent, dup, plain, lost } = self;
        println!(
            "  {commands} runs; delivered {} (with DUP {}), acknowledged {} by the broker's log",
            account.sent, account.again, account.acknowledged
        );
        println!(
            "  {had} commands were still with the broker after a kill: all have run; publishers \
             sent {resent} again"
        );
        println!(
            "  beyond one: {dup} runs with DUP shown, {plain} that are messages of their own to \
             the broker"
        );
        let why = if settled {
            "gone with the broker, which had not written them down"
        } else {
            "gone with the broker or sent while the prop was away (no session is kept)"
        };
        println!("  {lost} commands never ran: {why}");
    }
}
