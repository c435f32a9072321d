//! Ports that stay ours while nobody listens at them.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket},
    time::{Instant, sleep},
};

/// How long a port may be somebody else's before that is an error.
const PATIENCE: Duration = Duration::from_secs(2);

/// A port that is bound and not listened at.
///
/// The system gives it to nobody who asks for any port, connections to it are refused, and
/// whoever asks for it by number and allows the reuse of addresses, as brokers do, may listen.
#[derive(Debug)]
pub struct ReservedPort {
    addr: SocketAddr,
    _socket: TcpSocket,
}

fn bound(addr: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

impl ReservedPort {
    /// Takes this address; port 0: the system chooses.
    ///
    /// # Errors
    ///
    /// If somebody else has it.
    pub fn new(addr: SocketAddr) -> io::Result<Self> {
        let socket = bound(addr)?;
        Ok(Self { addr: socket.local_addr()?, _socket: socket })
    }

    /// A port of this machine that the system chooses.
    ///
    /// # Errors
    ///
    /// If there is none left.
    pub fn local() -> io::Result<Self> {
        Self::new(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// The address.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Listens at it, in this process.
    pub(crate) async fn listen(&self) -> io::Result<TcpListener> {
        let start = Instant::now();
        loop {
            match bound(self.addr).and_then(|socket| socket.listen(1024)) {
                // A process that is being started holds the sockets of this one for a moment,
                // also the listener that was closed a moment ago.
                Err(error)
                    if error.kind() == io::ErrorKind::AddrInUse && start.elapsed() < PATIENCE =>
                {
                    sleep(Duration::from_millis(5)).await;
                }
                result => return result,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_held_and_can_be_listened_at() {
        let reserved = ReservedPort::local().unwrap();
        let addr = reserved.addr();
        for _ in 0..3 {
            let refused = tokio::net::TcpStream::connect(addr).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
            let listener = reserved.listen().await.unwrap();
            let taken = bound(addr).and_then(|socket| socket.listen(1)).unwrap_err();
            assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
            let (client, server) =
                tokio::join!(tokio::net::TcpStream::connect(addr), listener.accept());
            drop((client.unwrap(), server.unwrap()));
        }
    }
}
