//! The stand-in as an MQTT broker.
//!
//! It prints where it listens, what happens to clients (`--events all`: to messages, too), and
//! answers to commands:
//!
//! | command | what it does |
//! |---|---|
//! | `publish QOS RETAIN TOPIC PAYLOAD` | publishes from inside; QOS 0 to 2, RETAIN 0 or 1 |
//! | `retained TOPIC` | prints the retained message |
//! | `clients` | prints who is there |
//! | `cut CLIENT-ID` | cuts a connection without a word |
//! | `take-over CLIENT-ID` | as if another came under this id |
//! | `freeze`, `thaw` | stands still, goes on |
//! | `save` | writes the persistence file |
//! | `quit` | stops in good order: wills, last words, saved |

use std::{collections::HashMap, time::Duration};

use journeyman_testkit::halloween::{
    Acl, Broker, BrokerConfig, Event, Events, Message, Overlap, Persistence, QoS, User, Version,
};
use serde_json::json;

use super::{commands, print};

const USAGE: &str = "usage: journeyman-standin halloween [--listen ADDRESS] [--users \
                     halloween|NAME:PASSWORD,…] [--anonymous yes|no] [--acl halloween|none] \
                     [--overlap mosquitto|one|each] [--max-inflight N] [--max-queued N] [--persistence FILE] \
                     [--autosave-ms N] [--events all|clients]";

fn config(mut options: HashMap<String, String>) -> Result<(BrokerConfig, bool), String> {
    let mut take = |name: &str| options.remove(name);
    let mut config = BrokerConfig::default();
    if let Some(text) = take("--listen") {
        config.listen = text.parse().map_err(|error| format!("--listen {text}: {error}"))?;
    }
    config.users = match take("--users").as_deref() {
        None => Vec::new(),
        Some("halloween") => User::halloween(),
        Some(text) => {
            let user = |pair: &str| pair.split_once(':').map(|(name, pw)| User::new(name, pw));
            text.split(',').map(user).collect::<Option<_>>().ok_or(USAGE)?
        }
    };
    config.anonymous = match take("--anonymous").as_deref() {
        None => config.users.is_empty(),
        Some("yes") => true,
        Some("no") => false,
        Some(_) => return Err(USAGE.to_owned()),
    };
    config.acl = match take("--acl").as_deref() {
        None | Some("none") => None,
        Some("halloween") => Some(Acl::halloween()),
        Some(_) => return Err(USAGE.to_owned()),
    };
    config.overlap = match take("--overlap").as_deref() {
        None | Some("mosquitto") => Overlap::Mosquitto,
        Some("one") => Overlap::OneCopy,
        Some("each") => Overlap::OnePerSubscription,
        Some(_) => return Err(USAGE.to_owned()),
    };
    let number = |name: &str, text: String| -> Result<u64, String> {
        text.parse().map_err(|error| format!("{name} {text}: {error}"))
    };
    if let Some(text) = take("--max-inflight") {
        let limit = number("--max-inflight", text)?;
        config.max_inflight = u16::try_from(limit).map_err(|_| USAGE)?;
    }
    if let Some(text) = take("--max-queued") {
        let limit = number("--max-queued", text)?;
        config.max_queued = usize::try_from(limit).map_err(|_| USAGE)?;
    }
    let autosave = match take("--autosave-ms") {
        None => None,
        Some(text) => Some(Duration::from_millis(number("--autosave-ms", text)?)),
    };
    let file = take("--persistence");
    config.persistence = file.map(|file| Persistence { file: file.into(), autosave });
    let all = match take("--events").as_deref() {
        None | Some("clients") => false,
        Some("all") => true,
        Some(_) => return Err(USAGE.to_owned()),
    };
    if options.is_empty() { Ok((config, all)) } else { Err(USAGE.to_owned()) }
}

pub(super) async fn serve(options: HashMap<String, String>) -> Result<(), String> {
    let (config, all) = config(options)?;
    let broker = Broker::start(config).await.map_err(|error| error.to_string())?;
    print(
        &json!({"event": "listening", "address": broker.addr().to_string(), "url": broker.url()}),
    )?;
    let printer = tokio::spawn(print_events(broker.events(), all));
    let mut commands = commands();
    while let Some(command) = commands.recv().await {
        if command == "quit" || printer.is_finished() {
            break;
        }
        obey(&broker, &command)?;
    }
    broker.stop().await;
    Ok(())
}

fn obey(broker: &Broker, command: &str) -> Result<(), String> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    match name {
        "publish" => {
            let usage = "give `publish QOS RETAIN TOPIC PAYLOAD`";
            let mut words = rest.splitn(4, ' ');
            let (Some(qos), Some(retain), Some(topic)) = (words.next(), words.next(), words.next())
            else {
                return Err(usage.to_owned());
            };
            let qos = qos.parse().ok().and_then(QoS::from_number).ok_or(usage)?;
            let payload = words.next().unwrap_or_default().to_owned();
            let message = Message::new(topic, payload).qos(qos).retain(retain == "1");
            let receivers = broker.publish(message);
            print(&json!({"event": "sent", "topic": topic, "receivers": receivers}))?;
        }
        "retained" => {
            let payload = broker.retained(rest).map(|message| text(&message.payload));
            print(&json!({"event": "retained", "topic": rest, "payload": payload}))?;
        }
        "clients" => {
            let clients = broker.clients().into_iter().map(|client| {
                json!({
                    "client_id": &*client.client_id,
                    "connected": client.connection.is_some(),
                    "in_flight": client.in_flight,
                    "queued": client.queued,
                })
            });
            print(&json!({"event": "clients", "clients": clients.collect::<Vec<_>>()}))?;
        }
        "cut" => print(&json!({"event": "cut", "done": broker.cut(rest)}))?,
        "take-over" => print(&json!({"event": "taken_over", "done": broker.take_over(rest)}))?,
        "freeze" | "thaw" => {
            broker.set_frozen(name == "freeze");
            print(&json!({"event": "frozen", "frozen": name == "freeze"}))?;
        }
        "save" => {
            broker.save().map_err(|error| error.to_string())?;
            print(&json!({"event": "saved"}))?;
        }
        _ => return Err(format!("unknown command `{name}`")),
    }
    Ok(())
}

fn text(payload: &[u8]) -> String {
    String::from_utf8_lossy(payload).into_owned()
}

async fn print_events(mut events: Events, all: bool) -> Result<(), String> {
    loop {
        let event = events.next().await;
        let line = match &event {
            Event::Connected { client_id, version, session_present, .. } => json!({
                "event": "connected",
                "client_id": &**client_id,
                "version": if *version == Version::V5 { 5 } else { 4 },
                "session_present": session_present,
            }),
            Event::Refused { client_id, code, reason, .. } => json!({
                "event": "refused", "client_id": &**client_id, "code": code, "reason": reason,
            }),
            Event::Disconnected { client_id, cause, will, .. } => json!({
                "event": "disconnected",
                "client_id": &**client_id,
                "cause": cause.to_string(),
                "will": will,
            }),
            Event::Unknown { cause, .. } => {
                json!({"event": "unknown", "cause": cause.to_string()})
            }
            Event::Subscribed { client_id, filter, code } => json!({
                "event": "subscribed",
                "client_id": &**client_id,
                "filter": &**filter,
                "code": code,
            }),
            Event::Dropped { client_id, topic, reason } => json!({
                "event": "dropped", "to": &**client_id, "topic": &**topic, "reason": reason,
            }),
            Event::Missed(count) => json!({"event": "missed", "count": count}),
            Event::Published { from, topic, payload, qos, retain, dup, will, .. } if all => {
                json!({
                    "event": "published",
                    "from": &**from,
                    "topic": &**topic,
                    "payload": text(payload),
                    "qos": qos.number(),
                    "retain": retain,
                    "dup": dup,
                    "will": will,
                })
            }
            Event::Delivered { to, topic, payload, qos, dup, .. } if all => json!({
                "event": "delivered",
                "to": &**to,
                "topic": &**topic,
                "payload": text(payload),
                "qos": qos.number(),
                "dup": dup,
            }),
            _ => continue,
        };
        print(&line)?;
    }
}
