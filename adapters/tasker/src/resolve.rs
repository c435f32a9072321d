//! From the handler of a step to a route (Tasker sheet, section 10).
//!
//! A chain of resolvers is asked one after the other: the explicit map and exact routes first, then
//! patterns, then the router's fallback. A method is part of the name: `payments` with the method
//! `refund` is the route `payments.refund`, and never `payments`.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use journeyman_core::router::Pattern;

use crate::wire::HandlerDefinition;

/// The name of the explicit resolver in hints of templates.
pub const EXPLICIT: &str = "explicit_mapping";
/// The name of the resolver of patterns.
pub const GLOB: &str = "glob";
/// The name of the resolver that knows the router's fallback.
pub const FALLBACK: &str = "fallback";

/// How a router shows its fallback among its routes.
const FALLBACK_ROUTE: &str = "(fallback)";

/// The method that is called where none is named.
const CALL: &str = "call";

/// Names that are shown in a message.
const SHOWN: usize = 20;

/// What a router serves.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    exact: Vec<String>,
    patterns: Vec<Pattern>,
    fallback: bool,
}

impl Routes {
    /// The routes of a backend, as
    /// [`Sessions::routes`](journeyman_core::backend::Sessions::routes) has them.
    pub fn new<S: Into<String>>(patterns: impl IntoIterator<Item = S>) -> Self {
        let mut routes = Self::default();
        for text in patterns.into_iter().map(Into::into) {
            match Pattern::parse(&text) {
                _ if text == FALLBACK_ROUTE => routes.fallback = true,
                Ok(pattern) if pattern.is_exact() => routes.exact.push(text),
                Ok(pattern) => routes.patterns.push(pattern),
                // A router has no route without a name.
                Err(_) => {}
            }
        }
        routes
    }

    /// Whether a route has exactly this name.
    pub fn has(&self, name: &str) -> bool {
        self.exact.iter().any(|route| route == name)
    }

    /// Whether a pattern matches this name.
    pub fn matches(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether there is a fallback.
    pub fn has_fallback(&self) -> bool {
        self.fallback
    }

    /// Whether a job of this name has a handler.
    pub fn serves(&self, name: &str) -> bool {
        self.fallback || self.has(name) || self.matches(name)
    }

    fn shown(&self) -> String {
        let patterns = self.patterns.iter().map(Pattern::as_str);
        let all: Vec<_> = self.exact.iter().map(String::as_str).chain(patterns).collect();
        match all.len() {
            0 => "no route is there".to_owned(),
            n if n > SHOWN => {
                format!("there are {} and {} more", all[..SHOWN].join(", "), n - SHOWN)
            }
            _ => format!("there are {}", all.join(", ")),
        }
    }
}

/// What a resolver is asked.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// Who does the step.
    pub handler: &'a HandlerDefinition,
    /// The callable with its method: what a route is named after.
    pub name: &'a str,
    /// The namespace of the template.
    pub namespace: &'a str,
    /// What there is.
    pub routes: &'a Routes,
}

/// One link of the chain.
pub trait Resolver: fmt::Debug + Send + Sync + 'static {
    /// Its name, for hints in templates.
    fn name(&self) -> &str;

    /// Whether a hint means it.
    fn answers_to(&self, hint: &str) -> bool {
        hint == self.name()
    }

    /// The route for a handler, if it knows one.
    fn resolve(&self, request: &Request<'_>) -> Option<String>;
}

/// Names that stand for routes, and exact routes.
#[derive(Clone, Debug, Default)]
pub struct ExplicitMapping(BTreeMap<String, String>);

impl ExplicitMapping {
    /// From callables (with a method: `callable.method`) to routes.
    pub fn new(map: BTreeMap<String, String>) -> Self {
        Self(map)
    }
}

impl Resolver for ExplicitMapping {
    fn name(&self) -> &str {
        EXPLICIT
    }

    fn answers_to(&self, hint: &str) -> bool {
        // The second is upstream's name in Rust.
        hint == EXPLICIT || hint == "ExplicitMappingResolver"
    }

    fn resolve(&self, request: &Request<'_>) -> Option<String> {
        let mapped = self.0.get(request.name).cloned().or_else(|| {
            let route = self.0.get(&request.handler.callable)?;
            let method = request.handler.method.as_deref().filter(|method| *method != CALL);
            Some(method.map_or_else(|| route.clone(), |method| format!("{route}.{method}")))
        });
        match mapped {
            Some(route) => request.routes.serves(&route).then_some(route),
            None => request.routes.has(request.name).then(|| request.name.to_owned()),
        }
    }
}

/// Patterns of the router.
#[derive(Clone, Copy, Debug)]
pub struct Glob;

impl Resolver for Glob {
    fn name(&self) -> &str {
        GLOB
    }

    fn resolve(&self, request: &Request<'_>) -> Option<String> {
        let found = request.routes.has(request.name) || request.routes.matches(request.name);
        found.then(|| request.name.to_owned())
    }
}

/// The router's fallback.
#[derive(Clone, Copy, Debug)]
pub struct Fallback;

impl Resolver for Fallback {
    fn name(&self) -> &str {
        FALLBACK
    }

    fn resolve(&self, request: &Request<'_>) -> Option<String> {
        request.routes.has_fallback().then(|| request.name.to_owned())
    }
}

/// The chain and what there is to find.
#[derive(Clone, Debug)]
pub struct Resolution {
    chain: Vec<Arc<dyn Resolver>>,
    routes: Routes,
}

impl Resolution {
    /// The usual chain: [`ExplicitMapping`], [`Glob`], [`Fallback`].
    pub fn new(map: BTreeMap<String, String>, routes: Routes) -> Self {
        let chain: Vec<Arc<dyn Resolver>> =
            vec![Arc::new(ExplicitMapping::new(map)), Arc::new(Glob), Arc::new(Fallback)];
        Self { chain, routes }
    }

    /// Puts resolvers of your own in front, the first one first.
    #[must_use]
    pub fn first(mut self, resolvers: impl IntoIterator<Item = Arc<dyn Resolver>>) -> Self {
        self.chain.splice(0..0, resolvers);
        self
    }

    /// The route for a handler.
    ///
    /// # Errors
    /// There is none, as a text that says what there is.
    pub fn resolve(&self, handler: &HandlerDefinition, namespace: &str) -> Result<String, String> {
        let name = route_name(handler);
        let request = Request { handler, name: &name, namespace, routes: &self.routes };
        let hint = handler.resolver.as_deref().filter(|hint| !is_foreign(hint));
        let mut asked = self.chain.iter().filter(|r| hint.is_none_or(|hint| r.answers_to(hint)));
        let mut any = false;
        let found = asked.find_map(|resolver| {
            any = true;
            resolver.resolve(&request)
        });
        match (found, hint) {
            (Some(route), _) => Ok(route),
            (None, Some(hint)) if !any => {
                let names: Vec<_> = self.chain.iter().map(|resolver| resolver.name()).collect();
                Err(format!(
                    "the resolver `{hint}` of `{name}` is not known; there are {}",
                    names.join(", ")
                ))
            }
            (None, Some(hint)) => {
                Err(format!("no handler for `{name}` by `{hint}`; {}", self.routes.shown()))
            }
            (None, None) => Err(format!("no handler for `{name}`; {}", self.routes.shown())),
        }
    }
}

/// Whether a hint means the look-up of a class in another language: here every callable is a name.
fn is_foreign(hint: &str) -> bool {
    matches!(hint, "class_lookup" | "ClassConstantResolver" | "class_constant")
}

/// The callable with its method.
pub(crate) fn route_name(handler: &HandlerDefinition) -> Cow<'_, str> {
    match handler.method.as_deref() {
        None | Some("" | CALL) => Cow::Borrowed(&handler.callable),
        Some(method) => Cow::Owned(format!("{}.{method}", handler.callable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handler(callable: &str, method: Option<&str>, resolver: Option<&str>) -> HandlerDefinition {
        HandlerDefinition {
            callable: callable.to_owned(),
            method: method.map(str::to_owned),
            resolver: resolver.map(str::to_owned),
            ..HandlerDefinition::default()
        }
    }

    fn resolution(routes: &[&str]) -> Resolution {
        let map = [("Billing::Refund", "billing"), ("old.name", "gone")];
        let map = map.map(|(from, to)| (from.to_owned(), to.to_owned()));
        Resolution::new(BTreeMap::from(map), Routes::new(routes.iter().copied()))
    }

    #[test]
    fn the_chain_asks_one_after_the_other() {
        let plain = resolution(&["gv.add", "gv.*", "billing", "billing.undo", "pay.refund"]);
        for (callable, method, hint, expected) in [
            ("gv.add", None, None, Some("gv.add")),
            ("gv.add", Some("call"), None, Some("gv.add")),
            ("gv.mul", None, None, Some("gv.mul")),
            ("gv.mul", None, Some(EXPLICIT), None),
            ("gv.mul", None, Some(GLOB), Some("gv.mul")),
            ("gv.mul", None, Some(FALLBACK), None),
            ("Billing::Refund", None, None, Some("billing")),
            (
                "Billing::Refund",
                Some("undo"),
                Some("ExplicitMappingResolver"),
                Some("billing.undo"),
            ),
            // What is not there is not replaced by another method.
            ("Billing::Refund", Some("other"), None, None),
            ("pay", Some("refund"), None, Some("pay.refund")),
            ("pay", None, None, None),
            ("old.name", None, None, None),
            // Of other languages: no hint for us.
            ("gv.add", None, Some("class_lookup"), Some("gv.add")),
            ("gv.add", None, Some("mine"), None),
        ] {
            let found = plain.resolve(&handler(callable, method, hint), "gv").ok();
            assert_eq!(found.as_deref(), expected, "{callable} {method:?} {hint:?}");
        }
        let with_fallback = resolution(&["gv.add", "(fallback)"]);
        let found = with_fallback.resolve(&handler("x", Some("y"), None), "gv");
        assert_eq!(found.as_deref(), Ok("x.y"));
    }

    #[test]
    fn what_is_missing_is_told() {
        let plain = resolution(&["gv.add", "gv.#"]);
        let error = |handler| plain.resolve(&handler, "gv").unwrap_err();
        assert_eq!(error(handler("x", None, None)), "no handler for `x`; there are gv.add, gv.#");
        assert_eq!(
            error(handler("x", None, Some("mine"))),
            "the resolver `mine` of `x` is not known; there are explicit_mapping, glob, fallback"
        );
        assert_eq!(
            error(handler("x", None, Some(EXPLICIT))),
            "no handler for `x` by `explicit_mapping`; there are gv.add, gv.#"
        );
        let nothing = Resolution::new(BTreeMap::new(), Routes::default());
        let error = nothing.resolve(&handler("x", None, None), "gv").unwrap_err();
        assert_eq!(error, "no handler for `x`; no route is there");
    }

    #[test]
    fn a_resolver_of_ones_own_comes_first() {
        #[derive(Debug)]
        struct ByNamespace;
        impl Resolver for ByNamespace {
            fn name(&self) -> &str {
                "by_namespace"
            }

            fn resolve(&self, request: &Request<'_>) -> Option<String> {
                let route = format!("{}.{}", request.namespace, request.name);
                request.routes.serves(&route).then_some(route)
            }
        }
        let own: [Arc<dyn Resolver>; 1] = [Arc::new(ByNamespace)];
        let chain = resolution(&["shop.add", "add"]).first(own);
        let route =
            |namespace, hint| chain.resolve(&handler("add", None, hint), namespace).unwrap();
        assert_eq!(route("shop", None), "shop.add");
        assert_eq!(route("other", None), "add");
        assert_eq!(route("shop", Some("by_namespace")), "shop.add");
    }
}
