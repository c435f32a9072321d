//! The values that upstream puts in for `${NAME}` in its configuration file, checked by its rules
//! (Tasker sheet, section 13).
//!
//! Upstream ends the process with a message that shows the value when one is broken. What is wrong
//! is told here, without the value.

use std::collections::BTreeMap;

use journeyman_core::Secret;
use journeyman_tasker::config::upstream::{VARIABLES, check_database_url};

/// What the environment holds.
pub(crate) type Variables = BTreeMap<String, String>;

/// The text with the values put in, as upstream does it, and what is wrong with that.
pub(crate) fn substitute(text: &str, variables: &Variables) -> (String, Vec<String>) {
    let mut found = Vec::new();
    let mut lines = Vec::new();
    for (i, line) in text.lines().enumerate() {
        // Upstream looks into comments, too, and a bad value ends it there as well.
        let is_comment = line.trim_start().starts_with('#');
        lines.push(line_of(line, variables, |problem, is_absent| {
            if !(is_absent && is_comment) {
                found.push(format!("line {}: {problem}", i + 1));
            }
        }));
    }
    found.dedup();
    (lines.join("\n"), found)
}

fn line_of(line: &str, variables: &Variables, mut wrong: impl FnMut(String, bool)) -> String {
    let mut result = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let Some((expression, tail)) = after.split_once('}') else {
            result.push_str("${");
            rest = after;
            continue;
        };
        rest = tail;
        let (name, default) = match expression.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (expression, None),
        };
        match (variables.get(name), default) {
            (Some(value), _) => {
                if let Err(problem) = check(name, value) {
                    wrong(format!("the environment variable {name} {problem}"), false);
                }
                result.push_str(&value.replace('\\', "\\\\").replace('"', "\\\""));
            }
            (None, Some(default)) => result.push_str(default),
            (None, None) => {
                wrong(format!("the environment variable {name} is not set"), true);
            }
        }
    }
    result.push_str(rest);
    result
}

/// Whether upstream takes a value. Never shows it.
pub(crate) fn check(name: &str, value: &str) -> Result<(), String> {
    if !VARIABLES.contains(&name) {
        return Err("is none that Tasker puts in".to_owned());
    }
    if value.contains("${") {
        return Err("has a `${`, which Tasker would put something in for once more".to_owned());
    }
    let good = match name {
        "DATABASE_URL" => return database(value),
        "PGMQ_DATABASE_URL" if value.is_empty() => true,
        "PGMQ_DATABASE_URL" => return database(value),
        "TASKER_ENV" => ["test", "development", "production"].contains(&value),
        "TASKER_CONFIG_PATH" => value.ends_with(".toml") && value.len() > 5 && is_path(value, "."),
        "TASKER_TEMPLATE_PATH" => is_path(value, "."),
        "TASKER_JWT_PUBLIC_KEY_PATH" => value.ends_with(".pem") && is_path(value, ". \\"),
        "TASKER_JWT_PUBLIC_KEY" => {
            value.starts_with("-----BEGIN ") && value.trim_end().ends_with("KEY-----")
        }
        "TASKER_WEB_BIND_ADDRESS"
        | "TASKER_ORCHESTRATION_GRPC_BIND_ADDRESS"
        | "TASKER_WORKER_GRPC_BIND_ADDRESS" => {
            value.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port))
        }
        "TASKER_MESSAGING_BACKEND" => ["pgmq", "rabbitmq"].contains(&value),
        "RABBITMQ_URL" => server(value, "amqp://", |path| {
            path.bytes().all(|b| b.is_ascii_alphanumeric() || b"_%.-".contains(&b))
        }),
        "REDIS_URL" => server(value, "redis://", |path| {
            !path.is_empty() && path.bytes().all(|b| b.is_ascii_digit())
        }),
        "MEMCACHED_URL" => {
            let unix = value.strip_prefix("unix:///").is_some_and(|path| !path.is_empty());
            unix || value.strip_prefix("tcp://").is_some_and(is_host_and_port)
        }
        "TASKER_INSTANCE_ID" | "TASKER_WORKER_ID" => {
            value.len() <= 64
                && value.starts_with(|c: char| c.is_ascii_alphanumeric())
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }
        "TASKER_INSTANCE_PORT" => is_port(value),
        _ => true,
    };
    if good { Ok(()) } else { Err(format!("is not what Tasker takes; give {}", form(name))) }
}

fn form(name: &str) -> &'static str {
    match name {
        "TASKER_ENV" => "test, development or production",
        "TASKER_CONFIG_PATH" => "the path of a .toml file of letters, digits and `._/-`",
        "TASKER_TEMPLATE_PATH" => "a path of letters, digits and `._/-`",
        "TASKER_JWT_PUBLIC_KEY_PATH" => "the path of a .pem file",
        "TASKER_JWT_PUBLIC_KEY" => "a public key in PEM form",
        "TASKER_MESSAGING_BACKEND" => "pgmq or rabbitmq",
        "RABBITMQ_URL" => "amqp://USER:PASSWORD@HOST:PORT/VHOST",
        "REDIS_URL" => "redis://USER:PASSWORD@HOST:PORT/NUMBER",
        "MEMCACHED_URL" => "tcp://HOST:PORT or unix:///PATH",
        "TASKER_INSTANCE_ID" | "TASKER_WORKER_ID" => {
            "at most 64 letters, digits and `-`, a letter or digit first"
        }
        "TASKER_INSTANCE_PORT" => "a port",
        _ => "HOST:PORT",
    }
}

/// As [`check_database_url`], with the letters that upstream takes.
fn database(value: &str) -> Result<(), String> {
    check_database_url("x", &Secret::new(value)).map_err(|error| {
        // The error's own name is that of the setting, and is said already.
        let text = error.to_string();
        text.split_once("`: ").map_or(text.clone(), |(_, problem)| problem.to_owned())
    })?;
    let rest = value.strip_prefix("postgresql://").unwrap_or_default();
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user, rest)) => (user.split(':').next().unwrap_or_default(), rest),
        None => ("", rest),
    };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let (host, name) = rest.split_once('/').unwrap_or((rest, ""));
    let name = name.split('?').next().unwrap_or_default();
    if !plain(user) {
        return Err("has a user that Tasker does not take: letters, digits, `_`, `-`".to_owned());
    }
    if !is_host_and_port(host) {
        return Err("has a host or port that Tasker does not take: HOST or HOST:PORT".to_owned());
    }
    if name.is_empty() || !plain(name) {
        return Err(
            "has a database name that Tasker does not take: letters, digits, `_`, `-`".to_owned()
        );
    }
    Ok(())
}

fn server(value: &str, scheme: &str, is_path: impl Fn(&str) -> bool) -> bool {
    let Some(rest) = value.strip_prefix(scheme) else { return false };
    let (user, rest) =
        rest.rsplit_once('@').map_or((None, rest), |(user, rest)| (Some(user), rest));
    let good_user = user.is_none_or(|user| {
        user.split_once(':').is_some_and(|(name, word)| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
                && !word.is_empty()
                && !word.contains('@')
        })
    });
    let (host, path) = rest.split_once('/').map_or((rest, None), |(h, p)| (h, Some(p)));
    good_user && is_host_and_port(host) && path.is_none_or(is_path)
}

fn is_host_and_port(text: &str) -> bool {
    match text.split_once(':') {
        Some((host, port)) => is_host(host) && is_port(port),
        None => is_host(text),
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_path(text: &str, besides: &str) -> bool {
    let text = text.strip_prefix('\\').unwrap_or(text);
    !text.is_empty()
        && text.bytes().all(|b| {
            b.is_ascii_alphanumeric() || b"_/-".contains(&b) || besides.as_bytes().contains(&b)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_by_upstreams_rules() {
        for (name, value) in [
            ("DATABASE_URL", "postgresql://u:p%ss:w$rd@h.example:5432/db_1?sslmode=disable"),
            ("DATABASE_URL", "postgresql://localhost/db"),
            ("PGMQ_DATABASE_URL", ""),
            ("TASKER_WEB_BIND_ADDRESS", "127.0.0.1:0"),
            ("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"),
            ("REDIS_URL", "redis://h:6379/0"),
            ("MEMCACHED_URL", "unix:///run/m.sock"),
            ("TASKER_WORKER_ID", "w-1"),
            ("TASKER_CONFIG_PATH", "/etc/tasker/all.toml"),
        ] {
            assert_eq!(check(name, value), Ok(()), "{name}={value}");
        }
        for (name, value) in [
            ("DATABASE_URL", "postgres://u:s3cret@h/db"),
            ("DATABASE_URL", "postgresql://u@h/s3cret"),
            ("DATABASE_URL", "postgresql://u:s3cret@[::1]/db"),
            ("DATABASE_URL", "postgresql://u u:s3cret@h/db"),
            ("DATABASE_URL", "postgresql://u:s3${cret}@h/db"),
            ("TASKER_ENV", "s3cret"),
            ("TASKER_WEB_BIND_ADDRESS", "s3cret"),
            ("RABBITMQ_URL", "amqp://guest@h"),
            ("REDIS_URL", "redis://:s3cret@h"),
            ("TASKER_WORKER_ID", "-s3cret"),
            ("TASKER_CONFIG_PATH", "/etc/a b.toml"),
            ("TASKER_INSTANCE_PORT", "http"),
            ("HOME", "/root"),
        ] {
            let problem = check(name, value).unwrap_err();
            assert!(!problem.contains("s3cret"), "{name}: {problem}");
        }
    }

    #[test]
    fn values_are_put_in_and_all_problems_told() {
        let variables = Variables::from([
            ("TASKER_ENV".to_owned(), "test".to_owned()),
            ("DATABASE_URL".to_owned(), "nonsense".to_owned()),
        ]);
        let text = "a = \"${TASKER_ENV}\"\nb = \"${REDIS_URL:-redis://h}\"\n# ${RABBITMQ_URL}\n\
                    c = \"${TASKER_WORKER_ID}\"\nd = \"${DATABASE_URL}\"\ne = \"${open\"";
        let (text, found) = substitute(text, &variables);
        assert!(text.starts_with("a = \"test\"\nb = \"redis://h\"\n"), "{text}");
        assert!(text.ends_with("e = \"${open\""), "{text}");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("line 4: the environment variable TASKER_WORKER_ID is not"));
        assert!(found[1].contains("line 5: the environment variable DATABASE_URL must begin"));
    }
}
