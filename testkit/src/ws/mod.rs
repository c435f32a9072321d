//! The WebSocket protocol as the stand-ins speak it, without a library.

pub(crate) mod frames;
pub(crate) mod handshake;
