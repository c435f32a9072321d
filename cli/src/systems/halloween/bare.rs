//! A bare client on `rumqttc`: it answers every command with the same message. What it does is the
//! least that any prop does.

use bytes::Bytes;
use journeyman_halloween::Config;
use rumqttc::{AsyncClient, Event, MqttOptions, NetworkOptions, Packet, QoS};

use super::bench::{answer, answer_topic, command_topic, end_of_input};
use crate::{
    bench::WorkerArgs,
    exit::{Code, Failure},
    output::say,
};

/// Messages that may wait to be written.
const QUEUE: usize = 1024;

/// Serves until standard input ends.
pub(super) async fn serve(args: &WorkerArgs, config: &Config) -> Result<Code, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("bare peer: {error}"));
    let url = config.broker_url();
    let address = url.strip_prefix("mqtt://").and_then(|at| at.rsplit_once(':'));
    let (host, port) = address.ok_or_else(|| failed(&"there is no broker"))?;
    let port = port.parse().map_err(|error| failed(&error))?;
    let mut options = MqttOptions::new(format!("bare-{}", std::process::id()), host, port);
    // Upstream's, as the framework has it.
    options.set_keep_alive(config.keep_alive);
    let (client, mut events) = AsyncClient::new(options, QUEUE);
    let mut network = NetworkOptions::new();
    // Off by default, and then Nagle's algorithm makes 23 exchanges per second of QoS 1.
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    client.try_subscribe(command_topic(&args.queue), QoS::AtLeastOnce).map_err(|e| failed(&e))?;
    let (topic, payload) = (answer_topic(&args.queue), Bytes::from(answer(args.payload)));
    let serve = async {
        loop {
            match events.poll().await.map_err(|error| failed(&error))? {
                Event::Incoming(Packet::SubAck(_)) => say("ready")?,
                Event::Incoming(Packet::Publish(_)) => client
                    .try_publish(topic.as_str(), QoS::AtMostOnce, false, payload.clone())
                    .map_err(|error| failed(&error))?,
                _ => {}
            }
        }
    };
    tokio::select! {
        ended = serve => ended,
        () = end_of_input() => Ok(Code::Ok),
    }
}
