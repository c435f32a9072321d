//! Which reply belongs to which request: requests are answered in the order of sending, since a
//! reply carries no id. No I/O.

use std::collections::VecDeque;

use journeyman_core::transport::Tag;
use tokio::time::Instant;

use crate::Frames;

/// The requests of one lane, over all the sockets that it has one after another.
///
/// A request is *waiting* while the lane has no socket, *open* from the moment it was given to
/// one, and ends with the next reply of that socket or with its loss.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    waiting: VecDeque<(Option<Tag>, Frames)>,
    waiting_bytes: usize,
    open: VecDeque<Open>,
}

#[derive(Debug)]
struct Open {
    tag: Option<Tag>,
    since: Instant,
}

/// A reply came that answers nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NothingOpen;

impl Exchanges {
    /// Requests without an end, waiting or open.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + self.open.len()
    }

    /// The bytes of the waiting ones.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Takes a request while there is no socket.
    pub(crate) fn wait(&mut self, tag: Option<Tag>, frames: Frames) {
        self.waiting_bytes += frames.byte_len();
        self.waiting.push_back((tag, frames));
    }

    /// A request was given to the socket.
    pub(crate) fn open(&mut self, tag: Option<Tag>, now: Instant) {
        self.open.push_back(Open { tag, since: now });
    }

    /// Opens the longest waiting request; its frames are for the socket.
    pub(crate) fn open_next(&mut self, now: Instant) -> Option<Frames> {
        let (tag, frames) = self.waiting.pop_front()?;
        self.waiting_bytes -= frames.byte_len();
        self.open(tag, now);
        Some(frames)
    }

    /// A reply came: the tag of the request that it answers, if that had one.
    pub(crate) fn reply(&mut self) -> Result<Option<Tag>, NothingOpen> {
        self.open.pop_front().map(|open| open.tag).ok_or(NothingOpen)
    }

    /// The socket is gone: the tags of all open requests, oldest first. Waiting ones stay.
    pub(crate) fn lost(&mut self) -> impl Iterator<Item = Tag> + '_ {
        self.open.drain(..).filter_map(|open| open.tag)
    }

    /// Since when the oldest open request is without a reply.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        self.open.front().map(|open| open.since)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Op {
        Send { tagged: bool },
        SocketUp,
        SocketLost,
        Reply,
    }

    fn op() -> impl Strategy<Value = Op> {
        prop_oneof![
            4 => any::<bool>().prop_map(|tagged| Op::Send { tagged }),
            1 => Just(Op::SocketUp),
            1 => Just(Op::SocketLost),
            4 => Just(Op::Reply),
        ]
    }

    /// What the peer sees: the requests of the present socket, in order, and it answers them so.
    #[derive(Default)]
    struct Peer(Option<VecDeque<u64>>);

    fn number(frames: &Frames) -> u64 {
        u64::from_be_bytes(frames.0[0][..].try_into().unwrap())
    }

    proptest! {
        #[test]
        fn every_request_ends_once_and_with_its_own_reply(
            ops in proptest::collection::vec(op(), 0..200),
        ) {
            let now = Instant::from_std(std::time::Instant::now());
            let mut exchanges = Exchanges::default();
            let mut peer = Peer::default();
            let mut tagged = Vec::new();
            let mut ended = Vec::new();
            let mut next = 0u64;
            let mut living = 0;
            for op in ops.into_iter().chain([Op::SocketUp, Op::SocketLost]) {
                match op {
                    Op::Send { tagged: with_tag } => {
                        let tag = with_tag.then_some(Tag(next));
                        tagged.extend(tag);
                        match &mut peer.0 {
                            Some(requests) => {
                                exchanges.open(tag, now);
                                requests.push_back(next);
                            }
                            None => {
                                let bytes = Bytes::copy_from_slice(&next.to_be_bytes());
                                exchanges.wait(tag, Frames(vec![bytes]));
                            }
                        }
                        next += 1;
                        living += 1;
                    }
                    Op::SocketUp if peer.0.is_none() => {
                        let mut requests = VecDeque::new();
                        while let Some(frames) = exchanges.open_next(now) {
                            requests.push_back(number(&frames));
                        }
                        prop_assert_eq!(exchanges.waiting_bytes(), 0);
                        peer.0 = Some(requests);
                    }
                    Op::SocketUp => {}
                    Op::SocketLost => {
                        let open = peer.0.take().map_or(0, |requests| requests.len());
                        living -= open;
                        ended.extend(exchanges.lost());
                    }
                    Op::Reply => match peer.0.as_mut().and_then(VecDeque::pop_front) {
                        Some(request) => {
                            living -= 1;
                            if let Some(tag) = exchanges.reply().unwrap() {
                                prop_assert_eq!(tag.0, request);
                                ended.push(tag);
                            }
                        }
                        None => prop_assert_eq!(exchanges.reply(), Err(NothingOpen)),
                    },
                }
                prop_assert_eq!(exchanges.len(), living);
                prop_assert_eq!(exchanges.oldest().is_some(), exchanges.open.front().is_some());
            }
            // Each tag once, and, since everything is first in first out, in order.
            prop_assert_eq!(ended, tagged);
        }
    }
}
