//! What the wire carries: every value, large and small.

use futures_util::future::join_all;
use journeyman_core::{JobError, Value};

use super::{always, list, needs};
use crate::conformance::{
    Ended, Fault, Harness, NewJob,
    rig::{Cx, Failure, Result, ensure, ensure_eq},
    values,
};

/// Seed of the random values, so that a failure comes again.
const SEED: u64 = 20;

list! {
    echo_of_all_values: "every value that the wire can carry comes back from an echo unchanged",
        always, mild;
    echo_of_random_values: "so do a thousand random values", always;
    oversize_result: "a result beyond the limit is an error, and the connection stays",
        limited;
    oversize_argument: "an argument beyond the limit does no lasting harm", limited;
    slow_server: "large messages get through a slow network, and silence is not mistaken for death",
        |harness| super::network(harness).and(super::can(harness, Fault::Throttle(1)));
}

fn limited(harness: &dyn Harness) -> super::Needs {
    needs(harness.capabilities().max_message.is_some(), "messages have no largest size")
}

fn wrapped(value: Value) -> Value {
    Value::object([("value", value)])
}

async fn echo_of_all_values(cx: &Cx) -> Result {
    let mut rig = cx.rig().await?;
    for (kind, samples) in values::kinds() {
        for value in samples {
            let args = wrapped(value);
            // Byte by byte, 10 KB take long.
            if cx.network.is_some() && args.to_string().len() > 2000 {
                continue;
            }
            let returned = rig.harness.arguments(&args);
            if rig.harness.takes(&args) && rig.harness.result(&returned).is_some() {
                let done = rig.echo(args).await;
                done.map_err(|failure| Failure::new(format!("{kind}: {failure}")))?;
            }
        }
    }
    rig.finish().await?;
    Ok(())
}

async fn echo_of_random_values(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.parallel = 4;
    let mut rig = cx.start(plan).await?;
    let mut rng = fastrand::Rng::with_seed(SEED);
    // One value that cannot be carried spoils the whole that it is in: leave such parts out.
    let args: Vec<_> = (0..1000).map(|_| wrapped(part(&*cx.harness, &mut rng))).collect();
    ensure!(
        args.iter().filter(|value| rig.harness.takes(value)).count() > 900,
        "the wire carries hardly any random value"
    );
    for some in args.chunks(50) {
        let jobs = some.iter().filter(|args| rig.harness.takes(args)).map(|args| {
            let rig = &rig;
            async move { rig.echo(args.clone()).await }
        });
        for done in join_all(jobs).await {
            done?;
        }
    }
    rig.finish().await?;
    Ok(())
}

/// A random value whose parts the wire carries.
fn part(harness: &dyn Harness, rng: &mut fastrand::Rng) -> Value {
    fn keep(harness: &dyn Harness, value: Value) -> Option<Value> {
        match value {
            Value::List(items) => Some(Value::List(
                items.into_iter().filter_map(|item| keep(harness, item)).collect(),
            )),
            Value::Map(pairs) => {
                let kept = pairs.into_iter().filter_map(|(k, v)| Some((k, keep(harness, v)?)));
                Some(Value::Map(kept.collect()))
            }
            value => harness.carried(&value).map(|_| value),
        }
    }
    keep(harness, values::random(rng, 4)).unwrap_or_default()
}

async fn oversize_result(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.max_message = 64 << 10;
    let mut rig = cx.start(plan).await?;
    let big = |bytes: i64| NewJob::new("conf.big", Value::object([("bytes", bytes)]));
    let error = JobError::rejected("").with_code("RESULT_NOT_SENDABLE");
    let message = rig.expect_error(big(1 << 20), &error).await?;
    ensure!(!message.is_empty(), "the error has no text");
    // Around the limit: either the result or the error, never nothing.
    for bytes in [(64 << 10) - 2048, (64 << 10) - 64, (64 << 10) - 1, 64 << 10] {
        let ended = rig.call(big(bytes)).await?;
        ensure!(!matches!(ended, Ended::Lost), "a result of {bytes} bytes is lost");
    }
    rig.expect(big(32 << 10), &"x".repeat(32 << 10).into()).await?;
    ensure_eq!(rig.counts().connections, 1, "connections");
    rig.finish().await?;
    Ok(())
}

async fn oversize_argument(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.max_message = 64 << 10;
    let mut rig = cx.start(plan).await?;
    let args = wrapped("x".repeat(256 << 10).into());
    let mut unanswered = rig.submit(NewJob::new("conf.echo", args)).await?;
    if rig.harness.spares_worker() {
        ensure_eq!(rig.end(&mut unanswered).await?, Ended::Lost, "the large argument");
    } else {
        rig.until("the worker has seen the large argument", || {
            let counts = rig.counts();
            counts.connections > 1 || counts.ignored > 0 || counts.failed > 0
        })
        .await?;
        if rig.harness.takes_back() {
            // It would come again, and again; its client gives it up.
            rig.master.cancel(unanswered.id()).await;
        }
    }
    rig.works().await?;
    rig.idle().await?;
    rig.finish().await?;
    Ok(())
}

async fn slow_server(cx: &Cx) -> Result {
    let mut plan = cx.plan();
    plan.setup.network.get_or_insert_with(super::faults::good_network);
    plan.setup.silence = std::time::Duration::from_secs(5);
    let mut rig = cx.start(plan).await?;
    rig.fault(Fault::Throttle(150 << 10)).await;
    let args = wrapped("slow ".repeat(20 << 10).into());
    // Not `call`, which would submit it again.
    let mut ticket = rig.submit(NewJob::new("conf.echo", args.clone())).await?;
    ensure_eq!(
        rig.end(&mut ticket).await?,
        Ended::Ok(rig.harness.result(&rig.harness.arguments(&args)).unwrap_or_default()),
        "the echo of 100 KiB"
    );
    ensure_eq!(rig.counts().connections, 1, "connections");
    rig.fault(Fault::GoodNetwork).await;
    rig.finish().await?;
    Ok(())
}
