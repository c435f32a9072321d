//! Whole packets out of a stream of bytes, and the checks on their first byte.

use bytes::BytesMut;

use super::packet::{Fault, reason};

/// Types of packets, in the upper half of the first byte.
pub(crate) mod kind {
    pub(crate) const CONNECT: u8 = 1;
    pub(crate) const PUBLISH: u8 = 3;
    pub(crate) const PUBACK: u8 = 4;
    pub(crate) const PUBREC: u8 = 5;
    pub(crate) const PUBREL: u8 = 6;
    pub(crate) const PUBCOMP: u8 = 7;
    pub(crate) const SUBSCRIBE: u8 = 8;
    pub(crate) const UNSUBSCRIBE: u8 = 10;
    pub(crate) const PINGREQ: u8 = 12;
    pub(crate) const DISCONNECT: u8 = 14;
}

/// One whole packet.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) bytes: BytesMut,
    /// Where the part behind the fixed header begins.
    pub(crate) head: usize,
}

impl Frame {
    pub(crate) fn kind(&self) -> u8 {
        self.bytes[0] >> 4
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head..]
    }
}

/// Takes the first packet if it is there as a whole. Its announced length is judged before its
/// bytes are there.
pub(crate) fn take(buffer: &mut BytesMut, max: usize) -> Result<Option<Frame>, Fault> {
    let Some((&first, rest)) = buffer.split_first() else { return Ok(None) };
    check_first(first)?;
    let Some((length, digits)) = varint(rest)? else { return Ok(None) };
    if length > max {
        let text = format!("a packet of {length} bytes; {max} are allowed");
        return Err(Fault::new(reason::TOO_LARGE, text));
    }
    let head = 1 + digits;
    if buffer.len() < head + length {
        return Ok(None);
    }
    Ok(Some(Frame { bytes: buffer.split_to(head + length), head }))
}

/// A variable byte integer at the beginning, and how many bytes it takes; `None` if it has not
/// ended yet.
pub(crate) fn varint(bytes: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok(Some((value, at + 1)));
        }
    }
    if bytes.len() < 4 { Ok(None) } else { Err(Fault::malformed("a length of five bytes")) }
}

fn check_first(first: u8) -> Result<(), Fault> {
    let flags = first & 0x0f;
    let good = match first >> 4 {
        kind::PUBLISH => flags & 0b0110 != 0b0110 && flags & 0b1110 != 0b1000,
        kind::PUBREL | kind::SUBSCRIBE | kind::UNSUBSCRIBE => flags == 0b0010,
        kind::CONNECT | kind::PUBACK | kind::PUBREC | kind::PUBCOMP => flags == 0,
        kind::PINGREQ | kind::DISCONNECT => flags == 0,
        other => {
            let text = format!("a packet of the type {other}, which clients do not send");
            return Err(Fault::new(reason::PROTOCOL_ERROR, text));
        }
    };
    if good { Ok(()) } else { Err(Fault::malformed(format!("the first byte is {first:#04x}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames() {
        let mut buffer = BytesMut::from(&[0xc0, 0, 0x30, 3, 0, 1][..]);
        let ping = take(&mut buffer, 10).unwrap().unwrap();
        assert_eq!((ping.kind(), ping.body().len()), (kind::PINGREQ, 0));
        assert!(take(&mut buffer, 10).unwrap().is_none());
        buffer.extend_from_slice(b"a");
        let publish = take(&mut buffer, 10).unwrap().unwrap();
        assert_eq!(publish.body(), [0, 1, b'a']);
        assert!(buffer.is_empty());
        let too_large = take(&mut BytesMut::from(&[0x30, 0xff, 0xff, 0xff, 0x7f][..]), 10);
        assert_eq!(too_large.unwrap_err().code, reason::TOO_LARGE);
        let endless = take(&mut BytesMut::from(&[0x30, 0xff, 0xff, 0xff, 0xff][..]), 10);
        assert_eq!(endless.unwrap_err().code, reason::MALFORMED);
        for first in [0x36, 0x38, 0x61, 0x80, 0x20, 0xf0, 0x00, 0xc1] {
            assert!(take(&mut BytesMut::from(&[first, 0][..]), 10).is_err(), "{first:#x}");
        }
    }
}
