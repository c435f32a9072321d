//! The in-memory backend: no network, every value.

mod bench;

use journeyman_core::{
    JobErrorKind, Serve, Value,
    memory::{Memory, MemoryClient, Submission, Update},
};

use super::{Boxed, Call, CallArgs, Ended, Fault, StandIn, System};
use crate::{
    bench::{Alone, PeerArgs, Peers, WorkerArgs},
    exit::{Code, Failure},
};

/// The in-memory backend.
#[derive(Debug)]
pub(super) struct MemorySystem;

impl System for MemorySystem {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn stand_in(
        &self,
        _routes: &[String],
        _connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>> {
        Box::pin(async {
            let (backend, client) = Memory::new();
            let stand_in = MemoryStandIn { backend: Some(backend), client };
            Ok(Box::new(stand_in) as Box<dyn StandIn>)
        })
    }

    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>> {
        Box::pin(async move {
            let peers = Alone::start("memory", &args).await?;
            Ok(Box::new(peers) as Box<dyn Peers>)
        })
    }

    fn bench_worker<'a>(&'a self, args: &'a WorkerArgs) -> Boxed<'a, Result<Code, Failure>> {
        Box::pin(bench::worker(args))
    }
}

struct MemoryStandIn {
    backend: Option<Memory>,
    client: MemoryClient,
}

impl StandIn for MemoryStandIn {
    fn place(&self) -> String {
        "in this process, no port".to_owned()
    }

    fn road(&self) -> String {
        "a channel".to_owned()
    }

    fn backend(&mut self) -> Result<Serve, Failure> {
        let taken = self.backend.take();
        taken.map(Serve::new).ok_or_else(|| Failure::failed("the backend was taken already"))
    }

    fn carries(&self, _value: &Value) -> bool {
        true
    }

    fn same(&self, sent: &Value, got: &Value) -> bool {
        sent == got
    }

    fn code(&self, kind: JobErrorKind) -> &'static str {
        kind.as_str()
    }

    fn submit<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Ended, String>> {
        Box::pin(async move {
            let args = match &call.args {
                CallArgs::Value(value) => value.clone(),
                CallArgs::Named(pairs) => Value::object(pairs.iter().cloned()),
            };
            let mut submission = Submission::new(call.route).args(args);
            if let Some(limit) = call.timeout {
                submission = submission.timeout(limit);
            }
            if call.watch {
                submission = submission.watched();
            }
            let mut job = self.client.submit(submission).await;
            let mut progress = Vec::new();
            while let Some(update) = job.update().await {
                if let Update::Progress { fraction: Some(fraction), .. } = update {
                    progress.push(fraction);
                }
            }
            let outcome = job.await.map_err(|error| {
                let code = error.code().unwrap_or_else(|| error.kind().as_str());
                Fault { code: code.to_owned(), message: error.message().to_owned() }
            });
            Ok(Ended { outcome, progress })
        })
    }

    fn stop(&self) -> Boxed<'_, ()> {
        Box::pin(async {})
    }
}
