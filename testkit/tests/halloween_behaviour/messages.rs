//! Messages.

use super::*;

#[tokio::test]
async fn every_qos() {
    open("every_qos", async |bed: &mut Bed| {
        for version in BOTH {
            let publisher = bed.client(ClientOptions::of(version)).await;
            for other in BOTH {
                for granted in QOS {
                    let subscriber = bed.client(ClientOptions::of(other)).await;
                    let code = subscriber.subscribe("q/+", granted).await.unwrap();
                    assert_eq!(code, granted.number());
                    for qos in QOS {
                        for payload in [&b""[..], b"x", &[7; 70_000]] {
                            let message = Message::new("q/x", payload.to_vec()).qos(qos);
                            publisher.publish(message).await.unwrap();
                            let seen = subscriber.next().await.unwrap();
                            let got = (&*seen.topic, &seen.payload[..], seen.qos);
                            assert_eq!(got, ("q/x", payload, qos.min(granted)));
                            assert!(!seen.dup && !seen.retain);
                        }
                    }
                    subscriber.unsubscribe("q/+").await.unwrap();
                    subscriber.disconnect().await;
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn wildcards() {
    open("wildcards", async |bed: &mut Bed| {
        let publisher = bed.client(ClientOptions::v311()).await;
        for filter in ["a/b", "a/+", "a/#", "#", "+/b", "+/+", "+", "$x/+", "$x/#", "é/+", "/+"] {
            // With MQTT 5, mosquitto would send `end` twice to some of them.
            let subscriber = bed.client(ClientOptions::v311()).await;
            subscriber.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
            subscriber.subscribe("end", QoS::AtLeastOnce).await.unwrap();
            let topics = ["a", "a/b", "a/c", "a/b/c", "b", "x/b", "$x/b", "é/ü", "/b", "a/"];
            for topic in topics.into_iter().chain(["end"]) {
                let message = Message::new(topic, filter.to_owned()).qos(QoS::AtLeastOnce);
                publisher.publish(message).await.unwrap();
            }
            subscriber.wait_for("end", filter).await.unwrap();
            let got: Vec<_> =
                subscriber.log().into_iter().map(|seen| seen.topic.to_string()).collect();
            let matches = |topic: &&str| journeyman_testkit::halloween::matches(filter, topic);
            let expected: Vec<_> = topics.into_iter().filter(matches).chain(["end"]).collect();
            assert_eq!(got, expected, "{filter}");
            subscriber.disconnect().await;
        }
    })
    .await;
}

#[tokio::test]
async fn retained() {
    open("retained", async |bed: &mut Bed| {
        for version in BOTH {
            let publisher = bed.client(ClientOptions::of(version)).await;
            let live = bed.client(ClientOptions::of(version)).await;
            live.subscribe("kept/#", QoS::ExactlyOnce).await.unwrap();
            let kept = |payload: &'static str| {
                Message::new("kept/x", payload).qos(QoS::AtLeastOnce).retain(true)
            };
            publisher.publish(kept("old")).await.unwrap();
            publisher.publish(kept("new")).await.unwrap();
            for payload in ["old", "new"] {
                assert!(!live.wait_for("kept/x", payload).await.unwrap().retain);
            }
            // Each SUBSCRIBE replays, also the second to the same filter, and overlapping ones.
            let late = bed.client(ClientOptions::of(version)).await;
            for filter in ["kept/x", "kept/+", "kept/x"] {
                late.subscribe(filter, QoS::AtMostOnce).await.unwrap();
                let seen = late.next().await.unwrap();
                assert_eq!((seen.text(), seen.retain), ("new".to_owned(), true));
                assert_eq!(seen.qos, QoS::AtMostOnce);
            }
            publisher.publish(kept("")).await.unwrap();
            // To those who are there it comes as an empty message.
            assert!(live.wait_for("kept/x", "").await.unwrap().payload.is_empty());
            let empty = bed.client(ClientOptions::of(version)).await;
            empty.subscribe("kept/#", QoS::AtLeastOnce).await.unwrap();
            publisher.command("kept/end", "x", QoS::AtLeastOnce).await.unwrap();
            assert_eq!(&*empty.next().await.unwrap().topic, "kept/end");
        }
    })
    .await;
}

#[tokio::test]
async fn overlapping_subscriptions() {
    open("overlapping_subscriptions", async |bed: &mut Bed| {
        for version in BOTH {
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let host = bed.client(ClientOptions::of(version)).await;
                let filters = [("o/p/cmd", QOS[1]), ("o/+/cmd", QOS[2]), ("o/#", QOS[0])];
                for (filter, qos) in order.map(|at| filters[at]) {
                    host.subscribe(filter, qos).await.unwrap();
                }
                for topic in ["o/p/cmd", "o/q/cmd", "o/p"] {
                    host.command(topic, "x", QoS::ExactlyOnce).await.unwrap();
                }
                host.wait_for("o/p", "x").await.unwrap();
                let qos = |topic: &str| -> Vec<u8> {
                    let log = host.log().into_iter().filter(|seen| &*seen.topic == topic);
                    log.map(|seen| seen.qos.number()).collect()
                };
                // MQTT 3.1.1: once, at the QoS of the most exact filter. MQTT 5: once for each.
                let (p, q): (&[u8], &[u8]) =
                    if version == Version::V5 { (&[1, 2, 0], &[2, 0]) } else { (&[1], &[2]) };
                assert_eq!((&*qos("o/p/cmd"), &*qos("o/q/cmd")), (p, q), "{version:?} {order:?}");
                host.disconnect().await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn qos_2_is_passed_on() {
    open("qos_2_is_passed_on", async |bed: &mut Bed| {
        let watcher = bed.client(ClientOptions::v311()).await;
        watcher.subscribe("two", QoS::ExactlyOnce).await.unwrap();
        for level in [4, 5] {
            let mut raw = connected(bed, Connect::new(level, "two")).await;
            let message = publish(level, 0x34, 9, "two", &[], b"x");
            raw.send(&message).await;
            assert_eq!(raw.packet().await, ack(0x50, 9));
            if !bed.is_real() {
                watcher.wait_for("two", "x").await.unwrap();
            }
            // Again, and it is not passed on again.
            let mut again = message.clone();
            again[0] |= 0x08;
            raw.send(&again).await;
            assert_eq!(raw.packet().await, ack(0x50, 9));
            raw.send(&ack(0x62, 9)).await;
            assert_eq!(raw.packet().await, ack(0x70, 9));
            if bed.is_real() {
                watcher.wait_for("two", "x").await.unwrap();
            }
            watcher.command("two", "end", QoS::AtLeastOnce).await.unwrap();
            assert_eq!(watcher.next().await.unwrap().text(), "end");
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_is_kept() {
    open("a_session_is_kept", async |bed: &mut Bed| {
        for level in [4, 5] {
            let properties = if level == 5 { vec![0x11, 0, 0, 1, 0] } else { Vec::new() };
            let id = format!("kept-{level}");
            let connect = Connect { clean: false, properties, ..Connect::new(level, &id) };
            let publisher = bed.client(ClientOptions::v311()).await;
            let topic = format!("session/{level}");
            let send = async |payload: &str, qos| {
                publisher.command(&topic, payload.to_owned(), qos).await.unwrap();
            };
            let (mut raw, connack) = Raw::connect(bed.addr(), &connect.bytes()).await;
            assert_eq!(connack[2], 0, "no session yet");
            subscribed(&mut raw, &subscribe(level, 1, &[], &[(&topic, 2)])).await;
            send("1", QoS::AtLeastOnce).await;
            send("2", QoS::ExactlyOnce).await;
            send("3", QoS::AtLeastOnce).await;
            let first = raw.packet().await;
            let second = raw.packet().await;
            let third = raw.packet().await;
            assert_eq!((first[0], second[0], third[0]), (0x32, 0x34, 0x32));
            let [one, two, three] = [&first, &second, &third].map(|packet| id_of(packet));
            raw.send(&ack(0x40, one)).await;
            raw.send(&ack(0x50, two)).await;
            assert_eq!(raw.packet().await, ack(0x62, two));
            raw.close().await;
            // While it is away: kept, but not with QoS 0.
            send("4", QoS::AtMostOnce).await;
            send("5", QoS::AtLeastOnce).await;
            let (mut raw, connack) = Raw::connect(bed.addr(), &connect.bytes()).await;
            assert_eq!(connack[2], 1, "there is a session");
            let mut got = vec![raw.packet().await, raw.packet().await, raw.packet().await];
            let release = got.iter().position(|packet| packet[0] == 0x62).unwrap();
            assert_eq!(got.remove(release), ack(0x62, two));
            // Under its old id and marked; the new one is not.
            assert_eq!((got[0][0], id_of(&got[0])), (0x3a, three));
            assert_eq!(got[0].last(), Some(&b'3'));
            assert_eq!((got[1][0], got[1].last()), (0x32, Some(&b'5')));
            raw.send(&ack(0x70, two)).await;
            raw.send(&ack(0x40, three)).await;
            let five = id_of(&got[1]);
            raw.send(&ack(0x40, five)).await;
            raw.quiet().await;
            raw.send(&DISCONNECT).await;
            raw.end().await;
            // Nothing is left.
            let mut raw = connected(bed, connect.clone()).await;
            raw.quiet().await;
            raw.send(&DISCONNECT).await;
            raw.end().await;
            // A clean one ends it.
            let clean = Connect { clean: true, properties: Vec::new(), ..connect.clone() };
            connected(bed, clean).await.close().await;
            let (mut raw, connack) = Raw::connect(bed.addr(), &connect.bytes()).await;
            assert_eq!(connack[2], 0);
            send("6", QoS::AtLeastOnce).await;
            raw.quiet().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_window_to_a_client() {
    open("the_window_to_a_client", async |bed: &mut Bed| {
        let publisher = bed.client(ClientOptions::v311()).await;
        // 20 unless the client wants fewer.
        for (level, properties, window) in
            [(4, vec![], 20), (5, vec![], 20), (5, vec![0x21, 0, 3], 3)]
        {
            let mut raw = connected(bed, Connect { properties, ..Connect::new(level, "w") }).await;
            subscribed(&mut raw, &subscribe(level, 1, &[], &[("w", 1)])).await;
            for number in 0..30_u8 {
                publisher.command("w", vec![number], QoS::AtLeastOnce).await.unwrap();
            }
            let mut ids = Vec::new();
            for number in 0..window {
                let got = raw.packet().await;
                assert_eq!(got.last(), Some(&number));
                ids.push(id_of(&got));
            }
            raw.quiet().await;
            for number in window..30 {
                raw.send(&ack(0x40, ids.remove(0))).await;
                let got = raw.packet().await;
                assert_eq!(got.last(), Some(&number));
                ids.push(id_of(&got));
            }
            raw.send(&DISCONNECT).await;
        }
    })
    .await;
}

#[tokio::test]
async fn groups_share() {
    open("groups_share", async |bed: &mut Bed| {
        for version in BOTH {
            let topic = format!("share/{version:?}");
            let mut members = Vec::new();
            for _ in 0..3 {
                let member = bed.client(ClientOptions::of(version)).await;
                let filter = format!("$share/crew/{topic}");
                member.subscribe(&filter, QoS::AtLeastOnce).await.unwrap();
                members.push(member);
            }
            let outside = bed.client(ClientOptions::of(version)).await;
            outside.subscribe(&topic, QoS::AtLeastOnce).await.unwrap();
            for number in 0..30 {
                outside.command(&topic, number.to_string(), QoS::AtLeastOnce).await.unwrap();
            }
            for number in 0..30 {
                outside.wait_for(&topic, number.to_string()).await.unwrap();
            }
            let all = async {
                loop {
                    let logs = members.iter().flat_map(|member| member.log());
                    let got: Vec<String> = logs.map(|seen| seen.text()).collect();
                    if got.len() >= 30 {
                        return got;
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            let mut got = within("all messages", all).await;
            got.sort_by_key(|text| text.parse::<u32>().unwrap());
            assert_eq!(got, (0..30).map(|number| number.to_string()).collect::<Vec<_>>());
            for member in &members {
                assert_eq!(member.log().len(), 10, "they take turns");
            }
        }
    })
    .await;
}
