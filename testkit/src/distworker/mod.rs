//! A stand-in DistWorker controller: the worker WebSocket endpoint and the HTTP API, in memory.
//!
//! It checks what the real controller 0.0.6 checks and refuses what that refuses, in the same
//! way: with a closed socket and no explanation on the wire. The explanation is in the event log
//! ([`Controller::events`]). Beside that it has switches for every misbehaviour that a worker
//! should survive ([`Controller::faults`] and the methods that take a [`Target`]).
//!
//! Where it differs from the real one: nothing is stored beyond the process; memory is bounded
//! ([`Limits`]); pending tasks are handed out strictly in order within a queue, to the worker
//! that has been idle longest, where the real one keeps order roughly and picks at random; it
//! starts no processes for `command` provisioners
//! ([`Controller::provision`] hands out what they would be given); Structs may nest 600 protobuf
//! messages deep instead of 10,000; and integers beyond 2^53 in a submitted input show in the
//! API as the double that went over the wire.

mod api;
mod auth;
mod clock;
mod config;
mod conn;
mod controller;
mod date;
mod dispatch;
mod events;
mod faults;
mod go_duration;
mod link;
mod messages;
mod openai;
mod proto;
mod register;
mod state;
mod store;
pub mod structs;
mod task;
mod tasks;
mod upgrade;
mod workers;

pub use auth::{registration_signature, request_signature};
pub use clock::Clock;
pub use config::{Config, Limits, OpenAi, Provisioner, Timers};
pub use controller::Controller;
pub use events::{Event, Events};
pub use faults::{Faults, Target};
pub use proto::FileInfo;
pub use state::{Stats, WorkerInfo};
pub use task::{
    CancelError, NewTask, Progress, Status, Stopped, SubmitError, Task, TaskError, TaskHandle,
};
