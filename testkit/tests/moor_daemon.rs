//! The stand-in mooR daemon on its own: time, scheduling, faults, restarts, files; on both
//! ZeroMQ engines where that matters.

#![allow(clippy::unwrap_used)]

mod moor_support;

use bytes::Bytes;
use futures_util::FutureExt as _;
use journeyman_testkit::moor::{
    Broadcast, Config, Daemon, Engine, EnrollmentRequest, EnrollmentResponse, Era, Event, Failure,
    Files, Limits, MessageKind, Obj, Reply, Ticket, Timers, Value, WorkerError, WorkerMessage,
};
use moor_support::{Folder, Peer, event, frames, identity, request_socket, start, within};
use std::time::Duration;
use uuid::Uuid;
use zeromq::{
    DealerSocket, ReqSocket, Socket as _, SocketRecv as _, SocketSend as _, SubSocket, ZmqMessage,
};

const BOTH: [Engine; 2] = [Engine::Independent, Engine::Fast];
const SECOND: Duration = Duration::from_secs(1);

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn attach(daemon: &Daemon, worker: Uuid, worker_type: &str) -> Vec<Bytes> {
    let identity = identity(daemon, worker);
    frames(daemon, worker, &WorkerMessage::Attach { identity, worker_type: worker_type.to_owned() })
}

fn pong(daemon: &Daemon, worker: Uuid) -> Vec<Bytes> {
    let identity = identity(daemon, worker);
    frames(daemon, worker, &WorkerMessage::Pong { identity, worker_type: "echo".to_owned() })
}

fn result(daemon: &Daemon, worker: Uuid, request: Uuid, value: Value) -> Vec<Bytes> {
    let identity = identity(daemon, worker);
    frames(daemon, worker, &WorkerMessage::Result { identity, request, value })
}

/// A daemon over ipc, and a peer.
async fn pair(folder: &Folder, engine: Engine) -> (Daemon, journeyman_testkit::moor::Clock, Peer) {
    let (daemon, clock) = start(Config::curve().ipc(&folder.0).engine(engine)).await;
    let peer = Peer::connect(&daemon).await;
    (daemon, clock, peer)
}

/// Reads broadcasts until the request with this id.
async fn request_of(peer: &mut Peer, daemon: &Daemon, ticket: &Ticket) -> Broadcast {
    loop {
        let message = peer.next(daemon).await;
        if matches!(&message, Broadcast::Request { id, .. } if *id == ticket.id()) {
            return message;
        }
    }
}

#[tokio::test]
async fn pings_and_expiry_go_by_the_clock() {
    for engine in BOTH {
        let folder = Folder::new();
        let (daemon, clock, mut peer) = pair(&folder, engine).await;
        let mut events = daemon.events_from_now();
        let pings = daemon.stats().pings;
        clock.advance(5 * SECOND);
        assert_eq!(peer.next(&daemon).await, Broadcast::Ping);
        assert_eq!(daemon.stats().pings, pings + 1);
        peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
        peer.ask(&daemon, attach(&daemon, id(2), "echo")).await;
        let ticket = daemon.submit("echo", &[], None).unwrap();
        assert_eq!(ticket.worker_id(), id(1));
        clock.advance(9 * SECOND);
        // The second one answers a ping; the first one has a result only, which is no sign of
        // life.
        assert_eq!(peer.ask(&daemon, pong(&daemon, id(2))).await, Reply::Ack);
        let reply = peer.ask(&daemon, result(&daemon, id(1), id(99), Value::None)).await;
        assert_eq!(reply, Reply::UnknownRequest(id(99)));
        clock.advance(2 * SECOND);
        let expired = event(&mut events, "expiry", |e| matches!(e, Event::Expired { .. })).await;
        let worker_type = "echo".into();
        assert_eq!(expired, Event::Expired { worker_id: id(1), worker_type, failed: 1 });
        let failure = within("the error", ticket).await.unwrap_err().to_string();
        assert_eq!(failure, format!("E_EXEC (Worker detached: echo worker {} detached)", id(1)));
        assert_eq!(daemon.registered().len(), 1);
        assert_eq!(daemon.registered()[0].unseen, 2 * SECOND);

        daemon.faults().set_silent_pings(true);
        let pings = daemon.stats().pings;
        clock.advance(6 * SECOND);
        clock.advance(6 * SECOND);
        event(&mut events, "expiry", |e| matches!(e, Event::Expired { .. })).await;
        assert_eq!(daemon.stats().pings, pings);
        daemon.shutdown().await;
    }
}

#[tokio::test]
async fn a_running_clock_pings_by_itself() {
    let folder = Folder::new();
    let interval = Duration::from_millis(10);
    let timers = Timers { ping_interval: interval, expiry: 3 * interval, expiry_poll: interval };
    let daemon = Daemon::start(Config::curve().ipc(&folder.0).timers(timers)).await.unwrap();
    let mut req = request_socket(&daemon).await;
    let message = attach(&daemon, id(1), "echo");
    req.send(ZmqMessage::try_from(message).unwrap()).await.unwrap();
    within("attached", daemon.attached("Echo", 1)).await;
    within("pings, and nobody answers", daemon.until(|d| d.stats().expired == 1)).await;
    within("more pings", daemon.until(|d| d.stats().pings > 5)).await;
}

#[tokio::test]
async fn requests_go_to_the_least_busy_worker_and_carry_what_they_should() {
    for era in [Config::curve(), Config::paseto()] {
        let folder = Folder::new();
        let (daemon, _) = start(era.ipc(&folder.0).perms(Obj::Id(7))).await;
        let mut peer = Peer::connect(&daemon).await;
        let paseto = daemon.era() == Era::Paseto;
        for number in [1, 2] {
            let worker = id(number);
            let token = paseto.then(|| daemon.signing_key().worker_token(worker));
            let reply = peer.ask(&daemon, attach(&daemon, worker, "Echo")).await;
            assert_eq!(reply, Reply::Attached { token, worker_id: worker });
        }
        let arguments = [Value::Int(1), "two".into()];
        let limit = Some(Duration::from_micros(1_500_900));
        let first = daemon.submit("echo", &arguments, limit).unwrap();
        let second = daemon.submit("ECHO", &[], None).unwrap();
        assert_eq!((first.worker_id(), second.worker_id()), (id(1), id(2)));
        let Broadcast::Request { worker_id, token, perms, arguments: sent, timeout_ms, .. } =
            request_of(&mut peer, &daemon, &first).await
        else {
            unreachable!()
        };
        assert_eq!((worker_id, perms, timeout_ms), (id(1), Obj::Id(7), 1500));
        assert_eq!(sent, arguments);
        assert_eq!(token, paseto.then(|| daemon.signing_key().worker_token(id(1))));
        let message = request_of(&mut peer, &daemon, &second).await;
        assert!(matches!(message, Broadcast::Request { timeout_ms: 0, .. }));
        assert_eq!(daemon.workers_value().to_string(), "{{'Echo, 2, 2, 0.0, 0.0}}");

        let reply = peer.ask(&daemon, result(&daemon, id(2), second.id(), Value::Int(5))).await;
        assert_eq!(reply, Reply::Ack);
        assert_eq!(within("a value", second).await, Ok(Value::Int(5)));
        // A task that is killed: the worker is not told, and its answer is taken.
        let killed = first.id();
        first.kill();
        assert_eq!(daemon.outstanding(), 1);
        let reply = peer.ask(&daemon, result(&daemon, id(1), killed, Value::None)).await;
        assert_eq!((reply, daemon.outstanding()), (Reply::Ack, 0));
        let failure = daemon.request("other", &[], None).await.unwrap_err();
        assert_eq!(failure.to_string(), "E_TYPE (No worker available for other)");
        let call = journeyman_testkit::moor::syntax::parse_call("worker_request('x, {})").unwrap();
        assert!(daemon.call(&call).await.is_err());
        daemon.shutdown().await;
    }
}

#[tokio::test]
async fn replies_can_be_dropped_and_delayed() {
    for engine in BOTH {
        let folder = Folder::new();
        let (daemon, _, mut peer) = pair(&folder, engine).await;
        daemon.faults().drop_replies(MessageKind::Attach, 1);
        let mut lost = request_socket(&daemon).await;
        let message = ZmqMessage::try_from(attach(&daemon, id(1), "echo")).unwrap();
        lost.send(message).await.unwrap();
        within("dropped", daemon.until(|d| d.stats().replies_dropped == 1)).await;
        // It was acted upon.
        assert_eq!(daemon.registered()[0].id, id(1));
        assert_eq!(peer.ask(&daemon, pong(&daemon, id(1))).await, Reply::Ack);
        let next = daemon.stats().messages + 1;
        daemon.faults().drop_reply_to(next);
        let mut lost = request_socket(&daemon).await;
        lost.send(ZmqMessage::try_from(pong(&daemon, id(1))).unwrap()).await.unwrap();
        within("dropped", daemon.until(|d| d.stats().replies_dropped == 2)).await;

        daemon.faults().set_reply_delay(Duration::from_millis(50));
        let begun = std::time::Instant::now();
        assert_eq!(peer.ask(&daemon, pong(&daemon, id(1))).await, Reply::Ack);
        assert!(begun.elapsed() >= Duration::from_millis(50));
        daemon.faults().set_reply_delay(Duration::ZERO);
        let kinds: Vec<_> = daemon.received().iter().map(|received| received.kind).collect();
        let pong = Some(MessageKind::Pong);
        assert_eq!(kinds, [Some(MessageKind::Attach), pong, pong, pong]);
        let first = &daemon.received()[0];
        assert_eq!((first.number, first.worker_id), (1, Some(id(1))));
        assert!(matches!(first.reply, Some(Reply::Attached { .. })));
        let message = first.message(daemon.era()).unwrap();
        assert_eq!(message.kind(), MessageKind::Attach);
        // An answer that is held back does not hold up the stop.
        daemon.faults().set_reply_delay(Duration::from_secs(3600));
        lost.send(ZmqMessage::try_from(vec![Bytes::from_static(b"x")]).unwrap()).await.ok();
        within("the stop", daemon.shutdown()).await;
    }
}

#[tokio::test]
async fn anything_can_be_published() {
    for engine in BOTH {
        let folder = Folder::new();
        let (daemon, _, mut peer) = pair(&folder, engine).await;
        let foreign = daemon.publish_request(id(77), &["secret".into()]);
        let message = peer.next(&daemon).await;
        let Broadcast::Request { worker_id, id: request, .. } = message else { panic!() };
        assert_eq!((worker_id, request), (id(77), foreign));
        daemon.publish_please_die(id(78));
        let expected = Broadcast::PleaseDie { worker_id: id(78), token: None };
        assert_eq!(peer.next(&daemon).await, expected);
        daemon.publish_garbage(1 << 20);
        let mut sizes = Vec::new();
        for _ in 0..7 {
            let frames = peer.next_frames().await;
            sizes.push((frames.len(), frames.last().unwrap().len()));
            assert!(
                frames.len() == 1
                    || Broadcast::decode(Era::Curve, &frames[1]).is_err()
                    || frames.len() == 5
            );
        }
        let ping = Broadcast::Ping.encode(Era::Curve).len();
        assert_eq!(sizes, [(2, 4), (1, 7), (5, ping), (2, 0), (2, ping / 2), (2, 0), (2, 1 << 20)]);

        peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
        let ticket = daemon.submit_nested("echo", 10_000, None).unwrap();
        let frames = peer.next_frames().await;
        let error = Broadcast::decode(Era::Curve, &frames[1]).unwrap_err().to_string();
        assert_eq!(error, "Values nest deeper than 128 levels");
        drop(ticket);
        daemon.shutdown().await;
    }
    // In the PASETO era with a token: the worker's own, or what it would be.
    let folder = Folder::new();
    let (daemon, _) = start(Config::paseto().ipc(&folder.0)).await;
    let mut peer = Peer::connect(&daemon).await;
    daemon.publish_please_die(id(78));
    let token = Some(daemon.signing_key().worker_token(id(78)));
    assert_eq!(peer.next(&daemon).await, Broadcast::PleaseDie { worker_id: id(78), token });
}

#[tokio::test]
async fn arguments_that_can_not_be_sent_hang_their_task() {
    let folder = Folder::new();
    let (daemon, _, mut peer) = pair(&folder, Engine::Auto).await;
    peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
    let lambda = [Value::List(vec![Value::Lambda])];
    let mut ticket = daemon.submit("echo", &lambda, None).unwrap();
    assert_eq!((daemon.outstanding(), daemon.stats().unsendable), (0, 1));
    assert!((&mut ticket).now_or_never().is_none());
    daemon.ping();
    assert_eq!(peer.next(&daemon).await, Broadcast::Ping, "nothing was sent");
    // Anonymous objects are fine in this era.
    let anonymous = [Value::Obj(Obj::Anonymous(1))];
    let ticket = daemon.submit("echo", &anonymous, None).unwrap();
    request_of(&mut peer, &daemon, &ticket).await;
    daemon.faults().set_send_unsendable(true);
    let _ticket = daemon.submit("echo", &lambda, None).unwrap();
    let frames = peer.next_frames().await;
    let error = Broadcast::decode(Era::Curve, &frames[1]).unwrap_err().to_string();
    assert_eq!(error, "Unexpected lambda in RPC context");

    let folder = Folder::new();
    let (daemon, _) = start(Config::paseto().ipc(&folder.0)).await;
    let mut peer = Peer::connect(&daemon).await;
    peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
    let _ticket = daemon.submit("echo", &anonymous, None).unwrap();
    assert_eq!(daemon.stats().unsendable, 1);
}

#[tokio::test]
async fn a_restart_forgets_everything_and_keeps_the_addresses() {
    for engine in BOTH {
        let folder = Folder::new();
        let configs = [
            Config::curve().ipc(&folder.0).engine(engine),
            Config::curve().encrypted(false).enrollment(None).engine(engine),
        ];
        for config in configs {
            let (daemon, _) = start(config).await;
            let mut peer = Peer::connect(&daemon).await;
            peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
            let addresses = (daemon.requests().to_owned(), daemon.responses().to_owned());
            for _ in 0..5 {
                let ticket = match daemon.submit("echo", &[], None) {
                    Ok(ticket) => Some(ticket),
                    Err(failure) => {
                        assert_eq!(failure.moo().unwrap().code, "E_TYPE");
                        None
                    }
                };
                daemon.restart().await.unwrap();
                if let Some(ticket) = ticket {
                    assert_eq!(within("lost", ticket).await, Err(Failure::Lost));
                }
                assert!(daemon.registered().is_empty() && daemon.outstanding() == 0);
            }
            let now = (daemon.requests().to_owned(), daemon.responses().to_owned());
            assert_eq!(now, addresses);
            let mut peer = Peer::connect(&daemon).await;
            let reply = peer.ask(&daemon, pong(&daemon, id(1))).await;
            assert!(matches!(reply, Reply::Attached { .. }));
            assert_eq!(daemon.stats().pong_attaches, 1);
            daemon.down().await;
            let failure = daemon.request("echo", &[], None).await.unwrap_err();
            assert_eq!(failure.moo().unwrap().code, "E_TYPE");
            daemon.up().await.unwrap();
            daemon.up().await.unwrap();
            daemon.shutdown().await;
        }
    }
}

#[tokio::test]
async fn ipc_files_of_the_dead_are_replaced_and_those_of_the_living_are_not() {
    for engine in BOTH {
        let folder = Folder::new();
        let config = || Config::curve().ipc(&folder.0).engine(engine);
        let path = folder.0.join("moor_workers_request.sock");
        // A listener that is gone leaves its file.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let daemon = Daemon::start(config()).await.unwrap();
        let error = Daemon::start(config()).await.unwrap_err().to_string();
        assert!(error.ends_with("it is no left-over socket"), "{error}");
        daemon.shutdown().await;
        std::fs::write(&path, "text").unwrap();
        assert!(Daemon::start(config()).await.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
    }
    let encrypted = Config::curve().engine(Engine::Independent);
    let error = Daemon::start(encrypted).await.unwrap_err().to_string();
    assert!(error.contains("the independent engine has no encryption"), "{error}");
    let nowhere = Config::curve().encrypted(false).endpoints("udp://x", "tcp://127.0.0.1:0");
    assert!(Daemon::start(nowhere.engine(Engine::Fast)).await.is_err());
}

#[tokio::test]
async fn the_fast_engine_tells_of_subscriptions() {
    let folder = Folder::new();
    let (daemon, _) = start(Config::curve().ipc(&folder.0).engine(Engine::Fast)).await;
    let mut events = daemon.events();
    let mut sub = SubSocket::new();
    sub.connect(daemon.requests()).await.unwrap();
    sub.subscribe("workers").await.unwrap();
    within("a subscription", daemon.subscribed(1)).await;
    // What is published from now on arrives, without a ping before.
    daemon.ping();
    assert_eq!(within("a ping", sub.recv()).await.unwrap().len(), 2);
    sub.subscribe("other").await.unwrap();
    let other = Event::Subscribed { topic: b"other".to_vec() };
    event(&mut events, "another", |event| *event == other).await;
    assert_eq!(daemon.subscribers(), 1);
    drop(sub);
    within("nobody", daemon.until(|daemon| daemon.subscribers() == 0)).await;
}

#[tokio::test]
async fn requests_may_overlap_on_one_connection_and_answers_keep_their_order() {
    for engine in BOTH {
        let folder = Folder::new();
        let (daemon, _) = start(Config::curve().ipc(&folder.0).engine(engine)).await;
        let mut dealer = DealerSocket::new();
        dealer.connect(daemon.responses()).await.unwrap();
        let send = |frames: Vec<Bytes>| {
            let mut delimited = vec![Bytes::new()];
            delimited.extend(frames);
            ZmqMessage::try_from(delimited).unwrap()
        };
        // Without a delimiter: dropped, as a REP does.
        dealer.send(ZmqMessage::try_from(attach(&daemon, id(9), "no")).unwrap()).await.unwrap();
        for number in 1..=100 {
            dealer.send(send(attach(&daemon, id(number), "echo"))).await.unwrap();
        }
        for number in 1..=100 {
            let frames = within("a reply", dealer.recv()).await.unwrap().into_vec();
            assert!(frames[0].is_empty() && frames.len() == 2);
            let reply = Reply::decode(Era::Curve, &frames[1]).unwrap();
            assert_eq!(reply, Reply::Attached { token: None, worker_id: id(number) });
        }
        assert_eq!(daemon.stats().attaches, 100);
        daemon.shutdown().await;
    }
}

#[tokio::test]
async fn memory_is_bounded() {
    let folder = Folder::new();
    let limits = Limits { outstanding: 2, workers: 1, received: 2, events: 3, ..Limits::default() };
    let (daemon, _) = start(Config::curve().ipc(&folder.0).limits(limits)).await;
    let mut peer = Peer::connect(&daemon).await;
    peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
    let reply = peer.ask(&daemon, attach(&daemon, id(2), "echo")).await;
    assert!(matches!(reply, Reply::Rejected(Some(_))));
    let _tickets = [(); 2].map(|()| daemon.submit("echo", &[], None).unwrap());
    assert_eq!(daemon.submit("echo", &[], None).unwrap_err(), Failure::Full);
    for _ in 0..5 {
        peer.ask(&daemon, pong(&daemon, id(1))).await;
    }
    let numbers: Vec<u64> = daemon.received().iter().map(|received| received.number).collect();
    assert_eq!(numbers, [6, 7]);
    assert!(matches!(daemon.events().try_next(), Some(Event::Refused { .. })));
}

async fn enroll(daemon: &Daemon, request: &EnrollmentRequest) -> EnrollmentResponse {
    let mut req = ReqSocket::new();
    req.connect(daemon.enrollment().unwrap()).await.unwrap();
    req.send(ZmqMessage::from(request.encode())).await.unwrap();
    let frames = within("an answer", req.recv()).await.unwrap().into_vec();
    EnrollmentResponse::decode(&frames[0]).unwrap()
}

#[tokio::test]
async fn enrollment_names_what_is_missing_and_reads_the_token_each_time() {
    let folder = Folder::new();
    let (daemon, _) = start(Config::curve().folder(&folder.0)).await;
    let full = EnrollmentRequest {
        token: Some(daemon.enrollment_token().unwrap()),
        public_key: Some("k".repeat(40)),
        service_type: Some("s".to_owned()),
        hostname: Some("h".to_owned()),
    };
    let refused = |text: &str| EnrollmentResponse::Refused(text.to_owned());
    for (request, text) in [
        (EnrollmentRequest { token: None, ..full.clone() }, "Missing enrollment token"),
        (EnrollmentRequest { public_key: None, ..full.clone() }, "Missing CURVE public key"),
        (EnrollmentRequest { service_type: None, ..full.clone() }, "Missing service type"),
        (EnrollmentRequest { hostname: None, ..full.clone() }, "Missing hostname"),
    ] {
        assert_eq!(enroll(&daemon, &request).await, refused(text));
    }
    assert!(matches!(enroll(&daemon, &full).await, EnrollmentResponse::Enrolled { .. }));
    daemon.set_enrollment_token("new").unwrap();
    assert_eq!(enroll(&daemon, &full).await, refused("Invalid enrollment token"));
    let again = EnrollmentRequest { token: Some("new".to_owned()), ..full };
    std::fs::write(Files::new(&folder.0).enrollment_token(), "  new\n").unwrap();
    assert!(matches!(enroll(&daemon, &again).await, EnrollmentResponse::Enrolled { .. }));
    std::fs::remove_file(Files::new(&folder.0).enrollment_token()).unwrap();
    let answer = enroll(&daemon, &again).await;
    let EnrollmentResponse::Refused(text) = answer else { panic!() };
    assert!(text.starts_with("No enrollment token available: "), "{text}");
    daemon.shutdown().await;
}

#[tokio::test]
async fn errors_of_workers_reach_their_tasks() {
    let folder = Folder::new();
    let (daemon, _, mut peer) = pair(&folder, Engine::Auto).await;
    peer.ask(&daemon, attach(&daemon, id(1), "echo")).await;
    let ticket = daemon.submit("echo", &[], None).unwrap();
    let error = WorkerError::RequestTimedOut("after 5s".to_owned());
    let message =
        WorkerMessage::Error { identity: identity(&daemon, id(1)), request: ticket.id(), error };
    let reply = peer.ask(&daemon, frames(&daemon, id(1), &message)).await;
    assert_eq!(reply, Reply::Ack);
    let failure = within("an error", ticket).await.unwrap_err();
    assert_eq!(failure.to_string(), "E_QUOTA (Request timed out: after 5s)");
    let reply = peer.ask(&daemon, frames(&daemon, id(1), &message)).await;
    assert!(matches!(reply, Reply::UnknownRequest(_)));
}
