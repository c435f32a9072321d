//! The conformance suite: what every adapter must do right, as a list of cases that run against a
//! server and a worker.
//!
//! An adapter takes part by implementing [`Harness`] (what is under test: its capabilities, what
//! its wire carries, its error codes) and [`Master`] (a running server: submit a job, do something
//! bad). Cases are chosen by what the harness says; each starts a server and a worker of its own.
//!
//! ```
//! use std::sync::Arc;
//!
//! use journeyman_testkit::conformance::{MemoryHarness, cases};
//!
//! let harness = Arc::new(MemoryHarness::pushed());
//! let case = cases().find(|case| case.name() == "success").unwrap();
//! assert_eq!(case.applies_to(&*harness), Ok(()));
//! case.run_blocking(harness, None).unwrap();
//! ```
//!
//! A harness of your own, as far as it differs from the defaults:
//!
//! ```
//! use journeyman_core::{JobError, Serve, capability::Capabilities};
//! use journeyman_core::{backend::Backend as _, memory::{Memory, MemoryClient, Submission}};
//! use journeyman_testkit::conformance::{BoxFuture, Ended, Harness, Master, NewJob, Setup, Ticket};
//! use std::sync::Mutex;
//!
//! struct Mine;
//!
//! impl Harness for Mine {
//!     fn name(&self) -> &str {
//!         "mine"
//!     }
//!
//!     fn capabilities(&self) -> Capabilities {
//!         Memory::new().0.capabilities()
//!     }
//!
//!     fn code(&self, error: &JobError) -> String {
//!         error.code().unwrap_or(error.kind().as_str()).to_owned()
//!     }
//!
//!     fn start(&self, _setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
//!         let (backend, client) = Memory::new();
//!         let server = Server { backend: Mutex::new(Some(backend)), client };
//!         Box::pin(async { Ok(Box::new(server) as Box<dyn Master>) })
//!     }
//! }
//!
//! struct Server {
//!     backend: Mutex<Option<Memory>>,
//!     client: MemoryClient,
//! }
//!
//! impl Master for Server {
//!     fn serve(&self) -> Serve {
//!         self.backend.lock().unwrap().take().expect("asked for once").into()
//!     }
//!
//!     fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
//!         Box::pin(async move {
//!             let running = self.client.submit(Submission::new(job.route).args(job.args)).await;
//!             let (mut writer, ticket) = Ticket::new(running.id());
//!             tokio::spawn(async move {
//!                 writer.end(match running.await {
//!                     Ok(value) => Ended::Ok(value),
//!                     Err(error) => Ended::Failed {
//!                         code: error.kind().as_str().to_owned(),
//!                         message: error.message().to_owned(),
//!                     },
//!                 });
//!             });
//!             Ok(ticket)
//!         })
//!     }
//!
//!     fn registered(&self) -> usize {
//!         1
//!     }
//!
//!     fn answers(&self) -> u64 {
//!         1
//!     }
//! }
//!
//! # use std::sync::Arc;
//! # use journeyman_testkit::conformance::cases;
//! # cases().find(|case| case.name() == "error_kinds").unwrap().run_blocking(Arc::new(Mine), None).unwrap();
//! ```
//!
//! [`check_report`] compares the capability table and the list of cases with a checked-in file, so
//! that an adapter cannot lose one unnoticed. [`Case::is_mild`] tells the cases that also hold when
//! a [proxy](crate::proxy) with [`Faults::random`](crate::proxy::Faults::random) stands in between.

mod board;
mod capture;
mod cases;
mod harness;
mod memory;
mod report;
mod rig;
mod values;

pub use board::{PANIC, ROUTES};
pub use cases::{Case, cases};
pub use harness::{
    BoxFuture, Ended, Fault, Harness, Master, Network, NewJob, Setup, Step, Ticket, TicketWriter,
};
pub use memory::MemoryHarness;
pub use report::{BLESS, check_report, report};
pub use rig::Failure;
