//! MOO values and the generic value of the core: the same, without loss.

use journeyman_core::Value;
use serde::Deserialize;

use super::{Error, ErrorCode, Flyweight, MooError, Obj, Var, tag::Tag};

fn tagged(tag: &Tag, value: impl Into<Value>) -> Value {
    Value::tagged(tag.as_str().to_owned(), value)
}

impl From<Var> for Value {
    fn from(var: Var) -> Self {
        match var {
            Var::None => Self::Null,
            Var::Bool(value) => Self::Bool(value),
            Var::Int(value) => Self::Int(value),
            Var::Float(value) => Self::Float(value),
            Var::Str(text) => Self::String(text),
            Var::Obj(obj) => obj.into(),
            Var::Err(error) => error.into(),
            Var::List(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Var::Map(pairs) => Self::Map(
                pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            ),
            Var::Sym(symbol) => tagged(&Tag::Symbol, symbol.as_str()),
            Var::Binary(bytes) => Self::Bytes(bytes),
            Var::Flyweight(flyweight) => (*flyweight).into(),
            Var::Anonymous(id) => tagged(&Tag::Anonymous, id.text()),
        }
    }
}

impl From<Obj> for Value {
    fn from(obj: Obj) -> Self {
        match obj {
            Obj::Id(id) => tagged(&Tag::Object, id),
            Obj::Uuid(id) => tagged(&Tag::Object, id.to_string()),
            Obj::Anonymous(id) => tagged(&Tag::Anonymous, id.text()),
        }
    }
}

impl From<MooError> for Value {
    fn from(error: MooError) -> Self {
        let mut parts = vec![match &error.code {
            ErrorCode::Custom(symbol) => tagged(&Tag::Symbol, symbol.as_str()),
            known => Self::from(known.name()),
        }];
        if error.message.is_some() || error.value.is_some() {
            parts.push(error.message.into());
        }
        parts.extend(error.value.map(|value| Self::from(*value)));
        tagged(&Tag::Error, parts)
    }
}

impl From<Flyweight> for Value {
    fn from(flyweight: Flyweight) -> Self {
        let slot = |(name, value): (super::Symbol, Var)| {
            Self::List(vec![Self::from(name.as_str()), value.into()])
        };
        let slots: Vec<Self> = flyweight.slots.into_iter().map(slot).collect();
        let contents: Vec<Self> = flyweight.contents.into_iter().map(Self::from).collect();
        let parts = vec![flyweight.delegate.into(), slots.into(), contents.into()];
        tagged(&Tag::Flyweight, parts)
    }
}

/// Fails for what mooR has no value for: integers beyond 64 bits, and kinds of other wires.
impl TryFrom<Value> for Var {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        Ok(match value {
            Value::Null => Self::None,
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Int(value),
            Value::BigInt(value) => return Err(super::tree::too_large(value)),
            Value::Float(value) => Self::Float(value),
            Value::String(text) => Self::Str(text),
            Value::Bytes(bytes) => Self::Binary(bytes),
            Value::List(items) => {
                Self::List(items.into_iter().map(Self::try_from).collect::<Result<_, _>>()?)
            }
            Value::Map(pairs) => {
                let pair = |(key, value)| Ok((Self::try_from(key)?, Self::try_from(value)?));
                Self::Map(pairs.into_iter().map(pair).collect::<Result<_, Error>>()?)
            }
            tagged @ Value::Tagged(_) => {
                Self::deserialize(journeyman_core::value_de::ValueDeserializer(&tagged))
                    .map_err(|error| Error::new(error.to_string()))?
            }
            other => return Err(Error::new(format!("mooR has no value for {}", other.kind()))),
        })
    }
}
