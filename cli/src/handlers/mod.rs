//! The handlers that the program brings along.

mod basic;
mod http;
mod math;
mod words;

use std::time::Duration;

use journeyman_core::{Route, Router, layers::TimeoutLayer};
use serde::Deserialize;

use http::Http;
use journeyman_exec::{ExecHandler, Program};
use journeyman_http::HttpConfig;

use crate::{duration, exit::Failure};

/// Handlers that are known by name, apart from `math`.
const BASIC: [&str; 3] = ["echo", "sleep", "fail"];

/// The words by which a server is granted what reaches outside.
const GRANTS: [&str; 2] = [journeyman_exec::GRANT, http::GRANT];

/// Checks a word that a server is to be granted.
pub(crate) fn check_grant(word: &str) -> Result<(), Failure> {
    if GRANTS.contains(&word) {
        return Ok(());
    }
    let known = GRANTS.join(", ");
    Err(Failure::usage(format!("there is no grant `{word}`; known are {known}")))
}

/// The names of all handlers that need no grant, as routes.
pub(crate) fn names() -> Vec<String> {
    let math = math::NAMES.iter().map(|name| format!("math.{name}"));
    BASIC.iter().map(|name| (*name).to_owned()).chain(math).collect()
}

/// A route and what serves it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Binding {
    pub(crate) pattern: String,
    spec: Spec,
    concurrency: Option<usize>,
    timeout: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq)]
enum Spec {
    Builtin(String),
    Exec(Program),
    Http(Box<Http>),
}

/// A handler in the configuration file.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a handler: a name such as \"echo\" or \"exec:PROGRAM\", or a table \
                               with `exec`, `http` or `use`"
)]
pub(crate) enum Entry {
    Text(String),
    Table(EntryTable),
}

/// A handler in the configuration file, with rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryTable {
    /// The program and its arguments.
    exec: Option<Vec<String>>,
    /// The settings of the handler `http`.
    http: Option<Box<HttpConfig>>,
    /// The name of a built-in handler.
    r#use: Option<String>,
    /// How many of its jobs run at a time.
    concurrency: Option<usize>,
    /// How long one job may take.
    #[serde(default, deserialize_with = "duration::deserialize")]
    timeout: Option<Duration>,
}

/// `NAME`, `ROUTE=NAME` or `ROUTE=exec:PROGRAM ARGS`, for the command line. `math.*` means all of
/// that family.
pub(crate) fn parse(text: &str) -> Result<Vec<Binding>, Failure> {
    match text.split_once('=') {
        Some((pattern, spec)) => Ok(vec![bind(pattern.trim(), parse_spec(spec.trim())?)?]),
        None if text == "math.*" || text == "math" => Ok(family("math.")),
        None if text.starts_with("exec:") => Err(Failure::usage(format!(
            "--handler `{text}`: a program needs the name of the jobs that it does; write \
             ROUTE={text}"
        ))),
        None => Ok(vec![bind(text, parse_spec(text)?)?]),
    }
}

/// A line of the `[handlers]` table.
pub(crate) fn from_entry(pattern: &str, entry: Entry) -> Result<Vec<Binding>, Failure> {
    let table = match entry {
        Entry::Text(spec) if pattern == "math.*" && (spec == "math.*" || spec == "math") => {
            return Ok(family("math."));
        }
        Entry::Text(spec) => return Ok(vec![bind(pattern, parse_spec(&spec)?)?]),
        Entry::Table(table) => table,
    };
    let spec = match (table.exec, table.http, table.r#use) {
        (Some(words), None, None) => Spec::Exec(program(words, pattern)?),
        (None, Some(config), None) => Spec::Http(Box::new(Http::new(*config, pattern)?)),
        (None, None, Some(name)) => parse_spec(&name)?,
        _ => {
            return Err(Failure::usage(format!(
                "handler `{pattern}`: give one of `exec = [\"PROGRAM\", …]`, `http = {{ … }}` and \
                 `use = \"NAME\"`"
            )));
        }
    };
    let mut binding = bind(pattern, spec)?;
    if table.concurrency == Some(0) {
        return Err(Failure::usage(format!(
            "handler `{pattern}`: `concurrency` is 0; nothing would \
                                           ever run; give 1 or more"
        )));
    }
    binding.concurrency = table.concurrency;
    binding.timeout = table.timeout;
    Ok(vec![binding])
}

/// All built-in handlers under their own names.
pub(crate) fn defaults() -> Vec<Binding> {
    family("")
}

/// The same, and each built-in one that has a dot in its name once more with an underscore in its
/// place: for systems whose jobs are named by functions of a language.
pub(crate) fn with_plain_names(mut bindings: Vec<Binding>) -> Vec<Binding> {
    let plain: Vec<_> = bindings
        .iter()
        .filter(|binding| binding.pattern.contains('.') && !binding.pattern.contains(['*', '#']))
        .map(|binding| Binding { pattern: binding.pattern.replace('.', "_"), ..binding.clone() })
        .filter(|plain| bindings.iter().all(|binding| binding.pattern != plain.pattern))
        .collect();
    bindings.extend(plain);
    bindings
}

fn family(prefix: &str) -> Vec<Binding> {
    let named = names().into_iter().filter(|name| name.starts_with(prefix));
    named
        .map(|name| Binding {
            pattern: name.clone(),
            spec: Spec::Builtin(name),
            concurrency: None,
            timeout: None,
        })
        .collect()
}

fn bind(pattern: &str, spec: Spec) -> Result<Binding, Failure> {
    if pattern.is_empty() {
        return Err(Failure::usage("a handler has an empty route; write ROUTE=HANDLER"));
    }
    Ok(Binding { pattern: pattern.to_owned(), spec, concurrency: None, timeout: None })
}

fn parse_spec(text: &str) -> Result<Spec, Failure> {
    if let Some(command) = text.strip_prefix("exec:") {
        let words = words::split(command)
            .map_err(|problem| Failure::usage(format!("handler `{text}`: {problem}")))?;
        return Ok(Spec::Exec(program(words, text)?));
    }
    if text == http::NAME {
        return Ok(Spec::Http(Box::new(Http::from_env(text)?)));
    }
    if names().iter().any(|name| name == text) {
        return Ok(Spec::Builtin(text.to_owned()));
    }
    Err(Failure::usage(format!(
        "there is no handler `{text}`; known are {}, math.*, http, and exec:PROGRAM",
        names().join(", ")
    )))
}

fn program(words: Vec<String>, shown: &str) -> Result<Program, Failure> {
    let mut words = words.into_iter();
    let path = words.next().filter(|path| !path.is_empty()).ok_or_else(|| {
        Failure::usage(format!("handler `{shown}` names no program; write exec:PROGRAM ARGS"))
    })?;
    Ok(Program::new(path).args(words))
}

impl Binding {
    /// What it reaches outside, which a backend must be granted: the word, and what it does.
    pub(crate) fn needs_grant(&self) -> Option<(&'static str, &'static str)> {
        match self.spec {
            Spec::Builtin(_) => None,
            Spec::Exec(_) => Some((journeyman_exec::GRANT, "starts a program")),
            Spec::Http(_) => Some((http::GRANT, "makes HTTP requests")),
        }
    }

    fn route(self, hidden: &[String], is_granted: bool) -> Route {
        let grant = self.needs_grant().filter(|_| !is_granted);
        let mut route = match self.spec {
            Spec::Builtin(name) => match name.as_str() {
                "echo" => Route::new(basic::echo),
                "sleep" => Route::new(basic::sleep),
                "fail" => Route::new(basic::fail),
                name => math::route(name.trim_start_matches("math.")),
            },
            Spec::Exec(program) => Route::new(ExecHandler::new(program.hide(hidden))),
            Spec::Http(handler) => handler.route(),
        };
        if let Some((word, _)) = grant {
            route = route.requires(word);
        }
        if let Some(limit) = self.concurrency {
            route = route.concurrency(limit);
        }
        match self.timeout {
            Some(limit) => route.layer(TimeoutLayer::new(limit)),
            None => route,
        }
    }
}

/// A router of these. Programs do not see the environment variables in `hidden`.
pub(crate) fn router(bindings: Vec<Binding>, hidden: &[String]) -> Router {
    routes(bindings, hidden, false)
}

/// The same for one server that is granted all that they need.
pub(crate) fn granted_router(bindings: Vec<Binding>, hidden: &[String]) -> Router {
    routes(bindings, hidden, true)
}

fn routes(bindings: Vec<Binding>, hidden: &[String], is_granted: bool) -> Router {
    bindings.into_iter().fold(Router::new(), |router, binding| {
        router.route(binding.pattern.clone(), binding.route(hidden, is_granted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text).unwrap_err().message().to_owned()
    }

    #[test]
    fn handlers_of_the_command_line() {
        assert_eq!(
            parse("echo").unwrap(),
            vec![bind("echo", Spec::Builtin("echo".into())).unwrap()]
        );
        let all: Vec<_> = parse("math.*").unwrap().into_iter().map(|b| b.pattern).collect();
        assert!(all.contains(&"math.add".to_owned()) && !all.contains(&"echo".to_owned()));
        let convert = &parse("convert.*=exec:/bin/prog -x 'two words'").unwrap()[0];
        assert_eq!(convert.pattern, "convert.*");
        assert_eq!(convert.needs_grant(), Some(("exec", "starts a program")));
        let Spec::Exec(program) = &convert.spec else { panic!("no program") };
        assert_eq!(program.arguments(), ["-x", "two words"]);
        let curl = &parse("curl=http").unwrap()[0];
        assert_eq!(curl.pattern, "curl");
        assert_eq!(curl.needs_grant(), Some(("http", "makes HTTP requests")));
        assert_eq!(parse("echo").unwrap()[0].needs_grant(), None);
        assert!(defaults().iter().all(|binding| binding.needs_grant().is_none()));
    }

    #[test]
    fn names_without_dots_come_besides() {
        let patterns = |bindings: Vec<Binding>| -> Vec<String> {
            with_plain_names(bindings).into_iter().map(|binding| binding.pattern).collect()
        };
        let all = patterns(defaults());
        assert!(all.contains(&"math.add".to_owned()) && all.contains(&"math_add".to_owned()));
        let mut two = parse("a.b=echo").unwrap();
        two.extend(parse("a_b=sleep").unwrap());
        assert_eq!(patterns(two), ["a.b", "a_b"]);
        assert_eq!(patterns(parse("a.*=exec:/bin/prog").unwrap()), ["a.*"]);
    }

    #[test]
    fn refusals_say_what_to_write() {
        assert!(refused("nope").contains("known are echo, sleep, fail, math.add"));
        assert!(refused("exec:/bin/true").contains("ROUTE=exec:/bin/true"));
        assert!(refused("a=exec:").contains("names no program"));
        assert!(refused("=echo").contains("empty route"));
        assert!(refused("a=exec:x 'open").contains("quote"));
    }

    #[test]
    fn handlers_of_the_file() {
        let read = |text: &str| {
            let table: toml::Table = toml::from_str(text).unwrap();
            let (name, value) = table.into_iter().next().unwrap();
            let entry = value.try_into::<Entry>().map_err(|error| error.to_string())?;
            from_entry(&name, entry).map_err(|failure| failure.message().to_owned())
        };
        let many = read("'math.*' = 'math.*'").unwrap();
        assert!(many.len() > 5, "{many:?}");
        let one =
            read("r = { exec = ['/bin/p', 'a b'], concurrency = 2, timeout = '1m' }").unwrap();
        assert_eq!(one[0].concurrency, Some(2));
        assert_eq!(one[0].timeout, Some(Duration::from_secs(60)));
        assert!(read("r = { concurrency = 2 }").unwrap_err().contains("one of `exec"));
        let http = "r = { http = { timeout = '5s', allow_private = ['10.0.0.0/8'] }, timeout = 9 }";
        let http = read(http).unwrap();
        let Spec::Http(handler) = &http[0].spec else { panic!("not http") };
        let settings = HttpConfig::default().timeout(Duration::from_secs(5));
        let settings = settings.allow_private_at(["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(**handler, Http::new(settings, "r").unwrap());
        assert_eq!(http[0].timeout, Some(Duration::from_secs(9)));
        for (wrong, part) in [
            ("r = { http = { timeout = 0 } }", "handler `r`: `timeout`"),
            ("r = { http = { ca_file = '/nowhere' } }", "handler `r`: `ca_file`"),
            ("r = { http = {}, use = 'echo' }", "one of `exec"),
        ] {
            assert!(read(wrong).unwrap_err().contains(part), "{}", read(wrong).unwrap_err());
        }
        assert!(
            read("r = { use = 'echo', concurrency = 0 }").unwrap_err().contains("`concurrency`")
        );
        assert!(read("r = 3").unwrap_err().contains("a handler: a name"));
    }
}
