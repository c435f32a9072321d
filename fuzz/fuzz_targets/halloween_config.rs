//! The text of a prop's config file, as JSON and as YAML.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| journeyman_halloween::fuzzing::config(text));
