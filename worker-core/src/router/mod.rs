//! Names to handlers.

mod pattern;
mod scope;
mod service;
mod table;

use std::sync::Arc;

use tower_layer::Layer;
use tower_service::Service;

use crate::{
    Error, JobError,
    capability::Need,
    extensions::Extensions,
    handler::{Endpoint, Handler, IntoHandler, Leaf},
    job::{Completion, Job},
};

pub use pattern::Pattern;
pub(crate) use scope::CompiledScope;
pub use scope::Scope;
pub(crate) use service::Layered;
pub use service::{IntoJobError, JobFailure, RouteService};
pub(crate) use table::{Lookup, RouteEntry, Table};

/// Maps names to handlers. The most specific pattern wins; two that tie are an error when the
/// worker starts.
///
/// ```
/// use journeyman_core::{Router, extract::Args};
///
/// async fn add(Args((a, b)): Args<(i64, i64)>) -> i64 {
///     a + b
/// }
///
/// let router = Router::new().route("math.add", add).route("math.*", async || "what?");
/// ```
#[derive(Default)]
pub struct Router {
    routes: Vec<(String, Route)>,
    fallback: Option<Route>,
    states: Extensions,
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.routes.iter().map(|(name, _)| name).collect();
        f.debug_struct("Router")
            .field("routes", &names)
            .field("fallback", &self.fallback.is_some())
            .finish()
    }
}

impl Router {
    /// A router without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route. `pattern` is a name or a glob over its `.`-separated segments: `*` is one
    /// segment, `#` one or more.
    #[must_use]
    pub fn route<M>(mut self, pattern: impl Into<String>, handler: impl IntoRoute<M>) -> Self {
        self.routes.push((pattern.into(), handler.into_route()));
        self
    }

    /// Serves every name that no route matches.
    #[must_use]
    pub fn fallback<M>(mut self, handler: impl IntoRoute<M>) -> Self {
        self.fallback = Some(handler.into_route());
        self
    }

    /// Adds the routes of another router under a prefix: `math` makes `add` reachable as
    /// `math.add`. Its fallback serves what is left under the prefix; its states join ours.
    #[must_use]
    pub fn nest(mut self, prefix: &str, router: Self) -> Self {
        for (pattern, route) in router.routes {
            self.routes.push((format!("{prefix}.{pattern}"), route));
        }
        if let Some(route) = router.fallback {
            self.routes.push((format!("{prefix}.#"), route));
        }
        self.states.append(router.states);
        self
    }

    /// Adds the routes of another router as they are. Its fallback is taken if we have none.
    #[must_use]
    pub fn merge(mut self, router: Self) -> Self {
        self.routes.extend(router.routes);
        self.fallback = self.fallback.or(router.fallback);
        self.states.append(router.states);
        self
    }

    /// Puts a tower layer around all routes that were added so far, and the fallback. The layer
    /// added last is the outermost.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<RouteService> + Clone,
        L::Service: Service<Job, Response = Completion> + Clone + Send + Sync + 'static,
        <L::Service as Service<Job>>::Error: IntoJobError,
        <L::Service as Service<Job>>::Future: Send,
    {
        let wrap = |route: Route| route.layer(layer.clone());
        self.routes = self.routes.into_iter().map(|(name, route)| (name, wrap(route))).collect();
        self.fallback = self.fallback.map(wrap);
        self
    }

    /// Gives handlers something of yours, by type: they take it as
    /// [`State<S>`](crate::extract::State).
    #[must_use]
    pub fn state<S: Clone + Send + Sync + 'static>(mut self, state: S) -> Self {
        self.states.insert(state);
        self
    }

    /// Checks the routes and makes the table that sessions look names up in.
    pub(crate) fn build(self) -> Result<Arc<Table>, Error> {
        Table::new(self.routes, self.fallback, self.states).map(Arc::new)
    }
}

/// One handler with its layers and rules.
pub struct Route {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) needs: Vec<Need>,
    pub(crate) grants: Vec<&'static str>,
    pub(crate) concurrency: Option<usize>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Route")
            .field("needs", &self.needs)
            .field("grants", &self.grants)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

impl Route {
    /// A route to this handler.
    pub fn new<M>(handler: impl IntoHandler<M>) -> Self {
        let handler = handler.into_handler();
        let needs = handler.needs();
        Self { endpoint: Arc::new(Leaf(handler)), needs, grants: Vec::new(), concurrency: None }
    }

    /// Puts a tower layer around this route. The layer added last is the outermost.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<RouteService>,
        L::Service: Service<Job, Response = Completion> + Clone + Send + Sync + 'static,
        <L::Service as Service<Job>>::Error: IntoJobError,
        <L::Service as Service<Job>>::Future: Send,
    {
        self.endpoint = Arc::new(Layered(layer.layer(RouteService(self.endpoint))));
        self
    }

    /// Serves it only to backends whose [`Scope`] grants this word. For handlers that reach
    /// outside: `exec`, `http`.
    #[must_use]
    pub fn requires(mut self, grant: &'static str) -> Self {
        self.grants.push(grant);
        self
    }

    /// Runs at most this many of its jobs at a time, over all backends.
    #[must_use]
    pub fn concurrency(mut self, limit: usize) -> Self {
        self.concurrency = Some(limit.max(1));
        self
    }
}

/// What [`Router::route`] takes: a handler or a [`Route`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not a handler",
    note = "a handler is an `async fn` whose arguments are extractors (`Args<T>`, `State<S>`, \
            `Progress`, ...; at most 12) and whose result can be serialised, or a \
            `Result<T, E>` with `E: Into<JobError>`",
    note = "a plain `fn` that blocks goes in as `blocking(f)`; a struct implements `Handler`; \
            a `Route` adds layers and rules to one handler"
)]
pub trait IntoRoute<M> {
    /// Becomes a route.
    fn into_route(self) -> Route;
}

/// Marks a route that is one already.
#[derive(Debug)]
pub struct Ready;

impl IntoRoute<Ready> for Route {
    fn into_route(self) -> Route {
        self
    }
}

impl<H: IntoHandler<M>, M> IntoRoute<(M,)> for H
where
    H::Handler: Handler,
{
    fn into_route(self) -> Route {
        Route::new(self)
    }
}

impl From<JobError> for Box<dyn std::error::Error + Send + Sync> {
    fn from(error: JobError) -> Self {
        Box::new(JobFailure(error))
    }
}
