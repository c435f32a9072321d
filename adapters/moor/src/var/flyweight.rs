//! Flyweights.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess},
};

use super::{
    Obj, Symbol, Var,
    tag::{self, Tag, Tagged},
};

/// A flyweight: `<#1, [name -> "x"], {1, 2}>`, a small object without an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flyweight {
    /// The object that it behaves as.
    pub delegate: Obj,
    /// Its named slots.
    pub slots: Vec<(Symbol, Var)>,
    /// Its contents.
    pub contents: Vec<Var>,
}

impl Flyweight {
    /// The slot of this name, without case.
    pub fn slot(&self, name: &str) -> Option<&Var> {
        self.slots.iter().find(|(slot, _)| slot == name).map(|(_, value)| value)
    }
}

/// The slots as a list of `[name, value]`.
struct Slots<'a>(&'a [(Symbol, Var)]);

impl Serialize for Slots<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(name, value)| (name.as_str(), value)))
    }
}

impl Serialize for Flyweight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = (&self.delegate, Slots(&self.slots), &self.contents);
        Tag::Flyweight.serialize_pair(serializer, &parts)
    }
}

impl<'de> Deserialize<'de> for Flyweight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tag::deserialize(deserializer)
    }
}

impl<'de> Tagged<'de> for Flyweight {
    const EXPECTING: &'static str = "a flyweight";

    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error> {
        match tag {
            Tag::Flyweight => tag::content::<A, Read>(seq).map(|read| read.0),
            _ => Err(tag.unexpected(Self::EXPECTING)),
        }
    }
}

struct Read(Flyweight);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Read;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of delegate, slots and contents")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Read, A::Error> {
                let missing = || de::Error::custom("a flyweight has delegate, slots and contents");
                let delegate = seq.next_element()?.ok_or_else(missing)?;
                let slots: Vec<(String, Var)> = seq.next_element()?.ok_or_else(missing)?;
                let contents = seq.next_element()?.ok_or_else(missing)?;
                let slots = slots.into_iter().map(|(name, value)| (name.into(), value)).collect();
                Ok(Read(Flyweight { delegate, slots, contents }))
            }
        }
        deserializer.deserialize_seq(Visitor)
    }
}
