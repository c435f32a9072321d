//! One binary message of DistWorker.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| journeyman_distworker::fuzzing::wire(data));
