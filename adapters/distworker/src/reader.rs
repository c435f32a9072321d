//! The protobuf wire format, read field by field out of a slice: no copy, no allocation, every
//! read checked against the end. The struct decoder and the file count of [`crate::wire`] stand
//! on it.

use std::fmt;

/// A cursor over the fields of one message. `end` is an absolute position in the outermost
/// buffer, so that an error inside a nested message can say where in the whole it happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'de> {
    rest: &'de [u8],
    end: usize,
}

/// One field as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'de> {
    pub(crate) number: u32,
    /// Where the tag of the field starts.
    pub(crate) position: usize,
    pub(crate) value: Wire<'de>,
}

/// The four payload shapes that proto3 uses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire<'de> {
    Varint(u64),
    Fixed64([u8; 8]),
    Len(Reader<'de>),
    Fixed32,
}

impl<'de> Reader<'de> {
    pub(crate) fn new(data: &'de [u8]) -> Self {
        Self { rest: data, end: data.len() }
    }

    /// Splits a map entry that stands in its usual form: key, then value, nothing else, both
    /// shorter than 128 bytes. `None` says that the long way is to be taken, not that it is wrong.
    #[inline]
    pub(crate) fn usual_entry(&self) -> Option<(Self, Self)> {
        let [0x0a, key_length @ 0..0x80, rest @ ..] = self.rest else { return None };
        let (key, rest) = rest.split_at_checked(usize::from(*key_length))?;
        let [0x12, value_length @ 0..0x80, value @ ..] = rest else { return None };
        let usual = value.len() == usize::from(*value_length);
        usual.then(|| {
            let key_end = self.end - rest.len();
            (Self { rest: key, end: key_end }, Self { rest: value, end: self.end })
        })
    }

    /// What is left, as bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &'de [u8] {
        self.rest
    }

    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The same without its first bytes, of which there must be as many.
    #[inline]
    pub(crate) fn after(&self, count: usize) -> Self {
        Self { rest: &self.rest[count..], end: self.end }
    }

    /// The bytes as UTF-8; the error names the first bad byte.
    #[inline]
    pub(crate) fn text(&self) -> Result<&'de str, ReadError> {
        std::str::from_utf8(self.rest).map_err(|error| ReadError {
            position: self.position() + error.valid_up_to(),
            problem: Problem::NotUtf8,
        })
    }

    /// The next field, or `None` at the end of the message.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Field<'de>>, ReadError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let position = self.position();
        let tag = self.varint()?;
        let fail = |problem| Err(ReadError { position, problem });
        let Ok(tag) = u32::try_from(tag) else { return fail(Problem::FieldNumber) };
        let number = tag >> 3;
        if number == 0 {
            return fail(Problem::FieldNumber);
        }
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(self.fixed::<8>()?),
            2 => Wire::Len(self.length_delimited()?),
            3 | 4 => return fail(Problem::Group { field: number }),
            5 => {
                self.fixed::<4>()?;
                Wire::Fixed32
            }
            other => return fail(Problem::WireType { field: number, wire_type: other }),
        };
        Ok(Some(Field { number, position, value }))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, ReadError> {
        // Nearly every tag and length of a small object is one byte long.
        if let [first, rest @ ..] = self.rest
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*first));
        }
        self.long_varint()
    }

    #[cold]
    fn long_varint(&mut self) -> Result<u64, ReadError> {
        let position = self.position();
        let mut value = 0u64;
        for (index, &byte) in self.rest.iter().enumerate().take(10) {
            let bits = u64::from(byte & 0x7f);
            // The tenth byte holds the 64th bit and nothing else.
            if index == 9 && byte > 1 {
                return Err(ReadError { position, problem: Problem::VarintTooLong });
            }
            value |= bits << (7 * index);
            if byte < 0x80 {
                self.rest = &self.rest[index + 1..];
                return Ok(value);
            }
        }
        let problem =
            if self.rest.len() >= 10 { Problem::VarintTooLong } else { self.truncated(10) };
        Err(ReadError { position, problem })
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        match self.rest.split_first_chunk::<N>() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(*bytes)
            }
            None => Err(ReadError { position: self.position(), problem: self.truncated(N as u64) }),
        }
    }

    #[inline]
    fn length_delimited(&mut self) -> Result<Self, ReadError> {
        let position = self.position();
        let length = self.varint()?;
        match usize::try_from(length).ok().and_then(|n| self.rest.split_at_checked(n)) {
            Some((inner, rest)) => {
                self.rest = rest;
                Ok(Self { rest: inner, end: self.end - rest.len() })
            }
            None => Err(ReadError { position, problem: self.truncated(length) }),
        }
    }

    fn truncated(&self, wanted: u64) -> Problem {
        Problem::Truncated { wanted, left: self.rest.len() }
    }
}

impl Field<'_> {
    /// The error for a known field whose payload has the wrong shape.
    pub(crate) fn wrong_shape(&self) -> ReadError {
        ReadError { position: self.position, problem: Problem::WrongShape { field: self.number } }
    }
}

/// Bytes that are not protobuf, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadError {
    pub(crate) position: usize,
    pub(crate) problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Truncated { wanted: u64, left: usize },
    VarintTooLong,
    FieldNumber,
    Group { field: u32 },
    WireType { field: u32, wire_type: u32 },
    WrongShape { field: u32 },
    NotUtf8,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.position;
        match self.problem {
            Problem::Truncated { wanted, left } => write!(
                f,
                "the message ends too early: byte {position} announces {wanted} bytes, {left} are left"
            ),
            Problem::VarintTooLong => {
                write!(f, "the number at byte {position} is longer than 64 bits")
            }
            Problem::FieldNumber => write!(f, "the field number at byte {position} is not valid"),
            Problem::Group { field } => {
                write!(f, "field {field} at byte {position} is a group, which proto3 does not have")
            }
            Problem::WireType { field, wire_type } => {
                write!(f, "field {field} at byte {position} has the unknown wire type {wire_type}")
            }
            Problem::WrongShape { field } => write!(
                f,
                "field {field} at byte {position} has another wire type than the schema gives it"
            ),
            Problem::NotUtf8 => write!(f, "the text is not UTF-8 from byte {position} on"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(data: &[u8]) -> Problem {
        let mut reader = Reader::new(data);
        loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("no error in {data:02x?}"),
                Err(error) => return error.problem,
            }
        }
    }

    #[test]
    fn every_kind_of_broken_field_has_its_own_error() {
        assert_eq!(problem(&[0x0a, 5, 1]), Problem::Truncated { wanted: 5, left: 1 });
        assert_eq!(problem(&[0x11, 1, 2]), Problem::Truncated { wanted: 8, left: 2 });
        assert_eq!(problem(&[0x15]), Problem::Truncated { wanted: 4, left: 0 });
        assert_eq!(problem(&[0x08]), Problem::Truncated { wanted: 10, left: 0 });
        assert_eq!(problem(&[0x08, 0x80]), Problem::Truncated { wanted: 10, left: 1 });
        assert_eq!(problem(&[0xff; 12]), Problem::VarintTooLong);
        assert_eq!(problem(&[0x00, 0x00]), Problem::FieldNumber);
        assert_eq!(problem(&[0x0b]), Problem::Group { field: 1 });
        assert_eq!(problem(&[0x0c]), Problem::Group { field: 1 });
        assert_eq!(problem(&[0x0e]), Problem::WireType { field: 1, wire_type: 6 });
        let huge = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(problem(&huge), Problem::Truncated { wanted: u64::MAX, left: 0 });
    }

    #[test]
    fn the_largest_varint_is_read_and_one_bit_more_is_refused() {
        let mut data = vec![0x08];
        data.extend([0xff; 9]);
        data.push(1);
        let field = Reader::new(&data).next().unwrap().unwrap();
        assert!(matches!(field.value, Wire::Varint(u64::MAX)));
        *data.last_mut().unwrap() = 2;
        assert_eq!(problem(&data), Problem::VarintTooLong);
    }

    #[test]
    fn positions_are_those_of_the_whole_buffer() {
        // Field 1 holds a message whose field 3 is text with a bad second byte.
        let data = [0x0a, 4, 0x1a, 2, b'a', 0xff];
        let outer = Reader::new(&data).next().unwrap().unwrap();
        let Wire::Len(mut inner) = outer.value else { panic!("{outer:?}") };
        assert_eq!(inner.position(), 2);
        let Wire::Len(text) = inner.next().unwrap().unwrap().value else { panic!() };
        assert_eq!(text.text(), Err(ReadError { position: 5, problem: Problem::NotUtf8 }));
        assert!(inner.next().unwrap().is_none());
    }
}
