//! Connecting, and what ends a connection.

use super::*;

#[tokio::test]
async fn refusals() {
    guarded("refusals", async |bed: &mut Bed| {
        for version in BOTH {
            let code = if version == Version::V5 { 0x87 } else { 5 };
            for options in [
                ClientOptions::of(version),
                ClientOptions::of(version).login("worker", "wrong"),
                ClientOptions::of(version).login("nobody", "test-worker-pw"),
            ] {
                let addr = bed.addr();
                let error = journeyman_testkit::halloween::Client::connect(addr, options).await;
                assert_eq!(error.unwrap_err(), ClientError::Refused { code });
            }
            bed.client(user(version, "worker")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn client_ids() {
    open("client_ids", async |bed: &mut Bed| {
        let connect = Connect::new(4, "");
        connected(bed, connect).await.quiet().await;
        let keep = Connect { clean: false, ..Connect::new(4, "") };
        let (mut raw, connack) = Raw::connect(bed.addr(), &keep.bytes()).await;
        assert_eq!(connack, [0x20, 2, 0, 2]);
        assert!(raw.end().await.is_empty());
        // MQTT 5 is told the id that it got.
        let (_, connack) = Raw::connect(bed.addr(), &Connect::new(5, "").bytes()).await;
        assert_eq!(connack[2..4], [0, 0]);
        assert!(connack.windows(8).any(|part| part[0] == 0x12 && &part[3..8] == b"auto-"));
        let (_, connack) = Raw::connect(bed.addr(), &Connect::new(5, "given").bytes()).await;
        assert!(!connack.windows(8).any(|part| part[0] == 0x12 && &part[3..8] == b"auto-"));
    })
    .await;
}

#[tokio::test]
async fn other_versions_of_the_protocol() {
    open("other_versions_of_the_protocol", async |bed: &mut Bed| {
        let (mut raw, connack) = Raw::connect(bed.addr(), &Connect::new(7, "x").bytes()).await;
        assert_eq!(connack[..2], [0x20, 2]);
        assert_eq!(connack[3], 1, "{connack:02x?}");
        assert!(raw.end().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_ends_a_connection() {
    open("what_ends_a_connection", async |bed: &mut Bed| {
        let wildcard = |level| publish(level, 0x30, 0, "a/+", &[], b"x");
        for level in [4, 5] {
            let connect = Connect::new(level, "bad").bytes();
            for (what, bytes) in [
                ("a second CONNECT", connect.clone()),
                ("a PUBLISH to a wildcard", wildcard(level)),
                ("QoS 3", publish(level, 0x36, 1, "a", &[], b"x")),
                ("a SUBSCRIBE with bad flags", {
                    let mut bytes = subscribe(level, 1, &[], &[("a", 0)]);
                    bytes[0] = 0x80;
                    bytes
                }),
                ("a SUBSCRIBE to a bad filter", subscribe(level, 1, &[], &[("a/#/b", 0)])),
                ("a SUBSCRIBE of nothing", subscribe(level, 1, &[], &[])),
                ("a SUBSCRIBE with reserved bits", subscribe(level, 1, &[], &[("a", 0xc0)])),
                ("an UNSUBSCRIBE of nothing", {
                    let body: &[u8] = if level == 5 { &[0, 1, 0] } else { &[0, 1] };
                    packet(0xa2, body)
                }),
                ("a packet id of 0", publish(level, 0x32, 0, "a", &[], b"x")),
                ("a CONNACK", vec![0x20, 2, 0, 0]),
                ("a name of a topic that is not UTF-8", {
                    let mut bytes = publish(level, 0x30, 0, "ab", &[], b"x");
                    bytes[4] = 0xff;
                    bytes
                }),
            ] {
                let mut raw = connected(bed, Connect::new(level, "bad")).await;
                raw.send(&bytes).await;
                let last = raw.end().await;
                assert!(last.iter().all(|packet| packet[0] == 0xe0), "{what}: {last:02x?}");
            }
        }
        // Not begun with CONNECT.
        let mut raw = Raw::open(bed.addr()).await;
        raw.send(&PINGRESP).await;
        assert!(raw.end().await.is_empty());
        // Others go on.
        connected(bed, Connect::new(4, "good")).await.quiet().await;
    })
    .await;
}

#[tokio::test]
async fn keep_alive() {
    open("keep_alive", async |bed: &mut Bed| {
        let watcher = bed.client(ClientOptions::v311()).await;
        watcher.subscribe("alive/#", QoS::AtLeastOnce).await.unwrap();
        for (level, topic) in [(4, "alive/4"), (5, "alive/5")] {
            let will = Some((topic, "offline"));
            let connect = Connect { keep_alive: 1, will, ..Connect::new(level, "silent") };
            let start = Instant::now();
            let mut raw = connected(bed, connect).await;
            let last = raw.end().await;
            let took = start.elapsed();
            // mosquitto looks every 5 s.
            let latest = Duration::from_secs(if bed.is_real() { 10 } else { 3 });
            assert!(took > Duration::from_millis(1400) && took < latest, "{took:?}");
            if level == 5 && !bed.is_real() {
                assert_eq!((last[0][0], last[0][2]), (0xe0, 0x8d));
            } else {
                assert!(last.is_empty(), "{last:02x?}");
            }
            watcher.wait_for(topic, "offline").await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn taking_over() {
    open("taking_over", async |bed: &mut Bed| {
        let watcher = bed.client(ClientOptions::v311()).await;
        watcher.subscribe("over/#", QoS::AtLeastOnce).await.unwrap();
        for (level, topic) in [(4, "over/4"), (5, "over/5")] {
            let connect = Connect { will: Some((topic, "offline")), ..Connect::new(level, "twin") };
            let mut first = connected(bed, connect.clone()).await;
            let mut second = connected(bed, connect).await;
            let last = first.end().await;
            if level == 5 && !bed.is_real() {
                assert_eq!((last[0][0], last[0][2]), (0xe0, 0x8e));
            } else {
                assert!(last.is_empty(), "{last:02x?}");
            }
            watcher.wait_for(topic, "offline").await.unwrap();
            second.quiet().await;
            second.send(&DISCONNECT).await;
            assert!(second.end().await.is_empty());
        }
    })
    .await;
}
