//! What a ZeroMQ message is to the user of this crate.

use bytes::Bytes;

/// The application frames of one ZeroMQ message, in order: without the empty delimiter of a
/// request or reply, and without routing frames.
///
/// Frames that came from a peer may share a read buffer: one that is kept for long keeps up to
/// 64 KiB around it alive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frames(pub Vec<Bytes>);

impl Frames {
    /// A message of these frames.
    pub fn new<I, F>(frames: I) -> Self
    where
        I: IntoIterator<Item = F>,
        F: Into<Bytes>,
    {
        Self(frames.into_iter().map(Into::into).collect())
    }

    /// The bytes of all frames together, without what the wire adds.
    pub fn byte_len(&self) -> usize {
        self.0.iter().map(Bytes::len).fold(0, usize::saturating_add)
    }
}

impl From<Vec<Bytes>> for Frames {
    fn from(frames: Vec<Bytes>) -> Self {
        Self(frames)
    }
}
