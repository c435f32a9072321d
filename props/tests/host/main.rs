//! A host with its props against a broker: what is on the bus, in which order, and what a failing
//! prop does to the others.

#![allow(clippy::unwrap_used)]

mod builtins;
mod connections;
mod control;
mod discovery;
mod failures;
mod life;
mod many;
mod reload;
mod stop;
#[path = "../support/mod.rs"]
mod support;
