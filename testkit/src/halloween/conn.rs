//! One connection: reading, writing, and its end.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    time::{sleep, timeout},
};

use super::{
    connect::Me,
    core::Shared,
    decode, encode,
    events::{Cause, Event},
    frame::{self, Frame},
    handle::Next,
    link::{End, Link},
    message::Version,
    packet::{Fault, reason},
};

/// Room for what is read at once.
const READ: usize = 64 << 10;
/// How long the last bytes of a connection may take.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves one connection until its end.
pub(crate) async fn serve(shared: Arc<Shared>, mut stream: TcpStream) {
    let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
    let link = {
        let mut links = shared.links();
        let link = Arc::new(Link::new(number, shared.frozen.load(Ordering::Relaxed)));
        links.insert(number, Arc::clone(&link));
        link
    };
    // Without it, an acknowledgement waits for the next packet.
    let _ = stream.set_nodelay(true);
    let mut me = None;
    let (reader, writer) = stream.split();
    let cause = tokio::select! {
        cause = read(&shared, &link, reader, &mut me) => cause,
        () = write(&link, writer) => None,
        () = ended(&link) => None,
    };
    let cause = link.cause().or(cause).unwrap_or(Cause::Closed);
    shared.links().remove(&number);
    shared.change(|change| match &me {
        Some(me) => change.gone(me.key, &link, cause),
        // A refusal has been told.
        None if cause == Cause::OnPurpose => {}
        None => change.context.events.push(Event::Unknown { connection: number, cause }),
    });
}

/// Waits until the connection has to end at once, or has had its time for its last words.
async fn ended(link: &Link) {
    let mut end = link.watch_end();
    // The sender lives in the link.
    let _ = end.wait_for(|end| *end != End::Open).await;
    tokio::select! {
        _ = end.wait_for(|end| *end == End::Now) => {}
        () = sleep(LAST_WORDS) => {}
    }
}

/// Writes what is put on the link, all that waits at once. Returns at the end of the connection.
async fn write(link: &Link, mut writer: WriteHalf<'_>) {
    loop {
        link.thawed().await;
        // Asked before the look at what waits: what is put before the end is written.
        let end = link.end();
        let mut batch = link.take();
        if !batch.is_empty() {
            if writer.write_all_buf(&mut batch).await.is_err() {
                return;
            }
        } else if end != End::Open {
            let _ = writer.shutdown().await;
            return;
        } else {
            link.woken().await;
        }
    }
}

/// Reads and handles packets. Does not return after it asked for the end itself: the writer does
/// then. Returns the cause of an end that the peer brought about.
async fn read(
    shared: &Arc<Shared>,
    link: &Arc<Link>,
    mut reader: ReadHalf<'_>,
    me: &mut Option<Me>,
) -> Option<Cause> {
    let mut buffer = BytesMut::with_capacity(READ);
    let max = shared.config.max_packet;
    let first = first(link, &mut reader, &mut buffer, max);
    let frame = match timeout(shared.config.connect_timeout, first).await {
        Ok(Ok(frame)) => frame,
        Ok(Err(cause)) => return Some(cause),
        Err(_) => return Some(Cause::Protocol { text: "no CONNECT in time".to_owned() }),
    };
    let delay = shared.faults.connack_delay();
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let (connected, keep_alive) = match greet(shared, link, frame) {
        Ok(greeted) => greeted,
        Err(cause) => return Some(cause),
    };
    let Some(connected) = connected else { return std::future::pending().await };
    *me = Some(connected.clone());
    loop {
        match handle(shared, &connected, &mut buffer, max) {
            Ok(Next::Continue) => {}
            Ok(Next::End(cause)) => return Some(cause),
            Err(fault) => {
                link.put(|out| encode::disconnect(out, connected.version, fault.code));
                link.finish(End::Flush, Cause::Protocol { text: fault.text });
                return std::future::pending().await;
            }
        }
        let late = fill(link, &mut reader, &mut buffer, keep_alive);
        match late.await {
            Ok(true) => {}
            Ok(false) => {
                link.put(|out| encode::disconnect(out, connected.version, reason::KEEP_ALIVE));
                link.finish(End::Flush, Cause::KeepAlive);
                return std::future::pending().await;
            }
            Err(_) => return Some(Cause::Closed),
        }
    }
}

/// Reads until there is more, but not while the connection is frozen. False: nothing came in
/// time.
async fn fill(
    link: &Link,
    reader: &mut ReadHalf<'_>,
    buffer: &mut BytesMut,
    limit: Option<Duration>,
) -> io::Result<bool> {
    loop {
        link.thawed().await;
        buffer.reserve(READ);
        let count = match limit {
            None => reader.read_buf(buffer).await?,
            Some(limit) => match timeout(limit, reader.read_buf(buffer)).await {
                Ok(count) => count?,
                Err(_) if link.is_frozen() => continue,
                Err(_) => return Ok(false),
            },
        };
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        link.thawed().await;
        return Ok(true);
    }
}

async fn first(
    link: &Link,
    reader: &mut ReadHalf<'_>,
    buffer: &mut BytesMut,
    max: usize,
) -> Result<Frame, Cause> {
    loop {
        match frame::take(buffer, max) {
            Ok(Some(frame)) => return Ok(frame),
            Ok(None) => {}
            Err(fault) => return Err(Cause::Protocol { text: fault.text }),
        }
        fill(link, reader, buffer, None).await.map_err(|_| Cause::Closed)?;
    }
}

type Greeted = (Option<Me>, Option<Duration>);

/// Answers the CONNECT. `None`: refused.
fn greet(shared: &Arc<Shared>, link: &Arc<Link>, mut frame: Frame) -> Result<Greeted, Cause> {
    let connect = match decode::connect(&mut frame) {
        Ok(connect) => connect,
        Err((fault, None)) => return Err(Cause::Protocol { text: fault.text }),
        Err((_, Some(_))) => {
            let reason = "the version of the protocol is not spoken";
            shared.change(|change| change.refuse(link, Version::V311, "", 0x84, reason));
            return Ok((None, None));
        }
    };
    let seconds = f32::from(connect.keep_alive) * shared.config.keep_alive_factor;
    let keep_alive = Duration::try_from_secs_f32(seconds).ok().filter(|limit| !limit.is_zero());
    Ok((shared.change(|change| change.connect(link, connect)), keep_alive))
}

/// Handles the packets that are there as a whole, in one change of the state.
fn handle(shared: &Arc<Shared>, me: &Me, buffer: &mut BytesMut, max: usize) -> Result<Next, Fault> {
    if buffer.is_empty() {
        return Ok(Next::Continue);
    }
    shared.change(|change| {
        while let Some(frame) = frame::take(buffer, max)? {
            let packet = decode::packet(me.version, frame)?;
            if let Next::End(cause) = change.handle(me, packet)? {
                return Ok(Next::End(cause));
            }
        }
        Ok(Next::Continue)
    })
}
