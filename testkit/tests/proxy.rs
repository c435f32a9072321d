//! The fault proxy does what its plan says, and says what it did.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic, too")]

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use journeyman_testkit::proxy::{Cut, Delay, Direction, FaultProxy, Faults, RandomCuts, Split};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

/// Far above what anything here takes; a test that gets there has failed.
const LONG: Duration = Duration::from_secs(20);

/// Bytes that are different wherever one looks.
fn pattern(length: usize) -> Vec<u8> {
    (0..length as u32)
        .flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes())
        .take(length)
        .collect()
}

/// A listener that hands out its connections.
async fn server() -> (SocketAddr, mpsc::Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (send, receive) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if send.send(stream).await.is_err() {
                return;
            }
        }
    });
    (addr, receive)
}

/// A proxy with a connection through it.
async fn pair(faults: Faults, seed: u64) -> (FaultProxy, TcpStream, TcpStream) {
    let (addr, mut accepted) = server().await;
    let proxy = FaultProxy::start(addr, seed).await.unwrap();
    proxy.set_faults(faults);
    let client = TcpStream::connect(proxy.addr()).await.unwrap();
    let server = soon(accepted.recv()).await.unwrap();
    (proxy, client, server)
}

async fn soon<F: Future>(future: F) -> F::Output {
    timeout(LONG, future).await.expect("took too long")
}

async fn read_all(stream: &mut TcpStream) -> (Vec<u8>, io::Result<()>) {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match soon(stream.read(&mut buffer)).await {
            Ok(0) => return (all, Ok(())),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) => return (all, Err(error)),
        }
    }
}

/// Sends both ways and checks what arrives.
async fn exchange(client: &mut TcpStream, server: &mut TcpStream, length: usize) {
    let sent = pattern(length);
    let mut received = vec![0; length];
    let (up, down) = (sent.clone(), sent.clone());
    soon(async {
        let (a, b) = tokio::join!(client.write_all(&up), server.read_exact(&mut received));
        a.unwrap();
        b.unwrap();
    })
    .await;
    assert!(received == sent, "up");
    received.fill(0);
    soon(async {
        let (a, b) = tokio::join!(server.write_all(&down), client.read_exact(&mut received));
        a.unwrap();
        b.unwrap();
    })
    .await;
    assert!(received == sent, "down");
}

#[tokio::test]
async fn without_faults_bytes_and_ends_pass() {
    let (proxy, mut client, mut server) = pair(Faults::none(), 1).await;
    exchange(&mut client, &mut server, 1_000_000).await;
    // A half-closed connection stays usable the other way.
    client.shutdown().await.unwrap();
    assert_eq!(read_all(&mut server).await.0, b"");
    server.write_all(b"late").await.unwrap();
    drop(server);
    assert_eq!(read_all(&mut client).await.0, b"late");
    drop(client);
    let counters = soon(proxy.wait_until(|c| c.open == 0)).await;
    assert_eq!((counters.bytes_up, counters.bytes_down), (1_000_000, 1_000_004));
    assert_eq!((counters.connections, counters.faults()), (1, 0));
}

#[tokio::test]
async fn splits_and_delays_change_nothing_but_time() {
    for split in [Split::SingleBytes, Split::Random { max: 0 }, Split::Random { max: 100 }] {
        let direction = Direction {
            split,
            delay: Some(Delay {
                fixed: Duration::from_millis(1),
                jitter: Duration::from_millis(1),
            }),
            ..Direction::default()
        };
        let (proxy, mut client, mut server) = pair(Faults::both(direction), 2).await;
        exchange(&mut client, &mut server, 5_000).await;
        let counters = proxy.counters();
        assert!(counters.splits > 0 && counters.delays > 0, "{counters:?}");
    }
}

#[tokio::test]
async fn single_bytes_arrive_singly() {
    let faults = Faults::both(Direction { split: Split::SingleBytes, ..Direction::default() });
    let (_proxy, mut client, mut server) = pair(faults, 2).await;
    client.write_all(&pattern(500)).await.unwrap();
    let mut reads = 0;
    let mut total = 0;
    let mut buffer = [0; 500];
    while total < 500 {
        total += soon(server.read(&mut buffer)).await.unwrap();
        reads += 1;
    }
    assert!(reads > 100, "{reads} reads");
}

#[tokio::test]
async fn a_delay_is_at_least_what_it_says() {
    let fixed = Duration::from_millis(30);
    let delay = Some(Delay { fixed, jitter: Duration::ZERO });
    let faults = Faults { up: Direction { delay, ..Direction::default() }, ..Faults::default() };
    let (_proxy, mut client, mut server) = pair(faults, 2).await;
    let start = Instant::now();
    client.write_all(b"x").await.unwrap();
    soon(server.read_u8()).await.unwrap();
    assert!(start.elapsed() >= fixed);
}

#[tokio::test]
async fn a_throttle_holds_the_rate() {
    let faults = Faults {
        up: Direction { throttle: Some(100_000), ..Direction::default() },
        ..Faults::default()
    };
    let (_proxy, mut client, mut server) = pair(faults, 2).await;
    let start = Instant::now();
    client.write_all(&pattern(30_000)).await.unwrap();
    let mut received = vec![0; 30_000];
    soon(server.read_exact(&mut received)).await.unwrap();
    // The last tenth of a second is waited for after the bytes.
    assert!(start.elapsed() >= Duration::from_millis(190), "{:?}", start.elapsed());
    assert!(received == pattern(30_000));
}

#[tokio::test]
async fn a_cut_comes_after_exactly_so_many_bytes() {
    let faults = Faults {
        down: Direction { cut: Some((1_234, Cut::Fin)), ..Direction::default() },
        ..Faults::default()
    };
    let (proxy, mut client, mut server) = pair(faults, 3).await;
    server.write_all(&pattern(5_000)).await.unwrap();
    let (received, end) = read_all(&mut client).await;
    assert!(received == pattern(5_000)[..1_234]);
    end.unwrap();
    assert_eq!(proxy.counters().cuts, 1);
    // The server sees an end in good order, too.
    read_all(&mut server).await.1.unwrap();
    drop((client, server));
    soon(proxy.wait_until(|c| c.open == 0)).await;
}

#[tokio::test]
async fn a_reset_is_a_reset_on_both_sides() {
    let faults = Faults {
        up: Direction { cut: Some((10, Cut::Reset)), ..Direction::default() },
        ..Faults::default()
    };
    let (proxy, mut client, mut server) = pair(faults, 3).await;
    client.write_all(&pattern(10)).await.unwrap();
    for stream in [&mut client, &mut server] {
        let error = read_all(stream).await.1.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
    assert_eq!(soon(proxy.wait_until(|c| c.open == 0)).await.cuts, 1);
}

#[tokio::test]
async fn cut_all_cuts_even_what_is_stuck() {
    for how in [Cut::Reset, Cut::Fin] {
        let stuck = Direction { stall: true, ..Direction::default() };
        let (proxy, mut client, mut server) = pair(Faults::both(stuck), 4).await;
        client.write_all(b"never arrives").await.unwrap();
        proxy.cut_all(how);
        for stream in [&mut client, &mut server] {
            let (received, end) = read_all(stream).await;
            assert_eq!(received, b"");
            assert_eq!(end.is_err(), how == Cut::Reset, "{end:?}");
        }
        drop((client, server));
        soon(proxy.wait_until(|c| c.open == 0 && c.cuts == 1)).await;
    }
}

#[tokio::test]
async fn swallowing_hides_bytes_and_ends() {
    let (proxy, mut client, mut server) = pair(Faults::none(), 5).await;
    exchange(&mut client, &mut server, 100).await;
    proxy.update(|faults| faults.up.swallow = true);
    // More than all buffers hold: the sender is not held up.
    soon(client.write_all(&vec![7; 20_000_000])).await.unwrap();
    client.shutdown().await.unwrap();
    soon(proxy.wait_until(|c| c.swallowed == 20_000_000)).await;
    // The other way works.
    server.write_all(b"hello?").await.unwrap();
    let mut buffer = [0; 6];
    soon(client.read_exact(&mut buffer)).await.unwrap();
    assert_eq!(server.try_read(&mut buffer).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    // With the fault gone, the end passes.
    proxy.update(|faults| faults.up.swallow = false);
    assert_eq!(read_all(&mut server).await.0, b"");
}

#[tokio::test]
async fn stalling_blocks_the_sender_and_loses_nothing() {
    let (proxy, mut client, mut server) = pair(Faults::none(), 6).await;
    exchange(&mut client, &mut server, 100).await;
    proxy.update(|faults| faults.up.stall = true);
    let sent = pattern(30_000_000);
    let mut received = vec![0; sent.len()];
    let writing = client.write_all(&sent);
    tokio::pin!(writing);
    // Whatever the system buffers, it is less than this.
    assert!(timeout(Duration::from_millis(100), &mut writing).await.is_err());
    assert_eq!(proxy.counters().bytes_up, 100);
    proxy.update(|faults| faults.up.stall = false);
    soon(async {
        let (a, b) = tokio::join!(writing, server.read_exact(&mut received));
        a.unwrap();
        b.unwrap();
    })
    .await;
    assert!(received == sent);
}

#[tokio::test]
async fn corruption_is_about_as_frequent_as_asked_and_reproducible() {
    let mut results = Vec::new();
    for seed in [7, 7, 8] {
        let faults = Faults {
            up: Direction { corrupt_per_kib: 2.0, ..Direction::default() },
            ..Faults::default()
        };
        let (proxy, mut client, mut server) = pair(faults, seed).await;
        let sent = pattern(100 * 1024);
        let mut received = vec![0; sent.len()];
        soon(async {
            let (a, b) = tokio::join!(client.write_all(&sent), server.read_exact(&mut received));
            a.unwrap();
            b.unwrap();
        })
        .await;
        let flipped: u32 = sent.iter().zip(&received).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert_eq!(u64::from(flipped), proxy.counters().flipped_bits);
        assert!((100..400).contains(&flipped), "{flipped}");
        results.push(received);
    }
    assert!(results[0] == results[1] && results[0] != results[2]);
}

#[tokio::test]
async fn refusing_and_an_absent_server_reset_the_client() {
    let (proxy, _client, _server) = pair(Faults::none(), 9).await;
    proxy.update(|faults| faults.refuse = true);
    let mut refused = TcpStream::connect(proxy.addr()).await.unwrap();
    assert_eq!(read_all(&mut refused).await.1.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(proxy.counters().refused, 1);

    proxy.update(|faults| faults.refuse = false);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    proxy.set_upstream(listener.local_addr().unwrap());
    drop(listener);
    let mut lost = TcpStream::connect(proxy.addr()).await.unwrap();
    assert_eq!(read_all(&mut lost).await.1.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(proxy.counters().unreachable, 1);

    // The server is back, elsewhere.
    let (addr, mut accepted) = server().await;
    proxy.set_upstream(addr);
    let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
    let mut server = soon(accepted.recv()).await.unwrap();
    exchange(&mut client, &mut server, 10).await;
    // The first connection was never touched.
    assert_eq!(proxy.counters().open, 2);
}

#[tokio::test]
async fn random_cuts_are_reproducible() {
    let mut runs = Vec::new();
    for seed in [11, 11, 12] {
        let (addr, mut accepted) = server().await;
        let proxy = FaultProxy::start(addr, seed).await.unwrap();
        proxy.set_faults(Faults {
            random_cuts: Some(RandomCuts { one_in: 2, after: 10..1_000, how: Cut::Fin }),
            ..Faults::default()
        });
        let mut passed = Vec::new();
        for _ in 0..30 {
            let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
            let mut server = soon(accepted.recv()).await.unwrap();
            client.write_all(&pattern(1_000)).await.unwrap();
            client.shutdown().await.unwrap();
            passed.push(read_all(&mut server).await.0.len());
        }
        let cut = passed.iter().filter(|length| **length < 1_000).count();
        assert!((5..25).contains(&cut), "{passed:?}");
        assert_eq!(proxy.counters().cuts, cut as u64);
        runs.push(passed);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn mild_mixes_are_survived_by_what_reconnects() {
    for seed in 0..20 {
        let (addr, mut accepted) = server().await;
        let proxy = FaultProxy::start(addr, seed).await.unwrap();
        proxy.set_faults(Faults::random(seed));
        let sent = pattern(3_000);
        let mut done = false;
        for _ in 0..50 {
            let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
            let mut server = soon(accepted.recv()).await.unwrap();
            if client.write_all(&sent).await.is_err() || client.shutdown().await.is_err() {
                continue;
            }
            let (received, _) = read_all(&mut server).await;
            assert!(sent.starts_with(&received), "seed {seed}: changed bytes");
            if received.len() == sent.len() {
                done = true;
                break;
            }
        }
        assert!(done, "seed {seed}: never through");
    }
}

#[tokio::test]
async fn frozen_connections_stay_and_new_ones_work() {
    let (addr, mut accepted) = server().await;
    let proxy = FaultProxy::start(addr, 14).await.unwrap();
    let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
    let mut old_server = soon(accepted.recv()).await.unwrap();
    exchange(&mut old, &mut old_server, 100).await;
    proxy.freeze_all();
    old.write_all(b"vanishes").await.unwrap();
    old_server.write_all(b"too").await.unwrap();
    soon(proxy.wait_until(|counters| counters.swallowed == 11)).await;
    drop(old_server);
    let mut new = TcpStream::connect(proxy.addr()).await.unwrap();
    let mut new_server = soon(accepted.recv()).await.unwrap();
    exchange(&mut new, &mut new_server, 100).await;
    assert_eq!(proxy.counters().open, 2);
    assert!(timeout(Duration::from_millis(50), old.read(&mut [0; 8])).await.is_err());
}

#[tokio::test]
async fn injected_bytes_reach_the_clients_and_the_stream_goes_on() {
    let (proxy, mut client, mut server) = pair(Faults::none(), 15).await;
    exchange(&mut client, &mut server, 100).await;
    proxy.inject_all("not from the server");
    let mut received = [0; 19];
    soon(client.read_exact(&mut received)).await.unwrap();
    assert_eq!(&received, b"not from the server");
    exchange(&mut client, &mut server, 100).await;
}

#[tokio::test]
async fn dropping_the_proxy_ends_its_connections() {
    let (proxy, mut client, mut server) = pair(Faults::none(), 13).await;
    let addr = proxy.addr();
    drop(proxy);
    let _ = read_all(&mut client).await;
    let _ = read_all(&mut server).await;
    // The port closes when the task is gone, which was at the latest when the connections went.
    assert!(soon(TcpStream::connect(addr)).await.is_err());
}
