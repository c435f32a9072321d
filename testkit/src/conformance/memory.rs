//! The in-memory backend as a system under test: the reference, and the example of a harness.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
};

use journeyman_core::{
    JobError, Serve,
    backend::{Backend as _, SessionConfig},
    capability::{Capabilities, Intake},
    memory::{Memory, MemoryClient, MemoryJob, Submission, Update},
};

use super::harness::{BoxFuture, Ended, Fault, Harness, Master, NewJob, Setup, Step, Ticket};

/// The in-memory backend.
#[derive(Clone, Copy, Debug)]
pub struct MemoryHarness {
    name: &'static str,
    intake: Intake,
}

impl MemoryHarness {
    /// With jobs that are pushed.
    pub fn pushed() -> Self {
        Self { name: "memory", intake: Intake::Pushed }
    }

    /// With jobs that the worker asks for.
    pub fn pulled() -> Self {
        Self { name: "memory_pull", intake: Intake::Pull }
    }
}

impl Harness for MemoryHarness {
    fn name(&self) -> &str {
        self.name
    }

    fn capabilities(&self) -> Capabilities {
        Memory::new().0.intake(self.intake).capabilities()
    }

    fn code(&self, error: &JobError) -> String {
        // The error itself comes back; the suite shows it by its code, else by its kind.
        error.code().unwrap_or(error.kind().as_str()).to_owned()
    }

    fn can(&self, fault: Fault) -> bool {
        matches!(fault, Fault::Cut | Fault::DeliverTwice)
    }

    fn start(&self, setup: Setup) -> BoxFuture<'_, Result<Box<dyn Master>, String>> {
        let (backend, client) = Memory::new();
        let mut session = SessionConfig::default();
        session.backoff = setup.backoff;
        session.max_waiting = setup.max_waiting;
        let backend = backend.intake(self.intake).session(session);
        let master = MemoryMaster {
            backend: Mutex::new(Some(backend)),
            client,
            twice: AtomicBool::new(false),
            answers: Arc::default(),
            next: AtomicU64::new(0),
        };
        Box::pin(std::future::ready(Ok(Box::new(master) as Box<dyn Master>)))
    }
}

struct MemoryMaster {
    backend: Mutex<Option<Memory>>,
    client: MemoryClient,
    twice: AtomicBool,
    answers: Arc<AtomicU64>,
    next: AtomicU64,
}

impl Master for MemoryMaster {
    fn serve(&self) -> Serve {
        let backend = self.backend.lock().unwrap_or_else(PoisonError::into_inner).take();
        backend.expect("the suite asks once").into()
    }

    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
        Box::pin(async move {
            let id: Arc<str> = self.next.fetch_add(1, SeqCst).to_string().into();
            let submission = |attempt| {
                let new = Submission::new(job.route.as_str()).args(job.args.clone());
                let new = new.id(Arc::clone(&id)).attempt(attempt);
                let new = if job.watched { new.watched() } else { new };
                match job.timeout {
                    Some(timeout) => new.timeout(timeout),
                    None => new,
                }
            };
            let first = self.client.submit(submission(1)).await;
            let second = match self.twice.load(SeqCst) {
                true => Some(self.client.submit(submission(1)).await),
                false => None,
            };
            // What a server with retries would submit later; made now, since it owns the job.
            let retries: Vec<_> = (0..job.retries).map(|retry| submission(retry + 2)).collect();
            let (client, answers) = (self.client.clone(), Arc::clone(&self.answers));
            let (mut writer, ticket) = Ticket::new(&*id);
            tokio::spawn(async move {
                let mut retries = retries.into_iter();
                let mut current = first;
                let ended = loop {
                    while let Some(update) = current.update().await {
                        if let Update::Progress { fraction, message, .. } = update {
                            let fraction = fraction.unwrap_or_default();
                            let message = message.unwrap_or_default();
                            writer.step(Step { fraction, message }).await;
                        }
                    }
                    let ended = end(current).await;
                    answers.fetch_add(1, SeqCst);
                    match (&ended, retries.next()) {
                        (Ended::Failed { .. }, Some(again)) => current = client.submit(again).await,
                        _ => break ended,
                    }
                };
                if let Some(second) = second {
                    // One run answers both deliveries; an answer of its own would be one too many.
                    answers.fetch_add(u64::from(end(second).await != ended), SeqCst);
                }
                writer.end(ended);
            });
            Ok(ticket)
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(self.client.cancel(id))
    }

    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            match fault {
                Fault::Cut => self.client.disconnect().await,
                Fault::DeliverTwice => self.twice.store(true, SeqCst),
                _ => {}
            }
        })
    }

    fn registered(&self) -> usize {
        // Whoever took the backend holds the queue; there is nothing to register at.
        let backend = self.backend.lock().unwrap_or_else(PoisonError::into_inner);
        usize::from(backend.is_none())
    }

    fn answers(&self) -> u64 {
        self.answers.load(SeqCst)
    }
}

async fn end(job: MemoryJob) -> Ended {
    match job.await {
        Ok(value) => Ended::Ok(value),
        Err(error) => {
            let code = error.code().unwrap_or(error.kind().as_str()).to_owned();
            Ended::Failed { code, message: error.message().to_owned() }
        }
    }
}
