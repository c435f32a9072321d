//! The REST API of the orchestration server.

mod dlq;
mod error;
mod health;
mod query;
mod server;
mod steps;
mod tasks;
mod templates;

pub use server::Server;
