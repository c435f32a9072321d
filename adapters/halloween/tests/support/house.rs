//! A house without a network: the state machines of the host and of its props, a broker that
//! confirms everything, and workers that do what those of the recordings did.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, UNIX_EPOCH},
};

use journeyman_core::{
    JobError,
    job::Completion,
    protocol::{Action, IncomingJob, Input, Protocol, Token},
    sans_io::Driver,
    transport::{Closed, Lane, Tag},
};
use journeyman_halloween::{
    Config, HostConfig, PropCommand, PropConfig, fuzzing,
    protocol::{Host, HostCommand, Prop},
};
use journeyman_mqtt::{MqttMessage, MqttTarget, Publish};

use super::{
    broker::{self, Spec},
    workers::{self, Worker},
};

/// A message on the bus.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: u8,
    pub retain: bool,
}

impl Said {
    pub fn new(topic: &str, payload: &str, qos: u8, retain: bool) -> Self {
        Self { topic: topic.to_owned(), payload: payload.as_bytes().to_vec(), qos, retain }
    }

    pub fn of(publish: &Publish) -> Self {
        Self {
            topic: publish.topic.clone(),
            payload: publish.payload.to_vec(),
            qos: publish.qos.number(),
            retain: publish.retain,
        }
    }
}

pub struct House {
    pub config: Config,
    pub host: Driver<Host>,
    pub props: BTreeMap<String, Inhabitant>,
    /// What was said and not yet looked at, in order.
    pub said: VecDeque<Said>,
    pub uptime: u64,
    pub started: bool,
    host_up: bool,
}

pub struct Inhabitant {
    pub driver: Driver<Prop>,
    pub worker: Worker,
    /// The filters of its last subscription, with their QoS.
    pub filters: Vec<(String, u8)>,
    pub ready: bool,
    pub left: bool,
    /// It said that it has stopped.
    pub stopped: bool,
}

impl Inhabitant {
    /// Whether it said `offline`.
    pub fn is_gone(&self) -> bool {
        self.stopped || self.left
    }
}

impl House {
    pub fn new(config: Config) -> Self {
        let protocol = HostConfig::new(config.clone()).protocol().unwrap();
        Self {
            config,
            host: Driver::new(protocol, UNIX_EPOCH, 1),
            props: BTreeMap::new(),
            said: VecDeque::new(),
            uptime: 0,
            started: false,
            host_up: false,
        }
    }

    pub fn host_target(&mut self) -> MqttTarget {
        self.host.protocol.target(UNIX_EPOCH).unwrap()
    }

    pub fn host_will(&mut self) -> Said {
        Said::of(&self.host_target().will.unwrap().message)
    }

    pub fn prop_will(&mut self, id: &str) -> Said {
        let target = self.prop(id).driver.protocol.target(UNIX_EPOCH).unwrap();
        Said::of(&target.will.unwrap().message)
    }

    pub fn prop(&mut self, id: &str) -> &mut Inhabitant {
        self.props.get_mut(id).unwrap_or_else(|| panic!("no prop {id}"))
    }

    /// What was said since the last look.
    pub fn take(&mut self) -> Vec<Said> {
        self.said.drain(..).collect()
    }

    pub fn connect_host(&mut self) {
        if !self.host_up {
            self.host_up = true;
            self.host_target();
            let actions = self.host.handle(Input::Connected);
            self.host_did(actions);
        }
    }

    pub fn start_host(&mut self, workers: usize) {
        self.started = true;
        self.tell_host(HostCommand::Started { workers });
    }

    pub fn tell_host(&mut self, command: HostCommand) {
        let actions = self.host.handle(Input::Command { token: None, command: Box::new(command) });
        self.host_did(actions);
    }

    /// Lets time pass until the host's uptime is this.
    pub fn advance_host(&mut self, uptime: u64) {
        let step = Duration::from_secs(uptime - self.uptime);
        self.uptime = uptime;
        let actions = self.host.advance(step);
        self.host_did(actions);
    }

    fn host_did(&mut self, actions: Vec<Action<MqttMessage>>) {
        let mut sent = Vec::new();
        for action in actions {
            match action {
                Action::Send { tag, message: MqttMessage::Publish(publish), .. } => {
                    self.said.push_back(Said::of(&publish));
                    sent.extend(tag);
                }
                Action::Ready => {}
                other => panic!("{other:?}"),
            }
        }
        for tag in sent {
            let actions = self.host.handle(Input::Sent { tag });
            self.host_did(actions);
        }
    }

    /// Connects a prop; it is made if it is not there yet.
    pub fn connect(&mut self, id: &str) {
        if !self.props.contains_key(id) {
            let worker = workers::worker(id);
            let routes: Vec<String> = worker.routes.iter().map(|r| (*r).to_owned()).collect();
            let protocol = PropConfig::new(self.config.clone(), id).protocol(&routes).unwrap();
            let inhabitant = Inhabitant {
                driver: Driver::new(protocol, UNIX_EPOCH, 1),
                worker,
                filters: Vec::new(),
                ready: false,
                left: false,
                stopped: false,
            };
            self.props.insert(id.to_owned(), inhabitant);
        }
        self.prop(id).driver.protocol.target(UNIX_EPOCH).unwrap();
        let actions = self.prop(id).driver.handle(Input::Connected);
        self.prop_did(id, actions);
    }

    /// All connections are lost, and come back.
    pub fn reconnect(&mut self) {
        let closed = || Closed {
            code: None,
            error: journeyman_core::Error::new(
                journeyman_core::ErrorKind::Disconnected,
                "receive",
                "gone",
            ),
            clean: false,
        };
        self.host_up = false;
        let actions = self.host.handle(Input::Disconnected { closed: closed() });
        self.host_did(actions);
        let ids: Vec<_> = self.props.keys().cloned().collect();
        for id in &ids {
            self.prop(id).ready = false;
            let actions = self.prop(id).driver.handle(Input::Disconnected { closed: closed() });
            self.prop_did(id, actions);
        }
        self.connect_host();
        ids.iter().for_each(|id| self.connect(id));
    }

    pub fn leave(&mut self, id: &str) {
        self.prop(id).left = true;
        let actions = self.prop(id).driver.handle(Input::Goodbye);
        self.prop_did(id, actions);
    }

    pub fn tell(&mut self, id: &str, command: PropCommand) {
        self.prop(id).stopped |= command == PropCommand::Stop;
        let command = Box::new(command);
        let actions = self.prop(id).driver.handle(Input::Command { token: None, command });
        self.prop_did(id, actions);
    }

    /// A message is published; the broker gives it to the prop that listens, if there is one.
    pub fn publish(&mut self, spec: Spec) {
        self.receive(broker::delivery(spec));
    }

    pub fn receive(&mut self, message: MqttMessage) {
        let MqttMessage::Delivery(delivery) = &message else { panic!("{message:?}") };
        let topic = delivery.topic.clone();
        let listens = |prop: &Inhabitant| prop.filters.iter().any(|(filter, _)| *filter == topic);
        let Some((id, _)) = self.props.iter().find(|(_, prop)| listens(prop)) else { return };
        let id = id.clone();
        let input = Input::Received { lane: Lane::MAIN, message };
        let actions = self.prop(&id).driver.handle(input);
        self.prop_did(&id, actions);
    }

    fn prop_did(&mut self, id: &str, actions: Vec<Action<MqttMessage>>) {
        let mut sent: Vec<Tag> = Vec::new();
        let mut jobs: Vec<(Token, IncomingJob)> = Vec::new();
        let mut to_props = Vec::new();
        for action in actions {
            match action {
                Action::Send { tag, message: MqttMessage::Publish(publish), .. } => {
                    self.said.push_back(Said::of(&publish));
                    sent.extend(tag);
                    if publish.topic.ends_with("/cmd") {
                        let qos = publish.qos.number().min(1);
                        to_props.push(Spec::new(&publish.topic, &publish.payload).qos(qos));
                    }
                }
                Action::Send { tag, message: MqttMessage::Subscribe(subscribe), .. } => {
                    let filters = subscribe.filters.into_iter();
                    let filters: Vec<_> = filters.map(|f| (f.filter, f.qos.number())).collect();
                    self.prop(id).filters = filters.clone();
                    let codes: Vec<_> = filters.iter().map(|(f, qos)| (f.as_str(), *qos)).collect();
                    let (tag, message) = (tag.unwrap(), broker::suback(&codes));
                    let actions = self.prop(id).driver.handle(Input::Reply { tag, message });
                    self.prop_did(id, actions);
                }
                Action::Send { tag, message: MqttMessage::Ack(_), .. } => sent.extend(tag),
                Action::Job(token, job) => jobs.push((token, job)),
                Action::Ready => self.prop(id).ready = true,
                Action::Settled(..) | Action::Close(_) => {}
                other => panic!("{other:?}"),
            }
        }
        for tag in sent {
            let actions = self.prop(id).driver.handle(Input::Sent { tag });
            self.prop_did(id, actions);
        }
        for (token, job) in jobs {
            self.run(id, token, &job);
        }
        to_props.into_iter().for_each(|spec| self.publish(spec));
    }

    /// What a session and a handler do with a job.
    fn run(&mut self, id: &str, token: Token, job: &IncomingJob) {
        let meta = fuzzing::meta(job).unwrap();
        let action = meta.action().unwrap_or_default().to_owned();
        let arg = meta.arg().map(|arg| arg.text().into_owned());
        let worker = &self.prop(id).worker;
        let known = worker.routes.iter().any(|route| **route == *job.route);
        let outcome = match known {
            true => {
                let (handler, stopped) = (worker.handler, self.prop(id).stopped);
                let call =
                    workers::Call { id, action: &action, arg, form: self.config.form, stopped };
                let (commands, result) = handler(&job.route, &call);
                commands.into_iter().for_each(|command| self.tell(id, command));
                result.map(|()| Completion::default())
            }
            false => Err(JobError::no_route(&job.route)),
        };
        let actions = self.prop(id).driver.outcome(token, outcome);
        self.prop_did(id, actions);
    }
}
