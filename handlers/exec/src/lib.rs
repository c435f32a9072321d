//! Programs in any language as handlers.
//!
//! [`ExecHandler`] starts a process per job. It gets the job as one JSON line on standard input and
//! answers with JSON lines on standard output:
//!
//! ```text
//! in   {"id":"7","route":"convert","attempt":1,"args":{…},"deadline_ms":30000}
//! out  {"progress":0.5,"message":"half"}
//! out  {"result":…}   or   {"error":{"message":"…","code":"…","retry_after_ms":1000}}
//! ```
//!
//! A system that gives a job more than arguments adds a member to the first line: `step` for a step of
//! a Tasker workflow, with the results of the steps above.
//!
//! Standard error is the program's log: its end is part of the error when the program fails. The
//! program runs in a process group of its own, which is killed whole when the job ends, however
//! it ends. What leaves the group on purpose (`setsid`) escapes, and nobody is left to kill
//! anything when this process itself is killed with SIGKILL: a program should also end when its
//! output is closed.
//!
//! ```no_run
//! use journeyman_core::{Route, Router};
//! use journeyman_exec::{ExecHandler, GRANT, Program};
//!
//! let convert = Program::new("/usr/local/bin/convert").args(["--json"]).hide(["MY_TOKEN"]);
//! let router =
//!     Router::new().route("convert", Route::new(ExecHandler::new(convert)).requires(GRANT));
//! # let _ = router;
//! ```
//!
//! The rest is for those who keep a program running and talk with it themselves: [`Process`],
//! [`Lines`], [`Input`] and [`Answer`].

mod answer;
mod group;
mod handler;
mod input;
mod lines;
mod process;
mod program;
mod tail;

pub use answer::{Answer, shown};
pub use group::Group;
pub use handler::ExecHandler;
pub use input::Input;
pub use lines::Lines;
pub use process::{Happened, Process};
pub use program::Program;
pub use tail::Tail;

/// The word by which a backend is granted such a handler: `Route::requires(GRANT)` on the route,
/// `Scope::grant(GRANT)` on the backend.
pub const GRANT: &str = "exec";

/// The code of an error about what a program printed.
pub const OUTPUT: &str = "EXEC_OUTPUT";
/// The code of an error about how a program ended.
pub const FAILED: &str = "EXEC_FAILED";
/// The code of an error about a program that could not be started.
pub const NOT_STARTED: &str = "EXEC_NOT_STARTED";
