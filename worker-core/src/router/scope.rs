//! Which routes a backend may reach.

use super::{Pattern, RouteEntry};
use crate::Error;

/// What one backend may reach. The default: every route that requires no grant.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    routes: Option<Vec<String>>,
    grants: Vec<String>,
}

impl Scope {
    /// Every route that requires no grant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only job names that match one of these patterns.
    #[must_use]
    pub fn routes<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.routes.get_or_insert_default().extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Also routes that require this word.
    #[must_use]
    pub fn grant(mut self, word: impl Into<String>) -> Self {
        self.grants.push(word.into());
        self
    }

    pub(crate) fn compile(&self) -> Result<CompiledScope, Error> {
        let routes = self
            .routes
            .as_ref()
            .map(|routes| routes.iter().map(|text| Pattern::parse(text)).collect())
            .transpose()?;
        Ok(CompiledScope { routes, grants: self.grants.clone() })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledScope {
    routes: Option<Vec<Pattern>>,
    grants: Vec<String>,
}

impl CompiledScope {
    /// Whether a job of this name may reach this route.
    pub(crate) fn allows(&self, name: &str, route: &RouteEntry) -> bool {
        let named =
            self.routes.as_ref().is_none_or(|routes| routes.iter().any(|p| p.matches(name)));
        named && self.grants(route)
    }

    /// Whether a job of some name could reach this route.
    pub(crate) fn reaches(&self, route: &RouteEntry) -> bool {
        let named = match (&self.routes, Pattern::parse(&route.name)) {
            (Some(routes), Ok(pattern)) => routes.iter().any(|p| p.overlaps(&pattern)),
            _ => true,
        };
        named && self.grants(route)
    }

    /// Whether every word that the route requires is granted.
    pub(crate) fn grants(&self, route: &RouteEntry) -> bool {
        route.grants.iter().all(|word| self.grants.iter().any(|granted| granted == word))
    }
}
