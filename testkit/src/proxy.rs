//! A TCP proxy that breaks things on purpose.
//!
//! [`FaultProxy`] stands between a client and a server on loopback and does to their byte streams
//! what networks do: it cuts, delays, throttles, splits, swallows, stalls and corrupts. What it
//! does is a [`Faults`] plan that can be changed while connections are open; each change holds at
//! once for all of them.
//!
//! All randomness comes from the seed: two proxies with the same seed and plan make the same
//! decisions for their n-th connection. Where the decision depends on how the system cuts a
//! stream into reads (where a random piece ends), the bytes are the same and their borders may
//! differ.
//!
//! ```no_run
//! # use journeyman_testkit::proxy::{Cut, FaultProxy};
//! # async fn example(server: std::net::SocketAddr) -> std::io::Result<()> {
//! let proxy = FaultProxy::start(server, 7).await?;
//! // … connect a client to proxy.addr() …
//! proxy.wait_until(|counters| counters.bytes_down > 0).await;
//! proxy.update(|faults| faults.down.swallow = true); // half-open from now on
//! proxy.cut_all(Cut::Reset);
//! # Ok(())
//! # }
//! ```

use std::{
    io,
    net::SocketAddr,
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::{Notify, Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

/// The most bytes that are between reading and writing, per direction of a connection.
const BUFFER: usize = 16 << 10;
/// The most connections that are open at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 4096;

/// What the proxy does to streams. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// What happens on the way from client to server.
    pub up: Direction,
    /// What happens on the way from server to client.
    pub down: Direction,
    /// New connections are accepted and reset at once.
    pub refuse: bool,
    /// Cuts some connections somewhere.
    pub random_cuts: Option<RandomCuts>,
}

impl Faults {
    /// No faults.
    pub fn none() -> Self {
        Self::default()
    }

    /// A mild mix that differs by seed and that a correct peer survives: streams in random or
    /// single-byte pieces, small delays, and now and then a cut connection. Never a changed byte:
    /// a protocol without checksums would take it for data.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed, 0x006d_6978);
        let mut direction = || Direction {
            split: match random.below(4) {
                0 => Split::SingleBytes,
                1 => Split::Random { max: 1 + random.below(16) as usize },
                2 => Split::Random { max: 64 + random.below(2048) as usize },
                _ => Split::None,
            },
            delay: (random.below(2) == 0).then(|| Delay {
                fixed: Duration::from_micros(random.below(500)),
                jitter: Duration::from_micros(1 + random.below(1500)),
            }),
            ..Direction::default()
        };
        let (up, down) = (direction(), direction());
        let random_cuts = (random.below(2) == 0).then(|| RandomCuts {
            one_in: 2 + random.below(4),
            after: 1024..65_536,
            how: if random.below(2) == 0 { Cut::Reset } else { Cut::Fin },
        });
        Self { up, down, refuse: false, random_cuts }
    }

    /// The same faults in both directions.
    pub fn both(direction: Direction) -> Self {
        Self { up: direction.clone(), down: direction, ..Self::default() }
    }
}

/// What happens to the bytes of one direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Direction {
    /// Cut a connection once exactly this many of its bytes went this way. A connection that has
    /// passed more when this is set is cut at once.
    pub cut: Option<(u64, Cut)>,
    /// Read everything and pass on nothing, the end of the stream included: the sender sees a
    /// healthy connection to a peer that went silent.
    pub swallow: bool,
    /// Neither read nor pass on: the sender's writes block once the system's buffers are full.
    pub stall: bool,
    /// Hold back each piece that is read (up to 16 KiB) for a while. Pieces wait one after the
    /// other, so this also limits the rate.
    pub delay: Option<Delay>,
    /// At most this many bytes per second; at least 1.
    pub throttle: Option<u64>,
    /// How many bits are flipped per KiB on average; may be below 1. Values that are not
    /// positive mean none.
    pub corrupt_per_kib: f64,
    /// In which pieces the bytes are passed on.
    pub split: Split,
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cut {
    /// Both sides see a reset; what was on the way is lost.
    #[default]
    Reset,
    /// Both sides see the end of the stream after what was passed on so far.
    Fin,
}

/// How long a piece is held back: `fixed` and a random part of `jitter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// The least.
    pub fixed: Duration,
    /// The most on top.
    pub jitter: Duration,
}

/// In which pieces bytes are passed on. Each piece is one write without Nagle's delay, after
/// which other tasks get their turn; the receiving system may still join pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// As they come.
    #[default]
    None,
    /// One by one.
    SingleBytes,
    /// In pieces of 1 to `max` bytes.
    Random {
        /// The largest piece; 0 counts as 1.
        max: usize,
    },
}

/// Cuts on average one connection in `one_in`, after a number of bytes (both directions together)
/// from a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RandomCuts {
    /// 1 cuts every connection; 0 none.
    pub one_in: u64,
    /// After how many bytes.
    pub after: Range<u64>,
    /// How.
    pub how: Cut,
}

/// What the proxy has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Connections that were accepted and not refused.
    pub connections: u64,
    /// Those of them that are open.
    pub open: u64,
    /// Connections that were refused because the plan says so.
    pub refused: u64,
    /// Connections that were reset because the server could not be reached.
    pub unreachable: u64,
    /// Bytes that were passed on from client to server.
    pub bytes_up: u64,
    /// Bytes that were passed on from server to client.
    pub bytes_down: u64,
    /// Bytes that were read and not passed on.
    pub swallowed: u64,
    /// Connections that were cut.
    pub cuts: u64,
    /// Pieces that were held back.
    pub delays: u64,
    /// Times that bytes read at once were passed on in several pieces.
    pub splits: u64,
    /// Bits that were flipped.
    pub flipped_bits: u64,
}

impl Counters {
    /// Faults of all kinds that were done to streams.
    pub fn faults(&self) -> u64 {
        self.refused + self.swallowed + self.cuts + self.delays + self.splits + self.flipped_bits
    }
}

#[derive(Debug, Default)]
struct Atomics {
    connections: AtomicU64,
    open: AtomicU64,
    refused: AtomicU64,
    unreachable: AtomicU64,
    bytes: [AtomicU64; 2],
    swallowed: AtomicU64,
    cuts: AtomicU64,
    delays: AtomicU64,
    splits: AtomicU64,
    flipped_bits: AtomicU64,
}

#[derive(Debug)]
struct Shared {
    seed: u64,
    upstream: Mutex<SocketAddr>,
    plan: watch::Sender<Faults>,
    cut_all: watch::Sender<(u64, Cut)>,
    freeze_all: watch::Sender<u64>,
    inject_all: watch::Sender<Bytes>,
    counters: Atomics,
    changed: Notify,
}

impl Shared {
    fn count(&self, counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    fn upstream(&self) -> MutexGuard<'_, SocketAddr> {
        self.upstream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let c = &self.counters;
        Counters {
            connections: read(&c.connections),
            open: read(&c.open),
            refused: read(&c.refused),
            unreachable: read(&c.unreachable),
            bytes_up: read(&c.bytes[UP]),
            bytes_down: read(&c.bytes[DOWN]),
            swallowed: read(&c.swallowed),
            cuts: read(&c.cuts),
            delays: read(&c.delays),
            splits: read(&c.splits),
            flipped_bits: read(&c.flipped_bits),
        }
    }
}

/// A running proxy. Dropping it resets its connections and closes its port.
#[derive(Debug)]
pub struct FaultProxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy without faults on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub async fn start(upstream: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            seed,
            upstream: Mutex::new(upstream),
            plan: watch::Sender::new(Faults::none()),
            cut_all: watch::Sender::new((0, Cut::Reset)),
            freeze_all: watch::Sender::new(0),
            inject_all: watch::Sender::new(Bytes::new()),
            counters: Atomics::default(),
            changed: Notify::new(),
        });
        let task = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self { addr, shared, task })
    }

    /// Where clients connect to.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Replaces the plan.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.plan.send_replace(faults);
    }

    /// Changes the plan.
    pub fn update(&self, change: impl FnOnce(&mut Faults)) {
        self.shared.plan.send_modify(change);
    }

    /// The plan.
    pub fn faults(&self) -> Faults {
        self.shared.plan.borrow().clone()
    }

    /// New connections go to this server.
    pub fn set_upstream(&self, upstream: SocketAddr) {
        *self.shared.upstream() = upstream;
    }

    /// Cuts all connections that are open now. What they wait for (a delay, a stall, a peer that
    /// does not read) does not hold this up.
    pub fn cut_all(&self, how: Cut) {
        self.shared.cut_all.send_modify(|(epoch, cut)| {
            *epoch += 1;
            *cut = how;
        });
    }

    /// From now on, what comes on the connections that are open now vanishes, in both directions,
    /// the end of the stream included. New ones are as the plan says.
    pub fn freeze_all(&self) {
        self.shared.freeze_all.send_modify(|epoch| *epoch += 1);
    }

    /// Sends the clients of all connections that are open now bytes that the server never sent,
    /// between two pieces of what it did send. Of calls in quick succession, the last one counts.
    pub fn inject_all(&self, bytes: impl Into<Bytes>) {
        self.shared.inject_all.send_replace(bytes.into());
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }

    /// Waits until the counters satisfy the condition, and returns them.
    ///
    /// # Cancel safety
    /// May be dropped at any time.
    pub async fn wait_until(&self, condition: impl Fn(&Counters) -> bool) -> Counters {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Registers before looking, so that no change is missed in between.
            changed.as_mut().enable();
            let counters = self.counters();
            if condition(&counters) {
                return counters;
            }
            changed.await;
        }
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    let mut index = 0;
    loop {
        let Ok(permit) = permits.clone().acquire_owned().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        let Ok((client, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: some must be closed first.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        if shared.plan.borrow().refuse {
            reset(client);
            shared.count(&shared.counters.refused, 1);
            continue;
        }
        index += 1;
        // Counted before anything else can see the connection.
        shared.count(&shared.counters.connections, 1);
        shared.count(&shared.counters.open, 1);
        let connection = serve(client, shared.clone(), index);
        connections.spawn(async move {
            let _permit = permit;
            connection.await;
        });
    }
}

/// Counts a connection as open as long as it lives, however it ends.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.counters.open.fetch_sub(1, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>, index: u64) {
    let open = Open(shared.clone());
    let mut cut_all = shared.cut_all.subscribe();
    cut_all.mark_unchanged();
    let upstream = *shared.upstream();
    let server = tokio::select! {
        server = TcpStream::connect(upstream) => server,
        _ = cut_all.changed() => {
            shared.count(&shared.counters.cuts, 1);
            return reset(client);
        }
    };
    let Ok(mut server) = server else {
        shared.count(&shared.counters.unreachable, 1);
        return reset(client);
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let random_cut = RandomCut::draw(&shared, index);

    let how = {
        let (client_read, client_write) = client.split();
        let (server_read, server_write) = server.split();
        let up = Pump::new(&shared, &random_cut, index, UP);
        let down = Pump::new(&shared, &random_cut, index, DOWN);
        let pumps = async {
            tokio::try_join!(up.run(client_read, server_write), down.run(server_read, client_write))
        };
        tokio::select! {
            ended = pumps => ended.err(),
            _ = cut_all.changed() => {
                shared.count(&shared.counters.cuts, 1);
                Some(cut_all.borrow().1)
            }
        }
    };
    match how {
        None => drop((server, client)),
        Some(Cut::Reset) => {
            reset(server);
            reset(client);
        }
        Some(Cut::Fin) => {
            // Closing with unread data would make it a reset: what still comes is swallowed until
            // both sides have closed, too, or are cut once more.
            let farewell = async {
                tokio::join!(fin(&mut client), fin(&mut server));
            };
            let again = tokio::select! {
                () = farewell => false,
                _ = cut_all.changed() => true,
            };
            if again {
                reset(server);
                reset(client);
            }
        }
    }
    // Only now, when the sockets are gone.
    drop(open);
}

async fn fin(stream: &mut TcpStream) {
    let _ = stream.shutdown().await;
    let mut scratch = [0; 4096];
    while matches!(stream.read(&mut scratch).await, Ok(1..)) {}
}

/// Closes with a reset.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
    drop(stream);
}

/// The decision whether and where one connection is cut at random.
struct RandomCut {
    at: Option<(u64, Cut)>,
    passed: AtomicU64,
}

impl RandomCut {
    fn draw(shared: &Shared, index: u64) -> Self {
        let mut random = Random::new(shared.seed, index << 8 | 0x80);
        let at = shared.plan.borrow().random_cuts.as_ref().and_then(|cuts| {
            let hit = cuts.one_in > 0 && random.below(cuts.one_in) == 0;
            let span = cuts.after.end.saturating_sub(cuts.after.start);
            hit.then(|| (cuts.after.start + random.below(span.max(1)), cuts.how))
        });
        Self { at, passed: AtomicU64::new(0) }
    }
}

const UP: usize = 0;
const DOWN: usize = 1;

/// One direction of one connection.
struct Pump<'a> {
    shared: &'a Shared,
    random_cut: &'a RandomCut,
    direction: usize,
    plan: watch::Receiver<Faults>,
    freeze: watch::Receiver<u64>,
    frozen: bool,
    inject: watch::Receiver<Bytes>,
    random: Random,
    passed: u64,
}

impl<'a> Pump<'a> {
    fn new(shared: &'a Shared, random_cut: &'a RandomCut, index: u64, direction: usize) -> Self {
        let random = Random::new(shared.seed, index << 8 | direction as u64);
        Self {
            shared,
            random_cut,
            direction,
            plan: shared.plan.subscribe(),
            // What was told before is for earlier connections.
            freeze: shared.freeze_all.subscribe(),
            frozen: false,
            inject: shared.inject_all.subscribe(),
            random,
            passed: 0,
        }
    }

    /// Passes bytes on until the stream ends (`Ok`) or the connection is to be cut.
    async fn run(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Cut> {
        let mut buffer = vec![0; BUFFER];
        let mut ended = false;
        loop {
            let mut faults = {
                let plan = self.plan.borrow_and_update();
                if self.direction == UP { plan.up.clone() } else { plan.down.clone() }
            };
            faults.swallow |= self.frozen;
            let room = self.before_cut(&faults)?;
            if ended && !faults.swallow && !faults.stall {
                let _ = to.shutdown().await;
                return Ok(());
            }
            if ended || faults.stall {
                next(&mut self.plan).await;
                continue;
            }
            let mut limit = BUFFER.min(usize::try_from(room).unwrap_or(BUFFER));
            if let Some(rate) = faults.throttle {
                // A tenth of a second at a time.
                limit = limit.min(usize::try_from(rate / 10).unwrap_or(BUFFER).max(1));
            }
            let read = tokio::select! {
                biased;
                () = next(&mut self.plan) => continue,
                () = next(&mut self.freeze) => {
                    self.frozen = true;
                    continue;
                }
                () = next(&mut self.inject), if self.direction == DOWN && !faults.swallow => {
                    let bytes = self.inject.borrow_and_update().clone();
                    to.write_all(&bytes).await.map_err(|_| Cut::Reset)?;
                    continue;
                }
                read = from.read(&mut buffer[..limit]) => read,
            };
            match read {
                Ok(0) => ended = true,
                Ok(count) if faults.swallow => {
                    self.shared.count(&self.shared.counters.swallowed, count as u64);
                }
                Ok(count) => self.pass_on(&faults, &mut buffer[..count], &mut to).await?,
                // A side that was reset resets the other.
                Err(_) => return Err(Cut::Reset),
            }
        }
    }

    /// How many bytes may pass before a cut; a cut that is due.
    fn before_cut(&self, faults: &Direction) -> Result<u64, Cut> {
        let mut room = u64::MAX;
        let both = self.random_cut.passed.load(Ordering::SeqCst);
        let cuts = [(faults.cut, self.passed), (self.random_cut.at, both)];
        for (cut, passed) in cuts {
            if let Some((after, how)) = cut {
                if passed >= after {
                    self.shared.count(&self.shared.counters.cuts, 1);
                    return Err(how);
                }
                room = room.min(after - passed);
            }
        }
        Ok(room)
    }

    async fn pass_on(
        &mut self,
        faults: &Direction,
        bytes: &mut [u8],
        to: &mut WriteHalf<'_>,
    ) -> Result<(), Cut> {
        if let Some(delay) = faults.delay {
            let jitter = u64::try_from(delay.jitter.as_micros()).unwrap_or(u64::MAX);
            let jitter = Duration::from_micros(self.random.below(jitter.max(1)));
            self.shared.count(&self.shared.counters.delays, 1);
            sleep(delay.fixed + jitter).await;
        }
        if faults.corrupt_per_kib > 0.0 {
            self.corrupt(faults.corrupt_per_kib, bytes);
        }
        if faults.split != Split::None && bytes.len() > 1 {
            self.shared.count(&self.shared.counters.splits, 1);
        }
        let mut rest = &*bytes;
        while !rest.is_empty() {
            let size = match faults.split {
                Split::None => rest.len(),
                Split::SingleBytes => 1,
                Split::Random { max } => 1 + self.random.below(max.max(1) as u64) as usize,
            };
            let (piece, left) = rest.split_at(size.min(rest.len()));
            // The receiver is gone: so is the connection.
            to.write_all(piece).await.map_err(|_| Cut::Reset)?;
            self.passed += piece.len() as u64;
            self.random_cut.passed.fetch_add(piece.len() as u64, Ordering::SeqCst);
            self.shared.count(&self.shared.counters.bytes[self.direction], piece.len() as u64);
            rest = left;
            if !rest.is_empty() {
                tokio::task::yield_now().await;
            }
        }
        if let Some(rate) = faults.throttle {
            sleep(Duration::from_secs_f64(bytes.len() as f64 / rate.max(1) as f64)).await;
        }
        Ok(())
    }

    fn corrupt(&mut self, per_kib: f64, bytes: &mut [u8]) {
        let chance = per_kib / 1024.0;
        let mut flipped = 0;
        for byte in bytes.iter_mut() {
            if self.random.unit() < chance {
                *byte ^= 1 << self.random.below(8);
                flipped += 1;
            }
        }
        if flipped > 0 {
            self.shared.count(&self.shared.counters.flipped_bits, flipped);
        }
    }
}

/// Waits for something new. A proxy that is gone makes nothing.
async fn next<T>(told: &mut watch::Receiver<T>) {
    if told.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A small, well-known generator (SplitMix64): quality enough for faults, and the same on every
/// machine and with every version of every library.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn new(seed: u64, stream: u64) -> Self {
        let mut mixed = Self(stream);
        Self(seed ^ mixed.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `bound`, which is not 0. The bias of the modulus does not matter here.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of SplitMix64 for the state 1234567.
        let mut random = Random(1_234_567);
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!([random.next(), random.next()], expected);
    }

    #[test]
    fn random_plans_are_reproducible_and_never_corrupt() {
        let mut different = 0;
        for seed in 0..200 {
            let plan = Faults::random(seed);
            assert_eq!(plan, Faults::random(seed));
            for direction in [&plan.up, &plan.down] {
                assert_eq!(direction.corrupt_per_kib, 0.0);
                assert!(!direction.stall && !direction.swallow && direction.cut.is_none());
            }
            different += u64::from(plan != Faults::random(seed + 1));
        }
        assert!(different > 190, "{different}");
    }
}
