//! From options and environment to the settings of the host.

use std::path::PathBuf;

use clap::Args;
use journeyman_core::settings::variables;
use journeyman_halloween::{
    Config, Profile,
    config::KEYS,
    discovery::{TOGGLE_VARIABLES, Toggles},
};

use crate::exit::Failure;

/// Where the broker is, and who we are there. Each goes before its environment variable.
#[derive(Debug, Args)]
#[command(next_help_heading = "Broker")]
pub(super) struct BrokerArgs {
    /// The broker's host [MQTT_HOST; default: broker]
    #[arg(long, value_name = "HOST", conflicts_with = "url")]
    host: Option<String>,
    /// The broker's port [MQTT_PORT; default: 1883]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "url")]
    port: Option<u16>,
    /// The broker as a URL: mqtt://, mqtts://, ws:// or wss://HOST[:PORT] [HALLOWEEN_URL]
    #[arg(long)]
    url: Option<String>,
    /// The user name; an empty one connects without [MQTT_WORKER_USER; default: worker]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file that holds the password. The password itself comes from MQTT_WORKER_PW
    #[arg(long, value_name = "FILE")]
    password_file: Option<String>,
    /// The client id of the host; those of the props are ID-PROP [MQTT_CLIENT_ID; default: made
    /// anew for every start]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The version of MQTT [HALLOWEEN_MQTT; default: 3.1.1]
    #[arg(long, value_parser = ["3.1.1", "5"], value_name = "VERSION")]
    mqtt: Option<String>,
}

/// The rules of the house.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArgs {
    /// Upstream's revision: head (November 2025) or seed (October 2025) [HALLOWEEN_PROFILE;
    /// default: head]
    #[arg(long, value_parser = ["head", "seed"])]
    profile: Option<String>,
    /// When commands are acknowledged: receipt (at most once) or settled (at least once)
    /// [HALLOWEEN_ACK; default: receipt]
    #[arg(long, value_parser = ["receipt", "settled"], value_name = "WHEN")]
    ack: Option<String>,
    /// What is done with retained commands: ignore, run or clear [HALLOWEEN_RETAINED; default:
    /// ignore]
    #[arg(long, value_parser = ["ignore", "run", "clear"], value_name = "RULE")]
    retained: Option<String>,
    /// Only these props, by the names of their folders; may be repeated [WORKER_PROPS_ALLOW]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Not these props [WORKER_PROPS_DISABLE]
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "only")]
    without: Vec<String>,
}

/// What the host runs with.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) toggles: Toggles,
}

impl Settings {
    /// # Errors
    /// A variable or an option cannot be what it is.
    pub(super) fn read(broker: &BrokerArgs, rules: &RuleArgs) -> Result<Self, Failure> {
        let usage = |error: journeyman_halloween::ConfigError| Failure::usage(error.to_string());
        let mut vars = variables(KEYS.iter().map(|(_, variable, _)| *variable)).map_err(usage)?;
        let toggles = TOGGLE_VARIABLES.iter().map(|(variable, _)| *variable);
        let toggles = variables(toggles).map_err(usage)?;
        apply(&mut vars, broker, rules);
        let mut config = Config::from_vars(vars).map_err(usage)?;
        if let Some(user) = &broker.user {
            // An empty one counts, too, where an empty variable does not.
            config.username = Some(user.clone());
        }
        config.validate().map_err(usage)?;
        let mut toggles = Toggles::from_vars(config.profile, toggles);
        if !rules.only.is_empty() {
            toggles.props.allow.clone_from(&rules.only);
        }
        if !rules.without.is_empty() {
            toggles.props.allow.clear();
            toggles.props.disable.clone_from(&rules.without);
        }
        Ok(Self { config, toggles })
    }

    /// Where user and password come from, for somebody who was refused.
    pub(super) fn credentials(&self) -> String {
        let (user, password) = self.config.profile.credential_variables();
        let name = match self.config.effective_username() {
            Some(name) => format!("it was tried as `{name}`"),
            None => "it was tried without a user name".to_owned(),
        };
        format!(
            "{name}: correct the user (--user or {user}) or the password ({password} or \
             --password-file); `journeyman doctor` looks step by step"
        )
    }

    /// Who connects where, for people.
    pub(super) fn describe(&self) -> String {
        let url = journeyman_core::settings::redacted(&self.config.broker_url());
        let user = match self.config.effective_username() {
            Some(user) => format!(" as `{user}`"),
            None => String::new(),
        };
        format!("{url}{user}, profile {}", self.config.profile.as_str())
    }
}

/// Puts options in the place of their variables.
fn apply(vars: &mut Vec<(String, String)>, broker: &BrokerArgs, rules: &RuleArgs) {
    let mut set = |variable: &str, value: Option<&str>| {
        if let Some(value) = value {
            vars.retain(|(name, _)| name != variable);
            vars.push((variable.to_owned(), value.to_owned()));
        }
    };
    set("HALLOWEEN_PROFILE", rules.profile.as_deref());
    set("HALLOWEEN_ACK", rules.ack.as_deref());
    set("HALLOWEEN_RETAINED", rules.retained.as_deref());
    set("HALLOWEEN_MQTT", broker.mqtt.as_deref());
    set("HALLOWEEN_PASSWORD_FILE", broker.password_file.as_deref());
    set("MQTT_CLIENT_ID", broker.client_id.as_deref());
    set("MQTT_HOST", broker.host.as_deref());
    set("MQTT_PORT", broker.port.map(|port| port.to_string()).as_deref());
    if broker.host.is_some() || broker.port.is_some() {
        // It would win over both.
        set("HALLOWEEN_URL", Some(""));
    }
    set("HALLOWEEN_URL", broker.url.as_deref());
    if broker.password_file.is_some() {
        // The password itself would win over its file.
        for profile in Profile::ALL {
            set(profile.credential_variables().1, Some(""));
        }
    }
}

/// The folder with the props.
///
/// # Errors
/// It is not there, or is no folder.
pub(super) fn root(path: &std::path::Path) -> Result<PathBuf, Failure> {
    let wrong = |problem: String| Failure::usage(format!("--root {}: {problem}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|error| {
        wrong(format!("{error}; give the folder that has the props' folders in it"))
    })?;
    if !metadata.is_dir() {
        return Err(wrong(
            "is no folder; give the one that has the props' folders in it".to_owned(),
        ));
    }
    // Programs of props are started in other folders.
    let root = std::path::absolute(path).map_err(|error| wrong(error.to_string()))?;
    // Without a slash at its end.
    Ok(root.components().collect())
}
