//! A mosquitto that stands still.

use std::time::Duration;

use journeyman_core::ErrorKind;
use journeyman_mqtt::{MqttConfig, MqttTransport, Protocol};

use crate::support::{
    mosquitto::{Mosquitto, program},
    *,
};

#[tokio::test]
async fn a_broker_that_stands_still() {
    let Some(program) = program("a_broker_that_stands_still") else { return };
    let broker = Mosquitto::open(&program);
    let mut config = MqttConfig::default();
    config.ping_timeout = Duration::from_millis(300);
    config.connect_timeout = Duration::from_secs(1);
    let target = broker.target(Protocol::V311).keep_alive(Duration::from_secs(1));
    let mut transport = MqttTransport::new(config);
    connected(&mut transport, target.clone()).await.unwrap();
    broker.signal("-STOP");
    let end = closed(&mut transport).await;
    assert_eq!(end.error.kind(), ErrorKind::Timeout, "{}", end.error);
    assert!(end.error.message().contains("PINGREQ"), "{}", end.error);
    // The kernel takes connections for it; there is no CONNACK.
    let error = connected(&mut transport, target.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    broker.signal("-CONT");
    connected(&mut transport, target).await.unwrap();
}
