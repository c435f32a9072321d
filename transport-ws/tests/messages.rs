//! Messages go through whole, in order and once, however the connection and the caller behave.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

mod support;

use std::{collections::VecDeque, future::poll_fn, task::Poll, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use journeyman_core::{
    ErrorKind,
    transport::{Event, Lane, Tag, Transport},
};
use journeyman_testkit::proxy::{Delay, Direction, FaultProxy, Faults, Split};
use journeyman_ws::{WsMessage, WsTransport};
use support::*;
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

/// Sends back what comes, until the connection ends.
async fn echo(mut server: WebSocketStream<TcpStream>) {
    while let Some(Ok(message)) = server.next().await {
        if (message.is_text() || message.is_binary()) && server.send(message).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn text_and_binary_of_all_lengths() {
    let (mut client, server) = pair(quiet()).await;
    tokio::spawn(echo(server));
    // Around each border of the frame header, of our buffers, and at the limit itself.
    let lengths = [0, 1, 125, 126, 127, 16_383, 16_384, 65_535, 65_536, 1 << 20, 16 << 20];
    for length in lengths {
        let binary = WsMessage::from(pattern(length, length));
        send(&mut client, binary.clone());
        assert!(message(&mut client).await == binary, "binary of {length}");
        let text = WsMessage::from("ü".repeat(length / 2));
        send(&mut client, text.clone());
        assert!(message(&mut client).await == text, "text of {length}");
    }
}

#[tokio::test]
async fn many_messages_keep_their_order_and_each_tag_is_reported_once() {
    const COUNT: usize = 20_000;
    let (mut client, server) = pair(quiet()).await;
    tokio::spawn(echo(server));
    exchange(&mut client, COUNT, |_| 0).await;
}

/// Sends `count` messages while there is room and checks the echoes and the tags. `give_up` says
/// how many times polling is abandoned before each event.
async fn exchange(client: &mut WsTransport, count: usize, give_up: impl Fn(usize) -> usize) {
    let payload = |i: usize| pattern(i * 7919 % 1500, i);
    let mut sent = 0;
    let mut tags = VecDeque::new();
    let mut received = 0;
    let mut events = 0;
    while received < count || !tags.is_empty() {
        while sent < count && client.has_room(Lane::MAIN) {
            send_tagged(client, sent as u64, payload(sent));
            tags.push_back(Tag(sent as u64));
            sent += 1;
        }
        let mut early = None;
        for _ in 0..give_up(events) {
            let poll = poll_fn(|cx| Poll::Ready(client.poll_event(cx))).await;
            if let Poll::Ready(event) = poll {
                early = Some(event);
                break;
            }
            tokio::task::yield_now().await;
        }
        events += 1;
        let event = match early {
            Some(event) => event,
            None => event(client).await,
        };
        match event {
            Event::Sent { tag } => assert_eq!(Some(tag), tags.pop_front()),
            Event::Received { message, .. } => {
                assert!(message.into_bytes() == payload(received), "message {received}");
                received += 1;
            }
            Event::Alive => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((sent, received, client.queued_bytes()), (count, count, 0));
}

#[tokio::test]
async fn abandoned_polls_lose_nothing() {
    let (mut client, server) = pair(quiet()).await;
    tokio::spawn(echo(server));
    exchange(&mut client, 5_000, |event| event % 4).await;
}

#[tokio::test]
async fn sent_comes_after_the_flush_and_not_before() {
    let mut config = quiet();
    config.max_message_size = 32 << 20;
    let (mut client, server) = pair(config).await;
    let mut tcp = server.into_inner();
    // More than the system buffers: it cannot be flushed while nobody reads.
    let length = 24 << 20;
    send_tagged(&mut client, 1, vec![0; length]);
    send_tagged(&mut client, 2, "small");
    let early = tokio::time::timeout(Duration::from_millis(50), event(&mut client)).await;
    assert!(early.is_err(), "{early:?}");
    let reading = tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        let mut total = 0;
        // Headers with mask: 14 and 6 bytes.
        while total < length + 14 + 5 + 6 {
            total += tcp.read(&mut buffer).await.unwrap();
        }
        tcp
    });
    for tag in [1, 2] {
        let event = event(&mut client).await;
        assert!(matches!(event, Event::Sent { tag: Tag(t) } if t == tag), "{event:?}");
    }
    soon(reading).await.unwrap();
}

#[tokio::test]
async fn several_sends_are_one_write() {
    let (mut client, server) = pair(quiet()).await;
    let mut tcp = server.into_inner();
    for i in 0..100 {
        send_tagged(&mut client, i, vec![0; 100]);
    }
    assert!(matches!(event(&mut client).await, Event::Sent { tag: Tag(0) }));
    let mut buffer = vec![0; 1 << 16];
    assert_eq!(soon(tcp.read(&mut buffer)).await.unwrap(), 100 * 106);
}

#[tokio::test]
async fn fragments_become_one_message() {
    let (mut client, mut server) = pair(quiet()).await;
    let pieces = |text: bool| {
        let first = if text { Data::Text } else { Data::Binary };
        [("grü", first, false), ("", Data::Continue, false), ("ße", Data::Continue, true)]
    };
    for text in [true, false] {
        for (payload, kind, last) in pieces(text) {
            let frame = Frame::message(payload.as_bytes(), OpCode::Data(kind), last);
            server.send(Message::Frame(frame)).await.unwrap();
            // Control frames may come in between.
            server.send(Message::Ping(Bytes::from_static(b"x"))).await.unwrap();
        }
        let expected: WsMessage =
            if text { "grüße".into() } else { Bytes::from_static("grüße".as_bytes()).into() };
        assert_eq!(message(&mut client).await, expected);
    }
}

#[tokio::test]
async fn any_pieces_on_the_wire() {
    let splits = [
        Split::SingleBytes,
        Split::Random { max: 3 },
        Split::Random { max: 500 },
        Split::Random { max: 20_000 },
    ];
    for (seed, split) in splits.into_iter().enumerate() {
        let (addr, mut accepted) = tcp_server().await;
        let proxy = FaultProxy::start(addr, seed as u64).await.unwrap();
        let delay = Some(Delay { fixed: Duration::ZERO, jitter: Duration::from_millis(1) });
        proxy.set_faults(Faults {
            // The server's library takes no request in single bytes; ours must take the answer so.
            up: Direction { delay, ..Direction::default() },
            down: Direction { split, delay, ..Direction::default() },
            ..Faults::default()
        });
        let (mut client, server) = pair_through(quiet(), proxy.addr(), &mut accepted).await;
        proxy.update(|faults| faults.up.split = split);
        tokio::spawn(echo(server));
        exchange(&mut client, 50, |event| event % 3).await;
        assert!(proxy.counters().splits > 0);
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_the_rest_goes_on() {
    let mut config = quiet();
    config.max_message_size = 1_000;
    let (mut client, server) = pair(config).await;
    tokio::spawn(echo(server));
    let error = client.send(Lane::MAIN, Some(Tag(1)), vec![0; 1_001].into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(!error.is_temporary() && error.to_string().contains("1001"), "{error}");
    send_tagged(&mut client, 2, vec![7; 1_000]);
    assert!(matches!(event(&mut client).await, Event::Sent { tag: Tag(2) }));
    assert_eq!(message(&mut client).await.len(), 1_000);
    let error = client.send(Lane("other"), None, "x".into()).unwrap_err();
    assert!(error.to_string().contains("other"), "{error}");
}

#[tokio::test]
async fn the_queue_is_bounded_and_one_message_always_fits() {
    let mut config = quiet();
    config.max_message_size = 1 << 20;
    config.send_queue_soft_limit = 10_000;
    config.send_queue_hard_limit = 100_000;
    let (mut client, mut server) = pair(config).await;
    // Larger than the hard limit, but the queue is empty.
    assert!(client.has_room(Lane::MAIN));
    send(&mut client, vec![1; 1 << 20]);
    assert!(!client.has_room(Lane::MAIN));
    let error = client.send(Lane::MAIN, None, "x".into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.is_temporary() && error.to_string().contains("queue is full"), "{error}");
    let first = while_polling(&mut client, server.next()).await.unwrap().unwrap();
    assert_eq!(first.len(), 1 << 20);
    // Flushed by now: there is room again, and empty messages fill it, too.
    let mut sent = 0;
    while client.send(Lane::MAIN, None, "".into()).is_ok() {
        sent += 1;
    }
    assert!((1_000..10_000).contains(&sent), "{sent}");
    while_polling(&mut client, async {
        for _ in 0..sent {
            assert!(server.next().await.unwrap().unwrap().is_empty());
        }
    })
    .await;
    assert!(client.has_room(Lane::MAIN));
}
