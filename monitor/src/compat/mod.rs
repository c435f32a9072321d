//! The HTTP API of CrowdCompute's own worker, in both eras, for tools that know it (CrowdCompute sheet,
//! section 10.4).
//!
//! | path | what |
//! |---|---|
//! | `GET /` | the status object |
//! | `GET /stats` | the statistics |
//! | `POST /restart` | restarts the worker |
//! | `WS /ws` | pushes the statistics at once and every 5 s |
//! | `GET /dashboard` | the monitor's dashboard |
//! | `GET /docs`, `/redoc`, `/openapi.json`, `/docs/oauth2-redirect` | the description of these |
//!
//! Bodies, statuses and the headers that belong to them are upstream's to the byte. Different on purpose:
//! the pages are our own and load nothing from elsewhere; no `server: uvicorn`; the monitor's checks
//! (name, origin, token, rate) come before; every answer carries security headers; and the CORS headers
//! that let every page of the world read and restart the worker come only with
//! [`wildcard_cors`](Compat::wildcard_cors).
//!
//! It takes what it tells from a [`Facts`], so it needs nothing of the adapter.

mod answers;
mod facts;
mod json;

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
};
pub use facts::{Config, Era, Facts, Stats, Task};

use crate::{assets, journal::Level, problem::Problem, shared::Shared, ws};

/// The time between pushes.
const PUSH: Duration = Duration::from_secs(5);

/// Upstream's API, over the facts of a worker.
#[derive(Clone)]
pub struct Compat {
    facts: Arc<dyn Facts>,
    wildcard_cors: bool,
    push: Duration,
}

impl fmt::Debug for Compat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compat")
            .field("era", &self.facts.era())
            .field("wildcard_cors", &self.wildcard_cors)
            .finish_non_exhaustive()
    }
}

impl Compat {
    /// The API over these facts.
    pub fn new(facts: impl Facts) -> Self {
        Self { facts: Arc::new(facts), wildcard_cors: false, push: PUSH }
    }

    /// Lets pages of every site read these paths and restart the worker, as upstream does. Only for those
    /// who have such a page and accept that.
    #[must_use]
    pub fn wildcard_cors(mut self, open: bool) -> Self {
        self.wildcard_cors = open;
        self
    }

    /// The time between pushes. Default 5 s, as upstream; at least 10 ms.
    #[must_use]
    pub fn push_interval(mut self, interval: Duration) -> Self {
        self.push = interval.max(Duration::from_millis(10));
        self
    }

    pub(crate) fn facts(&self) -> &dyn Facts {
        &*self.facts
    }

    pub(crate) fn has_wildcard_cors(&self) -> bool {
        self.wildcard_cors
    }
}

/// A path of upstream's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Root,
    Stats,
    Restart,
    Dashboard,
    Ws,
    Docs,
    Redoc,
    OpenApi,
    OAuth,
    /// One of them with a slash behind it.
    Slash,
}

impl Path {
    pub(crate) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/" => Self::Root,
            "/stats" => Self::Stats,
            "/restart" => Self::Restart,
            "/dashboard" => Self::Dashboard,
            "/ws" => Self::Ws,
            "/docs" => Self::Docs,
            "/redoc" => Self::Redoc,
            "/openapi.json" => Self::OpenApi,
            "/docs/oauth2-redirect" => Self::OAuth,
            other => match Self::of(other.strip_suffix('/')?)? {
                // A WebSocket is no page to be sent to; and one slash is enough.
                Self::Ws | Self::Root | Self::Slash => return None,
                _ => Self::Slash,
            },
        })
    }

    /// The methods that upstream has for it. Its own pages know HEAD, its routes do not.
    fn methods(self) -> &'static [Method] {
        const GET: &[Method] = &[Method::GET];
        const PAGE: &[Method] = &[Method::GET, Method::HEAD];
        match self {
            Self::Root | Self::Stats | Self::Dashboard | Self::Ws => GET,
            Self::Restart => &[Method::POST],
            Self::Docs | Self::Redoc | Self::OpenApi | Self::OAuth => PAGE,
            Self::Slash => &[],
        }
    }
}

/// Marks the answer to a path that nobody has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unknown;

/// Answers a path of upstream's.
pub(crate) async fn serve(
    shared: &Arc<Shared>,
    path: Path,
    host: Option<&Authority>,
    request: Request,
) -> Response {
    let Some(compat) = shared.compat() else { return unknown() };
    let facts = compat.facts();
    if path == Path::Slash {
        return redirect(host, &request);
    }
    if path == Path::Ws {
        return match ws::is_upgrade(request.headers()) {
            true => ws::serve(shared, request, answers::pushes(Arc::clone(shared), compat.push))
                .unwrap_or_else(|problem| detail(&problem)),
            false => unknown(),
        };
    }
    if !path.methods().contains(request.method()) {
        return not_allowed(path);
    }
    match path {
        Path::Root => json(answers::status(facts)),
        Path::Stats => json(answers::stats(facts)),
        Path::Restart => {
            tracing::info!("restart asked for by the monitor");
            shared.journal.add(Level::Info, "asked to restart the worker");
            facts.restart();
            shared.nudge.notify_one();
            json("{\"message\":\"Worker restarted\"}".to_owned())
        }
        Path::Dashboard => assets::dashboard().await,
        Path::OpenApi => json(answers::open_api(&facts.worker_id())),
        Path::Docs => page(&facts.worker_id(), Page::Swagger),
        Path::Redoc => page(&facts.worker_id(), Page::Redoc),
        Path::OAuth => html("<!doctype html><title>No OAuth here</title>This API has no OAuth."),
        Path::Ws | Path::Slash => unknown(),
    }
}

#[derive(Clone, Copy)]
enum Page {
    Swagger,
    Redoc,
}

#[cfg(feature = "docs")]
fn page(worker_id: &str, page: Page) -> Response {
    let title = answers::title(worker_id);
    match page {
        Page::Swagger => crate::docs::swagger(&title, "/openapi.json"),
        Page::Redoc => crate::docs::redoc(&title, "/openapi.json"),
    }
}

#[cfg(not(feature = "docs"))]
fn page(_worker_id: &str, _page: Page) -> Response {
    html(
        "<!doctype html><title>API</title>The viewers are not part of this program; the description \
         is at <a href=\"/openapi.json\">/openapi.json</a>.",
    )
}

fn html(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The answer to a path that nobody has.
pub(crate) fn unknown() -> Response {
    let body = json("{\"detail\":\"Not Found\"}".to_owned());
    let mut response = (StatusCode::NOT_FOUND, body).into_response();
    response.extensions_mut().insert(Unknown);
    response
}

fn not_allowed(path: Path) -> Response {
    let allow: Vec<&str> = path.methods().iter().map(Method::as_str).collect();
    let body = json("{\"detail\":\"Method Not Allowed\"}".to_owned());
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allow.join(", "))], body).into_response()
}

/// To the same path without its slash.
fn redirect(host: Option<&Authority>, request: &Request) -> Response {
    let uri = request.uri();
    let path = uri.path().strip_suffix('/').unwrap_or(uri.path());
    let host = host.map_or("localhost", Authority::as_str);
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let location = format!("http://{host}{path}{query}");
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
}

/// A problem in upstream's form.
pub(crate) fn detail(problem: &Problem) -> Response {
    let text = match &problem.remedy {
        Some(remedy) => format!("{}; {remedy}", problem.error),
        None => problem.error.clone(),
    };
    let body = json(answers::detail(&text));
    let mut response = problem.clone().into_response();
    *response.body_mut() = body.into_body();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// Whether a browser asks if a page of another site may ask.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that, as upstream's: it may.
pub(crate) fn preflight(request: &HeaderMap) -> Response {
    let mut response =
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "OK").into_response();
    let headers = response.headers_mut();
    let methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    if let Some(asked) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

/// What upstream adds to every answer to a page of another site.
pub(crate) fn allow_all(headers: &mut HeaderMap) {
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (text, path) in [
            ("/", Some(Path::Root)),
            ("/stats", Some(Path::Stats)),
            ("/stats/", Some(Path::Slash)),
            ("/docs/", Some(Path::Slash)),
            ("/docs/oauth2-redirect/", Some(Path::Slash)),
            ("/stats//", None),
            ("//", None),
            ("/ws/", None),
            ("/health", None),
            ("/Stats", None),
            ("", None),
        ] {
            assert_eq!(Path::of(text), path, "{text}");
        }
    }
}
