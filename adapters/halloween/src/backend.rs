//! Props and the host as backends that a worker serves.

use std::{
    any::Any,
    fmt,
    sync::{Arc, OnceLock},
};

use journeyman_core::{
    Error, ErrorKind,
    backend::{Backend, Commands, Sessions},
    capability::{Capabilities, Confirmation, Intake, RetryOwner},
};
use uuid::Uuid;

use crate::{
    Prop, SharedConnection, Subscription,
    config::{Config, ConfigError},
    connection,
    extract::{COMMAND, PROP},
    profile::{HOST, check_id, command_topic},
    protocol::{self, HostCommand, Routes},
    subscription,
};

/// What the bus offers to a prop with these settings.
pub fn capabilities(config: &Config) -> Capabilities {
    let mut offered = Capabilities::new(Intake::Pushed);
    offered.confirmation = Confirmation::Written;
    // A broker delivers again after a lost connection; it never retries what failed.
    offered.retry = RetryOwner::Worker;
    offered.hand_back = config.keeps_session();
    offered.events = true;
    offered.late_results = true;
    offered.redelivered = true;
    offered.concurrency = Some(1);
    offered.max_message = Some(config.max_message_size);
    offered.extensions = &[COMMAND, PROP];
    offered
}

/// A name that nobody else has, unless the user gave one.
pub(crate) fn client_id(config: &Config, name: &str) -> String {
    match &config.client_id {
        Some(id) if name == HOST => id.clone(),
        Some(id) => format!("{id}-{name}"),
        None => {
            let random = Uuid::new_v4().simple().to_string();
            format!("{name}-{}", &random[..8])
        }
    }
}

/// One prop as a backend: a session with a connection, a last will and an order of its own.
#[derive(Debug)]
pub struct PropConfig {
    config: Config,
    id: Arc<str>,
    subscriptions: Vec<Subscription>,
    connection: Option<SharedConnection>,
    handle: Prop,
}

impl PropConfig {
    /// A prop of this house.
    pub fn new(config: Config, id: impl Into<Arc<str>>) -> Self {
        let id = id.into();
        let handle = Prop::new(Arc::clone(&id), config.form);
        Self { config, id, subscriptions: Vec::new(), connection: None, handle }
    }

    /// Sends the messages of these topics to this route.
    #[must_use]
    pub fn watch(self, filter: impl Into<String>, route: impl Into<String>) -> Self {
        self.subscribe(Subscription::new(filter, route))
    }

    /// Adds topics.
    #[must_use]
    pub fn subscribe(mut self, subscription: Subscription) -> Self {
        self.subscriptions.push(subscription);
        self
    }

    /// Serves the prop over a connection that others use, too. `None`: over one of its own.
    #[must_use]
    pub fn connection(mut self, connection: impl Into<Option<SharedConnection>>) -> Self {
        self.connection = connection.into();
        self
    }

    /// The prop's handle, for tasks beside its handlers. It works once a worker serves the prop.
    pub fn handle(&self) -> Prop {
        self.handle.clone()
    }

    /// The prop's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The state machine of the prop, for tests without a network.
    ///
    /// # Errors
    /// A setting cannot work.
    pub fn protocol(&self, routes: &[String]) -> Result<protocol::Prop, Error> {
        self.config.validate()?;
        if let Err(problem) = check_id(&self.id) {
            let shown = crate::config::shorten(&self.id);
            return Err(ConfigError::new("prop", shown, problem).into());
        }
        subscription::check(&command_topic(&self.id), &self.subscriptions)?;
        let routes = Routes::new(routes)?;
        for subscription in &self.subscriptions {
            if !routes.has(&subscription.route) {
                return Err(ConfigError::new(
                    "subscriptions",
                    &subscription.route,
                    "there is no such route",
                )
                .into());
            }
        }
        Ok(protocol::Prop::new(
            Arc::new(self.config.clone()),
            client_id(&self.config, &self.id),
            self.handle.clone(),
            self.subscriptions.clone(),
            routes,
        ))
    }
}

impl Backend for PropConfig {
    fn name(&self) -> String {
        format!("halloween/{}", self.id)
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config)
    }

    fn sessions(mut self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        self.config.load_secrets()?;
        let protocol = self.protocol(sessions.routes())?;
        let mut session = self.config.session_config();
        session.ordered = true;
        let connection = self.connection.as_ref();
        self.handle.attach(connection::add(&self.config, connection, sessions, protocol, session)?);
        Ok(())
    }
}

/// Settings that name a prop ([`Config::prop`]) serve it by themselves.
impl Backend for Config {
    fn name(&self) -> String {
        "halloween".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self)
    }

    fn sessions(self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        if self.prop.is_empty() {
            return Err(ConfigError::bare(
                "prop",
                "is not set; name the prop whose commands this worker takes",
            )
            .into());
        }
        let id = self.prop.clone();
        Box::new(PropConfig::new(*self, id)).sessions(sessions)
    }
}

/// The host's own session: availability and uptime. It takes no jobs.
#[derive(Debug)]
pub struct HostConfig {
    config: Config,
    connection: Option<SharedConnection>,
    handle: HostHandle,
}

impl HostConfig {
    /// The host of this house.
    pub fn new(config: Config) -> Self {
        Self { config, connection: None, handle: HostHandle::default() }
    }

    /// Serves the host over a connection that its props use, too. `None`: over one of its own.
    #[must_use]
    pub fn connection(mut self, connection: impl Into<Option<SharedConnection>>) -> Self {
        self.connection = connection.into();
        self
    }

    /// The host's handle.
    pub fn handle(&self) -> HostHandle {
        self.handle.clone()
    }

    /// The state machine of the host, for tests without a network.
    ///
    /// # Errors
    /// A setting cannot work.
    pub fn protocol(&self) -> Result<protocol::Host, Error> {
        let mut config = self.config.clone();
        // Nothing is kept for the host: it takes no commands.
        config.ack = crate::config::Ack::Receipt;
        config.validate()?;
        let client_id = client_id(&config, HOST);
        Ok(protocol::Host::new(Arc::new(config), client_id))
    }
}

impl Backend for HostConfig {
    fn name(&self) -> String {
        format!("halloween/{HOST}")
    }

    fn capabilities(&self) -> Capabilities {
        // It takes no jobs, so that nothing that a handler needs is a reason to refuse it: a worker
        // can serve the host beside its props without a scope.
        capabilities(&self.config)
    }

    fn sessions(mut self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        self.config.load_secrets()?;
        let protocol = self.protocol()?;
        let session = self.config.session_config();
        let connection = self.connection.as_ref();
        let commands = connection::add(&self.config, connection, sessions, protocol, session)?;
        let _ = self.handle.0.set(commands);
        Ok(())
    }
}

/// Tells the host's session what to say. Clones reach the same session.
#[derive(Clone, Default)]
pub struct HostHandle(Arc<OnceLock<Commands>>);

impl HostHandle {
    /// Says that all workers have started, and how many there are: the uptime counts from now.
    ///
    /// # Errors
    /// The session is gone, or not there yet.
    pub async fn started(&self, workers: usize) -> Result<(), Error> {
        self.send(HostCommand::Started { workers }).await
    }

    /// Publishes a warning of the host.
    ///
    /// # Errors
    /// As [`started`](Self::started).
    pub async fn warn(&self, text: impl Into<String>) -> Result<(), Error> {
        self.send(HostCommand::Warn(text.into())).await
    }

    /// Publishes an error of the host.
    ///
    /// # Errors
    /// As [`started`](Self::started).
    pub async fn error(&self, text: impl Into<String>) -> Result<(), Error> {
        self.send(HostCommand::Error(text.into())).await
    }

    async fn send(&self, command: HostCommand) -> Result<(), Error> {
        let Some(commands) = self.0.get() else {
            let message = "the host has not been started";
            return Err(Error::new(ErrorKind::Disconnected, "command", message));
        };
        let command: Box<dyn Any + Send> = Box::new(command);
        commands.send(command).await
    }
}

impl fmt::Debug for HostHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostHandle")
    }
}
