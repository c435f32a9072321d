//! Who may read and write what.

use std::fmt::Write as _;

use super::topic::matches;

/// Whom a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The user of this name.
    User(String),
    /// Every client. `%c` in the filter is its client id, `%u` its user's name.
    Everyone,
}

/// What a rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To get messages.
    Read,
    /// To publish.
    Write,
    /// Both.
    ReadWrite,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclRule {
    /// For whom.
    pub who: Who,
    /// What it allows.
    pub access: Access,
    /// Which topics.
    pub filter: String,
}

/// Rules that allow; what none allows is forbidden.
///
/// As mosquitto has it: a forbidden publish is dropped (MQTT 5 is told by the reason code 0x87,
/// 3.1.1 is not told), and a forbidden subscription is granted, but delivers nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acl {
    /// The rules; their order does not matter.
    pub rules: Vec<AclRule>,
}

impl Acl {
    /// The rules of the props' broker (Halloween sheet, section 7).
    #[must_use]
    pub fn halloween() -> Self {
        use Access::{Read, ReadWrite, Write};
        let mut acl = Self::default();
        for (user, access, filter) in [
            ("admin", ReadWrite, "#"),
            ("dashboard", Read, "halloween/+/availability"),
            ("dashboard", Read, "halloween/+/state/#"),
            ("dashboard", Read, "halloween/+/telemetry/#"),
            ("dashboard", Read, "halloween/broadcast/#"),
            ("dashboard", Read, "halloween/broker/uptime"),
            ("dashboard", Write, "halloween/ui/#"),
            ("worker", Read, "halloween/broadcast/#"),
            ("worker", ReadWrite, "halloween/+/#"),
            ("device", Read, "halloween/broker/uptime"),
        ] {
            let who = Who::User(user.to_owned());
            acl.rules.push(AclRule { who, access, filter: filter.to_owned() });
        }
        for (access, filter) in [(ReadWrite, "halloween/%c/#"), (Write, "halloween/+/cmd")] {
            acl.rules.push(AclRule { who: Who::Everyone, access, filter: filter.to_owned() });
        }
        acl
    }

    /// The same rules as a file for mosquitto.
    #[must_use]
    pub fn to_mosquitto(&self) -> String {
        let mut text = String::new();
        for rule in &self.rules {
            let access = match rule.access {
                Access::Read => "read",
                Access::Write => "write",
                Access::ReadWrite => "readwrite",
            };
            // Writing to a String can not fail.
            let _ = match &rule.who {
                Who::User(user) => writeln!(text, "user {user}\ntopic {access} {}", rule.filter),
                Who::Everyone => writeln!(text, "pattern {access} {}", rule.filter),
            };
        }
        text
    }

    /// What this client may do.
    pub(crate) fn rights(&self, user: Option<&str>, client_id: &str) -> Rights {
        let mut rights = Rights::default();
        for rule in &self.rules {
            let filter = match &rule.who {
                Who::User(name) if Some(&**name) == user => rule.filter.clone(),
                Who::User(_) => continue,
                // As a level of its own it must stay one level: with a wildcard in its id a
                // client could else read everything.
                Who::Everyone
                    if rule.filter.contains("%c") && client_id.contains(['+', '#', '/']) =>
                {
                    continue;
                }
                Who::Everyone if rule.filter.contains("%u") && user.is_none() => continue,
                Who::Everyone => {
                    rule.filter.replace("%c", client_id).replace("%u", user.unwrap_or_default())
                }
            };
            if rule.access != Access::Write {
                rights.read.push(filter.clone());
            }
            if rule.access != Access::Read {
                rights.write.push(filter);
            }
        }
        rights
    }
}

/// What one client may do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rights {
    read: Vec<String>,
    write: Vec<String>,
}

impl Rights {
    pub(crate) fn may_read(&self, topic: &str) -> bool {
        self.read.iter().any(|filter| matches(filter, topic))
    }

    pub(crate) fn may_write(&self, topic: &str) -> bool {
        self.write.iter().any(|filter| matches(filter, topic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_sheet() {
        let acl = Acl::halloween();
        let worker = acl.rights(Some("worker"), "worker_host");
        assert!(worker.may_read("halloween/probe/cmd") && worker.may_write("halloween/a/state"));
        assert!(!worker.may_write("other/topic"));
        let dashboard = acl.rights(Some("dashboard"), "dashboard-1");
        assert!(dashboard.may_read("halloween/a/availability"));
        assert!(!dashboard.may_read("halloween/a/status/error"));
        assert!(dashboard.may_write("halloween/a/cmd") && dashboard.may_write("halloween/ui/x"));
        let device = acl.rights(Some("device"), "worker_host");
        assert!(device.may_write("halloween/worker_host/availability"));
        assert!(!device.may_write("halloween/other/availability"));
        assert!(!acl.rights(Some("device"), "+").may_read("halloween/a/state"));
        assert!(acl.to_mosquitto().contains("user worker\ntopic readwrite halloween/+/#\n"));
        assert!(acl.to_mosquitto().contains("pattern write halloween/+/cmd\n"));
    }
}
