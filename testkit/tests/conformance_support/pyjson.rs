//! JSON as Python writes it, by code that neither side uses: NaN and infinities are words, integers
//! have any size.

use journeyman_core::Value;

/// Whether it is the same after a round trip.
pub(crate) fn carries(value: &Value) -> bool {
    match value {
        Value::Bytes(_) | Value::Tagged(_) => false,
        Value::List(items) => items.iter().all(carries),
        Value::Map(pairs) => {
            pairs.iter().all(|(key, value)| key.as_str().is_some() && carries(value))
        }
        _ => true,
    }
}

/// `None` for what has no such form.
pub(crate) fn write(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::BigInt(value) => value.as_str().to_owned(),
        Value::Float(value) if value.is_nan() => "NaN".to_owned(),
        Value::Float(f64::INFINITY) => "Infinity".to_owned(),
        Value::Float(f64::NEG_INFINITY) => "-Infinity".to_owned(),
        // The shortest that gives the same number, with a dot or an exponent.
        Value::Float(value) => format!("{value:?}"),
        Value::String(text) => serde_json::to_string(text).ok()?,
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(write).collect::<Option<_>>()?;
            format!("[{}]", items.join(", "))
        }
        Value::Map(pairs) => {
            let pair = |(key, value): &(Value, Value)| {
                Some(format!("{}: {}", serde_json::to_string(key.as_str()?).ok()?, write(value)?))
            };
            let pairs: Vec<_> = pairs.iter().map(pair).collect::<Option<_>>()?;
            format!("{{{}}}", pairs.join(", "))
        }
        _ => return None,
    })
}

/// `None` if it is no JSON.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value()?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn eat(&mut self, word: &str) -> Option<()> {
        self.space();
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn value(&mut self) -> Option<Value> {
        self.space();
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        for (word, value) in words {
            if self.eat(word).is_some() {
                return Some(value);
            }
        }
        match self.rest.as_bytes().first()? {
            b'"' => self.text().map(Value::String),
            b'[' => self.list(),
            b'{' => self.map(),
            _ => self.number(),
        }
    }

    fn text(&mut self) -> Option<String> {
        self.space();
        let bytes = self.rest.as_bytes();
        let mut end = 1;
        while *bytes.get(end)? != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let (text, rest) = self.rest.split_at(end + 1);
        self.rest = rest;
        serde_json::from_str(text).ok()
    }

    fn list(&mut self) -> Option<Value> {
        self.eat("[")?;
        let mut items = Vec::new();
        if self.eat("]").is_some() {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.eat("]").is_some() {
                return Some(Value::List(items));
            }
            self.eat(",")?;
        }
    }

    fn map(&mut self) -> Option<Value> {
        self.eat("{")?;
        let mut pairs = Vec::new();
        if self.eat("}").is_some() {
            return Some(Value::Map(pairs));
        }
        loop {
            let key = self.text()?;
            self.eat(":")?;
            pairs.push((Value::String(key), self.value()?));
            if self.eat("}").is_some() {
                return Some(Value::Map(pairs));
            }
            self.eat(",")?;
        }
    }

    fn number(&mut self) -> Option<Value> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        match number.contains(['.', 'e', 'E']) {
            true => number.parse().ok().map(Value::Float),
            false => Value::integer(number),
        }
    }
}
