//! Wills, and the end of the broker.

use super::*;

#[tokio::test]
async fn wills() {
    open("wills", async |bed: &mut Bed| {
        for version in BOTH {
            let topic = |which: &str| format!("will/{version:?}/{which}");
            let watcher = bed.client(ClientOptions::v5()).await;
            watcher.subscribe(&topic("+"), QoS::AtLeastOnce).await.unwrap();
            let will = |which: &str| {
                let message = Message::new(topic(which), "offline").retain(true);
                ClientOptions::of(version).will(message.qos(QoS::AtLeastOnce))
            };
            let good = bed.client(will("good")).await;
            good.disconnect().await;
            let bad = bed.client(will("bad")).await;
            bad.abort().await;
            // Were there a will of the first, it would have come before.
            let seen = watcher.next().await.unwrap();
            assert_eq!((&*seen.topic, seen.text()), (&*topic("bad"), "offline".to_owned()));
            assert!(!seen.retain);
            let late = bed.client(ClientOptions::v311()).await;
            late.subscribe(&topic("bad"), QoS::AtLeastOnce).await.unwrap();
            assert!(late.next().await.unwrap().retain);
        }
        // MQTT 5 may ask for it.
        let connect = Connect { will: Some(("will/asked", "x")), ..Connect::new(5, "asked") };
        let watcher = bed.client(ClientOptions::v5()).await;
        watcher.subscribe("will/asked", QoS::AtLeastOnce).await.unwrap();
        let mut raw = connected(bed, connect).await;
        raw.send(&[0xe0, 1, 4]).await;
        watcher.wait_for("will/asked", "x").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn delayed_wills() {
    open("delayed_wills", async |bed: &mut Bed| {
        let watcher = bed.client(ClientOptions::v5()).await;
        watcher.subscribe("delayed/#", QoS::AtLeastOnce).await.unwrap();
        // A session of a minute.
        let properties = vec![0x11, 0, 0, 0, 60];
        let connect = |id, topic| Connect {
            will: Some((topic, "offline")),
            will_delay: 1,
            properties: properties.clone(),
            clean: false,
            ..Connect::new(5, id)
        };
        connected(bed, connect("back", "delayed/back")).await.close().await;
        let start = Instant::now();
        connected(bed, connect("gone", "delayed/gone")).await.close().await;
        let mut back = connected(bed, connect("back", "delayed/back")).await;
        watcher.wait_for("delayed/gone", "offline").await.unwrap();
        assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
        // Who came back has none.
        back.quiet().await;
        assert!(watcher.log().iter().all(|seen| &*seen.topic != "delayed/back"));
        if bed.is_real() {
            return;
        }
        // With the session ends the delay.
        let short = Connect { properties: Vec::new(), ..connect("short", "delayed/short") };
        connected(bed, Connect { will_delay: 3600, ..short }).await.close().await;
        watcher.wait_for("delayed/short", "offline").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn stopped_in_good_order() {
    let folder = halloween_support::Folder::new();
    let persistence = journeyman_testkit::halloween::Persistence {
        file: folder.0.join("broker.jsonl"),
        autosave: None,
    };
    let config = BrokerConfig { persistence: Some(persistence), ..BrokerConfig::default() };
    let mut beds = vec![Bed::standin(config).await];
    if let Some(program) = Mosquitto::find("halloween_behaviour::stopped_in_good_order") {
        let mut config = MosquittoConfig::default();
        config.persistence = true;
        beds.push(Bed::real(&program, &config));
    }
    for mut bed in beds {
        let will = Message::new("end/availability", "offline").qos(QoS::AtLeastOnce).retain(true);
        let host = bed.client(ClientOptions::v311().will(will)).await;
        let online = Message::new("end/availability", "online").qos(QoS::AtLeastOnce).retain(true);
        host.publish(online.clone()).await.unwrap();
        let options = ClientOptions::v311().persistent().client_id("away");
        let away = bed.client(options.clone()).await;
        away.subscribe("end/+/cmd", QoS::AtLeastOnce).await.unwrap();
        away.disconnect().await;
        host.command("end/a/cmd", "kept", QoS::AtLeastOnce).await.unwrap();
        bed.stop().await;
        bed.restart().await;
        // The wills were published and saved, though the host is back.
        host.connected(2).await.unwrap();
        let watcher = bed.client(ClientOptions::v5()).await;
        watcher.subscribe("end/availability", QoS::AtLeastOnce).await.unwrap();
        let seen = watcher.next().await.unwrap();
        assert_eq!((seen.text(), seen.retain), ("offline".to_owned(), true));
        // The session is there with what came for it.
        let away = bed.client(options).await;
        away.wait_for("end/a/cmd", "kept").await.unwrap();
        host.command("end/b/cmd", "live", QoS::AtLeastOnce).await.unwrap();
        away.wait_for("end/b/cmd", "live").await.unwrap();
        // Killed, it forgets what it did not save.
        host.publish(online).await.unwrap();
        bed.kill().await;
        bed.restart().await;
        host.connected(3).await.unwrap();
        let watcher = bed.client(ClientOptions::v5()).await;
        watcher.subscribe("end/availability", QoS::AtLeastOnce).await.unwrap();
        assert_eq!(watcher.next().await.unwrap().text(), "offline");
    }
}
