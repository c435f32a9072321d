//! Passwords and access rules of mosquitto.

use std::process::Command;

use journeyman_core::{
    ErrorKind,
    transport::{Event, Tag, Transport},
};
use journeyman_mqtt::{MqttMessage, MqttTransport, Protocol, Publish, QoS, ReasonCode, Subscribe};

use crate::support::{
    mosquitto::{Mosquitto, program, program_named},
    *,
};

/// A broker with two users and the access rules of the Halloween sheet, section 7.
fn guarded(test: &str) -> Option<Mosquitto> {
    let program = program(test)?;
    let passwd = program_named("mosquitto_passwd", test)?;
    let folder = Folder::new();
    let file = folder.write("passwd", "");
    for (user, password) in [("worker", "s3cret-w"), ("device", "s3cret-d")] {
        let status = Command::new(&passwd).args(["-b", &file, user, password]).status().unwrap();
        assert!(status.success());
    }
    folder.write(
        "acl",
        "user worker\ntopic read halloween/+/#\ntopic write halloween/+/#\n\
         user device\ntopic read halloween/broker/uptime\n\
         pattern readwrite halloween/%c/#\npattern write halloween/+/cmd\n",
    );
    let config = "listener {port} 127.0.0.1\nallow_anonymous false\n\
                  password_file {folder}/passwd\nacl_file {folder}/acl\n";
    Some(Mosquitto::start_in(&program, folder, config))
}

#[tokio::test]
async fn wrong_passwords() {
    let Some(broker) = guarded("wrong_passwords") else { return };
    for protocol in [Protocol::V311, Protocol::V5] {
        let mut transport = MqttTransport::default();
        let target = broker.target(protocol);
        for target in [target.clone().credentials("worker", "s3cret-no"), target.clone()] {
            let error = soon(transport.connect(target)).await.unwrap_err();
            assert_eq!((error.kind(), error.is_temporary()), (ErrorKind::Refused, false));
            // That is what mosquitto says for a wrong password, too.
            assert_eq!(ReasonCode::of(&error), Some(ReasonCode::NOT_AUTHORIZED));
            assert!(error.message().contains("not authorized") && error.remedy().is_some());
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
        let right = target.credentials("worker", "s3cret-w");
        connected(&mut transport, right).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_user_may_not() {
    let Some(broker) = guarded("what_a_user_may_not") else { return };
    let target = |protocol| broker.target(protocol).credentials("device", "s3cret-d");
    let mut watcher = open(broker.target(Protocol::V5).credentials("worker", "s3cret-w")).await;
    subscribed(&mut watcher, Subscribe::one("halloween/+/cmd", QoS::AtLeastOnce)).await;

    // MQTT 5: the refusal is reported for the message, and the connection goes on.
    let mut device = open(target(Protocol::V5)).await;
    for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
        send_tagged(&mut device, 1, publish("halloween/other/state", "x", qos));
        let Event::Failed { tag: Tag(1), error } = news(&mut device).await else { panic!() };
        assert_eq!(ReasonCode::of(&error), Some(ReasonCode::NOT_AUTHORIZED));
        assert!(error.to_string().contains("topic: halloween/other/state"), "{error}");
        assert!(!error.is_temporary());
    }
    published(&mut device, Publish::new("halloween/x/cmd", "5").qos(QoS::AtLeastOnce)).await;
    assert_eq!(&delivery(&mut watcher).await.payload[..], b"5");

    // 3.1.1: acknowledged and dropped, as the sheet says; nothing here can see it.
    let mut device = open(target(Protocol::V311)).await;
    published(&mut device, Publish::new("halloween/other/state", "x").qos(QoS::AtLeastOnce)).await;
    published(&mut device, Publish::new("halloween/x/cmd", "3").qos(QoS::AtLeastOnce)).await;
    assert_eq!(&delivery(&mut watcher).await.payload[..], b"3");

    // A forbidden filter is granted, and delivers only what may be read.
    let suback = subscribed(&mut device, Subscribe::one("halloween/#", QoS::AtLeastOnce)).await;
    assert_eq!(suback.refused(), None);
    for topic in ["halloween/x/cmd", "halloween/broker/uptime"] {
        published(
            &mut watcher_publisher(&broker).await,
            Publish::new(topic, "x").qos(QoS::AtLeastOnce),
        )
        .await;
    }
    let Event::Received { message: MqttMessage::Delivery(got), .. } = news(&mut device).await
    else {
        panic!()
    };
    assert_eq!(got.topic, "halloween/broker/uptime");
}

async fn watcher_publisher(broker: &Mosquitto) -> MqttTransport {
    open(broker.target(Protocol::V5).credentials("worker", "s3cret-w")).await
}
