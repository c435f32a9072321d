//! Which topics and topic filters are valid (MQTT 3.1.1 and 5, section 4.7).

use journeyman_core::{Error, ErrorKind};

use crate::{Filter, error::Snippet};

/// The longest string of the wire, in bytes.
pub(crate) const MAX_STRING: usize = u16::MAX as usize;

fn invalid(what: &'static str, text: &str, fault: &str, remedy: &'static str) -> Error {
    Error::new(ErrorKind::Codec, "send", format!("the {what} {fault}"))
        .with_context(what, Snippet(text.as_bytes(), 100))
        .with_remedy(remedy)
}

/// A topic that can be published to.
pub(crate) fn check_topic(topic: &str) -> Result<(), Error> {
    let bad = |fault: &str, remedy| Err(invalid("topic", topic, fault, remedy));
    if topic.is_empty() {
        return bad("is empty", "name a topic");
    }
    if topic.len() > MAX_STRING {
        return bad(
            &format!("has {} bytes; the limit is {MAX_STRING}", topic.len()),
            "use a shorter topic",
        );
    }
    // Every publish comes through here, and nearly none has one.
    if !topic.bytes().any(|byte| matches!(byte, b'+' | b'#' | 0)) {
        return Ok(());
    }
    for character in topic.chars() {
        match character {
            '+' | '#' => {
                return bad(
                    &format!("holds the wildcard `{character}`"),
                    "wildcards are for subscriptions only",
                );
            }
            '\0' => return bad("holds a NUL character", "leave it out"),
            _ => {}
        }
    }
    Ok(())
}

/// A filter that can be subscribed to or unsubscribed from.
pub(crate) fn check_filter(filter: &str) -> Result<(), Error> {
    let bad = |fault: &str, remedy| Err(invalid("filter", filter, fault, remedy));
    if filter.is_empty() {
        return bad("is empty", "name a topic filter");
    }
    if filter.len() > MAX_STRING {
        return bad(
            &format!("has {} bytes; the limit is {MAX_STRING}", filter.len()),
            "use a shorter filter",
        );
    }
    if filter.contains('\0') {
        return bad("holds a NUL character", "leave it out");
    }
    let levels = match filter.strip_prefix("$share/") {
        None => filter,
        Some(shared) => {
            let (group, levels) = shared.split_once('/').unwrap_or((shared, ""));
            if group.is_empty() || group.contains(['+', '#']) {
                return bad(
                    "has no valid group",
                    "write it as $share/GROUP/FILTER, without wildcards in GROUP",
                );
            }
            if levels.is_empty() {
                return bad(
                    "names a group and no topic",
                    "write it as $share/GROUP/FILTER, without wildcards in GROUP",
                );
            }
            levels
        }
    };
    let mut levels = levels.split('/').peekable();
    while let Some(level) = levels.next() {
        match level {
            "+" => {}
            "#" if levels.peek().is_none() => {}
            "#" => return bad("goes on after `#`", "`#` can only be the last level"),
            other if other.contains(['+', '#']) => {
                return bad(
                    "has a wildcard that is not a level of its own",
                    "write `+` and `#` alone between slashes",
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a topic filter covers a topic (MQTT 3.1.1 and 5, section 4.7). Both are valid.
pub fn filter_matches(filter: &str, topic: &str) -> bool {
    // Topics of the broker's own are not for wildcards at the start.
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let (mut levels, mut filters) = (topic.split('/'), filter.split('/'));
    loop {
        match (filters.next(), levels.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(filter), Some(level)) if filter == level => {}
            _ => return false,
        }
    }
}

/// What a filter needs of the broker.
pub(crate) fn is_shared(filter: &Filter) -> bool {
    filter.filter.starts_with("$share/")
}

pub(crate) fn has_wildcard(filter: &Filter) -> bool {
    filter.filter.contains(['+', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics() {
        for good in ["a", "/", "a//b", "halloween/x/cmd", "ü b", "$SYS/x"] {
            assert!(check_topic(good).is_ok(), "{good}");
        }
        let long = "x".repeat(65_536);
        for (bad, expected) in
            [("", "empty"), ("a/+", "`+`"), ("#", "`#`"), ("a\0", "NUL"), (&long, "65536 bytes")]
        {
            let error = check_topic(bad).unwrap_err();
            assert!(error.message().contains(expected), "{error}");
            assert!(error.to_string().len() < 400, "{error}");
        }
    }

    #[test]
    fn filters() {
        for good in ["a", "+", "#", "/", "a/+/b/#", "$share/g/a/#", "$share/g//", "+/+", "$SYS/#"] {
            assert!(check_filter(good).is_ok(), "{good}");
        }
        let long = "x".repeat(65_536);
        let cases = [
            ("", "empty"),
            ("a/#/b", "after `#`"),
            ("a+", "of its own"),
            ("a/b#", "of its own"),
            ("a\0", "NUL"),
            ("$share/", "group"),
            ("$share//a", "group"),
            ("$share/+/a", "group"),
            ("$share/g", "no topic"),
            ("$share/g/", "no topic"),
            ("$share/g/a/#/b", "after `#`"),
            (&long, "65536 bytes"),
        ];
        for (bad, expected) in cases {
            let error = check_filter(bad).unwrap_err();
            assert!(error.message().contains(expected), "{bad}: {error}");
        }
    }
    #[test]
    fn filters_cover_topics() {
        for (filter, topic, covered) in [
            ("a/b", "a/b", true),
            ("a/+", "a/b", true),
            ("a/+", "a/b/c", false),
            ("a/+", "a/", true),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("#", "$SYS/x", false),
            ("$SYS/#", "$SYS/x", true),
            ("+/x", "$SYS/x", false),
            ("+/+", "/x", true),
            ("a", "a/b", false),
            ("a/b", "a", false),
        ] {
            assert_eq!(filter_matches(filter, topic), covered, "{filter} {topic}");
        }
    }
}
