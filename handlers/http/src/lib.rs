//! A handler that makes HTTP requests for others: a worker can reach what its callers cannot, so
//! it decides for each request whether it may be made.
//!
//! Arguments are `{method, url [, body [, headers]]}`, as a list or by name; the result is
//! `{status, {{name, value}, …}, body}` (mooR sheet, section 10.2: the contract of the `curl`
//! worker). Any backend can serve it.
//!
//! # What it refuses
//! Unless [`HttpConfig`] says otherwise, only addresses of the public internet are reached. The
//! check is made on the very addresses that are connected to, so that a name which resolves
//! differently the next time (DNS rebinding) gains nothing, and again at each redirect. Proxies of
//! the environment are not used, credentials do not follow a redirect to another origin, and time,
//! redirects and the size of an answer have limits.
//!
//! ```no_run
//! # fn main() -> Result<(), journeyman_core::Error> {
//! use journeyman_core::{Route, Router};
//! use journeyman_http::{GRANT, HttpConfig, HttpHandler};
//!
//! let config = HttpConfig::default().deny(["*.internal.example.org".parse()?]);
//! let router = Router::new()
//!     .route("http", Route::new(HttpHandler::new(&config)?).requires(GRANT));
//! # let _ = router;
//! # Ok(())
//! # }
//! ```

mod args;
mod body;
mod config;
mod failure;
mod handler;
mod headers;
pub mod health;
mod host;
mod ranges;
mod resolve;
mod rules;
mod tls;

pub use config::{HttpConfig, KEYS};
pub use handler::HttpHandler;
pub use host::{AllowPrivate, HostRule};
pub use resolve::{Resolver, Resolving, SystemResolver};

/// The word by which a backend is granted such a handler: `Route::requires(GRANT)` on the route,
/// `Scope::grant(GRANT)` on the backend.
pub const GRANT: &str = "http";
