//! The launcher of the real mosquitto.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod halloween_support;

use std::time::Duration;

use halloween_support::{client, raw::Raw, refused, within};
use journeyman_testkit::halloween::{
    Client, ClientError, ClientOptions, Message, Mosquitto, MosquittoConfig, QoS,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn killed_stopped_and_started_again() {
    let Some(program) = Mosquitto::find("halloween_mosquitto::killed_stopped_and_started_again")
    else {
        return;
    };
    let mut config = MosquittoConfig::halloween();
    config.persistence = true;
    config.max_inflight = Some(5);
    config.max_queued = Some(10);
    let mut broker = Mosquitto::start(&program, &config).unwrap();
    let options = ClientOptions::v5().login("worker", "test-worker-pw");
    let one = client(broker.addr(), options.clone()).await;
    one.subscribe("halloween/+/state", QoS::AtLeastOnce).await.unwrap();
    let keep = async |payload: &str| {
        let message = Message::new("halloween/a/state", payload.to_owned()).retain(true);
        one.publish(message.qos(QoS::AtLeastOnce)).await.unwrap();
    };
    keep("saved").await;
    broker.save().unwrap();
    keep("not saved").await;
    let pid = broker.pid();
    broker.kill().unwrap();
    refused(broker.addr()).await;
    broker.restart().unwrap();
    assert_ne!(broker.pid(), pid);
    one.connected(2).await.unwrap();
    let seen = one.wait_where("what was saved", |seen| seen.connection == 2).await.unwrap();
    assert_eq!((seen.text(), seen.retain), ("saved".to_owned(), true));
    keep("at the end").await;
    broker.stop().unwrap();
    assert!(broker.log().contains("terminating"), "{}", broker.log());
    broker.restart().unwrap();
    one.connected(3).await.unwrap();
    let seen = one.wait_where("what was saved", |seen| seen.connection == 3).await.unwrap();
    assert_eq!(seen.text(), "at the end");
    let wrong = ClientOptions::v5().login("worker", "wrong");
    let error = Client::connect(broker.addr(), wrong).await.unwrap_err();
    assert_eq!(error, ClientError::Refused { code: 0x87 });
    let folder = broker.folder().to_owned();
    drop(broker);
    assert!(!folder.exists());
}

#[tokio::test]
async fn standing_still() {
    let Some(program) = Mosquitto::find("halloween_mosquitto::standing_still") else { return };
    let mut config = MosquittoConfig::default();
    config.websocket = true;
    let broker = Mosquitto::start(&program, &config).unwrap();
    let mut raw = Raw::open(broker.addr()).await;
    broker.sigstop().unwrap();
    raw.send(&halloween_support::raw::Connect::new(4, "x").bytes()).await;
    raw.quiet_for(Duration::from_millis(200)).await;
    broker.sigcont().unwrap();
    assert_eq!(raw.packet().await, [0x20, 2, 0, 0]);
    // The other listener speaks WebSocket.
    let url = broker.websocket_url().unwrap();
    let addr = url.strip_prefix("ws://").unwrap().strip_suffix("/mqtt").unwrap();
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "GET /mqtt HTTP/1.1\r\nHost: {addr}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: mqtt\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    within("the upgrade", stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
}

#[test]
fn what_does_not_start() {
    let Some(program) = Mosquitto::find("halloween_mosquitto::what_does_not_start") else {
        return;
    };
    let mut config = MosquittoConfig::default();
    config.extra = "no_such_option true\n".to_owned();
    let error = Mosquitto::start(&program, &config).unwrap_err().to_string();
    assert!(error.contains("no_such_option"), "{error}");
}
