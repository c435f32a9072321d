//! What people and other programs do wrong, at a host that runs: each has its message, and the prop
//! that does nothing wrong answers after each.

use std::{net::SocketAddr, path::Path, time::Duration};

use journeyman_core::{JobError, Router, extract::State};
use journeyman_halloween::{ArgText, Config};
use journeyman_props::{Instance, Life, PropContext, PropHost};
use journeyman_testkit::halloween::{Client, Message, Mosquitto, MosquittoConfig, QoS, Seen, User};

use crate::{Folder, house::House, kills::observer, many::Problem};

/// How many messages a flood has.
const FLOOD: u32 = 5_000;

/// The host of this test: a good prop, one whose start panics, and what the folder has.
pub(crate) fn host(broker: SocketAddr, root: &Path) -> Result<PropHost, Problem> {
    let mut config = Config::new(broker.ip().to_string()).port(broker.port());
    config.username = Some(String::new());
    let names = ["broken", "strict", "twin_a", "twin_b"];
    let host = PropHost::new(config).root(root).register("good", good).register("panics", panics);
    Ok(names.into_iter().fold(host, |host, name| host.register(name, strict)))
}

fn good(context: &PropContext) -> Result<Instance, JobError> {
    let router = Router::new()
        .route("ping", async |ArgText(arg): ArgText| arg)
        .route("send", async |State(context): State<PropContext>, ArgText(target): ArgText| {
            context.prop().command(&target.unwrap_or_default(), "start", &()).await
        })
        .route("flood", async |State(context): State<PropContext>| {
            for drop in 0..FLOOD {
                context.prop().telemetry("drop", &drop).await?;
            }
            Ok::<_, JobError>(())
        });
    Ok(Instance::new(router.state(context.clone()), ()))
}

fn strict(context: &PropContext) -> Result<Instance, JobError> {
    #[derive(serde::Deserialize)]
    struct Settings {
        volume: Option<u8>,
    }
    let settings: Settings = context.config()?;
    Ok(Instance::new(Router::new().route("volume", move || async move { settings.volume }), ()))
}

struct Panics;

impl Life for Panics {
    fn start(&self) -> journeyman_props::BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { panic!("the fog machine is on fire") })
    }

    fn stop(&self) -> journeyman_props::BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async { Ok(()) })
    }
}

fn panics(_: &PropContext) -> Result<Instance, JobError> {
    Ok(Instance::new(Router::new(), Panics))
}

/// What is on the bus, from the beginning.
struct Bus {
    client: Client,
    pings: std::cell::Cell<u32>,
}

impl Bus {
    /// Waits for a text under this topic, wherever it is in the order, and shows it.
    async fn says(&self, what: &str, topic: &str, is: impl Fn(&str) -> bool) -> String {
        let topic = format!("halloween/{topic}");
        let fits = |seen: &Seen| *seen.topic == *topic && is(&seen.text());
        let text = match self.client.log().iter().find(|seen| fits(seen)) {
            Some(seen) => seen.text(),
            None => self.client.wait_where(what, fits).await.unwrap().text(),
        };
        let shown: String = text.chars().take(250).collect();
        println!("  {what}:\n      {topic}: {shown}");
        text
    }

    async fn send(&self, payload: impl Into<bytes::Bytes>) {
        let message = Message::new("halloween/good/cmd", payload).qos(QoS::AtLeastOnce);
        self.client.publish(message).await.unwrap();
    }

    /// The good prop still answers.
    async fn answers(&self) {
        let ping = self.pings.get() + 1;
        self.pings.set(ping);
        self.send(format!("ping still-here-{ping}")).await;
        let answer = format!("still-here-{ping}");
        self.client.wait_for("halloween/good/telemetry/ping", answer).await.unwrap();
    }
}

pub(crate) fn run(mosquitto: &Path) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        refused(mosquitto).await;
        running(mosquitto).await;
    });
}

async fn refused(mosquitto: &Path) {
    let mut config = MosquittoConfig::default();
    config.users = vec![User::new("worker", "right")];
    let broker = Mosquitto::start(mosquitto, &config).unwrap();
    let config = Config::new("127.0.0.1").port(broker.addr().port()).credentials("worker", "wrong");
    let config = config.reconnect_interval(Duration::from_millis(20));
    let host = PropHost::new(config).register("good", good).start().unwrap();
    let error = host.wait().await.unwrap_err().to_string();
    println!("  broker refused:\n      {error}");
    assert!(error.contains("does not let us connect"), "{error}");
}

async fn running(mosquitto: &Path) {
    let broker = Mosquitto::start(mosquitto, &MosquittoConfig::default()).unwrap();
    let root = Folder::new();
    let file = |name: &str, text: &str| {
        let backend = root.0.join(name).join("backend");
        std::fs::create_dir_all(&backend).unwrap();
        std::fs::write(backend.join("config.yaml"), text).unwrap();
    };
    file("broken", "volume: 3\nlights: [left, right\nspeed: 5\n");
    file("strict", "# how loud\nvolume: very\n");
    file("twin_a", "prop_id: twin\n");
    file("twin_b", "prop_id: twin\n");
    let client = observer(broker.addr(), "halloween/+/#").await;
    let bus = Bus { client, pings: 0.into() };
    let host = House::start(&format!("bad {} {}", broker.addr(), root.0.display()), &[]);

    let broken =
        |text: &str| text.starts_with("broken: ") && text.contains("broken/backend/config.yaml:");
    bus.says("broken YAML", "worker_host/status/warn", broken).await;
    let key = |text: &str| text.contains("strict/backend/config.yaml:2: `volume`: ");
    bus.says("a value of the wrong kind", "strict/status/error", key).await;
    let twin = |text: &str| text.starts_with("twin_b: its id `twin` is that of ");
    bus.says("two props with one id", "worker_host/status/warn", twin).await;
    let fire = |text: &str| text.contains("the fog machine is on fire");
    bus.says("a start that panics", "panics/status/error", fire).await;
    let next = |text: &str| text.starts_with("panics: ") && text.contains("next attempt in");
    bus.says("and the host on that", "worker_host/status/warn", next).await;
    bus.answers().await;

    bus.send("nonsense").await;
    let unknown = |text: &str| text == "Unknown action: nonsense";
    bus.says("unknown action", "good/status/warn", unknown).await;
    bus.answers().await;

    bus.send(&b"\xff\xfe"[..]).await;
    let invalid = |text: &str| text == "Empty/invalid command payload";
    bus.says("nothing but invalid UTF-8", "good/status/warn", invalid).await;
    bus.send(&b"ping \xffboo\xc3"[..]).await;
    bus.says("invalid UTF-8 in an argument", "good/telemetry/ping", |text| text == "boo").await;
    bus.answers().await;

    bus.send("x".repeat(300_000)).await;
    let long = |text: &str| text.starts_with("Unknown action: xxx") && text.len() < 2_000;
    bus.says("an action of 300 KB", "good/status/warn", long).await;
    bus.send(format!("ping {}", "y".repeat(300_000))).await;
    let whole = |text: &str| text.len() == 300_000;
    bus.says("an argument of 300 KB", "good/telemetry/ping", whole).await;
    bus.answers().await;

    bus.send("send fogger/#").await;
    let wildcard = |text: &str| text == "ValueError: Publish topic cannot contain wildcards.";
    bus.says("a wildcard in a target", "good/status/error", wildcard).await;
    bus.answers().await;

    bus.send("flood").await;
    let flood = |text: &str| text.starts_with("Telemetry limit of 500 per second exceeded: ");
    bus.says("a flood of telemetry", "good/status/warn", flood).await;
    let dropped = bus.client.log().iter().filter(|it| it.topic.ends_with("/drop")).count();
    assert!(dropped < FLOOD as usize, "{dropped} messages got through");
    bus.answers().await;
    assert!(host.stop().stopped);
}
