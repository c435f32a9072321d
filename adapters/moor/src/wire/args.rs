//! The arguments of a request.

use std::fmt;

use bytes::Bytes;
use journeyman_core::{
    Payload, erased_serde,
    payload::{DecodeError, Item, Items, Shape, Source},
};
use serde::{
    Deserializer,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use super::{
    Era, WireError,
    broadcast::request_vector,
    node::{WireItems, WireNode},
};
use crate::var::{
    self,
    de::{Items as ItemAccess, NodeDeserializer},
    node::{Node, View},
};

/// The arguments of a request, still as the bytes that came in. They have been checked, and are read
/// straight from there.
#[derive(Clone)]
pub struct Arguments {
    pub(super) frame: Bytes,
    pub(super) era: Era,
    pub(super) items: Items,
}

impl Arguments {
    fn list(&self) -> Result<List<'_>, var::Error> {
        let vector = request_vector(self.era, &self.frame)?;
        Ok(List(WireItems::new(vector, self.era)))
    }
}

/// How many arguments there are, and of what kind a single one is.
pub(super) fn items(mut items: WireItems<'_>) -> Result<Items, WireError> {
    Ok(match items.len() {
        0 => Items::Zero,
        1 => Items::One(match items.next().transpose()?.map(WireNode::view).transpose()? {
            Some(View::List(_)) => Item::List,
            Some(View::Map(_)) => Item::Map,
            Some(View::None) => Item::Null,
            _ => Item::Scalar,
        }),
        _ => Items::Many,
    })
}

impl fmt::Debug for Arguments {
    /// Without the values, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments")
            .field("era", &self.era)
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}

impl Payload for Arguments {
    fn shape(&self) -> Shape {
        Shape::List(self.items)
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let list = self.list().map_err(de::Error::custom)?;
        reader(&mut <dyn erased_serde::Deserializer<'_>>::erase(list))
    }
}

/// The whole list. It reads as a list value does, but is a vector without one.
struct List<'a>(WireItems<'a>);

impl<'de> Deserializer<'de> for List<'de> {
    type Error = var::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, var::Error> {
        visitor.visit_seq(ItemAccess(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, var::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, var::Error> {
        // A value of mooR's own that stands alone.
        match (self.0.len(), name) {
            (1, journeyman_core::value::TAGGED) => {
                let node = self.0.next().transpose()?.ok_or_else(no_item)?;
                NodeDeserializer(node).deserialize_newtype_struct(name, visitor)
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, var::Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

fn no_item() -> var::Error {
    var::Error::new("there is no argument")
}
