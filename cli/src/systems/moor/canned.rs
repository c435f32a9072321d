//! A bare peer on finished ZeroMQ sockets: it attaches, and answers every request with the same
//! message, into which it patches the request's id. What it does is the least that any worker
//! does.

use bytes::{Bytes, BytesMut};
use journeyman_moor::{
    Config,
    wire::{Limits, Speaker, TOPIC},
};
use omq_tokio::{Message, Options, Socket, SocketType};
use uuid::Uuid;

use super::bench::end_of_input;
use crate::{
    bench::{Payload, WorkerArgs},
    exit::{Code, Failure},
    output::say,
};

/// Of the union of what a daemon broadcasts (mooR sheet, section 5.5).
const PING: u8 = 1;
const REQUEST: u8 = 2;

/// Serves until standard input ends.
pub(super) async fn serve(args: &WorkerArgs, config: &Config) -> Result<Code, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("bare peer: {error}"));
    let speaker = Speaker::curve(Uuid::new_v4());
    let placeholder = Uuid::new_v4();
    let body = speaker
        .result(placeholder, &Payload::new(args.payload), &Limits::default())
        .map_err(|error| failed(&error))?;
    let Some(at) = find(&body, placeholder.as_bytes()) else {
        return Err(failed(&"the canned answer has no request id"));
    };
    let requests = Socket::new(SocketType::Sub, Options::default());
    requests.subscribe(TOPIC).await.map_err(|error| failed(&error))?;
    requests.connect(config.request_address.as_str()).await.map_err(|error| failed(&error))?;
    let responses = Socket::new(SocketType::Dealer, Options::default());
    responses.connect(config.response_address.as_str()).await.map_err(|error| failed(&error))?;
    responses.send(delimited(speaker.attach(&args.queue))).await.map_err(|error| failed(&error))?;
    responses.recv().await.map_err(|error| failed(&error))?;
    let replies = responses.clone();
    // Acknowledgements are taken off the wire, and that is all.
    tokio::spawn(async move { while replies.recv().await.is_ok() {} });
    let canned = Canned { id: Bytes::copy_from_slice(speaker.worker_id().as_bytes()), body, at };
    let pong = speaker.pong(&args.queue);
    tokio::spawn(async move {
        while let Ok(message) = requests.recv().await {
            let Some(frame) = message.part_slice(1) else { continue };
            let answer = match broadcast(frame) {
                Some(Broadcast::Ping) => delimited(pong.clone()),
                Some(Broadcast::Request { worker_id, id }) if worker_id == canned.id => {
                    delimited(canned.answer(id))
                }
                _ => continue,
            };
            if responses.send(answer).await.is_err() {
                return;
            }
        }
    });
    say("ready")?;
    end_of_input().await;
    Ok(Code::Ok)
}

/// As a REQ sends it.
fn delimited(frames: Vec<Bytes>) -> Message {
    Message::multipart([Bytes::new()].into_iter().chain(frames))
}

struct Canned {
    id: Bytes,
    body: Bytes,
    /// Where the request's id is in it.
    at: usize,
}

impl Canned {
    fn answer(&self, request: &[u8]) -> Vec<Bytes> {
        let mut body = BytesMut::from(&self.body[..]);
        body[self.at..self.at + request.len()].copy_from_slice(request);
        vec![self.id.clone(), body.freeze()]
    }
}

#[derive(Debug, PartialEq)]
enum Broadcast<'a> {
    Ping,
    Request { worker_id: &'a [u8], id: &'a [u8] },
}

/// What of a broadcast has to be known: its kind and two ids.
fn broadcast(frame: &[u8]) -> Option<Broadcast<'_>> {
    let root = follow(frame, 0)?;
    let message = || follow(frame, field(frame, root, 1)?);
    match *frame.get(field(frame, root, 0)?)? {
        PING => Some(Broadcast::Ping),
        REQUEST => {
            let request = message()?;
            let (worker_id, id) = (uuid(frame, request, 0)?, uuid(frame, request, 1)?);
            Some(Broadcast::Request { worker_id, id })
        }
        _ => None,
    }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

/// Where an offset leads.
fn follow(bytes: &[u8], at: usize) -> Option<usize> {
    at.checked_add(number(bytes, at)?)
}

/// Where a field of a table is, by its slot (mooR sheet, section 4).
fn field(bytes: &[u8], table: usize, slot: usize) -> Option<usize> {
    let back = bytes.get(table..table.checked_add(4)?)?;
    let back = i32::from_le_bytes(back.try_into().ok()?);
    let vtable = usize::try_from(i64::try_from(table).ok()? - i64::from(back)).ok()?;
    let entry = vtable.checked_add(4 + 2 * slot)?;
    let two = |at: usize| -> Option<usize> {
        let two = bytes.get(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(two.try_into().ok()?).into())
    };
    if entry + 2 > vtable + two(vtable)? {
        return None;
    }
    two(entry)?.checked_add(table).filter(|at| *at != table)
}

/// The sixteen bytes of a UUID in a slot.
fn uuid(bytes: &[u8], table: usize, slot: usize) -> Option<&[u8]> {
    let uuid = follow(bytes, field(bytes, table, slot)?)?;
    let data = follow(bytes, field(bytes, uuid, 0)?)?;
    bytes.get(data.checked_add(4)?..data.checked_add(20)?)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digits).collect()
    }

    /// In frames of a real daemon.
    #[test]
    fn the_ids_are_found() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../adapters/moor/testdata/head_python_echo.jsonl"
        );
        let (mut pings, mut requests) = (0, 0);
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let Some(hex) = line["frames_hex"][1].as_str() else { continue };
            let (frame, message) = (bytes(hex), &line["decoded"]["message"]);
            if line["channel"] != "requests-pubsub" {
                continue;
            }
            if let Some(request) = message.get("WorkerRequest") {
                let id = |name: &str| -> Uuid {
                    request[name]["data"].as_str().unwrap().parse().unwrap()
                };
                let (worker_id, id) = (id("worker_id"), id("id"));
                let (worker_id, id) = (&worker_id.as_bytes()[..], &id.as_bytes()[..]);
                assert_eq!(broadcast(&frame), Some(Broadcast::Request { worker_id, id }));
                requests += 1;
            } else {
                assert_eq!(broadcast(&frame), Some(Broadcast::Ping), "{line}");
                pings += 1;
            }
        }
        assert!(pings > 0 && requests > 3, "{pings} pings, {requests} requests");
    }

    #[test]
    fn nonsense_is_no_message() {
        for length in 0..64 {
            for byte in [0, 1, 2, 4, 255] {
                assert_eq!(broadcast(&vec![byte; length]), None, "{length} times {byte}");
            }
        }
    }
}
