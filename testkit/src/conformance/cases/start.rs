//! What must hold from the start: truth about readiness, refusals, secrets.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    ErrorKind, Job, JobError, Router, Value,
    backoff::Backoff,
    capability::{Need, Support},
    extract::{FromJob, State},
    job::Events,
};

use super::{always, can, list, needs};
use crate::conformance::{
    Fault, NewJob,
    capture::Capture,
    rig::{self, Cx, Failure, Result, ensure, ensure_eq},
};

list! {
    ready_is_true: "a session is ready only while the server holds its registration", always;
    ready_waits: "a session whose registration is not confirmed is not ready",
        |harness| can(harness, Fault::HoldRegistrations);
    needs_are_checked: "a handler that needs what nobody can give is refused at the start", always;
    events_are_refused: "a handler of events is refused where the wire has none", |harness| {
        needs(!harness.capabilities().events, "its wire carries events")
    };
    missing_state_is_refused: "a handler of a state that the router lacks is refused", always;
    secrets_stay_secret: "no log, no error and no picture shows a secret", always;
}

async fn ready_is_true(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 3;
    // No wait is shorter than a twentieth: a lost connection can be seen.
    plan.setup.backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(1));
    let mut rig = cx.start(plan).await?;
    let sessions = rig.sessions().len();
    ensure_eq!(rig.master.registered(), sessions, "registrations at the server");
    if rig.harness.can(Fault::Cut) {
        let mut states = rig.control.states();
        rig.fault(Fault::Cut).await;
        for state in &mut states {
            let gone = rig.within("a session to notice", state.wait_for(|s| !s.is_ready())).await?;
            gone.map(drop).map_err(|error| Failure::new(error.to_string()))?;
        }
        rig.ready().await?;
        ensure_eq!(rig.master.registered(), sessions, "registrations at the server");
    }
    rig.works().await?;
    rig.control.drain();
    rig.stopped_well().await?;
    ensure!(rig.sessions().iter().all(|session| !session.ready), "a stopped session is ready");
    Ok(())
}

async fn ready_waits(cx: &Cx) -> Result {
    let mut rig = cx.begin(cx.plan(), &[Fault::HoldRegistrations]).await?;
    rig.until("the worker registers", || rig.sessions()[0].state == "registering").await?;
    ensure_eq!((rig.sessions()[0].ready, rig.master.registered()), (false, 0), "ready, registered");
    rig.fault(Fault::ReleaseRegistrations).await;
    rig.works().await?;
    ensure_eq!(rig.master.registered(), rig.sessions().len(), "registrations at the server");
    rig.finish().await?;
    Ok(())
}

/// The error of a worker that must not start.
async fn refused(cx: &Cx, router: Router) -> Result<journeyman_core::Error> {
    let plan = cx.plan();
    let (master, serve) = cx.serve(&plan).await?;
    let started = journeyman_core::Worker::new(router).serve(serve).start();
    let Err(error) = started else {
        return Err(Failure::new("the worker started"));
    };
    ensure!(error.remedy().is_some(), "no remedy in `{error}`");
    ensure!(error.to_string().contains("conf.needy"), "the route is not named in `{error}`");
    ensure_eq!(master.answers(), 0, "answers at the server");
    Ok(error)
}

/// Needs an extension that no adapter has.
struct Impossible;

impl FromJob for Impossible {
    const NEEDS: &'static [Need] = &[Need::Extension("conformance.impossible")];

    fn from_job(_job: &Job) -> Result<Self, JobError> {
        Ok(Self)
    }
}

async fn needs_are_checked(cx: &Cx) -> Result {
    let router = Router::new().route("conf.needy", async |_: Impossible| ());
    let error = refused(cx, router).await?;
    ensure_eq!(error.kind(), ErrorKind::Unsupported, "the kind of `{error}`");
    // What can be left out is not needed.
    let plan = cx.plan();
    let (_master, serve) = cx.serve(&plan).await?;
    let router = Router::new().route("conf.needy", async |_: Option<Impossible>| ());
    let worker = rig::worker(&plan, router, [serve])?;
    worker.control().drain();
    worker.wait().await.map_err(|error| Failure::new(error.to_string()))?;
    Ok(())
}

async fn events_are_refused(cx: &Cx) -> Result {
    let offered = cx.harness.capabilities();
    ensure!(
        matches!(offered.support(&Need::Events), Support::Refused(_)),
        "events are not refused"
    );
    let router = Router::new().route("conf.needy", async |_: Events| ());
    let error = refused(cx, router).await?;
    ensure_eq!(error.kind(), ErrorKind::Unsupported, "the kind of `{error}`");
    Ok(())
}

async fn missing_state_is_refused(cx: &Cx) -> Result {
    let router = Router::new().route("conf.needy", async |_: State<Arc<Impossible>>| ());
    let error = refused(cx, router).await?;
    ensure_eq!(error.kind(), ErrorKind::Config, "the kind of `{error}`");
    ensure!(error.to_string().contains("Impossible"), "the state is not named in `{error}`");
    Ok(())
}

async fn secrets_stay_secret(cx: &Cx) -> Result {
    let capture = Capture::default();
    // Of this thread, which is the whole runtime of the case.
    let capturing = capture.start();
    let plan = cx.plan();
    let (_unused, serve) = cx.serve(&plan).await?;
    let mut shown = format!("{serve:?} {serve:#?} ");
    drop(serve);

    let mut rig = cx.start(plan).await?;
    rig.works().await?;
    rig.call(NewJob::new("conf.fail", Value::object([("what", "failed")]))).await?;
    rig.call(NewJob::new("conf.add", Value::object([("a", "x")]))).await?;
    for fault in [Fault::Garbage, Fault::BrokenFraming, Fault::Cut, Fault::Goodbye] {
        if rig.harness.can(fault) {
            rig.idle().await?;
            let before = rig.counts().connections;
            rig.fault(fault).await;
            let stays = fault == Fault::Garbage;
            let seen = || stays || rig.counts().connections > before;
            rig.until("the worker connects anew", seen).await?;
            rig.works().await?;
        }
    }
    shown.push_str(&format!("{:?} {:?} ", rig.control, rig.control.snapshot()));
    let summary = rig.finish().await?;
    shown.push_str(&format!("{summary:?}"));
    drop(capturing);

    let logged = capture.text();
    ensure!(logged.contains("conf.fail") && logged.contains("draining"), "nothing was captured");
    for secret in rig.harness.secrets() {
        ensure!(!secret.is_empty(), "an empty secret is none");
        for (what, text) in [("logs", &logged), ("debug output", &shown)] {
            let line = text.lines().find(|line| line.contains(&secret));
            ensure!(line.is_none(), "a secret is in the {what}: {line:?}");
        }
    }
    Ok(())
}
