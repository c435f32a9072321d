//! Jobs that end well.

use journeyman_core::Value;

use super::{always, list};
use crate::conformance::{
    NewJob,
    board::returned,
    rig::{Cx, Result, ensure, ensure_eq},
};

list! {
    success: "a job runs and its result comes back", always, mild;
    counted_once: "each job is accepted, answered and counted once", always;
    typed_arguments: "one handler reads every call shape of the wire", always, mild;
    results_of_every_shape: "whatever a handler returns, the client gets", always, mild;
    route_patterns: "a job finds the handler of a pattern", always, mild;
}

async fn success(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    rig.echo(Value::object([("text", "hello"), ("more", "")])).await?;
    rig.finish().await?;
    Ok(())
}

async fn counted_once(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    let what = |what: &str| Value::object([("what", what)]);
    for _ in 0..5 {
        rig.call(NewJob::new("conf.return", what("number"))).await?;
        rig.call(NewJob::new("conf.fail", what("failed"))).await?;
    }
    let summary = rig.finish().await?;
    let counts = rig.counts();
    ensure_eq!((counts.accepted, counts.ok, counts.failed), (10, 5, 5), "accepted, ok, failed");
    ensure_eq!((counts.dropped, counts.merged, counts.ignored), (0, 0, 0), "dropped, merged, odd");
    ensure_eq!(counts.connections, 1, "connections");
    ensure_eq!(rig.master.answers(), 10, "answers at the server");
    let route = |name: &str| summary.snapshot.routes.iter().find(|r| r.route == name).cloned();
    let (Some(ok), Some(failed)) = (route("conf.return"), route("conf.fail")) else {
        return Err(super::Failure::new("a route is not in the snapshot"));
    };
    ensure_eq!((ok.ok, ok.failed, failed.ok, failed.failed), (5, 0, 0, 5), "numbers of routes");
    ensure_eq!(summary.snapshot.recent.len(), 10, "recent jobs");
    Ok(())
}

async fn typed_arguments(cx: &Cx) -> Result {
    let n = |n: i64| Value::Int(n);
    let list = |items: &[i64]| Value::List(items.iter().copied().map(Value::Int).collect());
    let inside = |value: Value| Value::List(vec![value]);
    let object = |pairs: &[(&str, i64)]| Value::object(pairs.iter().copied());
    let ab = object(&[("a", 2), ("b", 3)]);
    let shapes = [
        ("conf.add", ab.clone(), 5),
        ("conf.add", inside(ab), 5),
        ("conf.add", list(&[2, 3]), 5),
        ("conf.add", inside(list(&[2, 3])), 5),
        ("conf.pair", list(&[2, 3]), 5),
        ("conf.pair", inside(list(&[2, 3])), 5),
        ("conf.number", n(5), 5),
        ("conf.number", list(&[5]), 5),
        ("conf.field", object(&[("n", 5)]), 5),
        ("conf.field", object(&[("n", 5), ("unknown", 6)]), 5),
        ("conf.field", list(&[5]), 5),
        ("conf.field", n(5), 5),
        ("conf.list", list(&[1, 2, 3]), 6),
        ("conf.list", inside(list(&[1, 2, 3])), 6),
        ("conf.list", list(&[]), 0),
        ("conf.unit", Value::Null, 7),
        ("conf.unit", list(&[]), 7),
        ("conf.unit", object(&[]), 7),
        ("conf.optional", Value::Null, 40),
        ("conf.optional", object(&[]), 40),
        ("conf.optional", object(&[("b", 2)]), 42),
        ("conf.optional", object(&[("a", 1), ("b", 2)]), 3),
        ("conf.optional", list(&[1, 2]), 3),
    ];
    let mut rig = cx.rig().await?;
    let mut tried = 0;
    for (route, args, expected) in shapes {
        if rig.harness.takes(&args) {
            rig.expect(NewJob::new(route, args), &n(expected)).await?;
            tried += 1;
        }
    }
    ensure!(tried >= 3, "the wire takes only {tried} of the shapes");
    rig.finish().await?;
    Ok(())
}

async fn results_of_every_shape(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for what in [
        "nothing",
        "true",
        "number",
        "text",
        "empty text",
        "list",
        "empty list",
        "object",
        "empty object",
    ] {
        let result = returned(what).unwrap_or_default();
        rig.expect(NewJob::new("conf.return", Value::object([("what", what)])), &result).await?;
    }
    rig.finish().await?;
    Ok(())
}

async fn route_patterns(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    rig.expect(NewJob::new("conf.glob.here", Value::Null), &"conf.glob.here".into()).await?;
    rig.finish().await?;
    Ok(())
}
