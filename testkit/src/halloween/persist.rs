//! Sessions and retained messages as a file: one JSON object per line. Messages are PUBLISH
//! packets of MQTT 5 in base64.

use std::{fs, io, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::BytesMut;
use serde::{Deserialize, Serialize};

use super::{
    core::{Change, Core},
    decode,
    encode::{self, Delivery},
    frame,
    message::{Message, QoS, Version},
    packet::{Options, Packet, RetainHandling},
    session::{Awaits, Flight, Parcel, Session, Stored},
    timers,
    topic::{split_share, valid_filter},
    tree::Subscriber,
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Retained(String),
    Session(SavedSession),
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedSession {
    client_id: String,
    v5: bool,
    user: Option<String>,
    expiry: u32,
    subscriptions: Vec<(String, SavedOptions)>,
    incoming: Vec<u16>,
    flights: Vec<(u16, u8, SavedParcel)>,
    queue: Vec<SavedParcel>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedOptions {
    qos: u8,
    no_local: bool,
    retain_as_published: bool,
    retain_handling: u8,
    id: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedParcel {
    message: String,
    qos: u8,
    retain: bool,
    subscription_ids: Vec<u32>,
}

/// Writes what outlives the broker, in one step: either the old file is there or the new one.
pub(crate) fn save(core: &Core, file: &Path) -> io::Result<()> {
    let mut text = String::new();
    let mut add = |line: Line| {
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
        io::Result::Ok(())
    };
    for stored in core.retained.all() {
        add(Line::Retained(packet(stored)))?;
    }
    for session in core.sessions.values().filter(|session| session.expiry > 0) {
        add(Line::Session(saved(session)))?;
    }
    let beside = file.with_extension("new");
    fs::write(&beside, text)?;
    fs::rename(beside, file)
}

fn saved(session: &Session) -> SavedSession {
    let parcel = |parcel: &Parcel| SavedParcel {
        message: packet(&parcel.stored),
        qos: parcel.qos.number(),
        retain: parcel.retain,
        subscription_ids: parcel.subscription_ids.clone(),
    };
    SavedSession {
        client_id: session.client_id.to_string(),
        v5: session.version == Version::V5,
        user: session.user.as_deref().map(str::to_owned),
        expiry: session.expiry,
        subscriptions: session
            .subscriptions
            .iter()
            .map(|(filter, options)| {
                let options = SavedOptions {
                    qos: options.qos.number(),
                    no_local: options.no_local,
                    retain_as_published: options.retain_as_published,
                    retain_handling: options.retain_handling as u8,
                    id: options.id,
                };
                (filter.to_string(), options)
            })
            .collect(),
        incoming: session.incoming.iter().copied().collect(),
        flights: session
            .flights
            .iter()
            .map(|flight| (flight.id, flight.awaits as u8, parcel(&flight.parcel)))
            .collect(),
        queue: session.queue.iter().map(parcel).collect(),
    }
}

fn packet(stored: &Stored) -> String {
    let mut out = BytesMut::new();
    let delivery = Delivery {
        qos: stored.message.qos,
        retain: stored.message.retain,
        dup: false,
        id: 1,
        subscription_ids: &[],
        expiry: stored.expiry_left(),
    };
    encode::publish(&mut out, Version::V5, &stored.message, delivery);
    STANDARD.encode(out)
}

fn message(text: &str) -> Result<Message, String> {
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    let mut bytes = BytesMut::from(&bytes[..]);
    let frame = frame::take(&mut bytes, usize::MAX).map_err(|fault| fault.text)?;
    let frame = frame.ok_or("a packet that ends early")?;
    match decode::packet(Version::V5, frame).map_err(|fault| fault.text)? {
        Packet::Publish(publish) => Ok(publish.message),
        _ => Err("a packet that is no PUBLISH".to_owned()),
    }
}

/// Reads what [`save`] wrote, into a broker that has just begun. The error names the line.
pub(crate) fn load(change: &mut Change<'_>, text: &str) -> Result<(), String> {
    for (at, line) in text.lines().enumerate() {
        let restored = serde_json::from_str(line)
            .map_err(|error| error.to_string())
            .and_then(|line| restore(change, line));
        restored.map_err(|error| format!("line {}: {error}", at + 1))?;
    }
    Ok(())
}

fn restore(change: &mut Change<'_>, line: Line) -> Result<(), String> {
    let saved = match line {
        Line::Retained(text) => {
            let stored = Stored::new(message(&text)?);
            if !change.core.retained.store(&stored) {
                return Err("there is no room for so many retained messages".to_owned());
            }
            return Ok(());
        }
        Line::Session(saved) => saved,
    };
    let client_id: Arc<str> = saved.client_id.into();
    let mut session = Session::new(Arc::clone(&client_id));
    session.version = if saved.v5 { Version::V5 } else { Version::V311 };
    session.user = saved.user.map(Into::into);
    let acl = change.context.config().acl.as_ref();
    session.rights = acl.map(|acl| acl.rights(session.user.as_deref(), &client_id));
    session.expiry = saved.expiry;
    session.incoming.extend(saved.incoming);
    let key = change.core.next_key;
    change.core.next_key += 1;
    for (given, options) in saved.subscriptions {
        let (group, filter) = split_share(&given).map_err(|()| "a bad filter")?;
        if !valid_filter(filter) {
            return Err(format!("a subscription to {given:?}"));
        }
        let options = Options {
            qos: qos(options.qos)?,
            no_local: options.no_local,
            retain_as_published: options.retain_as_published,
            retain_handling: match options.retain_handling {
                0 => RetainHandling::EverySubscribe,
                1 => RetainHandling::NewSubscribe,
                _ => RetainHandling::Never,
            },
            id: options.id,
        };
        change.core.tree.insert(filter, group, Subscriber { session: key, options });
        session.subscriptions.insert(given.into(), options);
    }
    for (id, awaits, saved) in saved.flights {
        let awaits = match awaits {
            0 => Awaits::Ack,
            1 => Awaits::Receipt,
            _ => Awaits::Completion,
        };
        session.restore_flight(Flight { id, awaits, parcel: parcel(saved)? });
    }
    for saved in saved.queue {
        session.enqueue(parcel(saved)?);
    }
    session.timer = timers::start(change.context.shared, key, None, session.expiry);
    change.core.by_id.insert(client_id, key);
    change.core.sessions.insert(key, session);
    Ok(())
}

fn parcel(saved: SavedParcel) -> Result<Parcel, String> {
    Ok(Parcel {
        stored: Stored::new(message(&saved.message)?),
        qos: qos(saved.qos)?,
        retain: saved.retain,
        subscription_ids: saved.subscription_ids,
    })
}

fn qos(number: u8) -> Result<QoS, String> {
    QoS::from_number(number).ok_or_else(|| format!("QoS {number}"))
}
