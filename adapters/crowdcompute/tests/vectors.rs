//! Every line of the golden vectors, recorded from both upstreams.
//!
//! The state machine is driven without a network and has to say what upstream's worker said, to the
//! byte. What a function gives is not the adapter's to find out: the recorded result goes in as that
//! of a handler, and has to come out as the recorded message. Running the function is for the
//! executor's own test of the same lines. HTTP belongs to the monitor (the worker's) and to the
//! stand-in (the foreman's).

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_crowdcompute::{
    EraSetting,
    wire::{self, Kind},
};
use serde_json::Value as Json;
use support::{
    different::DIFFERENT,
    load::load,
    peer::{Peer, Setup},
    replay::{Counts, Replay, field},
};

const SEED: Setup = Setup { era: EraSetting::Seed, compat: true };
const HEAD: Setup = Setup { era: EraSetting::Head, compat: true };
/// The worker that is not upstream's: for the branch that has `kill_task`.
const OURS: Setup = Setup { era: EraSetting::Auto, compat: false };

/// Replays a file. Said, heard, silent, connections, never, different, client.
fn check(file: &'static str, setup: Setup, expected: [usize; 7]) {
    let Counts { said, heard, silent, connections, never, different, client } =
        Replay::run(file, setup);
    let counts = [said, heard, silent, connections, never, different, client];
    assert_eq!(counts, expected, "{file}");
}

#[test]
fn sessions_of_upstreams_worker() {
    check("seed_flow", SEED, [14, 10, 0, 2, 0, 0, 13]);
    check("head_flow", HEAD, [28, 25, 0, 2, 0, 2, 28]);
}

#[test]
fn every_shape_of_task_and_result() {
    check("seed_worker_execution", SEED, [68, 63, 9, 0, 0, 0, 0]);
    check("head_worker_execution", HEAD, [69, 63, 7, 0, 0, 1, 0]);
    check("head_worker_resume", HEAD, [16, 7, 1, 0, 0, 0, 0]);
}

/// The workers of these recordings are test peers, which send results as they are. They run until
/// the foreman has shown what it does; what they do is what we would.
#[test]
fn foremen_and_their_workers() {
    check("seed_foreman_behaviour", SEED, [110, 104, 29, 40, 31, 0, 167]);
    check("head_foreman_behaviour", SEED, [143, 134, 37, 34, 28, 0, 167]);
    check("head_checkpoint_broadcast_mobile", OURS, [9, 10, 5, 5, 8, 2, 10]);
    check("killbranch_foreman", OURS, [5, 6, 5, 2, 2, 0, 4]);
}

#[test]
fn what_the_client_library_sends() {
    let mut vectors = load("head_sdk_messages.jsonl");
    while let Some(line) = vectors.take_next("read, and the function that is meant is found") {
        let text = line.text("text");
        let envelope = wire::decode(text.as_bytes()).unwrap();
        assert_eq!(wire::encode(&envelope.message, envelope.job_id.as_deref()), text);
        if envelope.message.kind() == Kind::AssignTask {
            // Upstream's worker runs the wrapper instead, for ever.
            let mut peer = Peer::new("w", &Json::Null, OURS);
            peer.connect();
            peer.receive(text);
            assert_eq!(peer.route(field(&line, "task_id").as_str().unwrap()), "python.square");
        }
    }
    assert_eq!(vectors.finish(), 9);
}

#[test]
fn http_is_not_the_adapters() {
    for file in ["seed_http.json", "head_http.json"] {
        let mut vectors = load(file);
        let foreman = vectors.take_where("not the adapter's: stand-in", |line| {
            let request = line.text("request");
            request.contains("/api/")
                || request.starts_with("foreman")
                || request == "ws-stats"
                || line.text("ws_push").starts_with("foreman")
                || line.text("note").starts_with("foreman")
        });
        let monitor = vectors.take_where("not the adapter's: monitor", |_| true);
        assert_eq!((foreman.len(), monitor.len()), (19, 47));
        assert_eq!(vectors.finish(), 66);
    }
}

#[test]
fn the_book_lists_what_we_do_otherwise() {
    let page = include_str!("../../../docs/src/crowdcompute.md");
    for (file, id, _) in DIFFERENT {
        assert!(page.contains(&format!("| `{file}` | `{id}` |")), "{file} {id}");
    }
}
