//! What is found, and what is said about the rest.

use journeyman_core::{JobError, Router};
use journeyman_halloween::{
    Config, Profile,
    discovery::{Reason, Toggles},
};
use journeyman_props::{Instance, PropContext, PropHost, PropKind};
use journeyman_testkit::halloween::Event;

use crate::support::{House, running, started, stop, within};

fn lamp(_: &PropContext) -> Result<Instance, JobError> {
    Ok(Instance::new(Router::new().route("ping", async || "pong"), ()))
}

fn ids(host: &journeyman_props::StartedHost) -> Vec<String> {
    host.control().props().iter().map(|prop| prop.id.to_string()).collect()
}

#[tokio::test]
async fn a_python_worker_is_found_and_said_and_not_started() {
    let house = House::new().await;
    house.root.write("ghost/backend/worker.py", "PROP_ID = 'ghost-1'\nclass Worker: pass\n");
    let host = started(house.rooted()).await;
    let seen = house
        .bus
        .wait_where("the warning", |seen| {
            &*seen.topic == "halloween/worker_host/status/warn"
                && seen.text().starts_with("ghost: its worker is the Python class in ")
        })
        .await
        .unwrap();
    assert!(seen.text().contains("ghost/backend/worker.py"), "{}", seen.text());
    house.says("worker_host/status/warn", "No workers discovered").await;
    let left_out = host.control().left_out();
    assert!(left_out.iter().any(|it| it.name == "ghost" && matches!(it.reason, Reason::Python(_))));
    let error = host.control().start("ghost-1").await.unwrap_err().to_string();
    assert!(
        error.contains("there is no prop `ghost-1`; its worker is the Python class"),
        "{error}"
    );
    stop(host).await;
}

#[tokio::test]
async fn a_python_worker_runs_where_something_runs_it() {
    let house = House::new().await;
    house.root.write("ghost/backend/worker.py", "PROP_ID = 'ghost-1'\n");
    house.root.write("ghost/backend/config.json", "{\"mood\": \"bad\"}");
    house.root.write("twin/backend/worker.py", "PROP_ID = 'ghost-1'\n");
    let python = |context: &PropContext| {
        assert!(context.folder().unwrap().join("worker.py").is_file());
        let mood = context.resolve_config_var("mood", "good");
        let router = Router::new().route("mood", move || std::future::ready(mood.clone()));
        Ok(Instance::new(router, ()))
    };
    let host = started(house.rooted().python(python)).await;
    house.command("ghost-1", "mood").await;
    house.says("ghost-1/telemetry/mood", "bad").await;
    assert_eq!(host.control().prop("ghost-1").unwrap().kind, PropKind::Python);
    let problems = host.control().problems();
    assert!(problems[0].starts_with("twin: its id `ghost-1` is that of `ghost`"), "{problems:?}");
    stop(host).await;
}

#[tokio::test]
async fn of_two_with_one_id_the_second_is_refused() {
    let house = House::new().await;
    house.root.prop("a", "prop_id: same\n");
    house.root.prop("b", "prop_id: same\n");
    let host = started(house.rooted().register("a", lamp).register("b", lamp)).await;
    running(host.control(), "same").await;
    let status = host.control().prop("same").unwrap();
    assert_eq!(&*status.name, "a");
    house
        .bus
        .wait_where("the warning", |seen| {
            seen.text().starts_with("b: its id `same` is that of")
                && seen.text().contains("`prop_id`")
        })
        .await
        .unwrap();
    assert_eq!(ids(&host), ["same"]);
    stop(host).await;
}

#[tokio::test]
async fn toggles_switch_off_with_and_without_a_folder() {
    let house = House::new().await;
    house.root.prop("a", "");
    let toggles = Toggles::from_vars(
        Profile::Head,
        [("WORKER_PROPS_DISABLE", "a,c"), ("WORKER_DISABLE_ALL_BUILTINS", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let host = house.rooted().register("a", lamp).register("b", lamp).register("c", lamp);
    let host = started(host.toggles(toggles)).await;
    // `b` has no folder, and runs with an empty configuration.
    assert_eq!(ids(&host), ["b"]);
    let error = host.control().start("a").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no prop `a`; switched off");
    stop(host).await;
}

#[tokio::test]
async fn a_prop_with_a_broken_file_is_left_out_and_the_others_run() {
    let house = House::new().await;
    let file = house.root.prop("broken", "fine: 1\nlist: [1, 2\n");
    house.root.prop("good", "");
    let host = house.rooted().register("broken", lamp).register("good", lamp);
    let host = started(host).await;
    assert_eq!(ids(&host), ["good"]);
    let problems = host.control().problems();
    assert!(problems[0].contains(&format!("broken: {}:", file.display())), "{problems:?}");
    house.says("worker_host/status/warn", &problems[0]).await;
    stop(host).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_runs_in_its_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new().await;
    let text =
        "#!/bin/sh\nwhile read -r line; do\n  echo '{\"result\": \"from a program\"}'\ndone\n";
    let file = house.root.write("exec/backend/worker.sh", text);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    let host = started(house.rooted()).await;
    assert_eq!(host.control().prop("exec").unwrap().kind, PropKind::Program);
    house.command("exec", "anything").await;
    house.says("exec/telemetry/anything", "from a program").await;
    stop(host).await;
    house.says("exec/state", "stopped").await;
}

#[tokio::test]
async fn what_cannot_work_is_said_before_anything_starts() {
    let config = || Config::new("127.0.0.1");
    let error = PropHost::new(config()).root("/nowhere/at/all").start().unwrap_err().to_string();
    assert!(error.contains("/nowhere/at/all cannot be read"), "{error}");
    let twice = PropHost::new(config()).register("a", lamp).register("a", lamp);
    let error = twice.start().unwrap_err().to_string();
    assert!(error.contains("two workers are registered as `a`"), "{error}");
    let error = PropHost::new(config().command_qos(7)).start().unwrap_err().to_string();
    assert!(error.contains("command_qos"), "{error}");
}

#[tokio::test]
async fn a_broker_that_comes_later_is_waited_for() {
    let house = House::new().await;
    // Server unavailable.
    house.broker.faults().refuse_connects(3, 3);
    let mut events = house.broker.events_from_now();
    let host = house.host().register("lamp", lamp).start().unwrap();
    for _ in 0..3 {
        within(events.wait_for(|event| matches!(event, Event::Refused { .. }))).await;
    }
    // Props would only add to it: the host itself comes first.
    assert_eq!(house.said("lamp"), []);
    assert!(within(host.control().started()).await);
    running(host.control(), "lamp").await;
    stop(host).await;
}
