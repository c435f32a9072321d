//! Peers of a system that lives inside of one process: the server and the submitting side are in the
//! process under test, too.

use std::{future::Future, time::Duration};

use tokio::io::{AsyncBufReadExt, BufReader};

use super::{Child, Peer, PeerArgs, Peers, Sample, WorkerArgs};
use crate::{exit::Failure, output::say, systems::Boxed};

/// The framework and the bare peer, each with all that it needs.
pub(crate) struct Alone {
    children: Vec<(Peer, Child)>,
    notes: Vec<String>,
}

impl Alone {
    pub(crate) async fn start(backend: &str, args: &PeerArgs) -> Result<Self, Failure> {
        let mut children = Vec::new();
        for peer in [Peer::Framework, Peer::Raw] {
            let worker = WorkerArgs {
                backend: backend.to_owned(),
                peer,
                url: String::new(),
                provisioner: String::new(),
                queue: "echo".to_owned(),
                connections: args.window,
                payload: args.payload,
                threads: args.threads,
            };
            children.push((peer, Child::worker(&worker, "").await?));
        }
        Ok(Self { children, notes: Vec::new() })
    }

    /// Something to be told beside the numbers.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Peers for Alone {
    fn measure(&mut self, peer: Peer, jobs: u64) -> Boxed<'_, Result<Sample, Failure>> {
        Box::pin(async move {
            let child = self.children.iter_mut().find(|(other, _)| *other == peer);
            let (_, child) = child.ok_or_else(|| Failure::failed("there is no such peer"))?;
            let answer = child.ask(&jobs.to_string()).await?;
            let numbers: Option<Vec<u64>> =
                answer.split(' ').map(|number| number.parse().ok()).collect();
            match numbers.as_deref() {
                Some([elapsed, p50, p99]) => Ok(Sample {
                    jobs,
                    elapsed: Duration::from_nanos(*elapsed),
                    p50: Duration::from_nanos(*p50),
                    p99: Duration::from_nanos(*p99),
                }),
                _ => Err(Failure::failed(format!("the worker under test said {answer:?}"))),
            }
        })
    }

    fn peers(&self) -> Vec<Peer> {
        self.children.iter().map(|(peer, _)| *peer).collect()
    }

    fn process(&self, peer: Peer) -> Option<&Child> {
        self.children.iter().find(|(other, _)| *other == peer).map(|(_, child)| child)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn is_driven_from_here(&self) -> bool {
        false
    }

    fn stop(self: Box<Self>) -> Boxed<'static, ()> {
        Box::pin(async move {
            for (_, child) in self.children {
                child.stop().await;
            }
        })
    }
}

/// The process's side: says that it is ready; then a line with a number of jobs runs them and is
/// answered with three numbers in nanoseconds, the time in all, the median and the 99th percentile.
pub(crate) async fn answer<F>(mut run: impl FnMut(u64) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<Sample, Failure>>,
{
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    say("ready")?;
    while let Ok(Some(line)) = lines.next_line().await {
        let jobs =
            line.trim().parse().map_err(|_| Failure::usage("give a number of jobs per line"))?;
        let Sample { elapsed, p50, p99, .. } = run(jobs).await?;
        say(format_args!("{} {} {}", elapsed.as_nanos(), p50.as_nanos(), p99.as_nanos()))?;
    }
    Ok(())
}
