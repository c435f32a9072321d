//! mooR.

mod answers;
mod bench;
mod canned;
mod check;
mod console;
mod dev;
mod listen;
mod stand_in;
mod steps;
mod target;
mod values;

use super::{Boxed, StandIn, System, Target};
use crate::{
    bench::{PeerArgs, Peers, WorkerArgs},
    dev::DevArgs,
    exit::{Code, Failure},
    submit::SubmitArgs,
};

/// The mooR daemon.
#[derive(Debug)]
pub(super) struct MoorSystem;

impl System for MoorSystem {
    fn name(&self) -> &'static str {
        "moor"
    }

    fn uri_form(&self) -> Option<&'static str> {
        Some("moor+ipc:///tmp/moor_workers_request.sock (or moor+tcp://HOST:7896)")
    }

    fn knows(&self, uri: &str) -> bool {
        uri.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("moor+"))
    }

    fn target_of_uri(&self, uri: &str) -> Result<Box<dyn Target>, Failure> {
        target::Daemon::from_uri(uri).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn target_of_section(&self, section: toml::Table) -> Result<Box<dyn Target>, Failure> {
        target::Daemon::from_section(section).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn stand_in(
        &self,
        _routes: &[String],
        _connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>> {
        Box::pin(async {
            let stand_in = stand_in::MoorStandIn::start().await?;
            Ok(Box::new(stand_in) as Box<dyn StandIn>)
        })
    }

    fn roads(&self) -> &'static [&'static str] {
        bench::ROADS
    }

    fn windows(&self) -> &'static [u16] {
        &[64, 1]
    }

    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>> {
        Box::pin(async move {
            let peers = bench::MoorPeers::start(args).await?;
            Ok(Box::new(peers) as Box<dyn Peers>)
        })
    }

    fn bench_worker<'a>(&'a self, args: &'a WorkerArgs) -> Boxed<'a, Result<Code, Failure>> {
        Box::pin(bench::worker(args))
    }

    fn dev(&self, args: DevArgs) -> Boxed<'_, Result<Code, Failure>> {
        Box::pin(dev::dev(args))
    }

    fn takes_jobs_at(&self, uri: &str) -> bool {
        self.knows(uri)
    }

    fn submit(&self, _args: SubmitArgs) -> Boxed<'_, Result<Code, Failure>> {
        Box::pin(async {
            Err(Failure::usage(
                "a mooR daemon takes no jobs from outside: MOO code submits them, by \
                 worker_request(\"NAME\", {ARGUMENTS}). Without a MOO at hand, \
                 `journeyman dev --as moor` has a prompt for that",
            ))
        })
    }
}
