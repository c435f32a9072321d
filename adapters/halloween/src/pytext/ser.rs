//! The writer behind all three forms: a serde serializer.

use journeyman_core::{
    Value,
    value::{BIG_INTEGER, TAGGED},
};
use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};

use super::{TypeError, bytes_repr, float, json_str, str_repr};

type Result<T = ()> = std::result::Result<T, TypeError>;

/// Deeper values would need more stack than a task is sure to have.
const MAX_DEPTH: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `str` of the whole value.
    Str,
    /// `repr`, also of what stands inside of a value.
    Repr,
    /// `json.dumps`.
    Json,
    /// A key of an object in `json.dumps`.
    Key,
}

/// What was written.
pub(super) struct Written {
    pub(super) text: String,
    /// The value as a whole is Python's `None`.
    pub(super) is_none: bool,
}

pub(super) fn write<T: Serialize + ?Sized>(value: &T, style: Style) -> Result<Written> {
    let mut writer = Writer { out: String::new(), style, depth: 0, is_none: false };
    value.serialize(&mut writer)?;
    Ok(Written { text: writer.out, is_none: writer.is_none })
}

pub(super) struct Writer {
    out: String,
    style: Style,
    depth: usize,
    is_none: bool,
}

impl Writer {
    /// Something that is no text, and what it is called in JSON.
    fn scalar(&mut self, python: &str, json: &str) {
        match self.style {
            Style::Str | Style::Repr => self.out.push_str(python),
            Style::Json => self.out.push_str(json),
            Style::Key => {
                self.out.push('"');
                self.out.push_str(json);
                self.out.push('"');
            }
        }
    }

    fn none(&mut self) {
        self.is_none |= self.depth == 0;
        self.scalar("None", "null");
    }

    fn number(&mut self, number: impl std::fmt::Display) {
        let text = number.to_string();
        self.scalar(&text, &text);
    }

    fn float(&mut self, value: f64, python: &str) {
        let json = match () {
            () if value.is_nan() => "NaN",
            () if value == f64::INFINITY => "Infinity",
            () if value == f64::NEG_INFINITY => "-Infinity",
            () => python,
        };
        self.scalar(python, json);
    }

    fn str(&mut self, text: &str) {
        match self.style {
            Style::Str => self.out.push_str(text),
            Style::Repr => str_repr(&mut self.out, text),
            Style::Json | Style::Key => json_str(&mut self.out, text),
        }
    }

    fn no_key(&self, kind: &str) -> Result {
        match self.style {
            Style::Key => {
                Err(TypeError(format!("keys must be str, int, float, bool or None, not {kind}")))
            }
            _ => Ok(()),
        }
    }

    /// Opens a list, tuple or dict.
    fn open(&mut self, kind: Kind) -> Result<Compound<'_>> {
        self.no_key(kind.name())?;
        if self.depth >= MAX_DEPTH {
            return Err(TypeError(format!("more than {MAX_DEPTH} levels of nesting")));
        }
        let kind = match (self.style, kind) {
            // JSON has one kind of list.
            (Style::Json, Kind::Tuple) => Kind::List,
            (_, kind) => kind,
        };
        self.out.push(kind.brackets().0);
        self.depth += 1;
        let outer = self.style;
        if outer == Style::Str {
            self.style = Style::Repr;
        }
        Ok(Compound { writer: self, kind, outer, count: 0, wrapped: false })
    }

    /// Opens the dict around the content of an enum variant.
    fn wrap(&mut self, variant: &str) -> Result {
        self.no_key("dict")?;
        self.out.push('{');
        match self.style {
            Style::Json => json_str(&mut self.out, variant),
            _ => str_repr(&mut self.out, variant),
        }
        self.out.push_str(": ");
        Ok(())
    }

    fn variant(&mut self, variant: &str, kind: Kind) -> Result<Compound<'_>> {
        self.wrap(variant)?;
        let mut compound = self.open(kind)?;
        compound.wrapped = true;
        Ok(compound)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Tuple,
    Dict,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Dict => "dict",
        }
    }

    fn brackets(self) -> (char, char) {
        match self {
            Self::List => ('[', ']'),
            Self::Tuple => ('(', ')'),
            Self::Dict => ('{', '}'),
        }
    }
}

/// A list, tuple or dict that is being written.
pub(super) struct Compound<'w> {
    writer: &'w mut Writer,
    kind: Kind,
    outer: Style,
    count: usize,
    /// It is the content of an enum variant.
    wrapped: bool,
}

impl Compound<'_> {
    fn separate(&mut self) {
        if self.count > 0 {
            self.writer.out.push_str(", ");
        }
        self.count += 1;
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.separate();
        value.serialize(&mut *self.writer)
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.separate();
        let style = self.writer.style;
        if style == Style::Json {
            self.writer.style = Style::Key;
        }
        let written = key.serialize(&mut *self.writer);
        self.writer.style = style;
        self.writer.out.push_str(": ");
        written
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result {
        let Self { writer, kind, outer, count, wrapped } = self;
        if kind == Kind::Tuple && count == 1 {
            writer.out.push(',');
        }
        writer.out.push(kind.brackets().1);
        if wrapped {
            writer.out.push('}');
        }
        writer.depth -= 1;
        writer.style = outer;
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident: $ty:ty;)+) => {$(
        fn $method(self, value: $ty) -> Result {
            self.number(value);
            Ok(())
        }
    )+};
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = ();
    type Error = TypeError;
    type SerializeSeq = Compound<'w>;
    type SerializeTuple = Compound<'w>;
    type SerializeTupleStruct = Compound<'w>;
    type SerializeTupleVariant = Compound<'w>;
    type SerializeMap = Compound<'w>;
    type SerializeStruct = Compound<'w>;
    type SerializeStructVariant = Compound<'w>;

    numbers! {
        serialize_i8: i8; serialize_i16: i16; serialize_i32: i32; serialize_i64: i64;
        serialize_i128: i128; serialize_u8: u8; serialize_u16: u16; serialize_u32: u32;
        serialize_u64: u64; serialize_u128: u128;
    }

    fn serialize_bool(self, value: bool) -> Result {
        match value {
            true => self.scalar("True", "true"),
            false => self.scalar("False", "false"),
        }
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result {
        let mut text = String::new();
        float::repr_f32(&mut text, value);
        self.float(value.into(), &text);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result {
        let mut text = String::new();
        float::repr(&mut text, value);
        self.float(value, &text);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result {
        self.str(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result {
        self.str(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.no_key("bytes")?;
        match self.style {
            Style::Json => {
                Err(TypeError("Object of type bytes is not JSON serializable".to_owned()))
            }
            _ => {
                bytes_repr(&mut self.out, value);
                Ok(())
            }
        }
    }

    fn serialize_none(self) -> Result {
        self.none();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.none();
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result {
        self.none();
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result {
        self.str(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result {
        if name != TAGGED {
            return value.serialize(self);
        }
        // A value of a kind that one wire knows: an integer of any size, or a pair.
        let pair = Value::from_serialize(value).map_err(ser::Error::custom)?;
        match &pair {
            Value::List(pair) => match pair.as_slice() {
                [Value::String(tag), Value::String(digits)]
                    if tag == BIG_INTEGER && Value::integer(digits).is_some() =>
                {
                    self.number(digits);
                    Ok(())
                }
                [tag, value] => (tag, value).serialize(self),
                _ => pair.serialize(self),
            },
            _ => pair.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        let mut content = self.open(Kind::Dict)?;
        content.key(variant)?;
        content.value(value)?;
        content.close()
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Compound<'w>> {
        self.open(Kind::List)
    }

    fn serialize_tuple(self, _len: usize) -> Result<Compound<'w>> {
        self.open(Kind::Tuple)
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Compound<'w>> {
        self.open(Kind::Tuple)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'w>> {
        self.variant(variant, Kind::Tuple)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Compound<'w>> {
        self.open(Kind::Dict)
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Compound<'w>> {
        self.open(Kind::Dict)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'w>> {
        self.variant(variant, Kind::Dict)
    }
}

macro_rules! items {
    ($($trait:ident: $method:ident;)+) => {$(
        impl $trait for Compound<'_> {
            type Ok = ();
            type Error = TypeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.item(value)
            }

            fn end(self) -> Result {
                self.close()
            }
        }
    )+};
}

items! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! fields {
    ($($trait:ident)+) => {$(
        impl $trait for Compound<'_> {
            type Ok = ();
            type Error = TypeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result {
                self.key(key)?;
                self.value(value)
            }

            fn end(self) -> Result {
                self.close()
            }
        }
    )+};
}

fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = TypeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.value(value)
    }

    fn end(self) -> Result {
        self.close()
    }
}
