//! The steps of the doctor, in their order.

use std::time::{Duration, Instant};

use journeyman_core::{Error, ErrorKind};
use journeyman_halloween::{Config, MqttVersion};
use journeyman_mqtt::{Connack, MqttTarget, Protocol, Publish, QoS, Subscribe, Will};

use super::{
    client::{self, Client},
    rights::Rights,
};
use crate::{
    doctor::{self, Check, DoctorArgs},
    exit::Code,
};

pub(super) const CONNECT: &str = "CONNECT";
const SUBSCRIPTION: &str = "subscription";

pub(super) async fn check(config: &Config, check: &mut Check, args: &DoctorArgs) {
    if args.submit_to.is_some() {
        return check.failed(
            Code::Usage,
            "echo job",
            "a broker takes no jobs at an address of its own: commands are published on the bus",
            "leave --submit-to and --queue away; try mosquitto_pub -t halloween/PROP/cmd -m ping",
        );
    }
    let Some(look) = Look::new(config, check, args.timeout) else { return };
    if !look.dial(check).await {
        return;
    }
    let Some((mut worker, connack)) = look.connect(check).await else { return };
    offers(check, config, &connack);
    if !look.subscribe(check, &mut worker).await {
        return worker.close().await;
    }
    if args.no_register {
        check.skipped("rights", "not tried: nothing was to be published");
        return worker.close().await;
    }
    if let Err(error) = Rights::new(&look).look(check, worker).await {
        check.error("rights", &error);
    }
}

/// A look at one broker.
pub(super) struct Look<'a> {
    pub(super) config: &'a Config,
    /// The prop that the look pretends to be.
    pub(super) probe: String,
    /// The target of the probe, without a will.
    target: MqttTarget,
    url: hyper::Uri,
    pub(super) limit: Duration,
}

impl<'a> Look<'a> {
    fn new(config: &'a Config, check: &mut Check, limit: Duration) -> Option<Self> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let probe = format!("journeyman-doctor-{}", &id[..8]);
        // With another name than a worker's, which might be at work under it.
        let target = match client::target(config, &probe, &probe) {
            Ok(target) => target,
            Err(error) => {
                check.error("configuration", &error);
                return None;
            }
        };
        let url = config.broker_url().parse::<hyper::Uri>().ok().filter(|url| url.host().is_some());
        let Some(url) = url else {
            check.failed(Code::Usage, "configuration", "the broker's URL has no host", "");
            return None;
        };
        Some(Self { config, probe, target, url, limit })
    }

    /// The target of the probe's connection, with the will of a prop.
    fn worker_target(&self) -> MqttTarget {
        let will = Publish::new(self.availability(), journeyman_halloween::profile::OFFLINE);
        self.target.clone().will(Will::new(will.qos(QoS::AtLeastOnce).retain(true)))
    }

    /// The target of somebody who looks on, as the same user.
    pub(super) fn observer_target(&self, name: &str) -> MqttTarget {
        self.target.clone().client_id(format!("{}-{name}", self.probe))
    }

    pub(super) fn availability(&self) -> String {
        self.config.profile.availability_topic(&self.probe)
    }

    fn secure(&self) -> bool {
        matches!(self.url.scheme_str(), Some("mqtts" | "wss"))
    }

    async fn dial(&self, check: &mut Check) -> bool {
        let default = match self.url.scheme_str() {
            Some("mqtts") => 8883,
            Some("ws") => 80,
            Some("wss") => 443,
            _ => 1883,
        };
        let port = self.url.port_u16().unwrap_or(default);
        let host = self.url.host().unwrap_or_default().trim_matches(['[', ']']);
        let addresses = doctor::resolve(check, host, port, self.limit).await;
        !addresses.is_empty() && doctor::dial(check, &addresses, self.limit).await
    }

    /// Shakes hands with TLS, if there is any, and as an MQTT client.
    async fn connect(&self, check: &mut Check) -> Option<(Client, Box<Connack>)> {
        if !self.secure() {
            check.skipped("TLS", "not used: the connection is plain");
        }
        let start = Instant::now();
        let rules = self.config.mqtt_config();
        let connected = Client::connect(rules, self.worker_target(), self.limit).await;
        let of_tls = connected.as_ref().is_err_and(|error| error.kind() == ErrorKind::Tls);
        if self.secure() && !of_tls {
            check.ok("TLS", "the certificate is accepted");
        }
        match connected {
            Ok((client, connack)) => {
                let took = start.elapsed();
                let version = version(self.config.mqtt);
                let user = match self.config.effective_username() {
                    Some(user) => format!("user `{user}`"),
                    None => "no user name".to_owned(),
                };
                let id = &self.probe;
                let text = format!("accepted after {took:.1?}: {version}, {user}, client id {id}");
                check.ok(CONNECT, text);
                Some((client, connack))
            }
            Err(error) => {
                check.error(if of_tls { "TLS" } else { CONNECT }, &error);
                if error.kind() == ErrorKind::Refused {
                    self.hint(check);
                }
                None
            }
        }
    }

    /// What is often the reason of a refusal.
    fn hint(&self, check: &mut Check) {
        let (user, password) = self.config.profile.credential_variables();
        let text = match self.config.effective_username() {
            Some(name) => format!(
                "it was tried as `{name}`; a URI takes the user from username=NAME, and the \
                 password from the variable {password}, password_env=NAME or password_file=PATH; \
                 the host takes them from {user} and {password}"
            ),
            None => format!(
                "it was tried without a user name; a URI takes one from username=NAME, the host \
                 from {user}"
            ),
        };
        check.skipped(CONNECT, text);
    }

    /// Subscribes to commands as a prop does.
    async fn subscribe(&self, check: &mut Check, worker: &mut Client) -> bool {
        let id = match self.config.prop.as_str() {
            "" => &self.probe,
            prop => prop,
        };
        let topic = journeyman_halloween::profile::command_topic(id);
        let wanted = QoS::from_number(self.config.command_qos).unwrap_or(QoS::AtLeastOnce);
        let refused = |check: &mut Check, why: &str| {
            check.failed(
                Code::Refused,
                SUBSCRIPTION,
                format!("{topic}: {why}"),
                "let this user read there; in mosquitto's ACL file: topic readwrite halloween/+/#",
            );
            false
        };
        match worker.subscribe(Subscribe::one(&topic, wanted)).await {
            Ok(suback) => match suback.results.first().map(|result| result.granted) {
                Some(Ok(granted)) if granted < wanted => {
                    let (granted, wanted) = (granted.number(), wanted.number());
                    let text = format!("{topic}: granted with QoS {granted} instead of {wanted}");
                    check.warn(SUBSCRIPTION, text);
                    true
                }
                Some(Ok(granted)) => {
                    let text = format!("{topic}: granted with QoS {}", granted.number());
                    check.ok(SUBSCRIPTION, text);
                    true
                }
                Some(Err(reason)) => refused(check, &format!("refused: {reason}")),
                None => refused(check, "the broker's answer is empty"),
            },
            Err(error) => {
                check.error(SUBSCRIPTION, &error);
                false
            }
        }
    }
}

pub(super) fn version(version: MqttVersion) -> &'static str {
    match version {
        MqttVersion::V5 => "MQTT 5",
        _ => "MQTT 3.1.1",
    }
}

/// What the broker said about itself; only MQTT 5 has words for it.
fn offers(check: &mut Check, config: &Config, connack: &Connack) {
    if !connack.retain_available {
        check.failed(
            Code::Refused,
            CONNECT,
            "the broker keeps no retained messages, and availability is one",
            "switch them on (mosquitto: retain_available true)",
        );
    }
    if connack.maximum_qos < QoS::AtLeastOnce {
        check.warn(CONNECT, "the broker takes QoS 0 only: a message that is lost stays lost");
    }
    if connack.maximum_packet_size < config.max_message_size {
        let (own, limit) = (config.max_message_size, connack.maximum_packet_size);
        let text =
            format!("the broker takes messages of {limit} bytes at most; ours may have {own}");
        check.warn(CONNECT, text);
    }
}

/// What MQTT 5 says about publishing there; `None` if the broker does not speak it.
pub(super) async fn refusal(look: &Look<'_>, topics: &[String]) -> Option<Vec<Option<Error>>> {
    let target = look.observer_target("5").protocol(Protocol::V5);
    let rules = look.config.mqtt_config();
    let (mut client, _) = Client::connect(rules, target, look.limit).await.ok()?;
    let mut all = Vec::new();
    for topic in topics {
        let publish = Publish::new(topic, "journeyman-doctor").qos(QoS::AtLeastOnce);
        match client.publish(publish).await {
            Ok(()) => all.push(None),
            Err(error) if error.kind() == ErrorKind::Refused => all.push(Some(error)),
            Err(_) => return None,
        }
    }
    client.close().await;
    Some(all)
}
