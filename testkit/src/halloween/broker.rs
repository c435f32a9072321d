//! The stand-in broker itself.

use std::{fmt, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Mutex, watch},
    task::{JoinHandle, JoinSet},
    time::{interval, sleep},
};

use super::{
    config::BrokerConfig,
    conn,
    core::Shared,
    events::{Cause, Events},
    faults::Faults,
    link::End,
    message::{Message, QoS, Version},
    packet::reason,
    persist,
    reserved::ReservedPort,
    tree::Key,
};

/// A stand-in broker.
///
/// It runs in tasks of its own on the tokio runtime that it was started in. A drop ends them as
/// [`kill`](Self::kill) does.
///
/// ```
/// use journeyman_testkit::halloween::{Broker, BrokerConfig, Client, ClientOptions, Message, QoS};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let broker = Broker::start(BrokerConfig::default()).await?;
/// let client = Client::connect(broker.addr(), ClientOptions::v5()).await?;
/// client.subscribe("halloween/+/cmd", QoS::AtLeastOnce).await?;
/// broker.publish(Message::new("halloween/coffin/cmd", "open").qos(QoS::AtLeastOnce));
/// let seen = client.wait_for("halloween/coffin/cmd", "open").await?;
/// assert_eq!(seen.qos, QoS::AtLeastOnce);
/// broker.stop().await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Broker {
    pub(crate) shared: Arc<Shared>,
    /// Bound to the address but not listening: it keeps the port from others while the broker
    /// is down.
    reserved: ReservedPort,
    ending: watch::Sender<Ending>,
    tasks: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    No,
    Orderly,
    AtOnce,
}

/// What the broker knows of a client, connected or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientInfo {
    /// Its id.
    pub client_id: Arc<str>,
    /// Its protocol.
    pub version: Version,
    /// Its user.
    pub user: Option<Arc<str>>,
    /// The number of its connection; `None`: only its session is there.
    pub connection: Option<u64>,
    /// Its filters and the QoS granted, in the order of the alphabet.
    pub subscriptions: Vec<(Arc<str>, QoS)>,
    /// QoS 1 and 2 messages that it has not acknowledged.
    pub in_flight: usize,
    /// QoS 1 and 2 messages that wait behind those.
    pub queued: usize,
}

/// Why a broker can not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address can not be listened at.
    Listen(SocketAddr, io::Error),
    /// The file of an earlier broker can not be read.
    Persistence(PathBuf, String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(addr, error) => write!(f, "the broker can not listen at {addr}: {error}"),
            Self::Persistence(file, error) => {
                write!(f, "the broker can not read {}: {error}", file.display())
            }
        }
    }
}

impl std::error::Error for StartError {}

impl Broker {
    /// Starts one. It listens when this returns.
    ///
    /// # Errors
    ///
    /// If the address can not be listened at, or the persistence file is there and can not be
    /// understood.
    pub async fn start(mut config: BrokerConfig) -> Result<Self, StartError> {
        let listen = config.listen;
        let failed = |error| StartError::Listen(listen, error);
        let reserved = ReservedPort::new(listen).map_err(failed)?;
        let listener = reserved.listen().await.map_err(failed)?;
        config.listen = reserved.addr();
        let persistence = config.persistence.clone();
        let shared = Arc::new(Shared::new(config));
        if let Some(persistence) = &persistence {
            let failed = |error| StartError::Persistence(persistence.file.clone(), error);
            match std::fs::read_to_string(&persistence.file) {
                Ok(text) => shared.change(|change| persist::load(change, &text)).map_err(failed)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        let ending = watch::Sender::new(Ending::No);
        let autosave = persistence.and_then(|persistence| persistence.autosave);
        let tasks = tokio::spawn(accept(Arc::clone(&shared), listener, ending.subscribe()));
        if let Some(every) = autosave {
            tokio::spawn(save_often(Arc::clone(&shared), every, ending.subscribe()));
        }
        Ok(Self { shared, reserved, ending, tasks: Mutex::new(Some(tasks)) })
    }

    /// Starts again after [`stop`](Self::stop) or [`kill`](Self::kill), at the same address and
    /// with the same configuration. While it was down nobody else could take its port. The log
    /// of events and the faults begin anew.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), also if it was not ended before.
    pub async fn restart(&mut self) -> Result<(), StartError> {
        *self = Self::start(self.config().clone()).await?;
        Ok(())
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.reserved.addr()
    }

    /// Where it listens, as `mqtt://address:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mqtt://{}", self.addr())
    }

    /// Its configuration, with the port that it listens at: for starting it again.
    #[must_use]
    pub fn config(&self) -> &BrokerConfig {
        &self.shared.config
    }

    /// Stops in good order, as mosquitto does: the wills of those connected are published (and
    /// kept, if they are retained), MQTT 5 clients are told, what waits is written, and then
    /// sessions and retained messages are saved. Afterwards nobody listens any more.
    ///
    /// Not cancel safe: dropped half-way, the broker may be stopping.
    pub async fn stop(&self) {
        self.shared.change(|change| {
            let keys: Vec<Key> = change.core.sessions.keys().copied().collect();
            for key in keys {
                let session = change.core.sessions.get_mut(&key);
                if let Some(will) = session.and_then(|session| session.will.take()) {
                    change.publish_will(key, will);
                }
            }
            change.core.stopped = true;
            let keys: Vec<Key> = change.core.sessions.keys().copied().collect();
            for key in keys {
                change.end(key, reason::SHUTTING_DOWN, Cause::Stopped);
            }
        });
        for link in self.shared.links().values() {
            link.finish(End::Flush, Cause::Stopped);
        }
        self.end(Ending::Orderly).await;
        // Nobody is left to be told of an error.
        let _ = self.save();
    }

    /// Drops everything at once, as a SIGKILL would: no wills, no last words, nothing saved.
    /// Afterwards nobody listens any more.
    pub async fn kill(&self) {
        self.shared.look().stopped = true;
        self.end(Ending::AtOnce).await;
    }

    async fn end(&self, ending: Ending) {
        self.ending.send_replace(ending);
        if let Some(tasks) = self.tasks.lock().await.take() {
            // A panic of a connection ended that connection alone.
            let _ = tasks.await;
        }
    }

    /// Writes the persistence file, if there is to be one.
    ///
    /// # Errors
    ///
    /// If it can not be written.
    pub fn save(&self) -> io::Result<()> {
        save(&self.shared)
    }

    /// What has happened from the start on, and what will. The log is bounded; see
    /// [`Events`].
    #[must_use]
    pub fn events(&self) -> Events {
        Events::from_start(Arc::clone(&self.shared.events))
    }

    /// What will happen from now on.
    #[must_use]
    pub fn events_from_now(&self) -> Events {
        Events::from_now(Arc::clone(&self.shared.events))
    }

    /// Waits until `state` returns something, looking again whenever something has happened.
    /// Cancel safe. Put a limit of time around it.
    pub async fn wait_until<R>(&self, mut state: impl FnMut(&Self) -> Option<R>) -> R {
        let mut events = self.events_from_now();
        loop {
            if let Some(result) = state(self) {
                return result;
            }
            events.next().await;
            while events.try_next().is_some() {}
        }
    }

    /// The retained message of a topic.
    #[must_use]
    pub fn retained(&self, topic: &str) -> Option<Message> {
        self.shared.look().retained.get(topic).map(|stored| stored.message.clone())
    }

    /// All retained messages that a filter selects, in the order of their topics.
    #[must_use]
    pub fn all_retained(&self, filter: &str) -> Vec<Message> {
        let stored = self.shared.look().retained.matching(filter);
        stored.iter().map(|stored| stored.message.clone()).collect()
    }

    /// The clients, in the order of their ids.
    #[must_use]
    pub fn clients(&self) -> Vec<ClientInfo> {
        let core = self.shared.look();
        let mut clients: Vec<ClientInfo> = core
            .sessions
            .values()
            .map(|session| {
                let subscriptions = session.subscriptions.iter();
                let mut subscriptions: Vec<_> = subscriptions
                    .map(|(filter, options)| (Arc::clone(filter), options.qos))
                    .collect();
                subscriptions.sort();
                ClientInfo {
                    client_id: Arc::clone(&session.client_id),
                    version: session.version,
                    user: session.user.clone(),
                    connection: session.link.as_ref().map(|link| link.number),
                    subscriptions,
                    in_flight: session.flights.len(),
                    queued: session.queue.len(),
                }
            })
            .collect();
        clients.sort_by(|a, b| a.client_id.cmp(&b.client_id));
        clients
    }

    /// What is known of one client.
    #[must_use]
    pub fn client(&self, client_id: &str) -> Option<ClientInfo> {
        self.clients().into_iter().find(|client| &*client.client_id == client_id)
    }

    /// Publishes from inside, past all rules. Returns to how many clients it goes.
    pub fn publish(&self, message: Message) -> usize {
        let name = Arc::default();
        self.shared.change(|change| change.publish(None, &name, message, false, false))
    }

    /// The switches for misbehaviour.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.shared.look().stopped = true;
        self.ending.send_if_modified(|ending| {
            let open = *ending == Ending::No;
            if open {
                *ending = Ending::AtOnce;
            }
            open
        });
    }
}

fn save(shared: &Shared) -> io::Result<()> {
    match &shared.config.persistence {
        Some(persistence) => persist::save(&shared.look(), &persistence.file),
        None => Ok(()),
    }
}

async fn save_often(shared: Arc<Shared>, every: Duration, mut ending: watch::Receiver<Ending>) {
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    loop {
        tokio::select! {
            () = told(&mut ending) => return,
            _ = ticks.tick() => {}
        }
        // The next time may be better; `stop` tries it once more.
        let _ = save(&shared);
    }
}

/// Waits until the broker is to end; without a sender it is.
async fn told(ending: &mut watch::Receiver<Ending>) {
    let _ = ending.wait_for(|ending| *ending != Ending::No).await;
}

/// Takes connections until the end, which comes when all of them have ended.
async fn accept(shared: Arc<Shared>, listener: TcpListener, mut ending: watch::Receiver<Ending>) {
    let mut connections = JoinSet::new();
    loop {
        let room = connections.len() < shared.config.max_connections;
        tokio::select! {
            () = told(&mut ending) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if room => match accepted {
                Ok((stream, _)) if shared.faults.close_new() => drop(stream),
                Ok((stream, _)) => {
                    connections.spawn(conn::serve(Arc::clone(&shared), stream));
                }
                // Too many open files, most likely: others have to close first.
                Err(_) => sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    if *ending.borrow() == Ending::Orderly {
        // A connection that was accepted a moment ago has missed being told.
        for link in shared.links().values() {
            link.finish(End::Flush, Cause::Stopped);
        }
    }
    let at_once = async {
        let _ = ending.wait_for(|ending| *ending == Ending::AtOnce).await;
    };
    let flushed = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        () = at_once => {}
        () = flushed => return,
    }
    connections.shutdown().await;
}
