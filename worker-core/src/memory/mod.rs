//! The backend without a network: for unit tests of handlers, and the reference of the
//! conformance suite.
//!
//! ```
//! use journeyman_core::{Router, Worker, extract::Args, memory::Memory};
//!
//! async fn add(Args((a, b)): Args<(i64, i64)>) -> i64 {
//!     a + b
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let (backend, client) = Memory::new();
//! let worker = Worker::new(Router::new().route("add", add)).serve(backend).start()?;
//! let sum: i64 = client.call("add", &(2, 3)).await?;
//! assert_eq!(sum, 5);
//! worker.control().drain();
//! worker.wait().await?;
//! # Ok(()) }
//! ```

mod client;
mod protocol;
mod transport;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::sync::mpsc;

use crate::{
    Error,
    backend::{Backend, SessionConfig, Sessions},
    capability::{Capabilities, Confirmation, Intake, RetryOwner},
};

pub use client::{MemoryClient, MemoryJob, Submission, Update};
use protocol::MemoryProtocol;
pub use transport::{MemoryMessage, MemoryTransport};

/// Submissions that may wait to be taken.
const QUEUE: usize = 1024;

/// The in-memory backend.
#[derive(Debug)]
pub struct Memory {
    name: String,
    intake: Intake,
    retry: RetryOwner,
    config: SessionConfig,
    receiver: Shared,
}

/// The queue; the transport takes it while it is connected.
type Shared = Arc<Mutex<Option<Queue>>>;

#[derive(Debug)]
struct Queue {
    channel: mpsc::Receiver<MemoryMessage>,
    /// Messages that were taken out of the channel in one go.
    taken: VecDeque<MemoryMessage>,
}

impl Memory {
    /// A backend and the client that submits jobs to it.
    // The pair belongs together; neither is of use alone.
    #[allow(clippy::new_ret_no_self)]
    pub fn new() -> (Self, MemoryClient) {
        let (sender, channel) = mpsc::channel(QUEUE);
        let backend = Self {
            name: "memory".to_owned(),
            intake: Intake::Pushed,
            retry: RetryOwner::Worker,
            config: SessionConfig::default(),
            receiver: Arc::new(Mutex::new(Some(Queue { channel, taken: VecDeque::new() }))),
        };
        (backend, MemoryClient::new(sender))
    }

    /// Sets the name in logs, metrics and [`JobInfo`](crate::JobInfo). Default `memory`.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Takes jobs in this way. Default [`Intake::Pushed`].
    #[must_use]
    pub fn intake(mut self, intake: Intake) -> Self {
        self.intake = intake;
        self
    }

    /// Says who tries failed jobs again. Default [`RetryOwner::Worker`].
    #[must_use]
    pub fn retry(mut self, owner: RetryOwner) -> Self {
        self.retry = owner;
        self
    }

    /// Sets the rules of the session.
    #[must_use]
    pub fn session(mut self, config: SessionConfig) -> Self {
        self.config = config;
        self
    }
}

impl Backend for Memory {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            confirmation: Confirmation::Confirmed,
            retry: self.retry,
            hand_back: true,
            progress: true,
            cancel: true,
            deadline: true,
            late_results: true,
            events: true,
            attempt: true,
            redelivered: true,
            ..Capabilities::new(self.intake)
        }
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let protocol = MemoryProtocol::new(self.intake == Intake::Pull);
        sessions.add(MemoryTransport::new(self.receiver), protocol, self.config);
        Ok(())
    }
}
