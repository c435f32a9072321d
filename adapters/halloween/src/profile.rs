//! The two revisions of upstream whose habits are in use.

use serde::Deserialize;

/// Which revision of upstream the house is built around (Halloween sheet, section 0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Profile {
    /// The newest one, of November 2025.
    #[default]
    Head,
    /// That of the seed document, of October 2025.
    Seed,
}

/// The name under which the host itself publishes, whatever its client id is.
pub const HOST: &str = "worker_host";

impl Profile {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Head, Self::Seed];

    /// Its name in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Seed => "seed",
        }
    }

    /// Where a prop says whether it is there.
    pub fn availability_topic(self, id: &str) -> String {
        match self {
            Self::Head => format!("halloween/{id}/availability"),
            Self::Seed => format!("halloween/{id}/status/availability"),
        }
    }

    /// Whether the host publishes `started` and `stopped` on a prop's `state` topic. A prop's own
    /// states can be published in both profiles.
    pub fn has_state(self) -> bool {
        self == Self::Head
    }

    /// Where the host says that it found no workers. In the newer revision that topic follows the
    /// client id.
    pub fn host_warn_topic(self, client_id: &str) -> String {
        match self {
            Self::Head => format!("halloween/{client_id}/status/warn"),
            Self::Seed => format!("halloween/{HOST}/status/warn"),
        }
    }

    /// The client id of upstream's host where none is configured.
    pub fn upstream_client_id(self) -> &'static str {
        match self {
            Self::Head => HOST,
            Self::Seed => "halloween_worker_host",
        }
    }

    /// The user name where none is configured; none in the seed profile.
    pub fn default_username(self) -> Option<&'static str> {
        match self {
            Self::Head => Some("worker"),
            Self::Seed => None,
        }
    }

    /// The environment variables of user name and password.
    pub fn credential_variables(self) -> (&'static str, &'static str) {
        match self {
            Self::Head => ("MQTT_WORKER_USER", "MQTT_WORKER_PW"),
            Self::Seed => ("MQTT_USERNAME", "MQTT_PASSWORD"),
        }
    }

    /// The id of a built-in worker, by the name of its file.
    pub fn builtin_id(self, stem: &str) -> String {
        match (self, stem) {
            (Self::Head, "heartbeat") => "worker_host_heartbeat".to_owned(),
            _ => stem.to_owned(),
        }
    }
}

/// Where commands for a prop go.
pub fn command_topic(id: &str) -> String {
    format!("halloween/{id}/cmd")
}

/// Where a prop's telemetry goes.
pub fn telemetry_topic(id: &str, key: &str) -> String {
    ["halloween/", id, "/telemetry/", key].concat()
}

/// Where a prop's status goes.
pub fn status_topic(id: &str, key: &str) -> String {
    format!("halloween/{id}/status/{key}")
}

/// Where a prop's state goes.
pub fn state_topic(id: &str) -> String {
    format!("halloween/{id}/state")
}

/// Where the host says whether it is there: fixed, it does not follow the client id.
pub fn host_availability_topic() -> String {
    format!("halloween/{HOST}/availability")
}

/// Where the host says how long it has been running.
pub fn host_uptime_topic() -> String {
    format!("halloween/{HOST}/uptime")
}

/// What is published on availability topics.
pub const ONLINE: &str = "online";
/// What is published on availability topics.
pub const OFFLINE: &str = "offline";
/// What the host publishes on a prop's state topic.
pub const STARTED: &str = "started";
/// What the host publishes on a prop's state topic.
pub const STOPPED: &str = "stopped";
/// The warning about a payload without an action.
pub const EMPTY_COMMAND: &str = "Empty/invalid command payload";
/// The warning of a host that found nothing to run.
pub const NO_WORKERS: &str = "No workers discovered";
/// What an error about a topic with wildcards says.
pub const WILDCARDS: &str = "Publish topic cannot contain wildcards.";

/// The longest id of a prop: it is part of topics and client ids.
pub const MAX_ID: usize = 128;

/// Checks the id of a prop: it is one level of topics, and nobody else's.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn check_id(id: &str) -> Result<(), &'static str> {
    match id {
        "" => Err("is empty"),
        HOST | "broker" | "broadcast" | "ui" => Err("is the name of something else on the bus"),
        id if id.len() > MAX_ID => Err("has more than 128 bytes"),
        id if id.contains(['/', '+', '#']) => {
            Err("holds `/`, `+` or `#`, which mean something else in topics")
        }
        id if id.chars().any(char::is_control) => Err("holds a control character"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_one_level_of_a_topic() {
        for good in ["fogger", "esp32-coffin-jumper-01", "ä b", &"x".repeat(128)] {
            assert_eq!(check_id(good), Ok(()), "{good}");
        }
        for bad in ["", "a/b", "+", "a#", "worker_host", "broker", "a\0", &"x".repeat(129)] {
            assert!(check_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_profiles_differ_as_the_sheet_says() {
        let [head, seed] = Profile::ALL;
        assert_eq!(head.availability_topic("x"), "halloween/x/availability");
        assert_eq!(seed.availability_topic("x"), "halloween/x/status/availability");
        assert_eq!(head.host_warn_topic("worker"), "halloween/worker/status/warn");
        assert_eq!(seed.host_warn_topic("worker"), "halloween/worker_host/status/warn");
        assert_eq!(head.builtin_id("heartbeat"), "worker_host_heartbeat");
        assert_eq!(seed.builtin_id("heartbeat"), "heartbeat");
        assert_eq!(head.builtin_id("other"), "other");
    }
}
