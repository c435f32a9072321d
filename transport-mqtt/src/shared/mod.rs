//! One connection for several sessions, for brokers that limit connections.

mod driver;
mod hold;
mod inbox;
mod line;
mod routes;
mod seat;
mod send;
mod transport;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures_util::task::AtomicWaker;
use journeyman_core::Error;
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, sleep_until},
};

pub use self::transport::SharedTransport;
use self::{
    driver::Driving,
    line::Up,
    seat::{Seat, Ticket},
};
use crate::{MqttConfig, MqttStats, MqttTarget, MqttTransport, error};

/// How long what nobody takes is kept. See [`Hub::hold`].
const HOLD: Duration = Duration::from_secs(30);
/// See [`Hub::pause`].
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause, in the shortest ones.
const MAX_PAUSES: u32 = 10;
/// A connection that held for so long starts the row of pauses anew.
const HELD: Duration = Duration::from_secs(10);

/// One connection to a broker that several sessions share. Clones are the same hub.
///
/// Each [`transport`](Self::transport) is for one session and behaves like a connection of its
/// own: it connects when the session does, gets the messages of its own subscriptions only, and
/// hears of its own publishes only. The connection to the broker is made when the first session
/// connects, by a task that the hub starts, and ends with a DISCONNECT when the last one has said
/// goodbye. What a connection of its own would have and this cannot:
///
/// - **There is one last will**, that of the hub's target. When a session is given up without a
///   goodbye while others go on, the hub publishes the will of its target in the broker's place;
///   but when the process dies, only the hub's own is published.
/// - **Acknowledgements have one order.** With
///   [`Acknowledge::AfterSettled`](crate::Acknowledge::AfterSettled) a delivery that one session
///   does not acknowledge holds back the acknowledgements of all, and with them, once the window of
///   the broker is used up, all their deliveries with QoS 1 and 2.
/// - **A session that does not take what comes holds up the others**: with 1024 events waiting for
///   it, nothing more is read or written for anybody. After 5 s, or half of the keep-alive, its
///   connection is ended, and the others go on.
/// - Queues, the number of publishes in flight and the receive maximum are those of one connection,
///   for all together.
/// - Two sessions with the same filter are one subscription for the broker, with the higher QoS,
///   and a retained message comes to both whenever one of them subscribes. Of filters that overlap,
///   each session gets every copy that the broker sends.
/// - Shared subscriptions, subscription ids and `no_local` are refused as `Unsupported`, and the
///   broker's signs of life are not reported.
///
/// With `AfterSettled`, what a session leaves unacknowledged, and what comes for a session that is
/// away, waits for it or for another one that subscribes to it: see [`hold`](Self::hold).
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

type TargetFn = Box<dyn Fn() -> Result<MqttTarget, Error> + Send + Sync>;

struct Inner {
    config: MqttConfig,
    target: TargetFn,
    hold: Duration,
    pause: Duration,
    line: Mutex<Line>,
    /// Wakes the task that drives the connection.
    driver: AtomicWaker,
    /// The bytes that wait to be sent, as of the last look.
    queued: AtomicUsize,
    /// Some session was told that there is no room.
    starved: AtomicBool,
    /// Counts connections, and attempts, that are over.
    ended: watch::Sender<u64>,
}

/// The connection to the broker.
struct Line {
    state: State,
    /// The transport, between connections.
    transport: Option<Box<MqttTransport>>,
    /// Made since the hub was, by all seats.
    seats: u64,
    /// Whose publishes the last connection left unconfirmed, by their tags there.
    former: std::collections::HashMap<u64, Arc<str>>,
    /// No new attempt before that.
    not_before: Option<Instant>,
    /// Attempts in a row that led to no connection that held.
    failures: u32,
    stats: MqttStats,
}

enum State {
    Down,
    Connecting(Vec<Joiner>),
    Up(Box<Up>),
    Closing,
}

/// A session that waits for the connection.
struct Joiner {
    target: MqttTarget,
    reply: oneshot::Sender<Result<Ticket, Error>>,
}

/// What a session has to wait for.
enum Wait {
    Until(Instant),
    End(watch::Receiver<u64>),
    Reply(oneshot::Receiver<Result<Ticket, Error>>),
}

impl Hub {
    /// A hub that is not connected. `target` is asked before each attempt to connect, so that new
    /// keys are used; its will, session and acknowledgements are those of the connection.
    pub fn new(
        config: MqttConfig,
        target: impl Fn() -> Result<MqttTarget, Error> + Send + Sync + 'static,
    ) -> Self {
        let line = Line {
            state: State::Down,
            transport: None,
            seats: 0,
            former: Default::default(),
            not_before: None,
            failures: 0,
            stats: MqttStats::default(),
        };
        Self(Arc::new(Inner {
            config,
            target: Box::new(target),
            hold: HOLD,
            pause: PAUSE,
            line: Mutex::new(line),
            driver: AtomicWaker::new(),
            queued: AtomicUsize::new(0),
            starved: AtomicBool::new(false),
            ended: watch::Sender::new(0),
        }))
    }

    /// Sets how long deliveries that are to be acknowledged wait for a session that subscribes to
    /// them, counted from when the connection was made and from when the last session left: a
    /// broker that kept them sends them all at once, before most sessions are back. Meanwhile they
    /// hold back the acknowledgements of all. Then they are acknowledged, are lost, and a warning
    /// is logged; and subscriptions of sessions that have left are ended. Default: 30 s.
    ///
    /// Has no effect on a hub that has transports or clones already.
    #[must_use]
    pub fn hold(mut self, hold: Duration) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.hold = hold;
        }
        self
    }

    /// Sets the shortest time between the end of a connection or attempt and the next attempt,
    /// whichever session asks for it. After a row of failures it is up to ten times as long.
    /// Default: 500 ms.
    ///
    /// Has no effect on a hub that has transports or clones already.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.pause = pause;
        }
        self
    }

    /// A transport for one session. The targets that it is given must name the same broker,
    /// version and user as the hub's; of the rest, only the client id counts, as the name by which
    /// a session is known when it comes back, and the will.
    pub fn transport(&self) -> SharedTransport {
        SharedTransport::new(self.clone())
    }

    /// How many sessions are connected.
    pub fn sessions(&self) -> usize {
        match &self.0.lock().state {
            State::Up(up) => up.sessions(),
            _ => 0,
        }
    }

    /// What was counted since the hub was made.
    pub fn stats(&self) -> MqttStats {
        let line = self.0.lock();
        match &line.state {
            State::Up(up) => up.stats(),
            _ => line.stats,
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queued = self.0.queued.load(SeqCst);
        f.debug_struct("Hub")
            .field("sessions", &self.sessions())
            .field("queued_bytes", &queued)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Line> {
        // What is in there is whole between two statements.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a session in, and connects if nobody did.
    ///
    /// Cancel safe: one that was let in and is not waiting any more leaves.
    async fn join(self: &Arc<Self>, target: MqttTarget) -> Result<Ticket, Error> {
        loop {
            let wait = {
                let mut line = self.lock();
                let Line { state, seats, not_before, .. } = &mut *line;
                match state {
                    State::Up(up) if !up.is_leaving() => {
                        *seats += 1;
                        return up.admit(*seats, &target, self);
                    }
                    State::Up(_) | State::Closing => Wait::End(self.ended.subscribe()),
                    State::Connecting(joiners) => {
                        let (reply, answer) = oneshot::channel();
                        joiners.push(Joiner { target: target.clone(), reply });
                        Wait::Reply(answer)
                    }
                    State::Down => match *not_before {
                        Some(due) if due > Instant::now() => Wait::Until(due),
                        _ => {
                            let (reply, answer) = oneshot::channel();
                            let joiner = Joiner { target: target.clone(), reply };
                            *state = State::Connecting(vec![joiner]);
                            // Made here: a task that never runs must not leave us connecting.
                            let driving = Driving::new(Arc::clone(self));
                            tokio::spawn(driving.run());
                            Wait::Reply(answer)
                        }
                    },
                }
            };
            match wait {
                Wait::Until(due) => sleep_until(due).await,
                Wait::End(mut ended) => drop(ended.changed().await),
                Wait::Reply(answer) => {
                    return answer.await.unwrap_or_else(|_| Err(error::given_up("connect")));
                }
            }
        }
    }

    /// Whether there is room to send. Who is told that there is none is woken when there is.
    fn has_room(&self) -> bool {
        let limit = self.config.send_queue_soft_limit;
        if self.queued.load(SeqCst) < limit {
            return true;
        }
        self.starved.store(true, SeqCst);
        self.queued.load(SeqCst) < limit
    }

    /// Notes how much waits to be sent. True when sessions wait for room that there is now.
    fn note_queued(&self, bytes: usize) -> bool {
        self.queued.store(bytes, SeqCst);
        bytes < self.config.send_queue_soft_limit && self.starved.swap(false, SeqCst)
    }
}
