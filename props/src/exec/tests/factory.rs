//! What a program of a folder gets.

use std::path::{Path, PathBuf};

use journeyman_core::Value;
use journeyman_halloween::{Config, PropConfig, discovery::read_config};

use super::*;
use crate::{ExecFactory, Factory, Instance, PropContext};

/// A folder that is removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("journeyman-props-exec-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(std::fs::canonicalize(path).unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn make(folder: &Path, words: &[&str]) -> Result<Instance, JobError> {
    let prop = PropConfig::new(Config::new("127.0.0.1"), "cannon-1").handle();
    let document = read_config(folder).unwrap();
    let context = PropContext::new(prop, "cannon", Some(folder.to_owned()), document);
    ExecFactory::new(words.iter().copied()).hide(["EXTRA_SECRET"]).make(&context)
}

#[tokio::test]
async fn a_program_knows_its_prop() {
    let folder = Folder::new("environment");
    let user = std::env::var("PATH").unwrap();
    folder.write("config.yaml", "level: 3\nwho: ${PATH}\nexec_subscribe: [halloween/+/state]\n");
    folder.write(
        "worker.sh",
        r#"#!/bin/sh
        read -r line
        echo "{\"result\":[\"$JOURNEYMAN_PROP_ID\",\"$JOURNEYMAN_PROP_NAME\",\"$PWD\",
            $JOURNEYMAN_PROP_CONFIG,\"$1\",\"${MQTT_WORKER_PW-gone}\"]}" | tr -d '\n'
        echo; cat > /dev/null"#,
    );
    let instance = make(&folder.0, &["worker.sh", "an arg"]).unwrap();
    assert_eq!(instance.subscriptions.len(), 1);
    assert_eq!(instance.subscriptions[0].filter, "halloween/+/state");
    let (memory, client) = Memory::new();
    let _worker = Worker::new(instance.router).serve(memory).start().unwrap();
    instance.life.start().await.unwrap();
    let Value::List(result) = within(client.submit(Submission::new("x")).await).await.unwrap()
    else {
        panic!("no list")
    };
    let folder = folder.0.to_str().unwrap();
    assert_eq!(result[..3], ["cannon-1".into(), "cannon".into(), folder.into()]);
    assert_eq!(result[3].get("level"), Some(&3.into()));
    assert_eq!(result[3].get("who"), Some(&user.as_str().into()));
    assert_eq!(result[4..], ["an arg".into(), "gone".into()]);
    instance.life.stop().await.unwrap();
}

#[tokio::test]
async fn what_cannot_work_is_said_with_file_line_and_key() {
    let folder = Folder::new("broken");
    for (config, parts) in [
        ("a: 1\nexec_timeout: 0\n", ["config.yaml:2", "`exec_timeout`", "a day at most"]),
        ("a: 1\nexec_timeout: soon\n", ["config.yaml:2", "`exec_timeout`", "a duration"]),
        ("exec_subscribe: a/b\n", ["config.yaml:1", "`exec_subscribe`", "sequence"]),
        (
            "a: ${JOURNEYMAN_TEST_NOT_SET}\n",
            ["config.yaml:1", "`a`", "JOURNEYMAN_TEST_NOT_SET is not set"],
        ),
    ] {
        folder.write("config.yaml", config);
        let error = make(&folder.0, &["worker.sh"]).unwrap_err();
        for part in parts {
            assert!(error.message().contains(part), "{part}: {error}");
        }
    }
    folder.write("config.yaml", &format!("a: {}\n", "x".repeat(200_000)));
    let error = make(&folder.0, &["worker.sh"]).unwrap_err();
    assert!(error.message().contains("a file that the program reads"), "{error}");
    let error = make(&folder.0, &[]).unwrap_err();
    assert!(error.message().contains("names no program"), "{error}");
}
