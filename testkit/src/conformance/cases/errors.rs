//! Jobs that end badly.

use journeyman_core::{JobError, JobErrorKind, Scope, Value};

use super::{always, list};
use crate::conformance::{
    NewJob, PANIC,
    board::MISSING,
    rig::{Cx, Result, ensure, ensure_eq},
};

list! {
    error_kinds: "each kind of a handler's error has its code", always, mild;
    error_code: "the code that a handler sets goes out where the wire has one", always, mild;
    panics: "a handler that panics is an error, and the worker goes on", always;
    unknown_route: "a job without a handler is an error that names it", always, mild;
    undecodable_arguments: "arguments that do not fit are an error that says where", always, mild;
    scope_is_kept: "a route that requires a grant is reached only with it", always;
}

fn error(kind: JobErrorKind) -> JobError {
    JobError::new(kind, "")
}

async fn error_kinds(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for kind in JobErrorKind::ALL {
        let what = kind.as_str();
        let job = NewJob::new("conf.fail", Value::object([("what", what)]));
        let message = rig.expect_error(job, &error(kind)).await?;
        if rig.harness.shows_text(&error(kind)) {
            ensure_eq!(message, format!("told to fail as {what}"), "the text of {what}");
        }
    }
    rig.finish().await?;
    Ok(())
}

async fn error_code(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let error = JobError::failed("").with_code("MY_OWN_CODE");
    let message = rig.expect_error(NewJob::new("conf.own_code", Value::Null), &error).await?;
    if rig.harness.shows_text(&error) {
        ensure_eq!(message, "with a code of its own", "the text");
    }
    rig.finish().await?;
    Ok(())
}

async fn panics(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for route in ["conf.panic", "conf.panic_blocking"] {
        let job = NewJob::new(route, Value::Null);
        let message = rig.expect_error(job, &error(JobErrorKind::Panicked)).await?;
        let shown = rig.harness.shows_text(&error(JobErrorKind::Panicked));
        ensure!(!shown || message.contains(PANIC), "the text of the panic is not in `{message}`");
        rig.works().await?;
    }
    ensure_eq!(rig.counts().connections, 1, "connections");
    rig.finish().await?;
    Ok(())
}

async fn unknown_route(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let job = NewJob::new(MISSING, Value::Null);
    let message = rig.expect_error(job, &error(JobErrorKind::NoRoute)).await?;
    ensure!(message.contains(MISSING), "the name is not in `{message}`");
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn undecodable_arguments(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let object = |a: Value| Value::object([("a", a), ("b", Value::Int(3))]);
    let misfits = [
        object("two".into()),
        object(Value::Null),
        object(Value::Float(2.5)),
        object(Value::List(vec![Value::Int(2)])),
        object(Value::object([("a", 2)])),
        Value::object([("b", 3)]),
        Value::List(vec![Value::Int(2)]),
        Value::from("two and three"),
        Value::Null,
    ];
    for args in misfits {
        if rig.harness.takes(&args) {
            let job = NewJob::new("conf.add", args.clone());
            let message = rig.expect_error(job, &error(JobErrorKind::BadInput)).await?;
            ensure!(!message.is_empty(), "no text for {args}");
        }
    }
    rig.works().await?;
    rig.finish().await?;
    Ok(())
}

async fn scope_is_kept(cx: &Cx) -> Result {
    let guarded = || NewJob::new("conf.guarded", Value::Null);
    let mut rig = cx.rig().await?;
    rig.expect_error(guarded(), &error(JobErrorKind::NoRoute)).await?;
    rig.finish().await?;

    let mut plan = cx.plan();
    plan.scope = Scope::new().grant("conformance");
    let mut rig = cx.start(plan).await?;
    rig.expect(guarded(), &Value::Int(1)).await?;
    rig.finish().await?;

    let mut plan = cx.plan();
    plan.scope = Scope::new().routes(["conf.glob.*"]);
    let mut rig = cx.start(plan).await?;
    rig.expect(NewJob::new("conf.glob.here", Value::Null), &"conf.glob.here".into()).await?;
    rig.expect_error(NewJob::new("conf.busy", Value::Null), &error(JobErrorKind::NoRoute)).await?;
    ensure_eq!(rig.board.started(), 0, "handlers that ran out of scope");
    rig.finish().await?;
    Ok(())
}
