//! What every request has to pass before it is served.

use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http_body_util::Limited;
use tower::ServiceExt;

use crate::{
    api::login, auth::Visitor, compat, headers, host, problem::Problem, server::Server,
    shared::Shared,
};

/// The largest body of a request, in bytes.
const BODY: u64 = 64 * 1024;

/// Answers a request.
pub(crate) async fn answer(server: &Server, peer: SocketAddr, request: Request) -> Response {
    let shared = &*server.shared;
    let host = host::host(request.headers(), request.uri());
    let theirs = shared.compat().and_then(|_| compat::Path::of(request.uri().path()));
    let open_to_all = shared.compat().is_some_and(|compat| compat.has_wildcard_cors());
    let has_origin = open_to_all && request.headers().contains_key(header::ORIGIN);
    let request_has_body = has_body(request.headers());
    let mut response = match admit(shared, peer.ip(), host.as_ref(), theirs, &request) {
        Err(problem) => refuse(theirs, &request, problem),
        Ok(Admitted::Preflight) => compat::preflight(request.headers()),
        Ok(Admitted::Serve) => {
            let mut request = request.map(|body| Body::new(Limited::new(body, BODY as usize)));
            request.extensions_mut().insert(login::Peer(peer.ip()));
            let serve = async {
                match theirs {
                    Some(path) => compat::serve(&server.shared, path, host.as_ref(), request).await,
                    None => server.router.clone().oneshot(request).await.into_response(),
                }
            };
            // What the program shows here may have bugs; the client is told, and others are served.
            AssertUnwindSafe(serve).catch_unwind().await.unwrap_or_else(|_| {
                let error = "a bug; see the worker's log";
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error).into_response()
            })
        }
    };
    let unknown = response.extensions().get::<compat::Unknown>().is_some();
    if has_origin && (theirs.is_some() || unknown) {
        compat::allow_all(response.headers_mut());
    }
    if response.status().is_client_error() && request_has_body {
        // What follows on this connection is not looked at.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers::secure(&mut response, host.as_ref());
    response
}

/// What may be done with a request.
enum Admitted {
    Serve,
    /// A browser asks whether a page of a stranger may ask; everybody may.
    Preflight,
}

fn admit(
    shared: &Shared,
    peer: IpAddr,
    host: Option<&Authority>,
    theirs: Option<compat::Path>,
    request: &Request,
) -> Result<Admitted, Problem> {
    let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
    let now = Instant::now();
    shared.requests.take(peer, now).map_err(|wait| too_often("requests", wait))?;
    if path.starts_with("/health/") {
        // For supervisors of every kind: without a name, without a token.
        return Ok(Admitted::Serve);
    }
    if !host.is_some_and(|host| host::is_ours(host, &shared.config)) {
        let named = host.map_or("no usable `Host`", Authority::as_str);
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!("this monitor does not answer to the name {named}"),
        )
        .remedy("ask by IP address or `localhost`, or allow the name with `allow_host`"));
    }
    let open_to_all = shared.compat().is_some_and(|compat| compat.has_wildcard_cors());
    let is_theirs = open_to_all && theirs.is_some();
    if open_to_all && compat::is_preflight(method, headers) {
        return Ok(Admitted::Preflight);
    }
    if host::wants_origin(method, headers)
        && !is_theirs
        && host::is_foreign(headers, host, &shared.config)
    {
        return Err(Problem::new(StatusCode::FORBIDDEN, "a page of another site may not do this")
            .remedy("use the dashboard of this address, or allow the site with `allow_origin`"));
    }
    if matches!(*method, Method::GET | Method::HEAD)
        && !is_theirs
        && host::is_part_of_foreign(headers, &shared.config)
    {
        return Err(Problem::new(StatusCode::FORBIDDEN, "a page of another site may not use this")
            .remedy("open it by itself, or allow the site with `allow_origin`"));
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        // Nothing here needs it, and a proxy that understands it otherwise than we do would mistake
        // the end of a request.
        let error = "a body without `Content-Length` is not taken";
        return Err(Problem::new(StatusCode::LENGTH_REQUIRED, error));
    }
    if length(headers) > BODY {
        let error = format!("the request is larger than {BODY} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let is_login = path == login::PATH;
    if !is_login {
        known(shared, peer, headers, now)?;
    }
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_login {
        shared.commands.take(peer, now).map_err(|wait| too_often("commands", wait))?;
    }
    if changes && shared.config.read_only && !is_login && path != login::OUT {
        return Err(Problem::new(StatusCode::FORBIDDEN, "this monitor only shows"));
    }
    Ok(Admitted::Serve)
}

fn known(shared: &Shared, peer: IpAddr, headers: &HeaderMap, now: Instant) -> Result<(), Problem> {
    if !shared.door.is_open()
        && headers.contains_key(header::AUTHORIZATION)
        && !shared.failures.has(peer, now)
    {
        return Err(too_often("wrong tokens", Duration::from_secs(5)));
    }
    let unauthorized = |error| Problem::new(StatusCode::UNAUTHORIZED, error);
    match shared.door.visitor(headers, now) {
        Visitor::Known => Ok(()),
        Visitor::Unknown => Err(unauthorized("a token is wanted")
            .remedy("send `Authorization: Bearer TOKEN`, or open /dashboard and log in")),
        Visitor::Wrong => {
            let _ = shared.failures.take(peer, now);
            tracing::warn!(%peer, "a wrong token was given to the monitor");
            Err(unauthorized("the token is wrong"))
        }
    }
}

pub(crate) fn too_often(what: &str, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    let mut problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!("too many {what} from your address; wait {seconds} s"),
    );
    problem.retry_after = Some(seconds);
    problem
}

/// The length that the head announces.
fn length(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING) || length(headers) > 0
}

fn refuse(theirs: Option<compat::Path>, request: &Request, problem: Problem) -> Response {
    let headers = request.headers();
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_browser = accepts.is_some_and(|accept| accept.contains("text/html"));
    let is_page = request.method() == Method::GET && is_browser;
    if problem.status == StatusCode::UNAUTHORIZED && is_page {
        return login::page(None);
    }
    match theirs {
        Some(_) => compat::detail(&problem),
        None => problem.into_response(),
    }
}
