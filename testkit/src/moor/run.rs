//! The tasks of a daemon: they serve, enroll, ping and expire.

use super::desk::Desk;
use super::engine::{Binding, Responder};
use super::events::Event;
use super::messages::Broadcast;
use super::shared::Shared;
use journeyman_zmq::server::CurveServer;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where to bind, or where it is bound.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(crate) requests: String,
    pub(crate) responses: String,
    pub(crate) enrollment: Option<String>,
}

/// A daemon that is up.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Binds all sockets and starts the tasks. Returns where they are bound.
pub(crate) async fn up(
    shared: &Arc<Shared>,
    wanted: &Endpoints,
) -> Result<(Running, Endpoints), String> {
    let config = &shared.config;
    let curve = config.is_encrypted().then(|| {
        let keys = shared.keys.curve.clone();
        if config.enrollment.is_none() {
            // Without enrollment there is no ZAP handler either.
            return CurveServer::open(keys);
        }
        let hosts = Arc::clone(&shared.hosts);
        CurveServer::allow_if(keys, move |key| hosts.allows(&key.to_z85()))
    });
    let plain =
        Binding { engine: config.engine, curve: None, message_bytes: config.limits.message_bytes };
    let binding = Binding { curve, ..plain.clone() };

    let weak = Arc::downgrade(shared);
    let on_subscription = Box::new(move |subscription| {
        if let Some(shared) = weak.upgrade() {
            shared.subscribed(subscription);
        }
    });
    let (publisher, requests) = binding.publisher(&wanted.requests, on_subscription).await?;
    let bound = async {
        let (responder, responses) = binding.responder(&wanted.responses).await?;
        let enrollment = match &wanted.enrollment {
            Some(endpoint) => match plain.responder(endpoint).await {
                Ok(bound) => Some(bound),
                Err(error) => {
                    responder.close().await;
                    return Err(error);
                }
            },
            None => None,
        };
        Ok((responder, responses, enrollment))
    };
    let (responder, responses, enrollment) = match bound.await {
        Ok(bound) => bound,
        Err(error) => {
            publisher.close().await;
            return Err(error);
        }
    };
    *shared.publisher.write().unwrap_or_else(PoisonError::into_inner) = Some(publisher);

    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![
        tokio::spawn(serve(Arc::clone(shared), responder, stopped.clone())),
        tokio::spawn(tick(Arc::clone(shared), stopped.clone())),
    ];
    let enrollment = enrollment.map(|(responder, endpoint)| {
        tasks.push(tokio::spawn(enroll(Arc::clone(shared), responder, stopped)));
        endpoint
    });
    Ok((Running { stop, tasks }, Endpoints { requests, responses, enrollment }))
}

/// Stops the tasks, closes the sockets and forgets everything.
pub(crate) async fn down(shared: &Shared, running: Running) {
    running.stop.send_replace(true);
    for task in running.tasks {
        // A task that panicked has ended as well.
        let _ = task.await;
    }
    if let Some(publisher) = shared.take_publisher() {
        publisher.close().await;
    }
    shared.state().reset();
    shared.forget_subscriptions();
    shared.note(Event::Stopped);
}

/// Ends at the stop, or when the daemon is gone.
async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// `work`, unless it is stopped before.
async fn unless_stopped<T>(
    stopped: &mut (impl Future<Output = ()> + Unpin),
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        () = stopped => None,
        done = work => Some(done),
    }
}

/// Serves workers one message at a time, as the real daemon does.
async fn serve(shared: Arc<Shared>, mut responder: Responder, stopped: watch::Receiver<bool>) {
    let mut stopped = pin!(until_stopped(stopped));
    let mut desk = Desk::new(Arc::clone(&shared));
    while let Some(Some((peer, frames))) = unless_stopped(&mut stopped, responder.next()).await {
        let handled = desk.handle(&frames);
        let number = handled.number;
        shared.record(&handled, frames);
        if let Some(reply) = handled.reply {
            let delay = shared.faults.reply_delay();
            if !delay.is_zero() {
                let slept = unless_stopped(&mut stopped, tokio::time::sleep(delay)).await;
                if slept.is_none() {
                    break;
                }
            }
            if shared.faults.drops_reply(number, handled.kind) {
                shared.state().stats.replies_dropped += 1;
                shared.note(Event::ReplyDropped { message: number });
            } else {
                let answer = responder.answer(peer, reply.encode(shared.config.era));
                if unless_stopped(&mut stopped, answer).await.is_none() {
                    break;
                }
                shared.state().stats.replies += 1;
            }
        }
        shared.changed.notify_waiters();
    }
    responder.close().await;
}

async fn enroll(shared: Arc<Shared>, mut responder: Responder, stopped: watch::Receiver<bool>) {
    let mut stopped = pin!(until_stopped(stopped));
    while let Some(Some((peer, frames))) = unless_stopped(&mut stopped, responder.next()).await {
        let answer = shared.enroll(&frames).encode();
        if unless_stopped(&mut stopped, responder.answer(peer, answer)).await.is_none() {
            break;
        }
    }
    responder.close().await;
}

/// Pings, and removes workers that are silent.
async fn tick(shared: Arc<Shared>, stopped: watch::Receiver<bool>) {
    let mut stopped = pin!(until_stopped(stopped));
    let (clock, timers) = (&shared.config.clock, &shared.config.timers);
    let mut next_ping = clock.now() + timers.ping_interval;
    loop {
        let now = clock.now();
        if now >= next_ping {
            // One ping, however far the clock was put forward.
            next_ping = now + timers.ping_interval;
            if !shared.faults.silent_pings() {
                shared.state().stats.pings += 1;
                shared.broadcast(Broadcast::Ping.encode(shared.config.era));
            }
        }
        let expired = shared.state().expire(now, timers.expiry);
        for (worker_id, worker_type, failed) in expired {
            shared.note(Event::Expired { worker_id, worker_type, failed });
        }
        shared.changed.notify_waiters();
        // A worker that attaches meanwhile expires later than that.
        let expiry = shared.state().next_expiry(timers.expiry);
        let expiry = expiry.map_or(next_ping, |due| next_poll(due, timers.expiry_poll));
        let due = next_ping.min(expiry).min(now + timers.expiry);
        if unless_stopped(&mut stopped, clock.until(due)).await.is_none() {
            return;
        }
    }
}

/// The first look at silent workers after a time.
fn next_poll(after: Duration, interval: Duration) -> Duration {
    let interval = interval.as_millis().max(1);
    let millis = (after.as_millis() / interval + 1) * interval;
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}
