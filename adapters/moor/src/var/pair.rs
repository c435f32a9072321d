//! What a value of mooR's own kinds shows to serde: the pair (tag, value), and what is in it.

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, IntoDeserializer, SeqAccess, Visitor,
        value::{SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

use super::{
    Error, Obj,
    de::{Items, NodeDeserializer, give},
    node::{Code, ErrorView, FlyweightView, Node, View},
    tag::Tag,
};

/// A part of such a value.
pub(crate) enum Part<'de, N: Node<'de>> {
    /// A value of such a kind.
    Value(View<'de, N>),
    /// The pair of tag and value inside it.
    Tagged(View<'de, N>),
    /// What stands behind the tag.
    Content(View<'de, N>),
    /// A value inside it.
    Node(N),
    Text(&'de str),
    Null,
    Slots(N::Slots),
    Slot(&'de str, N),
    Items(N::Items),
}

impl<'de, N: Node<'de>> Deserializer<'de> for Part<'de, N> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Value(view) => give(view, visitor),
            Self::Tagged(view) => {
                visitor.visit_seq(Pair { tag: Some(tag(&view)), content: Some(view) })
            }
            Self::Content(view) => content(view, visitor),
            Self::Node(node) => NodeDeserializer(node).deserialize_any(visitor),
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Null => visitor.visit_unit(),
            Self::Slots(slots) => visitor.visit_seq(SlotList(slots)),
            Self::Slot(name, value) => list([Self::Text(name), Self::Node(value)], visitor),
            Self::Items(items) => visitor.visit_seq(Items(items)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_none(),
            Self::Node(node) => NodeDeserializer(node).deserialize_option(visitor),
            other => visitor.visit_some(other),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Value(view) => visitor.visit_newtype_struct(Part::Tagged(view)),
            Self::Node(node) => NodeDeserializer(node).deserialize_newtype_struct(name, visitor),
            other => visitor.visit_newtype_struct(other),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, N: Node<'de>> IntoDeserializer<'de, Error> for Part<'de, N> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn tag<'de, N: Node<'de>>(view: &View<'de, N>) -> Tag {
    match view {
        View::Obj(Obj::Anonymous(_)) | View::Anonymous(_) => Tag::Anonymous,
        View::Err(_) => Tag::Error,
        View::Sym(_) => Tag::Symbol,
        View::Flyweight(_) => Tag::Flyweight,
        _ => Tag::Object,
    }
}

/// What stands behind the tag, by the table of [the module](super).
fn content<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::Obj(Obj::Id(id)) => visitor.visit_i64(id.into()),
        View::Obj(Obj::Uuid(id)) => visitor.visit_string(id.to_string()),
        View::Obj(Obj::Anonymous(id)) | View::Anonymous(id) => visitor.visit_string(id.text()),
        View::Sym(text) => visitor.visit_borrowed_str(text),
        View::Err(ErrorView { code, message, value }) => {
            let code = match code {
                Code::Known(name) => Part::Text(name),
                Code::Custom(name) => Part::Value(View::Sym(name)),
            };
            let text = message.map_or(Part::Null, Part::Text);
            match (message, value) {
                (_, Some(value)) => list([code, text, Part::<N>::Node(value)], visitor),
                (Some(_), None) => list([code, text], visitor),
                (None, None) => list([code], visitor),
            }
        }
        View::Flyweight(FlyweightView { delegate, slots, contents }) => {
            let delegate = Part::<N>::Value(View::Obj(delegate));
            list([delegate, Part::Slots(slots), Part::Items(contents)], visitor)
        }
        _ => Err(Error::new("not a tagged value")),
    }
}

fn list<'de, N: Node<'de>, V: Visitor<'de>, const LENGTH: usize>(
    parts: [Part<'de, N>; LENGTH],
    visitor: V,
) -> Result<V::Value, Error> {
    visitor.visit_seq(SeqDeserializer::new(parts.into_iter()))
}

struct Pair<'de, N: Node<'de>> {
    tag: Option<Tag>,
    content: Option<View<'de, N>>,
}

impl<'de, N: Node<'de>> SeqAccess<'de> for Pair<'de, N> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if let Some(tag) = self.tag.take() {
            return seed.deserialize(StrDeserializer::<Error>::new(tag.as_str())).map(Some);
        }
        self.content.take().map(|view| seed.deserialize(Part::Content(view))).transpose()
    }
}

struct SlotList<I>(I);

impl<'de, N, I> SeqAccess<'de> for SlotList<I>
where
    N: Node<'de>,
    I: ExactSizeIterator<Item = Result<(&'de str, N), Error>>,
{
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(slot) = self.0.next() else { return Ok(None) };
        let (name, value) = slot?;
        seed.deserialize(Part::Slot(name, value)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}
