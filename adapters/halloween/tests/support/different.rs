//! The lines of the recordings that we do otherwise, and how lines are read.

use journeyman_testkit::vectors::Vector;
use serde_json::Value as Json;

use super::house::Said;

/// What we do otherwise on purpose: file, lines (without the name of the file where they begin with
/// it), and the reason as it stands in the book.
pub const DIFFERENT: &[(&str, &[&str], &str)] = &[
    ("startup_head", &["028"], ONE_SUBSCRIPTION),
    ("startup_seed_py310", &["013"], ONE_SUBSCRIPTION),
    ("no_workers_client_id_worker_head", &["006"], ONE_SUBSCRIPTION),
    ("broker_restart_sigterm_head", &["017"], ONE_SUBSCRIPTION),
    ("broker_restart_sigkill_qos1_queue_head", &["017", "031", "035", "039"], ONE_SUBSCRIPTION),
    ("overlap_two_copies_head", &["014", "023", "027", "029", "033"], ONE_SUBSCRIPTION),
    ("retained_and_early_commands_head", &["021"], ONE_SUBSCRIPTION),
    ("startup_head", &["024", "026", "027", "031", "037", "040", "044"], UNIQUE_IDS),
    ("shutdown_sigterm_head", &["013"], DISCONNECT),
    ("sigterm_during_sync_handler_head", &["025", "026"], DISCONNECT),
    ("retained_and_early_commands_head", &["032"], DISCONNECT),
    ("session_seed_py310", &["074"], DISCONNECT),
    ("constructor_raises_head", &["008"], ISOLATION),
    ("start_raises_head", &["010"], ISOLATION),
    ("serial_dispatch_head", &["serial-2.r1", "serial-4.r1"], NO_WAITING),
    ("commands_head", &["cancel.none", "after-cancel.none"], NO_WAITING),
    ("commands_head", &["hb-mode-bad.r1", "oldstatus.r1"], BOTH_NAMES),
    ("commands_seed_py310", &["seed-types.r21", "seed-statuses.r6"], BOTH_NAMES),
    ("session_seed_py310", &["059", "069"], BOTH_NAMES),
    ("commands_head", &["raise-arity.r1", "notcallable.r1", "badjson.r1"], RUST),
    ("fallback_head", &["fb-command.r1", "fb-acall.none"], RUST),
    ("commands_seed_py310", &["seed-sync.r1"], RUST),
    ("session_seed_py310", &["034"], RUST),
    (
        "commands_seed_py312",
        &[
            "seed-ping.r1",
            "seed-mode.r1",
            "seed-mode-bad.r1",
            "seed-fire.r1",
            "seed-ping-json.r1",
            "seed-ex-ping.r1",
            "seed-ex-fire.r1",
            "seed-raise.r1",
            "seed-sync.r1",
            "seed-dict.r1",
            "seed-types.r1",
            "seed-statuses.r1",
        ],
        RUST,
    ),
    ("config_broken_head", &["001", "002", "006"], BROKEN_CONFIG),
    ("config_ok_head", &["002", "006"], BROKEN_CONFIG),
];

const ONE_SUBSCRIPTION: &str = "One subscription covers a prop's commands";
const UNIQUE_IDS: &str = "Every prop has an id of its own";
const DISCONNECT: &str = "An orderly stop drains, says `offline` itself and disconnects";
const ISOLATION: &str = "A prop that cannot start does not end the host";
const NO_WAITING: &str = "A handler holds up its own prop only";
const BOTH_NAMES: &str = "What one revision lacks or breaks works in both profiles";
const RUST: &str = "Handlers are Rust";
const BROKEN_CONFIG: &str = "A broken config file is an error, not an empty configuration";

pub fn short<'a>(file: &str, line: &'a Vector) -> &'a str {
    line.id.strip_prefix(file).map_or(&line.id, |rest| rest.trim_start_matches('-'))
}

pub fn is_different(file: &str, line: &Vector) -> bool {
    let id = short(file, line);
    DIFFERENT.iter().any(|(name, ids, _)| *name == file && ids.contains(&id))
}

pub fn said(line: &Vector) -> Said {
    Said {
        topic: line.text("topic").to_owned(),
        payload: payload(line),
        qos: u8::try_from(line.value["qos"].as_u64().unwrap()).unwrap(),
        retain: line.value["retain"].as_bool().unwrap(),
    }
}

pub fn payload(line: &Vector) -> Vec<u8> {
    match line.value.get("payload_hex").and_then(Json::as_str) {
        Some(hex) => journeyman_testkit::vectors::unhex(hex).unwrap(),
        None => line.text("payload_text").as_bytes().to_vec(),
    }
}
