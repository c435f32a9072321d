//! Orders by the program, and by commands.

use journeyman_core::{JobError, Router};
use journeyman_halloween::MqttVersion;
use journeyman_props::{ControlError, Instance, PropContext, PropState};

use crate::support::{House, Latch, host, parts::Steps, running, started, stop, until, within};

fn lamp(_: &PropContext) -> Result<Instance, JobError> {
    Ok(Instance::new(Router::new().route("ping", async || "pong"), ()))
}

#[tokio::test]
async fn one_prop_is_stopped_started_and_restarted() {
    let house = House::new().await;
    let host = started(house.host().register("a", lamp).register("b", lamp)).await;
    let control = host.control();
    within(control.stop("a")).await.unwrap();
    house.says("a/state", "stopped").await;
    assert_eq!(control.prop("a").unwrap().state, PropState::Stopped);
    assert!(!control.prop("a").unwrap().connected);
    // Again is fine.
    within(control.stop("a")).await.unwrap();
    within(control.start("a")).await.unwrap();
    house.says("a/state", "started").await;
    within(control.start("a")).await.unwrap();
    within(control.restart("a")).await.unwrap();
    house.says("a/state", "stopped").await;
    house.says("a/state", "started").await;
    let runs: Vec<_> = control.props().iter().map(|p| (p.id.to_string(), p.runs)).collect();
    assert_eq!(runs, [("a".to_owned(), 3), ("b".to_owned(), 1)]);
    assert!(control.props().iter().all(|prop| prop.connected && prop.state.is_running()));
    let unknown = control.stop("c").await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no prop `c`; known are a, b");
    let others = house.said("b");
    assert_eq!(others.len(), 2, "b was left alone: {others:?}");
    stop(host).await;
}

#[tokio::test]
async fn the_last_order_counts() {
    let house = House::new().await;
    let (latch, closed) = Latch::closed();
    let slow = move |context: &PropContext| {
        let latch = latch.clone();
        let life = Steps::new(context)
            .start(move |_| {
                let latch = latch.clone();
                async move {
                    latch.passed().await;
                    Ok(())
                }
            })
            .stop(async |context: PropContext| context.prop().telemetry("off", &1).await);
        Ok(Instance::new(Router::new(), life))
    };
    let host = house.host().register("slow", slow).start().unwrap();
    let control = host.control().clone();
    house.says("slow/state", "started").await;
    let waiting = tokio::spawn({
        let control = control.clone();
        async move { control.start("slow").await }
    });
    // While it starts: the start is cut off, and what it had begun is cleaned up.
    tokio::task::yield_now().await;
    within(control.stop("slow")).await.unwrap();
    house.says("slow/telemetry/off", "1").await;
    house.says("slow/availability", "offline").await;
    let ended = within(waiting).await.unwrap();
    assert_eq!(ended, Err(ControlError::Superseded { id: "slow".to_owned() }));
    assert!(within(control.started()).await, "stopped is an end of the first start, too");
    drop(closed);
    within(control.start("slow")).await.unwrap();
    running(&control, "slow").await;
    stop(host).await;
}

#[tokio::test]
async fn the_bus_steers_the_host_where_that_is_allowed() {
    let house = House::new().await;
    let broken = |_: &PropContext| {
        Err(JobError::retry_after(std::time::Duration::from_secs(3600), "no lamp"))
    };
    let config = house.config().mqtt(MqttVersion::V5);
    let host = host(config).register("a", lamp).register("broken", broken).control(true);
    let host = started(host).await;
    let ask = async |payload: &str| {
        let topic = "halloween/host_control/cmd";
        let answer = house.bus.request(topic, payload.to_owned()).await.unwrap();
        let text = answer.text();
        serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|_| panic!("{text}"))
    };
    let list = ask("list").await;
    let of = |list: &serde_json::Value, id: &str| {
        list.as_array().unwrap().iter().find(|prop| prop["id"] == id).cloned().unwrap()
    };
    assert_eq!(of(&list, "a")["state"], "running");
    assert_eq!(of(&list, "a")["kind"], "registered");
    assert_eq!(of(&list, "broken")["state"], "waiting");
    assert_eq!(of(&list, "broken")["error"], "RuntimeError: no lamp");
    assert_eq!(of(&list, "host_control")["kind"], "builtin");
    assert_eq!(ask("stop a").await["state"], "stopped");
    assert_eq!(ask("start a").await["state"], "running");
    assert_eq!(ask("restart a").await["runs"], 3);
    let error = ask("start broken").await["error"].to_string();
    assert!(error.contains("`broken` did not start: RuntimeError: no lamp"), "{error}");
    let error = ask("stop nobody").await["error"].to_string();
    assert!(error.contains("there is no prop `nobody`; known are a, broken"), "{error}");
    let error = ask("stop host_control").await["error"].to_string();
    assert!(error.contains("cannot stop or restart itself"), "{error}");
    let error = ask("stop").await["error"].to_string();
    assert!(error.contains("ValueError: which prop? give its id"), "{error}");
    assert_eq!(ask("reload").await["unchanged"], 3);
    // Without MQTT 5, the answer is telemetry.
    house.command("host_control", "stop a").await;
    house
        .bus
        .wait_where("the telemetry", |seen| {
            &*seen.topic == "halloween/host_control/telemetry/stop"
                && seen.text().contains("'state': 'stopped'")
        })
        .await
        .unwrap();
    until(host.control(), "a", |state| *state == PropState::Stopped).await;
    stop(host).await;
}

#[tokio::test]
async fn nobody_steers_the_host_where_it_is_not_allowed() {
    let house = House::new().await;
    let host = started(house.host().register("a", lamp)).await;
    assert!(host.control().prop("host_control").is_none());
    stop(host).await;
}
