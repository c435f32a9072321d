//! What the user may say and hear, tried on the topics of a prop that does not exist.

use std::time::{Duration, Instant};

use bytes::Bytes;
use journeyman_core::Error;
use journeyman_halloween::profile::{
    OFFLINE, ONLINE, command_topic, host_availability_topic, state_topic, status_topic,
    telemetry_topic,
};
use journeyman_mqtt::{Publish, QoS, Subscribe};

use super::{
    check::{Look, refusal},
    client::Client,
};
use crate::{doctor::Check, exit::Code};

/// A broker on the other side of the world hands a message on in less.
const PATIENCE: Duration = Duration::from_secs(2);

const AVAILABILITY: &str = "availability";
const WILL: &str = "last will";
const CLEAN_UP: &str = "clean-up";

/// One topic that is tried.
struct Try {
    step: &'static str,
    topic: String,
    payload: Bytes,
    retain: bool,
    /// A prop cannot do without publishing there.
    written: bool,
    /// A prop cannot do without hearing it.
    read: bool,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Went {
    /// It was published and came back.
    Both,
    /// The broker says that publishing is not allowed.
    NotWritten,
    /// The broker took it, and it did not come back.
    NotRead,
    /// It did not come back, and the broker does not say why.
    Lost,
}

pub(super) struct Rights<'a> {
    look: &'a Look<'a>,
    limit: Duration,
}

impl<'a> Rights<'a> {
    pub(super) fn new(look: &'a Look<'a>) -> Self {
        Self { look, limit: look.limit.min(PATIENCE) }
    }

    /// `worker` is the connection of the probe, with its last will.
    pub(super) async fn look(&self, check: &mut Check, mut worker: Client) -> Result<(), Error> {
        let mut observer = self.observer("observer").await?;
        let own = format!("halloween/{}/#", self.look.probe);
        let mut filters = vec![own, host_availability_topic()];
        let prop = self.look.config.prop.as_str();
        if !prop.is_empty() {
            filters.push(self.look.config.profile.availability_topic(prop));
        }
        for filter in filters {
            // What is not granted is seen below, by what does not come.
            observer.subscribe(Subscribe::one(filter, QoS::AtLeastOnce)).await?;
        }
        let tries = self.tries();
        let went = self.try_all(&mut worker, &mut observer, &tries).await?;
        for (one, went) in tries.iter().zip(&went) {
            report(check, one, *went);
        }
        let availability = tries.iter().zip(&went).find(|(one, _)| one.step == AVAILABILITY);
        if availability.is_some_and(|(_, went)| *went == Went::Both) {
            self.retained(check).await?;
            self.will(check, worker, &mut observer).await?;
            self.clean_up(check, &mut observer).await?;
        } else {
            check.skipped(WILL, "not tried: the availability was not seen, either");
            if availability.is_some_and(|(_, went)| *went != Went::NotWritten) {
                self.clean_up(check, &mut worker).await?;
            }
            worker.close().await;
        }
        self.present(check, &mut observer).await?;
        observer.close().await;
        Ok(())
    }

    async fn observer(&self, name: &str) -> Result<Client, Error> {
        let rules = self.look.config.mqtt_config();
        let target = self.look.observer_target(name);
        Client::connect(rules, target, self.look.limit).await.map(|(client, _)| client)
    }

    fn tries(&self) -> Vec<Try> {
        let id = self.look.probe.as_str();
        let one = |step, topic, payload: &'static str, written, read| Try {
            step,
            topic,
            payload: Bytes::from_static(payload.as_bytes()),
            retain: step == AVAILABILITY,
            written,
            read,
        };
        let mut tries = vec![
            one("commands", command_topic(id), "ping", false, true),
            one("telemetry", telemetry_topic(id, "doctor"), "1", true, false),
            one("status", status_topic(id, "doctor"), "looking", true, false),
            one(AVAILABILITY, self.look.availability(), ONLINE, true, false),
        ];
        if self.look.config.profile.has_state() {
            tries.push(one("state", state_topic(id), "looking", true, false));
        }
        tries
    }

    async fn try_all(
        &self,
        worker: &mut Client,
        observer: &mut Client,
        tries: &[Try],
    ) -> Result<Vec<Went>, Error> {
        let mut refused = Vec::new();
        for one in tries {
            let publish = Publish::new(&one.topic, one.payload.clone());
            let publish = publish.qos(QoS::AtLeastOnce).retain(one.retain);
            // Over MQTT 5 it may be refused; over 3.1.1 it is acknowledged in any case.
            refused.push(worker.publish(publish).await.is_err());
        }
        let expected = tries.iter().zip(&refused).filter(|(_, refused)| !**refused);
        let wanted: Vec<_> =
            expected.map(|(one, _)| (one.topic.as_str(), &one.payload[..])).collect();
        let seen = observer.gather(&wanted, self.limit).await?;
        let came = |one: &Try| seen.iter().any(|seen| seen.topic == one.topic);
        let missing: Vec<_> =
            tries.iter().filter(|one| !came(one)).map(|one| one.topic.clone()).collect();
        let reasons = match missing.as_slice() {
            [] => None,
            missing => refusal(self.look, missing).await,
        };
        let reason = |topic: &str| {
            let at = missing.iter().position(|missing| missing == topic)?;
            reasons.as_ref().map(|reasons| reasons[at].is_some())
        };
        let went = tries.iter().zip(&refused).map(|(one, refused)| {
            match (came(one), refused, reason(&one.topic)) {
                (true, ..) => Went::Both,
                (_, true, _) | (_, _, Some(true)) => Went::NotWritten,
                (_, _, Some(false)) => Went::NotRead,
                (_, _, None) => Went::Lost,
            }
        });
        Ok(went.collect())
    }

    /// Somebody who comes later has to see it, too.
    async fn retained(&self, check: &mut Check) -> Result<(), Error> {
        let topic = self.look.availability();
        let mut late = self.observer("late").await?;
        late.subscribe(Subscribe::one(&topic, QoS::AtLeastOnce)).await?;
        let seen = late.gather(&[(&topic, ONLINE.as_bytes())], self.limit).await?;
        match seen.iter().any(|seen| seen.topic == topic && seen.retain) {
            true => check.ok(AVAILABILITY, "`online` is kept, and seen by who comes later"),
            false => check.failed(
                Code::Refused,
                AVAILABILITY,
                "`online` is not kept for who comes later",
                "switch retained messages on (mosquitto: retain_available true)",
            ),
        }
        late.close().await;
        Ok(())
    }

    async fn will(
        &self,
        check: &mut Check,
        worker: Client,
        observer: &mut Client,
    ) -> Result<(), Error> {
        let topic = self.look.availability();
        worker.cut();
        let start = Instant::now();
        let seen = observer.gather(&[(&topic, OFFLINE.as_bytes())], self.limit).await?;
        let came = seen.iter().any(|seen| seen.topic == topic && &seen.payload[..] == b"offline");
        let took = start.elapsed();
        match came {
            true => check.ok(WILL, format!("`offline` came {took:.1?} after a connection was cut")),
            false => check.failed(
                Code::Failed,
                WILL,
                format!("no `offline` within {took:.1?} after a connection was cut"),
                "look into the broker's log, and whether something on the way to it holds \
                 connections open",
            ),
        }
        Ok(())
    }

    /// Nothing of the prop that does not exist is left behind.
    async fn clean_up(&self, check: &mut Check, client: &mut Client) -> Result<(), Error> {
        let topic = self.look.availability();
        let nothing = Publish::new(&topic, Bytes::new()).qos(QoS::AtLeastOnce).retain(true);
        match client.publish(nothing).await {
            Ok(()) => check.ok(CLEAN_UP, format!("{topic} is removed")),
            Err(error) => check.warn(CLEAN_UP, format!("{topic} is still retained: {error}")),
        }
        Ok(())
    }

    /// Who is there already.
    async fn present(&self, check: &mut Check, observer: &mut Client) -> Result<(), Error> {
        let (profile, prop) = (self.look.config.profile, self.look.config.prop.as_str());
        let seen = observer.gather(&[], Duration::ZERO).await?;
        let is_online = |topic: &str| {
            seen.iter().rfind(|seen| seen.topic == topic).map(|seen| &seen.payload[..] == b"online")
        };
        if !prop.is_empty() && is_online(&profile.availability_topic(prop)) == Some(true) {
            check.warn(
                "others",
                format!(
                    "{prop} is `online` already; a second worker for it would run each command a \
                     second time"
                ),
            );
        } else if prop.is_empty() && is_online(&host_availability_topic()) == Some(true) {
            let text = "a worker host is `online` here; two of them should not run the same props";
            check.skipped("others", text);
        }
        Ok(())
    }
}

fn report(check: &mut Check, one: &Try, went: Went) {
    let Try { step, topic, written, read, .. } = one;
    let acl = |what: &str| {
        format!(
            "let this user {what} there; in mosquitto's ACL file: topic readwrite halloween/+/#"
        )
    };
    match (went, *written, *read) {
        (Went::Both, ..) => {
            check.ok(step, format!("{topic}: written, and read by a second client"));
        }
        (Went::NotWritten, true, _) => {
            let text = format!("{topic}: this user may not publish there");
            check.failed(Code::Refused, step, text, &acl("write"));
        }
        (Went::NotWritten, false, _) => {
            check.warn(step, format!("{topic}: this user may not command other props"));
        }
        (Went::NotRead, _, true) => {
            let text = format!("{topic}: this user does not hear what is published there");
            check.failed(Code::Refused, step, text, &acl("read"));
        }
        (Went::NotRead, _, false) => {
            let text = format!("{topic}: written; this user may not read it, which no prop needs");
            check.ok(step, text);
        }
        (Went::Lost, ..) => {
            let text = format!("{topic}: what was published there did not come back");
            check.failed(Code::Refused, step, text, &acl("write and read"));
        }
    }
}
