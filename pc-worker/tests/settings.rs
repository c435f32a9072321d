//! Settings from files.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use journeyman_pc_worker::{MonitorSettings, Settings};

#[test]
fn a_file() {
    let settings: Settings = toml::from_str(
        r#"
        token = "0123456789abcdef0123456789abcdef"
        require_sandbox = true
        drain_timeout = "5s"

        [crowdcompute]
        worker_id = "mine"
        foreman_url = "ws://foreman:9000"
        max_concurrent_tasks = 4
        api_host = "0.0.0.0"

        [python]
        size = 3
        limits = { wall = "1m", memory = "256MiB" }

        [monitor]
        read_only = true
        allow_hosts = ["worker.example"]
        "#,
    )
    .unwrap();
    settings.validate().unwrap();
    assert_eq!(settings.crowd.max_concurrent_tasks, 4);
    let python = settings.python.as_ref().unwrap();
    assert_eq!((python.size, python.limits.wall), (3, Duration::from_secs(60)));
    let monitor = settings.monitor.as_ref().unwrap();
    assert!(monitor.read_only && monitor.allow_hosts == ["worker.example"]);
    assert!(settings.require_sandbox && settings.drain_timeout == Duration::from_secs(5));
    // The token is in no text.
    assert!(!format!("{settings:?}").contains("0123456789"));
}

#[test]
fn parts_can_be_switched_off() {
    let settings: Settings = toml::from_str("python = false\nmonitor = false\n").unwrap();
    assert!(settings.python.is_none() && settings.monitor.is_none());
    let settings: Settings = toml::from_str("python = true\nmonitor = true\n").unwrap();
    assert!(settings.python.is_some());
    assert_eq!(settings.monitor, Some(MonitorSettings::default()));
    let settings: Settings = toml::from_str("").unwrap();
    assert!(settings.python.is_some() && settings.monitor.is_some());
    settings.validate().unwrap();
}

#[test]
fn what_is_not_known_is_said() {
    for (text, problem) in [
        ("nonsense = 1", "unknown field `nonsense`"),
        ("[crowdcompute]\nnonsense = 1", "unknown field `nonsense`"),
        ("[python]\nnonsense = 1", "unknown field `nonsense`"),
        ("monitor = 5", "a table, or `false` for none"),
        ("token = 5", "a secret must be text"),
    ] {
        let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}
