//! A small HTTP/1.1 client: plain connections that are kept for the next request.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, client::conn::http1::SendRequest, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use crate::exit::{Code, Failure};

/// The largest body of an answer, in bytes.
const MAX_BODY: usize = 64 << 20;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// One server.
#[derive(Debug)]
pub(crate) struct Http {
    /// `HOST:PORT`.
    authority: String,
    /// The path that all requests begin with; empty or with a leading `/`.
    base: String,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The `Date` header.
    pub(crate) date: Option<String>,
    pub(crate) body: Bytes,
}

impl Http {
    /// A client for `http://HOST[:PORT][/BASE]`.
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let wrong = |problem: &str| {
            // No user and no query: they may be secrets.
            let shown = journeyman_distworker::endpoint::redacted(url);
            Failure::usage(format!("`{shown}`: {problem}; write it as http://HOST:PORT"))
        };
        let Some(rest) = url.strip_prefix("http://") else {
            return Err(match url.starts_with("https://") {
                true => wrong("the client has no TLS; use the plain port, or a tunnel"),
                false => wrong("this is no http:// URL"),
            });
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.is_empty() || authority.contains('@') || rest.contains(['?', '#']) {
            return Err(wrong("only host, port and path can be given"));
        }
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        let authority = if has_port { authority.to_owned() } else { format!("{authority}:80") };
        let base = path.trim_end_matches('/').to_owned();
        Ok(Self { authority, base, idle: Mutex::default() })
    }

    /// `http://HOST:PORT/BASE`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.authority, self.base)
    }

    /// Sends a request and reads the answer; `limit` is for the answer.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
        limit: Option<Duration>,
    ) -> Result<Answer, Failure> {
        let exchange = self.exchange(method, path, body);
        match limit {
            Some(limit) => timeout(limit, exchange).await.unwrap_or_else(|_| {
                Err(self.unreachable(&format!("there was no answer within {limit:?}")))
            }),
            None => exchange.await,
        }
    }

    async fn exchange(&self, method: &str, path: &str, body: Vec<u8>) -> Result<Answer, Failure> {
        let broken = |error: hyper::Error| self.unreachable(&format!("no answer: {error}"));
        let mut connection = self.connection().await?;
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Failure::usage(format!("{}: {error}", self.url())))?;
        let answer = connection.send_request(request).await.map_err(broken)?;
        let status = answer.status().as_u16();
        let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        let date = date.map(str::to_owned);
        let body = Limited::new(answer.into_body(), MAX_BODY)
            .collect()
            .await
            .map_err(|error| self.unreachable(&format!("the answer cannot be read: {error}")))?
            .to_bytes();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(Answer { status, date, body })
    }

    /// An idle connection that is still good, or a new one.
    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(mut connection) => {
                    if connection.ready().await.is_ok() {
                        return Ok(connection);
                    }
                }
                None => break,
            }
        }
        let stream = timeout(CONNECT, TcpStream::connect(&self.authority))
            .await
            .map_err(|_| self.unreachable(&format!("no connection within {CONNECT:?}")))?
            .map_err(|error| self.unreachable(&error.to_string()))?;
        // A delay of small messages costs more than it saves; without it all works as well.
        let _ = stream.set_nodelay(true);
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(&error.to_string()))?;
        // It ends with the last of its senders.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn unreachable(&self, what: &str) -> Failure {
        Failure::new(
            Code::Unreachable,
            format!("{}: {what}; check that the server runs and that this is its API", self.url()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, shown) in [
            ("http://h:8080", "http://h:8080"),
            ("http://h", "http://h:80"),
            ("http://h:1/a/", "http://h:1/a"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("http://[::1]", "http://[::1]:80"),
        ] {
            assert_eq!(Http::new(url).unwrap().url(), shown);
        }
        for bad in ["h:80", "https://h", "http://", "http://u:s3cret@h", "http://h?x=s3cret"] {
            let failure = Http::new(bad).unwrap_err();
            assert_eq!(failure.code, Code::Usage);
            assert!(!failure.message().contains("s3cret"), "{}", failure.message());
        }
    }
}
