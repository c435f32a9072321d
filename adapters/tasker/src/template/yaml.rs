//! YAML 1.2 as templates use it: of plain scalars, `true` and `false` in three spellings are truth
//! values, `null`, `~` and nothing are null, decimal, `0x`, `0o` and `0b` are integers; `yes` is a
//! text.
//!
//! Stricter where it helps: a key that is there twice is an error, and so is what has no
//! counterpart in JSON.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Number, Value};

use super::{
    error::Fault,
    node::{Kind, Member, Node},
};

const MAX_DEPTH: usize = 100;

/// The most values of a file, those that aliases repeat included.
const MAX_NODES: usize = 100_000;

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line();
            builder.fault(line, format!("is not YAML: {}", error.info()))
        })?;
        builder.event(event, span)?;
    }
    builder.root.ok_or_else(|| Fault::new(1, "is empty; a template has `name`, `steps` and more"))
}

#[derive(Default)]
struct Builder {
    root: Option<Node>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

/// A list or map that is being read.
struct Frame {
    line: usize,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        members: Vec<Member>,
        /// Maps to merge in, with lower rank.
        merged: Vec<Member>,
        key: Option<(Key, usize)>,
    },
}

enum Key {
    Text(String),
    Merge,
}

impl Builder {
    /// An error with the keys that are open.
    fn fault(&self, line: usize, problem: impl Into<String>) -> Fault {
        let mut fault = Fault::new(line, problem);
        for frame in self.open.iter().rev() {
            match &frame.content {
                Content::List(items) => fault = fault.under(&format!("[{}]", items.len())),
                Content::Map { key: Some((Key::Text(key), _)), .. } => fault = fault.under(key),
                Content::Map { .. } => {}
            }
        }
        fault
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| format!("{}{}", tag.handle, tag.suffix));
                let plain = style == ScalarStyle::Plain;
                if self.wants_key() {
                    return match plain && tag.is_none() && text == "<<" {
                        true => {
                            self.set_key(Key::Merge, line);
                            Ok(())
                        }
                        // A key is its text, whatever else it might mean.
                        false => self.add_key(text.into_owned(), line),
                    };
                }
                let value = match tag.as_deref() {
                    None if plain => self.resolve(&text, line)?,
                    None | Some("!" | "tag:yaml.org,2002:str") => Value::String(text.into_owned()),
                    Some(
                        "tag:yaml.org,2002:int"
                        | "tag:yaml.org,2002:float"
                        | "tag:yaml.org,2002:bool"
                        | "tag:yaml.org,2002:null",
                    ) => self.resolve(&text, line)?,
                    Some(tag) => return Err(self.unknown_tag(line, tag)),
                };
                self.node(Node { line, kind: Kind::Leaf(value) }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = tag.as_deref().map(|tag| format!("{}{}", tag.handle, tag.suffix));
                match tag.as_deref() {
                    None | Some("!" | "tag:yaml.org,2002:seq") => {}
                    Some(tag) => return Err(self.unknown_tag(line, tag)),
                }
                self.start(Frame { line, anchor, content: Content::List(Vec::new()) })
            }
            Event::MappingStart(anchor, tag) => {
                let tag = tag.as_deref().map(|tag| format!("{}{}", tag.handle, tag.suffix));
                match tag.as_deref() {
                    None | Some("!" | "tag:yaml.org,2002:map") => {}
                    Some(tag) => return Err(self.unknown_tag(line, tag)),
                }
                let content = Content::Map { members: Vec::new(), merged: Vec::new(), key: None };
                self.start(Frame { line, anchor, content })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Frame { line, anchor, content }) = self.open.pop() else { return Ok(()) };
                let kind = match content {
                    Content::List(items) => Kind::List(items),
                    Content::Map { mut members, merged, .. } => {
                        for member in merged {
                            if members.iter().all(|other| other.key != member.key) {
                                members.push(member);
                            }
                        }
                        Kind::Map(members)
                    }
                };
                // Its values were counted already.
                self.nodes = self.nodes.saturating_sub(1);
                self.node(Node { line, kind }, anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.fault(line, "an alias for something that is not finished"));
                };
                self.count(line, size(&node))?;
                self.place(node)
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(self.fault(line, "a second document; a file has one template"))
            }
            _ => Ok(()),
        }
    }

    fn unknown_tag(&self, line: usize, tag: &str) -> Fault {
        let tag: String = tag.chars().take(60).collect();
        self.fault(line, format!("the tag `{tag}` is not supported"))
    }

    fn count(&mut self, line: usize, nodes: usize) -> Result<(), Fault> {
        self.nodes += nodes;
        match self.nodes > MAX_NODES {
            true => Err(self.fault(line, format!("more than {MAX_NODES} values"))),
            false => Ok(()),
        }
    }

    fn start(&mut self, frame: Frame) -> Result<(), Fault> {
        if self.wants_key() {
            return Err(self.fault(frame.line, "a key that is a list or a map"));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(self.fault(frame.line, format!("more than {MAX_DEPTH} levels of nesting")));
        }
        self.count(frame.line, 1)?;
        self.open.push(frame);
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    /// A value is complete.
    fn node(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        self.count(node.line, 1)?;
        if anchor > 0 {
            self.count(node.line, size(&node))?;
            self.anchors.insert(anchor, node.clone());
        }
        self.place(node)
    }

    fn set_key(&mut self, new: Key, line: usize) {
        if let Some(Frame { content: Content::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some((new, line));
        }
    }

    fn place(&mut self, node: Node) -> Result<(), Fault> {
        if self.wants_key() {
            return Err(self.fault(node.line, "an alias as a key"));
        }
        match self.open.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { members, merged, key }) => match key.take() {
                Some((Key::Text(key), line)) => members.push(Member { key, line, value: node }),
                Some((Key::Merge, line)) => {
                    let maps = match node.kind {
                        Kind::List(maps) => maps,
                        _ => vec![node],
                    };
                    for map in maps {
                        let Kind::Map(others) = map.kind else {
                            return Err(Fault::new(line, "`<<` wants a map, or a list of maps"));
                        };
                        merged.extend(others);
                    }
                }
                None => {}
            },
        }
        Ok(())
    }

    fn add_key(&mut self, new: String, line: usize) -> Result<(), Fault> {
        let Some(Frame { content: Content::Map { members, key, .. }, .. }) = self.open.last_mut()
        else {
            return Ok(());
        };
        let twin = members.iter().find(|member| member.key == new).map(|member| member.line);
        *key = Some((Key::Text(new), line));
        match twin {
            Some(twin) => Err(self.fault(line, format!("is in line {twin} already"))),
            None => Ok(()),
        }
    }

    /// What a plain scalar means.
    fn resolve(&self, text: &str, line: usize) -> Result<Value, Fault> {
        Ok(match text {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN"
            | ".NAN" => {
                return Err(self.fault(line, format!("`{text}` is a number that JSON lacks")));
            }
            _ => match number(text) {
                Some(number) => Value::Number(number),
                None => Value::String(text.to_owned()),
            },
        })
    }
}

fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Leaf(_) => 1,
        Kind::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Map(members) => 1 + members.iter().map(|member| size(&member.value)).sum::<usize>(),
    }
}

fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((digits.strip_prefix(prefix)?, radix)));
    if let Some((digits, radix)) = radix {
        let sound = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let value = i64::from_str_radix(digits, radix).ok().filter(|_| sound)?;
        return Some(Number::from(if negative { -value } else { value }));
    }
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // With a leading zero it is a text, as upstream reads it.
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        let signed = format!("{}{digits}", if negative { "-" } else { "" });
        return match (signed.parse::<i64>(), digits.parse::<u64>()) {
            (Ok(value), _) => Some(Number::from(value)),
            (_, Ok(value)) if !negative => Some(Number::from(value)),
            _ => Number::from_f64(signed.parse().ok()?),
        };
    }
    // What Rust reads besides, such as `inf`, has letters.
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let starts =
        digits.as_bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    if !starts || !digits.bytes().all(plain) || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    Number::from_f64(if negative { -value } else { value })
}
