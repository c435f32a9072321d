//! Sockets of the `zeromq` crate, which shares nothing with the adapter's engine.
//!
//! Each runs on a thread of its own. The crate takes the locks of its tables of peers sometimes
//! asynchronously and sometimes by blocking the thread; with several threads in one runtime, all of
//! them can come to wait for a lock that was granted to a task which none of them is left to run.

use bytes::Bytes;
use std::collections::VecDeque;
use tokio::sync::{mpsc, oneshot};
use zeromq::{
    PubSocket, RouterSocket, Socket as _, SocketRecv as _, SocketSend as _, ZmqError, ZmqMessage,
};

/// Messages that may wait to be published; what comes beyond is dropped.
const PUBLISHED: usize = 100_000;
/// Messages that may wait to be served, and answers that may wait to be sent.
const WAITING: usize = 256;

/// Runs a socket until it is done, and says so.
fn on_own_thread(
    name: &str,
    socket: impl Future<Output = ()> + Send + 'static,
) -> Result<oneshot::Receiver<()>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let (done, ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        runtime.block_on(socket);
        // What it has spawned goes with the runtime.
        drop(runtime);
        let _ = done.send(());
    });
    thread.map_err(|error| error.to_string())?;
    Ok(ended)
}

type Bound = Result<String, String>;

/// Waits until it is bound.
async fn bound(endpoint: &str, bound: oneshot::Receiver<Bound>) -> Bound {
    bound.await.unwrap_or_else(|_| Err(format!("{endpoint}: the socket's thread ended")))
}

#[derive(Debug)]
pub(crate) struct Publisher {
    queue: mpsc::Sender<Vec<Bytes>>,
    ended: oneshot::Receiver<()>,
}

impl Publisher {
    pub(super) async fn bind(endpoint: &str) -> Result<(Self, String), String> {
        let (queue, mut waiting) = mpsc::channel::<Vec<Bytes>>(PUBLISHED);
        let (tell, told) = oneshot::channel();
        let address = endpoint.to_owned();
        let ended = on_own_thread("moor-pub", async move {
            let mut socket = PubSocket::new();
            let bound = socket.bind(&address).await;
            let is_bound = bound.is_ok();
            let _ = tell.send(bound.map(|b| b.to_string()).map_err(|e| format!("{address}: {e}")));
            while is_bound && let Some(frames) = waiting.recv().await {
                let Ok(message) = ZmqMessage::try_from(frames) else { continue };
                // Only puts it into a queue. What fails is dropped.
                let _ = socket.send(message).await;
            }
            // Waits until the listener is gone; dropping it would remove an ipc file some time
            // later.
            socket.close().await;
        })?;
        let bound = bound(endpoint, told).await?;
        Ok((Self { queue, ended }, bound))
    }

    pub(super) fn publish(&self, frames: Vec<Bytes>) {
        let _ = self.queue.try_send(frames);
    }

    pub(super) async fn close(self) {
        drop(self.queue);
        // A thread that panicked has ended as well.
        let _ = self.ended.await;
    }
}

/// Routing frames and delimiter of a request.
#[derive(Debug)]
pub(crate) struct Envelope(VecDeque<Bytes>);

#[derive(Debug)]
pub(crate) struct Responder {
    requests: mpsc::Receiver<(Envelope, Vec<Bytes>)>,
    answers: mpsc::Sender<(Envelope, Bytes)>,
    ended: oneshot::Receiver<()>,
}

impl Responder {
    pub(super) async fn bind(endpoint: &str) -> Result<(Self, String), String> {
        let (request, requests) = mpsc::channel(WAITING);
        let (answers, mut answer) = mpsc::channel(WAITING);
        let (tell, told) = oneshot::channel();
        let address = endpoint.to_owned();
        let ended = on_own_thread("moor-rep", async move {
            let mut socket = RouterSocket::new();
            let bound = socket.bind(&address).await;
            let is_bound = bound.is_ok();
            let _ = tell.send(bound.map(|b| b.to_string()).map_err(|e| format!("{address}: {e}")));
            if is_bound {
                serve(&mut socket, &request, &mut answer).await;
            }
            socket.close().await;
        })?;
        let bound = bound(endpoint, told).await?;
        Ok((Self { requests, answers, ended }, bound))
    }

    pub(super) async fn next(&mut self) -> Option<(Envelope, Vec<Bytes>)> {
        self.requests.recv().await
    }

    pub(super) async fn answer(&mut self, envelope: Envelope, frame: Bytes) {
        // An error means that the socket has failed, which the next request tells.
        let _ = self.answers.send((envelope, frame)).await;
    }

    pub(super) async fn close(self) {
        drop((self.requests, self.answers));
        // A thread that panicked has ended as well.
        let _ = self.ended.await;
    }
}

/// Passes requests and answers on until nobody wants them any more, or the socket fails.
async fn serve(
    socket: &mut RouterSocket,
    requests: &mpsc::Sender<(Envelope, Vec<Bytes>)>,
    answers: &mut mpsc::Receiver<(Envelope, Bytes)>,
) {
    loop {
        let received = async {
            // Room first: what was received must not be lost.
            let room = requests.reserve().await.ok()?;
            Some((room, socket.recv().await))
        };
        tokio::select! {
            biased;
            answer = answers.recv() => {
                let Some((Envelope(mut frames), frame)) = answer else { return };
                frames.push_back(frame);
                if let Ok(message) = ZmqMessage::try_from(frames) {
                    // An error means that the peer is gone.
                    let _ = socket.send(message).await;
                }
            }
            received = received => match received {
                None | Some((_, Err(ZmqError::NoMessage))) => return,
                // One peer's trouble.
                Some((_, Err(_))) => {}
                Some((room, Ok(message))) => {
                    let mut frames = message.into_vecdeque();
                    // The first frame is the name of the peer and may not be the delimiter. A
                    // request without a delimiter is dropped, as a REP of libzmq does.
                    let delimiter = frames.iter().skip(1).position(Bytes::is_empty);
                    if let Some(delimiter) = delimiter {
                        let body = frames.split_off(delimiter + 2);
                        room.send((Envelope(frames), body.into()));
                    }
                }
            },
        }
    }
}
