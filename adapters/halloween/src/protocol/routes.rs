//! Which action goes to which route.

use std::borrow::Cow;

use journeyman_core::{Error, router::Pattern};

/// The route that takes the actions without one of their own, as the method of this name does
/// upstream (Halloween sheet, section 3.2).
const DO_COMMAND: &str = "do_command";

/// The name under which a router lists its fallback.
const FALLBACK: &str = "(fallback)";

/// The routes that a prop's commands can reach.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    patterns: Vec<Pattern>,
    fallback: bool,
    do_command: bool,
}

impl Routes {
    /// Reads the patterns that `Sessions::routes` gives.
    ///
    /// # Errors
    /// One is no pattern.
    pub fn new(patterns: &[String]) -> Result<Self, Error> {
        let mut routes = Self::default();
        for text in patterns {
            match text.as_str() {
                FALLBACK => routes.fallback = true,
                DO_COMMAND => routes.do_command = true,
                text => routes.patterns.push(Pattern::parse(text)?),
            }
        }
        Ok(routes)
    }

    /// Whether something takes this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fallback || (self.do_command && name == DO_COMMAND) || self.matches(name)
    }

    fn matches(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(name))
    }

    /// The name by which an action is routed: a slash becomes an underscore, and nothing else is
    /// changed.
    pub(super) fn of<'a>(&self, action: &'a str) -> Cow<'a, str> {
        let name = match action.contains('/') {
            true => Cow::Owned(action.replace('/', "_")),
            false => Cow::Borrowed(action),
        };
        match self.do_command && !self.matches(&name) {
            true => Cow::Borrowed(DO_COMMAND),
            false => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(patterns: &[&str]) -> Routes {
        let patterns: Vec<_> = patterns.iter().map(|text| (*text).to_owned()).collect();
        Routes::new(&patterns).unwrap()
    }

    #[test]
    fn actions_find_their_routes() {
        let some = routes(&["ping", "a_b", "math.*"]);
        for (action, route) in
            [("ping", "ping"), ("a/b", "a_b"), ("x/y/z", "x_y_z"), ("a-b", "a-b")]
        {
            assert_eq!(some.of(action), route);
        }
        assert!(some.has("math.add") && some.has("a_b") && !some.has("other"));
        let all = routes(&["ping", "do_command"]);
        for (action, route) in [
            ("ping", "ping"),
            ("x/y", "do_command"),
            ("command", "do_command"),
            ("do_command", "do_command"),
        ] {
            assert_eq!(all.of(action), route);
        }
        assert!(routes(&["(fallback)"]).has("anything"));
        assert!(!routes(&["(fallback)"]).matches("anything"));
    }
}
