//! Signals to the process of a host. Alone in its binary: they are for everybody in it.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;

use journeyman_core::{JobError, Router};
use journeyman_props::{Instance, PropContext};
use support::{House, within};

fn lamp(_: &PropContext) -> Result<Instance, JobError> {
    Ok(Instance::new(Router::new(), ()))
}

fn signal(name: &str) {
    let id = std::process::id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

#[tokio::test]
async fn hangup_reloads_and_terminate_stops() {
    let house = House::new().await;
    house.root.prop("lamp", "prop_id: lamp-1\n");
    let host = house.rooted().register("lamp-1", lamp).register("torch-1", lamp);
    let mut toggles = journeyman_halloween::discovery::Toggles::default();
    toggles.builtins.disable_all = true;
    toggles.props.disable = vec!["torch-1".to_owned()];
    let running = tokio::spawn(host.toggles(toggles).run());
    house.says("worker_host/uptime", "0").await;
    house.root.prop("torch", "prop_id: torch-1\n");
    signal("-HUP");
    house.says("torch-1/state", "started").await;
    signal("-TERM");
    let summary = within(running).await.unwrap().unwrap();
    assert_eq!(summary.props.len(), 2);
    house.says("worker_host/availability", "offline").await;
    assert_eq!(house.retained("lamp-1/availability").as_deref(), Some("offline"));
    assert_eq!(house.retained("torch-1/state").as_deref(), Some("stopped"));
}
