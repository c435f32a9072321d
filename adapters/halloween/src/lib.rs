//! Journeyman as a worker host for the props of a Halloween house, on MQTT.
//!
//! Each prop is a backend of its own, [`PropConfig`], with its own connection, last will and order
//! of commands: give it to `Worker::serve`. The action of a command is the job name, its argument
//! the job's argument, and what a handler returns is published as telemetry or, where the command
//! asked for it (MQTT 5), as an answer. [`Prop`] is the counterpart of upstream's base class: a
//! handler takes it to publish telemetry, status and state, and to command others. [`HostConfig`]
//! is the host's own session.
//!
//! Whoever has only one prop gives [`Config`] itself, with [`Config::prop`] set.

mod argument;
mod backend;
mod connection;
mod extract;
#[doc(hidden)]
pub mod fuzzing;
mod outcome;
mod prop;
mod publish;
mod pyjson;
mod subscription;

pub mod command;
pub mod config;
pub mod discovery;
pub mod profile;
pub mod protocol;
pub mod pytext;

pub use backend::{HostConfig, HostHandle, PropConfig, capabilities};
pub use command::{Arg, Form};
pub use config::{Ack, Config, ConfigError, MqttVersion, Retained};
pub use connection::SharedConnection;
pub use extract::{ArgText, CommandMeta};
pub use journeyman_mqtt::{Publish, QoS};
pub use outcome::{error_name, error_text};
pub use profile::Profile;
pub use prop::Prop;
pub use publish::{Flushed, PropCommand, PublishOptions, ValueError};
pub use subscription::Subscription;
