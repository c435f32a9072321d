//! The DistWorker state machine, driven by a program of events.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| journeyman_distworker::fuzzing::protocol(data));
