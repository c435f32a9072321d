//! DistWorker.

mod bench;
mod canned;
mod check;
mod client;
mod dev;
mod stand_in;
mod target;
mod values;

use super::{Boxed, StandIn, System, Target};
use crate::{
    bench::{PeerArgs, Peers, WorkerArgs},
    dev::DevArgs,
    exit::{Code, Failure},
    submit::SubmitArgs,
};

/// The DistWorker controller.
#[derive(Debug)]
pub(super) struct DistWorkerSystem;

impl System for DistWorkerSystem {
    fn name(&self) -> &'static str {
        "distworker"
    }

    fn uri_form(&self) -> Option<&'static str> {
        Some("distworker+http://HOST:8081?provisioner=NAME (or +https, +ws, +wss)")
    }

    fn knows(&self, uri: &str) -> bool {
        uri.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("distworker+"))
    }

    fn target_of_uri(&self, uri: &str) -> Result<Box<dyn Target>, Failure> {
        target::Controller::from_uri(uri).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn target_of_section(&self, section: toml::Table) -> Result<Box<dyn Target>, Failure> {
        target::Controller::from_section(section).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn stand_in(
        &self,
        routes: &[String],
        connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>> {
        let routes = routes.to_vec();
        Box::pin(async move {
            let stand_in = stand_in::DistWorkerStandIn::start(routes, connections).await?;
            Ok(Box::new(stand_in) as Box<dyn StandIn>)
        })
    }

    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>> {
        Box::pin(async move {
            let peers = bench::DistWorkerPeers::start(args).await?;
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
        uri.starts_with("http://") || uri.starts_with("https://")
    }

    fn submit(&self, args: SubmitArgs) -> Boxed<'_, Result<Code, Failure>> {
        Box::pin(client::submit(args))
    }
}
