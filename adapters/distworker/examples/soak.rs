//! Runs seeded, structured random inputs through the decoders and the state machine, with the
//! same entry functions as the fuzz targets, on a stable toolchain:
//!
//! ```text
//! cargo run --release -p journeyman-distworker --example soak -- [INPUTS [SEED]]
//! ```
//!
//! Of 10 inputs, 4 are messages, 4 are encoded objects and 2 are programs of events for the state
//! machine (the default is 10 million in all). A broken promise ends it with a panic that names
//! the input; the same seed gives the same inputs.

// A program of its own, not an adapter: the clock is its business.
#![allow(clippy::disallowed_methods)]

use std::{
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::Instant,
};

use journeyman_distworker::{
    fuzzing,
    wire::{self, Limits, Message},
};

const SESSIONS: [&str; 6] = [
    include_str!("../testdata/assign_with_files.jsonl"),
    include_str!("../testdata/registration_cases.jsonl"),
    include_str!("../testdata/session_handmade_worker.jsonl"),
    include_str!("../testdata/session_sdk.jsonl"),
    include_str!("../testdata/session_sdk_controller_restart.jsonl"),
    include_str!("../testdata/session_sdk_provisioned.jsonl"),
];

/// Bytes that mean something in protobuf: lengths at their limits, tags, long varints.
const TELLING: [&[u8]; 12] = [
    &[0],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    &[0x0a, 0x00],
    &[0x2a, 0x02, 0x0a, 0x00],
    &[0x32, 0x02, 0x0a, 0x00],
    &[0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
    &[0x0b, 0x0c],
];

/// A small generator (xorshift64*): the same inputs for the same seed, for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        (self.next() >> 56) as u8
    }
}

/// Recorded messages, the objects inside them, and objects that are deep or wide.
struct Corpus {
    frames: Vec<Vec<u8>>,
    objects: Vec<Vec<u8>>,
}

impl Corpus {
    fn new() -> Self {
        let mut frames = Vec::new();
        let mut objects = vec![deep(20), deep(127), deep(129)];
        for line in SESSIONS.iter().flat_map(|text| text.lines()) {
            let json: serde_json::Value = serde_json::from_str(line).expect("a vector");
            if json["channel"] != "websocket binary" {
                continue;
            }
            let frame = unhex(json["frames_hex"][0].as_str().expect("hex"));
            if let Ok(message) = wire::decode(frame.clone().into(), &Limits::default()) {
                let fields = match message {
                    Message::TaskAssign(m) => [m.input, m.metadata],
                    Message::TaskComplete(m) => [m.result, None],
                    Message::TaskProgress(m) => [m.data, None],
                    Message::TaskFailed(m) => [m.error_details, None],
                    _ => [None, None],
                };
                objects.extend(fields.into_iter().flatten().map(|object| object.to_vec()));
            }
            frames.push(frame);
        }
        Self { frames, objects }
    }
}

/// Objects inside each other, with a list between them.
fn deep(levels: usize) -> Vec<u8> {
    let mut value = serde_json::json!({});
    for level in 1..levels {
        value = if level % 2 == 0 {
            serde_json::json!([value])
        } else {
            serde_json::json!({ "o": value })
        };
    }
    let bytes = journeyman_distworker::structs::encode_object(&value, "o", usize::MAX);
    bytes.ok().flatten().unwrap_or_default().to_vec()
}

fn unhex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Writes a damaged copy of one of `sources` into `out`.
fn mutate(random: &mut Random, sources: &[Vec<u8>], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&sources[random.below(sources.len())]);
    for _ in 0..random.below(6) {
        let at = random.below(out.len() + 1);
        match random.below(8) {
            0 if at < out.len() => out[at] ^= 1 << random.below(8),
            1 if at < out.len() => out[at] = random.byte(),
            2 => out.insert(at, random.byte()),
            3 if at < out.len() => drop(out.remove(at)),
            4 => out.truncate(at),
            5 => {
                let telling = TELLING[random.below(TELLING.len())];
                out.splice(at..at, telling.iter().copied());
            }
            6 => {
                // A piece of another one.
                let other = &sources[random.below(sources.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                out.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                // A piece of itself once more.
                let to = (at + random.below(32)).min(out.len());
                let piece = out[at..to].to_vec();
                out.splice(at..at, piece);
            }
        }
    }
    out.truncate(4096);
}

/// Writes a program for the state machine: it mostly connects and registers first, since little
/// happens to a worker that never does.
fn program(random: &mut Random, sources: &[Vec<u8>], scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    out.clear();
    out.push(random.byte());
    if random.below(8) > 0 {
        out.extend([0, 2, 0]);
    }
    for _ in 0..random.below(40) {
        if random.below(6) == 0 {
            mutate(random, sources, scratch);
            scratch.truncate(255);
            out.extend([7, scratch.len() as u8]);
            out.extend_from_slice(scratch);
        } else {
            out.extend(random.next().to_le_bytes().iter().take(1 + random.below(8)));
        }
    }
}

/// Resident memory in KiB, and the most of it so far; `None` where /proc is not.
fn memory() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let number = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    Some((number("VmRSS:")?, number("VmHWM:")?))
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.replace('_', "").parse::<u64>());
    let (Ok(inputs), Ok(seed)) =
        (arguments.next().unwrap_or(Ok(10_000_000)), arguments.next().unwrap_or(Ok(1)))
    else {
        eprintln!("usage: soak [INPUTS [SEED]], both whole numbers; default 10000000 and 1");
        return ExitCode::from(2);
    };
    let corpus = Corpus::new();
    // Zero would stay zero for ever.
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (mut input, mut scratch) = (Vec::new(), Vec::new());
    let mut counts = [0u64; 3];
    // Whatever is allocated once has been allocated after this many.
    let warm = (inputs / 100).max(1);
    let mut before = memory();
    let start = Instant::now();
    for number in 0..inputs {
        let target = match number % 10 {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        match target {
            0 => mutate(&mut random, &corpus.frames, &mut input),
            1 => mutate(&mut random, &corpus.objects, &mut input),
            _ => program(&mut random, &corpus.frames, &mut scratch, &mut input),
        }
        let run = [fuzzing::wire, fuzzing::structs, fuzzing::protocol][target];
        if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            let name = ["wire", "structs", "protocol"][target];
            let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!("input {number} of seed {seed} broke a promise; {name}: {hex}");
            return ExitCode::FAILURE;
        }
        counts[target] += 1;
        if number == warm {
            before = memory();
        }
        if number % 1_000_000 == 999_999 {
            print!(".");
            let _ = std::io::stdout().flush();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "\n{inputs} inputs (messages {}, objects {}, programs {}), seed {seed}: {seconds:.1} s, \
         {:.0} per second, no panic",
        counts[0],
        counts[1],
        counts[2],
        inputs as f64 / seconds.max(f64::EPSILON)
    );
    match (before, memory()) {
        (Some((before, _)), Some((after, peak))) => println!(
            "resident memory: {before} KiB after {warm} inputs, {after} KiB at the end, \
             {peak} KiB at most (growth of the peak {} KiB)",
            peak.saturating_sub(before)
        ),
        _ => println!("resident memory: not known on this system"),
    }
    ExitCode::SUCCESS
}
