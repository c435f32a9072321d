//! Name resolution, TCP, TLS, WebSocket.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use journeyman_core::{ErrorKind, transport::Transport};
use journeyman_ws::{WsConfig, WsTarget, WsTransport};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::Check;
use crate::exit::Code;

/// How many addresses are shown.
const SHOWN: usize = 4;

/// Resolves a name.
pub(crate) async fn resolve(
    check: &mut Check,
    host: &str,
    port: u16,
    limit: Duration,
) -> Vec<SocketAddr> {
    const STEP: &str = "DNS";
    const REMEDY: &str = "check the spelling of the host, and this machine's DNS";
    match timeout(limit, lookup_host((host, port))).await {
        Ok(Ok(found)) => {
            let addresses: Vec<_> = found.collect();
            if addresses.is_empty() {
                check.failed(Code::Unreachable, STEP, format!("{host} has no address"), REMEDY);
            } else {
                let shown: Vec<_> =
                    addresses.iter().take(SHOWN).map(|a| a.ip().to_string()).collect();
                check.ok(STEP, format!("{host} is {}", shown.join(", ")));
            }
            addresses
        }
        Ok(Err(error)) => {
            let text = format!("{host} cannot be resolved: {error}");
            check.failed(Code::Unreachable, STEP, text, REMEDY);
            Vec::new()
        }
        Err(_) => {
            let text = format!("{host}: no answer within {limit:?}");
            check.failed(Code::Unreachable, STEP, text, REMEDY);
            Vec::new()
        }
    }
}

/// Opens a connection to the first address that takes one, and drops it.
pub(crate) async fn dial(check: &mut Check, addresses: &[SocketAddr], limit: Duration) -> bool {
    const STEP: &str = "TCP";
    let mut last = String::new();
    for address in addresses {
        let start = Instant::now();
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                check.ok(STEP, format!("{address} answers in {:.1?}", start.elapsed()));
                return true;
            }
            Ok(Err(error)) => last = format!("{address}: {error}"),
            Err(_) => last = format!("{address}: no answer within {limit:?}"),
        }
    }
    check.failed(
        Code::Unreachable,
        STEP,
        last,
        "check that the server runs, that the port is right (not that of its API), and firewalls \
         on the way",
    );
    false
}

/// Shakes hands as a WebSocket client, with TLS if the target has it. `hint` is for an answer that
/// is no WebSocket's.
pub(crate) async fn web_socket(
    check: &mut Check,
    target: WsTarget,
    mut config: WsConfig,
    limit: Duration,
    hint: &str,
) -> bool {
    const STEP: &str = "WebSocket";
    config.connect_timeout = limit;
    let secure = target.url.starts_with("wss://");
    if !secure {
        check.skipped("TLS", "not used: the connection is plain");
    }
    let mut transport = WsTransport::new(config);
    let start = Instant::now();
    match transport.connect(target).await {
        Ok(()) => {
            let took = start.elapsed();
            transport.abort();
            if secure {
                check.ok("TLS", "the certificate is accepted");
            }
            check.ok(STEP, format!("the handshake is done after {took:.1?}"));
            true
        }
        Err(error) if error.kind() == ErrorKind::Tls => {
            check.error("TLS", &error);
            false
        }
        Err(error) => {
            if secure {
                check.ok("TLS", "the certificate is accepted");
            }
            check.error(STEP, &error);
            if error.kind() == ErrorKind::Refused {
                check.skipped(STEP, hint);
            }
            false
        }
    }
}
