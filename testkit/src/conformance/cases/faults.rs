//! Servers and networks that do bad things.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use journeyman_core::{Value, backoff::Backoff};

use super::{can, list, needs, network};
use crate::conformance::{
    Ended, Fault, Network, NewJob,
    rig::{Cx, Plan, Result, Rig, ensure, ensure_eq},
};
use crate::proxy;

/// How long a connection may be silent in the cases about silence.
const SILENCE: Duration = Duration::from_millis(600);
/// On top of the bound, for a machine that is busy.
const SLACK: Duration = Duration::from_secs(10);

list! {
    silent_server: "a server that goes silent is noticed in time, and the worker registers anew",
        |harness| can(harness, Fault::Silence);
    half_open: "a half-open connection is noticed in time, and the worker registers anew",
        |harness| network(harness).and(can(harness, Fault::Blackhole));
    late_result: "a result whose connection is gone counts or is counted as dropped, never both",
        |harness| can(harness, Fault::Cut);
    lost_connection_with_jobs_in_flight: "of many jobs whose connection is lost each ends once",
        |harness| {
            let kept = needs(!harness.takes_back(), "the server hands such jobs out again");
            kept.and(can(harness, Fault::Cut))
        };
    restart_in_good_order: "a server that says goodbye gets its worker back",
        |harness| can(harness, Fault::Goodbye);
    restart_without_a_word: "a server that was killed gets its worker back when it returns",
        |harness| can(harness, Fault::Down);
    garbage_before_ready: "odd messages while registering are ignored", |harness| {
        can(harness, Fault::Garbage).and(can(harness, Fault::HoldRegistrations))
    };
    garbage_while_idle: "odd messages while idle are ignored", |harness| can(harness, Fault::Garbage);
    garbage_while_working: "odd messages while a job runs are ignored, and it ends well",
        |harness| can(harness, Fault::Garbage);
    garbage_while_draining: "odd messages while the worker drains are ignored",
        |harness| can(harness, Fault::Garbage);
    broken_framing_before_ready: "bytes that are no message while registering end a connection at most",
        |harness| can(harness, Fault::BrokenFraming).and(can(harness, Fault::HoldRegistrations));
    broken_framing_while_idle: "bytes that are no message while idle end a connection at most",
        |harness| can(harness, Fault::BrokenFraming);
    broken_framing_while_working: "bytes that are no message while a job runs end a connection at most",
        |harness| can(harness, Fault::BrokenFraming);
    storm: "with connections that break all the time, each job ends once and is answered once at most",
        |harness| can(harness, Fault::Cut);
    bad_network: "over a network that cuts, delays and splits, jobs get through",
        |harness| needs(harness.is_seeded(), "there is no network");
}

/// A proxy that does nothing yet.
pub(super) fn good_network() -> Network {
    Network { seed: 1, faults: proxy::Faults::none() }
}

async fn silent_server(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.silence = SILENCE;
    let mut rig = cx.start(plan).await?;
    rig.works().await?;
    rig.idle().await?;
    let before = rig.counts().connections;
    let start = Instant::now();
    rig.fault(Fault::Silence).await;
    rig.until("the worker connects anew", || rig.counts().connections > before).await?;
    let took = start.elapsed();
    ensure!(took < SILENCE * 2 + SLACK, "it took {took:?}, with a bound of {SILENCE:?}");
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn half_open(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.silence = SILENCE;
    plan.setup.network.get_or_insert_with(good_network);
    let mut rig = cx.start(plan).await?;
    rig.works().await?;
    rig.idle().await?;
    let start = Instant::now();
    rig.fault(Fault::Blackhole).await;
    rig.until("the worker notices", || rig.sessions().iter().all(|session| !session.ready)).await?;
    let took = start.elapsed();
    ensure!(took < SILENCE * 2 + SLACK, "it took {took:?}, with a bound of {SILENCE:?}");
    rig.fault(Fault::GoodNetwork).await;
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

/// What must hold for a job whose connection was lost while it ran, once it has ended.
async fn check_late(rig: &mut Rig, ended: Option<Ended>) -> Result {
    rig.works().await?;
    rig.finish().await?;
    let counts = rig.counts();
    if rig.harness.capabilities().late_results {
        let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
        ensure_eq!(ended, Some(Ended::Ok(result)), "the late result");
        ensure_eq!((counts.ok, counts.dropped), (2, 0), "ok, dropped");
        ensure_eq!(rig.master.answers(), 2, "answers at the server");
    } else {
        ensure_eq!((counts.ok, counts.dropped), (1, 1), "ok, dropped");
        ensure_eq!(rig.master.answers(), 1, "answers at the server");
    }
    Ok(())
}

async fn late_result(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.hold").await?;
    rig.fault(Fault::Cut).await;
    rig.until("the worker connects anew", || rig.counts().connections > 1).await?;
    rig.board.release(1);
    rig.until("the job has ended", || rig.counts().in_flight == 0).await?;
    let ended = match rig.harness.capabilities().late_results {
        true => Some(rig.end(&mut ticket).await?),
        false => None,
    };
    check_late(&mut rig, ended).await
}

async fn lost_connection_with_jobs_in_flight(cx: &Cx) -> Result {
    const JOBS: usize = 5;
    let mut plan = cx.plan();
    plan.setup.parallel = JOBS;
    let mut rig = cx.start(plan).await?;
    let mut tickets = Vec::new();
    for _ in 0..JOBS {
        tickets.push(rig.start_job("conf.hold").await?);
    }
    let mut states = rig.control.states();
    rig.fault(Fault::Cut).await;
    for state in &mut states {
        let gone = state.wait_for(|state| !state.is_ready());
        rig.within("a session to notice", gone).await?.map(drop).unwrap_or_default();
    }
    // Some end while there is no connection, some later, whatever comes first.
    rig.board.release(2);
    rig.ready().await?;
    rig.board.release(JOBS - 2);
    rig.until("all have ended", || rig.counts().in_flight == 0).await?;
    let late = rig.harness.capabilities().late_results;
    if late {
        for ticket in &mut tickets {
            let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
            ensure_eq!(rig.end(ticket).await?, Ended::Ok(result), "a late result");
        }
    }
    rig.works().await?;
    rig.finish().await?;
    let counts = rig.counts();
    let (ok, dropped) = if late { (JOBS as u64, 0) } else { (0, JOBS as u64) };
    ensure_eq!((counts.ok, counts.dropped), (ok + 1, dropped), "ok, dropped");
    ensure_eq!(rig.master.answers(), ok + 1, "answers at the server");
    Ok(())
}

async fn restart_in_good_order(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for round in 1..=3 {
        rig.works().await?;
        rig.idle().await?;
        let before = rig.counts().connections;
        rig.fault(Fault::Goodbye).await;
        rig.until("the worker connects anew", || rig.counts().connections > before).await?;
        ensure_eq!(rig.counts().connections, round + 1, "connections");
    }
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn restart_without_a_word(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    // While the job of the old server runs, another must be able to.
    plan.setup.parallel = 2;
    let mut rig = cx.start(plan).await?;
    rig.works().await?;
    let mut lost = rig.start_job("conf.hold").await?;
    rig.fault(Fault::Down).await;
    rig.until("the worker notices", || rig.sessions().iter().all(|s| !s.ready)).await?;
    rig.until("the worker has tried in vain", || {
        let states = rig.control.states();
        states.iter().any(|state| {
            matches!(
                &*state.borrow(),
                journeyman_core::session::SessionState::Waiting { attempt: 3.., .. }
            )
        })
    })
    .await?;
    let text = rig.sessions()[0].last_error.clone();
    ensure!(text.is_some_and(|text| !text.is_empty()), "no error is shown");
    rig.fault(Fault::Up).await;
    rig.works().await?;
    rig.board.release(1);
    rig.until("the job has ended", || rig.counts().in_flight == 0).await?;
    ensure_eq!(lost.try_ended(), Some(Ended::Lost), "the job of the old server");
    rig.works().await?;
    rig.finish().await?;
    let dropped = u64::from(rig.harness.forgets());
    ensure_eq!(rig.counts().dropped, dropped, "dropped");
    let unsent = if rig.harness.offers_forgotten() { 0 } else { dropped };
    ensure_eq!(rig.master.answers(), 3 - unsent, "answers at the new server");
    Ok(())
}

/// A worker whose registration is neither confirmed nor refused.
async fn registering(cx: &Cx) -> Result<Rig> {
    let rig = cx.begin(cx.plan(), &[Fault::HoldRegistrations]).await?;
    rig.until("the worker registers", || rig.sessions()[0].state == "registering").await?;
    Ok(rig)
}

async fn garbage_before_ready(cx: &Cx) -> Result {
    let mut rig = registering(cx).await?;
    rig.fault(Fault::Garbage).await;
    rig.until("the garbage was seen", || rig.counts().ignored > 0).await?;
    ensure_eq!(rig.sessions()[0].state, "registering", "the state");
    rig.fault(Fault::ReleaseRegistrations).await;
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn garbage_while_idle(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for _ in 0..10 {
        let before = rig.counts().ignored;
        rig.fault(Fault::Garbage).await;
        rig.until("the garbage was seen", || rig.counts().ignored > before).await?;
        rig.works().await?;
    }
    ensure_eq!(rig.counts().connections, 1, "connections");
    rig.finish().await?;
    ensure_eq!(rig.counts().accepted, 10, "jobs");
    Ok(())
}

async fn garbage_while_working(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.hold").await?;
    rig.fault(Fault::Garbage).await;
    rig.until("the garbage was seen", || rig.counts().ignored > 0).await?;
    rig.board.release(1);
    let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
    ensure_eq!(rig.end(&mut ticket).await?, Ended::Ok(result), "the job");
    rig.works().await?;
    ensure_eq!(rig.counts().connections, 1, "connections");
    rig.finish().await?;
    Ok(())
}

async fn garbage_while_draining(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.hold").await?;
    rig.control.drain_within(Duration::from_secs(3600));
    rig.until("the worker drains", || rig.sessions()[0].state == "draining").await?;
    rig.fault(Fault::Garbage).await;
    rig.until("the garbage was seen", || rig.counts().ignored > 0).await?;
    rig.board.release(1);
    let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
    ensure_eq!(rig.end(&mut ticket).await?, Ended::Ok(result), "the job");
    rig.stopped_well().await?;
    ensure_eq!(rig.counts().connections, 1, "connections");
    Ok(())
}

async fn broken_framing_before_ready(cx: &Cx) -> Result {
    let mut rig = registering(cx).await?;
    rig.fault(Fault::BrokenFraming).await;
    rig.until("the connection has ended", || rig.counts().connections > 1).await?;
    rig.fault(Fault::ReleaseRegistrations).await;
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn broken_framing_while_idle(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for _ in 0..3 {
        rig.idle().await?;
        let before = rig.counts().connections;
        rig.fault(Fault::BrokenFraming).await;
        rig.until("the connection has ended", || rig.counts().connections > before).await?;
        rig.works().await?;
    }
    rig.finish().await?;
    Ok(())
}

async fn broken_framing_while_working(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let mut ticket = rig.start_job("conf.hold").await?;
    rig.fault(Fault::BrokenFraming).await;
    rig.until("the connection has ended", || rig.counts().connections > 1).await?;
    rig.board.release(1);
    rig.until("the job has ended", || rig.counts().in_flight == 0).await?;
    let ended = match rig.harness.capabilities().late_results {
        true => Some(rig.end(&mut ticket).await?),
        false => None,
    };
    check_late(&mut rig, ended).await
}

async fn storm(cx: &Cx) -> Result {
    let mut plan: Plan = cx.plan();
    plan.setup.parallel = 4;
    plan.setup.backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(100));
    let mut rig = cx.start(plan).await?;
    let mut tickets = Vec::new();
    for round in 0..15 {
        rig.ready().await?;
        for _ in 0..10 {
            tickets.push(rig.submit(NewJob::new("conf.busy", Value::Null)).await?);
        }
        // The jobs get further each time.
        for _ in 0..round * 4 {
            tokio::task::yield_now().await;
        }
        let before = rig.counts().connections;
        rig.fault(Fault::Cut).await;
        rig.until("the worker connects anew", || rig.counts().connections > before).await?;
    }
    if rig.harness.capabilities().late_results {
        for ticket in &mut tickets {
            let result = rig.harness.result(&Value::Int(1)).unwrap_or_default();
            match rig.end(ticket).await? {
                Ended::Failed { code, message } if rig.harness.is_lost(&code, &message) => {}
                ended => ensure_eq!(ended, Ended::Ok(result), "a job"),
            }
        }
    }
    rig.ready().await?;
    rig.until("nothing is in flight", || rig.counts().in_flight == 0).await?;
    rig.works().await?;
    rig.finish().await?;
    let counts = rig.counts();
    ensure!(counts.connections > 15, "no connection was lost: {counts:?}");
    let answers = rig.master.answers();
    let most = counts.ok + counts.failed;
    ensure!(answers <= most || rig.harness.repeats_answers(), "{answers} answers, but {counts:?}");
    for (id, runs) in rig.board.runs() {
        let once = runs.len() == 1 || rig.harness.takes_back();
        ensure!(once, "{} runs of the job {id}, which was delivered once", runs.len());
    }
    Ok(())
}

async fn bad_network(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 3;
    let faults = proxy::Faults {
        random_cuts: Some(proxy::RandomCuts {
            one_in: 2,
            after: 2_000..20_000,
            how: proxy::Cut::Reset,
        }),
        ..proxy::Faults::random(4)
    };
    plan.setup.network = Some(Network { seed: 4, faults });
    let mut rig = cx.start(plan).await?;
    let text = "some text that makes connections break soon ".repeat(20);
    for round in 0..5 {
        let jobs = (0..6).map(|n| {
            let args = Value::object([("round", round), ("n", n)]);
            let args = Value::object([("args", args), ("text", text.as_str().into())]);
            let rig = &rig;
            async move { rig.echo(args).await }
        });
        for done in join_all(jobs).await {
            done?;
        }
    }
    rig.fault(Fault::GoodNetwork).await;
    rig.works().await?;
    ensure!(rig.counts().connections > rig.sessions().len() as u64, "no connection was cut");
    rig.finish().await?;
    Ok(())
}
