//! What the settings mean for the connection, with the files that they name.

use std::path::Path;

use journeyman_core::{Secret, backend::SessionConfig, backoff::Backoff};
use journeyman_mqtt::{
    Acknowledge, ClientIdentity, MqttConfig, MqttTarget, Protocol, QoS, TlsConfig, Will,
};

use super::{Ack, Config, ConfigError, MAX_WAIT, MqttVersion};

/// The longest wait between attempts to connect.
const BACKOFF_CAP: std::time::Duration = std::time::Duration::from_secs(10);

/// The longest file that is read for a setting.
const MAX_FILE: u64 = 1 << 20;

impl Config {
    /// Reads the password from the variable or file that is named for it, if one is.
    ///
    /// # Errors
    /// [`ConfigError`] when the one that is named cannot be read.
    pub fn load_secrets(&mut self) -> Result<(), ConfigError> {
        self.load_secrets_with(|name| std::env::var(name).ok())
    }

    pub(super) fn load_secrets_with(
        &mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(), ConfigError> {
        if let Some(name) = self.password_env.take() {
            let Some(text) = variable(&name).filter(|text| !text.is_empty()) else {
                return Err(ConfigError::new(
                    "password_env",
                    name,
                    "this environment variable is not set; set it to the broker's password",
                ));
            };
            self.password = Secret::new(text);
        }
        if self.password.is_empty()
            && let Some(path) = self.password_file.take()
        {
            let bytes = read("password_file", &path)?;
            self.password = Secret::from_bytes(bytes.trim_ascii());
        }
        Ok(())
    }

    /// Where the broker is, as a URL.
    pub fn broker_url(&self) -> String {
        match &self.url {
            Some(url) => url.clone(),
            None if self.host.contains(':') && !self.host.starts_with('[') => {
                format!("mqtt://[{}]:{}", self.host, self.port)
            }
            None => format!("mqtt://{}:{}", self.host, self.port),
        }
    }

    /// The target of one session. Reads the files of the TLS settings.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(crate) fn target(&self, client_id: &str, will: Will) -> Result<MqttTarget, ConfigError> {
        let mut target = MqttTarget::new(self.broker_url())
            .client_id(client_id)
            .will(will)
            .keep_alive(self.keep_alive)
            .tls(self.tls()?);
        target.protocol = match self.mqtt {
            MqttVersion::V311 => Protocol::V311,
            MqttVersion::V5 => Protocol::V5,
        };
        target.receive_maximum = self.receive_maximum;
        target.username = self.effective_username().map(str::to_owned);
        // As upstream: an empty password is none, and there is none without a user.
        if target.username.is_some() && !self.password.is_empty() {
            target.password = Some(self.password.clone());
        }
        Ok(target)
    }

    /// The target of a prop's session.
    pub(crate) fn prop_target(
        &self,
        client_id: &str,
        will: Will,
    ) -> Result<MqttTarget, ConfigError> {
        let target = self.target(client_id, will)?;
        Ok(match self.ack {
            Ack::Receipt => target.acknowledge(Acknowledge::AtReceipt),
            Ack::Settled => target.acknowledge(Acknowledge::AfterSettled).clean_session(false),
        })
    }

    fn tls(&self) -> Result<TlsConfig, ConfigError> {
        let mut tls = match &self.tls_ca {
            Some(path) => TlsConfig::with_roots_only(read("tls_ca", path)?),
            None => TlsConfig::default(),
        };
        if let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) {
            tls = tls.identity(ClientIdentity::new(read("tls_cert", cert)?, read("tls_key", key)?));
        }
        tls.server_name.clone_from(&self.tls_server_name);
        Ok(tls)
    }

    /// The rules of the transport.
    pub fn mqtt_config(&self) -> MqttConfig {
        let mut mqtt = MqttConfig::default();
        mqtt.max_incoming_packet = self.max_message_size;
        mqtt.max_outgoing_packet = self.max_message_size;
        // A PINGREQ goes out after three quarters of the keep-alive, and the broker gives us up after
        // one and a half: whichever side hangs, the other knows at the same time.
        mqtt.ping_timeout = mqtt.ping_timeout.min(self.keep_alive * 3 / 4);
        mqtt.send_queue_hard_limit = mqtt.send_queue_hard_limit.max(2 * self.max_message_size);
        mqtt
    }

    /// The rules of a session.
    pub fn session_config(&self) -> SessionConfig {
        let mut session = SessionConfig::default();
        let base = self.reconnect_interval.min(MAX_WAIT);
        session.backoff = Backoff::new(base, BACKOFF_CAP.max(base));
        session
    }

    /// The QoS of the subscription to commands.
    pub(crate) fn subscription_qos(&self) -> QoS {
        QoS::from_number(self.command_qos).unwrap_or(QoS::AtLeastOnce)
    }
}

fn read(key: &str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    let wrong = |problem: String| ConfigError::new(key, path.display(), problem);
    let size = std::fs::metadata(path).map(|file| file.len());
    if size.is_ok_and(|size| size > MAX_FILE) {
        return Err(wrong("is larger than 1 MiB".to_owned()));
    }
    std::fs::read(path).map_err(|error| wrong(format!("cannot be read ({error})")))
}
