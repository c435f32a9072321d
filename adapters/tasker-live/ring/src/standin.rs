//! The same workflows on the stand-in of `journeyman-testkit`, with the same handlers.

use std::{fs, net::SocketAddr, path::Path};

use journeyman_core::{StartedWorker, Worker};
use journeyman_tasker::{Config, TaskerWorker, template::Templates};
use journeyman_testkit::tasker::{Bridge, Channel, Config as Rules, Orchestrator, Server};
use tokio::task::JoinHandle;

use crate::rest::Rest;

/// A stand-in with a worker, in this process.
pub(crate) struct StandIn {
    pub(crate) rest: Rest,
    pub(crate) channel: Channel,
    server: Server,
    worker: StartedWorker,
    clock: JoinHandle<()>,
}

impl StandIn {
    /// Starts it with the templates of a folder.
    pub(crate) async fn start(templates: &Path) -> Result<Self, String> {
        let mut rules = Rules::quick();
        rules.failure_conditions = true;
        let mut core = Orchestrator::new(rules);
        for entry in fs::read_dir(templates).map_err(|error| error.to_string())? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
            core.register_template(&text)
                .map_err(|error| format!("the stand-in and {}: {error}", path.display()))?;
        }
        let channel = Channel::new(core);
        let clock = {
            let channel = channel.clone();
            tokio::spawn(async move { channel.follow_time().await })
        };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::start(channel.clone(), listen).await.map_err(|e| e.to_string())?;
        let known = Templates::load(templates).map_err(|error| error.to_string())?;
        let backend = TaskerWorker::new(Config::new(), Bridge::new(channel.clone()));
        let router = journeyman_tasker_ring::handlers::router();
        let worker = Worker::new(router).serve(backend.templates(known)).start();
        let worker = worker.map_err(|error| error.to_string())?;
        Ok(Self { rest: Rest::new(server.url()), channel, server, worker, clock })
    }

    /// Names of the domain events that went to the queue, sorted.
    pub(crate) fn durable_events(&self) -> Vec<String> {
        use journeyman_testkit::tasker::Delivery;
        self.channel.with(|core| {
            let durable = core.domain_events().filter(|event| event.delivery == Delivery::Durable);
            let mut names: Vec<_> = durable.map(|event| event.name.clone()).collect();
            names.sort_unstable();
            names
        })
    }

    /// Ends it.
    pub(crate) async fn stop(self) -> Result<(), String> {
        self.worker.control().drain();
        let ended = self.worker.wait().await.map(drop).map_err(|error| error.to_string());
        self.server.stop().await;
        self.clock.abort();
        ended
    }
}
