//! YAML as a tree that knows its lines.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

use super::error::TemplateError;

const MAX_DEPTH: usize = 64;

/// The most nodes of a text, those that aliases stand for included.
const MAX_NODES: usize = 100_000;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A scalar with what it means.
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// What it is, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar(Value::Null) => "nothing",
            Content::Scalar(Value::Bool(_)) => "a truth value",
            Content::Scalar(Value::Number(_)) => "a number",
            Content::Scalar(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(Value::Null))
    }

    pub(crate) fn to_json(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Map(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, node)| (key.clone(), node.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    fn size(&self) -> usize {
        1 + match &self.content {
            Content::Scalar(_) => 0,
            Content::List(items) => items.iter().map(Self::size).sum(),
            Content::Map(members) => members.iter().map(|(_, node)| node.size()).sum(),
        }
    }
}

/// A list or map that is not finished.
struct Open {
    anchor: usize,
    node: Node,
    key: Option<String>,
}

/// Reads the only document of a text.
pub(crate) fn parse(text: &str) -> Result<Node, TemplateError> {
    let mut reader = Reader { open: Vec::new(), anchors: HashMap::new(), root: None, nodes: 0 };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| {
            TemplateError::new(error.marker().line(), "", format!("no YAML: {}", error.info()))
        })?;
        reader.event(event, span.start.line())?;
    }
    reader.root.ok_or_else(|| TemplateError::new(1, "", "the file is empty"))
}

struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    nodes: usize,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), TemplateError> {
        let content = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| format!("{}{}", tag.handle, tag.suffix));
                let value = match tag.as_deref() {
                    None if style == ScalarStyle::Plain => plain(&text, line)?,
                    None | Some("!" | "tag:yaml.org,2002:str") => Value::from(text.as_ref()),
                    Some(_) => plain(&text, line)?,
                };
                // A key is its text, whatever else it could mean.
                if let Some(Open { node, key: key @ None, .. }) = self.open.last_mut()
                    && let Content::Map(members) = &node.content
                {
                    if members.iter().any(|(other, _)| *other == *text) {
                        let problem = format!("the key `{}` is there twice", shorten(&text));
                        return Err(TemplateError::new(line, "", problem));
                    }
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                return self.finished(Node { line, content: Content::Scalar(value) }, anchor);
            }
            Event::SequenceStart(anchor, _) => (Content::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => (Content::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { anchor, node, .. }) = self.open.pop() else { return Ok(()) };
                return self.finished(node, anchor);
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(TemplateError::new(line, "", "an alias for something unfinished"));
                };
                self.count(node.size(), line)?;
                return self.finished(node, 0);
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                let problem = "a second document; a file holds one template";
                return Err(TemplateError::new(line, "", problem));
            }
            _ => return Ok(()),
        };
        if self.awaits_key() {
            return Err(TemplateError::new(line, "", "a list or a map as a key"));
        }
        if self.open.len() == MAX_DEPTH {
            let problem = format!("more than {MAX_DEPTH} levels");
            return Err(TemplateError::new(line, "", problem));
        }
        let (content, anchor) = content;
        self.open.push(Open { anchor, node: Node { line, content }, key: None });
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.key.is_none() && matches!(open.node.content, Content::Map(_)))
    }

    fn count(&mut self, nodes: usize, line: usize) -> Result<(), TemplateError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(TemplateError::new(line, "", format!("more than {MAX_NODES} values")));
        }
        Ok(())
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Result<(), TemplateError> {
        self.count(1, node.line)?;
        if self.awaits_key() {
            return Err(TemplateError::new(node.line, "", "an alias as a key"));
        }
        if anchor > 0 {
            self.count(node.size(), node.line)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { node: outer, key, .. }) => match &mut outer.content {
                Content::List(items) => items.push(node),
                Content::Map(members) => members.extend(key.take().map(|key| (key, node))),
                Content::Scalar(_) => {}
            },
        }
        Ok(())
    }
}

/// What a scalar without quotes means.
fn plain(text: &str, line: usize) -> Result<Value, TemplateError> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" => {
            let problem = format!("{text} has no counterpart in JSON");
            return Err(TemplateError::new(line, "", problem));
        }
        _ => number(text).map_or_else(|| Value::from(text), Value::Number),
    })
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            let value = i64::from_str_radix(rest, radix).ok().filter(|_| !rest.starts_with('+'))?;
            return Some(Number::from(if text.starts_with('-') { -value } else { value }));
        }
    }
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.ends_with(|last: char| last.is_ascii_digit() || last == '.')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    // With zeros in front it is a text, such as a postcode.
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.contains('.');
    if !is_number || padded {
        return None;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let whole = text.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| text.parse::<u64>().map(Number::from));
    whole.ok().or_else(|| Number::from_f64(text.parse().ok()?))
}

/// A text for an error message.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn meanings_of_scalars() {
        let text = "a: 1\nb: -0x1f\nc: 1.5e3\nd: '1'\ne: yes\nf: ~\ng: [True, 007, +3, 1.2.3]\n\
            h: !!str 5\ni: &x {k: v}\nj: *x\n1: 18446744073709551615\n";
        let expected = json!({
            "a": 1, "b": -31, "c": 1500.0, "d": "1", "e": "yes", "f": null,
            "g": [true, "007", 3, "1.2.3"], "h": "5", "i": { "k": "v" }, "j": { "k": "v" },
            "1": 18_446_744_073_709_551_615_u64,
        });
        assert_eq!(parse(text).unwrap().to_json(), expected);
    }

    #[test]
    fn errors_have_lines() {
        let deep = "[".repeat(100);
        let bomb = format!(
            "a: &a [{}]\nb: &b [{}]\nc: [{}]\n",
            vec!["x"; 100].join(","),
            vec!["*a"; 100].join(","),
            vec!["*b"; 100].join(",")
        );
        for (text, line, why) in [
            ("", 1, "empty"),
            ("a: 1\na: 2\n", 2, "`a` is there twice"),
            ("a: 1\nb: [1, 2\n", 3, "no YAML"),
            ("a: .nan\n", 1, "no counterpart"),
            ("a: 1\n---\nb: 2\n", 2, "second document"),
            ("? [1]\n: 2\n", 1, "as a key"),
            ("a: &x [*x]\n", 1, "unfinished"),
            (&deep, 1, "levels"),
            (&bomb, 3, "values"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.problem().contains(why), "{text:.40}: {error}");
            assert_eq!(error.line(), line, "{text:.40}: {error}");
        }
    }
}
