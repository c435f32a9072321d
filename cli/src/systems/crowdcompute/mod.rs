//! CrowdCompute (CROWDio).

mod bare;
mod bench;
mod check;
mod client;
mod dev;
mod era;
mod news;
mod source;
mod stand_in;
mod submit;
mod target;
mod values;

use super::{Boxed, StandIn, System, Target};
use crate::{
    bench::{PeerArgs, Peers, WorkerArgs},
    dev::DevArgs,
    exit::{Code, Failure},
    submit::SubmitArgs,
};

/// A CrowdCompute foreman.
#[derive(Debug)]
pub(super) struct CrowdComputeSystem;

impl System for CrowdComputeSystem {
    fn name(&self) -> &'static str {
        "crowdcompute"
    }

    fn uri_form(&self) -> Option<&'static str> {
        Some("crowdcompute+ws://HOST:9000 (or wss)")
    }

    fn knows(&self, uri: &str) -> bool {
        uri.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("crowdcompute+"))
    }

    fn target_of_uri(&self, uri: &str) -> Result<Box<dyn Target>, Failure> {
        target::Foreman::from_uri(uri).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn target_of_section(&self, section: toml::Table) -> Result<Box<dyn Target>, Failure> {
        target::Foreman::from_section(section).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn stand_in(
        &self,
        routes: &[String],
        connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>> {
        let routes = routes.to_vec();
        Box::pin(async move {
            let stand_in = stand_in::CrowdComputeStandIn::start(&routes, connections).await?;
            Ok(Box::new(stand_in) as Box<dyn StandIn>)
        })
    }

    fn roads(&self) -> &'static [&'static str] {
        bench::ROADS
    }

    fn windows(&self) -> &'static [u16] {
        &[4, 1]
    }

    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>> {
        Box::pin(async move {
            let peers = bench::CrowdComputePeers::start(args).await?;
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

    fn submit(&self, args: SubmitArgs) -> Boxed<'_, Result<Code, Failure>> {
        Box::pin(submit::submit(args))
    }
}
