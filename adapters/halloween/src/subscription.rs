//! Topics besides the prop's own commands.

use journeyman_mqtt::QoS;

use crate::config::{ConfigError, shorten};

/// A topic filter whose messages a prop handles: a coordinator watches the states and telemetry of
/// its props so.
///
/// Each message becomes a job of the named route: JSON if it parses, else a text, and bytes where
/// it is neither. [`CommandMeta`](crate::CommandMeta) has the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscription {
    /// The filter: `+` stands for one level, `#` at the end for all that follow.
    pub filter: String,
    /// The route that its messages go to.
    pub route: String,
    /// The highest QoS that it is delivered with. Default 1.
    pub qos: QoS,
}

impl Subscription {
    /// Messages of these topics go to this route.
    pub fn new(filter: impl Into<String>, route: impl Into<String>) -> Self {
        Self { filter: filter.into(), route: route.into(), qos: QoS::AtLeastOnce }
    }

    /// Sets the highest QoS.
    #[must_use]
    pub fn qos(mut self, qos: QoS) -> Self {
        self.qos = qos;
        self
    }
}

/// Whether some topic is covered by both filters.
fn overlap(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
            (Some("+"), Some(_)) | (Some(_), Some("+")) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

/// Checks the filters of a prop together: a broker may deliver a message once for each filter that
/// covers it, so that it would be handled twice (Halloween sheet, section 3.5).
pub(crate) fn check(command_topic: &str, all: &[Subscription]) -> Result<(), ConfigError> {
    let wrong = |filter: &str, problem: String| {
        Err(ConfigError::new("subscriptions", shorten(filter), problem))
    };
    for (at, subscription) in all.iter().enumerate() {
        let filter = subscription.filter.as_str();
        let levels: Vec<_> = filter.split('/').collect();
        let last = levels.len() - 1;
        let well_formed = |(at, level): (usize, &&str)| match *level {
            "+" => true,
            "#" => at == last,
            level => !level.contains(['+', '#', '\0']),
        };
        if filter.is_empty()
            || filter.len() > usize::from(u16::MAX)
            || !levels.iter().enumerate().all(well_formed)
        {
            return wrong(filter, "is no topic filter".to_owned());
        }
        if filter.starts_with("$share/") {
            return wrong(filter, "a prop's topics cannot be shared with others".to_owned());
        }
        if subscription.route.is_empty() {
            return wrong(filter, "names no route".to_owned());
        }
        let before = all[..at].iter().map(|other| other.filter.as_str());
        if let Some(other) = before.chain([command_topic]).find(|other| overlap(filter, other)) {
            let other = shorten(other);
            return wrong(
                filter,
                format!(
                    "covers topics that `{other}` covers, too; their messages could come twice"
                ),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_could_come_twice() {
        let tried = |filters: &[&str]| {
            let all: Vec<_> = filters.iter().map(|f| Subscription::new(*f, "watch")).collect();
            check("halloween/me/cmd", &all).map_err(|error| error.to_string())
        };
        tried(&["halloween/+/state", "halloween/+/telemetry/#"]).unwrap();
        tried(&[]).unwrap();
        for (bad, text) in [
            (&["halloween/+/cmd"][..], "`halloween/me/cmd` covers"),
            (&["#"], "could come twice"),
            (&["a/+", "+/b"], "`a/+` covers"),
            (&["a/#/b"], "no topic filter"),
            (&["a+"], "no topic filter"),
            (&[""], "no topic filter"),
            (&["$share/g/a"], "cannot be shared"),
        ] {
            let error = tried(bad).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
        let nameless = Subscription::new("a", "");
        assert!(check("b", &[nameless]).is_err());
    }
}
