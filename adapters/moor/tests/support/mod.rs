//! What the tests of the wire share.

pub(crate) mod json;
pub(crate) mod schema;
pub(crate) mod verify;
