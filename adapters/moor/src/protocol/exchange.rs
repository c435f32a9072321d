//! Messages to the daemon that are no answers to requests, and what is to be sent again.

use journeyman_core::{protocol::Token, transport::Tag};
use journeyman_zmq::Frames;
use uuid::Uuid;

/// A message whose reply is awaited.
#[derive(Debug)]
pub(super) enum Exchange {
    Enroll,
    Attach(Uuid),
    /// Jobs with a sequence number below this one came before it.
    Pong {
        worker_id: Uuid,
        before: u64,
    },
    Detach(Uuid),
    /// An error for a request that was not accepted, and how often it was sent.
    Refusal {
        frames: Frames,
        sent: u32,
    },
}

/// What is to be sent again after a while.
#[derive(Debug)]
pub(super) enum Again {
    Answer(Token),
    Refusal { frames: Frames, sent: u32 },
    Register(Uuid),
    Detach(Uuid),
}

/// The open exchanges. There are few: at most one ping is answered at a time.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    open: Vec<(Tag, Exchange)>,
    count: u32,
}

impl Exchanges {
    /// Opens one and returns its tag. Tags of jobs are counted from the other end, so that they
    /// never meet.
    pub(super) fn open(&mut self, exchange: Exchange) -> Tag {
        self.count = self.count.wrapping_add(1);
        let tag = Tag(u64::MAX - u64::from(self.count));
        self.open.push((tag, exchange));
        tag
    }

    pub(super) fn take(&mut self, tag: Tag) -> Option<Exchange> {
        let at = self.open.iter().position(|(open, _)| *open == tag)?;
        Some(self.open.swap_remove(at).1)
    }

    pub(super) fn any(&self, wanted: impl Fn(&Exchange) -> bool) -> bool {
        self.open.iter().any(|(_, exchange)| wanted(exchange))
    }

    pub(super) fn clear(&mut self) {
        self.open.clear();
    }
}
