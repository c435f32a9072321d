//! Peers and helpers for the tests of the stand-in MQTT broker.

#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

pub mod raw;

use std::{future::Future, path::PathBuf, time::Duration};

use journeyman_testkit::halloween::{
    Broker, BrokerConfig, Client, ClientOptions, Event, Events, Mosquitto, MosquittoConfig, Version,
};
use uuid::Uuid;

pub const BOTH: [Version; 2] = [Version::V311, Version::V5];

/// Nothing in these tests takes long; what does has gone wrong.
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), work).await {
        Ok(value) => value,
        Err(_) => panic!("waited too long for: {what}"),
    }
}

pub async fn event(events: &mut Events, what: &str, wanted: impl FnMut(&Event) -> bool) -> Event {
    within(what, events.wait_for(wanted)).await
}

pub async fn client(addr: std::net::SocketAddr, options: ClientOptions) -> Client {
    Client::connect(addr, options).await.unwrap()
}

/// Waits until nobody listens. A process that is being started beside this holds the sockets of
/// this one for a moment, also one that was closed.
pub async fn refused(addr: std::net::SocketAddr) {
    let refused = async {
        while tokio::net::TcpStream::connect(addr).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    within("a port without listener", refused).await;
}

/// A folder that is gone when this is dropped.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("halloween-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One of the two brokers.
pub enum Bed {
    Standin(Box<Broker>),
    Real(Box<Mosquitto>),
}

impl Bed {
    pub async fn standin(config: BrokerConfig) -> Self {
        Self::Standin(Box::new(Broker::start(config).await.unwrap()))
    }

    pub fn real(program: &std::path::Path, config: &MosquittoConfig) -> Self {
        Self::Real(Box::new(Mosquitto::start(program, config).unwrap()))
    }

    pub fn is_real(&self) -> bool {
        matches!(self, Self::Real(_))
    }

    pub fn addr(&self) -> std::net::SocketAddr {
        match self {
            Self::Standin(broker) => broker.addr(),
            Self::Real(broker) => broker.addr(),
        }
    }

    pub async fn client(&self, options: ClientOptions) -> Client {
        client(self.addr(), options).await
    }

    pub async fn kill(&mut self) {
        match self {
            Self::Standin(broker) => broker.kill().await,
            Self::Real(broker) => broker.kill().unwrap(),
        }
    }

    pub async fn stop(&mut self) {
        match self {
            Self::Standin(broker) => broker.stop().await,
            Self::Real(broker) => broker.stop().unwrap(),
        }
    }

    pub async fn restart(&mut self) {
        match self {
            Self::Standin(broker) => broker.restart().await.unwrap(),
            Self::Real(broker) => broker.restart().unwrap(),
        }
    }
}
