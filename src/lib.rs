#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! | you want to | look at |
//! |---|---|
//! | write a handler | [`Args`], [`State`], [`JobInfo`], [`Progress`], [`Cancel`], [`Deadline`], [`Events`], [`Handler`], [`blocking`] |
//! | say which job goes where | [`Router`], [`Route`], [`Scope`], [`layers`] |
//! | run it | [`Worker`], [`Serve`], [`connect`], [`shutdown_signal`] |
//! | watch it | [`StartedWorker`], [`WorkerControl`], [`Snapshot`](core::snapshot::Snapshot) |
//! | test it without a network | [`memory`] |
//! | write an adapter | [`core`]: [`Transport`](core::transport::Transport), [`Protocol`](core::protocol::Protocol), [`Backend`](core::backend::Backend) |
//!
//! # Features
//!
//! Nothing is on by default: handlers, router, layers and the in-memory backend are always there.
//! A feature only adds; none changes how something else behaves.
//!
//! | feature | adds |
//! |---|---|
//! | `ws` | `journeyman::ws`, the WebSocket transport, for adapters of your own |
//! | `zmq` | `journeyman::zmq`, the ZeroMQ transport, for adapters of your own |
//! | `mqtt` | `journeyman::mqtt`, the MQTT transport, for adapters of your own |
//! | `distworker` | `journeyman::distworker`, and `distworker+…` URIs in [`connect`] |
//! | `moor` | `journeyman::moor`, and `moor+…` URIs in [`connect`] |
//! | `halloween` | `journeyman::halloween`, and `halloween+…` URIs in [`connect`]; `journeyman::props`, the host of many props |
//! | `crowdcompute` | `journeyman::crowdcompute`, and `crowdcompute+…` URIs in [`connect`] |
//! | `tasker` | `journeyman::tasker`: steps of Tasker workflows over any channel |
//! | `exec` | `journeyman::exec`, programs in any language as handlers |
//! | `http` | `journeyman::http`, a handler that makes HTTP requests for others, and only where it may |
//! | `executor` | `journeyman::executor`, Python code in a pool of confined processes (empty on Windows) |
//! | `python` | `journeyman::python`, Python as handlers: the code that comes with a job, and functions of your own (empty on Windows) |
//! | `monitor` | `journeyman::monitor`, an HTTP monitor for any worker, with a dashboard |
//! | `prometheus` | `journeyman::prometheus`, metrics as Prometheus text |
//! | `full` | all of the above |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;
#[cfg(feature = "prometheus")]
#[cfg_attr(docsrs, doc(cfg(feature = "prometheus")))]
pub mod prometheus;

pub use connect::connect;
pub use journeyman_core as core;
pub use journeyman_core::{
    Brake, Error, ErrorKind, Handler, Job, JobError, JobErrorKind, JobInfo, JobResult, Reply,
    Route, Router, Scope, Secret, Serve, StartedWorker, Summary, Value, Worker, WorkerControl,
    blocking,
    extract::{Args, FromJob, State},
    job::{Cancel, CancelReason, Deadline, Events, Progress},
    layers, memory, shutdown_signal,
};
#[cfg(feature = "crowdcompute")]
#[cfg_attr(docsrs, doc(cfg(feature = "crowdcompute")))]
pub use journeyman_crowdcompute as crowdcompute;
#[cfg(feature = "distworker")]
#[cfg_attr(docsrs, doc(cfg(feature = "distworker")))]
pub use journeyman_distworker as distworker;
#[cfg(feature = "exec")]
#[cfg_attr(docsrs, doc(cfg(feature = "exec")))]
pub use journeyman_exec as exec;
#[cfg(feature = "executor")]
#[cfg_attr(docsrs, doc(cfg(feature = "executor")))]
pub use journeyman_executor as executor;
#[cfg(feature = "halloween")]
#[cfg_attr(docsrs, doc(cfg(feature = "halloween")))]
pub use journeyman_halloween as halloween;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use journeyman_http as http;
#[cfg(feature = "monitor")]
#[cfg_attr(docsrs, doc(cfg(feature = "monitor")))]
pub use journeyman_monitor as monitor;
#[cfg(feature = "moor")]
#[cfg_attr(docsrs, doc(cfg(feature = "moor")))]
pub use journeyman_moor as moor;
#[cfg(feature = "mqtt")]
#[cfg_attr(docsrs, doc(cfg(feature = "mqtt")))]
pub use journeyman_mqtt as mqtt;
#[cfg(feature = "halloween")]
#[cfg_attr(docsrs, doc(cfg(feature = "halloween")))]
pub use journeyman_props as props;
#[cfg(feature = "python")]
#[cfg_attr(docsrs, doc(cfg(feature = "python")))]
pub use journeyman_python as python;
#[cfg(feature = "tasker")]
#[cfg_attr(docsrs, doc(cfg(feature = "tasker")))]
pub use journeyman_tasker as tasker;
#[cfg(feature = "ws")]
#[cfg_attr(docsrs, doc(cfg(feature = "ws")))]
pub use journeyman_ws as ws;
#[cfg(feature = "zmq")]
#[cfg_attr(docsrs, doc(cfg(feature = "zmq")))]
pub use journeyman_zmq as zmq;

/// What most programs use: `use journeyman::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Args, Cancel, Deadline, Events, Handler, Job, JobError, JobInfo, JobResult, Progress,
        Reply, Route, Router, Scope, Serve, State, Value, Worker, blocking, connect,
        shutdown_signal,
    };
}

/// The chapters of the book whose programs are compiled (and run) as tests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../docs/src/handlers.md")]
    struct Handlers;
    #[doc = include_str!("../docs/src/testing.md")]
    struct Testing;
    #[cfg(feature = "crowdcompute")]
    #[doc = include_str!("../docs/src/crowdcompute.md")]
    struct CrowdCompute;
    #[cfg(feature = "distworker")]
    #[doc = include_str!("../docs/src/distworker.md")]
    struct DistWorker;
    #[cfg(feature = "halloween")]
    #[doc = include_str!("../docs/src/halloween.md")]
    struct Halloween;
    #[cfg(feature = "moor")]
    #[doc = include_str!("../docs/src/moor.md")]
    struct Moor;
    #[cfg(feature = "tasker")]
    #[doc = include_str!("../docs/src/tasker.md")]
    struct Tasker;
}
