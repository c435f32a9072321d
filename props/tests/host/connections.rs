//! The connections of a host: lost, shared, and what the broker keeps meanwhile.

use journeyman_core::{JobError, Router};
use journeyman_halloween::Ack;
use journeyman_props::{Instance, PropContext};

use crate::support::{House, Latch, host, started, stop, within};

fn lamp(_: &PropContext) -> Result<Instance, JobError> {
    Ok(Instance::new(Router::new().route("ping", async || "pong"), ()))
}

#[tokio::test]
async fn a_broker_that_goes_away_stops_nobody() {
    let house = House::new().await;
    let host = started(house.host().register("a", lamp).register("b", lamp)).await;
    let control = host.control();
    house.broker.faults().set_close_new(true);
    for client in house.broker.clients() {
        if *client.client_id != *house.bus.client_id() {
            house.broker.disconnect(&client.client_id, 0);
        }
    }
    house.says("a/availability", "offline").await;
    within(control.wait_for(|props| props.iter().all(|prop| !prop.connected))).await.unwrap();
    assert!(control.props().iter().all(|prop| prop.state.is_running()));
    // A prop is stopped while nobody hears of it.
    within(control.stop("b")).await.unwrap();
    house.broker.faults().set_close_new(false);
    house.says("a/availability", "online").await;
    house.says("a/state", "started").await;
    within(control.wait_for(|props| props.iter().any(|prop| &*prop.id == "a" && prop.connected)))
        .await
        .unwrap();
    within(control.start("b")).await.unwrap();
    house.command("a", "ping").await;
    house.says("a/telemetry/ping", "pong").await;
    house.command("b", "ping").await;
    house.says("b/telemetry/ping", "pong").await;
    let runs: Vec<_> = control.props().iter().map(|prop| prop.runs).collect();
    assert_eq!(runs, [1, 2]);
    let online = || house.retained("worker_host/availability").filter(|text| text == "online");
    house.broker.wait_until(|_| online()).await;
    stop(host).await;
}

#[tokio::test]
async fn all_props_can_share_one_connection() {
    let house = House::new().await;
    let config = house.config().shared_connection(true);
    let host = host(config);
    let names: Vec<_> = (0..10).map(|n| format!("lamp-{n}")).collect();
    let host = names.iter().fold(host, |host, name| host.register(name, lamp));
    let broken = |_: &PropContext| Err(JobError::retry_after(crate::support::PATIENCE, "no lamp"));
    let host = started(host.register("broken", broken)).await;
    let clients = house.broker.clients();
    let connected = clients.iter().filter(|client| client.connection.is_some()).count();
    assert_eq!(connected, 2, "the host and who watches");
    house.says("broken/status/error", "RuntimeError: no lamp").await;
    for name in &names {
        house.command(name, "ping").await;
        house.says(&format!("{name}/telemetry/ping"), "pong").await;
    }
    within(host.control().stop("lamp-3")).await.unwrap();
    house.says("lamp-3/availability", "offline").await;
    house.says("lamp-3/state", "stopped").await;
    within(host.control().start("lamp-3")).await.unwrap();
    house.command("lamp-3", "ping").await;
    house.says("lamp-3/telemetry/ping", "pong").await;
    stop(host).await;
    for id in names.iter().map(String::as_str).chain(["worker_host"]) {
        let topic = format!("{id}/availability");
        assert_eq!(house.retained(&topic).as_deref(), Some("offline"), "{topic}");
    }
}

#[tokio::test]
async fn what_has_not_begun_at_a_stop_is_run_after_the_next_start() {
    let house = House::new().await;
    let (latch, closed) = Latch::closed();
    let busy = move |_: &PropContext| {
        let latch = latch.clone();
        let hold = move |prop: journeyman_halloween::Prop| {
            let latch = latch.clone();
            async move {
                prop.publish_state("holding").await?;
                latch.passed().await;
                Ok::<_, JobError>("held")
            }
        };
        let router = Router::new().route("hold", hold).route("next", async || "ran");
        Ok(Instance::new(router, ()))
    };
    let config = house.config().client_id("house").ack(Ack::Settled);
    let host = started(host(config).register("busy", busy)).await;
    let control = host.control().clone();
    house.command("busy", "hold").await;
    house.says("busy/state", "holding").await;
    house.command("busy", "next").await;
    house.says("busy/cmd", "next").await;
    let stopping = tokio::spawn({
        let control = control.clone();
        async move { control.stop("busy").await }
    });
    within(control.wait_for(|props| props[0].state.as_str() == "stopping")).await.unwrap();
    drop(closed);
    within(stopping).await.unwrap().unwrap();
    house.says("busy/telemetry/hold", "held").await;
    house.says("busy/state", "stopped").await;
    assert!(!house.said("busy").iter().any(|(_, text)| text == "ran"));
    within(control.start("busy")).await.unwrap();
    house.says("busy/telemetry/next", "ran").await;
    stop(host).await;
    let said = house.said("busy");
    assert_eq!(said.iter().filter(|(_, text)| text == "held").count(), 1, "run once");
    assert!(!said.iter().any(|(topic, _)| topic == "status/error"), "{said:?}");
}
