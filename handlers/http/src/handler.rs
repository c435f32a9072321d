//! The handler: one request after the other until it is no redirect.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use journeyman_core::{
    Error, ErrorKind, Handler, Job, JobError, JobResult, Value, job::CancelReason,
    settings::ConfigError,
};
use reqwest::{Client, Method, Response, StatusCode, Url, header};
use tokio::time::timeout_at;

use crate::{
    args::Request,
    body,
    config::HttpConfig,
    failure, headers,
    host::host_of,
    resolve::{Guard, Resolver, SystemResolver},
    rules::Rules,
    tls,
};

/// How long a connection is kept for the next request to the same host.
const IDLE: Duration = Duration::from_secs(30);
/// How many of them are kept per host.
const IDLE_PER_HOST: usize = 8;

/// Makes HTTP requests. Clones share connections.
///
/// Put it behind a grant ([`GRANT`](crate::GRANT)), and give its route a
/// [`concurrency`](journeyman_core::Route::concurrency): each request under way may hold
/// [`max_response_size`](HttpConfig::max_response_size) bytes, and up to three times as many while
/// they become text.
///
/// | it ends with | when |
/// |---|---|
/// | the result | the server answered, whatever the status |
/// | bad input | the arguments are not those of a request |
/// | rejected, code `E_PERM` | the rules forbid the host, or a redirect |
/// | timed out | the time of [`timeout`](HttpConfig::timeout) or of the job is over |
/// | failed | there was no connection, no TLS, no answer, or too much of it |
#[derive(Clone)]
pub struct HttpHandler(Arc<Inner>);

struct Inner {
    client: Client,
    rules: Arc<Rules>,
    timeout: Duration,
    connect_timeout: Duration,
    max_response_size: usize,
    max_redirects: usize,
    allow_downgrade: bool,
}

impl fmt::Debug for HttpHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpHandler").field("rules", &self.0.rules).finish_non_exhaustive()
    }
}

/// What a server answered: status, headers, body.
type Answer = (u16, Vec<(String, String)>, String);

impl HttpHandler {
    /// A handler with these settings. Reads root certificates from disk.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn new(config: &HttpConfig) -> Result<Self, Error> {
        Self::with_resolver(config, SystemResolver)
    }

    /// As [`new`](Self::new), with a resolver of one's own. What it gives is checked all the same.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn with_resolver(config: &HttpConfig, resolver: impl Resolver) -> Result<Self, Error> {
        config.validate()?;
        let rules = Arc::new(Rules {
            allow: config.allow.clone(),
            deny: config.deny.clone(),
            private: config.allow_private.clone(),
        });
        let guard = Guard {
            rules: Arc::clone(&rules),
            resolver: Arc::new(resolver),
            proxy: config.proxy_name()?,
        };
        let builder = Client::builder()
            .tls_backend_preconfigured(tls::client(config.ca_file.as_deref())?)
            .dns_resolver(guard)
            .user_agent(&config.user_agent)
            .connect_timeout(config.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            // Each hop has to be checked, so we go them ourselves.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Those of the environment are meant for other programs.
            .no_proxy();
        let builder = match config.proxy_url()? {
            Some(url) => builder.proxy(reqwest::Proxy::all(url).map_err(|error| {
                ConfigError::bare("proxy", format!("cannot be used: {}", error.without_url()))
            })?),
            None => builder,
        };
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Internal, "configure", "the HTTP client cannot be set up")
                .with_source(error)
        })?;
        Ok(Self(Arc::new(Inner {
            client,
            rules,
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            max_response_size: config.max_response_size,
            max_redirects: config.max_redirects,
            allow_downgrade: config.allow_downgrade,
        })))
    }
}

impl Handler for HttpHandler {
    async fn call(&self, job: Job) -> JobResult {
        let request = Request::read(job.extract::<Value>()?)?;
        let ours = Instant::now() + self.0.timeout;
        let (until, whose) = match job.info().deadline {
            Some(deadline) if deadline < ours => (deadline, "the job's deadline passed".to_owned()),
            _ => (ours, format!("it took longer than {:?}", self.0.timeout)),
        };
        let method = request.method.clone();
        let late =
            |why: &str| JobError::timed_out(format!("Failed to send {method} request: {why}"));
        let answer = tokio::select! {
            biased;
            reason = job.cancelled() => return Err(match reason {
                CancelReason::Deadline => late("the job's deadline passed"),
                reason => JobError::cancelled(reason.as_str()),
            }),
            answer = timeout_at(until.into(), self.0.exchange(request)) => {
                answer.map_err(|_| late(&whose))??
            }
        };
        job.reply(&answer)
    }
}

impl Inner {
    async fn exchange(&self, mut request: Request) -> Result<Answer, JobError> {
        let asked = request.method.clone();
        for _ in 0..=self.max_redirects {
            let response = self.send(&request).await?;
            let Some(next) = self.redirect(&request.url, &response)? else {
                return self.answer(response).await;
            };
            follow(&mut request, response.status(), next);
        }
        Err(JobError::failed(format!(
            "Failed to send {asked} request: there are more than {} redirects, the last one to {}",
            self.max_redirects,
            failure::origin(&request.url)
        )))
    }

    async fn send(&self, request: &Request) -> Result<Response, JobError> {
        let host = host_of(&request.url).ok_or_else(|| JobError::bad_input("Invalid URL"))?;
        self.rules.host(&host).map_err(|why| failure::denied(&why))?;
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone());
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        } else if matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
            // Some servers insist on a length, even of nothing.
            builder = builder.header(header::CONTENT_LENGTH, 0);
        }
        builder.send().await.map_err(|error| {
            failure::sending(&error, &request.method, &request.url, self.connect_timeout)
        })
    }

    /// Where the answer sends us on to.
    fn redirect(&self, from: &Url, response: &Response) -> Result<Option<Url>, JobError> {
        if self.max_redirects == 0
            || !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        {
            return Ok(None);
        }
        let Some(location) = response.headers().get(header::LOCATION) else { return Ok(None) };
        let refused = |why: String| {
            let origin = failure::origin(from);
            let message = format!("{origin} sends a redirect that is not followed: {why}");
            Err(JobError::rejected(message).with_code("E_PERM").permanent())
        };
        let Ok(next) = from.join(&String::from_utf8_lossy(location.as_bytes())) else {
            return refused("its target is not a URL".to_owned());
        };
        match (from.scheme(), next.scheme()) {
            (_, "https") | ("http", "http") => Ok(Some(next)),
            (_, "http") if self.allow_downgrade => Ok(Some(next)),
            (_, "http") => refused("it leads from https to http".to_owned()),
            (_, scheme) => {
                let scheme: String = scheme.chars().take(32).collect();
                refused(format!("it leads to a `{scheme}` URL; only http and https are requested"))
            }
        }
    }

    async fn answer(&self, response: Response) -> Result<Answer, JobError> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = body::read(response, self.max_response_size).await?;
        let pairs = headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
            })
            .collect();
        Ok((status, pairs, body::text(body, &headers)))
    }
}

/// Changes a request as browsers do on such a redirect.
fn follow(request: &mut Request, status: StatusCode, next: Url) {
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == Method::POST,
        303 => request.method != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.body = String::new();
        headers::without_body(&mut request.headers);
    }
    if request.url.origin() != next.origin() {
        headers::for_another_origin(&mut request.headers);
    }
    request.url = next;
}
