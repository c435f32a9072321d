//! What the transport carries.

use std::{fmt, ops::Deref};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// One WebSocket message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WsMessage {
    /// A text message.
    Text(Text),
    /// A binary message.
    Binary(Bytes),
    /// A ping, for a protocol that wants a sign of life: the pong comes as `Alive`. At most 125
    /// bytes (RFC 6455, section 5.5). Never received: the transport answers pings by itself.
    Ping(Bytes),
}

impl WsMessage {
    /// The length of the payload in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) | Self::Ping(bytes) => bytes.len(),
        }
    }

    /// Whether the payload is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The payload, whatever its type.
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) | Self::Ping(bytes) => bytes,
        }
    }

    pub(crate) fn into_wire(self) -> Message {
        match self {
            Self::Text(text) => Message::Text(text.0),
            Self::Binary(bytes) => Message::Binary(bytes),
            Self::Ping(bytes) => Message::Ping(bytes),
        }
    }
}

impl From<Bytes> for WsMessage {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for WsMessage {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

impl From<Text> for WsMessage {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<String> for WsMessage {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for WsMessage {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// UTF-8 text that shares its buffer when cloned.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Text(pub(crate) Utf8Bytes);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The bytes of the text, without a copy.
    pub fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl TryFrom<Bytes> for Text {
    type Error = std::str::Utf8Error;

    fn try_from(bytes: Bytes) -> Result<Self, Self::Error> {
        Utf8Bytes::try_from(bytes).map(Self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_buffer() {
        let bytes = Bytes::from_static("grüße".as_bytes());
        let text = Text::try_from(bytes.clone()).unwrap();
        assert_eq!(&*text, "grüße");
        assert_eq!(text.into_bytes().as_ptr(), bytes.as_ptr());
        assert!(Text::try_from(Bytes::from_static(b"\xff")).is_err());
    }

    #[test]
    fn lengths_are_bytes() {
        assert_eq!(WsMessage::from("ü").len(), 2);
        assert!(WsMessage::from(Bytes::new()).is_empty());
    }
}
