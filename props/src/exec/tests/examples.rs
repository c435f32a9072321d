//! The programs among the examples, as the host finds and starts them.

use std::io::Write as _;

use journeyman_core::Value;
use journeyman_halloween::{
    Config, PropConfig,
    discovery::{Runner, Search},
};

use super::{super::settings, *};
use crate::PropContext;

/// Whether there is a Python; if not, says that the test is skipped.
fn has_python(test: &str) -> bool {
    let found = std::process::Command::new("python3").arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        let line = format!("SKIPPED: journeyman-props::exec::{test}: there is no `python3`");
        println!("{line}");
        if let Some(path) = std::env::var_os("JOURNEYMAN_SKIP_LOG") {
            let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            // In one write: tests run side by side and append to the same file.
            log.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
    found
}

/// The example of this name, running.
async fn example(name: &str) -> Rig {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/halloween/props");
    let discovery = Search::new(root).run();
    let found = discovery.found.into_iter().find(|found| found.name == name);
    let found = found.unwrap_or_else(|| panic!("{name} is not found: {:?}", discovery.problems));
    let Runner::Program(words) = found.runner else { panic!("{:?}", found.runner) };
    let prop = PropConfig::new(Config::new("127.0.0.1"), found.id).handle();
    let context = PropContext::new(prop, found.name, found.folder, found.config);
    let rig = Rig::new(settings::program(&words, &[], &context).unwrap(), LONG);
    rig.run.start().await.unwrap();
    rig
}

impl Rig {
    /// The next state; warnings about missing hardware are passed over.
    async fn shown(&mut self) -> String {
        loop {
            match self.next().await {
                Heard::Said(Word::State { value: Value::String(text), .. }) => return text,
                Heard::Said(Word::Status { key, .. }) if key == "warn" => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn the_jukebox_plays() {
    if !has_python("the_jukebox_plays") {
        return;
    }
    let mut rig = example("jukebox").await;
    assert_eq!(rig.shown().await, "idle");
    assert_eq!(rig.command("list").await, Ok(Value::List(vec!["howl".into()])));
    assert_eq!(rig.command("play").await, Ok("howl".into()));
    assert_eq!(rig.shown().await, "playing");
    assert_eq!(rig.command("stop").await, Ok(Value::Null));
    assert_eq!(rig.shown().await, "idle");
    let error = rig.command("dance").await.unwrap_err();
    assert_eq!(error, "LookupError: no handler for `dance`");
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn the_lantern_shines() {
    let mut rig = example("lantern").await;
    assert_eq!(rig.shown().await, "off");
    assert_eq!(rig.command("on").await, Ok(Value::Null));
    assert_eq!(rig.shown().await, "on");
    assert_eq!(rig.command("flicker").await, Ok(Value::Null));
    assert_eq!(rig.shown().await, "flickering");
    let Heard::Said(Word::Telemetry { key, .. }) = rig.next().await else { panic!("no progress") };
    assert_eq!(key, "flicker/progress");
    assert_eq!(rig.shown().await, "on");
    let error = rig.command("dance").await.unwrap_err();
    assert_eq!(error, "LookupError: no handler for `dance`");
    rig.stop().await.unwrap();
    assert_eq!(rig.shown().await, "off");
}
