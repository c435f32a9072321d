//! The state of the broker, and how it is changed: under one lock, which is never held while
//! something is waited for.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64},
    },
};

use super::{
    config::{BrokerConfig, Overlap},
    events::{Cause, Event, EventLog, new_log},
    faults::Faults,
    link::{Link, Woken},
    message::{Message, QoS, Version},
    packet::Will,
    retained::Retained,
    session::{Parcel, Session, Stored},
    timers,
    topic::split_share,
    tree::{Key, Subscriber, Tree},
};

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) sessions: HashMap<Key, Session>,
    pub(crate) by_id: HashMap<Arc<str>, Key>,
    pub(crate) tree: Tree,
    pub(crate) retained: Retained,
    pub(crate) next_key: Key,
    /// No more wills: they were published.
    pub(crate) stopped: bool,
    targets: Vec<Target>,
}

/// Who gets a message, and how.
#[derive(Debug)]
struct Target {
    session: Key,
    qos: QoS,
    retain: bool,
    subscription_ids: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: BrokerConfig,
    pub(crate) faults: Arc<Faults>,
    pub(crate) events: Arc<EventLog>,
    core: Mutex<Core>,
    /// All connections, also those that have not said who they are.
    links: Mutex<HashMap<u64, Arc<Link>>>,
    pub(crate) connections: AtomicU64,
    pub(crate) frozen: AtomicBool,
}

/// What a change of the state leaves to do when the lock is given back.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) woken: Woken,
    pub(crate) events: Vec<Event>,
}

impl Context<'_> {
    pub(crate) fn config(&self) -> &BrokerConfig {
        &self.shared.config
    }
}

/// One change of the state.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) core: MutexGuard<'a, Core>,
    pub(crate) context: Context<'a>,
}

impl Shared {
    pub(crate) fn new(config: BrokerConfig) -> Self {
        let core = Core {
            sessions: HashMap::new(),
            by_id: HashMap::new(),
            tree: Tree::default(),
            retained: Retained::new(config.max_retained, config.max_retained_bytes),
            next_key: 1,
            stopped: false,
            targets: Vec::new(),
        };
        Self {
            config,
            faults: Arc::default(),
            events: Arc::new(new_log()),
            core: Mutex::new(core),
            links: Mutex::default(),
            connections: AtomicU64::new(0),
            frozen: AtomicBool::new(false),
        }
    }

    /// Looks at the state without changing it.
    pub(crate) fn look(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn links(&self) -> MutexGuard<'_, HashMap<u64, Arc<Link>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state. Readers of the log see what happened in the order of the changes.
    pub(crate) fn change<R>(self: &Arc<Self>, work: impl FnOnce(&mut Change<'_>) -> R) -> R {
        let context = Context { shared: self, woken: Woken::default(), events: Vec::new() };
        let mut change = Change { core: self.look(), context };
        let result = work(&mut change);
        let Change { core, mut context } = change;
        self.events.extend(context.events.drain(..));
        drop(core);
        context.woken.wake();
        result
    }
}

impl Change<'_> {
    /// Passes a message on. Returns to how many clients.
    pub(crate) fn publish(
        &mut self,
        from: Option<Key>,
        name: &Arc<str>,
        message: Message,
        dup: bool,
        will: bool,
    ) -> usize {
        let stored = Stored::new(message);
        let message = &stored.message;
        let kept = !message.retain || self.core.retained.store(&stored);
        let at = self.context.events.len();
        self.context.events.push(Event::Published {
            from: Arc::clone(name),
            topic: Arc::clone(&message.topic),
            payload: message.payload.clone(),
            qos: message.qos,
            retain: message.retain,
            dup,
            will,
            receivers: 0,
        });
        if !kept {
            self.context.events.push(Event::Dropped {
                client_id: Arc::default(),
                topic: Arc::clone(&message.topic),
                reason: "there is no room for more retained messages",
            });
        }
        let mut targets = self.targets(from, message);
        let twice = self.context.shared.faults.deliver_twice();
        let mut receivers = 0;
        for target in targets.drain(..) {
            let Some(session) = self.core.sessions.get_mut(&target.session) else { continue };
            if !session.may_read(&stored.message.topic) {
                continue;
            }
            receivers += 1;
            let parcel = Parcel {
                stored: Arc::clone(&stored),
                qos: target.qos,
                retain: target.retain,
                subscription_ids: target.subscription_ids,
            };
            if twice {
                session.offer(&mut self.context, parcel.clone());
            }
            session.offer(&mut self.context, parcel);
        }
        self.core.targets = targets;
        if let Event::Published { receivers: count, .. } = &mut self.context.events[at] {
            *count = receivers;
        }
        receivers
    }

    fn targets(&mut self, from: Option<Key>, message: &Message) -> Vec<Target> {
        let config = &self.context.shared.config;
        let Core { tree, sessions, targets, .. } = &mut *self.core;
        let mut targets = std::mem::take(targets);
        let mut add = |subscriber: &Subscriber| {
            let options = &subscriber.options;
            if options.no_local && Some(subscriber.session) == from {
                return;
            }
            let qos = if config.upgrade_qos { options.qos } else { options.qos.min(message.qos) };
            targets.push(Target {
                session: subscriber.session,
                qos,
                retain: message.retain && options.retain_as_published,
                subscription_ids: options.id.into_iter().collect(),
            });
        };
        tree.visit(&message.topic, &mut |subscribers| {
            subscribers.direct.iter().for_each(&mut add);
            for group in &mut subscribers.groups {
                let count = group.members.len();
                let connected = |at: &usize| {
                    let session = sessions.get(&group.members[*at].session);
                    session.is_some_and(|session| session.link.is_some())
                };
                let mut turns = (0..count).map(|turn| (group.next + turn) % count);
                let at = turns.find(connected).unwrap_or(group.next % count);
                group.next = (at + 1) % count;
                add(&group.members[at]);
            }
        });
        if config.overlap != Overlap::OnePerSubscription && targets.len() > 1 {
            // Stable: of one session, the filters stay in the order of the visit.
            targets.sort_by_key(|target| target.session);
            targets.dedup_by(|other, first| {
                let session = sessions.get(&first.session);
                let old = session.is_some_and(|session| session.version == Version::V311);
                if other.session != first.session || (config.overlap == Overlap::Mosquitto && !old)
                {
                    return false;
                }
                if config.overlap == Overlap::OneCopy {
                    first.qos = first.qos.max(other.qos);
                    first.retain |= other.retain;
                    first.subscription_ids.append(&mut other.subscription_ids);
                }
                true
            });
        }
        targets
    }

    /// A connection has ended. Does nothing if its session is another's by now.
    pub(crate) fn gone(&mut self, key: Key, link: &Arc<Link>, cause: Cause) {
        let Some(session) = self.core.sessions.get_mut(&key) else { return };
        if !session.is_on(link) {
            return;
        }
        session.link = None;
        session.aliases.clear();
        let orderly = cause == Cause::Disconnect { with_will: false };
        let will = session.will.take().filter(|_| !orderly);
        let client_id = Arc::clone(&session.client_id);
        let has_will = will.is_some();
        let expiry = session.expiry;
        let connection = link.number;
        self.context.events.push(Event::Disconnected {
            client_id,
            connection,
            cause,
            will: has_will,
        });
        let stopped = self.core.stopped;
        match will {
            Some(will) if will.delay > 0 && expiry > 0 && self.context.config().will_delay => {
                if let Some(session) = self.core.sessions.get_mut(&key) {
                    session.will = Some(will);
                }
            }
            Some(will) if !stopped => self.publish_will(key, will),
            _ => {}
        }
        if expiry == 0 {
            self.forget(key);
        } else if !stopped {
            let will = self.core.sessions.get(&key).and_then(|session| session.will.as_ref());
            let delay = will.map(|will| will.delay);
            let timer = timers::start(self.context.shared, key, delay, expiry);
            if let Some(session) = self.core.sessions.get_mut(&key) {
                session.timer = timer;
            }
        }
    }

    /// The rules for it are those of its client, as they are now.
    pub(crate) fn publish_will(&mut self, key: Key, will: Will) {
        let Some(session) = self.core.sessions.get(&key) else { return };
        let client_id = Arc::clone(&session.client_id);
        if session.may_write(&will.message.topic) {
            self.publish(Some(key), &client_id, will.message, false, true);
        } else {
            self.context.events.push(Event::Denied { client_id, topic: will.message.topic });
        }
    }

    /// Removes a session and its subscriptions.
    pub(crate) fn forget(&mut self, key: Key) {
        let Some(session) = self.core.sessions.remove(&key) else { return };
        if let Some(timer) = session.timer {
            timer.abort();
        }
        self.core.by_id.remove(&session.client_id);
        for filter in session.subscriptions.keys() {
            if let Ok((group, filter)) = split_share(filter) {
                self.core.tree.remove(filter, group, key);
            }
        }
    }
}
