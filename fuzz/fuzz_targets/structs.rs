//! One encoded `google.protobuf.Struct`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| journeyman_distworker::fuzzing::structs(data));
