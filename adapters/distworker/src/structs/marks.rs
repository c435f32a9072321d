//! The output buffer, and lengths that are known only later.
//!
//! Protobuf puts the length of a nested message in front of it. Going over the value twice would
//! call the user's `Serialize` twice; so one byte is left free for the length, and when a message
//! turns out to be 128 bytes or longer, its content moves up by the bytes that are missing. Small
//! objects, the common case, never move; a large one moves three times per level.

use prost::length_delimiter_len;

use super::error::EncodeError;

/// Where lengths are to be filled in, outermost first. Five are the most that one value opens:
/// its own, and for the variant of an enum an object with one entry around it.
#[derive(Debug, Default)]
pub(super) struct Marks {
    at: [usize; 5],
    count: usize,
}

#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// Largest length of `out` while and after writing.
    pub(super) end: usize,
    pub(super) depth_left: usize,
    /// The root was `None` or `()`: there is no object at all.
    pub(super) nothing: bool,
}

impl Marks {
    /// Where the content of the outermost starts.
    pub(super) fn first(&self) -> Option<usize> {
        self.at[..self.count].first().copied()
    }
}

impl Writer<'_> {
    /// Makes sure that `more` bytes fit under the limit; to be called before they are written.
    pub(super) fn room_for(&self, more: usize) -> Result<(), EncodeError> {
        if more > self.end.saturating_sub(self.out.len()) {
            return Err(EncodeError::new(
                "the encoded value is larger than the limit for one message; return less, or \
                 raise `max_message_size`",
            ));
        }
        Ok(())
    }

    /// Writes the tag of a field that holds a message, and leaves a byte for its length.
    pub(super) fn open(&mut self, tag: u8, marks: &mut Marks) -> Result<(), EncodeError> {
        self.room_for(2)?;
        self.out.extend_from_slice(&[tag, 0]);
        marks.at[marks.count] = self.out.len();
        marks.count += 1;
        Ok(())
    }

    /// Fills in the lengths, from the innermost outwards.
    pub(super) fn close(&mut self, marks: &Marks) -> Result<(), EncodeError> {
        for &start in marks.at[..marks.count].iter().rev() {
            self.close_one(start)?;
        }
        Ok(())
    }

    fn close_one(&mut self, start: usize) -> Result<(), EncodeError> {
        let length = self.out.len() - start;
        if length < 0x80 {
            self.out[start - 1] = length as u8;
            return Ok(());
        }
        let extra = length_delimiter_len(length) - 1;
        self.room_for(extra)?;
        let old_end = self.out.len();
        self.out.resize(old_end + extra, 0);
        self.out.copy_within(start..old_end, start + extra);
        let mut rest = length;
        for byte in &mut self.out[start - 1..start - 1 + extra] {
            *byte = (rest as u8) | 0x80;
            rest >>= 7;
        }
        self.out[start - 1 + extra] = rest as u8;
        Ok(())
    }

    /// Writes a length whose content follows.
    pub(super) fn length(&mut self, length: usize) {
        let mut rest = length;
        while rest >= 0x80 {
            self.out.push((rest as u8) | 0x80);
            rest >>= 7;
        }
        self.out.push(rest as u8);
    }
}

/// How many bytes a length takes.
pub(super) fn length_of(length: usize) -> usize {
    length_delimiter_len(length)
}
