//! The broker that is measured through.

use std::{net::SocketAddr, path::PathBuf};

use journeyman_testkit::halloween::{Broker, BrokerConfig, Mosquitto, MosquittoConfig};

use crate::exit::Failure;

/// A real mosquitto where one is installed, else the stand-in.
pub(super) enum BenchBroker {
    Real(Mosquitto, PathBuf),
    StandIn(Broker, String),
}

impl BenchBroker {
    pub(super) async fn start() -> Result<Self, Failure> {
        let why = match program() {
            None => "no mosquitto is installed".to_owned(),
            Some(program) => match Mosquitto::start(&program, &MosquittoConfig::default()) {
                Ok(broker) => return Ok(Self::Real(broker, program)),
                Err(error) => format!("{} does not start: {error}", program.display()),
            },
        };
        let broker = Broker::start(BrokerConfig::default()).await;
        let broker =
            broker.map_err(|error| Failure::failed(format!("the stand-in broker: {error}")))?;
        Ok(Self::StandIn(broker, why))
    }

    pub(super) fn address(&self) -> SocketAddr {
        match self {
            Self::Real(broker, _) => broker.addr(),
            Self::StandIn(broker, _) => broker.addr(),
        }
    }

    pub(super) fn url(&self) -> String {
        match self {
            Self::Real(broker, _) => broker.url(),
            Self::StandIn(broker, _) => broker.url(),
        }
    }

    /// Which one it is.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Real(_, program) => format!("on a real broker, {}", program.display()),
            Self::StandIn(_, why) => {
                format!("on the stand-in broker, in the process of the submitting side: {why}")
            }
        }
    }

    pub(super) async fn stop(self) {
        match self {
            // It is killed when it is dropped.
            Self::Real(broker, _) => drop(broker),
            Self::StandIn(broker, _) => broker.stop().await,
        }
    }
}

/// The program; some systems have it where only root's `PATH` looks.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let name = format!("mosquitto{}", std::env::consts::EXE_SUFFIX);
    folders.map(|folder| folder.join(&name)).find(|program| program.is_file())
}
