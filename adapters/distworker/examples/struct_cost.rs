//! What reading and writing a small task input costs, beside a generic tree.
//!
//! `cargo run --release -p journeyman-distworker --example struct_cost`

// A program of its own, not an adapter: the clock is its business.
#![allow(clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use journeyman_distworker::structs::{encode_object, from_bytes};
use journeyman_distworker::wire::{Limits, Message, TaskAssign, decode, encode};
use prost::Message as _;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Resize<'a> {
    source: &'a str,
    width: u32,
    height: u32,
    quality: f64,
    keep: bool,
}

fn main() {
    let resize =
        Resize { source: "s3://bucket/in.png", width: 640, height: 480, quality: 0.8, keep: true };
    let data = encode_object(&resize, "result", usize::MAX).expect("it encodes").expect("object");
    let task = TaskAssign {
        task_id: "01a1fe4d-45c3-7a81-a01e-531da26e1f4a".to_owned(),
        queue: "image.resize".to_owned(),
        input: Some(data.clone()),
        ..TaskAssign::default()
    };
    let frame = encode(&Message::TaskAssign(task.clone()));
    println!("struct {} bytes, frame {} bytes; best of 20 rounds", data.len(), frame.len());
    let message = Message::TaskAssign(task);

    report("write a derived struct", || encode_object(black_box(&resize), "result", 1 << 24));
    report("read a derived struct", || from_bytes::<Resize<'_>>(black_box(&data)).expect("read"));
    report("read a serde_json::Value", || {
        from_bytes::<serde_json::Value>(black_box(&data)).expect("read")
    });
    report("read a prost_types::Struct (no serde)", || {
        prost_types::Struct::decode(black_box(&data[..])).expect("read")
    });
    report("write a TaskAssign frame", || encode(black_box(&message)));
    report("read a TaskAssign frame", || {
        decode(black_box::<Bytes>(frame.clone()), &Limits::default()).expect("read")
    });
}

/// Prints the nanoseconds of one call, in the best of some rounds: the machine may be busy.
fn report<T>(what: &str, mut call: impl FnMut() -> T) {
    const CALLS: u32 = 50_000;
    let best = (0..20)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(call());
            }
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{what:40} {:>6.0} ns", best.as_nanos() as f64 / f64::from(CALLS));
}
