//! One message of a mooR daemon to all workers, in both eras.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| journeyman_moor::fuzzing::broadcast(data));
