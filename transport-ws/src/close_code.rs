//! The close codes that this transport reports or sends (RFC 6455 section 7.4.1).

/// The connection did what it was for.
pub const NORMAL: u16 = 1000;
/// The peer is going away, for example to restart.
pub const GOING_AWAY: u16 = 1001;
/// A frame broke the protocol.
pub const PROTOCOL: u16 = 1002;
/// The peer's close frame carried no code. Never on the wire.
pub const NO_STATUS: u16 = 1005;
/// The connection ended without a close frame. Never on the wire.
pub const ABNORMAL: u16 = 1006;
/// A text message was not UTF-8.
pub const INVALID_TEXT: u16 = 1007;
/// A message was larger than the receiver allows.
pub const TOO_LARGE: u16 = 1009;
