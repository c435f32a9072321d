//! How a function is called with `task_args` (CrowdCompute sheet, section 6.2), as arguments that
//! a handler of ours reads.
//!
//! | `task_args` | Python | here |
//! |---|---|---|
//! | `[a]` | `f(a)` | a list of one |
//! | `[x, {…}]` | `f(*x, **{…})` | a list, or an object by name |
//! | a list | `f(*list)` | the list |
//! | a text, an object | its characters, its keys | a list of them |
//! | anything else | an error | the same error |
//!
//! Where arguments by position and by name come together, those by position get their names from
//! the source.

use journeyman_core::{
    Payload, Value,
    payload::{DecodeError, Item, Items, Shape, Source},
    value_de::ValueDeserializer,
};
use serde::de::Error as _;

use crate::{
    pyjson::{self, Kind, Raw},
    source::Function,
};

/// The arguments of a task.
#[derive(Debug)]
pub(crate) enum TaskArgs {
    /// A list as it came, and what it looks like.
    List(Raw, Shape),
    /// What the rules made of something else.
    Value(Value),
    /// Nothing that a function could be called with: Python's own words.
    Wrong(String),
}

impl TaskArgs {
    /// By the rules, for a function of this name and these parameters.
    pub(crate) fn new(raw: &Raw, function: Option<&Function>) -> Self {
        Self::read(raw, function).unwrap_or_else(Self::Wrong)
    }

    fn read(raw: &Raw, function: Option<&Function>) -> Result<Self, String> {
        let text = raw.as_str();
        if pyjson::kind(text) != Kind::List {
            let items = iterate(text, function)?;
            return Ok(Self::Value(Value::List(items)));
        }
        let start = pyjson::list_start(text, 3).map_err(|error| error.to_string())?;
        let items = match start.as_slice() {
            [] => Items::Zero,
            [only] => Items::One(match pyjson::kind(only) {
                Kind::List => Item::List,
                Kind::Object => Item::Map,
                Kind::Null => Item::Null,
                _ => Item::Scalar,
            }),
            [first, second] if pyjson::kind(second) == Kind::Object => {
                return mixed(first, second, function).map(Self::Value);
            }
            _ => Items::Many,
        };
        Ok(Self::List(raw.clone(), Shape::List(items)))
    }
}

/// What `*x` gives.
fn iterate(text: &str, function: Option<&Function>) -> Result<Vec<Value>, String> {
    let kind = pyjson::kind(text);
    if !matches!(kind, Kind::List | Kind::Object | Kind::String) {
        let (name, kind) = (name(function), kind.python(text));
        return Err(format!("{name}() argument after * must be an iterable, not {kind}"));
    }
    let value = pyjson::parse(text).map_err(|error| error.to_string())?;
    Ok(match value {
        Value::List(items) => items,
        Value::Map(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
        Value::String(text) => text.chars().map(|c| Value::String(c.into())).collect(),
        other => vec![other],
    })
}

fn name(function: Option<&Function>) -> &str {
    function.map_or("f", |function| &function.name)
}

/// Arguments by position and by name.
fn mixed(first: &str, second: &str, function: Option<&Function>) -> Result<Value, String> {
    let items = iterate(first, function)?;
    let named = pyjson::parse(second).map_err(|error| error.to_string())?;
    let Value::Map(named) = named else { return Err("an object was expected".to_owned()) };
    if named.is_empty() {
        return Ok(Value::List(items));
    }
    let params = function.map_or(&[][..], |function| &function.params);
    let (name, count) = (name(function), items.len());
    if count > params.len() {
        let takes = params.len();
        return Err(format!("{name}() takes {takes} positional arguments but {count} were given"));
    }
    let mut pairs: Vec<(Value, Value)> = Vec::with_capacity(count + named.len());
    pairs.extend(params.iter().map(|param| param.as_str().into()).zip(items));
    if let Some((twin, _)) = named.iter().find(|(key, _)| pairs.iter().any(|(k, _)| k == key)) {
        let twin = twin.as_str().unwrap_or_default();
        return Err(format!("{name}() got multiple values for argument '{twin}'"));
    }
    pairs.extend(named);
    Ok(Value::Map(pairs))
}

impl Payload for TaskArgs {
    fn shape(&self) -> Shape {
        match self {
            Self::List(_, shape) => *shape,
            Self::Value(value) => value.shape(),
            // Reading it gives the error.
            Self::Wrong(_) => Shape::Scalar,
        }
    }

    fn read(
        &self,
        reader: &mut dyn FnMut(Source<'_, '_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let parsed;
        let value = match self {
            Self::List(raw, _) => {
                parsed = raw.to_value().map_err(DecodeError::custom)?;
                &parsed
            }
            Self::Value(value) => value,
            Self::Wrong(problem) => return Err(DecodeError::custom(problem)),
        };
        reader(&mut <dyn erased_serde::Deserializer<'_>>::erase(ValueDeserializer(value)))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn call<T: DeserializeOwned>(args: &str) -> Result<T, String> {
        let function =
            Function { name: "f".to_owned(), params: ["a", "b", "c"].map(str::to_owned).to_vec() };
        let args = TaskArgs::new(&Raw::new(args).unwrap(), Some(&function));
        let payload: &dyn Payload = &args;
        payload.args().map_err(|error| error.to_string())
    }

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Abc {
        a: i64,
        b: i64,
        c: i64,
    }

    #[test]
    fn every_row_of_the_table() {
        assert_eq!(call("[41]"), Ok(41));
        assert_eq!(call("[[1, 2, 3]]"), Ok(vec![1, 2, 3]));
        assert_eq!(call("[\"x\"]"), Ok("x".to_owned()));
        assert_eq!(call("[null]"), Ok(Value::List(vec![Value::Null])));
        assert_eq!(call("[{\"a\": 1, \"b\": 2, \"c\": 3}]"), Ok(Abc { a: 1, b: 2, c: 3 }));
        assert_eq!(call("[1, 2, 3]"), Ok((1, 2, 3)));
        assert_eq!(call("[1, 2]"), Ok((1, 2)));
        assert_eq!(call("[]"), Ok(()));
        assert_eq!(call("[[1, 2], {\"c\": 3}]"), Ok(Abc { a: 1, b: 2, c: 3 }));
        assert_eq!(call("[[], {\"a\": 1, \"b\": 2, \"c\": 3}]"), Ok(Abc { a: 1, b: 2, c: 3 }));
        assert_eq!(call("[[1, 2, 3], {}]"), Ok((1, 2, 3)));
        assert_eq!(call("[\"ab\", {}]"), Ok(("a".to_owned(), "b".to_owned())));
        assert_eq!(call("{\"p\": 1, \"q\": 2}"), Ok(vec!["p".to_owned(), "q".to_owned()]));
        assert_eq!(call("\"ab\""), Ok(vec!["a".to_owned(), "b".to_owned()]));
        let big = call::<Value>("[1267650600228229401496703205376]").unwrap();
        assert_eq!(big.to_string(), "[1267650600228229401496703205376]");
        assert!(call::<f64>("[NaN]").unwrap().is_nan());
    }

    #[test]
    fn what_python_refuses() {
        let wrong = |args: &str| call::<Value>(args).unwrap_err();
        for (args, kind) in [
            ("5", "int"),
            ("null", "NoneType"),
            ("1.5", "float"),
            ("true", "bool"),
            ("NaN", "float"),
        ] {
            let text = format!("f() argument after * must be an iterable, not {kind}");
            assert_eq!(wrong(args), text);
            assert_eq!(wrong(&format!("[{args}, {{\"c\": 3}}]")), text);
        }
        assert_eq!(wrong("[[1], {\"a\": 3}]"), "f() got multiple values for argument 'a'");
        assert_eq!(
            wrong("[[1, 2, 3, 4], {\"d\": 3}]"),
            "f() takes 3 positional arguments but 4 were given"
        );
        let deep = format!("[{}{}]", "[".repeat(200), "]".repeat(200));
        assert!(wrong(&deep).contains("128 levels"));
    }
}
