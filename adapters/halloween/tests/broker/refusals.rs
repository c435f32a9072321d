//! A broker that says no.

use std::process::Command;

use journeyman_core::ErrorKind;
use journeyman_halloween::MqttVersion;

use crate::{
    house::{config, fogger, ready, start, until_state},
    support::{
        Folder,
        mosquitto::{Mosquitto, program, program_named},
        soon,
    },
};

/// A broker that knows only `worker`.
fn guarded(test: &str) -> Option<Mosquitto> {
    let program = program(test)?;
    let passwd = program_named("mosquitto_passwd", test)?;
    let folder = Folder::new();
    let file = folder.write("passwd", "");
    let status = Command::new(passwd).args(["-b", &file, "worker", "s3cret"]).status().unwrap();
    assert!(status.success());
    let rules = "listener {port} 127.0.0.1\nallow_anonymous false\n\
                 password_file {folder}/passwd\n";
    Some(Mosquitto::start_in(&program, folder, rules))
}

#[tokio::test]
async fn a_wrong_password_is_said_and_ends_it_after_a_bound() {
    let Some(broker) = guarded("a_wrong_password") else { return };
    for version in [MqttVersion::V311, MqttVersion::V5] {
        let config = config(&broker).mqtt(version).refused_attempts(3);
        let worker = start(fogger(config.clone().credentials("worker", "s3cret-no")));
        let error = soon(worker.wait()).await.unwrap_err();
        let text = error.to_string();
        assert_eq!((error.kind(), error.is_temporary()), (ErrorKind::Refused, false));
        assert!(text.contains("3 times in a row: giving up"), "{text}");
        assert!(text.contains("correct user name and password"), "{text}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        let worker = start(fogger(config.credentials("worker", "s3cret")));
        ready(&worker).await;
        worker.control().drain();
        soon(worker.wait()).await.unwrap();
    }
}

/// A broker whose plug-in refuses all subscriptions but this one. The access file of mosquitto
/// 2.0.11 refuses none, in MQTT 5 either: it grants them and delivers nothing.
fn refusing(test: &str, but: &str) -> Option<Mosquitto> {
    let program = program(test)?;
    let folders = ["x86_64-linux-gnu", "aarch64-linux-gnu", "."];
    let plugin = folders.map(|folder| format!("/usr/lib/{folder}/mosquitto_dynamic_security.so"));
    let Some(plugin) = plugin.iter().find(|path| std::path::Path::new(path).is_file()) else {
        println!("SKIPPED: {test}: mosquitto has no plug-in for access rules here");
        return None;
    };
    let folder = Folder::new();
    let rules = serde_json::json!({
        "defaultACLAccess": {
            "publishClientSend": true, "publishClientReceive": true,
            "subscribe": false, "unsubscribe": true,
        },
        "anonymousGroup": "all",
        "groups": [{ "groupname": "all", "roles": [{ "rolename": "one" }] }],
        "roles": [{ "rolename": "one", "acls": [
            { "acltype": "subscribeLiteral", "topic": but, "priority": 1, "allow": true },
        ]}],
    });
    folder.write("rules.json", rules.to_string());
    let config = format!(
        "listener {{port}} 127.0.0.1\nallow_anonymous true\nplugin {plugin}\n\
         plugin_opt_config_file {{folder}}/rules.json\n"
    );
    Some(Mosquitto::start_in(&program, folder, &config))
}

#[tokio::test]
async fn a_refused_subscription_is_said_and_ends_it_after_a_bound() {
    let Some(broker) = refusing("a_refused_subscription", "halloween/other/cmd") else { return };
    for (version, code) in [(MqttVersion::V5, "(0x87)"), (MqttVersion::V311, "(0x80)")] {
        let config = config(&broker).refused_attempts(2).mqtt(version);
        let worker = start(fogger(config.clone()));
        let waiting = until_state(&worker, |state| format!("{state:?}").contains(code)).await;
        assert!(format!("{waiting:?}").contains("`halloween/fogger/cmd`"), "{waiting:?}");
        let text = soon(worker.wait()).await.unwrap_err().to_string();
        for part in [code, "2 times in a row: giving up", "access rules"] {
            assert!(text.contains(part), "{text}");
        }
        // Another prop may.
        let worker = start(journeyman_halloween::PropConfig::new(config, "other"));
        ready(&worker).await;
        worker.control().drain();
        soon(worker.wait()).await.unwrap();
    }
}

#[tokio::test]
async fn a_topic_that_may_not_be_watched_is_named() {
    let own = "halloween/fogger/cmd";
    let Some(broker) = refusing("a_topic_that_may_not_be_watched", own) else { return };
    let config = config(&broker).mqtt(MqttVersion::V5).refused_attempts(1);
    let prop = fogger(config).watch("halloween/+/state", "echo");
    let text = soon(start(prop).wait()).await.unwrap_err().to_string();
    assert!(text.contains("`halloween/+/state`") && text.contains("0x87"), "{text}");
}
