//! What the book says about the code is true.

use std::{collections::BTreeSet, time::Duration};

use journeyman::{
    JobErrorKind,
    core::{
        backend::Backend,
        capability::{Capabilities, Intake},
        session::SessionState,
    },
    crowdcompute, distworker, halloween, http,
    memory::Memory,
    moor, tasker,
};

const CONFIGURATION: &str = include_str!("../docs/src/configuration.md");
const CAPABILITIES: &str = include_str!("../docs/src/capabilities.md");
const ERRORS: &str = include_str!("../docs/src/errors.md");
const LIFE_CYCLE: &str = include_str!("../docs/src/life-cycle.md");

/// The cells of all rows of the tables under a heading.
fn rows<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## "));
    let rows = lines.filter(|line| line.starts_with("| ") && !line.starts_with("|---"));
    let rows: Vec<Vec<_>> =
        rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect();
    assert!(rows.len() > 2, "there is no table under {heading}");
    rows
}

fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

/// The keys that serde knows, from its own error about one that it does not know.
fn keys_of<T: serde::de::DeserializeOwned>() -> BTreeSet<String> {
    let error = serde_json::from_str::<T>(r#"{"no such key": 0}"#).err().expect("it is unknown");
    let error = error.to_string();
    let (_, names) = error.split_once("expected one of").expect(&error);
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Key, variable, meaning.
type Keys = &'static [(&'static str, &'static str, &'static str)];

/// The settings of adapters and handlers: heading, keys that serde knows, keys with a variable.
fn settings() -> [(&'static str, BTreeSet<String>, Keys); 6] {
    [
        ("## DistWorker", keys_of::<distworker::Config>(), distworker::config::KEYS),
        ("## mooR", keys_of::<moor::Config>(), moor::config::KEYS),
        ("## Halloween", keys_of::<halloween::Config>(), halloween::config::KEYS),
        ("## CrowdCompute", keys_of::<crowdcompute::Config>(), crowdcompute::config::KEYS),
        ("## Tasker", keys_of::<tasker::Config>(), tasker::config::KEYS),
        ("## The HTTP handler", keys_of::<http::HttpConfig>(), http::KEYS),
    ]
}

#[test]
fn every_setting_is_in_its_table() {
    for (heading, known, _) in settings() {
        let table = rows(CONFIGURATION, heading);
        let listed: BTreeSet<_> = table.iter().filter_map(|row| code(row[0])).collect();
        assert_eq!(listed, known.iter().map(String::as_str).collect(), "{heading}");
    }
}

#[test]
fn every_variable_is_in_its_table() {
    for (heading, _, variables) in settings() {
        let table = rows(CONFIGURATION, heading);
        let listed: BTreeSet<_> =
            table.iter().filter_map(|row| Some((code(row[0])?, code(row[1])?))).collect();
        let known = variables.iter().map(|(key, variable, _)| (*key, *variable));
        assert_eq!(listed, known.collect(), "{heading}");
    }
}

#[test]
fn the_defaults_of_distworker_are_in_the_table() {
    let table = rows(CONFIGURATION, "## DistWorker");
    let config = distworker::Config::default();
    let seconds = |duration: Duration| format!("{} s", duration.as_secs());
    for (key, default) in [
        ("reconnect_interval", seconds(config.reconnect_interval)),
        ("heartbeat_interval", seconds(config.heartbeat_interval)),
        ("max_reconnect_attempts", config.max_reconnect_attempts.to_string()),
        ("connections", config.connections.to_string()),
        ("max_message_size", format!("{} MiB", config.max_message_size >> 20)),
        ("danger_accept_any_certificate", config.danger_accept_any_certificate.to_string()),
    ] {
        let row = table.iter().find(|row| code(row[0]) == Some(key)).expect(key);
        assert_eq!(row[3], default, "{key}");
    }
}

#[test]
fn the_defaults_of_moor_are_in_the_table() {
    let table = rows(CONFIGURATION, "## mooR");
    let config = moor::Config::default();
    for (key, default) in [
        ("era", format!("`{}`", config.era)),
        ("request_address", format!("`{}`", config.request_address)),
        ("response_address", format!("`{}`", config.response_address)),
        ("private_key", format!("`{}`", config.private_key.display())),
        ("data_dir", format!("`{}`", config.data_dir.display())),
        ("enrollment_attempts", config.enrollment_attempts.to_string()),
        ("reenroll", config.reenroll.to_string()),
        ("subscription_grace", format!("{} ms", config.subscription_grace.as_millis())),
        ("ping_timeout", format!("{} s", config.ping_timeout.as_secs())),
        ("reply_timeout", format!("{} s", config.reply_timeout.as_secs())),
        ("reconnect_interval", format!("{} ms", config.reconnect_interval.as_millis())),
        ("max_argument_depth", config.max_argument_depth.to_string()),
        ("max_result_depth", config.max_result_depth.to_string()),
    ] {
        let row = table.iter().find(|row| code(row[0]) == Some(key)).expect(key);
        assert_eq!(row[3], default, "{key}");
    }
    assert_eq!(config.max_message_size, (64 << 20) + (64 << 10), "64 MiB and 64 KiB");
}

#[test]
fn the_defaults_of_halloween_are_in_the_table() {
    let table = rows(CONFIGURATION, "## Halloween");
    let config = halloween::Config::default();
    for (key, default) in [
        ("profile", format!("`{}`", config.profile.as_str())),
        ("host", format!("`{}`", config.host)),
        ("port", config.port.to_string()),
        ("params", config.params.to_string()),
        ("shared_connection", config.shared_connection.to_string()),
        ("command_qos", config.command_qos.to_string()),
        ("telemetry_rate", config.telemetry_rate.to_string()),
        ("telemetry_burst", config.telemetry_burst.to_string()),
        ("offline_queue", config.offline_queue.to_string()),
        ("refused_attempts", config.refused_attempts.to_string()),
        ("keep_alive", format!("{} s", config.keep_alive.as_secs())),
        ("reconnect_interval", format!("{} ms", config.reconnect_interval.as_millis())),
        ("max_message_size", format!("{} MiB", config.max_message_size >> 20)),
        ("receive_maximum", config.receive_maximum.to_string()),
    ] {
        let row = table.iter().find(|row| code(row[0]) == Some(key)).expect(key);
        assert_eq!(row[3], default, "{key}");
    }
    let words = [
        ("mqtt", halloween::Config::from_vars([("HALLOWEEN_MQTT".into(), "3.1.1".into())])),
        ("form", halloween::Config::from_vars([("HALLOWEEN_FORM".into(), "python".into())])),
        ("ack", halloween::Config::from_vars([("HALLOWEEN_ACK".into(), "receipt".into())])),
        (
            "retained",
            halloween::Config::from_vars([("HALLOWEEN_RETAINED".into(), "ignore".into())]),
        ),
    ];
    for (key, with_default) in words {
        assert_eq!(with_default.expect(key), config, "{key}");
    }
    for (profile, user) in
        [(halloween::Profile::Head, "`worker`"), (halloween::Profile::Seed, "none")]
    {
        let (variable, _) = profile.credential_variables();
        let row = table.iter().find(|row| code(row[1]) == Some(variable)).expect(variable);
        assert_eq!(row[3], user);
        let known = halloween::Config::default().profile(profile);
        assert_eq!(known.effective_username().is_some(), user != "none");
    }
    for (variable, _) in halloween::discovery::TOGGLE_VARIABLES {
        assert!(CONFIGURATION.contains(&format!("`{variable}`")), "{variable}");
    }
}

#[test]
fn the_defaults_of_crowdcompute_are_in_the_table() {
    let table = rows(CONFIGURATION, "## CrowdCompute");
    let config = crowdcompute::Config::default();
    for (key, default) in [
        ("foreman_url", format!("`{}`", config.foreman_url)),
        ("max_concurrent_tasks", config.max_concurrent_tasks.to_string()),
        ("auto_restart", config.auto_restart.to_string()),
        ("heartbeat_interval", format!("{} s", config.heartbeat_interval.as_secs())),
        ("api_host", format!("`{}`", config.api_host)),
        ("api_port", config.api_port.to_string()),
        ("compat", config.compat.to_string()),
        ("reconnect_interval", format!("{} s", config.reconnect_interval.as_secs())),
        ("max_message_size", format!("{} MiB", config.max_message_size >> 20)),
        ("danger_accept_any_certificate", config.danger_accept_any_certificate.to_string()),
    ] {
        let row = table.iter().find(|row| code(row[0]) == Some(key)).expect(key);
        assert_eq!(row[3], default, "{key}");
    }
}

#[test]
fn the_defaults_of_tasker_are_in_the_table() {
    let table = rows(CONFIGURATION, "## Tasker");
    let config = tasker::Config::default();
    let shown = |duration: Duration| match duration.as_millis() {
        millis if millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis => format!("{millis} ms"),
    };
    for (key, default) in [
        ("template_path", format!("`{}`", config.templates_folder().display())),
        ("step_timeout", config.step_timeout.map_or_else(|| "none".to_owned(), shown)),
        ("max_waiting", config.max_waiting.to_string()),
        ("max_wait", shown(config.max_wait)),
        ("starvation_threshold", shown(config.starvation_threshold)),
        ("max_poll_interval", shown(config.max_poll_interval)),
        ("fallback_poll", shown(config.fallback_poll)),
        ("sweep_interval", shown(config.sweep_interval)),
        ("connect_timeout", shown(config.connect_timeout)),
        ("max_result_size", format!("{} MiB", config.max_result_size >> 20)),
        ("wrap_results", config.wrap_results.to_string()),
        ("environment", format!("`{}`", config.environment)),
    ] {
        let row = table.iter().find(|row| code(row[0]) == Some(key)).expect(key);
        assert_eq!(row[3], default, "{key}");
    }
}

#[test]
fn every_rule_of_a_session_is_in_the_table() {
    let source = include_str!("../worker-core/src/backend.rs");
    let (_, fields) = source.split_once("pub struct SessionConfig {").expect("the struct");
    let (fields, _) = fields.split_once("\n}").expect("its end");
    let fields = fields.lines().filter_map(|line| line.trim().strip_prefix("pub "));
    let fields: BTreeSet<_> = fields.filter_map(|line| line.split(':').next()).collect();
    let table = rows(CONFIGURATION, "## The session");
    let listed: BTreeSet<_> = table.iter().filter_map(|row| code(row[0])).collect();
    assert_eq!(listed, fields);
}

#[test]
fn the_capability_table_is_that_of_the_backends() {
    let table: Vec<_> = CAPABILITIES
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>())
        .collect();
    let (memory, _client) = Memory::new();
    let distworker = distworker::Config::default();
    let moor = moor::Config::default();
    let halloween = halloween::Config::default();
    let crowdcompute = crowdcompute::Config::default();
    // What a channel offers depends on it.
    let channel = tasker::channel::ChannelInfo::default();
    let backends: [(&str, Capabilities); 6] = [
        ("memory", memory.capabilities()),
        ("distworker", distworker.capabilities()),
        ("moor", moor.capabilities()),
        ("halloween", halloween.capabilities()),
        ("crowdcompute", crowdcompute.capabilities()),
        ("tasker", tasker::capabilities(&tasker::Config::default(), &channel)),
    ];
    for (at, (backend, offered)) in backends.iter().enumerate() {
        for (name, value) in offered.rows() {
            let row = table
                .iter()
                .find(|row| row[0] == name.replace(" (bytes)", ""))
                .unwrap_or_else(|| panic!("the table has no row for `{name}`"));
            // What depends on a setting says so behind a semicolon.
            let cell = row[2 + at].split(';').next().unwrap_or_default();
            assert_eq!(shown(name, &value), cell, "{backend}: {name}");
        }
    }
}

/// A capability in the words of the book.
fn shown(name: &str, value: &str) -> String {
    match (name, value) {
        ("confirmation" | "registration", "confirmed by the server") => "confirmed".to_owned(),
        ("retry", "by the server") => "the server".to_owned(),
        ("retry", "by the retry layer") => "the retry layer".to_owned(),
        ("largest message (bytes)", "16777216") => "16 MiB, configurable".to_owned(),
        ("largest message (bytes)", "67174400") => "64 MiB and 64 KiB, configurable".to_owned(),
        ("largest message (bytes)", "10485760") => "10 MiB, configurable".to_owned(),
        ("registration", "assumed: the server answers nothing") => "assumed".to_owned(),
        ("extensions", names) => ["distworker.", "moor.", "halloween.", "crowdcompute.", "tasker."]
            .iter()
            .fold(names.to_owned(), |names, system| names.replace(system, "")),
        (_, value) => value.to_owned(),
    }
}

#[test]
fn the_error_tables_have_every_kind() {
    let listed: BTreeSet<_> =
        rows(ERRORS, "## `JobError`").iter().filter_map(|row| code(row[0])).collect();
    let known: BTreeSet<_> = JobErrorKind::ALL.iter().map(|kind| format!("{kind:?}")).collect();
    assert_eq!(listed, known.iter().map(String::as_str).collect());

    let wire = rows(ERRORS, "## What each system gets to see");
    for kind in JobErrorKind::ALL {
        let name = kind.as_str().replace('_', " ");
        let row = wire
            .iter()
            .find(|row| row[0].split(", ").any(|outcome| outcome == name))
            .unwrap_or_else(|| panic!("no row for `{name}`"));
        let error = journeyman::JobError::new(kind, "");
        for (at, code) in [
            (2, distworker::error_code(kind)),
            (3, moor::error_variant(kind)),
            (4, halloween::error_name(&error)),
            (6, tasker::error_type(&error)),
        ] {
            assert!(row[at].contains(&format!("`{code}`")), "{name}: {code}, but {}", row[at]);
        }
        match crowdcompute::error_prefix(kind) {
            "" => assert!(row[5].ends_with("the text alone"), "{name}: {}", row[5]),
            prefix => assert!(row[5].contains(&format!("`{prefix}`")), "{name}: {}", row[5]),
        }
    }

    let dropped = rows(ERRORS, "## Outcomes that cannot be delivered");
    for reason in journeyman::core::protocol::DropReason::ALL {
        assert!(dropped.iter().any(|row| code(row[0]) == Some(reason.as_str())), "{reason:?}");
    }
}

#[test]
fn the_diagram_has_every_state() {
    let states = [
        SessionState::Connecting { attempt: 1 },
        SessionState::Registering,
        SessionState::Ready,
        SessionState::Waiting { attempt: 1, delay: Default::default(), error: String::new() },
        SessionState::Disconnected,
        SessionState::Draining,
        SessionState::Closing,
        SessionState::Stopped,
        SessionState::Failed { error: String::new() },
    ];
    for state in states {
        let name = format!("{state:?}");
        let name = name.split([' ', '{']).next().expect("a name");
        assert!(LIFE_CYCLE.contains(&format!("{name} --> ")), "{name} in the diagram");
        assert!(LIFE_CYCLE.contains(&format!("| `{name}")), "{name} in the table");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let reasons = include_str!("../docs/src/dependencies.md");
    let (_, list) =
        include_str!("../Cargo.toml").split_once("[workspace.dependencies]").expect("it");
    let (list, _) = list.split_once("\n[").expect("what follows it");
    let names = list.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let others: Vec<_> = names.filter(|name| !name.starts_with("journeyman")).collect();
    assert!(others.len() > 20, "{others:?}");
    for name in others {
        assert!(
            reasons.contains(&format!("`{name}`")),
            "{name} is not in docs/src/dependencies.md"
        );
    }
}

/// What `Args` makes of the wire's forms, by the first example under "Call shapes".
#[tokio::test]
async fn one_handler_reads_every_shape() {
    use journeyman::prelude::*;

    #[derive(serde::Deserialize)]
    struct Add {
        a: i64,
        b: i64,
    }
    let add = async |Args(Add { a, b }): Args<Add>| a + b;
    for intake in [Intake::Pushed, Intake::OnePerRegistration, Intake::Pull] {
        let (backend, client) = Memory::new();
        let router = Router::new().route("add", add);
        let worker = Worker::new(router).serve(backend.intake(intake)).start().expect("it starts");
        for args in ["[2, 3]", "[[2, 3]]", r#"{"a": 2, "b": 3}"#, r#"[{"a": 2, "b": 3}]"#] {
            let json: serde_json::Value = serde_json::from_str(args).expect("it is JSON");
            assert_eq!(client.call::<i64>("add", &json).await.expect("it fits"), 5, "{args}");
        }
        worker.control().drain();
        worker.wait().await.expect("a good end");
    }
}
