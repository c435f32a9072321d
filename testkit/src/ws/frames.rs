//! WebSocket framing, RFC 6455, written for the stand-ins: mostly the server's side.
//!
//! Adapters use a library for their framing; a stand-in with the same library would agree with
//! its mistakes. It also has to do what a library hides: echo a close code without its reason,
//! answer violations with the server's own texts (DistWorker sheet, section 1; other servers send
//! no text), and write broken bytes when a test wants them.

use bytes::{Buf as _, Bytes, BytesMut};

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// What arrived, fragments joined.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    Message { binary: bool, payload: Bytes },
    Ping(Bytes),
    Pong(Bytes),
    Close { code: Option<u16> },
}

/// Why the stream can not go on; `code` is what the peer is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) code: u16,
    pub(crate) text: String,
}

impl Violation {
    fn protocol(text: impl Into<String>) -> Self {
        Self { code: 1002, text: text.into() }
    }
}

struct Head {
    fin: bool,
    opcode: u8,
    mask: [u8; 4],
    header: usize,
    length: usize,
}

/// Collects bytes and cuts them into messages of at most `max` bytes.
#[derive(Debug)]
pub(crate) struct Reader {
    buffer: BytesMut,
    partial: Option<(bool, BytesMut)>,
    max: usize,
    /// Whether frames have to be masked: those of clients have to, those of servers must not be.
    masked: bool,
}

impl Reader {
    /// Reads what a client sends. `rest` is what arrived behind the HTTP head.
    pub(crate) fn new(rest: BytesMut, max: usize) -> Self {
        Self { buffer: rest, partial: None, max, masked: true }
    }

    /// Reads what a server sends. `rest` is what arrived behind the HTTP head.
    pub(crate) fn of_server(rest: BytesMut, max: usize) -> Self {
        Self { buffer: rest, partial: None, max, masked: false }
    }

    /// Where the next bytes from the socket go.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The next whole message or control frame, or `None` until more bytes are there.
    pub(crate) fn next(&mut self) -> Result<Option<Incoming>, Violation> {
        loop {
            let Some(head) = self.head()? else { return Ok(None) };
            let end = head.header + head.length;
            if self.buffer.len() < end {
                return Ok(None);
            }
            self.buffer.advance(head.header);
            let mut payload = self.buffer.split_to(head.length);
            unmask(&mut payload, head.mask);
            if let Some(incoming) = self.accept(&head, payload)? {
                return Ok(Some(incoming));
            }
        }
    }

    /// Reads and judges the header of the frame at the front of the buffer.
    fn head(&self) -> Result<Option<Head>, Violation> {
        let [first, second, ..] = self.buffer[..] else { return Ok(None) };
        let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
        let mut faults = Vec::new();
        for (bit, fault) in [(0x40, "RSV1 set"), (0x20, "RSV2 set"), (0x10, "RSV3 set")] {
            if first & bit != 0 {
                faults.push(fault.to_owned());
            }
        }
        let short = usize::from(second & 0x7f);
        match opcode {
            CLOSE | PING | PONG => {
                if short > 125 {
                    faults.push("len > 125 for control".to_owned());
                }
                if !fin {
                    faults.push("FIN not set on control".to_owned());
                }
            }
            TEXT | BINARY if self.partial.is_some() => faults.push("data before FIN".to_owned()),
            0 if self.partial.is_none() => faults.push("continuation after FIN".to_owned()),
            0 | TEXT | BINARY => {}
            other => faults.push(format!("bad opcode {other}")),
        }
        if (second & 0x80 != 0) != self.masked {
            faults.push("bad MASK".to_owned());
        }
        if !faults.is_empty() {
            return Err(Violation::protocol(faults.join(", ")));
        }
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let header = 2 + extended + if self.masked { 4 } else { 0 };
        let Some(bytes) = self.buffer.get(2..header) else { return Ok(None) };
        let (size, mask) = bytes.split_at(extended);
        let length = if size.is_empty() {
            short as u64
        } else {
            size.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte))
        };
        let so_far = self.partial.as_ref().map_or(0, |(_, bytes)| bytes.len());
        let length = usize::try_from(length)
            .ok()
            .filter(|length| length.checked_add(so_far).is_some_and(|total| total <= self.max));
        let Some(length) = length else {
            let text = format!("message larger than {} bytes", self.max);
            return Err(Violation { code: 1009, text });
        };
        // Nothing is changed by a mask of zeros.
        let mask = mask.try_into().unwrap_or_default();
        Ok(Some(Head { fin, opcode, mask, header, length }))
    }

    fn accept(&mut self, head: &Head, payload: BytesMut) -> Result<Option<Incoming>, Violation> {
        Ok(match head.opcode {
            PING => Some(Incoming::Ping(payload.freeze())),
            PONG => Some(Incoming::Pong(payload.freeze())),
            CLOSE => Some(close(&payload)?),
            0 => {
                let Some((binary, mut whole)) = self.partial.take() else { return Ok(None) };
                whole.extend_from_slice(&payload);
                if head.fin {
                    Some(Incoming::Message { binary, payload: whole.freeze() })
                } else {
                    self.partial = Some((binary, whole));
                    None
                }
            }
            opcode => {
                let binary = opcode == BINARY;
                if head.fin {
                    Some(Incoming::Message { binary, payload: payload.freeze() })
                } else {
                    self.partial = Some((binary, payload));
                    None
                }
            }
        })
    }
}

fn close(payload: &[u8]) -> Result<Incoming, Violation> {
    let Some((code, reason)) = payload.split_at_checked(2) else {
        if payload.is_empty() {
            return Ok(Incoming::Close { code: None });
        }
        return Err(Violation::protocol("bad close payload"));
    };
    let code = u16::from_be_bytes([code[0], code[1]]);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::protocol(format!("bad close code {code}")));
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(Violation::protocol("invalid utf8 payload in close frame"));
    }
    Ok(Incoming::Close { code: Some(code) })
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let word = u64::from(u32::from_ne_bytes(mask));
    let word = word | (word << 32);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(chunk);
        chunk.copy_from_slice(&(u64::from_ne_bytes(bytes) ^ word).to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Writes the header of an unfragmented, unmasked frame; the payload follows it.
pub(crate) fn put_head(opcode: u8, length: usize, out: &mut BytesMut) {
    let (code, extended) = match length {
        0..=125 => (length, 0),
        126..=0xffff => (126, 2),
        _ => (127, 8),
    };
    out.extend_from_slice(&[0x80 | opcode, code as u8]);
    out.extend_from_slice(&(length as u64).to_be_bytes()[8 - extended..]);
}

/// Writes a whole frame as a client has to: masked.
pub(crate) fn put_masked(opcode: u8, payload: &[u8], mask: [u8; 4], out: &mut BytesMut) {
    let start = out.len();
    put_head(opcode, payload.len(), out);
    out[start + 1] |= 0x80;
    out.extend_from_slice(&mask);
    let start = out.len();
    out.extend_from_slice(payload);
    unmask(&mut out[start..], mask);
}

/// Writes a whole frame.
pub(crate) fn put_frame(opcode: u8, payload: &[u8], out: &mut BytesMut) {
    put_head(opcode, payload.len(), out);
    out.extend_from_slice(payload);
}

/// Writes a close frame; without a code its payload is empty.
pub(crate) fn put_close(code: Option<u16>, reason: &str, out: &mut BytesMut) {
    let Some(code) = code else { return put_frame(CLOSE, &[], out) };
    let mut payload = code.to_be_bytes().to_vec();
    // A control frame carries 125 bytes; cut on a character's edge.
    let cut = (0..=reason.len().min(123)).rev().find(|at| reason.is_char_boundary(*at));
    payload.extend_from_slice(&reason.as_bytes()[..cut.unwrap_or(0)]);
    put_frame(CLOSE, &payload, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut head = BytesMut::new();
        put_head(first & 0x0f, payload.len(), &mut head);
        head[0] = first;
        head[1] |= 0x80;
        let mut bytes = head.to_vec();
        bytes.extend_from_slice(&MASK);
        bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
        bytes
    }

    fn all(reader: &mut Reader) -> Vec<Incoming> {
        std::iter::from_fn(|| reader.next().unwrap()).collect()
    }

    fn message(binary: bool, payload: &[u8]) -> Incoming {
        Incoming::Message { binary, payload: Bytes::copy_from_slice(payload) }
    }

    #[test]
    fn every_length_class_byte_by_byte() {
        for length in [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_001] {
            let payload: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let bytes = masked(0x82, &payload);
            let mut reader = Reader::new(BytesMut::new(), 1 << 20);
            for (at, byte) in bytes.iter().enumerate() {
                assert_eq!(reader.next().unwrap(), None, "{length} at {at}");
                reader.buffer().extend_from_slice(&[*byte]);
            }
            assert_eq!(all(&mut reader), [message(true, &payload)]);
        }
    }

    #[test]
    fn fragments_are_joined_around_control_frames() {
        let mut bytes = BytesMut::new();
        bytes.extend_from_slice(&masked(0x01, b"he"));
        bytes.extend_from_slice(&masked(0x89, b"now"));
        bytes.extend_from_slice(&masked(0x00, b""));
        bytes.extend_from_slice(&masked(0x8a, b""));
        bytes.extend_from_slice(&masked(0x80, b"llo"));
        bytes.extend_from_slice(&masked(0x88, &[0x0f, 0xa0, b'x']));
        let mut reader = Reader::new(bytes, 100);
        let expected = [
            Incoming::Ping(Bytes::from_static(b"now")),
            Incoming::Pong(Bytes::new()),
            message(false, b"hello"),
            Incoming::Close { code: Some(4000) },
        ];
        assert_eq!(all(&mut reader), expected);
    }

    #[test]
    fn violations_are_named_as_the_controller_names_them() {
        let mut unmasked = BytesMut::new();
        put_frame(BINARY, b"x", &mut unmasked);
        for (bytes, code, text) in [
            (unmasked.to_vec(), 1002, "bad MASK"),
            (masked(0xc2, b"x"), 1002, "RSV1 set"),
            (masked(0x83, b"x"), 1002, "bad opcode 3"),
            (masked(0x80, b"x"), 1002, "continuation after FIN"),
            (masked(0x09, b"x"), 1002, "FIN not set on control"),
            (masked(0x89, &[0; 126]), 1002, "len > 125 for control"),
            (masked(0x88, &[3]), 1002, "bad close payload"),
            (masked(0x88, &1005_u16.to_be_bytes()), 1002, "bad close code 1005"),
            (masked(0x88, &[0x03, 0xe8, 0xff]), 1002, "invalid utf8 payload in close frame"),
            ([masked(0x02, b"x"), masked(0x82, b"y")].concat(), 1002, "data before FIN"),
            (masked(0x82, &[0; 101]), 1009, "message larger than 100 bytes"),
            (
                [masked(0x02, &[0; 60]), masked(0x80, &[0; 60])].concat(),
                1009,
                "message larger than 100 bytes",
            ),
            (
                vec![0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
                1009,
                "message larger than 100 bytes",
            ),
        ] {
            let mut reader = Reader::new(BytesMut::from(&bytes[..]), 100);
            let violation = loop {
                match reader.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("{text}: accepted"),
                    Err(violation) => break violation,
                }
            };
            assert_eq!(violation, Violation { code, text: text.to_owned() });
        }
    }

    #[test]
    fn what_a_client_writes_a_server_reads_and_the_other_way_round() {
        let mut out = BytesMut::new();
        put_masked(TEXT, b"hello there", MASK, &mut out);
        assert_eq!(out, BytesMut::from(&masked(0x81, b"hello there")[..]));
        assert_eq!(all(&mut Reader::new(out.clone(), 100)), [message(false, b"hello there")]);
        assert_eq!(Reader::of_server(out, 100).next().unwrap_err().text, "bad MASK");
        let mut out = BytesMut::new();
        put_frame(BINARY, &[7; 200], &mut out);
        assert_eq!(all(&mut Reader::of_server(out, 300)), [message(true, &[7; 200])]);
    }

    #[test]
    fn a_close_reason_is_cut_on_a_character() {
        let mut out = BytesMut::new();
        put_close(Some(1002), &"\u{e9}".repeat(100), &mut out);
        assert_eq!(out.len(), 2 + 2 + 122);
        assert!(std::str::from_utf8(&out[4..]).is_ok());
        out.clear();
        put_close(None, "never sent", &mut out);
        assert_eq!(&out[..], [0x88, 0]);
    }
}
