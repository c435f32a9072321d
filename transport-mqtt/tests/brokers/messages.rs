//! Messages through mosquitto.

use std::time::Duration;

use journeyman_core::{
    ErrorKind,
    transport::{Event, Lane, Transport},
};
use journeyman_mqtt::{
    Acknowledge, Filter, MqttMessage, Properties, Protocol, Publish, QoS, RetainHandling,
    Subscribe, Will,
};

use crate::support::{
    mosquitto::{Mosquitto, program},
    *,
};

const BOTH: [Protocol; 2] = [Protocol::V311, Protocol::V5];
const ALL: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

#[tokio::test]
async fn every_qos_there_and_back() {
    let Some(program) = program("every_qos_there_and_back") else { return };
    let broker = Mosquitto::open(&program);
    for protocol in BOTH {
        for acknowledge in [Acknowledge::AtReceipt, Acknowledge::AfterSettled] {
            let mut publisher = broker.client(protocol).await;
            let mut subscriber = open(broker.target(protocol).acknowledge(acknowledge)).await;
            for qos in ALL {
                let suback = subscribed(&mut subscriber, Subscribe::one("a/+/c", qos)).await;
                assert_eq!(suback.results[0].granted, Ok(qos));
                for payload in [&b""[..], b"x", &pattern(70_000, 5)] {
                    published(&mut publisher, Publish::new("a/b/c", payload.to_vec()).qos(qos))
                        .await;
                    let got = delivery(&mut subscriber).await;
                    assert_eq!((&*got.topic, &got.payload[..]), ("a/b/c", payload));
                    assert_eq!((got.qos, got.retain, got.dup), (qos, false, false));
                    let manual = acknowledge == Acknowledge::AfterSettled;
                    assert_eq!(got.ack.is_some(), manual && qos != QoS::AtMostOnce);
                    if let Some(ack) = got.ack {
                        send_tagged(&mut subscriber, 1, MqttMessage::Ack(ack));
                        assert!(matches!(news(&mut subscriber).await, Event::Sent { .. }));
                    }
                }
            }
            assert_eq!((publisher.in_flight(), publisher.queued_bytes()), (0, 0));
            subscriber.close(Default::default()).await;
            publisher.close(Default::default()).await;
        }
    }
}

#[tokio::test]
async fn retained_messages() {
    let Some(program) = program("retained_messages") else { return };
    let broker = Mosquitto::open(&program);
    for protocol in BOTH {
        let mut publisher = broker.client(protocol).await;
        let message = Publish::new("a/state", "on").qos(QoS::AtLeastOnce).retain(true);
        published(&mut publisher, message.clone()).await;
        let mut subscriber = broker.client(protocol).await;
        send(&mut subscriber, MqttMessage::Subscribe(Subscribe::one("a/#", QoS::AtLeastOnce)));
        let mut retained = None;
        // The answer and the message may come in either order.
        for _ in 0..2 {
            if let Event::Received { message: MqttMessage::Delivery(delivery), .. } =
                news(&mut subscriber).await
            {
                retained = Some(delivery);
            }
        }
        let retained = retained.unwrap();
        assert!(retained.retain && &retained.payload[..] == b"on");
        // Live it is not marked, and an empty one clears it.
        published(&mut publisher, message).await;
        assert!(!delivery(&mut subscriber).await.retain);
        published(&mut publisher, Publish::new("a/state", "").qos(QoS::AtLeastOnce).retain(true))
            .await;
        assert!(delivery(&mut subscriber).await.payload.is_empty());
        let mut late = broker.client(protocol).await;
        subscribed(&mut late, Subscribe::one("a/#", QoS::AtLeastOnce)).await;
        published(&mut publisher, Publish::new("a/end", "x").qos(QoS::AtLeastOnce)).await;
        assert_eq!(delivery(&mut late).await.topic, "a/end");
    }
}

#[tokio::test]
async fn wills() {
    let Some(program) = program("wills") else { return };
    let broker = Mosquitto::open(&program);
    for protocol in BOTH {
        let mut watcher = broker.client(protocol).await;
        let name = |who: &str| format!("{who}/{protocol:?}/availability");
        subscribed(&mut watcher, Subscribe::one(name("+"), QoS::AtLeastOnce)).await;
        let will = |who: &str| {
            let message = Publish::new(name(who), "offline").qos(QoS::AtLeastOnce).retain(true);
            broker.target(protocol).will(Will::new(message))
        };
        let mut good = open(will("good")).await;
        good.close(Default::default()).await;
        let mut bad = open(will("bad")).await;
        bad.abort();
        // Were there a will of the first, it would have come before.
        let offline = delivery(&mut watcher).await;
        assert_eq!((offline.topic, &offline.payload[..]), (name("bad"), &b"offline"[..]));
        if protocol == Protocol::V5 {
            let mut asked = open(will("asked")).await;
            let goodbye =
                journeyman_core::transport::Goodbye { code: Some(4), ..Default::default() };
            asked.close(goodbye).await;
            assert_eq!(delivery(&mut watcher).await.topic, name("asked"));
        }
    }
}

#[tokio::test]
async fn a_group_shares_a_topic() {
    let Some(program) = program("a_group_shares_a_topic") else { return };
    let broker = Mosquitto::open(&program);
    const MESSAGES: usize = 100;
    let mut members = Vec::new();
    for _ in 0..2 {
        let mut member = broker.client(Protocol::V5).await;
        let suback =
            subscribed(&mut member, Subscribe::one("$share/crew/jobs/#", QoS::AtLeastOnce)).await;
        assert_eq!(suback.refused(), None);
        members.push(member);
    }
    let mut publisher = broker.client(Protocol::V5).await;
    for i in 0..MESSAGES {
        published(&mut publisher, Publish::new("jobs/x", i.to_string()).qos(QoS::AtLeastOnce))
            .await;
    }
    let [mut a, mut b] = <[_; 2]>::try_from(members).unwrap();
    let (mut seen, mut of_a) = (vec![0; MESSAGES], 0);
    for _ in 0..MESSAGES {
        let (got, first) = tokio::select! {
            got = delivery(&mut a) => (got, true),
            got = delivery(&mut b) => (got, false),
        };
        seen[str::from_utf8(&got.payload).unwrap().parse::<usize>().unwrap()] += 1;
        of_a += usize::from(first);
    }
    assert_eq!(seen, [1; MESSAGES]);
    assert!((1..MESSAGES).contains(&of_a), "both take part: {of_a}");
}

#[tokio::test]
async fn requests_and_responses() {
    let Some(program) = program("requests_and_responses") else { return };
    let broker = Mosquitto::open(&program);
    let mut asking = broker.client(Protocol::V5).await;
    let mut answering = broker.client(Protocol::V5).await;
    subscribed(&mut asking, Subscribe::one("answers/me", QoS::AtLeastOnce)).await;
    subscribed(&mut answering, Subscribe::one("cmd", QoS::AtLeastOnce).id(1234)).await;
    let mut properties = Properties::new()
        .respond_to("answers/me", &b"\0\xff42"[..])
        .content_type("application/json")
        .user("traceparent", "00-abc-def-01")
        .user("traceparent", "again")
        .utf8();
    properties.expiry = Some(Duration::from_secs(60));
    let request = Publish::new("cmd", "{}").qos(QoS::AtLeastOnce).properties(properties.clone());
    published(&mut asking, request).await;
    let got = delivery(&mut answering).await.properties.unwrap();
    assert_eq!(got.subscription_ids, [1234]);
    properties.subscription_ids = got.subscription_ids.clone();
    assert!(got.expiry.unwrap() <= Duration::from_secs(60));
    properties.expiry = got.expiry;
    assert_eq!(*got, properties);
    let answer = Publish::new(got.response_topic.unwrap(), "done")
        .properties(Properties::new().correlation_data(got.correlation_data.unwrap()));
    published(&mut answering, answer).await;
    let answer = delivery(&mut asking).await;
    assert_eq!(&answer.payload[..], b"done");
    assert_eq!(answer.properties.unwrap().correlation_data.unwrap(), &b"\0\xff42"[..]);
}

#[tokio::test]
async fn options_of_subscriptions() {
    let Some(program) = program("options_of_subscriptions") else { return };
    let broker = Mosquitto::open(&program);
    let mut client = broker.client(Protocol::V5).await;
    published(&mut client, Publish::new("kept", "old").qos(QoS::AtLeastOnce).retain(true)).await;
    let filters = [
        Filter::new("own", QoS::AtLeastOnce).no_local(true),
        Filter::new("kept", QoS::AtLeastOnce)
            .retain_handling(RetainHandling::Never)
            .retain_as_published(true),
    ];
    subscribed(&mut client, Subscribe::new(filters)).await;
    let mut other = broker.client(Protocol::V5).await;
    published(&mut other, Publish::new("kept", "new").qos(QoS::AtLeastOnce).retain(true)).await;
    let got = delivery(&mut client).await;
    assert_eq!((&got.payload[..], got.retain), (&b"new"[..], true));
    published(&mut client, Publish::new("own", "mine").qos(QoS::AtLeastOnce)).await;
    published(&mut other, Publish::new("own", "theirs").qos(QoS::AtLeastOnce)).await;
    assert_eq!(&delivery(&mut client).await.payload[..], b"theirs");
    send_tagged(&mut client, 1, MqttMessage::Unsubscribe(vec!["own".to_owned(), "not".to_owned()]));
    let Event::Reply { message: MqttMessage::Unsuback(unsuback), .. } = news(&mut client).await
    else {
        panic!()
    };
    assert_eq!(unsuback.results.len(), 2);
    published(&mut other, Publish::new("own", "unheard").qos(QoS::AtLeastOnce)).await;
    published(&mut other, Publish::new("kept", "heard").qos(QoS::AtLeastOnce)).await;
    assert_eq!(&delivery(&mut client).await.payload[..], b"heard");
}

#[tokio::test]
async fn a_megabyte_each_way() {
    let Some(program) = program("a_megabyte_each_way") else { return };
    let broker = Mosquitto::open(&program);
    for protocol in BOTH {
        for qos in ALL {
            let mut client = broker.client(protocol).await;
            subscribed(&mut client, Subscribe::one("big", qos)).await;
            let payloads: Vec<_> = (0..3).map(|seed| pattern(1 << 20, seed)).collect();
            // Under tags: with QoS 0 and without, the queue would drop some of them.
            for (tag, payload) in payloads.iter().enumerate() {
                send_tagged(&mut client, tag as u64, publish("big", payload.clone(), qos));
            }
            let mut left = payloads.iter();
            let mut sent = 0;
            while sent < payloads.len() || left.len() > 0 {
                match news(&mut client).await {
                    Event::Sent { .. } => sent += 1,
                    Event::Received { message: MqttMessage::Delivery(delivery), .. } => {
                        assert!(delivery.payload == *left.next().unwrap());
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn the_limits_of_the_broker() {
    let Some(program) = program("the_limits_of_the_broker") else { return };
    let config = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_packet_size 2000\n\
                  max_inflight_messages 3\n";
    let broker = Mosquitto::start(&program, config);
    let mut transport = journeyman_mqtt::MqttTransport::default();
    let connack = connected(&mut transport, broker.target(Protocol::V5)).await.unwrap();
    assert_eq!((connack.maximum_packet_size, connack.receive_maximum), (2000, 3));
    let big = publish("a", vec![0; 2000], QoS::AtLeastOnce);
    let error = transport.send(Lane::MAIN, None, big.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.message().contains("the limit is 2000"), "{error}");
    for _ in 0..50 {
        send(&mut transport, publish("a", vec![0; 1900], QoS::AtLeastOnce));
    }
    published(&mut transport, Publish::new("a", "end").qos(QoS::AtLeastOnce)).await;
    // A broker of 3.1.1 cannot say so, and closes.
    let mut transport = broker.client(Protocol::V311).await;
    send(&mut transport, big);
    let closed = closed(&mut transport).await;
    assert!(closed.error.remedy().is_some(), "{}", closed.error);
}

/// With MQTT 5 the receive maximum is a credit: no more than that many are on the way to us, until
/// acknowledgements come in a bunch, which makes mosquitto 2.0.11 forget it.
#[tokio::test]
async fn the_credit_of_a_worker() {
    let Some(program) = program("the_credit_of_a_worker") else { return };
    let broker = Mosquitto::open(&program);
    let target = broker.target(Protocol::V5).acknowledge(Acknowledge::AfterSettled);
    let mut worker = open(target.receive_maximum(4)).await;
    subscribed(&mut worker, Subscribe::one("jobs", QoS::AtLeastOnce)).await;
    let mut publisher = broker.client(Protocol::V5).await;
    for i in 0..20u8 {
        published(&mut publisher, Publish::new("jobs", vec![i]).qos(QoS::AtLeastOnce)).await;
    }
    let mut open = Vec::new();
    for next in 0..4u8 {
        let got = delivery(&mut worker).await;
        assert_eq!(got.payload[..], [next]);
        open.push(got.ack.unwrap());
    }
    // What the broker had to say before comes before the answer to this; `subscribed` takes
    // nothing else.
    subscribed(&mut worker, Subscribe::one("other", QoS::AtMostOnce)).await;
    assert_eq!(worker.stats().over_receive_maximum, 0);
    for ack in open.drain(..).rev() {
        send(&mut worker, MqttMessage::Ack(ack));
    }
    for next in 4..20u8 {
        let got = delivery(&mut worker).await;
        assert_eq!(got.payload[..], [next]);
        send(&mut worker, MqttMessage::Ack(got.ack.unwrap()));
    }
}
