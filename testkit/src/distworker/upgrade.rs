//! The HTTP request in front of the WebSocket (DistWorker sheet, section 1).

use crate::ws::handshake::accept_key;
use bytes::BytesMut;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const PATH: &str = "/worker/v1/ws";
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// How the request is answered.
pub(crate) enum Verdict {
    /// Becomes a WebSocket; the bytes are the 101.
    Upgrade(Vec<u8>),
    /// Stays HTTP and ends after this answer.
    Answer { response: Vec<u8>, why: String },
}

/// Reads up to the end of the request head and judges it. What came behind the head stays in
/// `buffer`.
pub(crate) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut BytesMut,
) -> io::Result<Verdict> {
    loop {
        if let Some(verdict) = judge(buffer) {
            return Ok(verdict);
        }
        if buffer.len() >= MAX_HEAD {
            let response = plain(431, "Request Header Fields Too Large", "", "header too large\n");
            return Ok(Verdict::Answer { response, why: "request head too large".to_owned() });
        }
        buffer.reserve(1024);
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn judge(buffer: &mut BytesMut) -> Option<Verdict> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(buffer) {
        Ok(httparse::Status::Partial) => return None,
        Ok(httparse::Status::Complete(length)) => length,
        Err(error) => {
            let response = plain(400, "Bad Request", "", "400 Bad Request");
            return Some(Verdict::Answer { response, why: format!("not HTTP: {error}") });
        }
    };
    let target = request.path.unwrap_or_default();
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let verdict = if path != PATH || request.method != Some("GET") {
        let why = format!("{} {path:?} is not served here", request.method.unwrap_or_default());
        Verdict::Answer { response: plain(404, "Not Found", "", "404 page not found"), why }
    } else {
        match accept_key(request.headers) {
            Ok(accept) => Verdict::Upgrade(
                format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                     Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
                )
                .into_bytes(),
            ),
            Err(why) => {
                let body = "Bad Request\n{\"error\":\"Failed to upgrade to WebSocket\"}";
                let extra = "Sec-Websocket-Version: 13\r\nX-Content-Type-Options: nosniff\r\n";
                let why = format!("no upgrade: {why}");
                Verdict::Answer { response: plain(400, "Bad Request", extra, body), why }
            }
        }
    };
    let _ = buffer.split_to(length);
    Some(verdict)
}

fn plain(status: u16, phrase: &str, extra: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n{extra}\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "GET /worker/v1/ws?x=1 HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\n\
        Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: cDpHAw3Nu01WApNPq+tdhQ==\r\n\
        Sec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

    fn answer(request: &str) -> (String, bool, BytesMut) {
        let mut buffer = BytesMut::from(request);
        match judge(&mut buffer).unwrap() {
            Verdict::Upgrade(bytes) => (String::from_utf8(bytes).unwrap(), true, buffer),
            Verdict::Answer { response, .. } => {
                (String::from_utf8(response).unwrap(), false, buffer)
            }
        }
    }

    #[test]
    fn the_recorded_upgrade_is_answered_byte_for_byte() {
        let (response, upgraded, rest) = answer(&format!("{GOOD}rest"));
        assert!(upgraded);
        assert_eq!(&rest[..], b"rest");
        assert_eq!(
            response,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: 3VX5GtrClm0dTZGsXkh95F44u8w=\r\n\r\n"
        );
    }

    #[test]
    fn an_incomplete_head_waits() {
        for end in 0..GOOD.len() {
            assert!(judge(&mut BytesMut::from(&GOOD[..end])).is_none(), "{end}");
        }
    }

    #[test]
    fn other_requests_are_answered_as_the_controller_answers() {
        let refused = "Bad Request\n{\"error\":\"Failed to upgrade to WebSocket\"}";
        for (request, status, body) in [
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), "404", "404 page not found"),
            (GOOD.replace("/worker/v1/ws", "/worker/v1/ws/"), "404", "404 page not found"),
            (GOOD.replace("/worker/v1/ws", "/ws"), "404", "404 page not found"),
            (GOOD.replace("GET", "POST"), "404", "404 page not found"),
            ("GET /worker/v1/ws HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), "400", refused),
            (GOOD.replace("WebSocket\r\n", "h2c\r\n"), "400", refused),
            (GOOD.replace("Version: 13", "Version: 8"), "400", refused),
            (GOOD.replace("tdhQ==", "tdh"), "400", refused),
            ("\x16\x03\x01 hello\r\n\r\n".to_owned(), "400", "400 Bad Request"),
        ] {
            let (response, upgraded, _) = answer(&request);
            assert!(!upgraded, "{request}");
            assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{response}");
            assert!(response.ends_with(&format!("\r\n\r\n{body}")), "{response}");
        }
    }

    #[tokio::test]
    async fn an_endless_head_is_cut_off() {
        let head = [b"GET /worker/v1/ws HTTP/1.1\r\nX: ".to_vec(), b"x".repeat(1 << 20)].concat();
        let mut endless = &head[..];
        let mut buffer = BytesMut::new();
        let verdict = read_request(&mut endless, &mut buffer).await.unwrap();
        let Verdict::Answer { response, why } = verdict else { panic!("upgraded") };
        assert_eq!(why, "request head too large");
        assert!(response.starts_with(b"HTTP/1.1 431 "));
        assert!(buffer.len() <= 2 * MAX_HEAD);
    }
}
