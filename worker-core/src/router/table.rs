//! The checked, sorted form of a router.

use std::{cmp::Ordering, sync::Arc};

use tokio::sync::Semaphore;

use super::{Pattern, Route, scope::CompiledScope};
use crate::{
    Error, ErrorKind,
    capability::{Capabilities, Need, Support},
    extensions::Extensions,
    handler::Endpoint,
    hash::QuickMap,
    snapshot::RouteStats,
};

/// Finds the route of a name: exact names by hash, patterns from the most specific on.
pub(crate) struct Table {
    exact: QuickMap<Arc<str>, Arc<RouteEntry>>,
    patterns: Vec<(Pattern, Arc<RouteEntry>)>,
    fallback: Option<Arc<RouteEntry>>,
    pub(crate) states: Arc<Extensions>,
}

/// One route of the table.
pub(crate) struct RouteEntry {
    pub(crate) name: Arc<str>,
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) needs: Vec<Need>,
    pub(crate) grants: Vec<&'static str>,
    pub(crate) permits: Option<Arc<Semaphore>>,
    pub(crate) stats: RouteStats,
}

/// What looking a name up gave.
pub(crate) enum Lookup<'a> {
    Found(&'a Arc<RouteEntry>),
    /// There is a route, but this backend may not reach it.
    OutOfScope,
    Unknown,
}

impl RouteEntry {
    fn new(name: &str, route: Route) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            endpoint: route.endpoint,
            needs: route.needs,
            grants: route.grants,
            permits: route.concurrency.map(|limit| Arc::new(Semaphore::new(limit))),
            stats: RouteStats::new(name),
        })
    }
}

impl Table {
    pub(crate) fn new(
        routes: Vec<(String, Route)>,
        fallback: Option<Route>,
        states: Extensions,
    ) -> Result<Self, Error> {
        let mut exact: QuickMap<Arc<str>, Arc<RouteEntry>> = QuickMap::default();
        let mut patterns: Vec<(Pattern, Arc<RouteEntry>)> = Vec::new();
        for (text, route) in routes {
            let pattern = Pattern::parse(&text)?;
            let entry = RouteEntry::new(&text, route);
            if pattern.is_exact() {
                if exact.insert(Arc::clone(&entry.name), entry).is_some() {
                    return Err(tie(&text, &text));
                }
                continue;
            }
            // Before the first one that is less specific, after all that are more so.
            let mut place = patterns.len();
            for (i, (other, _)) in patterns.iter().enumerate().rev() {
                match pattern.specificity(other) {
                    None => return Err(tie(&text, other.as_str())),
                    Some(Ordering::Less) => place = i,
                    Some(_) => {}
                }
            }
            patterns.insert(place, (pattern, entry));
        }
        let fallback = fallback.map(|route| RouteEntry::new("(fallback)", route));
        Ok(Self { exact, patterns, fallback, states: Arc::new(states) })
    }

    /// The route of a name for a backend of this scope.
    pub(crate) fn find(&self, name: &str, scope: &CompiledScope) -> Lookup<'_> {
        let entry = self.exact.get(name).or_else(|| {
            let found = self.patterns.iter().find(|(pattern, _)| pattern.matches(name));
            found.map(|(_, entry)| entry).or(self.fallback.as_ref())
        });
        match entry {
            Some(entry) if scope.allows(name, entry) => Lookup::Found(entry),
            Some(_) => Lookup::OutOfScope,
            None => Lookup::Unknown,
        }
    }

    /// All routes.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<RouteEntry>> {
        let patterns = self.patterns.iter().map(|(_, entry)| entry);
        self.exact.values().chain(patterns).chain(&self.fallback)
    }

    /// The patterns of the routes that a backend of this scope may reach, sorted.
    pub(crate) fn reachable(&self, scope: &CompiledScope) -> Vec<String> {
        let entries = self.in_scope(scope);
        let mut patterns: Vec<_> = entries.map(|entry| entry.name.to_string()).collect();
        patterns.sort();
        patterns
    }

    /// The routes that a backend of this scope can reach. The fallback counts, whatever names the
    /// scope has.
    fn in_scope<'a>(
        &'a self,
        scope: &'a CompiledScope,
    ) -> impl Iterator<Item = &'a Arc<RouteEntry>> {
        let is_fallback = |entry: &Arc<RouteEntry>| {
            self.fallback.as_ref().is_some_and(|fallback| Arc::ptr_eq(fallback, entry))
        };
        self.entries().filter(move |entry| match is_fallback(entry) {
            true => scope.grants(entry),
            false => scope.reaches(entry),
        })
    }

    /// Checks that a backend can give every route in its scope what its handler needs.
    pub(crate) fn check(
        &self,
        backend: &str,
        capabilities: &Capabilities,
        scope: &CompiledScope,
    ) -> Result<(), Error> {
        for entry in self.in_scope(scope) {
            for need in &entry.needs {
                if let Need::State(state) = need
                    && !self.states.contains(state().0)
                {
                    return Err(Error::config(format!(
                        "the handler of `{}` takes `State<{}>`, but the router has no such state",
                        entry.name,
                        state().1
                    ))
                    .with_remedy("add it with `Router::state`"));
                }
                if let Support::Refused(reason) = capabilities.support(need) {
                    return Err(Error::new(
                        ErrorKind::Unsupported,
                        "start",
                        format!(
                            "the handler of `{}` needs {need}, which `{backend}` cannot give: {reason}",
                            entry.name
                        ),
                    )
                    .with_remedy(
                        "take the extractor as `Option<...>`, or keep the route from this \
                         backend with a scope",
                    ));
                }
            }
        }
        Ok(())
    }
}

fn tie(a: &str, b: &str) -> Error {
    let message = match a == b {
        true => format!("the route `{a}` is there twice"),
        false => format!(
            "the routes `{a}` and `{b}` match some of the same names and neither is more specific"
        ),
    };
    Error::config(message).with_remedy("take one out, or make one more specific")
}
