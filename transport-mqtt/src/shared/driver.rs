//! The task that makes the connection, drives it and ends it.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Context, Poll},
    time::Duration,
};

use journeyman_core::{
    Error,
    transport::{Closed, Event, Goodbye, Transport},
};
use tokio::time::{Instant, sleep_until, timeout};

use super::{HELD, Inner, Joiner, Line, MAX_PAUSES, State, line::Up};
use crate::{Connack, MqttMessage, MqttTarget, MqttTransport, error};

/// How long the goodbye of the connection may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);
/// For a timer that nothing is due on.
const FAR: Duration = Duration::from_secs(24 * 3600);

/// How a connection ends.
pub(super) enum End {
    Closed(Closed),
    /// All sessions have left.
    Left(Leave),
}

/// How the last session left.
#[derive(Debug)]
pub(super) enum Leave {
    Close(Goodbye),
    Abort,
}

/// What the task came to.
enum Over {
    /// It was dropped, with its runtime.
    Dropped,
    Failed(Error),
    Closed(Closed),
    /// All sessions have left, in good order or not.
    Left(bool),
}

/// The right to change the hub's connection. However it ends, also when the task is dropped, the
/// hub is disconnected then.
pub(super) struct Driving {
    hub: Arc<Inner>,
    over: Over,
}

impl Drop for Driving {
    fn drop(&mut self) {
        self.hub.down(std::mem::replace(&mut self.over, Over::Dropped));
    }
}

impl Driving {
    pub(super) fn new(hub: Arc<Inner>) -> Self {
        Self { hub, over: Over::Dropped }
    }

    pub(super) async fn run(mut self) {
        self.over = self.connection().await;
    }

    async fn connection(&self) -> Over {
        let hub = &self.hub;
        let transport = hub.lock().transport.take();
        let mut transport =
            transport.unwrap_or_else(|| Box::new(MqttTransport::new(hub.config.clone())));
        let (target, connack) = match connect(hub, &mut transport).await {
            Ok(connected) => connected,
            Err(error) => {
                hub.lock().transport = Some(transport);
                return Over::Failed(error);
            }
        };
        hub.up(transport, &target, connack);
        let leave = match self.drive().await {
            End::Closed(closed) => return Over::Closed(closed),
            End::Left(leave) => leave,
        };
        let Some(mut up) = hub.take_up() else { return Over::Left(false) };
        let orderly = match leave {
            Leave::Abort => {
                up.transport.abort();
                false
            }
            Leave::Close(goodbye) => {
                let closing = up.transport.close(goodbye);
                if timeout(CLOSE_LIMIT, closing).await.is_err() {
                    tracing::warn!("the broker did not end the shared connection in time");
                }
                true
            }
        };
        hub.lock().put_back(*up);
        Over::Left(orderly)
    }

    /// Drives the connection until its end.
    async fn drive(&self) -> End {
        let mut timer = pin!(sleep_until(Instant::now() + FAR));
        poll_fn(|cx| {
            self.hub.driver.register(cx.waker());
            loop {
                let (end, due) = self.hub.step(cx);
                if end.is_ready() {
                    return end;
                }
                let due = due.unwrap_or_else(|| Instant::now() + FAR);
                if timer.deadline() > due || timer.is_elapsed() {
                    timer.as_mut().reset(due);
                }
                if timer.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

async fn connect(
    hub: &Inner,
    transport: &mut MqttTransport,
) -> Result<(MqttTarget, Connack), Error> {
    let target = (hub.target)()?;
    transport.connect(target.clone()).await?;
    match poll_fn(|cx| transport.poll_event(cx)).await {
        Event::Received { message: MqttMessage::Connack(connack), .. } => Ok((target, *connack)),
        Event::Closed(closed) => Err(closed.error),
        // It is always the first.
        _ => Err(error::given_up("connect")),
    }
}

impl Inner {
    /// The connection stands: lets those in who wait for it.
    fn up(self: &Arc<Self>, transport: Box<MqttTransport>, target: &MqttTarget, connack: Connack) {
        let mut answers = Vec::new();
        {
            let mut line = self.lock();
            let joiners = line.take_joiners();
            let former = std::mem::take(&mut line.former);
            let mut up = Box::new(Up::new(transport, target, connack, &former, self.hold));
            for Joiner { target, reply } in joiners {
                if reply.is_closed() {
                    continue;
                }
                line.seats += 1;
                answers.push((reply, up.admit(line.seats, &target, self)));
            }
            line.state = State::Up(up);
        }
        for (reply, answer) in answers {
            // A ticket that nobody takes is given back when it is dropped, which needs the lock.
            drop(reply.send(answer));
        }
        // If all of them were refused, or have gone meanwhile, nobody is there to leave.
        let mut line = self.lock();
        if let State::Up(up) = &mut line.state {
            up.check_seats(Leave::Close(Goodbye::default()));
        }
    }

    /// One look at the connection; and when the next one is due.
    fn step(&self, cx: &mut Context<'_>) -> (Poll<End>, Option<Instant>) {
        let mut line = self.lock();
        let State::Up(up) = &mut line.state else {
            // Only this task takes it away.
            let left = End::Left(Leave::Abort);
            return (Poll::Ready(left), None);
        };
        let end = up.poll(cx);
        if self.note_queued(up.transport.queued_bytes()) {
            up.wake_all();
        }
        (end, up.due())
    }

    fn take_up(&self) -> Option<Box<Up>> {
        let mut line = self.lock();
        match std::mem::replace(&mut line.state, State::Closing) {
            State::Up(up) => Some(up),
            _ => None,
        }
    }

    /// The connection, or the attempt, is over.
    fn down(&self, over: Over) {
        let mut line = self.lock();
        let (error, closed) = match over {
            Over::Dropped => (error::given_up("connect"), None),
            Over::Failed(error) => (error, None),
            Over::Closed(closed) => (error::given_up("connect"), Some(closed)),
            Over::Left(orderly) => {
                if orderly {
                    line.failures = 0;
                }
                (error::given_up("connect"), None)
            }
        };
        let mut joiners = Vec::new();
        match std::mem::replace(&mut line.state, State::Down) {
            State::Up(mut up) => {
                up.transport.abort();
                up.tell(&closed.unwrap_or_else(|| Closed {
                    code: None,
                    error: error::given_up("receive"),
                    clean: false,
                }));
                line.put_back(*up);
            }
            State::Connecting(waiting) => {
                line.failures = line.failures.saturating_add(1);
                joiners = waiting;
            }
            State::Down | State::Closing => {}
        }
        let pauses = 1_u32.checked_shl(line.failures.saturating_sub(1)).unwrap_or(MAX_PAUSES);
        line.not_before = match line.failures {
            0 => None,
            _ => Instant::now().checked_add(self.pause * pauses.clamp(1, MAX_PAUSES)),
        };
        self.queued.store(0, SeqCst);
        drop(line);
        for Joiner { reply, .. } in joiners {
            // One that is not waiting any more needs no answer.
            drop(reply.send(Err(error::copy(&error))));
        }
        self.ended.send_modify(|count| *count += 1);
    }
}

impl Line {
    fn take_joiners(&mut self) -> Vec<Joiner> {
        match &mut self.state {
            State::Connecting(joiners) => std::mem::take(joiners),
            _ => Vec::new(),
        }
    }

    /// Keeps what the next connection needs.
    fn put_back(&mut self, up: Up) {
        self.failures = match up.since.elapsed() >= HELD {
            true => 1,
            false => self.failures.saturating_add(1),
        };
        let (transport, former) = up.into_parts();
        self.stats = transport.stats();
        (self.transport, self.former) = (Some(transport), former);
    }
}
