//! What a job brings along, still in the form of the wire.

use std::fmt::Debug;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{Value, call, value_de::ValueDeserializer};

/// The error of reading arguments.
pub type DecodeError = erased_serde::Error;

/// What a reader is handed: a serde source over the wire buffer.
pub type Source<'a, 'de> = &'a mut dyn erased_serde::Deserializer<'de>;

/// The arguments of a job. A backend implements it over its own buffer, so that typed arguments
/// are read straight from what came in, with no generic tree in between.
pub trait Payload: Debug + Send + Sync + 'static {
    /// What the root looks like. It must be cheap: it is asked for every job.
    fn shape(&self) -> Shape;

    /// Calls `reader` once with a source that starts at the root. It can be called any number of
    /// times.
    ///
    /// # Errors
    /// The reader's error, or what is wrong with the buffer.
    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError>;
}

impl dyn Payload {
    /// Reads the arguments by the call shapes (see [`crate::extract::Args`]).
    ///
    /// # Errors
    /// They do not fit `T`.
    pub fn args<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        call::read(self)
    }

    /// Reads exactly what the wire carries, without any call shape.
    ///
    /// # Errors
    /// It does not fit `T`.
    pub fn exact<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let mut value = None;
        self.read(&mut |source| {
            value = Some(T::deserialize(source)?);
            Ok(())
        })?;
        value.ok_or_else(|| serde::de::Error::custom("the arguments were not read"))
    }
}

/// What the root of a payload looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Null,
    /// One value that holds no others.
    Scalar,
    /// A list.
    List(Items),
    /// A map or object.
    Map,
}

/// How many items a list at the root has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Items {
    /// None.
    Zero,
    /// One, of this kind.
    One(Item),
    /// More.
    Many,
}

/// What kind a single item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Null.
    Null,
    /// A value that holds no others, and is not null.
    Scalar,
    /// A list.
    List,
    /// A map.
    Map,
}

impl Payload for Value {
    fn shape(&self) -> Shape {
        match self {
            Self::Null => Shape::Null,
            Self::Map(_) => Shape::Map,
            Self::List(items) => Shape::List(match items.as_slice() {
                [] => Items::Zero,
                [Self::List(_)] => Items::One(Item::List),
                [Self::Map(_)] => Items::One(Item::Map),
                [Self::Null] => Items::One(Item::Null),
                [_] => Items::One(Item::Scalar),
                _ => Items::Many,
            }),
            _ => Shape::Scalar,
        }
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        reader(&mut <dyn erased_serde::Deserializer<'_>>::erase(ValueDeserializer(self)))
    }
}

/// JSON text.
#[derive(Clone, Debug)]
pub struct Json(Bytes);

impl Json {
    /// Arguments from JSON text. The text is checked when it is read.
    pub fn new(text: impl Into<Bytes>) -> Self {
        Self(text.into())
    }
}

impl Payload for Json {
    fn shape(&self) -> Shape {
        let text = self.0.trim_ascii();
        match text.first() {
            None | Some(b'n') => Shape::Null,
            Some(b'{') => Shape::Map,
            Some(b'[') => Shape::List(items(&text[1..])),
            Some(_) => Shape::Scalar,
        }
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.0.trim_ascii().is_empty() {
            return Value::Null.read(reader);
        }
        let mut json = serde_json::Deserializer::from_slice(&self.0);
        reader(&mut <dyn erased_serde::Deserializer<'_>>::erase(&mut json))?;
        json.end().map_err(serde::de::Error::custom)
    }
}

/// Counts the items of a JSON list up to "more than one". Broken text counts as `Many`: reading
/// it gives the error.
fn items(after_bracket: &[u8]) -> Items {
    let text = after_bracket.trim_ascii_start();
    let kind = match text.first() {
        None | Some(b']') => return Items::Zero,
        Some(b'[') => Item::List,
        Some(b'{') => Item::Map,
        Some(b'n') => Item::Null,
        Some(_) => Item::Scalar,
    };
    let mut first = serde_json::Deserializer::from_slice(text).into_iter::<serde::de::IgnoredAny>();
    match first.next() {
        Some(Ok(_)) if text[first.byte_offset()..].trim_ascii_start().starts_with(b"]") => {
            Items::One(kind)
        }
        _ => Items::Many,
    }
}
