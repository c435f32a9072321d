//! A stand-in for Tasker: orchestration server, database, queue and the worker's dispatch channel,
//! in one process and in memory.
//!
//! [`Orchestrator`] is without I/O: it is driven by calls, and its clock moves only when it is told
//! to. [`Channel`] puts it behind a lock, so that a worker can wait for events; [`Bridge`] is the
//! channel as a worker takes it, and [`Server`] the REST API in front of it. It does what section
//! 18 of the Tasker sheet asks for, faults of upstream included: a full dispatch channel loses steps
//! ([`Overflow`]), the step id inside a result is believed, a blocked task strands its siblings, a
//! step that must not be retried hangs after a retryable failure, and some conditions of domain
//! events never fire. On top of that there are faults that are made on purpose ([`Faults`]). It
//! shares no code with the adapter: templates, events and results are read and written here by code
//! of its own.
//!
//! Where it differs from the real one:
//!
//! - what the server does a moment later is done before the call returns, so a step is never seen
//!   in `enqueued_for_orchestration`, and steps of one task are looked at in the order in which
//!   their results come;
//! - memory is bounded ([`Limits`]): events and old tasks are forgotten, and so is the oldest part
//!   of the history of checkpoints;
//! - a template that is registered again does not change tasks that run;
//! - keys in a template that mean nothing are listed ([`Template::warnings`]); a key that occurs
//!   twice, a dependency on a missing step and a cycle are errors, whatever upstream makes of them;
//! - the identity hash is of another kind; times have microseconds; ids follow from a seed;
//! - JSON Schema is checked for the usual keywords only;
//! - the thresholds of staleness are those of the settings, a template's `lifecycle` is read over;
//! - no namespace is kept from the worker.

mod answer;
mod bridge;
mod channel;
mod config;
mod definition;
mod dispatch;
mod domain;
mod error;
mod evaluate;
mod event;
mod faults;
mod ids;
mod log;
mod manual;
mod orchestrator;
mod outcome;
mod reader;
mod rest;
mod result;
mod schema;
mod start;
mod state;
mod task;
mod template;
mod time;
mod timers;
mod tree;
mod view;
mod yaml;

pub use bridge::Bridge;
pub use channel::Channel;
pub use config::{Backoff, Config, Identity, Limits, Overflow, Staleness};
pub use definition::{
    BackoffStrategy, BatchConfig, Condition, Delivery, EventDeclaration, FailureStrategy, Handler,
    Retry, StepDefinition, StepKind, Template,
};
pub use dispatch::Metrics;
pub use domain::DomainEvent;
pub use error::{ActionError, StartError, TemplateError};
pub use event::StepEvent;
pub use faults::Faults;
pub use log::{Event, Events};
pub use orchestrator::Orchestrator;
pub use rest::Server;
pub use result::{BackoffHint, BackoffKind, Failure, Metadata, StepResult, Wishes};
pub use start::TaskRequest;
pub use state::{StepState, StepTransition, TaskState, TaskTransition};
pub use task::{Counts, Execution};
pub use tree::TreeStyle;
pub use view::{StepInfo, TaskInfo};
