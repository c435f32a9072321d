//! Exchanges that are open: what waits for its acknowledgement.

use std::collections::VecDeque;

use journeyman_core::{protocol::Token, transport::Tag};
use journeyman_mqtt::Publish;

/// What a tag stands for.
#[derive(Debug)]
pub(super) enum Open {
    Subscribe,
    Announce,
    Farewell,
    Publish(Publish),
    /// The answer of a job, under the job's own tag.
    Job(Token),
}

/// The open exchanges in the order in which they were sent. Acknowledgements mostly come in that
/// order, too, so that a look from the front finds them at once. Whatever is published with QoS 1
/// or 2 is in here; what is not is a result with QoS 0.
#[derive(Debug, Default)]
pub(super) struct Book {
    open: VecDeque<(Tag, Open)>,
    count: u32,
}

impl Book {
    /// Opens one and returns its tag. Tags of jobs are counted from the other end.
    pub(super) fn open(&mut self, open: Open) -> Tag {
        self.count = self.count.wrapping_add(1);
        let tag = Tag(u64::MAX - u64::from(self.count));
        self.open.push_back((tag, open));
        tag
    }

    /// Notes the answer of a job.
    pub(super) fn job(&mut self, token: Token) -> Tag {
        let tag = Tag(token.as_u64());
        self.open.push_back((tag, Open::Job(token)));
        tag
    }

    pub(super) fn take(&mut self, tag: Tag) -> Option<Open> {
        let at = self.open.iter().position(|(open, _)| *open == tag)?;
        self.open.remove(at).map(|(_, open)| open)
    }

    /// The connection is gone: gives what was published and not confirmed, in its order; `None` in
    /// place of what will be made anew, or is kept with its job.
    pub(super) fn close(&mut self) -> impl Iterator<Item = Option<Publish>> + '_ {
        self.open.drain(..).filter_map(|(_, open)| match open {
            Open::Subscribe => None,
            Open::Publish(publish) => Some(Some(publish)),
            Open::Announce | Open::Farewell | Open::Job(_) => Some(None),
        })
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}
