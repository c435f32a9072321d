//! Gzip without compression (RFC 1952 around the stored blocks of RFC 1951, section 3.2.4): the
//! foreman unpacks checkpoints whatever their size, and one format less has to be carried along.

/// The most bytes that a stored block holds.
const BLOCK: usize = 0xffff;

/// These bytes as a gzip member.
pub(crate) fn stored(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + content.len() / BLOCK * 5 + 32);
    // Magic, deflate, no flags, no time, nothing about speed, system unknown.
    out.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let mut blocks = content.chunks(BLOCK).peekable();
    if blocks.peek().is_none() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        // At most BLOCK, which is what 16 bits hold.
        let length = block.len() as u16;
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(crc32(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

/// The checksum of RFC 1952, section 8.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn blocks_hold_everything() {
        for length in [0, 1, 0xffff, 0x1_0000, 200_000] {
            let content: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let packed = stored(&content);
            let (mut at, mut out, mut last) = (10, Vec::new(), false);
            while !last {
                last = packed[at] == 1;
                let size = u16::from_le_bytes([packed[at + 1], packed[at + 2]]);
                assert_eq!(!size, u16::from_le_bytes([packed[at + 3], packed[at + 4]]));
                out.extend_from_slice(&packed[at + 5..at + 5 + usize::from(size)]);
                at += 5 + usize::from(size);
            }
            assert!(out == content && packed.len() == at + 8, "{length}");
            assert!(packed.ends_with(&(length as u32).to_le_bytes()));
        }
    }
}
