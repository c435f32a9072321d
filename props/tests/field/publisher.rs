//! Somebody who sends numbered commands to one prop, whatever happens to the broker: with a session
//! that the broker keeps, and again and again until each has been acknowledged.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::many::wire::{Packet, Wire, publish};

/// The times at which each command was written, from the first on.
pub(crate) type Sent = Vec<Vec<Instant>>;

pub(crate) struct Publisher {
    stop: Arc<AtomicBool>,
    sent: Arc<Mutex<Sent>>,
    thread: JoinHandle<()>,
}

impl Publisher {
    /// Sends `work 0`, `work 1` and so on to this prop, one per `pause` on average.
    pub(crate) fn start(broker: SocketAddr, prop: String, pause: Duration) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let sent = Arc::<Mutex<Sent>>::default();
        let thread = thread::spawn({
            let (stop, sent) = (Arc::clone(&stop), Arc::clone(&sent));
            move || run(broker, &prop, pause, &stop, &sent)
        });
        Self { stop, sent, thread }
    }

    pub(crate) fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// Ends, once the last command has been acknowledged, and tells what was sent when.
    pub(crate) fn stop(self) -> Sent {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the publisher does not panic");
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

fn run(broker: SocketAddr, prop: &str, pause: Duration, stop: &AtomicBool, sent: &Mutex<Sent>) {
    let topic = format!("halloween/{prop}/cmd");
    let mut wire = None;
    let begin = Instant::now();
    for n in 0_u32.. {
        // What was missed while the broker was away is made up for.
        thread::sleep((begin + pause * n).saturating_duration_since(Instant::now()));
        if stop.load(Ordering::Relaxed) {
            return;
        }
        sent.lock().unwrap().push(Vec::new());
        let id = (n % 65_000 + 1) as u16;
        while !send(&mut wire, broker, prop, (&topic, n, id), sent) {
            wire = None;
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Whether it was acknowledged.
fn send(
    wire: &mut Option<Wire>,
    broker: SocketAddr,
    prop: &str,
    (topic, n, id): (&str, u32, u16),
    sent: &Mutex<Sent>,
) -> bool {
    if wire.is_none() {
        let connected = Wire::connect(broker, &format!("sender-{prop}"), false);
        let Ok(mut connected) = connected else { return false };
        connected.read_timeout(Some(Duration::from_secs(10))).unwrap();
        *wire = Some(connected);
    }
    let Some(wire) = wire else { return false };
    let dup = {
        let mut sent = sent.lock().unwrap();
        let times = &mut sent[n as usize];
        times.push(Instant::now());
        times.len() > 1
    };
    let mut packet = Vec::new();
    publish(&mut packet, topic, &format!("work {n}"), Some(id), dup);
    if wire.write(&packet).is_err() {
        return false;
    }
    loop {
        match wire.read() {
            Ok(Packet::Puback(acknowledged)) if acknowledged == id => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
