//! A house for tests: a broker, somebody who watches the bus, and a folder for props.

#![allow(dead_code, unreachable_pub)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use journeyman_core::backoff::Backoff;
use journeyman_halloween::Config;
use journeyman_props::{HostControl, PropHost, PropState, StartedHost};
use journeyman_testkit::halloween::{Broker, BrokerConfig, Client, ClientOptions, QoS, Seen};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::timeout,
};

/// Nothing below takes longer on any machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that goes away.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("props-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file, with the folders on the way.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A prop with this config file.
    pub fn prop(&self, name: &str, config: &str) -> PathBuf {
        self.write(&format!("{name}/backend/config.yaml"), config)
    }

    pub fn remove(&self, name: &str) {
        fs::remove_dir_all(self.0.join(name)).unwrap();
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

pub struct House {
    pub broker: Broker,
    pub bus: Client,
    pub root: Folder,
}

impl House {
    pub async fn new() -> Self {
        Self::with(BrokerConfig::default()).await
    }

    pub async fn with(config: BrokerConfig) -> Self {
        let broker = Broker::start(config).await.unwrap();
        let bus = watcher(broker.addr()).await;
        Self { broker, bus, root: Folder::new() }
    }

    pub fn config(&self) -> Config {
        config(self.broker.addr())
    }

    /// A host without a root that tries again soon.
    pub fn host(&self) -> PropHost {
        host(self.config())
    }

    /// The same, with the folder.
    pub fn rooted(&self) -> PropHost {
        self.host().root(self.root.path())
    }

    pub async fn says(&self, topic: &str, payload: &str) -> Seen {
        self.bus.wait_for(&format!("halloween/{topic}"), payload).await.unwrap()
    }

    pub async fn command(&self, id: &str, payload: &str) {
        let topic = format!("halloween/{id}/cmd");
        self.bus.command(&topic, payload.to_owned(), QoS::AtLeastOnce).await.unwrap();
    }

    /// Everything that was said below these topics, in order: topic without its beginning, and
    /// payload.
    pub fn said(&self, id: &str) -> Vec<(String, String)> {
        said(&self.bus, id)
    }

    /// What the bus says about a prop to those who come later.
    pub fn retained(&self, topic: &str) -> Option<String> {
        let message = self.broker.retained(&format!("halloween/{topic}"))?;
        Some(String::from_utf8_lossy(&message.payload).into_owned())
    }
}

pub fn said(bus: &Client, id: &str) -> Vec<(String, String)> {
    let prefix = format!("halloween/{id}/");
    let log = bus.log();
    let of = |seen: &Seen| Some((seen.topic.strip_prefix(&*prefix)?.to_owned(), seen.text()));
    log.iter().filter_map(of).collect()
}

pub async fn watcher(addr: std::net::SocketAddr) -> Client {
    let bus = Client::connect(addr, ClientOptions::v5().patience(PATIENCE)).await.unwrap();
    bus.subscribe("halloween/#", QoS::AtLeastOnce).await.unwrap();
    bus
}

pub fn config(addr: std::net::SocketAddr) -> Config {
    let config = Config::new(addr.ip().to_string()).port(addr.port());
    config.reconnect_interval(Duration::from_millis(20))
}

pub fn host(config: Config) -> PropHost {
    let backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(100));
    let mut toggles = journeyman_halloween::discovery::Toggles::default();
    toggles.builtins.disable = vec!["heartbeat".to_owned()];
    PropHost::new(config).start_backoff(backoff).reload(false).toggles(toggles)
}

/// A host that runs until the test is over.
pub async fn started(host: PropHost) -> StartedHost {
    let host = host.start().unwrap();
    let control = host.control().clone();
    assert!(within(control.started()).await, "the host ended");
    host
}

pub async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it takes too long")
}

/// Waits until a prop is like that.
pub async fn until(control: &HostControl, id: &str, is: impl Fn(&PropState) -> bool) {
    let reached = control.wait_for(|props| props.iter().any(|p| &*p.id == id && is(&p.state)));
    let reached = timeout(PATIENCE, reached).await;
    assert!(matches!(reached, Ok(Ok(_))), "{id} is not so: {:?}", control.props());
}

pub async fn running(control: &HostControl, id: &str) {
    until(control, id, PropState::is_running).await;
}

pub async fn stop(host: StartedHost) {
    host.control().shutdown();
    within(host.wait()).await.unwrap();
}

/// Holds something up until it is opened.
#[derive(Clone)]
pub struct Latch(Arc<Mutex<()>>);

impl Latch {
    /// Closed for as long as the guard lives.
    pub fn closed() -> (Self, OwnedMutexGuard<()>) {
        let lock = Arc::new(Mutex::new(()));
        let guard = Arc::clone(&lock).try_lock_owned().unwrap();
        (Self(lock), guard)
    }

    pub async fn passed(&self) {
        drop(self.0.lock().await);
    }
}

/// What a factory and a life do, for one test each.
pub mod parts {
    use futures_util::future::BoxFuture as Boxed;
    use journeyman_core::JobError;
    use journeyman_props::{BoxFuture, Life, PropContext};

    type Step = Box<dyn Fn(PropContext) -> Boxed<'static, Result<(), JobError>> + Send + Sync>;

    /// A life made of two closures.
    pub struct Steps {
        context: PropContext,
        start: Option<Step>,
        stop: Option<Step>,
    }

    impl Steps {
        pub fn new(context: &PropContext) -> Self {
            Self { context: context.clone(), start: None, stop: None }
        }

        pub fn start<F>(mut self, step: impl Fn(PropContext) -> F + Send + Sync + 'static) -> Self
        where
            F: Future<Output = Result<(), JobError>> + Send + 'static,
        {
            self.start = Some(Box::new(move |context| Box::pin(step(context))));
            self
        }

        pub fn stop<F>(mut self, step: impl Fn(PropContext) -> F + Send + Sync + 'static) -> Self
        where
            F: Future<Output = Result<(), JobError>> + Send + 'static,
        {
            self.stop = Some(Box::new(move |context| Box::pin(step(context))));
            self
        }

        async fn run(&self, step: &Option<Step>) -> Result<(), JobError> {
            match step {
                Some(step) => step(self.context.clone()).await,
                None => Ok(()),
            }
        }
    }

    impl Life for Steps {
        fn start(&self) -> BoxFuture<'_, Result<(), JobError>> {
            Box::pin(self.run(&self.start))
        }

        fn stop(&self) -> BoxFuture<'_, Result<(), JobError>> {
            Box::pin(self.run(&self.stop))
        }
    }
}
