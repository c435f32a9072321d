//! Runs Python code of others in a pool of confined interpreter processes.
//!
//! A worker that runs what a server sends must assume that the code is wrong, endless or hostile.
//! Each task therefore runs in a Python process of its own kind: started ahead, without network,
//! without access to files but a scratch folder and the interpreter's libraries, within limits of
//! time, memory and output, and killed as a whole when it has to end. What could not be had on a
//! system is said, see [`Report`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use journeyman_executor::{Config, Executor, Task};
//!
//! let executor = Executor::start(Config::default().size(2)).await?;
//! let task = Task::new("def double(x):\n    return 2 * x\n", "[21]");
//! let done = executor.run(&task).await?;
//! assert_eq!(done.value.json(), Some("42"));
//! executor.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//! - [`Executor`] is the pool: at most [`Config::size`] tasks run at once, others wait in order.
//! - [`Task`] is code, arguments as JSON text, and the [`Rules`] by which a function is chosen
//!   and called. [`Hooks`] carry live output, checkpoints and wishes (cancel, pause) while it runs.
//! - [`Done`] is a result, [`Failure`] says what went wrong; both carry the output and what the
//!   task used. JSON stays text in both directions, so that `NaN`, integers of any size and `\u`
//!   escapes arrive as they were sent.
//! - [`Report`] says which parts of the sandbox are active, and why another is not.
//!
//! # Not on Windows
//! Interpreters are talked to over Unix pipes and killed by process group; elsewhere this crate is
//! empty. On Unix systems other than Linux there are tasks, the wall clock and the process group,
//! and the [`Report`] says so.

#![cfg(unix)]

mod config;
mod disk;
mod error;
mod executor;
mod frame;
mod hooks;
mod json;
mod keeper;
mod outcome;
mod output;
mod pool;
mod process;
mod python;
mod report;
mod run;
mod sandbox;
mod scratch;
mod stats;
mod task;
mod usage;

pub use config::{Config, KEYS, Limits, Reuse, User};
pub use error::StartError;
pub use executor::Executor;
pub use hooks::{Checkpoint, Control, Event, Hooks};
pub use json::{literal, text};
pub use outcome::{Done, Failure, FailureKind, PythonError, Value};
pub use output::Output;
pub use python::Interpreter;
pub use report::{Part, Report, State};
pub use stats::Stats;
pub use task::{Rules, Source, Task};
pub use usage::Usage;

/// The code in the book's page compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/executor.md")]
mod page {}
