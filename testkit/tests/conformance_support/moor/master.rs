//! The stand-in daemon, a worker's configuration for it, and on TCP a fault proxy before each of
//! its sockets.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use journeyman_core::{JobError, Serve};
use journeyman_moor::{Curve, Era};
use journeyman_testkit::{
    conformance::{BoxFuture, Ended, Fault, Master, NewJob, ROUTES, Setup, Ticket},
    moor::{self, Config, Daemon, Event, Events, Failure, Outcome, Stats, Timers},
    proxy::{Cut, Direction, FaultProxy, Faults},
};
use tokio::sync::oneshot;

use super::{Folder, Wire, backend::Quick, errors, secrets, values};

/// Where the worker's own files are.
const WORKER: &str = "worker";

/// Of the nonsense that is published; below the limit of any case.
const LARGE: usize = 20_000;

pub(crate) struct MoorMaster {
    wire: Wire,
    setup: Setup,
    daemon: Arc<Daemon>,
    /// Requests, responses, enrollment; none over ipc.
    proxies: Vec<FaultProxy>,
    /// Kills the tasks that wait for requests.
    tasks: Mutex<HashMap<String, oneshot::Sender<()>>>,
    /// Answers before the last restart.
    earlier: AtomicU64,
    farewells: Mutex<(Events, u64)>,
    folder: Folder,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn answers(stats: Stats) -> u64 {
    stats.results + stats.errors + stats.unknown_requests + stats.not_registered + stats.invalid
}

impl MoorMaster {
    pub(crate) async fn start(wire: Wire, setup: Setup) -> Result<Self, String> {
        let folder = Folder::new().map_err(text)?;
        secrets::write_worker_key(&folder.path().join(WORKER)).map_err(text)?;
        // As often as the real one where the case does not care.
        let mut timers = Timers { ping_interval: setup.silence / 4, ..Timers::default() };
        if setup.network.is_some() {
            // A pong for each of the types is too much for a network that passes byte after byte.
            timers.ping_interval = setup.silence / 2;
            timers.expiry = Duration::from_secs(60);
        }
        let config = match wire {
            Wire::Ipc => Config::curve().ipc(folder.path()),
            Wire::Tcp => Config::curve().encrypted(false).enrollment(None),
            Wire::Curve => Config::curve()
                .curve_keys(secrets::daemon_keys())
                .enrollment_token(secrets::ENROLLMENT_TOKEN),
            Wire::Paseto => Config::paseto().signing_key(secrets::signing_key()),
        };
        let config = config.folder(folder.path().join("daemon")).timers(timers);
        let daemon = Daemon::start(config).await.map_err(text)?;
        let mut proxies = Vec::new();
        if wire != Wire::Ipc {
            let endpoints =
                [Some(daemon.requests()), Some(daemon.responses()), daemon.enrollment()];
            for (endpoint, number) in endpoints.into_iter().flatten().zip(1..) {
                proxies.push(proxy(endpoint, number, &setup).await?);
            }
        }
        let farewells = Mutex::new((daemon.events(), 0));
        Ok(Self {
            wire,
            setup,
            daemon: Arc::new(daemon),
            proxies,
            tasks: Mutex::default(),
            earlier: AtomicU64::new(0),
            farewells,
            folder,
        })
    }

    fn config(&self) -> journeyman_moor::Config {
        let through = |number: usize, direct: &str| match self.proxies.get(number) {
            Some(proxy) => format!("tcp://{}", proxy.addr()),
            None => direct.to_owned(),
        };
        let requests = through(0, self.daemon.requests());
        let config = journeyman_moor::Config::new(requests, through(1, self.daemon.responses()))
            .worker_types(self.setup.routes.iter().cloned())
            .max_message_size(self.setup.max_message)
            .ping_timeout(self.setup.silence)
            .data_dir(self.folder.path().join(WORKER))
            .service_type(secrets::SERVICE);
        match self.wire {
            Wire::Ipc => config,
            Wire::Tcp => config.curve(Curve::Off),
            Wire::Curve => {
                let enrollment = self.daemon.enrollment().expect("it has the service");
                config
                    .enrollment_address(through(2, enrollment))
                    .enrollment_token(secrets::ENROLLMENT_TOKEN)
            }
            Wire::Paseto => {
                let files = self.daemon.files().expect("it has a folder");
                config.era(Era::Paseto).private_key(files.signing_key())
            }
        }
    }

    fn plan(&self, faults: &Faults) {
        for proxy in &self.proxies {
            proxy.set_faults(faults.clone());
        }
    }

    fn cut(&self, how: Cut) {
        for proxy in &self.proxies {
            proxy.cut_all(how);
        }
    }

    /// A session that is enrolling is not listening yet. Only this engine tells who is.
    async fn listened_to(&self) {
        if self.wire == Wire::Curve {
            self.daemon.subscribed(1).await;
        }
    }

    async fn carry_out(&self, fault: Fault) {
        match fault {
            Fault::Cut => self.cut(Cut::Reset),
            // ZeroMQ has no other goodbye.
            Fault::Goodbye => self.cut(Cut::Fin),
            Fault::Silence => self.proxies.iter().for_each(FaultProxy::freeze_all),
            Fault::HoldRegistrations => self.daemon.faults().set_mute_registrations(true),
            Fault::ReleaseRegistrations => {
                self.daemon.faults().set_mute_registrations(false);
                self.cut(Cut::Reset);
            }
            Fault::DeliverTwice => self.daemon.faults().set_deliver_twice(true),
            Fault::Garbage => {
                self.listened_to().await;
                self.daemon.publish_garbage(LARGE);
                // Not for us, and no nonsense.
                self.daemon.publish_request(uuid::Uuid::from_u128(1), &[moor::Value::Int(1)]);
                self.daemon.publish_please_die(uuid::Uuid::from_u128(1));
            }
            Fault::BrokenFraming => {
                self.listened_to().await;
                // Reserved flags, and a length that nobody would send.
                self.proxies.iter().for_each(|proxy| proxy.inject_all(vec![0xff; 64]));
            }
            Fault::Down => self.daemon.down().await,
            Fault::Up => {
                self.earlier.store(answers(self.daemon.stats()), SeqCst);
                self.daemon.up().await.expect("the addresses are free again");
            }
            Fault::Blackhole => {
                let swallow = Direction { swallow: true, ..Direction::default() };
                self.plan(&Faults::both(swallow));
            }
            Fault::Throttle(bytes) => {
                let slow = Direction { throttle: Some(bytes), ..Direction::default() };
                self.plan(&Faults::both(slow));
            }
            Fault::GoodNetwork => self.plan(&Faults::none()),
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }
}

async fn proxy(endpoint: &str, number: u64, setup: &Setup) -> Result<FaultProxy, String> {
    let address = endpoint.strip_prefix("tcp://").ok_or("no TCP endpoint")?;
    let address: SocketAddr = address.parse().map_err(text)?;
    let seed = setup.network.as_ref().map_or(number, |network| network.seed * 17 + number);
    let proxy = FaultProxy::start(address, seed).await.map_err(text)?;
    if let Some(network) = &setup.network {
        proxy.set_faults(network.faults.clone());
    }
    Ok(proxy)
}

fn ended(outcome: Outcome) -> Ended {
    match outcome {
        Ok(value) => Ended::Ok(values::value(value)),
        Err(Failure::Moo(failure)) => {
            let (code, message) = errors::seen(&failure);
            Ended::Failed { code, message }
        }
        Err(_) => Ended::Lost,
    }
}

impl Master for MoorMaster {
    fn serve(&self) -> Serve {
        let Setup { backoff, silence, max_waiting, .. } = self.setup;
        Serve::new(Quick { config: self.config(), backoff, silence, max_waiting })
    }

    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
        Box::pin(async move {
            let arguments: Option<Vec<_>> =
                values::list(&job.args).iter().map(values::moo).collect();
            let arguments = arguments.ok_or("MOO code has no such value")?;
            let request = match self.daemon.submit(&job.route, &arguments, job.timeout) {
                Ok(request) => request,
                Err(failure @ Failure::Moo(_)) => {
                    let (mut writer, ticket) = Ticket::new("");
                    writer.end(ended(Err(failure)));
                    return Ok(ticket);
                }
                Err(failure) => return Err(failure.to_string()),
            };
            let id = request.id().to_string();
            let (kill, killed) = oneshot::channel::<()>();
            lock(&self.tasks).insert(id.clone(), kill);
            let (mut writer, ticket) = Ticket::new(id);
            let cancelled = errors::code(self.wire, &JobError::cancelled(""));
            tokio::spawn(async move {
                tokio::select! {
                    outcome = request => writer.end(ended(outcome)),
                    // The task was killed: nobody sees an end of it, so this one is ours.
                    Ok(()) = killed => {
                        writer.end(Ended::Failed { code: cancelled, message: String::new() });
                    }
                }
            });
            Ok(ticket)
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        if let Some(kill) = lock(&self.tasks).remove(id) {
            // An error means that it has ended.
            let _ = kill.send(());
        }
        Box::pin(std::future::ready(()))
    }

    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        Box::pin(self.carry_out(fault))
    }

    /// Each session registers for all types; the first one stands for them.
    fn registered(&self) -> usize {
        self.daemon.registered().iter().filter(|worker| worker.worker_type == ROUTES[0]).count()
    }

    fn answers(&self) -> u64 {
        answers(self.daemon.stats()) - self.earlier.load(SeqCst)
    }

    fn farewells(&self) -> Option<u64> {
        let mut farewells = lock(&self.farewells);
        while let Some(event) = farewells.0.try_next() {
            if let Event::Detached { worker_type, .. } = event
                && *worker_type == *ROUTES[0]
            {
                farewells.1 += 1;
            }
        }
        Some(farewells.1)
    }

    fn describe(&self) -> String {
        let mut events = self.daemon.events();
        let mut last = VecDeque::new();
        while let Some(event) = events.try_next() {
            last.push_back(event.to_string());
            if last.len() > 40 {
                last.pop_front();
            }
        }
        let old: Vec<_> = self
            .daemon
            .registered()
            .into_iter()
            .filter(|worker| worker.outstanding > 0 || worker.unseen > Duration::from_secs(8))
            .collect();
        let proxies: Vec<_> = self.proxies.iter().map(FaultProxy::counters).collect();
        format!(
            "{:#?}; busy or silent workers: {old:?}; proxies: {proxies:?}; last events: {last:#?}",
            self.daemon.stats()
        )
    }
}
