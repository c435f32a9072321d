//! Finds where a frame of ZMTP ends, so that bytes can be given to the engine frame by frame.
//!
//! The engine swallows PONGs. While a connection is made we must know whether one came: every
//! complete frame that gave neither a message nor a command nor an answer is one. That works
//! under CURVE, too, where the frames' lengths are in clear.

/// The bytes of a greeting (ZMTP 3.1, RFC 37).
pub(crate) const GREETING: usize = 64;
/// The bit of a frame's first byte that says that its length has eight bytes.
const LONG: u8 = 0x02;

/// Follows the bytes of one peer from its first.
#[derive(Debug)]
pub(crate) struct Scanner {
    header: [u8; 9],
    header_len: usize,
    /// Bytes of the greeting, or of the present frame's body, that are still to come.
    body: u64,
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self { header: [0; 9], header_len: 0, body: GREETING as u64 }
    }

    /// How many of these bytes belong to the present frame (or greeting), and whether it is
    /// complete with them.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut used = 0;
        while self.body == 0 {
            let Some(&byte) = bytes.get(used) else { return (used, false) };
            self.header[self.header_len] = byte;
            self.header_len += 1;
            used += 1;
            let length = match self.header {
                [first, length, ..] if first & LONG == 0 && self.header_len == 2 => {
                    u64::from(length)
                }
                [first, length @ ..] if first & LONG != 0 && self.header_len == 9 => {
                    u64::from_be_bytes(length)
                }
                _ => continue,
            };
            self.header_len = 0;
            if length == 0 {
                return (used, true);
            }
            self.body = length;
        }
        let rest = bytes.len() - used;
        let take = usize::try_from(self.body).map_or(rest, |body| body.min(rest));
        self.body -= take as u64;
        (used + take, self.body == 0)
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};
    use omq_proto::{Frame, proto::frame::encode_frame};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_the_ends_however_the_bytes_come(
            lengths in proptest::collection::vec(prop_oneof![0usize..4, 250usize..260, 0usize..9000], 0..8),
            cut in 1usize..5000,
        ) {
            let mut wire = BytesMut::zeroed(GREETING);
            let mut ends = vec![GREETING];
            for length in lengths {
                encode_frame(&Frame::data(Bytes::from(vec![0xff; length]), false), &mut wire);
                ends.push(wire.len());
            }
            let mut scanner = Scanner::new();
            let (mut at, mut found) = (0, Vec::new());
            for piece in wire.chunks(cut) {
                let mut piece = piece;
                while !piece.is_empty() {
                    let (used, complete) = scanner.next(piece);
                    prop_assert!(used > 0);
                    at += used;
                    if complete {
                        found.push(at);
                    }
                    piece = &piece[used..];
                }
            }
            prop_assert_eq!(found, ends);
        }
    }

    #[test]
    fn a_length_beyond_all_memory_is_no_panic() {
        let mut scanner = Scanner::new();
        assert_eq!(scanner.next(&[0; GREETING]), (GREETING, true));
        assert_eq!(scanner.next(&[0xff; 100]), (100, false));
    }
}
