//! A stand-in mooR daemon, both eras: what it publishes, what it answers, whom it lets in.
//!
//! It checks what the real daemon checks and refuses what that refuses, with the same texts where
//! they are known; where the real one prints byte positions, this one does not. Beside that it
//! has switches for every misbehaviour that a worker should survive ([`Daemon::faults`] and the
//! methods named `publish_…`). It shares no code with the adapter: its FlatBuffers are read and
//! written by another runtime, its tokens verified by another library, and where there is no
//! encryption its sockets are of another ZeroMQ implementation ([`Engine`]).
//!
//! Where it differs from the real one: nothing but keys is stored, and memory is bounded
//! ([`Limits`]); values of workers may nest [128 levels](MAX_VALUE_DEPTH) deep instead of until
//! the stack overflows; a list of several endpoints is not understood; there is no object
//! database, so a permission object is what it is told ([`Daemon::set_perms`]).

mod clock;
mod config;
mod daemon;
mod desk;
mod engine;
mod events;
mod failure;
mod faults;
mod files;
mod flat;
mod messages;
mod read;
mod run;
mod shared;
mod state;
pub mod syntax;
mod tasks;
mod token;
mod value;
mod write;

pub use clock::Clock;
pub use config::{Config, Engine, Limits, Timers};
pub use daemon::{Daemon, StartError};
pub use events::{Event, Events};
pub use failure::{Failure, MooFailure, Outcome};
pub use faults::Faults;
pub use files::Files;
pub use messages::{
    Broadcast, DecodeError, EnrollmentRequest, EnrollmentResponse, Era, Identity, MessageKind,
    Reply, WorkerError, WorkerMessage,
};
pub use shared::Received;
pub use state::{Stats, WorkerInfo};
pub use tasks::{Ticket, WorkerTypeInfo};
pub use token::SigningKey;
pub use value::{ErrorCode, ErrorValue, Flyweight, Map, Obj, Value};

/// How deep a value of a worker may nest before it is refused with `WorkerInvalidPayload`. The
/// real daemon's stack overflowed at 200 (mooR sheet, section 12).
pub const MAX_VALUE_DEPTH: usize = read::MAX_DEPTH;
