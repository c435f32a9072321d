//! The HTTP part of a connection: the upgrade of RFC 6455 section 4 and the `CONNECT` of a proxy.
//!
//! Done here and not by the WebSocket library, because the library gives up on an answer that
//! arrives in many small pieces, and drops what the server says about a refusal.

use std::{io, time::Duration};

use bytes::{Buf, BytesMut};
use journeyman_core::{Error, ErrorKind};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{
    handshake::{client::generate_key, derive_accept_key},
    http::{HeaderName, HeaderValue},
};

use crate::{
    Proxy,
    config::WsTarget,
    endpoint::{Endpoint, join},
    error::{Snippet, connecting},
};

/// The largest head of an answer, in bytes.
const MAX_HEAD: usize = 16 << 10;
/// The most header lines in an answer.
const MAX_HEADERS: usize = 64;
/// How much of the text of a refusal is read, in bytes, and shown, in characters.
const MAX_BODY: usize = 2048;
const MAX_SHOWN: usize = 300;
/// How long we wait for the text of a refusal after its head.
const BODY_PATIENCE: Duration = Duration::from_secs(1);

/// Headers that belong to the handshake itself.
const RESERVED: [&str; 9] = [
    "host",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "content-length",
    "transfer-encoding",
];

/// The upgrade request of one attempt.
#[derive(Debug)]
pub(crate) struct Upgrade {
    request: Vec<u8>,
    accept_key: String,
    subprotocols: Vec<String>,
}

impl Upgrade {
    /// Writes the request; checks the headers of the target.
    pub(crate) fn new(target: &WsTarget, endpoint: &Endpoint) -> Result<Self, Error> {
        let key = generate_key();
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n",
            path = endpoint.path,
            host = endpoint.host_header(),
        );
        let mut subprotocols = Vec::new();
        for (name, value) in &target.headers {
            check_header(name, value)?;
            if name.eq_ignore_ascii_case("sec-websocket-protocol") {
                subprotocols.extend(value.split(',').map(|name| name.trim().to_owned()));
            }
            for piece in [name, ": ", value, "\r\n"] {
                request.push_str(piece);
            }
        }
        request.push_str("\r\n");
        let accept_key = derive_accept_key(key.as_bytes());
        Ok(Self { request: request.into_bytes(), accept_key, subprotocols })
    }

    /// Sends the request and checks the answer. Returns what the peer sent after its answer.
    pub(crate) async fn run<S>(&self, stream: &mut S) -> Result<Vec<u8>, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        const STEP: &str = "the WebSocket handshake";
        send(stream, &self.request).await.map_err(|error| connecting(STEP, error))?;
        let (head, mut rest) = read_head(stream, STEP).await?;
        if head.status != 101 {
            read_body(stream, &mut rest).await;
            return Err(refused(&head, &rest));
        }
        self.verify(&head)?;
        Ok(rest.into())
    }

    fn verify(&self, head: &Head) -> Result<(), Error> {
        let bad = |message: String| {
            Error::new(ErrorKind::PeerMisbehaved, "connect", message)
                .with_remedy("the peer, or something on the way to it, does not speak WebSocket")
        };
        if !head.has_token("upgrade", "websocket") {
            return Err(bad("the answer to the upgrade has no `Upgrade: websocket`".to_owned()));
        }
        if !head.has_token("connection", "upgrade") {
            return Err(bad("the answer to the upgrade has no `Connection: Upgrade`".to_owned()));
        }
        if head.get("sec-websocket-accept") != Some(&self.accept_key) {
            return Err(bad(
                "the answer to the upgrade has a wrong `Sec-WebSocket-Accept`".to_owned()
            ));
        }
        if let Some(extensions) = head.get("sec-websocket-extensions") {
            return Err(bad(format!(
                "the peer chose an extension that was not offered: {}",
                Snippet(extensions.as_bytes(), 100)
            )));
        }
        match head.get("sec-websocket-protocol") {
            Some(chosen) if !self.subprotocols.iter().any(|offered| offered == chosen) => {
                Err(bad(format!(
                    "the peer chose a subprotocol that was not offered: {}",
                    Snippet(chosen.as_bytes(), 100)
                )))
            }
            None if !self.subprotocols.is_empty() => {
                Err(bad("the peer chose none of the offered subprotocols".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Asks the proxy for a tunnel to the endpoint.
pub(crate) async fn tunnel<S>(
    stream: &mut S,
    proxy: &Proxy,
    endpoint: &Endpoint,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    const STEP: &str = "the tunnel through the proxy";
    let authority = endpoint.authority();
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(authorization) = &proxy.authorization {
        check_header("Proxy-Authorization", authorization)?;
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let in_proxy = |error: Error| error.with_context("proxy", join(&proxy.host, proxy.port));
    send(stream, request.as_bytes()).await.map_err(|error| in_proxy(connecting(STEP, error)))?;
    let (head, mut rest) = read_head(stream, STEP).await.map_err(in_proxy)?;
    if (200..300).contains(&head.status) {
        // The peer behind the proxy does not speak before we did.
        return if rest.is_empty() {
            Ok(())
        } else {
            Err(in_proxy(Error::new(
                ErrorKind::PeerMisbehaved,
                "connect",
                "the proxy sent data before the tunnel was used",
            )))
        };
    }
    read_body(stream, &mut rest).await;
    let (kind, remedy) = match head.status {
        407 => (ErrorKind::Refused, "give the proxy's `authorization`, or correct it"),
        401 | 403 | 405 => {
            (ErrorKind::Refused, "the proxy does not allow this tunnel: ask who runs it")
        }
        _ => (ErrorKind::Unreachable, "check that the proxy can reach the server"),
    };
    let error = Error::new(
        kind,
        "connect",
        format!("the proxy answered HTTP {} instead of opening a tunnel", head.status),
    );
    Err(in_proxy(with_body(error.with_remedy(remedy), &rest)))
}

fn check_header(name: &str, value: &str) -> Result<(), Error> {
    let bad = |message: String, remedy: &'static str| {
        Error::config(message)
            .with_context("header", Snippet(name.as_bytes(), 60))
            .with_remedy(remedy)
    };
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(bad(
            "an extra header has an invalid name".to_owned(),
            "use letters, digits and `-`",
        ));
    }
    if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
        return Err(bad(
            "an extra header belongs to the WebSocket handshake itself".to_owned(),
            "leave it out",
        ));
    }
    // The value may be a secret: it is not shown.
    if HeaderValue::from_str(value).is_err() {
        return Err(bad(
            "the value of an extra header holds characters that HTTP forbids".to_owned(),
            "use visible ASCII characters and spaces; look for a line break at its end",
        ));
    }
    Ok(())
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, request: &[u8]) -> io::Result<()> {
    stream.write_all(request).await?;
    stream.flush().await
}

/// What matters of an answer's head. Names are lower case.
#[derive(Debug)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// The value of the first header of that name.
    fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn has_token(&self, name: &str, token: &str) -> bool {
        self.headers
            .iter()
            .filter(|(n, _)| n == name)
            .flat_map(|(_, value)| value.split(','))
            .any(|piece| piece.trim().eq_ignore_ascii_case(token))
    }
}

/// Reads the head of an answer, and what came with it.
async fn read_head<S>(stream: &mut S, step: &'static str) -> Result<(Head, BytesMut), Error>
where
    S: AsyncRead + Unpin,
{
    let garbage = |buffer: &[u8]| {
        let (message, remedy) = if buffer.starts_with(&[0x15, 3]) || buffer.starts_with(&[0x16, 3])
        {
            ("the peer answered with TLS", "use `wss://`")
        } else {
            ("the peer's answer is not HTTP", "check that it speaks WebSocket on this port")
        };
        Error::new(ErrorKind::PeerMisbehaved, "connect", message)
            .with_context("answer", Snippet(buffer, 60))
            .with_remedy(remedy)
    };
    let mut buffer = BytesMut::new();
    // Where the search for the end of the head goes on: pieces can be single bytes, and parsing
    // from the start for each would be quadratic.
    let mut searched = 0;
    loop {
        if buffer.len() >= MAX_HEAD {
            return Err(Error::new(
                ErrorKind::PeerMisbehaved,
                "connect",
                format!("{step} failed: the head of the answer is larger than {MAX_HEAD} bytes"),
            ));
        }
        buffer.reserve(1024);
        let count = stream.read_buf(&mut buffer).await.map_err(|error| connecting(step, error))?;
        // Garbage without an end of line should not be waited for.
        let start = &buffer[..buffer.len().min(5)];
        if !b"HTTP/".starts_with(start) && !start.is_empty() {
            return Err(garbage(&buffer));
        }
        if count == 0 {
            return Err(connecting(step, io::ErrorKind::UnexpectedEof.into()));
        }
        let from = searched;
        searched = buffer.len().saturating_sub(3);
        if !ends_head(&buffer[from..]) {
            continue;
        }
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(&buffer) {
            Ok(httparse::Status::Complete(length)) => {
                let head = Head {
                    status: response.code.unwrap_or_default(),
                    headers: response
                        .headers
                        .iter()
                        .map(|header| {
                            let value = String::from_utf8_lossy(header.value);
                            (header.name.to_ascii_lowercase(), value.trim().to_owned())
                        })
                        .collect(),
                };
                buffer.advance(length);
                return Ok((head, buffer));
            }
            Ok(httparse::Status::Partial) => {}
            Err(_) => return Err(garbage(&buffer)),
        }
    }
}

/// Whether an empty line is in it.
fn ends_head(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n")
        || bytes.windows(3).any(|triple| triple == b"\n\r\n")
}

/// Reads what the peer says about its refusal, as far as it comes soon and is short.
async fn read_body<S: AsyncRead + Unpin>(stream: &mut S, body: &mut BytesMut) {
    let read = async {
        while body.len() < MAX_BODY {
            body.reserve(512);
            if !matches!(stream.read_buf(body).await, Ok(1..)) {
                break;
            }
        }
    };
    // Whatever was read until then is shown.
    let _ = tokio::time::timeout(BODY_PATIENCE, read).await;
    body.truncate(MAX_BODY);
}

fn refused(head: &Head, body: &[u8]) -> Error {
    let remedy = match head.status {
        300..400 => "the server redirects, which is not followed: use the URL that it names",
        400 => "check that the URL is that of the WebSocket and, for a TLS port, is `wss://`",
        401 | 403 => "check credentials and permissions",
        404 | 410 => "check the path of the URL",
        426 => "the server wants another protocol version: check the URL",
        429 => "the server asks for fewer attempts: wait longer between them",
        500.. => "the server, or a proxy before it, has a fault: see its log",
        _ => "check that the URL is that of the WebSocket",
    };
    let mut error = Error::new(
        ErrorKind::Refused,
        "connect",
        format!("the server answered HTTP {} instead of a WebSocket", head.status),
    )
    .with_context("status", head.status)
    .with_remedy(remedy);
    if let Some(location) = head.get("location").filter(|_| (300..400).contains(&head.status)) {
        error = error.with_context("location", crate::endpoint::redact(location));
    }
    with_body(error, body)
}

fn with_body(error: Error, body: &[u8]) -> Error {
    let text = Snippet(body, MAX_SHOWN).to_string();
    if text.is_empty() { error } else { error.with_context("answer", text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgrade(headers: &[(&str, &str)]) -> Result<Upgrade, Error> {
        let mut target = WsTarget::new("ws://h:1/p?q");
        for (name, value) in headers {
            target = target.header(*name, *value);
        }
        Upgrade::new(&target, &Endpoint::parse(&target.url).unwrap())
    }

    #[test]
    fn extra_headers_are_sent_as_given() {
        let request = upgrade(&[("X-Trace", "a b"), ("Sec-WebSocket-Protocol", "a, b")]).unwrap();
        let text = String::from_utf8(request.request).unwrap();
        assert!(text.starts_with("GET /p?q HTTP/1.1\r\nHost: h:1\r\n"), "{text}");
        assert!(text.contains("\r\nX-Trace: a b\r\n") && text.ends_with("\r\n\r\n"), "{text}");
        assert_eq!(request.subprotocols, ["a", "b"]);
    }

    #[test]
    fn bad_headers_are_refused_without_showing_values() {
        let cases = [
            ("a b", "v", "invalid name"),
            ("", "v", "invalid name"),
            ("a\r\nb", "v", "invalid name"),
            ("X-Token", "s3cret\r\nHost: evil", "forbids"),
            ("X-Token", "s3cret\n", "forbids"),
            ("Sec-WebSocket-Key", "v", "handshake itself"),
            ("HOST", "v", "handshake itself"),
        ];
        for (name, value, expected) in cases {
            let error = upgrade(&[(name, value)]).unwrap_err();
            let text = error.to_string();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(text.contains(expected) && !text.contains("s3cret"), "{text}");
        }
    }

    #[tokio::test]
    async fn heads_come_in_any_pieces() {
        let answer = b"HTTP/1.1 101 Switching\r\nConnection: keep-alive, Upgrade\r\n\r\n\x89\x00";
        for piece in 1..answer.len() {
            let mut stream = in_pieces(answer, piece);
            let (head, rest) = read_head(&mut stream, "x").await.unwrap();
            assert_eq!(head.status, 101);
            assert!(head.has_token("connection", "upgrade"));
            assert!(b"\x89\x00".starts_with(&rest), "{rest:?}");
        }
    }

    #[tokio::test]
    async fn endless_and_odd_heads_are_refused() {
        let mut endless = b"HTTP/1.1 200 OK\r\n".to_vec();
        while endless.len() < 2 * MAX_HEAD {
            endless.extend_from_slice(b"X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
        }
        let many: Vec<u8> =
            [b"HTTP/1.1 200 OK\r\n".to_vec(), b"a: b\r\n".repeat(99), b"\r\n".to_vec()].concat();
        let cases: [(&[u8], &str); 5] = [
            (&endless, "larger than"),
            (&many, "not HTTP"),
            (b"SSH-2.0-x\r\n", "not HTTP"),
            (b"\x15\x03\x03\x00\x02\x02\x46", "wss://"),
            (b"HTTP/1.1 2", "handshake failed"),
        ];
        for (bytes, expected) in cases {
            let mut stream = in_pieces(bytes, 100);
            let error = read_head(&mut stream, "the handshake").await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    /// A reader that gives at most `piece` bytes at a time.
    fn in_pieces(bytes: &[u8], piece: usize) -> impl AsyncRead + Unpin {
        Pieces(bytes.chunks(piece).map(<[u8]>::to_vec).collect())
    }

    struct Pieces(std::collections::VecDeque<Vec<u8>>);

    impl AsyncRead for Pieces {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _cx: &mut std::task::Context<'_>,
            buf: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            if let Some(mut piece) = self.0.pop_front() {
                let rest = piece.split_off(piece.len().min(buf.remaining()));
                buf.put_slice(&piece);
                if !rest.is_empty() {
                    self.0.push_front(rest);
                }
            }
            std::task::Poll::Ready(Ok(()))
        }
    }
}
