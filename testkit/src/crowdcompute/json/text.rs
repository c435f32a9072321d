//! A Python string.

use std::fmt;

/// Code points, lone surrogates among them, kept as UTF-8 that is generalised to those (WTF-8).
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Text(Vec<u8>);

impl Text {
    pub(crate) fn push(&mut self, point: u32) {
        match char::from_u32(point) {
            Some(char) => self.0.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            // A surrogate: three bytes, by the rule of the code points around it.
            None => self.0.extend_from_slice(&[
                0xe0 | (point >> 12 & 0xf) as u8,
                0x80 | (point >> 6 & 0x3f) as u8,
                0x80 | (point & 0x3f) as u8,
            ]),
        }
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Appends a part of another text, cut at the edges of code points.
    pub(super) fn push_bytes(&mut self, part: &[u8]) {
        self.0.extend_from_slice(part);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, if it has no lone surrogate.
    pub(crate) fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text, with lone surrogates replaced.
    pub(crate) fn lossy(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// Bytes in memory.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The code points.
    pub(crate) fn points(&self) -> Points<'_> {
        Points(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

/// The code points of a [`Text`].
#[derive(Clone, Debug)]
pub(crate) struct Points<'a>(&'a [u8]);

impl Iterator for Points<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first()?;
        let (mut point, more) = match first {
            0..0x80 => (u32::from(*first), 0),
            0x80..0xe0 => (u32::from(first & 0x1f), 1),
            0xe0..0xf0 => (u32::from(first & 0x0f), 2),
            0xf0.. => (u32::from(first & 0x07), 3),
        };
        let (tail, rest) = rest.split_at_checked(more)?;
        for byte in tail {
            point = point << 6 | u32::from(byte & 0x3f);
        }
        self.0 = rest;
        Some(point)
    }
}
