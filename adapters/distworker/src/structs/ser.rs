//! A serde serializer that writes encoded `Struct` bytes directly.

use base64::Engine as _;
use bytes::Bytes;
use serde::ser::{self, Serialize, Serializer};

use super::error::EncodeError;
use super::key_ser::KeySer;
use super::marks::{Marks, Writer, length_of};
use super::{EXACT, MAX_DEPTH, base64_text};

/// Tags: field number and wire type of the fields of `Struct`, its entries, `Value`, `ListValue`.
const ENTRY: u8 = 0x0a;
const ENTRY_KEY: u8 = 0x0a;
const ENTRY_VALUE: u8 = 0x12;
const ITEM: u8 = 0x0a;
const NULL: u8 = 0x08;
const NUMBER: u8 = 0x11;
const TEXT: u8 = 0x1a;
const BOOL: u8 = 0x20;
const STRUCT: u8 = 0x2a;
const LIST: u8 = 0x32;

/// What most results of handlers fit into.
const FIRST_CAPACITY: usize = 128;

/// Serializes `value` as the encoded `Struct` that a `result`, `data` or `error_details` field
/// holds.
///
/// An object (struct, map, enum variant with content) is written as it is. `()` and `None` give
/// `None`: the field stays absent. Whatever else, the wire can not carry by itself, and becomes
/// the object `{wrap_key: value}`.
///
/// `max_bytes` is the most that the encoded value may take.
///
/// # Errors
/// [`EncodeError`] when something in the value can not be carried without loss (an integer that a
/// double does not hold exactly), has keys that are neither text, numbers nor booleans, is nested
/// deeper than [`MAX_DEPTH`], is larger than `max_bytes`, or when its own `Serialize` fails.
pub fn encode_object<T: Serialize + ?Sized>(
    value: &T,
    wrap_key: &str,
    max_bytes: usize,
) -> Result<Option<Bytes>, EncodeError> {
    let mut out = Vec::with_capacity(FIRST_CAPACITY);
    Ok(encode_object_into(&mut out, value, wrap_key, max_bytes)?.then(|| Bytes::from(out)))
}

/// As [`encode_object`], at the end of a buffer of the caller. Returns whether there is an object;
/// if not, nothing was written. After an error, what was written of it is taken back.
///
/// # Errors
/// As [`encode_object`].
pub fn encode_object_into<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
    wrap_key: &str,
    max_bytes: usize,
) -> Result<bool, EncodeError> {
    let start = out.len();
    let mut writer =
        Writer { end: start.saturating_add(max_bytes), out, depth_left: MAX_DEPTH, nothing: false };
    let result = value.serialize(Ser { slot: Slot::Root(wrap_key), w: &mut writer });
    let nothing = writer.nothing;
    if result.is_err() {
        out.truncate(start);
    }
    result.map(|()| !nothing)
}

/// Where a value goes.
#[derive(Clone, Copy)]
enum Slot<'k> {
    /// It is the whole: an object, or the only entry of one, under this key.
    Root(&'k str),
    /// It is a field of an entry or a list, with this tag.
    Inner(u8),
}

struct Ser<'w, 'b, 'k> {
    w: &'w mut Writer<'b>,
    slot: Slot<'k>,
}

impl<'w, 'b> Ser<'w, 'b, '_> {
    /// Leads to the place where a value that is not an object can be written: at the root, into
    /// the entry that wraps it. `body` writes it with the tag that it is given.
    fn placed(
        self,
        body: impl FnOnce(&mut Writer<'b>, u8) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        match self.slot {
            Slot::Inner(tag) => body(self.w, tag),
            Slot::Root(key) => {
                let mut marks = Marks::default();
                open_entry(self.w, key, &mut marks)?;
                body(self.w, ENTRY_VALUE)?;
                self.w.close(&marks)
            }
        }
    }

    fn null(self) -> Result<(), EncodeError> {
        match self.slot {
            Slot::Inner(tag) => put(self.w, &[tag, 2, NULL, 0]),
            Slot::Root(_) => {
                self.w.nothing = true;
                Ok(())
            }
        }
    }

    fn number(self, number: f64) -> Result<(), EncodeError> {
        self.placed(|w, tag| {
            let mut field = [0; 11];
            field[..3].copy_from_slice(&[tag, 9, NUMBER]);
            field[3..].copy_from_slice(&number.to_le_bytes());
            put(w, &field)
        })
    }

    fn text_of_length(
        self,
        length: usize,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), EncodeError> {
        self.placed(|w, tag| {
            let field = 1 + length_of(length) + length;
            w.room_for(1 + length_of(field) + field)?;
            w.out.push(tag);
            w.length(field);
            w.out.push(TEXT);
            w.length(length);
            fill(w.out);
            Ok(())
        })
    }

    /// Opens an object. At the root its entries stand directly in the output.
    fn object(self) -> Result<Compound<'w, 'b>, EncodeError> {
        let mut compound = Compound::new(self.w)?;
        if let Slot::Inner(tag) = self.slot {
            compound.w.open(tag, &mut compound.marks)?;
            compound.w.open(STRUCT, &mut compound.marks)?;
        }
        Ok(compound)
    }

    fn list(self) -> Result<Compound<'w, 'b>, EncodeError> {
        let mut compound = Compound::new(self.w)?;
        let tag = match self.slot {
            Slot::Inner(tag) => tag,
            Slot::Root(key) => {
                // The list stands inside the object that wraps it.
                compound.deeper()?;
                open_entry(compound.w, key, &mut compound.marks)?;
                ENTRY_VALUE
            }
        };
        compound.w.open(tag, &mut compound.marks)?;
        compound.w.open(LIST, &mut compound.marks)?;
        Ok(compound)
    }

    /// Opens `{variant: …` with the list or object of the variant inside.
    fn variant(self, variant: &str, kind: u8) -> Result<Compound<'w, 'b>, EncodeError> {
        let mut compound = self.object()?;
        compound.deeper()?;
        open_entry(compound.w, variant, &mut compound.marks)?;
        compound.w.open(ENTRY_VALUE, &mut compound.marks)?;
        compound.w.open(kind, &mut compound.marks)?;
        Ok(compound)
    }
}

fn put(w: &mut Writer<'_>, bytes: &[u8]) -> Result<(), EncodeError> {
    w.room_for(bytes.len())?;
    w.out.extend_from_slice(bytes);
    Ok(())
}

pub(super) fn put_key(w: &mut Writer<'_>, key: &str) -> Result<(), EncodeError> {
    w.room_for(1 + length_of(key.len()) + key.len())?;
    w.out.push(ENTRY_KEY);
    w.length(key.len());
    w.out.extend_from_slice(key.as_bytes());
    Ok(())
}

fn open_entry(w: &mut Writer<'_>, key: &str, marks: &mut Marks) -> Result<(), EncodeError> {
    w.open(ENTRY, marks)?;
    put_key(w, key)
}

fn inexact(number: impl std::fmt::Display) -> EncodeError {
    EncodeError::new(format_args!(
        "{number} does not fit the wire's double without loss; send it as a string"
    ))
}

macro_rules! small_integers {
    ($($serialize:ident $source:ty,)*) => {$(
        fn $serialize(self, value: $source) -> Result<(), EncodeError> {
            self.number(f64::from(value))
        }
    )*};
}

impl<'w, 'b> Serializer for Ser<'w, 'b, '_> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Compound<'w, 'b>;
    type SerializeTuple = Compound<'w, 'b>;
    type SerializeTupleStruct = Compound<'w, 'b>;
    type SerializeTupleVariant = Compound<'w, 'b>;
    type SerializeMap = Compound<'w, 'b>;
    type SerializeStruct = Compound<'w, 'b>;
    type SerializeStructVariant = Compound<'w, 'b>;

    small_integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32,
        serialize_f32 f32,
    }

    fn serialize_bool(self, value: bool) -> Result<(), EncodeError> {
        self.placed(|w, tag| put(w, &[tag, 2, BOOL, u8::from(value)]))
    }

    fn serialize_i64(self, value: i64) -> Result<(), EncodeError> {
        if (-EXACT..=EXACT).contains(&value) {
            self.number(value as f64)
        } else {
            self.serialize_i128(value.into())
        }
    }

    fn serialize_u64(self, value: u64) -> Result<(), EncodeError> {
        if value <= EXACT as u64 {
            self.number(value as f64)
        } else {
            self.serialize_u128(value.into())
        }
    }

    fn serialize_i128(self, value: i128) -> Result<(), EncodeError> {
        // i128::MAX rounds up to 2^127 and casts back to itself by saturation.
        let number = value as f64;
        if number as i128 != value || number >= -(i128::MIN as f64) {
            return Err(inexact(value));
        }
        self.number(number)
    }

    fn serialize_u128(self, value: u128) -> Result<(), EncodeError> {
        // u128::MAX rounds up to 2^128 and casts back to itself by saturation.
        let number = value as f64;
        if number as u128 != value || number >= -(i128::MIN as f64) * 2.0 {
            return Err(inexact(value));
        }
        self.number(number)
    }

    fn serialize_f64(self, value: f64) -> Result<(), EncodeError> {
        self.number(value)
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        self.text_of_length(value.len(), |out| out.extend_from_slice(value.as_bytes()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EncodeError> {
        let length = value.len().div_ceil(3) * 4;
        self.text_of_length(length, |out| {
            let start = out.len();
            out.resize(start + length, 0);
            base64_text::STANDARD
                .encode_slice(value, &mut out[start..])
                .expect("the padded length was computed for exactly these bytes");
        })
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        self.null()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        self.null()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), EncodeError> {
        self.null()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), EncodeError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        let mut object = self.object()?;
        ser::SerializeStruct::serialize_field(&mut object, variant, value)?;
        object.finish()
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Compound<'w, 'b>, EncodeError> {
        self.list()
    }

    fn serialize_tuple(self, _len: usize) -> Result<Compound<'w, 'b>, EncodeError> {
        self.list()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Compound<'w, 'b>, EncodeError> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'w, 'b>, EncodeError> {
        self.variant(variant, LIST)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Compound<'w, 'b>, EncodeError> {
        self.object()
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Compound<'w, 'b>, EncodeError> {
        self.object()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'w, 'b>, EncodeError> {
        self.variant(variant, STRUCT)
    }
}

/// An object or a list that is being written.
struct Compound<'w, 'b> {
    w: &'w mut Writer<'b>,
    marks: Marks,
    /// The entry of a map whose key is written and whose value is not yet.
    entry: Option<Marks>,
    /// Items of a list so far, for errors.
    items: usize,
    /// Levels of nesting that this opened.
    levels: usize,
}

impl<'w, 'b> Compound<'w, 'b> {
    fn new(w: &'w mut Writer<'b>) -> Result<Self, EncodeError> {
        let mut compound = Self { w, marks: Marks::default(), entry: None, items: 0, levels: 0 };
        compound.deeper()?;
        Ok(compound)
    }

    fn deeper(&mut self) -> Result<(), EncodeError> {
        let Some(depth_left) = self.w.depth_left.checked_sub(1) else {
            return Err(EncodeError::new(format_args!(
                "the value is nested deeper than {MAX_DEPTH} levels"
            )));
        };
        self.w.depth_left = depth_left;
        self.levels += 1;
        Ok(())
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let index = self.items;
        self.items += 1;
        value
            .serialize(Ser { w: self.w, slot: Slot::Inner(ITEM) })
            .map_err(|error| error.in_item(index))
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), EncodeError> {
        let mut marks = Marks::default();
        open_entry(self.w, key, &mut marks)?;
        value
            .serialize(Ser { w: self.w, slot: Slot::Inner(ENTRY_VALUE) })
            .map_err(|error| error.in_field(key))?;
        self.w.close(&marks)
    }

    fn finish(self) -> Result<(), EncodeError> {
        if self.entry.is_some() {
            return Err(EncodeError::new("a key was serialized without its value"));
        }
        self.w.depth_left += self.levels;
        self.w.close(&self.marks)
    }
}

impl ser::SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        if self.entry.is_some() {
            return Err(EncodeError::new("a key was serialized without its value"));
        }
        let mut marks = Marks::default();
        self.w.open(ENTRY, &mut marks)?;
        key.serialize(KeySer::new(self.w))?;
        self.entry = Some(marks);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let Some(marks) = self.entry.take() else {
            return Err(EncodeError::new("a value was serialized without its key"));
        };
        let key_start = self.w.out.len();
        value.serialize(Ser { w: self.w, slot: Slot::Inner(ENTRY_VALUE) }).map_err(|error| {
            let key = marks.first().and_then(|start| written_key(&self.w.out[start..key_start]));
            error.in_field(key.unwrap_or("?"))
        })?;
        self.w.close(&marks)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish()
    }
}

/// Reads back the key at the start of an entry, for an error.
fn written_key(entry: &[u8]) -> Option<&str> {
    let field = crate::reader::Reader::new(entry).next().ok()??;
    match field.value {
        crate::reader::Wire::Len(key) => key.text().ok(),
        _ => None,
    }
}

macro_rules! items {
    ($($compound:ident $serialize:ident,)*) => {$(
        impl ser::$compound for Compound<'_, '_> {
            type Ok = ();
            type Error = EncodeError;

            fn $serialize<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.item(value)
            }

            fn end(self) -> Result<(), EncodeError> {
                self.finish()
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

macro_rules! fields {
    ($($compound:ident,)*) => {$(
        impl ser::$compound for Compound<'_, '_> {
            type Ok = ();
            type Error = EncodeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), EncodeError> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), EncodeError> {
                self.finish()
            }
        }
    )*};
}

fields! { SerializeStruct, SerializeStructVariant, }
