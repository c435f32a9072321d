//! Connections that end, or that only seem to stand.

use std::time::{Duration, Instant};

use journeyman_core::{session::SessionState, transport::Transport};
use journeyman_halloween::MqttVersion;
use journeyman_mqtt::{MqttTransport, Protocol};

use crate::{
    house::{LASTING, Observer, config, fogger, ready, retained, start, until_state},
    support::{
        closed, connected,
        mosquitto::{Mosquitto, program},
        soon,
    },
};

#[tokio::test]
async fn after_every_restart_of_the_broker_it_answers_and_is_online() {
    let Some(program) = program("after_every_restart_of_the_broker") else { return };
    // One broker that stores nothing, and one that does.
    let forgets = "listener {port} 127.0.0.1\nallow_anonymous true\n";
    for rules in [forgets, LASTING] {
        let mut broker = Mosquitto::start(&program, rules);
        let worker = start(fogger(config(&broker)));
        ready(&worker).await;
        for round in 0..3 {
            broker.kill();
            until_state(&worker, |state| !state.is_ready()).await;
            broker.restart();
            ready(&worker).await;
            let mut observer = Observer::new(&broker).await;
            observer.asks("fogger", &format!("round-{round}")).await;
            assert_eq!(retained(&broker, "fogger/availability").await, "online");
            assert_eq!(retained(&broker, "fogger/state").await, "started");
        }
        worker.control().drain();
        soon(worker.wait()).await.unwrap();
        assert_eq!(retained(&broker, "fogger/availability").await, "offline");
    }
}

#[tokio::test]
async fn a_broker_that_hangs_is_noticed_within_one_and_a_half_keep_alives() {
    let Some(program) = program("a_broker_that_hangs") else { return };
    let broker = Mosquitto::open(&program);
    let keep_alive = Duration::from_secs(2);
    let worker = start(fogger(config(&broker).keep_alive(keep_alive)));
    ready(&worker).await;
    let start = Instant::now();
    broker.signal("-STOP");
    let state = until_state(&worker, |state| !state.is_ready()).await;
    let took = start.elapsed();
    let SessionState::Waiting { error, .. } = &state else { panic!("{state:?}") };
    assert!(error.contains("PINGREQ"), "{error}");
    assert!(took <= keep_alive * 3 / 2 + Duration::from_millis(500), "{took:?}");
    broker.signal("-CONT");
    ready(&worker).await;
    Observer::new(&broker).await.asks("fogger", "back").await;
}

/// A second client with the prop's id, which comes back soon each time it is thrown out, as
/// upstream's host does. Returns how often it was, within this time.
async fn fight(broker: &Mosquitto, protocol: Protocol, time: Duration) -> u32 {
    let mut rival = MqttTransport::default();
    let target = broker.target(protocol).client_id("house-fogger");
    let end = tokio::time::Instant::now() + time;
    let mut thrown_out = 0;
    let fight = async {
        loop {
            connected(&mut rival, target.clone()).await.unwrap();
            closed(&mut rival).await;
            thrown_out += 1;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let _ = tokio::time::timeout_at(end, fight).await;
    rival.abort();
    thrown_out
}

/// Mosquitto 2.0.11 has no word for it in MQTT 5 either.
#[tokio::test]
async fn of_two_with_one_client_id_ours_gives_way() {
    let Some(program) = program("of_two_with_one_client_id") else { return };
    let broker = Mosquitto::open(&program);
    for (version, protocol) in
        [(MqttVersion::V5, Protocol::V5), (MqttVersion::V311, Protocol::V311)]
    {
        let worker = start(fogger(config(&broker).client_id("house").mqtt(version)));
        ready(&worker).await;
        let (thrown_out, said) = tokio::join!(
            fight(&broker, protocol, Duration::from_secs(8)),
            until_state(&worker, |state| format!("{state:?}").contains("to have our client id"))
        );
        println!("{version:?}: the rival was thrown out {thrown_out} times in 8 s");
        // Two that come back at once would be at it more than twenty times.
        assert!((5..=15).contains(&thrown_out), "{thrown_out} times");
        let text = format!("{said:?}");
        assert!(text.contains("house-fogger") && text.contains("`client_id` of its own"), "{text}");
        // The other one is gone: we are back.
        ready(&worker).await;
        Observer::new(&broker).await.asks("fogger", "back").await;
        worker.control().drain();
        soon(worker.wait()).await.unwrap();
    }
}
