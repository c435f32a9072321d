//! Halloween props.

mod bare;
mod bench;
mod broker;
mod check;
mod client;
mod dev;
mod news;
mod rights;
mod stand_in;
mod target;

use super::{Boxed, StandIn, System, Target};
use crate::{
    bench::{PeerArgs, Peers, WorkerArgs},
    dev::DevArgs,
    exit::{Code, Failure},
    submit::SubmitArgs,
};

/// A house of props on an MQTT bus.
#[derive(Debug)]
pub(super) struct HalloweenSystem;

impl System for HalloweenSystem {
    fn name(&self) -> &'static str {
        "halloween"
    }

    fn uri_form(&self) -> Option<&'static str> {
        Some("halloween+mqtt://HOST:1883?prop=ID (or mqtts, ws, wss)")
    }

    fn knows(&self, uri: &str) -> bool {
        uri.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("halloween+"))
    }

    fn target_of_uri(&self, uri: &str) -> Result<Box<dyn Target>, Failure> {
        target::House::from_uri(uri).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn target_of_section(&self, section: toml::Table) -> Result<Box<dyn Target>, Failure> {
        target::House::from_section(section).map(|target| Box::new(target) as Box<dyn Target>)
    }

    fn stand_in(
        &self,
        _routes: &[String],
        _connections: usize,
    ) -> Boxed<'_, Result<Box<dyn StandIn>, Failure>> {
        Box::pin(async {
            let stand_in = stand_in::HalloweenStandIn::start().await?;
            Ok(Box::new(stand_in) as Box<dyn StandIn>)
        })
    }

    fn roads(&self) -> &'static [&'static str] {
        bench::ROADS
    }

    fn windows(&self) -> &'static [u16] {
        &[16, 1]
    }

    fn bench(&self, args: PeerArgs) -> Boxed<'_, Result<Box<dyn Peers>, Failure>> {
        Box::pin(async move {
            let peers = bench::HalloweenPeers::start(args).await?;
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
                "commands for props are published on the bus, by any MQTT client: \
                 mosquitto_pub -h HOST -t halloween/PROP/cmd -m 'ping hello'. \
                 `journeyman dev --as halloween` prints such lines, and what comes back",
            ))
        })
    }
}
