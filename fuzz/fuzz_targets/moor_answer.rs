//! One answer of a mooR daemon, in both eras, and the messages of an enrollment.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| journeyman_moor::fuzzing::answer(data));
