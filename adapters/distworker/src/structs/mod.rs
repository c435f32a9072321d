//! Values of `google.protobuf.Struct`, read and written without a tree in between (DistWorker
//! sheet, section 2.3).
//!
//! `input`, `metadata`, `result`, `data`, `error_details` and `additional` are encoded `Struct`
//! messages. [`from_bytes`] deserializes any serde type straight from those bytes; texts can be
//! borrowed. [`encode_object`] serializes any serde type straight into them.
//!
//! The wire knows null, booleans, IEEE doubles, UTF-8 text, lists and objects with text keys.
//!
//! | Rust | wire | and back |
//! |---|---|---|
//! | integers | double, if it carries the number exactly; else an error | whole doubles in range; never rounded |
//! | `f32`, `f64` | double, also NaN, infinities and -0.0 | double |
//! | `bool`, text, `char` | themselves | themselves |
//! | bytes | standard base64 text, padded | base64 text (also URL-safe or unpadded), or a list of numbers |
//! | `None`, `()`, unit structs | null | null |
//! | sequences, tuples, tuple structs | list | list |
//! | structs, maps | object | object; a struct also from a list, in the order of its fields |
//! | map keys | text, integers, booleans, `char` and unit variants, as text | parsed from text |
//! | enums | serde's external tagging: `"Unit"`, or `{"Variant": …}` | the same |
//!
//! Asked for whatever is there (`serde_json::Value`, flattened and untagged types), a double that
//! is whole, not -0.0 and within ±2^53 shows as an integer, and as a double otherwise.
//!
//! An unknown field is skipped without being looked at, so damage inside of it goes unnoticed.
//! Values may be nested [`MAX_DEPTH`] deep. Nothing here is allocated in advance for what a
//! message announces.

mod base64_text;
mod de;
mod error;
mod key_de;
mod key_ser;
mod marks;
mod ser;

pub use self::de::StructDeserializer;
pub use self::error::{DecodeError, EncodeError};
pub use self::ser::{encode_object, encode_object_into};

/// How deep objects and lists may be nested in each other, the outermost counted as one.
pub const MAX_DEPTH: usize = 128;

/// The whole numbers up to here, and down to its negative, are all exact in a double: 2^53.
pub(crate) const EXACT: i64 = 1 << 53;

/// Deserializes a `T` from an encoded `Struct`. No bytes at all are the empty object, as protobuf
/// has it.
///
/// # Errors
/// [`DecodeError`] when the bytes are not an encoded `Struct`, or hold something else than `T`.
pub fn from_bytes<'de, T: serde::Deserialize<'de>>(data: &'de [u8]) -> Result<T, DecodeError> {
    T::deserialize(StructDeserializer::new(data))
}

#[cfg(test)]
mod tests;
