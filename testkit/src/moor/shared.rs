//! What the tasks of a daemon share.

use super::config::Config;
use super::desk::Handled;
use super::engine::{Publisher, Subscription};
use super::events::{Event, EventLog};
use super::faults::Faults;
use super::files::{AllowedHosts, Files, Keys};
use super::messages::{
    DecodeError, EnrollmentRequest, EnrollmentResponse, Era, MessageKind, Reply, WorkerMessage,
};
use super::state::State;
use super::value::Obj;
use bytes::Bytes;
use journeyman_zmq::Z85_KEY_LEN;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::Notify;
use uuid::Uuid;

/// The topic of everything that the daemon publishes.
pub(crate) const TOPIC: &[u8] = b"workers";

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) keys: Keys,
    pub(crate) hosts: Arc<AllowedHosts>,
    pub(crate) faults: Faults,
    pub(crate) log: Arc<EventLog>,
    pub(crate) changed: Notify,
    pub(crate) perms: Mutex<Obj>,
    /// `None` while the daemon is down.
    pub(crate) publisher: RwLock<Option<Publisher>>,
    token: Mutex<String>,
    state: Mutex<State>,
    received: Mutex<Ring>,
    subscriptions: Mutex<BTreeMap<Bytes, usize>>,
}

#[derive(Debug, Default)]
struct Ring {
    messages: VecDeque<Received>,
    bytes: usize,
}

/// A message of a worker, as it was received.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// Its number, from 1 in the order of arrival.
    pub number: u64,
    /// What it is, if that could be seen.
    pub kind: Option<MessageKind>,
    /// Who the frames in front say has sent it, if that was believed.
    pub worker_id: Option<Uuid>,
    /// All frames.
    pub frames: Vec<Bytes>,
    /// The answer, even if it was dropped on purpose; `None` if the daemon was dead.
    pub reply: Option<Reply>,
}

impl Received {
    /// The message itself.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn message(&self, era: Era) -> Result<WorkerMessage, DecodeError> {
        WorkerMessage::decode(era, self.frames.last().map_or(&[], |frame| &frame[..]))
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(config: Config, keys: Keys, hosts: AllowedHosts) -> Self {
        Self {
            state: Mutex::new(State::new(config.era)),
            log: Arc::new(EventLog::new(config.limits.events)),
            perms: Mutex::new(config.perms),
            token: Mutex::new(keys.token.clone()),
            config,
            keys,
            hosts: Arc::new(hosts),
            faults: Faults::default(),
            changed: Notify::new(),
            publisher: RwLock::default(),
            received: Mutex::default(),
            subscriptions: Mutex::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Logs an event and wakes those who wait for a state.
    pub(crate) fn note(&self, event: Event) {
        self.log.push(event);
        self.changed.notify_waiters();
    }

    /// Logs an event about a single request.
    pub(crate) fn note_request(&self, event: impl FnOnce() -> Event) {
        if self.config.request_events {
            self.log.push(event());
        }
    }

    /// Publishes frames as they are. Nothing happens while the daemon is down.
    pub(crate) fn publish(&self, frames: Vec<Bytes>) {
        let publisher = self.publisher.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(publisher) = &*publisher {
            publisher.publish(frames);
        }
    }

    /// Publishes a message to all workers.
    pub(crate) fn broadcast(&self, body: Bytes) {
        self.publish(vec![Bytes::from_static(TOPIC), body]);
    }

    pub(crate) fn take_publisher(&self) -> Option<Publisher> {
        self.publisher.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps a message for tests to look at.
    pub(crate) fn record(&self, handled: &Handled, frames: Vec<Bytes>) {
        let limits = &self.config.limits;
        let bytes: usize = frames.iter().map(Bytes::len).sum();
        if !self.config.request_events || bytes > limits.received_bytes || limits.received == 0 {
            return;
        }
        let mut ring = lock(&self.received);
        ring.bytes += bytes;
        while ring.messages.len() >= limits.received || ring.bytes > limits.received_bytes {
            let Some(old) = ring.messages.pop_front() else { break };
            ring.bytes -= old.frames.iter().map(Bytes::len).sum::<usize>();
        }
        ring.messages.push_back(Received {
            number: handled.number,
            kind: handled.kind,
            worker_id: handled.worker_id,
            frames,
            reply: handled.reply.clone(),
        });
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        lock(&self.received).messages.iter().cloned().collect()
    }

    pub(crate) fn subscribed(&self, subscription: Subscription) {
        let Subscription { on, topic } = subscription;
        let mut topics = lock(&self.subscriptions);
        if on {
            *topics.entry(topic.clone()).or_default() += 1;
        } else if let Some(count) = topics.get_mut(&topic) {
            *count -= 1;
            if *count == 0 {
                topics.remove(&topic);
            }
        }
        drop(topics);
        let topic = topic.to_vec();
        self.note(match on {
            true => Event::Subscribed { topic },
            false => Event::Unsubscribed { topic },
        });
    }

    /// Subscriptions that match the topic.
    pub(crate) fn subscribers(&self) -> usize {
        let topics = lock(&self.subscriptions);
        topics.iter().filter(|(topic, _)| TOPIC.starts_with(topic)).map(|(_, count)| count).sum()
    }

    pub(crate) fn forget_subscriptions(&self) {
        lock(&self.subscriptions).clear();
    }

    /// The enrollment token of this moment: the file is read each time.
    pub(crate) fn enrollment_token(&self) -> Result<String, String> {
        match &self.config.folder {
            Some(folder) => {
                let text = std::fs::read_to_string(Files::new(folder).enrollment_token());
                Ok(text.map_err(|error| error.to_string())?.trim().to_owned())
            }
            None => Ok(lock(&self.token).clone()),
        }
    }

    pub(crate) fn set_enrollment_token(&self, token: &str) -> std::io::Result<()> {
        token.clone_into(&mut lock(&self.token));
        match &self.config.folder {
            Some(folder) => std::fs::write(Files::new(folder).enrollment_token(), token),
            None => Ok(()),
        }
    }

    /// Answers an enrollment request (mooR sheet, section 7.5).
    pub(crate) fn enroll(&self, frames: &[Bytes]) -> EnrollmentResponse {
        let answer = self.try_enroll(frames);
        let mut state = self.state();
        match &answer {
            Ok(_) => state.stats.enrolled += 1,
            Err(_) => state.stats.enrollments_refused += 1,
        }
        drop(state);
        match answer {
            Ok((service_type, service_uuid)) => {
                self.note(Event::Enrolled { service_type, service_uuid });
                EnrollmentResponse::Enrolled {
                    service_uuid: service_uuid.to_string(),
                    daemon_public_key: self.keys.curve.public().to_z85(),
                }
            }
            Err(reason) => {
                self.note(Event::NotEnrolled { reason: reason.clone() });
                EnrollmentResponse::Refused(reason)
            }
        }
    }

    fn try_enroll(&self, frames: &[Bytes]) -> Result<(String, Uuid), String> {
        let [frame] = frames else {
            return Err(format!("Invalid request format: {} frames", frames.len()));
        };
        let request = EnrollmentRequest::decode(frame)
            .map_err(|error| format!("Invalid request format: {error}"))?;
        let token = request.token.ok_or("Missing enrollment token")?;
        let key = request.public_key.ok_or("Missing CURVE public key")?;
        let service_type = request.service_type.ok_or("Missing service type")?;
        let hostname = request.hostname.ok_or("Missing hostname")?;
        if key.len() != Z85_KEY_LEN {
            let length = key.len();
            return Err(format!(
                "Invalid CURVE public key length: expected {Z85_KEY_LEN}, got {length}"
            ));
        }
        let wanted = self
            .enrollment_token()
            .map_err(|error| format!("No enrollment token available: {error}"))?;
        if token != wanted {
            return Err("Invalid enrollment token".to_owned());
        }
        let uuid = self.hosts.add(&key, &service_type, &hostname);
        let uuid = uuid.map_err(|error| format!("Failed to save host public key: {error}"))?;
        Ok((service_type, uuid))
    }
}
