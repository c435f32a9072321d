//! The promises of the framework (the book, chapter "Design decisions"), each with its tests, on
//! a server that is a script: time is paused, there are no sockets.

#![allow(clippy::unwrap_used)]

mod bounded;
mod capabilities;
mod errors;
mod fake;
mod late_results;
mod never_silent;
mod schedule;
mod secrets;
mod settled_once;
mod steer;
mod stop;
mod time;
