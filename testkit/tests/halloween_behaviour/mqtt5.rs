//! What MQTT 5 adds.

use super::*;

#[tokio::test]
async fn properties_are_passed_on() {
    open("properties_are_passed_on", async |bed: &mut Bed| {
        let asking = bed.client(ClientOptions::v5()).await;
        let answering = bed.client(ClientOptions::v5()).await;
        answering.subscribe("p/cmd", QoS::AtLeastOnce).await.unwrap();
        let properties = Properties {
            payload_format: Some(1),
            expiry: Some(600),
            content_type: Some("application/json".to_owned()),
            response_topic: Some("p/answer".to_owned()),
            correlation_data: Some(b"\0\xff42"[..].into()),
            user: vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "é".to_owned())],
            subscription_ids: Vec::new(),
        };
        let message = Message::new("p/cmd", "{}").qos(QoS::AtLeastOnce);
        asking.publish(message.properties(properties.clone())).await.unwrap();
        let seen = answering.next().await.unwrap();
        let mut got = (*seen.properties.unwrap()).clone();
        assert!(got.expiry.unwrap() <= 600);
        got.expiry = properties.expiry;
        assert_eq!(got, properties);
        // And a request with its answer.
        let answer = async {
            let seen = answering.wait_for("p/cmd", "ping").await.unwrap();
            let given = seen.properties.unwrap();
            let properties = Properties {
                correlation_data: given.correlation_data.clone(),
                ..Properties::default()
            };
            let topic = given.response_topic.clone().unwrap();
            let answer = Message::new(topic, "pong").properties(properties);
            answering.publish(answer).await.unwrap();
        };
        let (answer, ()) = tokio::join!(asking.request("p/cmd", "ping"), answer);
        assert_eq!(answer.unwrap().text(), "pong");
    })
    .await;
}

#[tokio::test]
async fn options_of_subscriptions() {
    open("options_of_subscriptions", async |bed: &mut Bed| {
        let other = bed.client(ClientOptions::v5()).await;
        let kept = Message::new("opt/kept", "old").qos(QoS::AtLeastOnce).retain(true);
        other.publish(kept.clone()).await.unwrap();
        let mut raw = connected(bed, Connect::new(5, "opt")).await;
        // No local; retain as published and never replayed; with the identifier 300.
        let filters = [("opt/own", 0x05), ("opt/kept", 0x29)];
        let suback = subscribed(&mut raw, &subscribe(5, 1, &[0x0b, 0xac, 2], &filters)).await;
        assert_eq!(suback, [0x90, 5, 0, 1, 0, 1, 1]);
        raw.quiet().await;
        other.publish(kept).await.unwrap();
        let got = raw.packet().await;
        assert_eq!(got[0], 0x33, "the retain flag stays");
        assert!(got.windows(4).any(|part| part == [3, 0x0b, 0xac, 2]), "{got:02x?}");
        raw.send(&ack(0x40, id_of(&got))).await;
        raw.send(&publish(5, 0x30, 0, "opt/own", &[], b"mine")).await;
        raw.quiet().await;
        other.command("opt/own", "theirs", QoS::AtMostOnce).await.unwrap();
        assert!(raw.packet().await.ends_with(b"theirs"));
        // Only for new subscriptions.
        for expected in [true, false] {
            subscribed(&mut raw, &subscribe(5, 2, &[], &[("opt/+", 0x11)])).await;
            if expected {
                let got = raw.packet().await;
                assert_eq!(got[0], 0x33);
                raw.send(&ack(0x40, id_of(&got))).await;
            }
            raw.quiet().await;
        }
        // UNSUBACK says what was not there.
        raw.send(&packet(0xa2, b"\0\x03\0\0\x05opt/+\0\x03not")).await;
        assert_eq!(raw.packet().await, [0xb0, 5, 0, 3, 0, 0, 0x11]);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_subscribed() {
    open("nobody_is_subscribed", async |bed: &mut Bed| {
        let five = bed.client(ClientOptions::v5()).await;
        for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
            let message = Message::new("nobody", "x").qos(qos);
            let code = five.publish(message.clone()).await.unwrap();
            if qos == QoS::AtLeastOnce {
                assert_eq!(code, 0x10);
            }
        }
        five.subscribe("nobody", QoS::AtLeastOnce).await.unwrap();
        let message = Message::new("nobody", "x").qos(QoS::AtLeastOnce);
        assert_eq!(five.publish(message).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn expired_messages() {
    open("expired_messages", async |bed: &mut Bed| {
        let publisher = bed.client(ClientOptions::v5()).await;
        for (topic, expiry) in [("e/soon", 1), ("e/late", 100)] {
            let properties = Properties { expiry: Some(expiry), ..Properties::default() };
            let message = Message::new(topic, "x").qos(QoS::AtLeastOnce).retain(true);
            publisher.publish(message.properties(properties)).await.unwrap();
        }
        // The time is what is tested here.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let late = bed.client(ClientOptions::v5()).await;
        late.subscribe("e/#", QoS::AtLeastOnce).await.unwrap();
        let seen = late.next().await.unwrap();
        assert_eq!(&*seen.topic, "e/late");
        let left = seen.properties.unwrap().expiry.unwrap();
        assert!((90..=98).contains(&left), "{left}");
    })
    .await;
}

#[tokio::test]
async fn topic_aliases() {
    open("topic_aliases", async |bed: &mut Bed| {
        let watcher = bed.client(ClientOptions::v311()).await;
        watcher.subscribe("alias/#", QoS::AtLeastOnce).await.unwrap();
        let (mut raw, connack) = Raw::connect(bed.addr(), &Connect::new(5, "al").bytes()).await;
        assert!(connack.windows(3).any(|part| part == [0x22, 0, 10]), "{connack:02x?}");
        let alias = [0x23, 0, 4];
        raw.send(&publish(5, 0x30, 0, "alias/x", &alias, b"1")).await;
        raw.send(&publish(5, 0x30, 0, "", &alias, b"2")).await;
        for payload in ["1", "2"] {
            watcher.wait_for("alias/x", payload).await.unwrap();
        }
        raw.send(&publish(5, 0x30, 0, "alias/x", &[0x23, 0, 11], b"3")).await;
        let last = raw.end().await;
        assert_eq!((last[0][0], last[0][2]), (0xe0, 0x94));
        let mut raw = connected(bed, Connect::new(5, "al")).await;
        raw.send(&publish(5, 0x30, 0, "", &[0x23, 0, 5], b"4")).await;
        assert_eq!(raw.end().await[0][..1], [0xe0]);
    })
    .await;
}
