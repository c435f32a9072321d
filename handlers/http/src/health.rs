//! The health port of upstream's `curl` worker (mooR sheet, section 10.2), for any worker: whoever
//! connects gets one line, `OK` or `UNHEALTHY`, and the connection is closed.
//!
//! Upstream's listens on all interfaces, port 9999, and judges by the time since the last ping. This
//! one listens where it is told ([`DEFAULT_ADDRESS`] is loopback only), and a worker is well when
//! each of its sessions is ready, that is, provably receiving.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use journeyman_core::WorkerControl;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};

/// Upstream's port, on loopback.
pub const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9999);

/// How many may ask at a time.
const ASKING: usize = 32;
/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(1);
/// How much of what is sent to us is read, in bytes.
const MOST_HEARD: usize = 4096;
/// How long to wait when no connection can be accepted, as when all file handles are in use.
const PAUSE: Duration = Duration::from_millis(100);

/// A listening health port.
#[derive(Debug)]
pub struct HealthPort(TcpListener);

impl HealthPort {
    /// Listens there. Port 0 takes a free one.
    ///
    /// # Errors
    /// The port is in use or not ours to take.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The operating system cannot say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Answers for this worker until it is dropped.
    ///
    /// # Cancel safety
    /// Dropping it closes the port; answers under way are still given.
    pub async fn serve(self, worker: WorkerControl) -> Infallible {
        let places = Arc::new(Semaphore::new(ASKING));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                // It is never closed.
                return std::future::pending().await;
            };
            match self.0.accept().await {
                Ok((stream, _)) => {
                    let line = line(&worker);
                    tokio::spawn(async move {
                        // Whoever does not listen in time has not asked.
                        let _ = timeout(LIMIT, answer(stream, line)).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the health port cannot accept a connection");
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

fn line(worker: &WorkerControl) -> &'static [u8] {
    let states = worker.states();
    let well = !states.is_empty() && states.iter().all(|state| state.borrow().is_ready());
    if well { b"OK\n" } else { b"UNHEALTHY\n" }
}

async fn answer(mut stream: TcpStream, line: &[u8]) -> io::Result<()> {
    stream.write_all(line).await?;
    stream.shutdown().await?;
    // To close while something is unread would reset the connection, and the line could be lost.
    let mut heard = 0;
    let mut buffer = [0; 512];
    while heard < MOST_HEARD {
        match stream.read(&mut buffer).await? {
            0 => break,
            n => heard += n,
        }
    }
    Ok(())
}
