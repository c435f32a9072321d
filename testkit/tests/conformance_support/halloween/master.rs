//! The stand-in broker with the users and rules of a real house, and a fault proxy before it.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use journeyman_core::{JobError, Serve};
use journeyman_testkit::{
    conformance::{BoxFuture, Ended, Fault, Master, NewJob, Setup, Ticket},
    halloween::{Broker, BrokerConfig, ClientInfo, Events, Message, Overlap, Properties, QoS},
    proxy::{Cut, Direction, FaultProxy, Faults},
};

use super::{super::pyjson, Bus, backend::Quick, book::Book, errors};

/// The client id of the house; those of its props follow from it.
pub(super) const HOST: &str = "house";

/// Where answers are expected; a job's number follows. The rules let props write there.
pub(super) const ANSWERS: &str = "halloween/conformance/answer/";

/// The id of a prop.
pub(super) fn prop(number: usize) -> String {
    format!("p{number}")
}

fn client(number: usize) -> String {
    format!("{HOST}-{}", prop(number))
}

pub(super) struct HalloweenMaster(Arc<House>);

struct House {
    bus: Bus,
    setup: Setup,
    clients: Vec<String>,
    broker: Mutex<Arc<Broker>>,
    proxy: Option<FaultProxy>,
    state: Mutex<State>,
    next: Mutex<u64>,
}

struct State {
    events: Events,
    book: Book,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn broker(listen: SocketAddr) -> Result<Broker, String> {
    let mut config = BrokerConfig::halloween();
    config.listen = listen;
    // A prop has one subscription: the broker's policy makes no difference.
    config.overlap = Overlap::OnePerSubscription;
    Broker::start(config).await.map_err(text)
}

impl HalloweenMaster {
    pub(super) async fn start(bus: Bus, setup: Setup) -> Result<Self, String> {
        let house = Arc::new(House::start(bus, setup).await?);
        watch(&house);
        Ok(Self(house))
    }
}

/// Reads the broker's log as it grows, for as long as anybody holds the house.
fn watch(house: &Arc<House>) {
    let weak = Arc::downgrade(house);
    tokio::spawn(async move {
        while let Some(house) = weak.upgrade() {
            drop(house.catch_up());
            drop(house);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
}

impl House {
    async fn start(bus: Bus, setup: Setup) -> Result<Self, String> {
        let broker = broker(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let proxy = match &setup.network {
            Some(network) => {
                let proxy = FaultProxy::start(broker.addr(), network.seed).await.map_err(text)?;
                proxy.set_faults(network.faults.clone());
                Some(proxy)
            }
            None => None,
        };
        let events = broker.events();
        Ok(Self {
            bus,
            clients: (0..setup.parallel).map(client).collect(),
            setup,
            broker: Mutex::new(Arc::new(broker)),
            proxy,
            state: Mutex::new(State { events, book: Book::new(bus) }),
            next: Mutex::new(0),
        })
    }

    fn catch_up(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        while let Some(event) = state.events.try_next() {
            state.book.event(event);
        }
        state
    }

    fn broker(&self) -> Arc<Broker> {
        Arc::clone(&lock(&self.broker))
    }

    fn each(&self, work: impl Fn(&Broker, &str) -> bool) {
        let broker = self.broker();
        for client in &self.clients {
            work(&broker, client);
        }
    }

    async fn listened_to(&self) {
        let broker = self.broker();
        let connected = |broker: &Broker| {
            let known = broker.clients();
            let is = |client: &String| {
                known.iter().any(|info| *info.client_id == **client && info.connection.is_some())
            };
            self.clients.iter().any(is).then_some(())
        };
        broker.wait_until(connected).await;
    }

    /// A message of a topic that nobody asked for, and an empty one.
    fn garbage(&self) -> Vec<u8> {
        let properties: &[u8] = if self.bus == Bus::Old { b"" } else { b"\0" };
        let mut bytes = Vec::new();
        for (topic, payload) in [("halloween/p0/cmd/x", "ping"), ("x", "")] {
            let length = 2 + topic.len() + properties.len() + payload.len();
            bytes.extend([0x30, length as u8, 0, topic.len() as u8]);
            bytes.extend(topic.as_bytes());
            bytes.extend(properties);
            bytes.extend(payload.as_bytes());
        }
        bytes
    }

    fn plan(&self, faults: &Faults) {
        let proxy = self.proxy.as_ref().expect("the case asked for a network");
        proxy.set_faults(faults.clone());
    }

    async fn carry_out(&self, fault: Fault) {
        let broker = self.broker();
        match fault {
            Fault::Cut => match &self.proxy {
                Some(proxy) => proxy.cut_all(Cut::Reset),
                None => self.each(|broker, client| broker.cut(client)),
            },
            // Server shutting down.
            Fault::Goodbye => self.each(|broker, client| broker.disconnect(client, 0x8b)),
            Fault::Silence => self.each(|broker, client| broker.freeze(client)),
            Fault::HoldRegistrations => {
                broker.faults().set_suback_delay(Duration::from_secs(3600));
            }
            Fault::ReleaseRegistrations => {
                broker.faults().set_suback_delay(Duration::ZERO);
                self.each(|broker, client| broker.cut(client));
            }
            Fault::Garbage => {
                self.listened_to().await;
                self.each(|broker, client| broker.send_raw(client, &self.garbage()));
            }
            Fault::BrokenFraming => {
                self.listened_to().await;
                self.each(|broker, client| broker.send_raw(client, &[0xff; 64]));
            }
            Fault::Down => {
                broker.kill().await;
                self.catch_up().book.forget();
            }
            Fault::Up => {
                let back = self::broker(broker.addr()).await.expect("the port is free again");
                let mut state = lock(&self.state);
                state.events = back.events();
                state.book.forget();
                *lock(&self.broker) = Arc::new(back);
            }
            Fault::Blackhole => {
                let swallow = Direction { swallow: true, ..Direction::default() };
                self.plan(&Faults::both(swallow));
            }
            Fault::Throttle(bytes) => {
                let slow = Direction { throttle: Some(bytes), ..Direction::default() };
                self.plan(&Faults::both(slow));
            }
            Fault::GoodNetwork => self.plan(&Faults::none()),
            other => panic!("a new fault, {other:?}, needs an answer"),
        }
    }

    fn take(&self, job: &NewJob) -> Result<Ticket, String> {
        let args = pyjson::write(&job.args).ok_or("JSON has no such value")?;
        let mut next = lock(&self.next);
        *next += 1;
        let number = *next;
        let (writer, ticket) = Ticket::new(number.to_string());
        let mut state = self.catch_up();
        let client = state.book.idlest(&self.clients, number).to_owned();
        let id = client.strip_prefix(&format!("{HOST}-")).unwrap_or_default();
        let payload = format!("{{\"action\": \"{}\", \"args\": {args}}}", job.route);
        let message = Message::new(format!("halloween/{id}/cmd"), payload).qos(QoS::AtLeastOnce);
        let message = match self.bus {
            Bus::Old => message,
            _ => message.properties(Properties {
                response_topic: Some(format!("{ANSWERS}{number}")),
                correlation_data: Some(number.to_string().into()),
                ..Properties::default()
            }),
        };
        state.book.add(&client, number, &job.route, writer);
        if self.broker().publish(message) == 0 {
            // Nobody listens, and the broker keeps nothing.
            state.book.give_up(number, Ended::Lost);
        }
        Ok(ticket)
    }
}

impl Master for HalloweenMaster {
    fn serve(&self) -> Serve {
        let addr = self.0.proxy.as_ref().map_or_else(|| self.0.broker().addr(), FaultProxy::addr);
        let Setup { backoff, silence, max_waiting, max_message, parallel, .. } = self.0.setup;
        let config = self.0.bus.config().port(addr.port()).max_message_size(max_message);
        // It has whole seconds on the wire.
        let keep_alive = Duration::from_secs(silence.as_secs().max(1));
        let config = config.keep_alive(keep_alive);
        Serve::new(Quick { config, props: parallel, backoff, max_waiting, silence })
    }

    fn submit(&self, job: NewJob) -> BoxFuture<'_, Result<Ticket, String>> {
        Box::pin(async move { self.0.take(&job) })
    }

    /// Nobody can cancel a command; who waits for it can go away.
    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        let code = errors::code(&JobError::cancelled("")).to_owned();
        let ended = Ended::Failed { code, message: String::new() };
        self.0.catch_up().book.give_up(id.parse().unwrap_or_default(), ended);
        Box::pin(std::future::ready(()))
    }

    fn fault(&self, fault: Fault) -> BoxFuture<'_, ()> {
        Box::pin(self.0.carry_out(fault))
    }

    /// Those that have announced themselves, which they do when they listen.
    fn registered(&self) -> usize {
        let broker = self.0.broker();
        let known = broker.clients();
        let ready = |number: &usize| {
            let connected = |info: &ClientInfo| {
                *info.client_id == *self.0.clients[*number] && info.connection.is_some()
            };
            let topic = format!("halloween/{}/availability", prop(*number));
            let online = broker.retained(&topic).is_some_and(|said| *said.payload == *b"online");
            online && known.iter().any(connected)
        };
        (0..self.0.clients.len()).filter(ready).count()
    }

    fn answers(&self) -> u64 {
        self.0.catch_up().book.answers
    }

    fn farewells(&self) -> Option<u64> {
        Some(self.0.catch_up().book.farewells)
    }

    fn describe(&self) -> String {
        let broker = self.0.broker();
        let mut events = broker.events();
        let mut last = VecDeque::new();
        while let Some(event) = events.try_next() {
            last.push_back(event.to_string());
            if last.len() > 40 {
                last.pop_front();
            }
        }
        let proxy = self.0.proxy.as_ref().map(FaultProxy::counters);
        format!("{:#?}; proxy: {proxy:?}; last events: {last:#?}", broker.clients())
    }
}
