//! What a user sets: limits and timers of the transport, and the address of one attempt.

use std::{fmt, time::Duration};

use journeyman_core::Error;

use crate::TlsConfig;

/// Limits and timers of a [`WsTransport`](crate::WsTransport). They hold for every connection it
/// makes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WsConfig {
    /// The largest message, in bytes, that is sent or accepted. A larger one from the peer ends
    /// the connection with close code 1009. Default: 16 MiB.
    pub max_message_size: usize,
    /// The largest payload of one incoming frame, in bytes. Memory for a frame is reserved when
    /// its header arrives, so this bounds what a header alone can cost. Default: 16 MiB.
    pub max_frame_size: usize,
    /// What one read from the socket can bring, in bytes; allocated once per connection. Larger
    /// values make large messages cheaper and small ones dearer. Default: 16 KiB.
    pub read_buffer_size: usize,
    /// How many bytes are gathered before a write to the socket is forced, although nobody waits
    /// yet. Default: 64 KiB.
    pub write_buffer_size: usize,
    /// With at least this many bytes queued, `has_room` is false. Default: 1 MiB.
    pub send_queue_soft_limit: usize,
    /// `send` refuses what would bring the queue above this many bytes, unless the queue is empty:
    /// one message always fits. Default: 64 MiB.
    pub send_queue_hard_limit: usize,
    /// How long a connect may take from name resolution to the upgraded connection.
    /// Default: 10 s.
    pub connect_timeout: Duration,
    /// After this long without a byte from the peer, a ping is sent to ask for one. `None`: never.
    /// Default: 20 s.
    pub ping_interval: Option<Duration>,
    /// After this long without a byte from the peer, the connection is given up; where pings are
    /// sent, only once a ping went unanswered. `None`: never. Default: 60 s.
    pub liveness: Option<Duration>,
    /// How long the peer may take nothing from us while something waits to be written. `None`:
    /// for ever. Default: 30 s.
    pub write_stall: Option<Duration>,
    /// How long we wait for the peer's answer to a close frame of ours. Default: 2 s.
    pub close_timeout: Duration,
}

impl Default for WsConfig {
    fn default() -> Self {
        Self {
            max_message_size: 16 << 20,
            max_frame_size: 16 << 20,
            read_buffer_size: 16 << 10,
            write_buffer_size: 64 << 10,
            send_queue_soft_limit: 1 << 20,
            send_queue_hard_limit: 64 << 20,
            connect_timeout: Duration::from_secs(10),
            ping_interval: Some(Duration::from_secs(20)),
            liveness: Some(Duration::from_secs(60)),
            write_stall: Some(Duration::from_secs(30)),
            close_timeout: Duration::from_secs(2),
        }
    }
}

impl WsConfig {
    /// Checks that the values can work together. `connect` does this, too.
    ///
    /// # Errors
    /// Of kind `Config`; names the field, its value and what it must be.
    pub fn validate(&self) -> Result<(), Error> {
        let sizes = [
            ("max_message_size", self.max_message_size),
            ("max_frame_size", self.max_frame_size),
            ("read_buffer_size", self.read_buffer_size),
            ("write_buffer_size", self.write_buffer_size),
            ("send_queue_soft_limit", self.send_queue_soft_limit),
            ("send_queue_hard_limit", self.send_queue_hard_limit),
        ];
        for (field, value) in sizes {
            if value == 0 {
                return Err(Error::config(format!("`{field}` is 0"))
                    .with_remedy("set it to a number of bytes above 0"));
            }
        }
        if self.send_queue_soft_limit > self.send_queue_hard_limit {
            return Err(Error::config(format!(
                "`send_queue_soft_limit` ({}) is above `send_queue_hard_limit` ({})",
                self.send_queue_soft_limit, self.send_queue_hard_limit
            ))
            .with_remedy("lower the soft limit or raise the hard one"));
        }
        let times = [
            ("connect_timeout", Some(self.connect_timeout)),
            ("ping_interval", self.ping_interval),
            ("liveness", self.liveness),
            ("write_stall", self.write_stall),
            ("close_timeout", Some(self.close_timeout)),
        ];
        for (field, value) in times {
            if value == Some(Duration::ZERO) {
                return Err(Error::config(format!("`{field}` is 0"))
                    .with_remedy("set it to a duration above 0"));
            }
        }
        if let (Some(ping), Some(liveness)) = (self.ping_interval, self.liveness)
            && ping >= liveness
        {
            return Err(Error::config(format!(
                "`ping_interval` ({ping:?}) is not below `liveness` ({liveness:?}), so no ping \
                 could be answered in time"
            ))
            .with_remedy("make `liveness` at least twice `ping_interval`"));
        }
        Ok(())
    }
}

/// Where to connect to, and how; made for one attempt.
///
/// `Debug` shows no header value, no query and no proxy authorization: they can hold secrets.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WsTarget {
    /// `ws://HOST[:PORT][/PATH][?QUERY]` or `wss://…`.
    pub url: String,
    /// Headers of the upgrade request beyond those of the WebSocket handshake, as name and value.
    pub headers: Vec<(String, String)>,
    /// How a `wss://` peer is verified and what we show it. Not used for `ws://`.
    pub tls: TlsConfig,
    /// The HTTP proxy to go through, if any.
    pub proxy: Option<Proxy>,
}

impl WsTarget {
    /// A target without extra headers, with the system's root certificates and without a proxy.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), tls: TlsConfig::default(), proxy: None }
    }

    /// Adds a header to the upgrade request.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the TLS configuration.
    #[must_use]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// Goes through an HTTP proxy.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }
}

impl fmt::Debug for WsTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("WsTarget")
            .field("url", &crate::endpoint::redact(&self.url))
            .field("headers", &names)
            .field("tls", &self.tls)
            .field("proxy", &self.proxy)
            .finish()
    }
}

/// An HTTP proxy that is asked for a tunnel with `CONNECT`.
///
/// The connection to the proxy itself is plain TCP; with `wss://` TLS runs inside the tunnel.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proxy {
    /// Name or address of the proxy.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The value of the `Proxy-Authorization` header, for example `Basic dXNlcjpwYXNz`.
    pub authorization: Option<String>,
}

impl Proxy {
    /// A proxy that asks for no authorization.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, authorization: None }
    }

    /// Sets the value of the `Proxy-Authorization` header.
    #[must_use]
    pub fn authorization(mut self, value: impl Into<String>) -> Self {
        self.authorization = Some(value.into());
        self
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("authorization", &self.authorization.as_ref().map(|_| "(hidden)"))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid() {
        WsConfig::default().validate().unwrap();
    }

    #[test]
    fn nonsense_is_named() {
        type Change = fn(&mut WsConfig);
        let cases: [(Change, &str); 4] = [
            (|c| c.max_message_size = 0, "max_message_size"),
            (|c| c.connect_timeout = Duration::ZERO, "connect_timeout"),
            (|c| c.send_queue_soft_limit = 65 << 20, "send_queue_soft_limit"),
            (|c| c.liveness = Some(Duration::from_secs(20)), "ping_interval"),
        ];
        for (change, field) in cases {
            let mut config = WsConfig::default();
            change(&mut config);
            let error = config.validate().unwrap_err();
            assert!(error.message().contains(field), "{error}");
            assert!(error.remedy().is_some() && !error.is_temporary());
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let target = WsTarget::new("ws://h/p?token=s3cret")
            .header("Authorization", "Bearer s3cret")
            .proxy(Proxy::new("p", 3128).authorization("Basic s3cret"));
        let text = format!("{target:?}");
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("Authorization") && text.contains("ws://h/p"), "{text}");
        let odd = format!("{:?}", WsTarget::new("ws://user:s3cret@h/"));
        assert!(!odd.contains("s3cret"), "{odd}");
    }
}
