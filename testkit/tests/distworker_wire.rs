//! The worker port beyond the recorded sessions: HTTP, framing, timers, limits and faults.

mod distworker_support;

use distworker_support::*;
use futures_util::{SinkExt as _, StreamExt as _};
use journeyman_testkit::distworker::{
    Clock, Config, Event, Limits, NewTask, Status, Target, Timers,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn held() -> Config {
    config().clock(Clock::fixed(DATE_UNIX))
}

#[tokio::test]
async fn requests_that_are_no_upgrade_are_answered_as_http() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let addr = controller.worker_addr();
    let plain = http(addr, "GET", "/worker/v1/ws", "").await;
    assert_eq!(plain.status, 400);
    assert_eq!(plain.body, "Bad Request\n{\"error\":\"Failed to upgrade to WebSocket\"}");
    assert!(plain.head.contains("Content-Type: text/plain"), "{}", plain.head);
    for path in ["/", "/worker/v1", "/worker/v1/file/5f0c3c2e-7f0e-4a3e-9a57-0d3b1f6f0001"] {
        let missing = http(addr, "GET", path, "").await;
        assert_eq!((missing.status, missing.body.as_str()), (404, "404 page not found"), "{path}");
    }
    for _ in 0..4 {
        event(&mut events, "answer", |e| matches!(e, Event::NotUpgraded { .. })).await;
        event(&mut events, "end", |e| matches!(e, Event::Disconnected { .. })).await;
    }
    assert_eq!(controller.connections(), 0);
}

#[tokio::test]
async fn junk_instead_of_http_and_silence_are_ended() {
    let timers = Timers { upgrade_deadline: ms(50), ..quiet() };
    let controller = start(held().timers(timers)).await;
    let mut events = controller.events();
    let mut junk = TcpStream::connect(controller.worker_addr()).await.unwrap();
    junk.write_all(b"\x16\x03\x01\x00\x00\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    within("answer", junk.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400 "));
    let _silent = TcpStream::connect(controller.worker_addr()).await.unwrap();
    event(
        &mut events,
        "end of the silent one",
        |e| matches!(e, Event::Disconnected { reason, .. } if reason == "no HTTP request in time"),
    )
    .await;
}

#[tokio::test]
async fn the_upgrade_may_come_byte_by_byte_and_with_frames_behind_it() {
    let controller = start_quiet().await;
    let mut stream = TcpStream::connect(controller.worker_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (last, first) = UPGRADE.as_bytes().split_last().unwrap();
    for byte in first {
        stream.write_all(&[*byte]).await.unwrap();
    }
    // The registration in one packet with the end of the request.
    let mut bytes = vec![*last];
    bytes.extend(masked(0x82, &register("static", "", STATIC_TOKEN, DATE)));
    stream.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    let expected = [0x89, 0, 0x82, 7, 8, 3, 0x1a, 3, 0x50, 0x90, 0x1c];
    while !answer.ends_with(&expected) {
        let mut chunk = [0; 256];
        let count = within("answer", stream.read(&mut chunk)).await.unwrap();
        assert!(count > 0, "{answer:?}");
        answer.extend_from_slice(&chunk[..count]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "));
}

/// The same wire through a WebSocket library, which would notice framing that only our own test
/// client forgives.
#[tokio::test]
async fn a_websocket_library_gets_along() {
    let controller = start_quiet().await;
    let url = format!("ws://{}/worker/v1/ws", controller.worker_addr());
    let stream = TcpStream::connect(controller.worker_addr()).await.unwrap();
    let (mut socket, response) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Ping(Vec::new().into()));
    let registration = register("static", "", STATIC_TOKEN, DATE);
    socket.send(Message::Binary(registration.into())).await.unwrap();
    assert!(within("response", socket.next()).await.unwrap().unwrap().is_binary());
    socket.send(Message::Ping(b"hello".to_vec().into())).await.unwrap();
    let pong = within("pong", socket.next()).await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong(b"hello".to_vec().into()));
    // Large both ways, which needs the long length forms.
    let text = "x".repeat(3_000_000);
    let mut task = controller.submit(NewTask::new("math.add").input(json!({"t": text}))).unwrap();
    let Message::Binary(message) = within("task", socket.next()).await.unwrap().unwrap() else {
        panic!("not binary")
    };
    assert!(message.len() > 3_000_000);
    let result = json!({"t": "y".repeat(5_000_000)});
    let answer = complete(&task.id().to_string(), &result);
    socket.send(Message::Binary(answer.into())).await.unwrap();
    assert_eq!(within("end", task.wait()).await.unwrap().result_json(), result);
    let frame = CloseFrame { code: 4000.into(), reason: "bye".into() };
    socket.close(Some(frame)).await.unwrap();
    let echo = within("close", socket.next()).await.unwrap().unwrap();
    let Message::Close(Some(echo)) = echo else { panic!("{echo:?}") };
    assert_eq!((u16::from(echo.code), echo.reason.as_str()), (4000, ""));
    assert!(within("end", socket.next()).await.is_none());
}

#[tokio::test]
async fn close_codes_are_echoed_without_the_reason() {
    let controller = start_quiet().await;
    for (payload, echo) in [
        (vec![], vec![]),
        (vec![0x03, 0xe8], vec![0x03, 0xe8]),
        (b"\x0f\xa0because".to_vec(), vec![0x0f, 0xa0]),
    ] {
        let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
        peer.send_frame(0x88, &payload).await;
        assert_eq!(peer.frame().await, Some(Frame { first: 0x88, payload: echo }));
        assert_eq!(peer.frame().await, None);
    }
}

#[tokio::test]
async fn framing_violations_are_answered_with_1002_and_their_name() {
    let controller = start_quiet().await;
    for (bytes, reason) in [
        (vec![0x82, 1, b'x'], "bad MASK"),
        (masked(0xc2, b"x"), "RSV1 set"),
        (masked(0x83, b"x"), "bad opcode 3"),
    ] {
        let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
        peer.stream.write_all(&bytes).await.unwrap();
        // What still comes must not keep the close frame from being read.
        peer.stream.write_all(&heartbeat(1)).await.unwrap();
        let close = peer.frame().await.unwrap();
        assert_eq!(close.first, 0x88);
        assert_eq!(close.payload, [&1002_u16.to_be_bytes()[..], reason.as_bytes()].concat());
        peer.stream.shutdown().await.unwrap();
        assert_eq!(peer.frame().await, None);
    }
}

#[tokio::test]
async fn fragmented_messages_are_joined() {
    let controller = start_quiet().await;
    let mut peer = Peer::connect(controller.worker_addr()).await;
    let registration = register("static", "", STATIC_TOKEN, DATE);
    let (first, rest) = registration.split_at(10);
    let (second, third) = rest.split_at(1);
    peer.send_frame(0x02, first).await;
    peer.send_frame(0x00, second).await;
    peer.send_frame(0x89, b"between").await;
    peer.send_frame(0x80, third).await;
    let pong = Frame { first: 0x8a, payload: b"between".to_vec() };
    assert_eq!(peer.frame().await, Some(pong));
    assert!(peer.message().await.response.is_some());
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_refused_with_1009() {
    let limits = Limits { message_bytes: 1000, ..Limits::default() };
    let controller = start(held().limits(limits).timers(quiet())).await;
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let mut events = controller.events_from_now();
    peer.send(&[0; 1000]).await;
    event(&mut events, "junk of the largest size", |e| matches!(e, Event::Ignored { .. })).await;
    peer.send(&[0; 1001]).await;
    let close = peer.frame().await.unwrap();
    assert_eq!((close.first, &close.payload[..2]), (0x88, &1009_u16.to_be_bytes()[..]));
    peer.stream.shutdown().await.unwrap();
    assert_eq!(peer.frame().await, None);
}

#[tokio::test]
async fn pings_come_on_time_and_pongs_keep_an_unregistered_connection_alive() {
    let timers = Timers { ping_interval: ms(20), read_deadline: ms(500), ..Timers::default() };
    let controller = start(held().timers(timers)).await;
    let begun = Instant::now();
    let mut peer = Peer::connect(controller.worker_addr()).await;
    while begun.elapsed() < ms(1200) {
        assert_eq!(peer.ping().await.payload, b"");
        peer.send_frame(0x8a, b"").await;
    }
    // Still there after more than two deadlines, and still welcome.
    peer.send(&register("static", "", STATIC_TOKEN, DATE)).await;
    assert!(peer.message().await.response.is_some());
}

#[tokio::test]
async fn silence_is_cut_at_the_read_deadline_and_client_pings_are_no_excuse() {
    let timers = Timers { ping_interval: ms(20), read_deadline: ms(400), ..Timers::default() };
    let controller = start(held().timers(timers)).await;
    let mut events = controller.events();
    let mut peer = Peer::connect(controller.worker_addr()).await;
    let cut = |e: &Event| matches!(e, Event::Disconnected { reason, .. } if reason.starts_with("read deadline"));
    loop {
        // Pings of our own, as fast as they are answered, until the end.
        if peer.stream.write_all(&masked(0x89, b"here")).await.is_err() {
            break;
        }
        if peer.frame().await.is_none() {
            break;
        }
    }
    event(&mut events, "cut", cut).await;
    // Data renews the deadline.
    let mut busy = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let begun = Instant::now();
    let mut beats = controller.events_from_now();
    while begun.elapsed() < ms(1000) {
        busy.send(&heartbeat(1)).await;
        event(&mut beats, "heartbeat", |e| matches!(e, Event::Heartbeat { .. })).await;
    }
    assert_eq!(controller.connections(), 1);
}

#[tokio::test]
async fn the_watchdog_wants_pongs_whatever_else_comes() {
    let timers = Timers {
        ping_interval: ms(20),
        watchdog_interval: ms(50),
        pong_deadline: ms(150),
        ..Timers::default()
    };
    let controller = start(held().timers(timers)).await;
    let mut events = controller.events();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let mut beating = true;
    while beating {
        beating = peer.stream.write_all(&masked(0x82, &heartbeat(1))).await.is_ok()
            && !matches!(events.try_next(), Some(Event::Disconnected { .. }));
        tokio::task::yield_now().await;
    }
    let mut all = controller.events();
    event(
        &mut all,
        "watchdog",
        |e| matches!(e, Event::Disconnected { reason, .. } if reason.starts_with("watchdog")),
    )
    .await;
}

/// Fills the socket of a worker that does not read.
fn huge() -> Value {
    json!({"filler": "x".repeat(16 << 20)})
}

#[tokio::test]
async fn an_assignment_that_is_not_read_is_given_to_another_worker() {
    // Long enough for the worker that does read, also on a busy machine.
    let timers = Timers { handover_deadline: ms(1500), ..quiet() };
    let controller = start(held().timers(timers)).await;
    let mut events = controller.events();
    let mut deaf = Peer::register(&controller, "other", OTHER_TOKEN).await;
    let mut task = controller.submit(NewTask::new("solo").input(huge())).unwrap();
    event(&mut events, "taken back", |e| matches!(e, Event::TaskTakenBack { connection: 1, .. }))
        .await;
    assert_eq!(controller.task(task.id()).unwrap().status, Status::Pending);
    let mut other = Peer::register(&controller, "other", OTHER_TOKEN).await;
    let assigned = other.assign().await;
    assert_eq!(assigned.task_id, task.id().to_string());
    other.send(&complete(&assigned.task_id, &json!({"by": "other"}))).await;
    assert_eq!(within("end", task.wait()).await.unwrap().result_json(), json!({"by": "other"}));
    // The frame still arrives at the deaf one: delivered twice. Its answer does not count.
    let late = deaf.assign().await;
    assert_eq!(late.task_id, assigned.task_id);
    deaf.send(&complete(&late.task_id, &json!({"by": "deaf"}))).await;
    event(&mut events, "refused", |e| matches!(e, Event::Ignored { connection: 1, .. })).await;
    assert_eq!(controller.task(task.id()).unwrap().result_json(), json!({"by": "other"}));
    // Having read everything it is given tasks again.
    other.stream.shutdown().await.unwrap();
    event(&mut events, "end", |e| matches!(e, Event::Disconnected { .. })).await;
    let next = controller.submit(NewTask::new("solo")).unwrap();
    assert_eq!(deaf.assign().await.task_id, next.id().to_string());
}

#[tokio::test]
async fn a_worker_that_never_reads_is_cut_at_the_write_deadline() {
    let timers = Timers { write_deadline: ms(100), ..quiet() };
    let controller = start(held().timers(timers)).await;
    let mut events = controller.events();
    let _deaf = Peer::register(&controller, "other", OTHER_TOKEN).await;
    let task = controller.submit(NewTask::new("solo").input(huge())).unwrap();
    event(
        &mut events,
        "cut",
        |e| matches!(e, Event::Disconnected { reason, .. } if reason.starts_with("write deadline")),
    )
    .await;
    assert_eq!(controller.task(task.id()).unwrap().status, Status::Processing);
}

#[tokio::test]
async fn a_peer_that_only_talks_can_not_make_the_stand_in_hoard_pongs() {
    let timers = Timers { write_deadline: ms(300), ..quiet() };
    let controller = start(held().timers(timers)).await;
    let mut events = controller.events();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let ping = masked(0x89, &[7; 125]).repeat(500);
    let mut sent = 0_usize;
    // Ends because the stand-in stops reading, and then closes.
    while within("the end", peer.stream.write_all(&ping)).await.is_ok() {
        sent += ping.len();
        assert!(sent < 1 << 30, "everything was taken");
    }
    event(&mut events, "cut", |e| matches!(e, Event::Disconnected { .. })).await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let controller = start(held().limits(limits).timers(quiet())).await;
    let first = Peer::connect(controller.worker_addr()).await;
    let _second = Peer::connect(controller.worker_addr()).await;
    let mut third = TcpStream::connect(controller.worker_addr()).await.unwrap();
    assert!(within("end", third.read(&mut [0; 8])).await.map_or(true, |count| count == 0));
    let mut events = controller.events();
    drop(first);
    event(&mut events, "end", |e| matches!(e, Event::Disconnected { .. })).await;
    Peer::connect(controller.worker_addr()).await;
}

// Fault switches.

#[tokio::test]
async fn the_response_can_be_delayed_or_withheld() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    controller.faults().set_register_delay(ms(100));
    let task = controller.submit(NewTask::new("math.add")).unwrap();
    let begun = Instant::now();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    assert!(begun.elapsed() >= ms(100));
    assert_eq!(peer.assign().await.task_id, task.id().to_string());
    controller.faults().set_register_delay(Duration::ZERO);

    controller.faults().set_mute_registrations(true);
    let mut mute = Peer::connect(controller.worker_addr()).await;
    mute.send(&register("static", "", STATIC_TOKEN, DATE)).await;
    mute.send(&heartbeat(2)).await;
    // It counts as a worker, but is neither answered nor given the task that waits.
    event(&mut events, "heartbeat", |e| matches!(e, Event::Heartbeat { health: 2, .. })).await;
    controller.submit(NewTask::new("math.add")).unwrap();
    controller.send_binary(Target::Connection(2), b"marker");
    assert_eq!(mute.binary().await, b"marker");
}

#[tokio::test]
async fn an_assignment_can_overtake_the_response() {
    let controller = start_quiet().await;
    controller.faults().set_assign_before_response(true);
    let mut peer = Peer::connect(controller.worker_addr()).await;
    peer.send(&register("static", "", STATIC_TOKEN, DATE)).await;
    let task = controller.submit(NewTask::new("math.add")).unwrap();
    assert_eq!(peer.assign().await.task_id, task.id().to_string());
    assert!(peer.message().await.response.is_some());
}

#[tokio::test]
async fn busy_workers_can_be_given_more_and_everything_twice() {
    let controller = start_quiet().await;
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let first = controller.submit(NewTask::new("math.add")).unwrap();
    controller.submit(NewTask::new("math.add")).unwrap();
    assert_eq!(peer.assign().await.task_id, first.id().to_string());
    // The second waits: one task at a time.
    controller.send_binary(Target::All, b"marker");
    assert_eq!(peer.binary().await, b"marker");
    controller.faults().set_slots(2);
    controller.faults().set_deliver_twice(true);
    let third = controller.submit(NewTask::new("text/upper")).unwrap();
    // Feeding happens at the next terminal message: one slot free, one more by the switch.
    peer.send(&complete(&first.id().to_string(), &Value::Null)).await;
    let ids: Vec<String> =
        [peer.assign().await, peer.assign().await, peer.assign().await, peer.assign().await]
            .map(|assign| assign.task_id)
            .into();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids[2], ids[3]);
    assert_eq!(ids[2], third.id().to_string());
}

#[tokio::test]
async fn connections_can_be_closed_aborted_reset_and_spoken_to() {
    let controller = start_quiet().await;
    let mut events = controller.events();
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    controller.send_text(Target::All, "hello");
    assert_eq!(peer.frame().await, Some(Frame { first: 0x81, payload: b"hello".to_vec() }));
    controller.send_raw(Target::Connection(1), &[0x82, 2, 0xff, 0xff]);
    assert_eq!(peer.binary().await, [0xff, 0xff]);
    assert_eq!(controller.close(Target::Connection(1), 1000, "bye"), 1);
    let close = peer.frame().await.unwrap();
    assert_eq!(close, Frame { first: 0x88, payload: b"\x03\xe8bye".to_vec() });
    peer.send_frame(0x88, &close.payload).await;
    assert_eq!(peer.frame().await, None);
    event(&mut events, "end", |e| {
        matches!(e, Event::Disconnected { reason, .. } if reason == "the worker closed with 1000")
    })
    .await;

    // A worker that does not answer the close is left after the deadline.
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    controller.close(Target::All, 1001, "");
    assert_eq!(peer.frame().await, Some(Frame { first: 0x88, payload: b"\x03\xe9".to_vec() }));
    assert_eq!(peer.frame().await, None);

    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let id = controller.workers()[0].worker_id.clone();
    assert_eq!(controller.abort(Target::Worker("nobody")), 0);
    controller.send_binary(Target::All, b"last words");
    assert_eq!(controller.abort(Target::Worker(&id)), 1);
    assert_eq!(peer.binary().await, b"last words");
    assert_eq!(within("end", peer.stream.read(&mut [0; 8])).await.unwrap(), 0);

    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    controller.reset(Target::All);
    let error = within("reset", peer.stream.read(&mut [0; 8])).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_frozen_connection_is_half_open_until_it_thaws() {
    let timers = Timers { ping_interval: ms(10), read_deadline: ms(500), ..Timers::default() };
    let controller = start(held().timers(timers)).await;
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    controller.freeze(Target::All);
    let task = controller.submit(NewTask::new("math.add")).unwrap();
    // Whatever was on its way has arrived when nothing more comes for longer than the deadline
    // at which a living connection would have been cut.
    let mut buffer = [0; 4096];
    while let Ok(read) = tokio::time::timeout(ms(1200), peer.stream.read(&mut buffer)).await {
        assert!(read.unwrap() > 0, "closed instead of frozen");
    }
    assert_eq!(controller.connections(), 1);
    controller.thaw(Target::All);
    assert_eq!(peer.assign().await.task_id, task.id().to_string());
    peer.ping().await;
}

#[tokio::test]
async fn pings_can_be_silenced() {
    let timers = Timers { ping_interval: ms(5), ..Timers::default() };
    let controller = start(held().timers(timers)).await;
    controller.faults().set_silent_pings(true);
    let mut peer = Peer::request(controller.worker_addr(), UPGRADE).await;
    peer.send(&register("static", "", STATIC_TOKEN, DATE)).await;
    assert!(peer.message().await.response.is_some());
    let begun = Instant::now();
    let mut nonce = 0_u64;
    while begun.elapsed() < ms(100) {
        nonce += 1;
        peer.send_frame(0x89, &nonce.to_be_bytes()).await;
        let pong = Frame { first: 0x8a, payload: nonce.to_be_bytes().to_vec() };
        assert_eq!(peer.frame().await, Some(pong));
    }
    assert!(peer.pings.is_empty());
    controller.faults().set_silent_pings(false);
    peer.ping().await;
}

#[tokio::test]
async fn a_stop_closes_sockets_frees_ports_and_ends_waits() {
    let controller = start_quiet().await;
    let (worker_addr, api_addr) = (controller.worker_addr(), controller.api_addr());
    let mut peer = Peer::register(&controller, "static", STATIC_TOKEN).await;
    let frozen = Peer::register(&controller, "static", STATIC_TOKEN).await;
    controller.freeze(Target::Connection(2));
    let mut task = controller.submit(NewTask::new("math.add")).unwrap();
    let mut events = controller.events_from_now();
    within("stop", controller.shutdown()).await;
    assert!(task.wait().await.is_err());
    assert!(controller.submit(NewTask::new("math.add")).is_err());
    for _ in 0..2 {
        event(&mut events, "end", |e| {
            matches!(e, Event::Disconnected { reason, .. } if reason == "the controller stopped")
        })
        .await;
    }
    while let Some(frame) = peer.frame().await {
        assert_ne!(frame.first & 0x0f, CLOSE, "stopped without a word");
    }
    drop(frozen);
    // The same ports again, as a restarted controller would have them.
    let again = held().worker_addr(worker_addr).api_addr(api_addr).timers(quiet());
    let again = start(again).await;
    Peer::register(&again, "static", STATIC_TOKEN).await;
    assert_eq!(http(api_addr, "GET", "/health", "").await.status, 200);
}
