//! Listening, and the life of a connection.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::State};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use journeyman_core::{Error, ErrorKind, WorkerControl};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::sleep,
};

use crate::{
    MonitorConfig, api, guard,
    journal::Level,
    patience::Patient,
    places::Places,
    sample::{run, watch_session},
    shared::{Shared, session_names},
};

/// Connections at a time, and of one address.
const CONNECTIONS: (usize, usize) = (128, 64);

/// How long the head of a request may take, and how long a connection may be idle.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client may read nothing of an answer.
const READS: Duration = Duration::from_secs(20);

/// The largest head of a request, in bytes.
const HEAD: usize = 32 * 1024;

/// The most header lines.
const HEADERS: usize = 64;

/// How long to wait when no connection can be accepted, as when all file handles are in use.
const PAUSE: Duration = Duration::from_millis(100);

/// What handlers take.
pub(crate) type App = State<Arc<Shared>>;

/// A monitor before it listens.
#[derive(Debug)]
#[must_use]
pub struct Monitor {
    control: WorkerControl,
    config: MonitorConfig,
}

/// A monitor that has its port. It answers once it is served.
#[derive(Debug)]
#[must_use]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    server: Arc<Server>,
    /// Streams end when it is dropped.
    _open: watch::Sender<()>,
}

/// What a connection needs.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) shared: Arc<Shared>,
    pub(crate) router: Router,
}

impl Server {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { router: api::router(Arc::clone(&shared)), shared }
    }
}

impl Monitor {
    /// A monitor of this worker.
    pub fn new(control: WorkerControl, config: MonitorConfig) -> Self {
        Self { control, config }
    }

    /// Takes the port.
    ///
    /// # Errors
    /// The port is in use or not ours to take; or the address can be reached by others and there is no
    /// token.
    pub async fn bind(self) -> Result<Listening, Error> {
        self.config.check()?;
        let address = self.config.address;
        let listener = TcpListener::bind(address).await.map_err(|error| cannot(address, error))?;
        let address = listener.local_addr().map_err(|error| cannot(address, error))?;
        let (open, receiver) = watch::channel(());
        let shared = Arc::new(Shared::new(self.control, self.config, address.port(), receiver));
        tracing::info!(%address, "the monitor listens");
        if shared.config.insecure_open && shared.door.is_open() && !address.ip().is_loopback() {
            let text = format!("open to everybody who reaches {address}: no token is wanted");
            tracing::warn!("{text}");
            shared.journal.add(Level::Warning, text);
        }
        Ok(Listening { listener, address, server: Arc::new(Server::new(shared)), _open: open })
    }

    /// Takes the port and answers until it is dropped.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    ///
    /// # Cancel safety
    /// As [`Listening::serve`].
    pub async fn serve(self) -> Result<Infallible, Error> {
        Ok(self.bind().await?.serve().await)
    }
}

fn cannot(address: SocketAddr, error: io::Error) -> Error {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => "stop what listens there, or choose another port",
        io::ErrorKind::PermissionDenied => "choose a port above 1023",
        io::ErrorKind::AddrNotAvailable => "choose an address of this machine",
        _ => "choose another address",
    };
    Error::new(ErrorKind::Config, "monitor", format!("cannot listen on {address}: {error}"))
        .with_source(error)
        .with_remedy(remedy)
}

impl Listening {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is dropped.
    ///
    /// # Cancel safety
    /// Dropping it closes the port and all connections.
    pub async fn serve(self) -> Infallible {
        let Self { listener, server, _open, .. } = self;
        let mut tasks = JoinSet::new();
        tasks.spawn(run(Arc::clone(&server.shared)));
        for (session, state) in sessions(&server.shared) {
            tasks.spawn(watch_session(Arc::clone(&server.shared), session, state));
        }
        let places = Places::new(CONNECTIONS.0, CONNECTIONS.1);
        loop {
            let accept = async {
                let place = places.any().await;
                (place, listener.accept().await)
            };
            tokio::select! {
                (place, accepted) = accept => match accepted {
                    Ok((stream, peer)) => {
                        let place = place.and_then(|place| places.give(place, peer.ip()));
                        let Some(place) = place else {
                            tracing::debug!(%peer, "too many connections of one address");
                            continue;
                        };
                        let server = Arc::clone(&server);
                        tasks.spawn(async move {
                            connection(server, stream, peer).await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the monitor cannot accept a connection");
                        sleep(PAUSE).await;
                    }
                },
                Some(ended) = tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a task of the monitor ended");
                    }
                }
            }
        }
    }
}

type Watched = (String, watch::Receiver<journeyman_core::session::SessionState>);

fn sessions(shared: &Shared) -> Vec<Watched> {
    let snapshot = shared.control.snapshot();
    session_names(&snapshot).into_iter().zip(shared.control.states()).collect()
}

async fn connection(server: Arc<Server>, stream: TcpStream, peer: SocketAddr) {
    // Answers are small, and wanted at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(guard::answer(&server, peer, request.map(Body::new)).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(HEAD)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(Patient::new(stream, READS)), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        // A client that went away, or sent no HTTP.
        tracing::debug!(%peer, %error, "a connection to the monitor ended");
    }
}
