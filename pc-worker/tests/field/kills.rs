//! The foreman is killed with tasks in work, again and again, and comes back on the same ports with
//! what was in its state file, as the real one does with its database.
//!
//! The real one forgets the code of old jobs then, and gives nothing to anybody (CrowdCompute sheet,
//! section 8.7); this one keeps it, so that there is something to see. `JOURNEYMAN_KILLS` says how
//! often (default 5).

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    time::{Duration, Instant},
};

use journeyman_core::backoff::Backoff;
use journeyman_testkit::crowdcompute::Era;

use crate::{
    folder::Folder,
    foreman::Child,
    process::{Line, PATIENCE, Process, children, resident, working_in},
    support,
    worker::{BACKOFF, Plan},
};

const KILLS: usize = 5;
const REGISTRATIONS: usize = 4;
/// What must be done in each life before its end.
const DONE: usize = 40;
/// The longest wait of the worker's backoff.
const CAP: Duration = Duration::from_secs(30);
/// For connecting and registering, and for a machine that is busy.
const SLACK: Duration = Duration::from_secs(2);
/// Rounds after which memory is looked at for the first time.
const WARM_UP: usize = 3;
/// What may be added in all the rounds after that.
const GROWTH_KIB: u64 = 4 * 1024;

/// What all the lives of the foreman gave.
#[derive(Default)]
struct Figures {
    /// From the foreman's return to each registration's, and the longest wait that its backoff had
    /// at that point.
    back: Vec<(Duration, Duration)>,
    /// To each registration's first task that was given and done after that.
    working: Vec<Duration>,
    /// Tasks that were assigned at each kill.
    in_work: Vec<u64>,
    worker: Vec<u64>,
    pythons: Vec<(usize, u64)>,
    late: usize,
    taken_back: usize,
}

pub(crate) fn run(era: Era) {
    let kills = match std::env::var("JOURNEYMAN_KILLS") {
        Ok(text) => text.parse().expect("JOURNEYMAN_KILLS is a number"),
        Err(_) => KILLS,
    };
    let folder = Folder::new();
    let mut foreman = Child::start(era, &folder.path, None);
    let url = format!("ws://{}", foreman.listen);
    // Today's is found out by the worker itself.
    let setting = if era == Era::Seed { "seed" } else { "auto" };
    let plan = Plan { url: &url, era: setting, registrations: REGISTRATIONS, folder: &folder.path };
    let mut worker = Process::start(plan.command().unwrap()).unwrap();
    let monitor = worker.wait("its monitor", |lines| {
        lines.iter().find(|line| line.is("monitor")).map(|line| line.words[1].parse().unwrap())
    });

    let mut figures = Figures::default();
    for round in 1..=kills {
        foreman.process.say(&format!("feed {round}"));
        foreman.process.wait("each registration to work", |lines| {
            let done = lines.iter().filter(|line| line.is("completed")).count();
            (done >= DONE && (1..=REGISTRATIONS).all(|number| works(lines, number).is_some()))
                .then_some(())
        });
        // At no particular point of anything.
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..60)));
        let addresses = (foreman.listen.clone(), foreman.http.clone());
        let (up, first) = (foreman.up, round == 1);
        account(&mut figures, &foreman.process.kill(), up, first);
        health(monitor, 503);
        figures.worker.push(resident(worker.id()));
        let pythons = children(worker.id());
        let memory = pythons.iter().map(|pid| resident(*pid)).max();
        figures.pythons.push((pythons.len(), memory.unwrap_or_default()));
        // So that attempts fail, more or fewer of them.
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..400)));

        let addresses = (addresses.0.as_str(), addresses.1.as_str());
        foreman = Child::start(era, &folder.path, Some(addresses));
        figures.in_work.push(foreman.assigned);
        assert!(foreman.pending > 0, "round {round}: nothing was left to do");
        come_back(&mut figures, round, &foreman, &worker);
        health(monitor, 200);
    }
    foreman.process.say("feed 99999");
    for number in 1..=REGISTRATIONS {
        foreman.process.wait("a registration to work", |lines| works(lines, number));
    }
    foreman.process.ask("enough", "enough");
    finish(era, &mut foreman.process, &mut worker);
    let tasks = tasks(&mut foreman.process);
    let status = worker.ask("status", "status");
    let (up, memory) = (foreman.up, resident(worker.id()));
    account(&mut figures, &foreman.process.end(), up, false);
    figures.worker.push(memory);
    let said = worker.end();
    assert_eq!(said.last().unwrap().words, ["ended", "0"]);
    assert_eq!(working_in(&folder.path), [0_u32; 0], "interpreters are left over");
    assert_eq!(folder.names(), ["runs", "state"], "a scratch folder is left over");
    print(&figures, kills);
    settle(era, kills, &figures, &tasks, &status, &folder);
}

/// The number of the registration behind an id.
fn number_of(worker: &str) -> usize {
    worker.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or_default()
}

/// When this registration had done a task that was given to it in this life of the foreman.
fn works(lines: &[Line], number: usize) -> Option<Instant> {
    let own = |line: &&Line| number_of(&line.words[2]) == number;
    let given = |task: &str| {
        let assigned = lines.iter().filter(|line| line.is("assigned")).filter(own);
        assigned.into_iter().any(|line| line.words[1] == task)
    };
    let mut done = lines.iter().filter(|line| line.is("completed")).filter(own);
    done.find(|line| given(&line.words[1])).map(|line| line.at)
}

/// What one life of the foreman gave.
fn account(figures: &mut Figures, lines: &[Line], up: Instant, first: bool) {
    for line in lines {
        match line.words[0].as_str() {
            "late" => figures.late += 1,
            "back" => figures.taken_back += 1,
            "failed" | "missed" => panic!("{line:?}"),
            _ => {}
        }
    }
    if !first {
        let times = (1..=REGISTRATIONS).filter_map(|number| works(lines, number));
        figures.working.extend(times.map(|at| at.duration_since(up)));
    }
}

/// Waits until all registrations are there again, each within the wait that its backoff had.
fn come_back(figures: &mut Figures, round: usize, foreman: &Child, worker: &Process) {
    let back: Vec<Instant> = foreman.process.wait("all registrations", |lines| {
        let ready = |number| {
            let mut ready = lines.iter().filter(|line| line.is("ready"));
            ready.find(|line| number_of(&line.words[1]) == number).map(|line| line.at)
        };
        (1..=REGISTRATIONS).map(ready).collect()
    });
    let backoff = Backoff::new(BACKOFF, CAP);
    let said = worker.lines();
    for (index, at) in back.into_iter().enumerate() {
        // The wait in which it was when the foreman came back: of the attempt before the next.
        let mut waits = said.iter().rev().filter(|line| line.is("waiting") && line.at <= at);
        let last = waits.find(|line| line.number(1) == index as u64).expect("it has waited");
        let bound = backoff.bound(u32::try_from(last.number(2)).unwrap().saturating_sub(2));
        let wait = at.duration_since(foreman.up);
        assert!(
            wait <= bound + SLACK,
            "round {round}: registration {} is back only after {wait:?}; bound {bound:?}",
            index + 1
        );
        figures.back.push((wait, bound));
    }
}

/// Waits until the monitor says this of the worker.
fn health(monitor: SocketAddr, wanted: u16) {
    let begin = Instant::now();
    loop {
        let (status, body) = ask(monitor, "/health/ready");
        if status == wanted {
            return;
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "the monitor does not say {wanted}, but {status} {body}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ask(monitor: SocketAddr, path: &str) -> (u16, String) {
    tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(support::http(monitor, "GET", path, ""))
    })
}

/// Waits until nothing is left to do. What a foreman of the seed gave to a connection that broke
/// on the way stays with that worker for ever.
fn finish(era: Era, foreman: &mut Process, worker: &mut Process) {
    let begin = Instant::now();
    loop {
        let stock = foreman.ask("stock", "stock");
        let in_flight = worker.ask("status", "status").number(6);
        let assigned_done = era == Era::Seed || stock.number(2) == 0;
        if stock.number(1) == 0 && assigned_done && in_flight == 0 {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "not finished: {stock:?}, {in_flight} in flight");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What became of each task, in the foreman's words.
fn tasks(foreman: &mut Process) -> HashMap<u64, Line> {
    foreman.ask("tasks", "tasks-end");
    let lines = foreman.lines();
    lines.into_iter().filter(|line| line.is("task")).map(|line| (line.number(1), line)).collect()
}

fn print(figures: &Figures, kills: usize) {
    let Figures { back, working, in_work, worker, pythons, late, taken_back } = figures;
    let mut waits: Vec<_> = back.iter().map(|(wait, _)| *wait).collect();
    let mut working = working.clone();
    waits.sort();
    working.sort();
    let longest = back.iter().map(|(_, bound)| *bound).max().unwrap_or_default();
    let beyond = back.iter().filter(|(wait, bound)| wait > bound).count();
    let middle = |times: &[Duration]| times[times.len() / 2];
    println!(
        "  {kills} kills, {REGISTRATIONS} registrations; tasks assigned at each kill: {in_work:?}"
    );
    println!(
        "  registered again after {:.0?} in the median, {:.0?} at worst ({beyond} of {} later than \
         the backoff's own bound, which was {longest:?} at most)",
        middle(&waits),
        waits[waits.len() - 1],
        waits.len()
    );
    println!(
        "  a new task done after {:.0?} in the median, {:.0?} at worst",
        middle(&working),
        working[working.len() - 1]
    );
    println!("  {late} results that did not count; {taken_back} taken back");
    println!("  resident KiB of the worker after each kill, and in the end: {worker:?}");
    println!("  interpreters, and KiB of the largest, after each kill: {pythons:?}");
}

/// What must hold in the end.
fn settle(
    era: Era,
    kills: usize,
    figures: &Figures,
    tasks: &HashMap<u64, Line>,
    status: &Line,
    folder: &Folder,
) {
    let mut runs: HashMap<u64, [u32; 2]> = HashMap::new();
    for line in fs::read_to_string(folder.path.join("runs")).unwrap().lines() {
        let (what, number) = line.split_once(' ').unwrap();
        runs.entry(number.parse().unwrap()).or_default()[usize::from(what == "end")] += 1;
    }
    let (mut completed, mut lost, mut again, mut run) = (0, 0, 0, 0);
    for (number, task) in tasks {
        let [begun, ended] = runs.get(number).copied().unwrap_or_default();
        assert_eq!(begun, ended, "{task:?} was cut off");
        run += u64::from(ended);
        again += u64::from(ended.saturating_sub(1));
        match task.words[2].as_str() {
            "completed" => {
                completed += 1;
                assert!(ended > 0, "{task:?} was never run");
                assert_eq!(task.number(3), 2 * number, "{task:?}");
            }
            _ => {
                lost += 1;
                assert_eq!(ended, 0, "{task:?} was run, and its result not delivered");
            }
        }
        assert_eq!(task.number(5), 0, "{task:?} failed");
    }
    let [accepted, ok, failed, dropped, merged] = [1, 2, 3, 4, 5].map(|at| status.number(at));
    let [connections, started, died, killed] = [7, 8, 9, 10].map(|at| status.number(at));
    println!(
        "  {} tasks: {completed} completed, {lost} lost on their way to the worker, {run} runs ({again} beyond \
         one); worker: {accepted} accepted, {ok} sent, {failed} failed, {dropped} dropped, {merged} \
         delivered twice; {connections} connections; {started} interpreters started, {died} died, \
         {killed} killed",
        tasks.len()
    );
    assert_eq!((failed, dropped), (0, 0), "every end is sent");
    assert_eq!((accepted, accepted), (run, ok), "what was accepted was run, once, and sent");
    assert_eq!((died, killed), (0, 0), "no interpreter has to go with a connection");
    match era {
        // It takes nothing back: what was on its way is lost, one for each registration at most.
        Era::Seed => {
            assert_eq!(again, 0, "a foreman of the seed gives no task twice");
            assert!(lost <= REGISTRATIONS * kills, "{lost} lost");
        }
        _ => {
            assert_eq!(lost, 0, "today's foreman gives them to another");
            // Registrations come back together. One that needs longer than the others wait may lose
            // its task to them, on a machine that is busy enough.
            assert!(again * 4 <= kills as u64, "{again} tasks ran more than once in {kills} kills");
        }
    }
    assert_eq!(figures.working.len(), REGISTRATIONS * kills, "a registration got no work any more");
    match (figures.worker.get(WARM_UP - 1), figures.worker.last()) {
        (Some(warm), Some(last)) if *warm > 0 => {
            assert!(*last <= warm + GROWTH_KIB, "memory grew from {warm} to {last} KiB");
        }
        _ => println!("  memory was not compared: too few kills, or not told by this system"),
    }
}
