//! Every line of the golden vectors, recorded from the real controller and the real SDK.

#[path = "support/controller.rs"]
mod controller;
#[path = "support/protojson.rs"]
mod protojson;
#[path = "support/mod.rs"]
mod support;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use journeyman_distworker::auth::{
    Purpose, Request, date_key, registration, sign_registration, sign_request, signing_key,
};
use journeyman_distworker::endpoint::Endpoint;
use journeyman_distworker::pattern::queue_matches;
use journeyman_distworker::structs;
use journeyman_distworker::wire::{
    self, Limits, Message, MessageType, SignedWorkerRegister, WireError, WorkerRegister,
};
use prost::Message as _;
use serde_json::{Value, json};

use support::{Check, Line, hex};

const FILES: [(&str, usize); 9] = [
    ("assign_with_files.jsonl", 1),
    ("hmac.jsonl", 8),
    ("http_signing.jsonl", 4),
    ("patterns.jsonl", 29),
    ("registration_cases.jsonl", 24),
    ("session_handmade_worker.jsonl", 22),
    ("session_sdk.jsonl", 78),
    ("session_sdk_controller_restart.jsonl", 28),
    ("session_sdk_provisioned.jsonl", 10),
];

const CHECKS: &[Check] = &[
    Check {
        name: "frame_decodes_to_decoded",
        consumes: |line| has_payload(line),
        run: |line| assert_eq!(normal(&protojson::message(&decoded(line))), normal(line.decoded())),
    },
    Check {
        name: "reencoded_it_decodes_to_the_same",
        consumes: |line| has_payload(line),
        run: |line| {
            let message = decoded(line);
            assert_eq!(decode(wire::encode(&message).to_vec()), Ok(message));
        },
    },
    Check {
        name: "structs_are_read_and_written_as_decoded",
        consumes: |line| has_payload(line) && !structs_of(&decoded(line)).is_empty(),
        run: structs_are_read_and_written,
    },
    Check {
        name: "unreadable_bytes_are_malformed",
        consumes: |line| is_binary(line) && line.decoded().is_null(),
        run: |line| {
            let error = decode(line.frame()).expect_err("the frame is not readable");
            assert!(matches!(error, WireError::Malformed { .. }), "{error}");
        },
    },
    Check {
        name: "unknown_type_is_told_by_number",
        consumes: |line| is_binary(line) && !line.decoded().is_null() && known_type(line).is_none(),
        run: |line| {
            let type_number = line.decoded()["type"].as_i64().unwrap_or(0) as i32;
            assert_eq!(decode(line.frame()), Ok(Message::Unknown { type_number }));
        },
    },
    Check {
        name: "missing_payload_is_told",
        consumes: |line| is_binary(line) && known_type(line).is_some() && !has_payload(line),
        run: |line| {
            let message_type = known_type(line).expect("a type");
            assert_eq!(
                decode(line.frame()),
                Err(WireError::MissingPayload { message_type, found: None })
            );
        },
    },
    Check {
        name: "signature_is_that_of_the_token",
        consumes: |line| signed(line).is_some(),
        run: signature_is_that_of_the_token,
    },
    Check {
        name: "registration_is_rebuilt_to_the_byte",
        consumes: |line| signed(line).is_some_and(|(_, signed)| signed.date.len() == 16),
        run: registration_is_rebuilt,
    },
    Check {
        name: "outcome_is_that_of_the_rules",
        consumes: |line| line.file == "registration_cases.jsonl",
        run: |line| {
            let accepted = match line.text_of("outcome") {
                "accepted" => true,
                "tcp closed without close frame" => false,
                other => panic!("unknown outcome {other:?}"),
            };
            let verdict = controller_accepts(line);
            assert_eq!(verdict.is_ok(), accepted, "{verdict:?}");
        },
    },
    Check {
        name: "text_frame_is_no_message",
        consumes: |line| line.channel() == "websocket text",
        run: |line| {
            assert!(line.decoded().is_null());
            // The one text frame with sound bytes shows that the kind of frame decides.
            assert_eq!(decode(line.frame()).is_ok(), line.id() == "text-frame");
        },
    },
    Check {
        name: "pings_of_the_controller_are_empty_and_so_are_their_pongs",
        consumes: |line| is_keep_alive(line) && is_ping(line) != from_worker(line),
        run: |line| assert_eq!(line.frame(), Vec::<u8>::new()),
    },
    Check {
        name: "pings_of_the_worker_come_back_as_they_are",
        consumes: |line| is_keep_alive(line) && is_ping(line) == from_worker(line),
        run: |line| {
            assert!((1..=125).contains(&line.frame().len()));
            if !is_ping(line) {
                assert_eq!(line.previous["channel"], "websocket ping");
                assert_eq!(line.previous["frames_hex"], line.json["frames_hex"]);
            }
        },
    },
    Check {
        name: "close_code_is_the_first_two_bytes",
        consumes: |line| line.channel() == "websocket close",
        run: |line| {
            let frame = line.frame();
            let code = u16::from_be_bytes([frame[0], frame[1]]);
            assert_eq!(json!({ "code": code }), *line.decoded());
        },
    },
    Check {
        name: "upgrade_goes_to_the_endpoint",
        consumes: |line| line.channel() == "http upgrade" && from_worker(line),
        run: |line| {
            let text = line.text_of("text");
            let host = text.split("Host: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            let host = host.expect("a Host header");
            let endpoint = Endpoint::parse(&format!("http://{host}/")).expect("a URL");
            assert_eq!(endpoint.url(), format!("ws://{host}/worker/v1/ws"));
            assert!(text.starts_with(&format!("GET {} HTTP/1.1\r\n", endpoint.target())));
            assert!(!text.contains("Authorization") && !text.contains("WebSocket-Protocol"));
        },
    },
    Check {
        name: "upgrade_is_answered_without_extensions",
        consumes: |line| line.channel() == "http upgrade" && !from_worker(line),
        run: |line| {
            let text = line.text_of("text");
            assert!(text.starts_with("HTTP/1.1 101 "), "{text}");
            assert!(!text.contains("Extensions") && !text.contains("WebSocket-Protocol"), "{text}");
        },
    },
    Check {
        name: "tcp_event_carries_nothing",
        consumes: |line| line.channel() == "tcp",
        run: |line| {
            assert_eq!(line.json["frames_hex"], json!([]));
            assert!(line.decoded().is_null());
            assert!(line.text_of("notes").starts_with("TCP "), "{}", line.text_of("notes"));
        },
    },
    Check {
        name: "keys_and_signature_are_equal_to_the_byte",
        consumes: |line| line.channel() == "hmac websocket",
        run: |line| {
            let (token, day) = token_and_day(line);
            let token = token.as_bytes();
            let expected = |key: &str| line.decoded()[key].as_str().expect("hex").to_owned();
            assert_eq!(hex(&date_key(token, day)), expected("date_key_hex"));
            let key = signing_key(token, day, Purpose::WebSocket);
            assert_eq!(hex(&key), expected("signing_key_hex"));
            let signature = sign_registration(token, day, &line.frame());
            assert_eq!(hex(&signature), expected("signature_hex"));
        },
    },
    Check {
        name: "request_is_signed_to_the_byte",
        consumes: |line| line.channel() == "hmac http",
        run: request_is_signed,
    },
    Check {
        name: "pattern_matches_as_in_the_sdk",
        consumes: |line| line.channel() == "pattern",
        run: |line| {
            let text = |key: &str| line.decoded()[key].as_str().expect("text");
            assert_eq!(
                json!(queue_matches(text("pattern"), text("queue"))),
                line.decoded()["matches"]
            );
        },
    },
];

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    support::run(&folder, &FILES, CHECKS).exit_code()
}

fn is_binary(line: &Line) -> bool {
    line.channel() == "websocket binary"
}

fn is_keep_alive(line: &Line) -> bool {
    is_ping(line) || line.channel() == "websocket pong"
}

fn is_ping(line: &Line) -> bool {
    line.channel() == "websocket ping"
}

fn from_worker(line: &Line) -> bool {
    line.text_of("dir") == "worker->server"
}

fn known_type(line: &Line) -> Option<MessageType> {
    let name = line.decoded()["type"].as_str()?;
    (0..=13)
        .filter_map(|number| MessageType::try_from(number).ok())
        .find(|known| known.as_str_name() == name)
}

/// A frame that is a whole message: type and payload.
fn has_payload(line: &Line) -> bool {
    let fields = line.decoded().as_object().map_or(0, serde_json::Map::len);
    is_binary(line) && known_type(line).is_some() && fields == 2
}

fn decode(frame: Vec<u8>) -> Result<Message, WireError> {
    wire::decode(Bytes::from(frame), &Limits::default())
}

fn decoded(line: &Line) -> Message {
    decode(line.frame()).expect("a readable frame")
}

fn normal(value: &Value) -> Value {
    protojson::doubles(value)
}

/// The encoded structs of a message, by field.
fn structs_of(message: &Message) -> Vec<Bytes> {
    let fields = match message {
        Message::WorkerRegister(m) => {
            let signed = wire::decode_signed(m.data.clone()).ok();
            vec![signed.and_then(|signed| signed.resource_info).and_then(|info| info.additional)]
        }
        Message::Heartbeat(m) => {
            vec![m.resource_usage.as_ref().and_then(|usage| usage.additional.clone())]
        }
        Message::TaskAssign(m) => vec![m.metadata.clone(), m.input.clone()],
        Message::TaskProgress(m) => vec![m.data.clone()],
        Message::TaskComplete(m) => vec![m.result.clone()],
        Message::TaskFailed(m) => vec![m.error_details.clone()],
        _ => Vec::new(),
    };
    fields.into_iter().flatten().collect()
}

fn structs_are_read_and_written(line: &Line) {
    for data in structs_of(&decoded(line)) {
        let theirs = prost_types::Struct::decode(data.clone()).expect("an encoded Struct");
        let ours: Value = structs::from_bytes(&data).expect("an encoded Struct");
        assert_eq!(normal(&ours), normal(&protojson::object(&theirs)));
        let again = structs::encode_object(&ours, "result", usize::MAX)
            .expect("what was read can be written")
            .expect("an object stays one");
        assert_eq!(prost_types::Struct::decode(again), Ok(theirs));
    }
}

/// The registration of a line, when its inside can be read, whatever the envelope claims.
fn signed(line: &Line) -> Option<(WorkerRegister, SignedWorkerRegister)> {
    let register = &line.decoded()["worker_register"];
    let bytes = |key: &str| Some(Bytes::from(support::unhex(register[key].as_str()?)));
    let register = WorkerRegister { data: bytes("data_hex")?, signature: bytes("signature_hex")? };
    let signed = wire::decode_signed(register.data.clone()).ok()?;
    Some((register, signed))
}

/// The token with which a line says that it was signed, else that of the recorded controller.
fn signing_token(line: &Line, signed: &SignedWorkerRegister) -> String {
    match line.text_of("token") {
        "" => controller::token(signed).expect("a recorded session has a token").to_owned(),
        token => token.to_owned(),
    }
}

fn signature_is_that_of_the_token(line: &Line) {
    let (register, signed) = signed(line).expect("a registration");
    let token = signing_token(line, &signed);
    let sign = |day: &str| sign_registration(token.as_bytes(), day, &register.data);
    let day = signed.date.get(..8).unwrap_or_default();
    match line.id() {
        "bad-signature-bit" => {
            let mut flipped = sign(day);
            assert_ne!(register.signature, flipped[..]);
            flipped[0] ^= 1;
            assert_eq!(register.signature, flipped[..]);
        }
        "wrong-day-in-key" => {
            assert_ne!(register.signature, sign(day)[..]);
            assert_eq!(register.signature, sign("20200101")[..]);
        }
        // The key is of the true day, though the date does not say it in the right form.
        "date-empty" | "date-rfc3339" => {
            assert_eq!(hex(&register.signature), hex(&sign("20261121")));
        }
        _ => assert_eq!(hex(&register.signature), hex(&sign(day))),
    }
}

fn registration_is_rebuilt(line: &Line) {
    let (register, signed) = signed(line).expect("a registration");
    let token = signing_token(line, &signed);
    let seconds = controller::unix(&signed.date).expect("a date");
    let now = UNIX_EPOCH + Duration::from_secs(seconds.try_into().expect("after 1970"));
    let ours = registration(
        token.as_bytes(),
        &signed.provisioner_name,
        &signed.worker_id,
        signed.resource_info,
        now,
    );
    assert_eq!(hex(&ours.data), hex(&register.data));
    let tampered = matches!(line.id(), "bad-signature-bit" | "wrong-day-in-key");
    assert_eq!(ours.signature == register.signature, !tampered);
}

/// What the controller finds in the first message, in its order of checks.
fn controller_accepts(line: &Line) -> Result<(), String> {
    if line.channel() != "websocket binary" {
        return Err("expected binary message".to_owned());
    }
    let register = match decode(line.frame()).map_err(|error| error.to_string())? {
        Message::WorkerRegister(register) => register,
        other => return Err(format!("expected a registration, got {other:?}")),
    };
    let signed = wire::decode_signed(register.data.clone()).map_err(|error| error.to_string())?;
    let token = controller::token(&signed)?;
    controller::date(
        &signed.date,
        line.json["server_unix_time"].as_i64().expect("the clock of the controller"),
    )?;
    let signature = sign_registration(token.as_bytes(), &signed.date[..8], &register.data);
    if register.signature != signature[..] {
        return Err("signature mismatch".to_owned());
    }
    Ok(())
}

fn token_and_day(line: &Line) -> (&str, &str) {
    let text = |key: &str| line.decoded()[key].as_str().expect("text");
    (text("token"), text("day"))
}

fn request_is_signed(line: &Line) {
    let text = line.text_of("text");
    let lines: Vec<&str> = text.split('\n').collect();
    let [method, path, query, headers @ .., "", _names, payload] = &lines[..] else {
        panic!("not a canonical request: {text:?}")
    };
    // In the wrong order and case, with spaces: the canonical form is ours to make.
    let names: Vec<String> = headers
        .iter()
        .map(|header| header.split_once(':').expect("a header").0.to_uppercase())
        .collect();
    let values: Vec<String> = headers
        .iter()
        .map(|header| format!(" {} ", header.split_once(':').expect("a header").1))
        .collect();
    let headers: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).rev().collect();
    let request = Request {
        method: &method.to_lowercase(),
        path,
        query,
        headers: &headers,
        content_sha256: (*payload != "UNSIGNED-PAYLOAD").then_some(*payload),
    };
    assert_eq!(request.canonical(), text);
    let (token, day) = token_and_day(line);
    assert_eq!(json!(sign_request(token.as_bytes(), day, text)), line.decoded()["signature_hex"]);
}
