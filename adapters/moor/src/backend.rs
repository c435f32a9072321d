//! A configuration as a backend that a worker serves.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Error,
    backend::{Backend, SessionConfig, Sessions},
    backoff::Backoff,
    capability::{Capabilities, Confirmation, Intake, RetryOwner},
};
use journeyman_zmq::{ZmqConfig, ZmqTransport};
use uuid::Uuid;

use crate::{
    auth::{DataDir, KeyError, SigningKey},
    config::{Config, ConfigError, check_type},
    extract::{PERMS, REQUEST_ID},
    protocol::{Credentials, CurveCredentials, Enrollment, Ids, Moor},
    wire::Era,
};

/// The longest wait between attempts to connect.
const BACKOFF_CAP: Duration = Duration::from_secs(10);

/// What a mooR daemon offers to a worker.
pub fn capabilities(max_message: usize) -> Capabilities {
    let mut offered = Capabilities::new(Intake::Pushed);
    offered.confirmation = Confirmation::Confirmed;
    offered.retry = RetryOwner::Worker;
    offered.deadline = true;
    offered.late_results = true;
    offered.max_message = Some(max_message);
    offered.extensions = &[PERMS, REQUEST_ID];
    offered
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::config(error.to_string())
    }
}

impl Config {
    /// The worker types: those of the settings, else the exact names among these routes.
    ///
    /// # Errors
    /// There are none, or one is not usable.
    pub fn types(&self, routes: &[String]) -> Result<Vec<String>, ConfigError> {
        let mut types = self.worker_types.clone();
        if types.is_empty() {
            types = routes.iter().filter(|name| !name.contains('*')).cloned().collect();
        }
        for name in &types {
            check_type(name)?;
        }
        // The daemon compares them without case.
        let mut seen = Vec::new();
        types.retain(|name| {
            let name = name.to_lowercase();
            let new = !seen.contains(&name);
            seen.push(name);
            new
        });
        if types.is_empty() {
            return Err(ConfigError::bare(
                "worker_types",
                "is not set, and no route has an exact name; name what MOO code asks for, such as \
                 \"echo\"",
            ));
        }
        Ok(types)
    }

    /// What the worker shows to the daemon. Reads the key files, and makes a CURVE key pair if it
    /// is needed and there is none.
    ///
    /// # Errors
    /// A setting or a file cannot be used; the error says which.
    pub fn credentials(&self, types: &[String]) -> Result<Credentials, Error> {
        if self.era == Era::Paseto {
            let key = SigningKey::read(&self.private_key)?;
            if let Some(path) = &self.public_key {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    ConfigError::new(
                        "public_key",
                        path.display(),
                        format!("cannot be read ({error})"),
                    )
                })?;
                key.check_public_pem(&text).map_err(|error| error.at(path))?;
            }
            return Ok(Credentials::Token(key));
        }
        if !self.needs_keys()? {
            return Ok(Credentials::Open);
        }
        let service_type = self.service(types);
        let files = DataDir::new(&self.data_dir, &service_type);
        let keys = files.keys()?;
        if let Some(daemon) = self.daemon_key()? {
            let curve = CurveCredentials { keys, daemon: Some(daemon), enrollment: None };
            return Ok(Credentials::Curve(Box::new(curve)));
        }
        let identity = files.identity()?;
        let daemon = identity.map(|identity| identity.daemon_key()).transpose()?;
        let token = self.token().map_err(|error| error.to_string());
        if daemon.is_none()
            && let Err(problem) = &token
        {
            return Err(Error::config(problem.clone()));
        }
        let enrollment = Enrollment {
            endpoint: self.enrollment()?,
            token,
            service_type,
            hostname: self.hostname.clone().unwrap_or_else(hostname),
        };
        let curve = CurveCredentials { keys, daemon, enrollment: Some(enrollment) };
        Ok(Credentials::Curve(Box::new(curve)))
    }

    /// The rules of the sockets.
    pub fn zmq(&self) -> ZmqConfig {
        let mut zmq = ZmqConfig::default();
        zmq.max_message_size = self.max_message_size;
        zmq.request_timeout = self.reply_timeout;
        zmq.subscription_grace = self.subscription_grace;
        zmq
    }
}

impl Backend for Config {
    fn name(&self) -> String {
        "moor".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        capabilities(self.max_message_size)
    }

    fn sessions(mut self: Box<Self>, sessions: &mut Sessions) -> Result<(), Error> {
        self.load_secrets()?;
        self.validate()?;
        let types = self.types(sessions.routes())?;
        let credentials = self.credentials(&types)?;
        let config: Arc<Self> = self.into();
        let mut session = SessionConfig::default();
        session.backoff = Backoff::new(config.reconnect_interval, BACKOFF_CAP);
        if let Credentials::Curve(_) = credentials {
            session.store = Arc::new(DataDir::new(&config.data_dir, config.service(&types)));
        }
        let transport = ZmqTransport::new(config.zmq());
        let protocol = Moor::new(config, &types, credentials, Ids::new(seed()))?;
        sessions.add(transport, protocol, session);
        Ok(())
    }
}

/// Random bytes of the system's.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    let (a, b) = seed.split_at_mut(16);
    a.copy_from_slice(Uuid::new_v4().as_bytes());
    b.copy_from_slice(Uuid::new_v4().as_bytes());
    seed
}

/// The name of this host, as the system says it.
fn hostname() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}
