//! What goes over the bus, as lines for people.

use std::fmt;

use journeyman_testkit::halloween::{Event, QoS, Version};

/// How much of a payload is shown, in characters.
const SHOWN: usize = 200;

/// A line about something that happened, if it is worth one.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::Connected { client_id, version, session_present, .. } => {
            let version = if *version == Version::V5 { "5" } else { "3.1.1" };
            let session = if *session_present { ", to the session that waited for it" } else { "" };
            row("connected", client_id, &format!("MQTT {version}{session}"))
        }
        Event::Refused { client_id, reason, .. } => row("REFUSED", client_id, reason),
        Event::Disconnected { client_id, cause, will, .. } => {
            let will = if *will { "; its last will is published" } else { "" };
            row("gone", client_id, &format!("{cause}{will}"))
        }
        Event::Unknown { cause, .. } => row("gone", "(somebody)", &cause.to_string()),
        Event::Subscribed { client_id, filter, code } => match code {
            0..0x80 => row("subscribed", client_id, &format!("{filter} (QoS {code})")),
            code => row("REFUSED", client_id, &format!("to subscribe to {filter} ({code:#04x})")),
        },
        Event::Unsubscribed { client_id, filter } => row("unsubscribed", client_id, filter),
        Event::Denied { client_id, topic } => {
            row("REFUSED", client_id, &format!("to publish to {topic}; it is dropped"))
        }
        Event::Dropped { client_id, topic, reason } => {
            row("DROPPED", client_id, &format!("a message of {topic}: {reason}"))
        }
        Event::Missed(count) => row("missed", "", &format!("{count} lines: too much at once")),
        Event::Published { from, topic, payload, qos, retain, dup, will, receivers, .. } => {
            let (kind, about) = kind(topic);
            let mut notes = Vec::new();
            if *will {
                notes.push("last will".to_owned());
            }
            if *retain {
                notes.push("retained".to_owned());
            }
            if *dup {
                notes.push("again".to_owned());
            }
            if kind == "command" {
                if *qos != QoS::AtMostOnce {
                    notes.push(format!("QoS {}", qos.number()));
                }
                if !from.is_empty() {
                    notes.push(format!("from {from}"));
                }
                if *receivers == 0 {
                    notes.push("NOBODY has subscribed to it".to_owned());
                }
            }
            let notes = match notes.as_slice() {
                [] => String::new(),
                notes => format!("  ({})", notes.join(", ")),
            };
            row(kind, about, &format!("{}{notes}", Payload(payload)))
        }
        // Each delivery of each message would be too much.
        _ => return None,
    })
}

fn row(kind: &str, about: &str, text: &str) -> String {
    format!("{kind:<13} {about:<28} {text}").trim_end().to_owned()
}

/// What a topic is for, and what is left of it (Halloween sheet, section 2).
fn kind(topic: &str) -> (&'static str, &str) {
    let Some(rest) = topic.strip_prefix("halloween/") else { return ("message", topic) };
    let Some((id, what)) = rest.split_once('/') else { return ("message", topic) };
    match what {
        "cmd" => ("command", id),
        "availability" | "status/availability" => ("availability", id),
        "state" => ("state", id),
        "uptime" => ("uptime", id),
        "telemetry" => ("telemetry", id),
        _ if what.starts_with("telemetry/") => ("telemetry", rest),
        _ if what.starts_with("status/") => ("status", rest),
        _ => ("message", topic),
    }
}

/// A payload on one line, not too long.
struct Payload<'a>(&'a [u8]);

impl fmt::Display for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Four bytes for each character are enough, and the rest may be huge.
        let start = &self.0[..self.0.len().min(4 * SHOWN)];
        match std::str::from_utf8(start) {
            _ if start.is_empty() => return f.write_str("(empty)"),
            Ok(text) => write_text(f, text)?,
            // Cut in the middle of a character.
            Err(error) if error.error_len().is_none() => {
                write_text(f, &String::from_utf8_lossy(&start[..error.valid_up_to()]))?;
            }
            Err(_) => {
                let start = &start[..start.len().min(SHOWN / 4)];
                write!(f, "{}", start.escape_ascii())?;
            }
        }
        match self.0.len() {
            0..=SHOWN => Ok(()),
            bytes => write!(f, "… ({bytes} bytes)"),
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write as _;

    for c in text.chars().take(SHOWN) {
        match c {
            c if c.is_control() => write!(f, "{}", c.escape_default())?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told_by_what_they_are_for() {
        for (topic, wanted) in [
            ("halloween/a/cmd", ("command", "a")),
            ("halloween/a/availability", ("availability", "a")),
            ("halloween/a/status/availability", ("availability", "a")),
            ("halloween/a/telemetry/hue/Scene", ("telemetry", "a/telemetry/hue/Scene")),
            ("halloween/a/telemetry", ("telemetry", "a")),
            ("halloween/a/status/error", ("status", "a/status/error")),
            ("halloween/worker_host/uptime", ("uptime", "worker_host")),
            ("halloween/ui/x", ("message", "halloween/ui/x")),
            ("healthcheck/ping", ("message", "healthcheck/ping")),
        ] {
            assert_eq!(kind(topic), wanted, "{topic}");
        }
    }

    #[test]
    fn payloads_are_one_line() {
        let shown = |payload: &[u8]| Payload(payload).to_string();
        assert_eq!(shown(b""), "(empty)");
        assert_eq!(shown("Grüße\n\x1b[2J".as_bytes()), "Grüße\\n\\u{1b}[2J");
        assert_eq!(shown(b"\xff\x00a"), "\\xff\\x00a");
        let long = shown("ä".repeat(10_000).as_bytes());
        assert!(long.ends_with("ä… (20000 bytes)") && long.chars().count() < 230, "{long}");
    }
}
