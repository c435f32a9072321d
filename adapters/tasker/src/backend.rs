//! A configuration and a channel as a backend that a worker serves.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Brake, Error,
    backend::{Backend, SessionConfig, Sessions},
    capability::{Capabilities, Confirmation, Intake, Overload, Registration, RetryOwner},
};

use crate::{
    channel::{ChannelInfo, ChannelTransport, StepChannel},
    config::Config,
    extract::STEP,
    monitor::Monitor,
    protocol::Tasker,
    resolve::{Resolution, Resolver, Routes},
    template::Templates,
};

/// More handlers than run at a time.
const RUNNING: usize = 1 << 16;

/// What Tasker offers to a worker with these settings on such a channel.
pub fn capabilities(config: &Config, info: &ChannelInfo) -> Capabilities {
    let mut offered = Capabilities::new(Intake::Pushed);
    // A failure that may be tried again, since a claimed step has to be answered.
    offered.overload = Overload::Refuse;
    offered.registration = Registration::Confirmed;
    offered.confirmation = Confirmation::Written;
    offered.retry = RetryOwner::Server;
    // Giving a step back costs it an attempt.
    offered.hand_back = false;
    offered.deadline = true;
    // An answer is to an event, not to a connection.
    offered.late_results = true;
    offered.events = info.publishes;
    offered.attempt = true;
    offered.redelivered = true;
    offered.max_message = Some(config.max_result_size);
    offered.extensions = &[STEP];
    offered
}

/// A worker of Tasker on one channel.
#[derive(Debug)]
#[must_use]
pub struct TaskerWorker<C> {
    config: Config,
    channel: C,
    resolvers: Vec<Arc<dyn Resolver>>,
    templates: Option<Templates>,
    monitor: Monitor,
}

impl<C: StepChannel> TaskerWorker<C> {
    /// A worker that takes its steps from this channel.
    pub fn new(config: Config, channel: C) -> Self {
        let monitor = Monitor::default();
        Self { config, channel, resolvers: Vec::new(), templates: None, monitor }
    }

    /// Adds a resolver of your own; it is asked before those that are there, and after those that
    /// were added before it.
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolvers.push(Arc::new(resolver));
        self
    }

    /// Checks before the start that every step of these templates has a handler. Steps of other
    /// templates may come all the same.
    pub fn templates(mut self, templates: Templates) -> Self {
        self.templates = Some(templates);
        self
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is known about the steps in hand.
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// The state machine, for tests without a session. It finds handlers among `routes`.
    ///
    /// # Errors
    /// The settings cannot work, or a step of the templates has no handler.
    pub fn protocol(&self, routes: Routes) -> Result<Tasker, Error> {
        self.config.validate()?;
        let resolution = Resolution::new(self.config.handlers.clone(), routes);
        let resolution = resolution.first(self.resolvers.iter().cloned());
        if let Some(templates) = &self.templates {
            templates.check_handlers(&resolution)?;
        }
        let mut config = self.config.clone();
        if config.worker_id.is_empty() {
            config.worker_id = format!("journeyman-{}", uuid::Uuid::new_v4().simple());
        }
        let info = self.channel.info();
        Ok(Tasker::new(Arc::new(config), resolution, info, self.monitor.clone()))
    }

    /// The rules of the session.
    fn session(&self) -> SessionConfig {
        let mut session = SessionConfig::default();
        session.connect_timeout = self.config.connect_timeout;
        session.max_waiting = self.config.max_waiting;
        session.max_wait = Some(self.config.max_wait);
        // While the channel is away, no step comes: what was in hand is all that can end.
        session.outbox = self.config.max_waiting.saturating_add(RUNNING);
        // The server waits between tries by itself.
        session.brake = Brake::new(Duration::ZERO, Duration::ZERO);
        session
    }
}

impl<C: StepChannel> Backend for TaskerWorker<C> {
    fn name(&self) -> String {
        "tasker".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config, &self.channel.info())
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        let routes = Routes::new(sessions.routes().iter().cloned());
        let protocol = self.protocol(routes)?;
        let session = self.session();
        sessions.add(ChannelTransport::new(self.channel), protocol, session);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        channel::memory::{Rules, channel},
        template::TaskTemplate,
    };

    #[test]
    fn settings_and_channel_become_rules() {
        let config = Config::new()
            .max_waiting(5_usize)
            .max_wait(Duration::from_secs(3))
            .max_result_size(4096_usize);
        let (end, _host) = channel(Rules { publishes: false, ..Rules::default() });
        let worker = TaskerWorker::new(config, end);
        let session = worker.session();
        assert_eq!((session.max_waiting, session.max_wait), (5, Some(Duration::from_secs(3))));
        assert_eq!(session.connect_timeout, Duration::from_secs(60));
        assert!(session.outbox > 5 + 10_000, "no result is lost for want of room");
        assert_eq!(session.brake.delay(9), Duration::ZERO);
        let offered = worker.capabilities();
        assert_eq!((offered.intake, offered.events), (Intake::Pushed, false));
        assert_eq!((offered.max_message, offered.hand_back), (Some(4096), false));
        assert_eq!(offered.extensions, [STEP]);
        assert_eq!(worker.name(), "tasker");
        let info = ChannelInfo::default().publishes(true);
        assert!(capabilities(&Config::default(), &info).events);
        assert_eq!(worker.config().max_waiting, 5);
    }

    #[test]
    fn a_worker_that_cannot_work_does_not_start() {
        let text = "name: t\nnamespace_name: n\nversion: \"1\"\nsteps:\n  \
                    - {name: a, handler: {callable: gv.add}}\n";
        let templates = || Templates::new([TaskTemplate::parse("t.yaml", text).unwrap()]).unwrap();
        let start = |config: Config, routes: &[&str]| {
            let (end, _host) = channel(Rules::default());
            let worker = TaskerWorker::new(config, end).templates(templates());
            worker.protocol(Routes::new(routes.iter().copied())).map(|_| ())
        };
        start(Config::default(), &["gv.*"]).unwrap();
        start(Config::default().handler("gv.add", "other"), &["other"]).unwrap();
        let error = start(Config::default(), &["other"]).unwrap_err().to_string();
        assert!(error.contains("t.yaml:5: `steps[0].handler.callable`: no handler"), "{error}");
        let error = start(Config::default().max_waiting(0_usize), &["gv.*"]).unwrap_err();
        assert!(error.to_string().contains("`max_waiting`"), "{error}");
    }
}
