//! The payload of a command for a prop, in all forms.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| journeyman_halloween::fuzzing::command(data));
