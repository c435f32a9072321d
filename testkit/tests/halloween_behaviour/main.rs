//! What a broker does, as a table of cases that the stand-in and the real mosquitto pass alike.
//!
//! Where they differ, the case says so with `bed.is_real()` and the reason; all places:
//!
//! | case | stand-in | mosquitto 2.0.11 | reason |
//! |---|---|---|---|
//! | `qos_2_is_passed_on` | at PUBLISH | at PUBREL | both are allowed; the stand-in keeps no message for it |
//! | `keep_alive` | after 1.5 times, MQTT 5 is told 0x8D | up to 5 s late, nobody is told | mosquitto looks every 5 s; the standard wants 1.5 times |
//! | `taking_over` | MQTT 5 is told 0x8E | nobody is told | the standard says that it should be told |
//! | `delayed_wills` | a session that ends ends the delay | the delay goes on | the standard wants the sooner of both |
//! | `more_than_the_receive_maximum` | DISCONNECT 0x93 | PUBREC 0x97 | the standard wants the DISCONNECT |

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

#[path = "../halloween_support/mod.rs"]
mod halloween_support;

mod connecting;
mod limits;
mod messages;
mod mqtt5;
mod rights;
mod wills;

use std::time::{Duration, Instant};

use halloween_support::{
    BOTH, Bed,
    raw::{Connect, DISCONNECT, PINGRESP, Raw, ack, id_of, packet, publish, subscribe},
    within,
};
use journeyman_testkit::halloween::{
    BrokerConfig, ClientError, ClientOptions, Message, Mosquitto, MosquittoConfig, Properties, QoS,
    Version,
};

const QOS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

async fn open(test: &str, case: impl AsyncFn(&mut Bed)) {
    let config = BrokerConfig { max_packet: 10 << 20, ..BrokerConfig::default() };
    case(&mut Bed::standin(config).await).await;
    if let Some(program) = Mosquitto::find(&format!("halloween_behaviour::{test}")) {
        eprintln!("{test}: mosquitto");
        case(&mut Bed::real(&program, &MosquittoConfig::default())).await;
    }
}

async fn guarded(test: &str, case: impl AsyncFn(&mut Bed)) {
    case(&mut Bed::standin(BrokerConfig::halloween()).await).await;
    if let Some(program) = Mosquitto::find(&format!("halloween_behaviour::{test}")) {
        eprintln!("{test}: mosquitto");
        case(&mut Bed::real(&program, &MosquittoConfig::halloween())).await;
    }
}

fn user(version: Version, name: &str) -> ClientOptions {
    ClientOptions::of(version).login(name, format!("test-{name}-pw"))
}

async fn connected(bed: &Bed, connect: Connect<'_>) -> Raw {
    let (raw, connack) = Raw::connect(bed.addr(), &connect.bytes()).await;
    assert_eq!(connack[3], 0, "{connack:02x?}");
    raw
}

async fn subscribed(raw: &mut Raw, bytes: &[u8]) -> Vec<u8> {
    raw.send(bytes).await;
    let suback = raw.packet().await;
    assert_eq!(suback[0], 0x90, "{suback:02x?}");
    suback
}
