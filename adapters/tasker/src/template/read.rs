//! From values with lines to types, with lines and keys in errors. Keys that no type knows are
//! noted.

use std::cell::RefCell;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess,
    SeqAccess, Visitor, value::StringDeserializer,
};
use serde_json::Value;

use super::{
    error::{Fault, join},
    node::{Kind, Member, Node},
};

/// What was found besides the value.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Keys that nobody knows: line and key.
    pub(super) unknown: RefCell<Vec<(usize, String)>>,
}

pub(super) fn read<T: DeserializeOwned>(node: &Node, notes: &Notes) -> Result<T, Fault> {
    T::deserialize(Reader { node, at: String::new(), line: node.line, notes })
}

struct Reader<'a> {
    node: &'a Node,
    /// Its key, from the root.
    at: String,
    /// The line of its key, for what is not known.
    line: usize,
    notes: &'a Notes,
}

impl<'a> Reader<'a> {
    fn visit<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.node.kind {
            Kind::Leaf(value) => leaf(value, visitor),
            Kind::List(items) => {
                visitor.visit_seq(Items { items, next: 0, at: &self.at, notes: self.notes })
            }
            Kind::Map(members) => visitor.visit_map(Members {
                members: members.iter(),
                value: None,
                at: &self.at,
                notes: self.notes,
            }),
        };
        result.map_err(|fault| fault.in_line(self.node.line))
    }
}

/// A leaf; errors are ours, not those of serde_json.
fn leaf<'de, V: Visitor<'de>>(value: &Value, visitor: V) -> Result<V::Value, Fault> {
    match value {
        Value::Null => visitor.visit_unit(),
        Value::Bool(value) => visitor.visit_bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (_, Some(value)) => visitor.visit_u64(value),
            (Some(value), _) => visitor.visit_i64(value),
            _ => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => visitor.visit_str(text),
        Value::Array(_) | Value::Object(_) => Err(Fault::custom("a leaf with leaves")),
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Leaf(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let result = match &self.node.kind {
            Kind::Leaf(Value::String(text)) => {
                let text: StringDeserializer<Fault> = text.clone().into_deserializer();
                visitor.visit_enum(text)
            }
            _ => Err(Fault::custom("wants a word")),
        };
        result.map_err(|fault| fault.in_line(self.node.line))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // A struct could be read from a list, which nobody means here.
        match &self.node.kind {
            Kind::Map(_) => self.visit(visitor),
            _ => {
                let problem = format!("must be a map with keys such as `{}`", fields.join("`, `"));
                Err(Fault::new(self.node.line, problem))
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // JSON that is kept as text, which only its own library can make.
        let value = self.node.value();
        value
            .deserialize_newtype_struct(name, visitor)
            .map_err(|error| Fault::new(self.node.line, error.to_string()))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.notes.unknown.borrow_mut().push((self.line, self.at));
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

struct Items<'a> {
    items: &'a [Node],
    next: usize,
    at: &'a str,
    notes: &'a Notes,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.items.get(self.next) else { return Ok(None) };
        let key = format!("[{}]", self.next);
        self.next += 1;
        let reader = Reader { node, at: join(self.at, &key), line: node.line, notes: self.notes };
        seed.deserialize(reader).map(Some).map_err(|fault| fault.in_line(node.line).under(&key))
    }
}

struct Members<'a> {
    members: std::slice::Iter<'a, Member>,
    value: Option<&'a Member>,
    at: &'a str,
    notes: &'a Notes,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.value = self.members.next();
        let Some(member) = self.value else { return Ok(None) };
        let key: StringDeserializer<Fault> = member.key.clone().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(member) = self.value.take() else {
            return Err(Fault::custom("a value without a key"));
        };
        let reader = Reader {
            node: &member.value,
            at: join(self.at, &member.key),
            line: member.line,
            notes: self.notes,
        };
        seed.deserialize(reader)
            .map_err(|fault| fault.in_line(member.value.line.max(1)).under(&member.key))
    }
}
