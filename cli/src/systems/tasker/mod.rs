//! Tasker (tasker-core).

mod bare;
mod bench;
mod check;
mod client;
mod dev;
mod folder;
mod news;
mod sample;
mod screen;
mod stand_in;
mod submit;
mod target;
mod values;

use super::{Boxed, StandIn, System, Target};
use crate::{
    bench::{Alone, PeerArgs, Peers, WorkerArgs},
    dev::DevArgs,
    exit::{Code, Failure},
    submit::SubmitArgs,
};

/// A Tasker orchestrator.
#[derive(Debug)]
pub(super) struct TaskerSystem;

impl System for TaskerSystem {
    fn name(&self) -> &'static str {
        "tasker"
    }

    fn uri_form(&self) -> Option<&'static str> {
        Some("tasker+http://HOST:8080 or tasker: (doctor only)")
    }

    fn knows(&self, uri: &str) -> bool {
        let scheme = uri.split(':').next().unwrap_or(uri);
        scheme.eq_ignore_ascii_case("tasker") || client::is_api(uri)
    }

    fn target_of_uri(&self, uri: &str) -> Result<Box<dyn Target>, Failure> {
        target::Orchestrator::from_uri(uri).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn target_of_section(&self, section: toml::Table) -> Result<Box<dyn Target>, Failure> {
        target::Orchestrator::from_section(section)
            .map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn stand_in(
        &self,
        routes: &[String],
        _connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>> {
        let routes = routes.to_vec();
        Box::pin(async move {
            let stand_in = stand_in::TaskerStandIn::start(&routes)?;
            Ok(Box::new(stand_in) as Box<dyn StandIn>)
        })
    }

    fn windows(&self) -> &'static [u16] {
        &[8, 1]
    }

    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>> {
        Box::pin(async move {
            let peers = Alone::start("tasker", &args).await?.note(bench::NOTE);
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
