//! A whole worker for CrowdCompute (later: CROWDio): it takes the place of upstream's `pc_worker`.
//!
//! ```no_run
//! use journeyman_core::extract::Args;
//! use journeyman_pc_worker::{PcWorker, Settings, WorkerConfig};
//!
//! # fn run() -> Result<(), journeyman_core::Error> {
//! let config = WorkerConfig::new("ws://localhost:9000")
//!     .worker_id("worker-001")
//!     .max_concurrent_tasks(2);
//! let settings = Settings::new(config).native("double", async |Args(x): Args<i64>| 2 * x);
//! PcWorker::new(settings).run()?;
//! # Ok(()) }
//! ```
//!
//! It puts together what is there apart: the adapter (`journeyman-crowdcompute`), the pool of
//! confined Python processes (`journeyman-executor`), its handler (`journeyman-python`) and the
//! monitor (`journeyman-monitor`) with upstream's HTTP API; and it measures the machine for the
//! foreman's scheduler. `journeyman pc-worker` is a thin shell around it.
//!
//! Tasks whose function has a native handler go there; all other code is run as it was sent, in a
//! sandbox. Where there is no Python, the native handlers work on, and other tasks fail with an
//! error that says so.

mod activity;
mod facts;
mod machine;
mod python;
mod sections;
mod settings;
mod siblings;
mod worker;

pub use journeyman_crowdcompute::Config as WorkerConfig;
pub use python::Python;
pub use settings::{INSECURE_OPEN, MetricsText, MonitorSettings, Settings, TOKEN};
pub use worker::{PcWorker, Running};
