//! A place in a template's tree, and how values are taken from it.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::error::TemplateError;
use super::yaml::{Content, Node, shorten};

/// A node with its key.
#[derive(Clone, Debug)]
pub(crate) struct At<'a> {
    node: &'a Node,
    key: String,
}

impl<'a> At<'a> {
    pub(crate) fn root(node: &'a Node) -> Self {
        Self { node, key: String::new() }
    }

    pub(crate) fn line(&self) -> usize {
        self.node.line
    }

    pub(crate) fn error(&self, problem: impl Into<String>) -> TemplateError {
        TemplateError::new(self.node.line, self.key.as_str(), problem)
    }

    fn wanted(&self, wanted: &str) -> TemplateError {
        self.error(format!("{wanted} is wanted, this is {}", self.node.kind()))
    }

    pub(crate) fn into_text(self) -> Result<String, TemplateError> {
        match &self.node.content {
            Content::Scalar(Value::String(text)) => Ok(text.clone()),
            Content::Scalar(value @ (Value::Number(_) | Value::Bool(_))) => Err(self.error(
                format!("a text is wanted, {value} is {}: put it in quotes", self.node.kind()),
            )),
            _ => Err(self.wanted("a text")),
        }
    }

    /// A text of so many letters.
    pub(crate) fn text_of(&self, length: RangeInclusive<usize>) -> Result<String, TemplateError> {
        let text = self.clone().into_text()?;
        if !length.contains(&text.chars().count()) {
            let (min, max) = length.into_inner();
            return Err(self.error(format!("{min} to {max} letters are wanted")));
        }
        Ok(text)
    }

    pub(crate) fn number(&self, range: RangeInclusive<u32>) -> Result<u32, TemplateError> {
        let Content::Scalar(Value::Number(number)) = &self.node.content else {
            return Err(self.wanted("a whole number"));
        };
        let value = number.as_u64().and_then(|value| u32::try_from(value).ok());
        value.filter(|value| range.contains(value)).ok_or_else(|| {
            let (min, max) = range.into_inner();
            self.error(format!("{number} is not a whole number from {min} to {max}"))
        })
    }

    pub(crate) fn truth(&self) -> Result<bool, TemplateError> {
        match self.node.content {
            Content::Scalar(Value::Bool(value)) => Ok(value),
            _ => Err(self.wanted("`true` or `false`")),
        }
    }

    pub(crate) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, TemplateError> {
        let text = self.clone().into_text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|&(_, value)| value).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|&(word, _)| word).collect();
            self.error(format!("{:?} is none of: {}", shorten(&text), words.join(", ")))
        })
    }

    pub(crate) fn items(&self) -> Result<Vec<Self>, TemplateError> {
        let Content::List(items) = &self.node.content else { return Err(self.wanted("a list")) };
        let item = |(at, node)| Self { node, key: format!("{}[{at}]", self.key) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(crate) fn map_json(&self) -> Result<Value, TemplateError> {
        match self.node.content {
            Content::Map(_) => Ok(self.node.to_json()),
            _ => Err(self.wanted("a map")),
        }
    }

    /// The place of a step's dependency; of the step where that can not be found.
    pub(crate) fn dependency(&self, at: usize) -> Self {
        let Content::Map(members) = &self.node.content else { return self.clone() };
        let found = members.iter().find(|(key, _)| key == "dependencies" || key == "depends_on");
        match found.map(|(key, node)| (key, &node.content)) {
            Some((key, Content::List(items))) if at < items.len() => {
                Self { node: &items[at], key: format!("{}.{key}[{at}]", self.key) }
            }
            _ => self.clone(),
        }
    }
}

/// The members of a map. What is null counts as absent.
pub(crate) struct Fields<'a> {
    at: At<'a>,
    left: Vec<(&'a str, &'a Node)>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(at: At<'a>) -> Result<Self, TemplateError> {
        let Content::Map(members) = &at.node.content else { return Err(at.wanted("a map")) };
        let left = members.iter().map(|(key, node)| (key.as_str(), node)).collect();
        Ok(Self { at, left })
    }

    fn key(&self, name: &str) -> String {
        match self.at.key.as_str() {
            "" => shorten(name),
            outer => format!("{outer}.{}", shorten(name)),
        }
    }

    pub(crate) fn optional(&mut self, name: &str) -> Option<At<'a>> {
        let found = self.left.iter().position(|(key, _)| *key == name)?;
        let (_, node) = self.left.remove(found);
        (!node.is_null()).then(|| At { node, key: self.key(name) })
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<At<'a>, TemplateError> {
        let line = self.at.node.line;
        let missing = TemplateError::new(line, self.key(name), "is missing");
        self.optional(name).ok_or(missing)
    }

    /// A member with two names, of which one may be there.
    pub(crate) fn either(&mut self, a: &str, b: &str) -> Result<Option<At<'a>>, TemplateError> {
        match (self.optional(a), self.optional(b)) {
            (Some(_), Some(second)) => Err(second.error(format!("is the same as `{a}`"))),
            (first, second) => Ok(first.or(second)),
        }
    }

    /// What is left means nothing; upstream passes over it.
    pub(crate) fn finish(self, warnings: &mut Vec<TemplateError>) {
        for (name, node) in &self.left {
            warnings.push(TemplateError::new(node.line, self.key(name), "means nothing"));
        }
    }
}
