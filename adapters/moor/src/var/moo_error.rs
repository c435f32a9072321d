//! Error values.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess},
    ser::SerializeSeq,
};

use super::{
    Symbol, Var,
    tag::{self, Tag, Tagged},
};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $name:literal;)+) => {
        /// The code of an error value (mooR sheet, section 5.1).
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)+
            /// An error that MOO code made up, such as `E_MYERR`.
            Custom(Symbol),
        }

        impl ErrorCode {
            /// The codes that every server knows.
            pub const KNOWN: &[Self] = &[$(Self::$variant),+];

            /// Its name, as MOO code writes it.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Custom(symbol) => symbol.as_str(),
                }
            }

            /// Its number on the wire; 255 for a custom one.
            pub(crate) fn number(&self) -> u8 {
                match self {
                    $(Self::$variant => $number,)+
                    Self::Custom(_) => CUSTOM,
                }
            }

            /// The code of this name, if every server knows it.
            pub(crate) fn known(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

/// The number of a custom error.
pub(crate) const CUSTOM: u8 = 255;

codes! {
    /// `E_NONE`: no error.
    None = 0 "E_NONE";
    /// `E_TYPE`: a value of the wrong type.
    Type = 1 "E_TYPE";
    /// `E_DIV`: division by zero.
    Div = 2 "E_DIV";
    /// `E_PERM`: permission denied.
    Perm = 3 "E_PERM";
    /// `E_PROPNF`: property not found.
    PropertyNotFound = 4 "E_PROPNF";
    /// `E_VERBNF`: verb not found.
    VerbNotFound = 5 "E_VERBNF";
    /// `E_VARNF`: variable not found.
    VariableNotFound = 6 "E_VARNF";
    /// `E_INVIND`: invalid indirection.
    InvalidIndirection = 7 "E_INVIND";
    /// `E_RECMOVE`: recursive move.
    RecursiveMove = 8 "E_RECMOVE";
    /// `E_MAXREC`: too many verb calls.
    TooManyCalls = 9 "E_MAXREC";
    /// `E_RANGE`: out of range.
    Range = 10 "E_RANGE";
    /// `E_ARGS`: wrong number of arguments.
    Args = 11 "E_ARGS";
    /// `E_NACC`: move refused by its destination.
    NotAccepted = 12 "E_NACC";
    /// `E_INVARG`: invalid argument.
    InvalidArgument = 13 "E_INVARG";
    /// `E_QUOTA`: a resource limit.
    Quota = 14 "E_QUOTA";
    /// `E_FLOAT`: floating-point arithmetic.
    Float = 15 "E_FLOAT";
    /// `E_FILE`: files.
    File = 16 "E_FILE";
    /// `E_EXEC`: execution.
    Exec = 17 "E_EXEC";
    /// `E_INTRPT`: interrupted.
    Interrupted = 18 "E_INTRPT";
}

impl ErrorCode {
    /// A custom code.
    pub fn custom(name: impl Into<Symbol>) -> Self {
        Self::Custom(name.into())
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error as a value. It is data: to fail a request, return an error from the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MooError {
    /// What kind of error.
    pub code: ErrorCode,
    /// Its text; without one, the server has a text of its own for each code.
    pub message: Option<String>,
    /// A value beside it. MOO code rarely makes one.
    pub value: Option<Box<Var>>,
}

impl MooError {
    /// An error without message and value.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, message: None, value: None }
    }

    /// With a message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// With a value.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<Var>) -> Self {
        self.value = Some(Box::new(value.into()));
        self
    }
}

impl From<ErrorCode> for MooError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// The list behind the tag: code, message or null, and the value if there is one.
struct Parts<'a>(&'a MooError);

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let MooError { code, message, value } = self.0;
        let length = match (message, value) {
            (_, Some(_)) => 3,
            (Some(_), None) => 2,
            (None, None) => 1,
        };
        let mut seq = serializer.serialize_seq(Some(length))?;
        match code {
            ErrorCode::Custom(symbol) => seq.serialize_element(symbol)?,
            known => seq.serialize_element(known.name())?,
        }
        if length > 1 {
            seq.serialize_element(message)?;
        }
        if let Some(value) = value {
            seq.serialize_element(value)?;
        }
        seq.end()
    }
}

impl Serialize for MooError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Tag::Error.serialize_pair(serializer, &Parts(self))
    }
}

impl<'de> Deserialize<'de> for MooError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tag::deserialize(deserializer)
    }
}

impl<'de> Tagged<'de> for MooError {
    const EXPECTING: &'static str = "an error value";

    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error> {
        match tag {
            Tag::Error => tag::content::<A, Read>(seq).map(|read| read.0),
            _ => Err(tag.unexpected(Self::EXPECTING)),
        }
    }
}

struct Read(MooError);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Read;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of code, message and value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Read, A::Error> {
                let code: Code = seq
                    .next_element()?
                    .ok_or_else(|| de::Error::custom("an error value needs a code"))?;
                let message = seq.next_element::<Option<String>>()?.flatten();
                let value = seq.next_element::<Var>()?.map(Box::new);
                Ok(Read(MooError { code: code.0, message, value }))
            }
        }
        deserializer.deserialize_seq(Visitor)
    }
}

/// The code: the name of a known one, or a symbol.
struct Code(ErrorCode);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tag::deserialize(deserializer)
    }
}

impl<'de> Tagged<'de> for Code {
    const EXPECTING: &'static str = "the name of an error code, or a symbol";

    fn read<A: SeqAccess<'de>>(tag: &Tag, seq: &mut A) -> Result<Self, A::Error> {
        Symbol::read(tag, seq).map(|symbol| Self(ErrorCode::Custom(symbol)))
    }

    fn from_text<E: de::Error>(name: &str) -> Result<Self, E> {
        ErrorCode::known(name).map(Self).ok_or_else(|| unknown_code(name))
    }
}

/// The error of a code that no server knows.
pub(crate) fn unknown_code<E: de::Error>(name: &str) -> E {
    let shown: String = name.chars().take(40).collect();
    E::custom(format_args!("unknown error code {shown:?}; a custom one is a symbol"))
}
