//! Props that fail, and what the bus is told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use journeyman_core::{ErrorKind, JobError, Router};
use journeyman_props::{ControlError, Instance, NoConfig, PropContext, PropState, PropWorker};
use journeyman_testkit::halloween::{BrokerConfig, User};

use crate::support::{House, host, parts::Steps, running, started, stop, until, within};

/// Counts calls.
#[derive(Clone, Default)]
struct Count(Arc<AtomicU32>);

impl Count {
    /// Which call it is, from 1.
    fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

fn lamp(_: &PropContext) -> Result<Instance, JobError> {
    Ok(Instance::new(Router::new().route("ping", async || "pong"), ()))
}

#[tokio::test]
async fn a_start_that_fails_and_panics_is_tried_again() {
    let house = House::new().await;
    let count = Count::default();
    let flaky = move |context: &PropContext| {
        let count = count.clone();
        let life = Steps::new(context)
            .start(move |_| {
                let nth = count.next();
                async move {
                    match nth {
                        1 => Err(JobError::failed("no lamp").with_code("OSError")),
                        2 => panic!("lamp on fire"),
                        _ => Ok(()),
                    }
                }
            })
            .stop(async |context: PropContext| context.prop().telemetry("off", &1).await);
        Ok(Instance::new(Router::new().route("ping", async || "pong"), life))
    };
    let host = started(house.host().register("flaky", flaky).register("lamp", lamp)).await;
    // A failure is an attempt: the others, and the host, do not wait for it to succeed.
    house.says("flaky/status/error", "OSError: no lamp").await;
    house.says("flaky/telemetry/off", "1").await;
    house.says("flaky/state", "stopped").await;
    house.says("flaky/state", "started").await;
    house.says("flaky/status/error", "Panic: lamp on fire").await;
    house.says("flaky/state", "stopped").await;
    running(host.control(), "flaky").await;
    let runs = |id: &str| host.control().prop(id).unwrap().runs;
    assert_eq!((runs("flaky"), runs("lamp")), (3, 1));
    house.command("flaky", "ping").await;
    house.says("flaky/telemetry/ping", "pong").await;
    let warnings = house.said("worker_host");
    let warned = |text: &str| {
        warnings.iter().any(|(topic, it)| topic == "status/warn" && it.starts_with(text))
    };
    assert!(warned("flaky: OSError: no lamp; next attempt in "), "{warnings:?}");
    assert!(warned("flaky: Panic: lamp on fire; next attempt in "), "{warnings:?}");
    stop(host).await;
}

#[tokio::test]
async fn a_constructor_that_fails_and_panics_says_so_without_being_online() {
    let house = House::new().await;
    let count = Count::default();
    let broken = move |context: &PropContext| match count.next() {
        1 => Err(JobError::failed("no wires")),
        2 => panic!("short circuit"),
        _ => lamp(context),
    };
    let host = started(house.host().register("broken", broken).register("lamp", lamp)).await;
    running(host.control(), "broken").await;
    let said: Vec<_> = house.said("broken");
    let said: Vec<_> = said.iter().map(|(topic, text)| format!("{topic} {text}")).collect();
    let place = |text: &str| {
        said.iter().position(|it| it == text).unwrap_or_else(|| panic!("{text}: {said:#?}"))
    };
    let online = place("availability online");
    assert!(place("status/error RuntimeError: no wires") < online);
    assert!(place("status/error Panic: short circuit") < online);
    assert_eq!(house.retained("broken/availability").as_deref(), Some("online"));
    stop(host).await;
}

#[tokio::test]
async fn tasks_that_fail_and_panic_are_said_and_the_prop_goes_on() {
    let house = House::new().await;
    let busy = |context: &PropContext| {
        let life = Steps::new(context).start(async |context: PropContext| {
            context.spawn("sensor", async { Err::<(), _>(std::fmt::Error) });
            context.spawn("motor", async {
                if true {
                    panic!("seized");
                }
                Ok::<_, JobError>(())
            });
            context.spawn("fine", async { Ok::<_, JobError>(()) });
            Ok(())
        });
        Ok(Instance::new(Router::new().route("ping", async || "pong"), life))
    };
    let host = started(house.host().register("busy", busy)).await;
    house
        .bus
        .wait_where("the sensor's error", |seen| {
            seen.text().starts_with("Error: task `sensor`: an error occurred")
        })
        .await
        .unwrap();
    house.command("busy", "ping").await;
    house.says("busy/telemetry/ping", "pong").await;
    let said = house.said("busy");
    let text = ("status/error".to_owned(), "Panic: task `motor`: seized".to_owned());
    assert!(said.contains(&text), "{said:?}");
    assert_eq!(host.control().prop("busy").unwrap().runs, 1);
    stop(host).await;
}

#[tokio::test]
async fn a_prop_ends_its_own_run() {
    let house = House::new().await;
    let own = |context: &PropContext| {
        let (failing, leaving) = (context.clone(), context.clone());
        let router = Router::new()
            .route("break", move || {
                let context = failing.clone();
                async move { context.fail(JobError::failed("cable out").with_code("OSError")) }
            })
            .route("exit", move || {
                let context = leaving.clone();
                async move { context.exit() }
            });
        Ok(Instance::new(router, ()))
    };
    let host = started(house.host().register("own", own)).await;
    let control = host.control();
    house.command("own", "break").await;
    house.says("own/status/error", "OSError: cable out").await;
    house.says("own/availability", "offline").await;
    house.says("own/state", "started").await;
    running(control, "own").await;
    house.command("own", "exit").await;
    house.says("own/state", "stopped").await;
    until(control, "own", |state| *state == PropState::Stopped).await;
    within(control.start("own")).await.unwrap();
    house.says("own/availability", "online").await;
    assert_eq!(control.prop("own").unwrap().runs, 3);
    stop(host).await;
}

struct Strict;

#[derive(serde::Deserialize)]
struct Needs {
    #[allow(dead_code)]
    volume: u8,
}

impl PropWorker for Strict {
    type Config = Needs;

    fn new(_: PropContext, _: Needs) -> Result<Self, JobError> {
        Ok(Self)
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new()
    }
}

#[tokio::test]
async fn a_configuration_that_does_not_fit_names_file_line_and_key() {
    let house = House::new().await;
    let file = house.root.prop("strict", "# how loud\nvolume: very\n");
    let host = started(house.rooted().worker::<Strict>("strict")).await;
    let seen = house
        .bus
        .wait_where("the error", |seen| &*seen.topic == "halloween/strict/status/error")
        .await
        .unwrap();
    let place = format!("ConfigFileError: {}:2: `volume`: ", file.display());
    assert!(seen.text().starts_with(&place), "{}", seen.text());
    // Once it is right, the prop is started at once.
    house.root.prop("strict", "# how loud\nvolume: 3\n");
    let reloaded = within(host.control().reload()).await.unwrap();
    assert_eq!(reloaded.restarted, ["strict"]);
    assert!(reloaded.failed.is_empty());
    running(host.control(), "strict").await;
    stop(host).await;
}

struct Idle;

impl PropWorker for Idle {
    type Config = NoConfig;

    fn new(_: PropContext, _: NoConfig) -> Result<Self, JobError> {
        Ok(Self)
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new()
    }

    async fn start(&self) -> Result<(), JobError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_start_has_a_limit() {
    let house = House::new().await;
    let limit = Duration::from_millis(50);
    let host = house.host().worker::<Idle>("idle").start_timeout(limit).start().unwrap();
    house.says("idle/status/error", "TimeoutError: the start took longer than 50ms").await;
    stop(host).await;
}

#[tokio::test]
async fn a_prop_that_the_broker_refuses_fails_alone() {
    let house = House::new().await;
    let config = house.config().refused_attempts(2);
    // The host's own session subscribes to nothing.
    house.broker.faults().refuse_subscriptions(2, 0x80);
    let host = started(host(config).register("refused", lamp)).await;
    let control = host.control();
    until(control, "refused", |state| matches!(state, PropState::Failed { .. })).await;
    let status = control.prop("refused").unwrap();
    let error = status.state.error().unwrap();
    assert!(error.contains("giving up") && error.contains("access rules"), "{error}");
    let seen = house
        .bus
        .wait_where("the host's error", |seen| &*seen.topic == "halloween/worker_host/status/error")
        .await
        .unwrap();
    assert!(seen.text().starts_with("refused: "), "{}", seen.text());
    within(control.start("refused")).await.unwrap();
    running(control, "refused").await;
    stop(host).await;
}

#[tokio::test]
async fn a_host_with_a_wrong_password_ends_and_says_so() {
    let config = BrokerConfig {
        users: vec![User::new("worker", "right")],
        anonymous: true,
        ..BrokerConfig::default()
    };
    let house = House::with(config).await;
    let config = house.config().credentials("worker", "wrong").refused_attempts(2);
    let count = Count::default();
    let made = count.clone();
    let lamp = move |context: &PropContext| {
        made.next();
        lamp(context)
    };
    let started = host(config).register("lamp", lamp).start().unwrap();
    let control = started.control().clone();
    let error = within(started.wait()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("correct user name and password"), "{error}");
    assert_eq!(count.next(), 1, "no prop was started");
    assert!(!within(control.started()).await);
    assert_eq!(control.start("lamp").await, Err(ControlError::HostStopped));
    assert_eq!(control.reload().await, Err(ControlError::HostStopped));
}

#[tokio::test]
async fn an_order_ends_the_wait_before_the_next_attempt() {
    let house = House::new().await;
    let count = Count::default();
    let flaky = move |context: &PropContext| match count.next() {
        1 => Err(JobError::retry_after(Duration::from_secs(3600), "busy")),
        2 => Err(JobError::retry_after(Duration::from_secs(3600), "still busy")),
        _ => lamp(context),
    };
    let host = started(house.host().register("flaky", flaky)).await;
    let control = host.control();
    let hour = Duration::from_secs(3600);
    until(control, "flaky", |state| {
        *state == PropState::Waiting { error: "RuntimeError: busy".to_owned(), delay: hour }
    })
    .await;
    let error = within(control.start("flaky")).await.unwrap_err();
    assert_eq!(error.to_string(), "`flaky` did not start: RuntimeError: still busy");
    within(control.stop("flaky")).await.unwrap();
    until(control, "flaky", |state| *state == PropState::Stopped).await;
    within(control.start("flaky")).await.unwrap();
    running(control, "flaky").await;
    stop(host).await;
}

/// Panics where nobody looks.
struct Bomb;

impl journeyman_props::Life for Bomb {
    fn start(&self) -> journeyman_props::BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { Ok(()) })
    }

    fn stop(&self) -> journeyman_props::BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { panic!("in the clean-up") })
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("when dropped");
    }
}

#[tokio::test]
async fn a_prop_that_panics_at_its_very_end_is_still_obeyed() {
    let house = House::new().await;
    let bomb =
        |_: &PropContext| Ok(Instance::new(Router::new().route("ping", async || "pong"), Bomb));
    let host = started(house.host().register("bomb", bomb).register("lamp", lamp)).await;
    let control = host.control();
    within(control.restart("bomb")).await.unwrap();
    house.says("bomb/status/error", "Panic: in the clean-up").await;
    running(control, "bomb").await;
    within(control.stop("bomb")).await.unwrap();
    assert_eq!(control.prop("bomb").unwrap().state, PropState::Stopped);
    within(control.start("bomb")).await.unwrap();
    house.command("bomb", "ping").await;
    house.says("bomb/telemetry/ping", "pong").await;
    assert_eq!(control.prop("lamp").unwrap().runs, 1);
    stop(host).await;
    assert_eq!(house.retained("lamp/availability").as_deref(), Some("offline"));
}
