//! A configuration with the lines of its values.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use journeyman_core::{Value, value_de::ValueDeserializer};
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess,
        Visitor, value::MapAccessDeserializer,
    },
};

use super::{ConfigFileError, error::Fault, variable::Variable};
use crate::pyjson::{Pair, Tree};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// From 1.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Leaf(Value),
    List(Vec<Node>),
    Map(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn empty() -> Self {
        Self { line: 1, kind: Kind::Map(Vec::new()) }
    }

    /// Whether Python takes it for false: upstream then takes an empty object instead.
    pub(super) fn is_falsy(&self) -> bool {
        match &self.kind {
            Kind::Leaf(Value::Null | Value::Bool(false) | Value::Int(0)) => true,
            Kind::Leaf(Value::Float(float)) => *float == 0.0,
            Kind::Leaf(Value::String(text)) => text.is_empty(),
            Kind::Leaf(_) => false,
            Kind::List(items) => items.is_empty(),
            Kind::Map(members) => members.is_empty(),
        }
    }

    fn value(&self) -> Value {
        match &self.kind {
            Kind::Leaf(value) => value.clone(),
            Kind::List(items) => Value::List(items.iter().map(Self::value).collect()),
            Kind::Map(members) => Value::object(
                members.iter().map(|member| (member.key.as_str(), member.value.value())),
            ),
        }
    }

    fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(members) => members.iter().find(|m| m.key == key).map(|m| &m.value),
            _ => None,
        }
    }

    /// Turns places in bytes into lines.
    pub(super) fn count_lines(&mut self, starts: &[usize]) {
        let line = |at: usize| starts.partition_point(|start| *start <= at);
        self.line = line(self.line);
        match &mut self.kind {
            Kind::Leaf(_) => {}
            Kind::List(items) => items.iter_mut().for_each(|item| item.count_lines(starts)),
            Kind::Map(members) => {
                for member in members {
                    member.line = line(member.line);
                    member.value.count_lines(starts);
                }
            }
        }
    }
}

/// From JSON, with places in bytes instead of lines.
impl Tree for Node {
    fn leaf(at: usize, value: Value) -> Self {
        Self { line: at, kind: Kind::Leaf(value) }
    }

    fn list(at: usize, items: Vec<Self>) -> Self {
        Self { line: at, kind: Kind::List(items) }
    }

    fn map(at: usize, pairs: Vec<Pair<Self>>, _twins: bool) -> Self {
        let member = |pair: Pair<Self>| Member { key: pair.key, line: pair.at, value: pair.value };
        Self { line: at, kind: Kind::Map(pairs.into_iter().map(member).collect()) }
    }
}

/// The configuration of a prop, from its file.
#[derive(Clone, PartialEq)]
pub struct Document {
    pub(super) file: Option<PathBuf>,
    pub(super) root: Node,
}

impl Default for Document {
    fn default() -> Self {
        Self { file: None, root: Node::empty() }
    }
}

impl Document {
    /// The file; `None` where there is none.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The whole as it stands in the file, with its placeholders: what upstream calls `config`.
    pub fn value(&self) -> Value {
        self.root.value()
    }

    /// The configuration as a type of yours. A text that is wholly `${NAME}` is replaced by the
    /// environment variable of that name, and read as what the type wants.
    ///
    /// # Errors
    /// It does not fit the type, or a variable is not set: with file, line and key. Values of
    /// variables are not shown.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigFileError> {
        self.read_with(&|name| std::env::var(name).ok())
    }

    /// As [`read`](Self::read), with variables of one's own.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with<T: DeserializeOwned>(
        &self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<T, ConfigFileError> {
        let file = self.file.as_deref().unwrap_or(Path::new("(no config file)"));
        T::deserialize(Reader { node: &self.root, variable })
            .map_err(|fault| ConfigFileError::at(file, fault.in_line(self.root.line)))
    }

    /// Upstream's `resolve_config_var`: the value under a key, or the default when it is missing or
    /// null. A text that is wholly `${NAME}` is replaced by the environment variable, or the default
    /// where that is not set; a placeholder inside of a longer text stays (Halloween sheet,
    /// section 4.1).
    pub fn resolve(&self, key: &str, default: impl Into<Value>) -> Value {
        self.resolve_with(key, default, &|name| std::env::var(name).ok())
    }

    /// As [`resolve`](Self::resolve), with variables of one's own.
    pub fn resolve_with(
        &self,
        key: &str,
        default: impl Into<Value>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Value {
        match self.root.get(key).map(Node::value) {
            None | Some(Value::Null) => default.into(),
            Some(Value::String(text)) => match placeholder(&text) {
                Some(name) => variable(name).map_or_else(|| default.into(), Value::String),
                None => Value::String(text),
            },
            Some(value) => value,
        }
    }

    /// A text under a key of the top level, with its line.
    pub(super) fn text(&self, key: &str) -> Option<(&str, usize)> {
        let node = self.root.get(key)?;
        match &node.kind {
            Kind::Leaf(Value::String(text)) => Some((text, node.line)),
            _ => None,
        }
    }

    pub(super) fn node(&self, key: &str) -> Option<&Node> {
        self.root.get(key)
    }
}

/// Shows no values: they may be secrets.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("file", &self.file).finish_non_exhaustive()
    }
}

/// The name in a text that is wholly `${NAME}`.
fn placeholder(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (!name.is_empty() && !name.contains(['$', '{', '}'])).then_some(name)
}

struct Reader<'a> {
    node: &'a Node,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Reader<'a> {
    /// What stands for a placeholder.
    fn variable(&self, value: &'a Value) -> Result<Option<Variable<'a>>, Fault> {
        let Some(name) = value.as_str().and_then(placeholder) else { return Ok(None) };
        let missing = || Fault::new(0, format!("the environment variable {name} is not set"));
        Ok(Some(Variable { name, text: (self.variable)(name).ok_or_else(missing)? }))
    }

    fn elements(&self, items: &'a [Node]) -> Elements<'a> {
        Elements { items: items.iter().enumerate(), variable: self.variable }
    }

    fn members(&self, members: &'a [Member]) -> Members<'a> {
        Members { members: members.iter(), value: None, variable: self.variable }
    }
}

macro_rules! ask {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Fault> {
            match &self.node.kind {
                Kind::List(items) => visitor.visit_seq(self.elements(items)),
                Kind::Map(members) => visitor.visit_map(self.members(members)),
                Kind::Leaf(value) => match self.variable(value)? {
                    Some(variable) => variable.$method(visitor),
                    None => ValueDeserializer(value).$method(visitor).map_err(Fault::custom),
                },
            }
        }
    )+};
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Fault;

    ask! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_seq deserialize_map deserialize_identifier
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Fault> {
        // A placeholder that nobody reads needs no variable.
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Leaf(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Map(members) => MapAccessDeserializer::new(self.members(members))
                .deserialize_enum(name, variants, visitor),
            Kind::List(_) => Err(Fault::custom("a list where one of several words was expected")),
            Kind::Leaf(value) => match self.variable(value)? {
                Some(variable) => variable.deserialize_enum(name, variants, visitor),
                None => ValueDeserializer(value)
                    .deserialize_enum(name, variants, visitor)
                    .map_err(Fault::custom),
            },
        }
    }
}

struct Elements<'a> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> SeqAccess<'a> for Elements<'a> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((at, node)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Reader { node, variable: self.variable })
            .map(Some)
            .map_err(|fault| fault.in_line(node.line).under(&format!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Members<'a> {
    members: std::slice::Iter<'a, Member>,
    value: Option<&'a Member>,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> MapAccess<'a> for Members<'a> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.value = self.members.next();
        let Some(member) = self.value else { return Ok(None) };
        let key: serde::de::value::StrDeserializer<'a, Fault> =
            member.key.as_str().into_deserializer();
        seed.deserialize(key)
            .map(Some)
            .map_err(|fault| fault.in_line(member.line).under(&member.key))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(member) = self.value.take() else {
            return Err(Fault::custom("a value before its key"));
        };
        seed.deserialize(Reader { node: &member.value, variable: self.variable })
            .map_err(|fault| fault.in_line(member.line).under(&member.key))
    }
}
