//! Sessions that mosquitto keeps, takes over, or loses.

use journeyman_core::transport::{Event, Tag, Transport};
use journeyman_mqtt::{
    Acknowledge, MqttMessage, MqttTransport, Protocol, Publish, QoS, ReasonCode, Subscribe,
};

use crate::support::{
    mosquitto::{Mosquitto, program},
    *,
};

const BOTH: [Protocol; 2] = [Protocol::V311, Protocol::V5];

#[tokio::test]
async fn what_is_not_acknowledged_comes_again() {
    let Some(program) = program("what_is_not_acknowledged_comes_again") else { return };
    let broker = Mosquitto::open(&program);
    for protocol in BOTH {
        for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
            let id = format!("worker-{protocol:?}-{qos:?}");
            let target = broker
                .target(protocol)
                .client_id(id)
                .clean_session(false)
                .acknowledge(Acknowledge::AfterSettled);
            let mut worker = MqttTransport::default();
            assert!(!connected(&mut worker, target.clone()).await.unwrap().session_present);
            subscribed(&mut worker, Subscribe::one("jobs", qos)).await;
            let mut publisher = broker.client(protocol).await;
            for job in ["done", "not done"] {
                published(&mut publisher, Publish::new("jobs", job).qos(qos)).await;
            }
            let done = delivery(&mut worker).await;
            let open = delivery(&mut worker).await;
            send_tagged(&mut worker, 1, MqttMessage::Ack(done.ack.unwrap()));
            assert!(matches!(news(&mut worker).await, Event::Sent { tag: Tag(1) }));
            // The broker has read it: it answers what comes behind.
            subscribed(&mut worker, Subscribe::one("other", QoS::AtMostOnce)).await;
            worker.abort();
            published(&mut publisher, Publish::new("jobs", "meanwhile").qos(qos)).await;

            assert!(connected(&mut worker, target).await.unwrap().session_present);
            let again = delivery(&mut worker).await;
            assert_eq!((&again.payload[..], again.dup), (&b"not done"[..], true));
            let fresh = delivery(&mut worker).await;
            assert_eq!((&fresh.payload[..], fresh.dup), (&b"meanwhile"[..], false));
            // The late acknowledgement of the old connection hits neither.
            send_tagged(&mut worker, 2, MqttMessage::Ack(open.ack.unwrap()));
            assert!(matches!(news(&mut worker).await, Event::Failed { tag: Tag(2), .. }));
            for ack in [fresh.ack, again.ack] {
                send(&mut worker, MqttMessage::Ack(ack.unwrap()));
            }
            published(&mut publisher, Publish::new("jobs", "end").qos(qos)).await;
            assert_eq!(&delivery(&mut worker).await.payload[..], b"end");
        }
    }
}

#[tokio::test]
async fn a_client_id_that_is_taken_over() {
    let Some(program) = program("a_client_id_that_is_taken_over") else { return };
    let broker = Mosquitto::open(&program);
    for protocol in BOTH {
        let mut first = open(broker.target(protocol).client_id("worker")).await;
        let mut second = open(broker.target(protocol).client_id("worker")).await;
        let end = closed(&mut first).await;
        assert!(end.error.to_string().contains("client id: worker"), "{}", end.error);
        assert!(end.error.remedy().unwrap().contains("client"), "{}", end.error);
        // mosquitto 2.0.11 closes without a DISCONNECT in MQTT 5, too; later ones say 0x8E.
        if let Some(code) = end.code {
            assert_eq!((code, end.clean), (0x8E, true));
            assert_eq!(ReasonCode::of(&end.error), Some(ReasonCode::SESSION_TAKEN_OVER));
        }
        published(&mut second, Publish::new("a", "x").qos(QoS::AtLeastOnce)).await;
    }
}

/// Killed and started again: everything is as on the first day once the client has subscribed
/// again, and no state of the old connection is in the way.
#[tokio::test]
async fn a_broker_that_is_killed() {
    let Some(program) = program("a_broker_that_is_killed") else { return };
    let mut broker = Mosquitto::open(&program);
    for protocol in BOTH {
        let target = broker.target(protocol);
        let mut transport = MqttTransport::default();
        for round in 0..3u8 {
            let connack = connected(&mut transport, target.clone()).await.unwrap();
            assert!(!connack.session_present && connack.resent == 0);
            subscribed(&mut transport, Subscribe::one("a", QoS::ExactlyOnce)).await;
            // With identifiers of the last round left over, one of these would hang.
            for i in 0..100u8 {
                let qos = if i % 2 == 0 { QoS::AtLeastOnce } else { QoS::ExactlyOnce };
                send_tagged(&mut transport, i.into(), publish("a", [round, i], qos));
            }
            let (mut sent, mut got) = (0, [0; 100]);
            while sent < 100 || got.contains(&0) {
                match news(&mut transport).await {
                    Event::Sent { .. } => sent += 1,
                    Event::Received { message: MqttMessage::Delivery(delivery), .. } => {
                        assert_eq!(delivery.payload[0], round);
                        got[usize::from(delivery.payload[1])] += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(got, [1; 100]);
            // In the middle of the next ones.
            for i in 0..100u8 {
                send(&mut transport, publish("a", [round, i], QoS::ExactlyOnce));
            }
            delivery(&mut transport).await;
            broker.kill();
            closed(&mut transport).await;
            assert_eq!(transport.queued_bytes(), 0);
            let error = soon(transport.connect(target.clone())).await.unwrap_err();
            assert!(error.is_temporary(), "{error}");
            broker.restart();
        }
    }
}

/// With persistence on both sides, a killed broker loses no publish: what it did not acknowledge
/// is sent again.
#[tokio::test]
async fn publishes_survive_a_killed_broker() {
    let Some(program) = program("publishes_survive_a_killed_broker") else { return };
    let config = "listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n\
                  persistence_location {folder}/\n";
    let mut broker = Mosquitto::start(&program, config);
    let target = broker.target(Protocol::V311).client_id("keeper").clean_session(false);
    let mut transport = MqttTransport::default();
    connected(&mut transport, target.clone()).await.unwrap();
    subscribed(&mut transport, Subscribe::one("mine", QoS::AtLeastOnce)).await;
    // It writes its database down, so that it knows the subscription when it comes back.
    broker.signal("-USR1");
    let saved = broker.folder.0.join("mosquitto.db");
    let known = || std::fs::read(&saved).is_ok_and(|db| db.windows(4).any(|w| w == b"mine"));
    soon(async {
        while !known() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    // Stopped, it reads nothing: these are written and never acknowledged.
    broker.signal("-STOP");
    for i in 0..10u8 {
        send(&mut transport, publish("mine", [i], QoS::AtLeastOnce));
    }
    while_polling(&mut transport, tokio::task::yield_now()).await;
    assert_eq!(transport.in_flight(), 10);
    broker.kill();
    closed(&mut transport).await;
    broker.restart();
    let connack = connected(&mut transport, target).await.unwrap();
    assert!(connack.session_present);
    assert_eq!(connack.resent, 10);
    for i in 0..10u8 {
        assert_eq!(delivery(&mut transport).await.payload[..], [i]);
    }
    send(&mut transport, publish("mine", "end", QoS::AtLeastOnce));
    assert_eq!(&delivery(&mut transport).await.payload[..], b"end");
}
