//! Rules (Halloween sheet, section 7).

use super::*;

#[tokio::test]
async fn rights() {
    guarded("rights", async |bed: &mut Bed| {
        for version in BOTH {
            let name = format!("dashboard-{version:?}");
            let dashboard = bed.client(user(version, "dashboard").client_id(&*name)).await;
            let worker = bed.client(user(version, "worker")).await;
            worker.subscribe("halloween/+/cmd", QoS::AtLeastOnce).await.unwrap();
            // A forbidden subscription is granted and delivers what may be read.
            assert_eq!(dashboard.subscribe("#", QoS::AtLeastOnce).await.unwrap(), 1);
            for topic in ["status/error", "availability", "state", "telemetry/tick", "cmd"] {
                let topic = format!("halloween/a/{topic}");
                worker.command(&topic, "x", QoS::AtLeastOnce).await.unwrap();
            }
            for key in ["availability", "state", "telemetry/tick"] {
                assert_eq!(*dashboard.next().await.unwrap().topic, *format!("halloween/a/{key}"));
            }
            worker.wait_for("halloween/a/cmd", "x").await.unwrap();
            // A forbidden publish is acknowledged and dropped; MQTT 5 is told.
            let code = async |topic: &str| {
                let message = Message::new(topic, "y").qos(QoS::AtLeastOnce);
                dashboard.publish(message).await.unwrap()
            };
            let denied = if version == Version::V5 { 0x87 } else { 0 };
            assert_eq!(code("halloween/a/state").await, denied);
            let watcher = bed.client(user(Version::V5, "admin")).await;
            watcher.subscribe("#", QoS::AtLeastOnce).await.unwrap();
            code("halloween/b/state").await;
            // Everybody may command, and owns the names under its client id.
            assert_eq!(code("halloween/b/cmd").await, 0);
            assert_eq!(code(&format!("halloween/{name}/anything")).await, 0);
            assert_eq!(&*watcher.next().await.unwrap().topic, "halloween/b/cmd");
            watcher.wait_for(&format!("halloween/{name}/anything"), "y").await.unwrap();
            worker.wait_for("halloween/b/cmd", "y").await.unwrap();
            // A will is held to the rules, too.
            let will = |topic: &str| {
                user(version, "device").will(Message::new(topic, "gone").qos(QoS::AtLeastOnce))
            };
            bed.client(will("halloween/other/availability")).await.abort().await;
            bed.client(will("halloween/other/cmd")).await.abort().await;
            let seen = watcher.next().await.unwrap();
            assert_eq!((&*seen.topic, seen.text()), ("halloween/other/cmd", "gone".to_owned()));
            watcher.disconnect().await;
        }
    })
    .await;
}
