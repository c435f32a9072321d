//! Builders that are used again, since most messages are small.

use std::cell::Cell;

use bytes::Bytes;
use journeyman_moor_schema::var as table;
use planus::{Builder, Offset};

/// Up to this many bytes, a message is copied out and its builder kept; beyond, the builder itself
/// becomes the message.
const KEEP: usize = 16 << 10;

/// A builder, and the lists of what is written but not yet part of anything.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) builder: Builder,
    pub(super) items: Vec<Offset<table::Var>>,
    pub(super) pairs: Vec<Offset<table::VarMapPair>>,
    pub(super) slots: Vec<Offset<table::FlyweightSlot>>,
}

thread_local! {
    static SPARE: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// A builder whose memory is the message.
struct Whole(Builder);

impl AsRef<[u8]> for Whole {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// Builds a message whose root is what `write` gives.
pub(super) fn build<T, E>(
    write: impl FnOnce(&mut Scratch) -> Result<Offset<T>, E>,
) -> Result<Bytes, E> {
    // Taken out, not borrowed: a `Serialize` of a user may build another message meanwhile. It is
    // lost when that fails or panics, which is what keeps half-written ones from being used.
    let mut scratch = SPARE.take().unwrap_or_default();
    let root = write(&mut scratch)?;
    let message = scratch.builder.finish(root, None);
    if message.len() > KEEP {
        return Ok(Bytes::from_owner(Whole(scratch.builder)));
    }
    let message = Bytes::copy_from_slice(message);
    scratch.builder.clear();
    SPARE.set(Some(scratch));
    Ok(message)
}

/// As [`build`], for what cannot fail.
pub(super) fn build_always<T>(write: impl FnOnce(&mut Builder) -> Offset<T>) -> Bytes {
    match build(|scratch| Ok::<_, std::convert::Infallible>(write(&mut scratch.builder))) {
        Ok(message) => message,
    }
}
