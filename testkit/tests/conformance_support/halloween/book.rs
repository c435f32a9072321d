//! Who waits for which job, and what the bus has told of it.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use journeyman_core::Value;
use journeyman_testkit::{
    conformance::{Ended, TicketWriter},
    halloween::{Cause, Event},
};

use super::{super::pyjson, Bus, errors, master::ANSWERS};

/// A command that has not ended.
struct Open {
    number: u64,
    route: String,
    writer: TicketWriter,
}

/// The jobs of all props.
pub(super) struct Book {
    bus: Bus,
    /// By client id, in the order of their commands.
    open: HashMap<String, VecDeque<Open>>,
    /// 3.1.1: what a prop has said of commands that it has not acknowledged yet: of a result the
    /// route, and that.
    said: HashMap<String, VecDeque<(Option<String>, Ended)>>,
    /// Those who have said that they go.
    leaving: HashSet<String>,
    pub(super) answers: u64,
    pub(super) farewells: u64,
}

impl Book {
    pub(super) fn new(bus: Bus) -> Self {
        Self {
            bus,
            open: HashMap::new(),
            said: HashMap::new(),
            leaving: HashSet::new(),
            answers: 0,
            farewells: 0,
        }
    }

    /// Of some props the one with the fewest commands; of several the next one in turn.
    pub(super) fn idlest<'a>(&self, clients: &'a [String], number: u64) -> &'a str {
        let turn = usize::try_from(number).unwrap_or_default();
        let all = (0..clients.len()).map(|place| &clients[(turn + place) % clients.len()]);
        let count = |client: &&String| self.open.get(*client).map_or(0, VecDeque::len);
        all.min_by_key(count).expect("there are props")
    }

    pub(super) fn add(&mut self, client: &str, number: u64, route: &str, writer: TicketWriter) {
        let open = Open { number, route: route.to_owned(), writer };
        self.open.entry(client.to_owned()).or_default().push_back(open);
    }

    /// Ends a job that nobody waits for any more. On 3.1.1 its place in the order stays.
    pub(super) fn give_up(&mut self, number: u64, ended: Ended) {
        let mut all = self.open.values_mut().flatten();
        if let Some(open) = all.find(|open| open.number == number) {
            open.writer.end(ended);
        }
    }

    /// The broker is gone, and with it all that it knew.
    pub(super) fn forget(&mut self) {
        self.open.clear();
        self.said.clear();
        (self.answers, self.farewells) = (0, 0);
    }

    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::Connected { client_id, .. } => {
                self.leaving.remove(&*client_id);
            }
            Event::Published { from, topic, payload, will: false, .. }
                if topic.ends_with("/availability") && *payload == *b"offline" =>
            {
                self.leaving.insert(from.to_string());
            }
            Event::Published { from, topic, payload, will: false, .. } => match self.bus {
                Bus::Old => self.told(&from, &topic, &payload),
                _ => self.answered(&topic, &payload),
            },
            Event::Acknowledged { client_id, .. } if self.bus == Bus::Old => {
                let ended = self.told_of_first(&client_id).unwrap_or(Ended::Ok(Value::Null));
                self.end_first(&client_id, ended);
            }
            Event::Disconnected { client_id, cause: Cause::Disconnect { .. }, .. }
                if self.leaving.contains(&*client_id) =>
            {
                self.farewells += 1;
                // What it has not done by now it never will.
                for mut open in self.open.remove(&*client_id).unwrap_or_default() {
                    // That it leaves without an acknowledgement is the hand-back.
                    self.answers += 1;
                    let code = "CancelledError".to_owned();
                    open.writer.end(Ended::Failed { code, message: "it has left".to_owned() });
                }
            }
            Event::Dropped { client_id, topic, .. } if topic.ends_with("/cmd") => {
                self.end_first(&client_id, Ended::Lost);
            }
            _ => {}
        }
    }

    fn end_first(&mut self, client: &str, ended: Ended) {
        if let Some(mut open) = self.open.get_mut(client).and_then(VecDeque::pop_front) {
            open.writer.end(ended);
        }
    }

    /// MQTT 5: the answer to a command.
    fn answered(&mut self, topic: &str, payload: &Bytes) {
        let Some(number) = topic.strip_prefix(ANSWERS).and_then(|n| n.parse::<u64>().ok()) else {
            return;
        };
        self.answers += 1;
        for open in self.open.values_mut() {
            if let Some(at) = open.iter().position(|open| open.number == number) {
                let mut open = open.remove(at).expect("it was there");
                open.writer.end(answer(payload));
            }
        }
    }

    /// 3.1.1: what a prop says of the command that it is about.
    fn told(&mut self, client: &str, topic: &str, payload: &Bytes) {
        let text = text(payload);
        let mut parts = topic.split('/').skip(2);
        let said = match (parts.next(), parts.next()) {
            (Some("telemetry"), Some(route)) => (Some(route.to_owned()), Ended::Ok(parsed(&text))),
            (Some("status"), Some("error")) => (None, failed(&text)),
            (Some("status"), Some("warn")) if text.starts_with(errors::UNKNOWN) => {
                (None, failed(&text))
            }
            _ => return,
        };
        self.answers += 1;
        self.said.entry(client.to_owned()).or_default().push_back(said);
    }

    /// 3.1.1: what was said of the command that is acknowledged now. Nothing if it is of another.
    fn told_of_first(&mut self, client: &str) -> Option<Ended> {
        let first = self.open.get(client)?.front()?;
        let said = self.said.get_mut(client)?;
        let its_own = |route: &Option<String>| route.as_ref().is_none_or(|it| *it == first.route);
        let at = said.iter().position(|(route, _)| its_own(route))?;
        // What comes before is of commands that nobody waits for any more.
        said.drain(..at);
        said.pop_front().map(|(_, ended)| ended)
    }
}

fn text(payload: &Bytes) -> String {
    String::from_utf8(payload.to_vec()).expect("all that props say is UTF-8")
}

fn parsed(text: &str) -> Value {
    pyjson::parse(text).unwrap_or_else(|| panic!("no JSON: {text}"))
}

fn failed(text: &str) -> Ended {
    let (code, message) = errors::seen(text);
    Ended::Failed { code, message }
}

/// An answer is JSON; that of an error is an object with its text, which no case returns.
fn answer(payload: &Bytes) -> Ended {
    let value = parsed(&text(payload));
    match &value {
        Value::Map(pairs) => match pairs.as_slice() {
            [(key, Value::String(text))] if key.as_str() == Some("error") => failed(text),
            _ => Ended::Ok(value),
        },
        _ => Ended::Ok(value),
    }
}
