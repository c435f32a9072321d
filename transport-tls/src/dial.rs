//! From a host name to a TCP connection.

use std::{io, net::SocketAddr};

use journeyman_core::{Error, ErrorKind};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};

use crate::error::connecting;

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// Resolves the name and tries its addresses in turn. Each address but the last gets a fair share
/// of the time that is left, so that one that swallows packets does not hide one that answers.
pub async fn dial(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
    step: &mut &'static str,
    hung_up: &'static str,
) -> Result<TcpStream, Error> {
    *step = "name resolution";
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| {
        Error::new(ErrorKind::Unreachable, "connect", "the host name cannot be resolved")
            .with_context("host", host)
            .with_remedy("check the spelling of the host, and this machine's DNS")
            .with_source(error)
    })?;
    let addresses: Vec<SocketAddr> = found.take(MAX_ADDRESSES).collect();
    *step = "the TCP connection";
    let mut last = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        let now = Instant::now();
        let share = deadline.map(|deadline| now + deadline.saturating_duration_since(now) / left);
        let attempt = TcpStream::connect(address);
        let result = match share {
            Some(share) if left > 1 => timeout_at(share, attempt)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            _ => attempt.await,
        };
        match result {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some((address, error)),
        }
    }
    Err(match last {
        Some((address, error)) => {
            connecting("the TCP connection", error, hung_up).with_context("address", address)
        }
        None => Error::new(ErrorKind::Unreachable, "connect", "the host name has no address")
            .with_context("host", host)
            .with_remedy("check the spelling of the host, and this machine's DNS"),
    })
}
