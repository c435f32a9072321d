//! The HTTP request in front of everything (CrowdCompute sheet, section 1).

use super::conn::server_headers;
use crate::ws::handshake;
use bytes::BytesMut;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// The head of an HTTP request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| &value[..])
    }

    /// What has to be answered to its upgrade headers, or what is wrong with them.
    pub(crate) fn accept(&self) -> Result<String, &'static str> {
        let headers: Vec<httparse::Header<'_>> =
            self.headers.iter().map(|(name, value)| httparse::Header { name, value }).collect();
        handshake::accept_key(&headers)
    }
}

/// How a request is answered.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Becomes a WebSocket; the bytes are the 101.
    Upgrade(Vec<u8>),
    /// Stays HTTP and ends after this answer.
    Answer { response: Vec<u8>, why: String },
}

/// Reads the head of a request. What came behind it stays in `buffer`.
pub(crate) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut BytesMut,
) -> io::Result<Request> {
    loop {
        if let Some(request) = parse(buffer)? {
            return Ok(request);
        }
        if buffer.len() >= MAX_HEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "request head too large"));
        }
        buffer.reserve(1024);
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn parse(buffer: &mut BytesMut) -> io::Result<Option<Request>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let status = request.parse(buffer);
    let status =
        status.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let owned = Request {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        headers: request
            .headers
            .iter()
            .map(|header| (header.name.to_owned(), header.value.trim_ascii().to_vec()))
            .collect(),
    };
    let _ = buffer.split_to(length);
    Ok(Some(owned))
}

/// Judges a request on the port of workers and clients: any path will do.
pub(crate) fn judge(request: &Request, refuse: bool) -> Verdict {
    let plain = |status: &str, extra: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\n{}{extra}Content-Length: {}\r\nContent-Type: text/plain\r\n\
             Connection: close\r\n\r\n{body}",
            server_headers(),
            body.len()
        )
        .into_bytes()
    };
    if refuse {
        let response = plain("503 Service Unavailable", "", "Refused by the test.\n");
        return Verdict::Answer { response, why: "refused by the test".to_owned() };
    }
    let accept = match request.method.as_str() {
        "GET" => request.accept(),
        _ => Err("not GET"),
    };
    match accept {
        Ok(accept) => Verdict::Upgrade(
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                 Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{}\r\n",
                server_headers()
            )
            .into_bytes(),
        ),
        Err(why) => {
            let body = format!("Failed to open a WebSocket connection: {why}.\n");
            let response = plain("426 Upgrade Required", "Upgrade: websocket\r\n", &body);
            Verdict::Answer { response, why: why.to_owned() }
        }
    }
}
