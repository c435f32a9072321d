//! A mooR worker that makes HTTP requests for MOO code: type `curl`, with the contract of upstream's.
//!
//! ```text
//! cargo run --example moor_http --features moor,http -- --health 9999
//! ```
//!
//! ```text
//! ;worker_request("curl", {"GET", "https://example.org/"})
//! => {200, {{"content-type", "text/html"}, …}, "<!doctype html>…"}
//! ;worker_request("curl", {"POST", "https://example.org/", "a body", {{"Accept", "text/plain"}}})
//! ```
//!
//! A MOO must not become a door into the network of whoever runs it: only addresses of the public
//! internet are reached, unless the variables `JOURNEYMAN_HTTP_…` open more.

mod moor_common;

use std::{
    net::{IpAddr, SocketAddr},
    process::ExitCode,
};

use journeyman::{
    Error,
    http::{
        self, HttpConfig, HttpHandler,
        health::{DEFAULT_ADDRESS, HealthPort},
    },
    moor::Config,
    prelude::*,
};

const ABOUT: &str = "\
A mooR worker of type `curl`, which makes HTTP requests:
  worker_request(\"curl\", {METHOD, URL [, BODY [, HEADERS]]})
  => {STATUS, {{NAME, VALUE}, …}, BODY}
METHOD is GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; BODY a string or a list of strings;
HEADERS a list of {NAME, VALUE}.

Only addresses of the public internet are reached. The variables JOURNEYMAN_HTTP_ALLOW, _DENY and
_ALLOW_PRIVATE, lists of hosts and networks, change that; more of them are in
`journeyman::http::KEYS`.";

const HEALTH: &str = "--health";

/// Upstream's listens on port 9999 of all interfaces; this one only on loopback, unless told.
fn health_address(text: Option<&str>) -> Result<Option<SocketAddr>, String> {
    let Some(text) = text else { return Ok(Some(DEFAULT_ADDRESS)) };
    if text == "off" {
        return Ok(None);
    }
    let port = text.parse().map(|port| SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port));
    port.or_else(|_| text.parse())
        .map(Some)
        .map_err(|_| format!("`{HEALTH}` is `{text}`; give a port, ADDRESS:PORT, or off"))
}

async fn run(config: Config, health: Option<SocketAddr>) -> Result<journeyman::Summary, Error> {
    let handler = HttpHandler::new(&HttpConfig::from_env()?)?;
    // What reaches outside is served only to those who are granted it.
    let route = Route::new(handler).requires(http::GRANT).concurrency(32);
    let daemon = Serve::new(config).scope(Scope::new().grant(http::GRANT));
    let worker = Worker::new(Router::new().route("curl", route)).serve(daemon).start()?;
    let control = worker.control().clone();
    if let Some(address) = health {
        let port = HealthPort::bind(address).await.map_err(|error| {
            Error::config(format!("the health port {address} cannot be opened: {error}"))
                .with_remedy(format!("choose another with `{HEALTH}`, or `{HEALTH} off`"))
        })?;
        let address = port.local_addr().unwrap_or(address);
        tracing::info!("health at {address}");
        tokio::spawn(port.serve(control.clone()));
    }
    tokio::spawn(async move {
        shutdown_signal().await;
        control.drain();
        shutdown_signal().await;
        control.abort();
    });
    worker.wait().await
}

#[tokio::main]
async fn main() -> ExitCode {
    let help = "where the health port listens: a port, ADDRESS:PORT, or off [127.0.0.1:9999]";
    let mut own = [((&[HEALTH] as &[_], "ADDRESS", help), None)];
    let config = match moor_common::config(ABOUT, &mut own) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let health = match health_address(own[0].1.as_deref()) {
        Ok(health) => health,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    moor_common::finish(run(config, health).await)
}
