//! Changes of files, picked up without touching the others.

use journeyman_core::{JobError, Router};
use journeyman_props::{HostControl, Instance, PropContext, PropState, Reloaded};

use crate::support::{House, running, started, stop, until, within};

/// Says what its configuration says.
fn lamp(context: &PropContext) -> Result<Instance, JobError> {
    let colour = context.resolve_config_var("colour", "white");
    let router = Router::new().route("colour", move || std::future::ready(colour.clone()));
    Ok(Instance::new(router, ()))
}

async fn reload(control: &HostControl) -> Reloaded {
    within(control.reload()).await.unwrap()
}

fn runs(control: &HostControl, id: &str) -> u64 {
    control.prop(id).unwrap().runs
}

#[tokio::test]
async fn what_is_new_gone_or_changed_is_dealt_with_and_the_rest_left_alone() {
    let house = House::new().await;
    for name in ["same", "change", "gone"] {
        house.root.prop(name, "colour: red\n");
    }
    let host = house.rooted();
    let host = ["same", "change", "gone", "new"].into_iter().fold(host, |host, name| {
        // By the folder's name, so that it is there only if the folder is.
        host.register(format!("{name}-worker"), lamp)
    });
    for name in ["same", "change", "gone"] {
        house.root.prop(name, &format!("colour: red\nprop_id: {name}-worker\n"));
    }
    let toggles = {
        let mut toggles = journeyman_halloween::discovery::Toggles::default();
        toggles.builtins.disable_all = true;
        toggles.props.disable = vec!["new-worker".to_owned(), "gone-worker".to_owned()];
        toggles
    };
    let host = started(host.toggles(toggles)).await;
    let control = host.control();
    assert_eq!(control.props().len(), 3);

    house.root.prop("change", "colour: blue\nprop_id: change-worker\n");
    house.root.prop("same", "# only a comment is new\n\ncolour: red\nprop_id: same-worker\n");
    house.root.prop("new", "colour: green\nprop_id: new-worker\n");
    house.root.remove("gone");
    let reloaded = reload(control).await;
    assert_eq!(reloaded.started, ["new-worker"]);
    assert_eq!(reloaded.stopped, ["gone-worker"]);
    assert_eq!(reloaded.restarted, ["change-worker"]);
    assert_eq!((reloaded.unchanged, reloaded.problems.len()), (1, 0));
    assert!(control.prop("gone-worker").is_none());
    house.says("gone-worker/state", "stopped").await;
    for (id, colour) in [("same-worker", "red"), ("change-worker", "blue"), ("new-worker", "green")]
    {
        house.command(id, "colour").await;
        house.says(&format!("{id}/telemetry/colour"), colour).await;
    }
    assert_eq!((runs(control, "same-worker"), runs(control, "change-worker")), (1, 2));
    // Not even a reconnect.
    let online = house.said("same-worker").iter().filter(|(_, text)| text == "online").count();
    assert_eq!(online, 1);
    let again = reload(control).await;
    assert!(again.is_empty());
    assert_eq!(again.unchanged, 3);
    // One that comes back is a new one.
    house.root.prop("gone", "colour: grey\nprop_id: gone-worker\n");
    assert_eq!(reload(control).await.started, ["gone-worker"]);
    running(control, "gone-worker").await;
    stop(host).await;
}

#[tokio::test]
async fn a_broken_file_leaves_the_prop_as_it_was_and_is_said() {
    let house = House::new().await;
    house.root.prop("lamp", "colour: red\n");
    let host = started(house.rooted().register("lamp", lamp)).await;
    let control = host.control();
    let file = house.root.prop("lamp", "colour: red\nlevels: {a: 1\n");
    let reloaded = reload(control).await;
    assert_eq!(reloaded.unchanged, 1);
    let place = format!("lamp: {}:", file.display());
    assert!(reloaded.problems[0].starts_with(&place), "{reloaded:?}");
    house.says("worker_host/status/warn", &reloaded.problems[0]).await;
    house.command("lamp", "colour").await;
    house.says("lamp/telemetry/colour", "red").await;
    assert_eq!(control.problems(), reloaded.problems);
    // Said once, not at every look.
    reload(control).await;
    house.root.prop("lamp", "colour: blue\n");
    assert_eq!(reload(control).await.restarted, ["lamp"]);
    assert!(control.problems().is_empty());
    let said = house.said("worker_host");
    let warnings = said.iter().filter(|(_, text)| *text == reloaded.problems[0]).count();
    assert_eq!(warnings, 1);
    assert_eq!(runs(control, "lamp"), 2);
    stop(host).await;
}

#[tokio::test]
async fn a_newcomer_takes_nobodys_id() {
    let house = House::new().await;
    house.root.prop("lamp", "prop_id: light\n");
    let host = started(house.rooted().register("light", lamp)).await;
    let control = host.control();
    // It would come first in the order.
    house.root.prop("a-lamp", "prop_id: light\n");
    let reloaded = reload(control).await;
    assert_eq!(reloaded.unchanged, 1);
    assert_eq!(reloaded.problems.len(), 1, "{reloaded:?}");
    let text = "a-lamp: its id `light` is that of `lamp`, which runs";
    assert!(reloaded.problems[0].starts_with(text), "{reloaded:?}");
    assert_eq!((&*control.prop("light").unwrap().name, runs(control, "light")), ("lamp", 1));
    // When the other one goes, it is free.
    house.root.remove("lamp");
    assert_eq!(reload(control).await.restarted, ["light"]);
    assert_eq!(&*control.prop("light").unwrap().name, "a-lamp");
    stop(host).await;
}

#[tokio::test]
async fn a_prop_that_was_stopped_by_hand_stays_so() {
    let house = House::new().await;
    house.root.prop("lamp", "colour: red\n");
    let host = started(house.rooted().register("lamp", lamp)).await;
    let control = host.control();
    within(control.stop("lamp")).await.unwrap();
    house.root.prop("lamp", "colour: blue\n");
    assert_eq!(reload(control).await.restarted, ["lamp"]);
    assert_eq!(control.prop("lamp").unwrap().state, PropState::Stopped);
    within(control.start("lamp")).await.unwrap();
    house.command("lamp", "colour").await;
    house.says("lamp/telemetry/colour", "blue").await;
    stop(host).await;
}

#[tokio::test]
async fn a_root_that_cannot_be_read_stops_nobody() {
    let house = House::new().await;
    house.root.prop("props/lamp", "colour: red\n");
    let root = house.root.path().join("props");
    let host = started(house.host().root(&root).register("lamp", lamp)).await;
    let control = host.control();
    std::fs::rename(&root, house.root.path().join("away")).unwrap();
    let reloaded = reload(control).await;
    assert!(reloaded.is_empty(), "{reloaded:?}");
    assert!(reloaded.problems[0].contains("cannot be read"), "{reloaded:?}");
    assert_eq!(runs(control, "lamp"), 1);
    stop(host).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_changed_program_is_started_anew() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new().await;
    let program = |word: &str| {
        let text =
            format!("#!/bin/sh\nwhile read -r line; do echo '{{\"result\": \"{word}\"}}'; done\n");
        // As an editor does it: nobody can write to a program that runs.
        let new = house.root.write("new", &text);
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).unwrap();
        let folder = house.root.path().join("exec/backend");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::rename(new, folder.join("worker")).unwrap();
    };
    program("first");
    let host = started(house.rooted()).await;
    house.command("exec", "say").await;
    house.says("exec/telemetry/say", "first").await;
    program("second");
    assert_eq!(reload(host.control()).await.restarted, ["exec"]);
    house.command("exec", "say").await;
    house.says("exec/telemetry/say", "second").await;
    stop(host).await;
}

#[tokio::test]
async fn changes_are_noticed_as_they_happen() {
    let house = House::new().await;
    house.root.prop("lamp", "colour: red\nprop_id: lamp-1\n");
    let host = house.rooted().reload(true).register("lamp-1", lamp).register("torch", lamp);
    let mut toggles = journeyman_halloween::discovery::Toggles::default();
    toggles.builtins.disable_all = true;
    let host = started(host.toggles(toggles)).await;
    let control = host.control();
    assert_eq!(runs(control, "torch"), 1, "it has no folder yet");
    house.root.prop("lamp", "colour: blue\nprop_id: lamp-1\n");
    house.says("lamp-1/state", "stopped").await;
    house.says("lamp-1/state", "started").await;
    running(control, "lamp-1").await;
    house.command("lamp-1", "colour").await;
    house.says("lamp-1/telemetry/colour", "blue").await;
    // A folder for one that ran without.
    house.root.prop("torch", "colour: yellow\n");
    house.says("torch/state", "stopped").await;
    house.says("torch/state", "started").await;
    until(control, "torch", PropState::is_running).await;
    house.command("torch", "colour").await;
    house.says("torch/telemetry/colour", "yellow").await;
    stop(host).await;
}
