//! A MOO value as a serde source: plain types and mooR's own read from it alike.

use std::fmt;

use journeyman_core::value::TAGGED;
use serde::{
    Deserializer,
    de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::{
    Error, Obj,
    node::{Node, View},
    pair::Part,
    symbol,
};

/// Reads from a node.
#[derive(Clone, Copy)]
pub(crate) struct NodeDeserializer<N>(pub(crate) N);

/// The error of a value that is not what the type takes.
fn mismatch<'de, N: Node<'de>, V: Visitor<'de>>(view: &View<'de, N>, visitor: &V) -> Error {
    de::Error::invalid_type(de::Unexpected::Other(view.kind()), visitor)
}

/// Gives a value to a visitor as what it is.
pub(crate) fn give<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::None => visitor.visit_unit(),
        View::Bool(value) => visitor.visit_bool(value),
        View::Int(value) => visitor.visit_i64(value),
        View::Float(value) => visitor.visit_f64(value),
        View::Str(text) => visitor.visit_borrowed_str(text),
        View::Binary(bytes) => visitor.visit_borrowed_bytes(bytes),
        View::List(items) => visitor.visit_seq(Items(items)),
        View::Map(pairs) => visitor.visit_map(Pairs { pairs, value: None, fields: &[] }),
        tagged => visitor.visit_newtype_struct(Part::Tagged(tagged)),
    }
}

/// As `give`, for a type that takes no value of mooR's own kinds.
fn plain<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::Obj(_) | View::Err(_) | View::Sym(_) | View::Flyweight(_) | View::Anonymous(_) => {
            Err(mismatch(&view, &visitor))
        }
        view => give(view, visitor),
    }
}

macro_rules! by {
    ($reader:ident: $($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            $reader(self.0.view()?, visitor)
        }
    )+};
}

fn integer<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::Obj(Obj::Id(id)) => visitor.visit_i64(id.into()),
        view => plain(view, visitor),
    }
}

fn text<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::Sym(text) => visitor.visit_borrowed_str(text),
        view => plain(view, visitor),
    }
}

/// Servers without booleans have 0 and 1.
fn boolean<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::Int(value @ (0 | 1)) => visitor.visit_bool(value == 1),
        view => plain(view, visitor),
    }
}

fn sequence<'de, N: Node<'de>, V: Visitor<'de>>(
    view: View<'de, N>,
    visitor: V,
) -> Result<V::Value, Error> {
    match view {
        View::Binary(bytes) => {
            visitor.visit_seq(de::value::SeqDeserializer::new(bytes.iter().copied()))
        }
        view => plain(view, visitor),
    }
}

impl<'de, N: Node<'de>> Deserializer<'de> for NodeDeserializer<N> {
    type Error = Error;

    by! { give: deserialize_any }
    by! {
        integer:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }
    by! { text: deserialize_char deserialize_str deserialize_string deserialize_identifier }
    by! { boolean: deserialize_bool }
    by! { sequence: deserialize_seq }
    by! {
        plain:
        deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_map
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.view()? {
            View::None => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    /// By its name, mooR's own types ask for the pair of tag and value; other newtypes are
    /// transparent.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != TAGGED {
            return visitor.visit_newtype_struct(self);
        }
        match self.0.view()? {
            view @ (View::Obj(_)
            | View::Err(_)
            | View::Sym(_)
            | View::Flyweight(_)
            | View::Anonymous(_)) => visitor.visit_newtype_struct(Part::Tagged(view)),
            View::Str(text) => visitor.visit_borrowed_str(text),
            view => Err(mismatch(&view, &visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0.view()? {
            View::Map(pairs) => visitor.visit_map(Pairs { pairs, value: None, fields }),
            view => plain(view, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let wrong = || Error::new("an enum is a string, a symbol, or a map with one such key");
        match self.0.view()? {
            View::Str(name) | View::Sym(name) => {
                visitor.visit_enum(Variant::<N> { name: canonical(name, variants), content: None })
            }
            View::Map(mut pairs) if pairs.len() == 1 => {
                let (key, content) = pairs.next().ok_or_else(wrong)??;
                let (View::Str(name) | View::Sym(name)) = key.view()? else { return Err(wrong()) };
                let name = canonical(name, variants);
                visitor.visit_enum(Variant { name, content: Some(content) })
            }
            _ => Err(wrong()),
        }
    }
}

/// The name that a type has for a key; the server does not tell keys apart by case.
fn canonical<'de>(name: &'de str, names: &'static [&'static str]) -> &'de str {
    if names.contains(&name) {
        return name;
    }
    names.iter().find(|known| symbol::same(known, name)).copied().unwrap_or(name)
}

pub(crate) struct Items<I>(pub(crate) I);

impl<'de, N, I> SeqAccess<'de> for Items<I>
where
    N: Node<'de>,
    I: ExactSizeIterator<Item = Result<N, Error>>,
{
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(NodeDeserializer(item?))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Pairs<N, I> {
    pairs: I,
    value: Option<N>,
    /// The fields of the struct that is read; empty for a map.
    fields: &'static [&'static str],
}

impl<'de, N, I> MapAccess<'de> for Pairs<N, I>
where
    N: Node<'de>,
    I: ExactSizeIterator<Item = Result<(N, N), Error>>,
{
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(pair) = self.pairs.next() else { return Ok(None) };
        let (key, value) = pair?;
        self.value = Some(value);
        if !self.fields.is_empty()
            && let View::Str(name) | View::Sym(name) = key.view()?
        {
            let name = canonical(name, self.fields);
            return seed.deserialize(de::value::BorrowedStrDeserializer::new(name)).map(Some);
        }
        seed.deserialize(NodeDeserializer(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::new("value before key"))?;
        seed.deserialize(NodeDeserializer(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len())
    }
}

struct Variant<'de, N> {
    name: &'de str,
    content: Option<N>,
}

impl<'de, N: Node<'de>> EnumAccess<'de> for Variant<'de, N> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name = seed.deserialize(de::value::BorrowedStrDeserializer::<Error>::new(self.name))?;
        Ok((name, self))
    }
}

impl<'de, N: Node<'de>> Variant<'de, N> {
    fn content(self) -> Result<NodeDeserializer<N>, Error> {
        let Self { name, content } = self;
        content
            .map(NodeDeserializer)
            .ok_or_else(|| de::Error::custom(format_args!("the variant `{name}` needs a value")))
    }
}

impl<'de, N: Node<'de>> VariantAccess<'de> for Variant<'de, N> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None => Ok(()),
            Some(content) if matches!(content.view()?, View::None) => Ok(()),
            Some(_) => {
                Err(de::Error::custom(format_args!("the variant `{}` has no value", self.name)))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.content()?.deserialize_struct("", fields, visitor)
    }
}

impl<N> fmt::Debug for NodeDeserializer<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeDeserializer")
    }
}
