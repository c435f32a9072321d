//! Reading FlatBuffers through the verifier of the `flatbuffers` runtime.
//!
//! The runtime's tables want `unsafe`, its verifier does not. So each position comes out of the
//! verifier, which has checked it by then, and values are read from the bytes there.

use flatbuffers::{InvalidFlatbuffer, SIZE_UOFFSET, Vector, Verifiable, Verifier, VerifierOptions};
use std::borrow::Cow;
use std::fmt;

/// Why a buffer is no message. The text goes to the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) Cow<'static, str>);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&'static str> for Malformed {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Malformed {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl From<InvalidFlatbuffer> for Malformed {
    fn from(error: InvalidFlatbuffer) -> Self {
        use InvalidFlatbuffer as Bad;
        match error {
            Bad::Utf8Error { error, .. } => format!("Invalid utf-8: {error}").into(),
            Bad::Unaligned { position, .. } => format!("Unaligned at byte {position}").into(),
            Bad::RangeOutOfBounds { range, .. } => {
                format!("Invalid offset: bytes {} to {}", range.start, range.end).into()
            }
            Bad::SignedOffsetOutOfBounds { position, .. } => {
                format!("Invalid vtable offset at byte {position}").into()
            }
            Bad::TooManyTables => "More tables than the buffer has room for".into(),
            Bad::ApparentSizeTooLarge => "Far larger than the buffer when written out".into(),
            _ => "Invalid buffer".into(),
        }
    }
}

pub(crate) type Result<T> = std::result::Result<T, Malformed>;

/// Limits for a buffer of this length. What nests too deep is refused by the caller, who knows
/// what a level is.
pub(crate) fn limits(length: usize) -> VerifierOptions {
    VerifierOptions {
        max_depth: usize::MAX,
        // Without sharing there is no room for more; sharing must not blow a message up.
        max_tables: length / 4 + 16,
        max_apparent_size: length.saturating_mul(16).saturating_add(1024),
        ignore_missing_null_terminator: true,
    }
}

/// Where something is in the buffer.
pub(crate) type At = usize;

/// A buffer with its verifier.
pub(crate) struct Reader<'o, 'b> {
    buffer: &'b [u8],
    verifier: Verifier<'o, 'b>,
}

impl<'o, 'b> Reader<'o, 'b> {
    /// A reader; `limits` come from [`limits`].
    pub(crate) fn new(buffer: &'b [u8], limits: &'o VerifierOptions) -> Self {
        Self { buffer, verifier: Verifier::new(limits, buffer) }
    }

    /// Where the root table is.
    pub(crate) fn root(&mut self) -> Result<At> {
        self.follow(0)
    }

    /// What an offset points to.
    pub(crate) fn follow(&mut self, field: At) -> Result<At> {
        let offset = self.verifier.get_uoffset(field)?;
        Ok(field.saturating_add(usize::try_from(offset).unwrap_or(usize::MAX)))
    }

    /// Where the first `N` slots of a table are; `None` for those that are absent.
    pub(crate) fn slots<const N: usize>(&mut self, table: At) -> Result<[Option<At>; N]> {
        let mut table = self.verifier.visit_table(table)?;
        let mut slots = [None; N];
        for (number, slot) in (0_u16..).zip(&mut slots) {
            *slot = table.deref(4 + 2 * number)?;
        }
        table.finish();
        Ok(slots)
    }

    /// The bytes of a scalar, zeros if it is absent.
    fn scalar<T, const N: usize>(&mut self, field: Option<At>) -> Result<[u8; N]> {
        let Some(field) = field else { return Ok([0; N]) };
        self.verifier.in_buffer::<T>(field)?;
        let bytes = self.buffer.get(field..field + N).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| "Invalid offset".into())
    }

    pub(crate) fn byte(&mut self, field: Option<At>) -> Result<u8> {
        Ok(u8::from_le_bytes(self.scalar::<u8, 1>(field)?))
    }

    pub(crate) fn int(&mut self, field: Option<At>) -> Result<i32> {
        Ok(i32::from_le_bytes(self.scalar::<i32, 4>(field)?))
    }

    pub(crate) fn long(&mut self, field: Option<At>) -> Result<i64> {
        Ok(i64::from_le_bytes(self.scalar::<i64, 8>(field)?))
    }

    pub(crate) fn ulong(&mut self, field: Option<At>) -> Result<u64> {
        Ok(u64::from_le_bytes(self.scalar::<u64, 8>(field)?))
    }

    pub(crate) fn double(&mut self, field: Option<At>) -> Result<f64> {
        Ok(f64::from_le_bytes(self.scalar::<f64, 8>(field)?))
    }

    /// The range of a vector of bytes that something has verified.
    fn range(&mut self, vector: At) -> Result<&'b [u8]> {
        let length = usize::try_from(self.verifier.get_uoffset(vector)?).unwrap_or(usize::MAX);
        let start = vector.saturating_add(SIZE_UOFFSET);
        let bytes = self.buffer.get(start..start.saturating_add(length));
        bytes.ok_or_else(|| "Invalid offset".into())
    }

    /// The text that a field points to.
    pub(crate) fn text(&mut self, field: At) -> Result<&'b str> {
        let vector = self.follow(field)?;
        <&str>::run_verifier(&mut self.verifier, vector)?;
        let bytes = self.range(vector)?;
        std::str::from_utf8(bytes).map_err(|error| format!("Invalid utf-8: {error}").into())
    }

    /// The bytes that a field points to.
    pub(crate) fn bytes(&mut self, field: At) -> Result<&'b [u8]> {
        let vector = self.follow(field)?;
        Vector::<u8>::run_verifier(&mut self.verifier, vector)?;
        self.range(vector)
    }

    /// Where the offsets in the vector are that a field points to. Each of them takes four bytes
    /// of the buffer, so there can not be more than a quarter of its length.
    pub(crate) fn offsets(
        &mut self,
        field: At,
    ) -> Result<impl ExactSizeIterator<Item = At> + use<>> {
        let vector = self.follow(field)?;
        let length = usize::try_from(self.verifier.get_uoffset(vector)?).unwrap_or(usize::MAX);
        let start = vector.saturating_add(SIZE_UOFFSET);
        self.verifier.range_in_buffer(start, length.saturating_mul(SIZE_UOFFSET))?;
        Ok((0..length).map(move |index| start + index * SIZE_UOFFSET))
    }
}

/// A field that the schema requires.
pub(crate) fn required(field: Option<At>, name: &'static str) -> Result<At> {
    field.ok_or_else(|| format!("In {name}: Missing required field").into())
}
