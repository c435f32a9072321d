//! Names of topics, filters, and which matches which.

/// Levels of a name or a filter, at most. mosquitto has the same limit.
pub(crate) const MAX_LEVELS: usize = 200;

fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= usize::from(u16::MAX)
        && !text.contains('\0')
        && text.bytes().filter(|byte| *byte == b'/').count() < MAX_LEVELS
}

/// Whether a message can be published under this name.
#[must_use]
pub fn valid_topic(topic: &str) -> bool {
    plain(topic) && !topic.contains(['+', '#'])
}

/// Whether this can be subscribed to. A shared one is given without its `$share/group/`.
#[must_use]
pub fn valid_filter(filter: &str) -> bool {
    let mut levels = filter.split('/').peekable();
    plain(filter)
        && std::iter::from_fn(|| levels.next().map(|level| (level, levels.peek().is_none()))).all(
            |(level, last)| match level {
                "+" => true,
                "#" => last,
                level => !level.contains(['+', '#']),
            },
        )
}

/// Whether a filter selects a topic. Wildcards at the first level do not select names that begin
/// with `$`.
#[must_use]
pub fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for level in filter.split('/') {
        if level == "#" {
            return true;
        }
        match levels.next() {
            Some(name) if level == "+" || level == name => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// The group and the filter of a shared subscription: `$share/group/filter`. An error if it
/// begins like one but is none.
pub(crate) fn split_share(filter: &str) -> Result<(Option<&str>, &str), ()> {
    let Some(rest) = filter.strip_prefix("$share/") else { return Ok((None, filter)) };
    match rest.split_once('/') {
        Some((group, rest)) if !group.is_empty() && !group.contains(['+', '#']) => {
            Ok((Some(group), rest))
        }
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches() {
        for (filter, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a/b/c", "a/b", false),
            ("a/+", "a/b", true),
            ("a/+", "a/", true),
            ("a/+", "a", false),
            ("a/#", "a", true),
            ("a/#", "a/b/c", true),
            ("a/#", "ab", false),
            ("#", "a/b", true),
            ("#", "$SYS/x", false),
            ("+/x", "$SYS/x", false),
            ("$SYS/#", "$SYS/x", true),
            ("+", "/", false),
            ("+/+", "/", true),
            ("+", "é", true),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn what_is_valid() {
        for good in ["a", "/", "a//b", "é"] {
            assert!(valid_topic(good) && valid_filter(good), "{good}");
        }
        for good in ["#", "+", "a/#", "+/a/+"] {
            assert!(!valid_topic(good) && valid_filter(good), "{good}");
        }
        let deep = "/".repeat(MAX_LEVELS);
        for bad in ["", "a/#/b", "a#", "a+/b", "+a", "a\0b", &deep] {
            assert!(!valid_topic(bad) && !valid_filter(bad), "{bad}");
        }
        assert!(valid_topic(&deep[1..]) && valid_filter(&deep[1..]));
        assert_eq!(split_share("$share/g/a/#"), Ok((Some("g"), "a/#")));
        assert_eq!(split_share("a"), Ok((None, "a")));
        for bad in ["$share/g", "$share//a", "$share/g+/a"] {
            assert_eq!(split_share(bad), Err(()), "{bad}");
        }
    }
}
