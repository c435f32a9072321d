//! A template with the lines of its values.

use serde_json::{Map, Value};

use super::error::join;

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
    pub(super) fn value(&self) -> Value {
        match &self.kind {
            Kind::Leaf(value) => value.clone(),
            Kind::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            Kind::Map(members) => {
                let pairs = members.iter().map(|m| (m.key.clone(), m.value.value()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    /// The line of what a key such as `steps[2].dependencies[0]` names, or of the nearest one
    /// around it.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.find("", key).unwrap_or(self.line)
    }

    fn find(&self, prefix: &str, key: &str) -> Option<usize> {
        let covers = |at: &str| {
            key.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        match &self.kind {
            Kind::Leaf(_) => None,
            Kind::List(items) => items.iter().enumerate().find_map(|(i, item)| {
                let at = join(prefix, &format!("[{i}]"));
                covers(&at).then(|| item.find(&at, key).unwrap_or(item.line))
            }),
            Kind::Map(members) => members.iter().find_map(|member| {
                let at = join(prefix, &member.key);
                covers(&at).then(|| member.value.find(&at, key).unwrap_or(member.line))
            }),
        }
    }
}
