//! Start: what is on the bus, and when commands run.

use std::sync::Arc;

use journeyman_core::{
    JobError, Router,
    extract::{Args, State},
};
use journeyman_halloween::{Prop, Subscription};
use journeyman_props::{Instance, PropContext, PropState, PropWorker};
use journeyman_testkit::halloween::{Mosquitto, MosquittoConfig};

use crate::support::{
    House, Latch, config, host, parts::Steps, running, said, started, stop, watcher, within,
};

#[tokio::test]
async fn a_prop_announces_itself_starts_and_then_takes_commands() {
    let house = House::new().await;
    let (latch, closed) = Latch::closed();
    let slow = move |context: &PropContext| {
        let latch = latch.clone();
        let life = Steps::new(context).start(move |context| {
            let latch = latch.clone();
            async move {
                latch.passed().await;
                context.prop().telemetry("start", "done").await
            }
        });
        Ok(Instance::new(Router::new().route("go", async || "gone"), life))
    };
    let quick = |_: &PropContext| Ok(Instance::new(Router::new().route("go", async || 1), ()));
    let started = house.host().register("slow", slow).register("quick", quick).start().unwrap();
    house.says("slow/state", "started").await;
    house.command("slow", "go").await;
    // Nobody waits for the one that is slow.
    running(started.control(), "quick").await;
    house.command("quick", "go").await;
    house.says("quick/telemetry/go", "1").await;
    let status = started.control().prop("slow").unwrap();
    assert_eq!((status.state, status.runs), (PropState::Starting, 1));
    assert_eq!(house.said("worker_host"), [("availability".to_owned(), "online".to_owned())]);
    drop(closed);
    assert!(within(started.control().started()).await);
    house.says("slow/telemetry/go", "gone").await;
    house.says("worker_host/uptime", "0").await;
    let said: Vec<_> = house.said("slow").into_iter().filter(|(topic, _)| topic != "cmd").collect();
    let said: Vec<_> = said.iter().map(|(topic, text)| (topic.as_str(), text.as_str())).collect();
    assert_eq!(
        said,
        [
            ("availability", "online"),
            ("state", "started"),
            ("telemetry/start", "done"),
            ("telemetry/go", "gone"),
        ]
    );
    // The host comes first, before any prop.
    let log = house.bus.log();
    assert_eq!(&*log[0].topic, "halloween/worker_host/availability");
    stop(started).await;
}

#[derive(serde::Deserialize)]
struct Volume {
    volume: u8,
}

/// Watches others, as a coordinator does.
struct Typed {
    context: PropContext,
    volume: u8,
}

impl PropWorker for Typed {
    type Config = Volume;

    fn new(context: PropContext, config: Volume) -> Result<Self, JobError> {
        Ok(Self { context, volume: config.volume })
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new().route("volume", volume).route("seen", seen)
    }

    fn subscriptions(&self) -> Vec<Subscription> {
        vec![Subscription::new("halloween/other/state", "seen")]
    }

    async fn start(&self) -> Result<(), JobError> {
        let greeting = self.context.resolve_config_var("greeting", "none");
        self.context.prop().publish_state_with(&greeting, Default::default()).await
    }
}

async fn volume(State(typed): State<Arc<Typed>>, State(context): State<PropContext>) -> String {
    format!("{} {} {}", context.id(), context.name(), typed.volume)
}

async fn seen(Args(state): Args<String>, prop: Prop) -> Result<(), JobError> {
    prop.telemetry("saw", &state).await
}

#[tokio::test]
async fn a_typed_worker_has_its_configuration_and_watches_others() {
    let house = House::new().await;
    house.root.prop("lamp", "volume: 7\ngreeting: hello\nprop_id: lamp-1\n");
    let other = |_: &PropContext| Ok(Instance::new(Router::new(), ()));
    let host = started(house.rooted().worker::<Typed>("lamp").register("other", other)).await;
    house.says("lamp-1/state", "hello").await;
    house.command("lamp-1", "volume").await;
    house.says("lamp-1/telemetry/volume", "lamp-1 lamp 7").await;
    host.control().restart("other").await.unwrap();
    house.says("lamp-1/telemetry/saw", "stopped").await;
    house.says("lamp-1/telemetry/saw", "started").await;
    stop(host).await;
}

/// The same on the real thing: what others see of a whole life.
#[tokio::test]
async fn a_whole_life_on_mosquitto() {
    let Some(program) = Mosquitto::find("a_whole_life_on_mosquitto") else { return };
    let broker = Mosquitto::start(&program, &MosquittoConfig::default()).unwrap();
    let bus = watcher(broker.addr()).await;
    let lamp = |context: &PropContext| {
        let life = Steps::new(context)
            .start(async |context: PropContext| context.prop().telemetry("up", &1).await)
            .stop(async |context: PropContext| context.prop().telemetry("down", &1).await);
        Ok(Instance::new(Router::new().route("ping", async || "pong"), life))
    };
    let host = started(host(config(broker.addr())).register("lamp", lamp)).await;
    bus.command("halloween/lamp/cmd", "ping", journeyman_testkit::halloween::QoS::AtLeastOnce)
        .await
        .unwrap();
    bus.wait_for("halloween/lamp/telemetry/ping", "pong").await.unwrap();
    stop(host).await;
    bus.wait_for("halloween/worker_host/availability", "offline").await.unwrap();
    let said = said(&bus, "lamp");
    let said: Vec<_> = said.iter().map(|(topic, text)| format!("{topic} {text}")).collect();
    assert_eq!(
        said,
        [
            "availability online",
            "state started",
            "telemetry/up 1",
            "cmd ping",
            "telemetry/ping pong",
            "telemetry/down 1",
            "availability offline",
            "state stopped",
        ]
    );
}
