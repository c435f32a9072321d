//! The fields of a message's `data`, one by one.

use super::{Kind, Problem, WireError};
use crate::pyjson::{self, Raw};

/// Reads the fields of one message.
pub(super) struct Fields<'a> {
    pub(super) kind: Kind,
    /// The `data`, an object that was checked.
    pub(super) data: &'a str,
}

/// A field that was found: its text, which is JSON.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    kind: Kind,
    name: &'static str,
    text: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// The fields of these names. Others are not looked at.
    pub(super) fn take<const N: usize>(
        &self,
        names: [&'static str; N],
    ) -> Result<[Field<'a>; N], WireError> {
        let texts = pyjson::object(self.data, names)?;
        let mut texts = texts.into_iter();
        Ok(names.map(|name| Field { kind: self.kind, name, text: texts.next().flatten() }))
    }
}

impl<'a> Field<'a> {
    pub(super) fn bad(self, expected: &'static str) -> WireError {
        WireError::new(Problem::Bad { kind: self.kind, field: self.name, expected })
    }

    pub(super) fn required(self) -> Result<&'a str, WireError> {
        self.text.ok_or_else(|| WireError::new(Problem::Missing(self.kind, self.name)))
    }

    /// The text, unless it is missing or null.
    fn some(self) -> Option<&'a str> {
        self.text.filter(|text| *text != "null")
    }

    pub(super) fn is_there(self) -> bool {
        self.text.is_some()
    }

    pub(super) fn text(self) -> Result<String, WireError> {
        let text = self.required()?;
        pyjson::text(text).map_err(|_| self.bad("a text"))
    }

    /// A text; nothing if it is missing or null.
    pub(super) fn maybe_text(self) -> Result<Option<String>, WireError> {
        self.some().map(|text| pyjson::text(text).map_err(|_| self.bad("a text"))).transpose()
    }

    pub(super) fn raw(self) -> Result<Raw, WireError> {
        self.required().map(Raw::checked)
    }

    pub(super) fn maybe_raw(self) -> Option<Raw> {
        self.text.map(Raw::checked)
    }

    /// An object; nothing if it is missing or null.
    pub(super) fn maybe_object(self) -> Result<Option<Raw>, WireError> {
        match self.some() {
            Some(text) if pyjson::kind(text) == pyjson::Kind::Object => {
                Ok(Some(Raw::checked(text)))
            }
            Some(_) => Err(self.bad("an object")),
            None => Ok(None),
        }
    }

    pub(super) fn bool(self) -> Result<bool, WireError> {
        match self.required()? {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.bad("true or false")),
        }
    }

    pub(super) fn maybe_bool(self) -> Result<Option<bool>, WireError> {
        self.some().map(|_| self.bool()).transpose()
    }

    pub(super) fn number(self) -> Result<f64, WireError> {
        let text = self.required()?;
        let number = match text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            text if pyjson::kind(text) == pyjson::Kind::Number => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.bad("a number"))
    }

    pub(super) fn maybe_number(self) -> Result<Option<f64>, WireError> {
        self.some().map(|_| self.number()).transpose()
    }

    pub(super) fn count(self) -> Result<u64, WireError> {
        self.required()?.parse().map_err(|_| self.bad("a whole number from 0"))
    }

    pub(super) fn maybe_count(self) -> Result<Option<u64>, WireError> {
        self.some().map(|_| self.count()).transpose()
    }

    /// A list of texts; an empty one if it is missing or null. At most 1024 are kept.
    pub(super) fn texts(self) -> Result<Vec<String>, WireError> {
        let Some(list) = self.some() else { return Ok(Vec::new()) };
        if pyjson::kind(list) != pyjson::Kind::List {
            return Err(self.bad("a list of texts"));
        }
        let items = pyjson::list_start(list, 1024)?;
        let texts = items
            .into_iter()
            .map(|item| pyjson::text(item).map_err(|_| self.bad("a list of texts")));
        texts.collect()
    }
}
