//! What is printed at the start.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use journeyman_core::settings::redacted;
use journeyman_crowdcompute::EraSetting;
use journeyman_pc_worker::Running;

use super::settings::Settings;
use crate::{exit::Failure, output::say};

/// What is known before the start.
#[derive(Debug)]
pub(super) struct About {
    foreman: String,
    native: Vec<String>,
    has_token: bool,
}

impl About {
    pub(super) fn new(settings: &Settings) -> Self {
        let crowd = &settings.worker.crowd;
        let era = match crowd.era {
            EraSetting::Seed => "era seed",
            EraSetting::Head => "era head",
            _ => "era: to be found out",
        };
        let compat = if crowd.compat { ", messages in upstream's exact form" } else { "" };
        Self {
            foreman: format!("{}, {era}{compat}", redacted(&crowd.foreman_url)),
            native: crowd.native.iter().map(|native| native.to_string()).collect(),
            has_token: settings.worker.token.is_some(),
        }
    }

    /// Prints it.
    ///
    /// # Errors
    /// Nobody reads the output.
    pub(super) fn print(&self, running: &Running) -> Result<(), Failure> {
        say(format_args!("journeyman pc-worker {}", env!("CARGO_PKG_VERSION")))?;
        row("foreman", &self.foreman)?;
        let ids: Vec<_> =
            running.registrations().snapshot().into_iter().map(|one| one.worker_id).collect();
        row("registers as", &shortened(&ids))?;
        if !self.native.is_empty() {
            row("native", &self.native.join(", "))?;
        }
        python(running)?;
        match running.monitor_addr() {
            Some(address) => row("dashboard", &self.dashboard(address))?,
            None => row("dashboard", "none: no port is opened")?,
        }
        say("Ctrl-C finishes the tasks in work and stops.")
    }

    fn dashboard(&self, address: SocketAddr) -> String {
        let (ip, port) = (address.ip(), address.port());
        let token = match self.has_token {
            true => "; it asks for the token",
            false => "",
        };
        let (host, reach): (IpAddr, _) = match ip {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => {
                (Ipv4Addr::LOCALHOST.into(), ", and at all other addresses of this machine")
            }
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => {
                (Ipv6Addr::LOCALHOST.into(), ", and at all other addresses of this machine")
            }
            ip => (ip, ""),
        };
        let open = match self.has_token || ip.is_loopback() {
            true => "",
            false => "; OPEN to everybody who reaches it",
        };
        format!("http://{}/dashboard{reach}{token}{open}", SocketAddr::new(host, port))
    }
}

/// What runs the code of tasks, and how far it is confined.
fn python(running: &Running) -> Result<(), Failure> {
    let Some(executor) = running.executor() else {
        let why = running.python().missing().unwrap_or("it is not there");
        return row("Python", &format!("none, so that only native handlers run: {why}"));
    };
    let interpreter = executor.interpreter();
    let (major, minor, patch) = interpreter.version;
    let processes = match executor.config().size {
        1 => "1 task at a time".to_owned(),
        size => format!("{size} tasks at a time"),
    };
    row(
        "Python",
        &format!("{major}.{minor}.{patch}, {}, {processes}", interpreter.path.display()),
    )?;
    let report = executor.report();
    let missing = report.missing().len();
    let all = report.parts.len();
    let summary = match (executor.config().sandbox, missing) {
        (false, _) => "OFF: tasks can do all that this user can".to_owned(),
        (true, 0) => format!("complete, all {all} parts:"),
        (true, missing) => format!("NOT complete, {missing} of {all} parts are missing:"),
    };
    row("sandbox", &summary)?;
    if executor.config().sandbox {
        for line in report.to_string().lines() {
            say(format_args!("    {line}"))?;
        }
    }
    Ok(())
}

fn row(name: &str, text: &str) -> Result<(), Failure> {
    say(format_args!("  {name:<13} {text}"))
}

/// The first and the last of many.
fn shortened(ids: &[String]) -> String {
    match ids {
        [first, second, .., last] if ids.len() > 3 => {
            format!("{first}, {second}, … {last} ({} registrations)", ids.len())
        }
        ids => ids.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_is_shown_as_it_can_be_reached() {
        let mut about = About { foreman: String::new(), native: Vec::new(), has_token: false };
        let shown = |about: &About, address: &str| about.dashboard(address.parse().unwrap());
        assert_eq!(shown(&about, "127.0.0.1:80"), "http://127.0.0.1:80/dashboard");
        assert!(shown(&about, "0.0.0.0:80").ends_with("OPEN to everybody who reaches it"));
        about.has_token = true;
        let everywhere = shown(&about, "[::]:80");
        assert!(everywhere.starts_with("http://[::1]:80/dashboard, and at all"), "{everywhere}");
        assert!(everywhere.ends_with("asks for the token"), "{everywhere}");
    }

    #[test]
    fn many_ids_are_few_words() {
        let ids = |count: usize| (1..=count).map(|n| format!("w-{n}")).collect::<Vec<_>>();
        assert_eq!(shortened(&ids(2)), "w-1, w-2");
        assert_eq!(shortened(&ids(9)), "w-1, w-2, … w-9 (9 registrations)");
    }
}
