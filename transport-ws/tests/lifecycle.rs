//! Each way a connection lives and ends.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

mod support;

use std::{
    future::poll_fn,
    task::Poll,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use journeyman_core::{
    ErrorKind,
    transport::{Event, Goodbye, Lane, Transport},
};
use journeyman_testkit::proxy::{Cut, FaultProxy};
use journeyman_ws::{WsConfig, WsTarget, WsTransport};
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[tokio::test]
async fn pings_are_answered_while_nothing_is_sent() {
    let (mut client, mut server) = pair(quiet()).await;
    for payload in ["", "beat"] {
        server.send(Message::Ping(Bytes::from_static(payload.as_bytes()))).await.unwrap();
        // One poll that yields the event is enough: the pong does not wait for the next.
        assert!(matches!(event(&mut client).await, Event::Alive));
        match soon(server.next()).await.unwrap().unwrap() {
            Message::Pong(bytes) => assert_eq!(bytes, payload),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn our_pings_keep_a_quiet_connection_alive() {
    let mut config = WsConfig::default();
    config.ping_interval = Some(ms(20));
    config.liveness = Some(ms(2_000));
    let (mut client, mut server) = pair(config).await;
    // The library answers pings while it reads.
    let reading = tokio::spawn(async move { while let Some(Ok(_)) = server.next().await {} });
    for _ in 0..10 {
        assert!(matches!(event(&mut client).await, Event::Alive));
    }
    client.abort();
    soon(reading).await.unwrap();
}

#[tokio::test]
async fn an_idle_connection_sleeps() {
    let mut config = WsConfig::default();
    config.ping_interval = Some(ms(100));
    let (mut client, mut server) = pair(config).await;
    tokio::spawn(async move { while let Some(Ok(_)) = server.next().await {} });
    send(&mut client, "something to write first");
    let mut polls = 0;
    let idle = poll_fn(|cx| {
        polls += 1;
        while client.poll_event(cx).is_ready() {}
        Poll::<()>::Pending
    });
    assert!(tokio::time::timeout(ms(450), idle).await.is_err());
    // Start, four pings with their answers, and the timers in between.
    assert!(polls < 20, "{polls} polls");
}

#[tokio::test]
async fn a_silent_peer_is_noticed() {
    let mut config = WsConfig::default();
    config.ping_interval = Some(ms(20));
    config.liveness = Some(ms(80));
    let (mut client, server) = pair(config).await;
    let tcp = server.into_inner();
    let start = Instant::now();
    let closed = closed(&mut client).await;
    assert!(start.elapsed() >= ms(75), "{:?}", start.elapsed());
    assert_eq!((closed.code, closed.clean), (Some(1006), false));
    assert_eq!(closed.error.kind(), ErrorKind::Timeout);
    assert!(closed.error.to_string().contains("has sent nothing for 80ms"), "{}", closed.error);
    assert!(!client.is_connected());
    drop(tcp);
}

#[tokio::test]
async fn silence_is_noticed_without_pings_too() {
    let mut config = quiet();
    config.liveness = Some(ms(50));
    let (mut client, server) = pair(config).await;
    assert_eq!(closed(&mut client).await.error.kind(), ErrorKind::Timeout);
    drop(server);
}

#[tokio::test]
async fn a_pause_of_our_own_is_not_the_peers_silence() {
    let mut config = WsConfig::default();
    config.ping_interval = Some(ms(10));
    config.liveness = Some(ms(1_000));
    let (mut client, mut server) = pair(config).await;
    tokio::spawn(async move { while let Some(Ok(_)) = server.next().await {} });
    // Longer than `liveness` without a poll: the whole process stood still.
    std::thread::sleep(ms(1_050));
    for _ in 0..3 {
        assert!(matches!(event(&mut client).await, Event::Alive));
    }
}

#[tokio::test]
async fn a_half_open_connection_is_noticed() {
    let (addr, mut accepted) = tcp_server().await;
    let proxy = FaultProxy::start(addr, 1).await.unwrap();
    let mut config = WsConfig::default();
    config.ping_interval = Some(ms(20));
    config.liveness = Some(ms(500));
    let (mut client, mut server) = pair_through(config, proxy.addr(), &mut accepted).await;
    tokio::spawn(async move { while let Some(Ok(_)) = server.next().await {} });
    assert!(matches!(event(&mut client).await, Event::Alive));
    proxy.update(|faults| {
        faults.up.swallow = true;
        faults.down.swallow = true;
    });
    let closed = closed(&mut client).await;
    assert_eq!(closed.error.kind(), ErrorKind::Timeout);
    assert!(proxy.counters().swallowed > 0);
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_noticed_although_it_sends() {
    let mut config = quiet();
    config.write_stall = Some(ms(100));
    config.liveness = Some(ms(5_000));
    let (mut client, server) = pair(config).await;
    let mut tcp = server.into_inner();
    // Empty pings, unmasked: signs of life all the time.
    let beating = tokio::spawn(async move {
        while tcp.write_all(&[0x89, 0]).await.is_ok() {
            tokio::time::sleep(ms(10)).await;
        }
    });
    for _ in 0..3 {
        send(&mut client, vec![0; 10 << 20]);
    }
    let closed = closed(&mut client).await;
    assert_eq!(closed.error.kind(), ErrorKind::Timeout);
    let text = closed.error.to_string();
    assert!(text.contains("has read nothing for 100ms") && text.contains("queued"), "{text}");
    soon(beating).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_floods_and_does_not_read_is_noticed() {
    let mut config = quiet();
    config.write_stall = Some(ms(100));
    let (mut client, server) = pair(config).await;
    let tcp = server.into_inner().into_std().unwrap();
    // A thread of its own, so that there is always something to read.
    let flooding = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut tcp = TcpStream::from_std(tcp).unwrap();
            let messages = [0x82, 1, b'x'].repeat(10_000);
            while tcp.write_all(&messages).await.is_ok() {}
        });
    });
    for _ in 0..3 {
        send(&mut client, vec![0; 10 << 20]);
    }
    let text = closed(&mut client).await.error.to_string();
    assert!(text.contains("has read nothing for 100ms"), "{text}");
    client.abort();
    tokio::task::spawn_blocking(|| flooding.join().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_slow_reader_is_no_stalled_one() {
    let mut config = quiet();
    config.write_stall = Some(ms(800));
    let (mut client, server) = pair(config).await;
    let mut tcp = server.into_inner();
    let total = 16 << 20;
    send(&mut client, vec![0; total]);
    send(&mut client, vec![0; total]);
    let reading = async {
        let mut buffer = vec![0; 1 << 20];
        let mut read = 0;
        while read < 2 * total {
            read += tcp.read(&mut buffer).await.unwrap();
            tokio::time::sleep(ms(40)).await;
        }
    };
    while_polling(&mut client, reading).await;
    assert!(client.is_connected());
}

#[tokio::test]
async fn close_frames_are_data() {
    for (code, reason) in [(1000, ""), (1001, "restart"), (4001, "over\nand out")] {
        let (mut client, mut server) = pair(quiet()).await;
        server.send("last".into()).await.unwrap();
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        server.send(Message::Close(Some(frame))).await.unwrap();
        assert_eq!(message(&mut client).await, "last".into());
        let closed = closed(&mut client).await;
        assert_eq!((closed.code, closed.clean), (Some(code), true));
        let text = closed.error.to_string();
        assert!(closed.error.is_temporary() && text.contains(&code.to_string()), "{text}");
        assert!(text.contains(&reason.escape_debug().to_string()) && !text.contains('\n'));
        // The answer echoes the code.
        match soon(server.next()).await.unwrap().unwrap() {
            Message::Close(Some(answer)) => assert_eq!(u16::from(answer.code), code),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_close_frame_without_code_is_1005() {
    let (mut client, mut server) = pair(quiet()).await;
    server.send(Message::Close(None)).await.unwrap();
    let closed = closed(&mut client).await;
    assert_eq!((closed.code, closed.clean), (Some(1005), true));
}

#[tokio::test]
async fn an_end_without_close_frame_is_1006_after_the_last_message() {
    for cut in [Cut::Fin, Cut::Reset] {
        let (addr, mut accepted) = tcp_server().await;
        let proxy = FaultProxy::start(addr, 1).await.unwrap();
        let (mut client, mut server) = pair_through(quiet(), proxy.addr(), &mut accepted).await;
        server.send("last".into()).await.unwrap();
        assert_eq!(message(&mut client).await, "last".into());
        proxy.cut_all(cut);
        let closed = closed(&mut client).await;
        assert_eq!((closed.code, closed.clean), (Some(1006), false));
        assert_eq!(closed.error.kind(), ErrorKind::Disconnected);
        let expected = if cut == Cut::Fin { "without a close frame" } else { "reset" };
        assert!(closed.error.to_string().contains(expected), "{}", closed.error);
        // Nothing more, and no way to send.
        let poll = poll_fn(|cx| Poll::Ready(client.poll_event(cx))).await;
        assert!(poll.is_pending());
        let error = client.send(Lane::MAIN, None, "x".into()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Disconnected);
    }
}

#[tokio::test]
async fn messages_before_an_end_arrive_although_writing_fails() {
    let (mut client, mut server) = pair(quiet()).await;
    for i in 0..10 {
        server.send(i.to_string().into()).await.unwrap();
    }
    // Closes with what we send below unread or yet to come.
    drop(server);
    for i in 0..10 {
        send(&mut client, vec![0; 1000]);
        assert_eq!(message(&mut client).await, i.to_string().as_str().into());
    }
    assert_eq!(closed(&mut client).await.code, Some(1006));
}

#[tokio::test]
async fn oversize_from_the_peer_gets_1009() {
    let mut config = quiet();
    config.max_message_size = 100_000;
    config.max_frame_size = 60_000;
    let frame = |length, kind, last| {
        Message::Frame(Frame::message(vec![b'x'; length], OpCode::Data(kind), last))
    };
    let cases = [
        vec![frame(60_001, Data::Binary, true)],
        vec![frame(60_000, Data::Text, false), frame(40_001, Data::Continue, false)],
        // Far more than the system buffers.
        vec![frame(50 << 20, Data::Binary, true)],
    ];
    for messages in cases {
        let (mut client, mut server) = pair(config.clone()).await;
        let serving = async {
            for message in messages {
                server.send(message).await.unwrap();
            }
            let frame = match server.next().await.unwrap().unwrap() {
                Message::Close(frame) => frame.unwrap(),
                other => panic!("{other:?}"),
            };
            // The library answers and closes when it is asked on.
            assert!(server.next().await.is_none());
            drop(server);
            frame
        };
        let (closed, frame) = soon(async { tokio::join!(closed(&mut client), serving) }).await;
        assert_eq!(u16::from(frame.code), 1009);
        assert!(frame.reason.contains("limit is"), "{}", frame.reason);
        assert_eq!((closed.code, closed.clean), (Some(1009), false));
        assert_eq!(closed.error.kind(), ErrorKind::TooLarge);
        assert!(closed.error.is_temporary() && closed.error.remedy().is_some());
    }
}

#[tokio::test]
async fn a_peer_that_floods_on_after_1009_holds_us_up_for_a_bounded_time() {
    let mut config = quiet();
    config.max_message_size = 1_000;
    config.close_timeout = ms(100);
    let (mut client, server) = pair(config).await;
    let mut tcp = server.into_inner();
    let flooding = tokio::spawn(async move {
        // The header of a frame of 2^62 bytes, and as many of them as go.
        tcp.write_all(&[0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0]).await.unwrap();
        while tcp.write_all(&[0; 65_536]).await.is_ok() {}
    });
    assert_eq!(closed(&mut client).await.code, Some(1009));
    soon(flooding).await.unwrap();
}

#[tokio::test]
async fn broken_frames_are_named_and_answered() {
    let cases: [(&[u8], u16, &str); 8] = [
        (&[0x82, 0x81, 1, 2, 3, 4, 5], 1002, "masked"),
        (&[0xc2, 0], 1002, "Reserved bits"),
        (&[0x83, 0], 1002, "3"),
        (&[0x80, 0], 1002, "nothing to continue"),
        (&[0x09, 0], 1002, "Fragmented control"),
        (&[0x89, 126, 0, 126], 1002, "too big"),
        (&[0x81, 2, 0xc3, 0x28], 1007, "UTF-8"),
        (&[0x88, 1, 3], 1002, "close"),
    ];
    for (bytes, code, expected) in cases {
        let (mut client, server) = pair(quiet()).await;
        let mut tcp = server.into_inner();
        tcp.write_all(bytes).await.unwrap();
        if bytes[1] == 126 {
            tcp.write_all(&[0; 126]).await.unwrap();
        }
        let serving = async {
            let mut head = [0; 2];
            tcp.read_exact(&mut head).await.unwrap();
            assert_eq!(head[0], 0x88);
            let mut rest = vec![0; usize::from(head[1] & 0x7f) + 4];
            tcp.read_exact(&mut rest).await.unwrap();
            drop(tcp);
            u16::from_be_bytes([rest[4] ^ rest[0], rest[5] ^ rest[1]])
        };
        let (closed, told) = soon(async { tokio::join!(closed(&mut client), serving) }).await;
        assert_eq!((closed.code, told), (Some(code), code), "{bytes:?}");
        assert_eq!(closed.error.kind(), ErrorKind::PeerMisbehaved);
        let text = closed.error.to_string();
        assert!(text.to_lowercase().contains(&expected.to_lowercase()), "{bytes:?}: {text}");
    }
}

#[tokio::test]
async fn random_bytes_end_the_connection_and_nothing_else() {
    for seed in 0..200 {
        let mut config = quiet();
        config.max_message_size = 4_096;
        config.max_frame_size = 4_096;
        config.close_timeout = ms(50);
        let (mut client, server) = pair(config).await;
        let mut tcp = server.into_inner();
        let mut bytes = pattern(2_000, seed);
        if seed % 2 == 0 {
            // A plausible start gets further into the parser.
            bytes[0] = [0x81, 0x82, 0x01, 0x02, 0x88, 0x89, 0x8a, 0x80][seed / 2 % 8];
            bytes[1] &= 0x7f;
        }
        tcp.write_all(&bytes).await.unwrap();
        tcp.shutdown().await.unwrap();
        let closed = closed(&mut client).await;
        assert!(closed.code.is_some(), "seed {seed}: {closed:?}");
    }
}

#[tokio::test]
async fn close_writes_the_queue_and_says_goodbye() {
    let (mut client, mut server) = pair(quiet()).await;
    for i in 0..1_000 {
        send(&mut client, vec![i as u8; 5_000]);
    }
    let reason = "ü".repeat(200);
    let serving = async {
        for i in 0..1_000 {
            let message = server.next().await.unwrap().unwrap();
            assert_eq!(message.into_data(), vec![i as u8; 5_000]);
        }
        let frame = match server.next().await.unwrap().unwrap() {
            Message::Close(frame) => frame.unwrap(),
            other => panic!("{other:?}"),
        };
        // The library answers, then sees our end.
        assert!(server.next().await.is_none());
        frame
    };
    let goodbye = Goodbye { code: Some(4321), reason: reason.clone() };
    let ((), frame) = soon(async { tokio::join!(client.close(goodbye), serving) }).await;
    assert_eq!(u16::from(frame.code), 4321);
    assert!(reason.starts_with(frame.reason.as_str()) && frame.reason.len() == 122);
    assert!(!client.is_connected());
    // Closing what is closed is nothing.
    soon(client.close(Goodbye::default())).await;
}

#[tokio::test]
async fn close_uses_1000_where_no_code_or_a_forbidden_one_is_given() {
    for code in [None, Some(1005), Some(1006), Some(7)] {
        let mut config = quiet();
        config.close_timeout = ms(50);
        let (mut client, mut server) = pair(config).await;
        let goodbye = Goodbye { code, reason: String::new() };
        let serving = async {
            match server.next().await.unwrap().unwrap() {
                Message::Close(frame) => u16::from(frame.unwrap().code),
                other => panic!("{other:?}"),
            }
        };
        let (told, ()) = soon(async { tokio::join!(serving, client.close(goodbye)) }).await;
        assert_eq!(told, 1000);
    }
}

#[tokio::test]
async fn close_does_not_wait_for_ever_for_an_answer() {
    let mut config = quiet();
    config.close_timeout = ms(50);
    let (mut client, server) = pair(config).await;
    let tcp = server.into_inner();
    soon(client.close(Goodbye::default())).await;
    drop(tcp);
}

#[tokio::test]
async fn close_gets_through_to_a_peer_that_writes_before_it_reads() {
    let (mut client, mut server) = pair(quiet()).await;
    send(&mut client, vec![1; 12 << 20]);
    let serving = async {
        for _ in 0..4 {
            server.send(Message::Binary(vec![0; 10 << 20].into())).await.unwrap();
        }
        assert_eq!(server.next().await.unwrap().unwrap().len(), 12 << 20);
        assert!(server.next().await.unwrap().unwrap().is_close());
        let _ = server.next().await;
    };
    soon(async { tokio::join!(client.close(Goodbye::default()), serving) }).await;
}

#[tokio::test]
async fn dropped_futures_disconnect_and_the_transport_serves_again() {
    let (addr, mut accepted) = tcp_server().await;
    let mut client = WsTransport::new(quiet());
    let target = || WsTarget::new(format!("ws://{addr}/"));
    {
        // The server does not answer the upgrade yet.
        let connecting = client.connect(target());
        tokio::pin!(connecting);
        let first = async {
            tokio::select! {
                result = &mut connecting => panic!("{result:?}"),
                stream = accepted.recv() => stream.unwrap(),
            }
        };
        drop(soon(first).await);
    }
    assert!(!client.is_connected());
    for _ in 0..3 {
        let server = async { accept(accepted.recv().await.unwrap()).await };
        let (connected, mut server) =
            soon(async { tokio::join!(client.connect(target()), server) }).await;
        connected.unwrap();
        send(&mut client, "hello");
        let heard = while_polling(&mut client, server.next()).await;
        assert_eq!(heard.unwrap().unwrap(), "hello".into());
        // A close that is not waited for drops the connection.
        let closing = client.close(Goodbye::default());
        drop(closing);
        client.abort();
        // After the abort nothing but the end is left, whatever it looks like.
        while let Some(Ok(_)) = soon(server.next()).await {}
    }
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_message_yields_no_message() {
    let (addr, mut accepted) = tcp_server().await;
    let proxy = FaultProxy::start(addr, 1).await.unwrap();
    let (mut client, mut server) = pair_through(quiet(), proxy.addr(), &mut accepted).await;
    let passed = proxy.counters().bytes_down;
    proxy.update(|faults| faults.down.cut = Some((passed + 500, Cut::Fin)));
    server.send(Message::Binary(vec![0; 1_000].into())).await.unwrap();
    match event(&mut client).await {
        Event::Closed(closed) => assert_eq!(closed.code, Some(1006)),
        other => panic!("{other:?}"),
    }
}
