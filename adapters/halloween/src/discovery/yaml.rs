//! YAML as Python's `yaml.safe_load` reads it, which is YAML 1.1: `yes` and `off` are truth values,
//! `010` is octal, `1e3` is a text (Halloween sheet, section 4.4).
//!
//! Stricter than that where it helps: a key that is there twice is an error, and so is what has no
//! counterpart in JSON. Dates stay texts.

use std::collections::HashMap;

use journeyman_core::Value;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{
    document::{Kind, Member, Node},
    error::Fault,
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
    Ok(builder.root.unwrap_or_else(Node::empty))
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
                if plain && tag.is_none() && text == "<<" && self.wants_key() {
                    self.set_key(Key::Merge, line);
                    return Ok(());
                }
                if self.wants_key() {
                    // A key is its text, whatever else it might mean: `on` is no truth value here.
                    return self.add_key(text.into_owned(), line);
                }
                let value = match tag.as_deref() {
                    None if plain => resolve(&text),
                    None | Some("!" | "tag:yaml.org,2002:str") => Value::String(text.into_owned()),
                    Some(
                        "tag:yaml.org,2002:int"
                        | "tag:yaml.org,2002:float"
                        | "tag:yaml.org,2002:bool"
                        | "tag:yaml.org,2002:null",
                    ) => resolve(&text),
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
                Err(self.fault(line, "a second document; a config file has one"))
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
                Some((Key::Merge, line)) => match node.kind {
                    Kind::Map(others) => merged.extend(others),
                    Kind::List(maps) => {
                        for map in maps {
                            match map.kind {
                                Kind::Map(others) => merged.extend(others),
                                _ => return Err(no_merge(line)),
                            }
                        }
                    }
                    Kind::Leaf(_) => return Err(no_merge(line)),
                },
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
}

fn no_merge(line: usize) -> Fault {
    Fault::new(line, "`<<` wants a map, or a list of maps")
}

fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Leaf(_) => 1,
        Kind::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Map(members) => 1 + members.iter().map(|member| size(&member.value)).sum::<usize>(),
    }
}

/// What a plain scalar means in YAML 1.1, as far as `yaml.safe_load` goes.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    integer(text).or_else(|| float(text)).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn signed(text: &str) -> (&str, &str) {
    match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    }
}

fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = signed(text);
    let only = |digits: &str, set: &dyn Fn(char) -> bool| {
        let plain = digits.replace('_', "");
        (!plain.is_empty() && plain.chars().all(set)).then_some(plain)
    };
    let radix = |digits: &str, radix: u32| {
        let plain = only(digits, &|c| c.is_digit(radix))?;
        let value = i64::from_str_radix(&plain, radix).ok()?;
        Some(Value::Int(if sign == "-" { -value } else { value }))
    };
    if let Some(digits) = digits.strip_prefix("0b") {
        return radix(digits, 2);
    }
    if let Some(digits) = digits.strip_prefix("0x") {
        return radix(digits, 16);
    }
    match digits.as_bytes() {
        [b'0'] => Some(Value::Int(0)),
        [b'0', ..] => radix(&digits[1..], 8),
        [b'1'..=b'9', ..] if digits.contains(':') => {
            // Sixties, as in times.
            let mut parts = digits.split(':');
            let first = only(parts.next()?, &|c| c.is_ascii_digit())?;
            let mut value: i64 = first.parse().ok()?;
            for part in parts {
                let small = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
                let part: i64 = if small { part.parse().ok()? } else { return None };
                if part > 59 {
                    return None;
                }
                value = value.checked_mul(60)?.checked_add(part)?;
            }
            Some(Value::Int(if sign == "-" { -value } else { value }))
        }
        [b'1'..=b'9', ..] => {
            let plain = only(digits, &|c| c.is_ascii_digit())?;
            Value::integer(&format!("{sign}{plain}"))
        }
        _ => None,
    }
}

fn float(text: &str) -> Option<Value> {
    let (sign, rest) = signed(text);
    let negative = sign == "-";
    match rest {
        ".inf" | ".Inf" | ".INF" => {
            let value = if negative { f64::NEG_INFINITY } else { f64::INFINITY };
            return Some(Value::Float(value));
        }
        ".nan" | ".NaN" | ".NAN" if rest.len() == text.len() => {
            return Some(Value::Float(f64::NAN));
        }
        _ => {}
    }
    // A point is needed, and a sign in the exponent.
    let (whole, rest) = rest.split_once('.')?;
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let starts = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let sound = digits(whole)
        && digits(fraction)
        && (starts(whole) || (whole.is_empty() && starts(fraction) && rest.len() < text.len()));
    let exponent_sound = exponent.is_none_or(|exponent| {
        exponent.starts_with(['+', '-'])
            && exponent.len() > 1
            && exponent[1..].bytes().all(|byte| byte.is_ascii_digit())
    });
    if !sound || !exponent_sound {
        return None;
    }
    let plain = format!(
        "{sign}0{}.{}0e{}",
        whole.replace('_', ""),
        fraction.replace('_', ""),
        exponent.unwrap_or("0")
    );
    plain.parse().ok().map(Value::Float)
}
