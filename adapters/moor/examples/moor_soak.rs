//! Runs seeded, structured random inputs through the decoders, with the same entry functions as the
//! fuzz targets, on a stable toolchain:
//!
//! ```text
//! cargo run --release -p journeyman-moor --example moor_soak -- [INPUTS [SEED]]
//! ```
//!
//! The inputs are recorded messages and large made-up ones, truncated, with bits flipped, offsets
//! bent and pieces moved. Of 10 inputs, 6 are broadcasts and 4 are answers; each is read in both
//! eras (the default is 1 million in all). A broken promise ends it with a panic that names the
//! input; the same seed gives the same inputs.

// A program of its own, not an adapter: the clock is its business.
#![allow(clippy::disallowed_methods)]

use std::{
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::Instant,
};

use journeyman_moor::{
    fuzzing,
    var::{ErrorCode, Flyweight, MooError, Obj, Var},
    wire::{Limits, Speaker},
};

const VECTORS: [&str; 8] = [
    include_str!("../testdata/head_curl_worker.jsonl"),
    include_str!("../testdata/head_enrollment_curve.jsonl"),
    include_str!("../testdata/head_probe.jsonl"),
    include_str!("../testdata/head_python_echo.jsonl"),
    include_str!("../testdata/head_rust_worker.jsonl"),
    include_str!("../testdata/paseto_probe.jsonl"),
    include_str!("../testdata/paseto_python_echo.jsonl"),
    include_str!("../testdata/paseto_rust_worker.jsonl"),
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

/// Recorded messages, and made-up values that are deep or wide.
struct Corpus {
    broadcasts: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
}

impl Corpus {
    fn new() -> Self {
        let mut corpus = Self { broadcasts: Vec::new(), answers: Vec::new() };
        for line in VECTORS.iter().flat_map(|text| text.lines()) {
            let json: serde_json::Value = serde_json::from_str(line).expect("a vector");
            let frames = json["frames_hex"].as_array().expect("frames");
            let Some(body) = frames.last().and_then(|hex| hex.as_str()) else { continue };
            match json["channel"].as_str() {
                Some("requests-pubsub") => corpus.broadcasts.push(unhex(body)),
                _ => corpus.answers.push(unhex(body)),
            }
        }
        // One of its own would be needed to make requests; a result has the same tables in it.
        let speaker = Speaker::curve(uuid::Uuid::nil());
        for value in [deep(60), wide(200), mixed(8)] {
            let body = speaker.result(uuid::Uuid::nil(), &value, &Limits::default());
            corpus.answers.push(body.expect("a result").to_vec());
        }
        corpus
    }
}

fn deep(levels: usize) -> Var {
    (0..levels).fold(Var::Int(1), |value, level| match level % 2 {
        0 => Var::List(vec![value]),
        _ => Var::map([("k", value)]),
    })
}

fn wide(items: i64) -> Var {
    Var::List((0..items).map(|i| Var::List(vec![i.into(), "item".into()])).collect())
}

fn mixed(levels: usize) -> Var {
    (0..levels).fold(Var::None, |value, level| match level % 2 {
        0 => MooError::new(ErrorCode::custom("E_MINE")).with_value(value).into(),
        _ => Flyweight {
            delegate: Obj::Id(1),
            slots: vec![("slot".into(), value)],
            contents: vec![Var::Binary(vec![1, 2, 3])],
        }
        .into(),
    })
}

fn unhex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Writes a damaged copy of one of `sources` into `out`.
fn mutate(random: &mut Random, sources: &[Vec<u8>], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&sources[random.below(sources.len())]);
    for _ in 0..random.below(5) {
        let at = random.below(out.len() + 1);
        match random.below(9) {
            0 | 1 if at < out.len() => out[at] ^= 1 << random.below(8),
            2 if at < out.len() => out[at] = random.byte(),
            3 => out.truncate(at),
            // A bent offset or length: what damages a FlatBuffer most.
            4 | 5 if at + 4 <= out.len() => {
                let at = at & !3;
                let value: u32 = match random.below(6) {
                    0 => 0,
                    1 => u32::MAX,
                    2 => 1 << 31,
                    3 => out.len() as u32,
                    4 => (at as u32).wrapping_neg(),
                    _ => random.below(out.len()) as u32,
                };
                out[at..at + 4].copy_from_slice(&value.to_le_bytes());
            }
            6 if at < out.len() => {
                let to = (at + random.below(16)).min(out.len());
                out.drain(at..to);
            }
            7 => {
                // A piece of another one.
                let other = &sources[random.below(sources.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                out.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                // A piece of itself once more, over what is there.
                let to = (at + random.below(32)).min(out.len());
                let piece = out[at..to].to_vec();
                let over = random.below(out.len() + 1 - piece.len());
                out[over..over + piece.len()].copy_from_slice(&piece);
            }
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
        (arguments.next().unwrap_or(Ok(1_000_000)), arguments.next().unwrap_or(Ok(1)))
    else {
        eprintln!("usage: soak [INPUTS [SEED]], both whole numbers; default 1000000 and 1");
        return ExitCode::from(2);
    };
    let corpus = Corpus::new();
    // Zero would stay zero for ever.
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut input = Vec::new();
    let mut counts = [0u64; 2];
    // Whatever is allocated once has been allocated after this many.
    let warm = (inputs / 100).max(1);
    let mut before = memory();
    let start = Instant::now();
    for number in 0..inputs {
        let target = usize::from(number % 10 >= 6);
        mutate(&mut random, [&corpus.broadcasts, &corpus.answers][target], &mut input);
        let run = [fuzzing::broadcast, fuzzing::answer][target];
        if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            let name = ["broadcast", "answer"][target];
            let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!("input {number} of seed {seed} broke a promise; {name}: {hex}");
            return ExitCode::FAILURE;
        }
        counts[target] += 1;
        if number == warm {
            before = memory();
        }
        if number % 100_000 == 99_999 {
            print!(".");
            let _ = std::io::stdout().flush();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "\n{inputs} inputs (broadcasts {}, answers {}), seed {seed}: {seconds:.1} s, {:.0} per \
         second, no panic",
        counts[0],
        counts[1],
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
