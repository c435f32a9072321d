//! A stand-in CrowdCompute foreman: the WebSocket port of workers and clients and the HTTP API,
//! as the foremen of both eras behave, slips included.
//!
//! It hands out tasks in their order, stores Python's text of results and gives clients what can
//! be read back from it, retries without limit and writes failures down twice, leaves tasks with
//! workers that are gone, and takes a worker that comes back for one that is still busy (CrowdCompute
//! sheet, sections 8 and 16). What it makes of messages that have no effect, and why, is in the event
//! log ([`Foreman::events`]). Beside that it has switches for every misbehaviour that a worker
//! should survive ([`Foreman::faults`] and the methods that take a [`Target`]).
//!
//! Where it differs from the real ones: memory is bounded ([`Limits`]), and so is a message of
//! today's era; it has no dashboard; the text of a database error ends behind its first line; job
//! ids are texts; `device_score` is that of a worker without specs and failures; code for workers
//! that can not be traced gets the helper functions in front but no calls of them; and of the HTTP
//! API of today's era, the schedulers and evaluations are missing.

mod api;
mod client;
mod clock;
mod config;
mod conn;
mod core;
mod dispatch;
mod events;
mod extras;
mod faults;
mod foreman;
mod http;
mod job;
mod jobs;
mod json;
mod link;
mod literal;
mod message;
mod outcomes;
mod pytext;
mod results;
mod shared;
mod store;
mod tables;
mod upgrade;
mod view;
mod workers;

pub use client::{Client, ClientJob};
pub use config::{Era, ForemanConfig, Limits, Timers};
pub use events::{Event, Events};
pub use extras::{KillError, Resume};
pub use faults::{Faults, Target};
pub use foreman::Foreman;
pub use job::{Job, JobError, JobHandle, Stage};
pub use view::{Checkpoint, JobInfo, State, TaskInfo, TaskState, WorkerInfo, WorkerState};
