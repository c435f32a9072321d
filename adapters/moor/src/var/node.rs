//! One view of a MOO value, whether it lies in a wire buffer or in a tree, so that types are read
//! from both by the same rules.

use super::{AnonymousObj, Error, ErrorCode, Flyweight, MooError, Obj, Symbol, Var};

/// A place where a value is.
pub(crate) trait Node<'de>: Copy {
    type Items: ExactSizeIterator<Item = Result<Self, Error>>;
    type Pairs: ExactSizeIterator<Item = Result<(Self, Self), Error>>;
    type Slots: ExactSizeIterator<Item = Result<(&'de str, Self), Error>>;

    /// Looks at the value, not at those inside it.
    fn view(self) -> Result<View<'de, Self>, Error>;
}

/// A value, with those inside it still where they are.
pub(crate) enum View<'de, N: Node<'de>> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'de str),
    Obj(Obj),
    Err(ErrorView<'de, N>),
    List(N::Items),
    Map(N::Pairs),
    Sym(&'de str),
    Binary(&'de [u8]),
    Flyweight(FlyweightView<'de, N>),
    Anonymous(AnonymousObj),
}

pub(crate) struct ErrorView<'de, N> {
    pub(crate) code: Code<'de>,
    pub(crate) message: Option<&'de str>,
    pub(crate) value: Option<N>,
}

/// The code of an error.
#[derive(Clone, Copy)]
pub(crate) enum Code<'de> {
    /// The name of one that every server knows.
    Known(&'de str),
    /// The symbol of a custom one.
    Custom(&'de str),
}

pub(crate) struct FlyweightView<'de, N: Node<'de>> {
    pub(crate) delegate: Obj,
    pub(crate) slots: N::Slots,
    pub(crate) contents: N::Items,
}

impl<'de, N: Node<'de>> View<'de, N> {
    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Str(_) => "a string",
            Self::Obj(_) => "an object",
            Self::Err(_) => "an error value",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Sym(_) => "a symbol",
            Self::Binary(_) => "a binary",
            Self::Flyweight(_) => "a flyweight",
            Self::Anonymous(_) => "an anonymous object",
        }
    }
}

impl<'de> Node<'de> for &'de Var {
    type Items = TreeItems<'de>;
    type Pairs = TreePairs<'de>;
    type Slots = TreeSlots<'de>;

    fn view(self) -> Result<View<'de, Self>, Error> {
        Ok(match self {
            Var::None => View::None,
            Var::Bool(value) => View::Bool(*value),
            Var::Int(value) => View::Int(*value),
            Var::Float(value) => View::Float(*value),
            Var::Str(text) => View::Str(text),
            Var::Obj(Obj::Anonymous(id)) => View::Anonymous(*id),
            Var::Obj(obj) => View::Obj(*obj),
            Var::Err(MooError { code, message, value }) => View::Err(ErrorView {
                code: match code {
                    ErrorCode::Custom(symbol) => Code::Custom(symbol.as_str()),
                    known => Code::Known(known.name()),
                },
                message: message.as_deref(),
                value: value.as_deref(),
            }),
            Var::List(items) => View::List(TreeItems(items.iter())),
            Var::Map(pairs) => View::Map(TreePairs(pairs.iter())),
            Var::Sym(symbol) => View::Sym(symbol.as_str()),
            Var::Binary(bytes) => View::Binary(bytes),
            Var::Flyweight(flyweight) => {
                let Flyweight { delegate, slots, contents } = &**flyweight;
                View::Flyweight(FlyweightView {
                    delegate: *delegate,
                    slots: TreeSlots(slots.iter()),
                    contents: TreeItems(contents.iter()),
                })
            }
            Var::Anonymous(id) => View::Anonymous(*id),
        })
    }
}

pub(crate) struct TreeItems<'de>(std::slice::Iter<'de, Var>);
pub(crate) struct TreePairs<'de>(std::slice::Iter<'de, (Var, Var)>);
pub(crate) struct TreeSlots<'de>(std::slice::Iter<'de, (Symbol, Var)>);

macro_rules! iterator {
    ($name:ident, $item:ty, $next:expr) => {
        impl<'de> Iterator for $name<'de> {
            type Item = Result<$item, Error>;

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map($next).map(Ok)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl ExactSizeIterator for $name<'_> {}
    };
}

iterator!(TreeItems, &'de Var, |item| item);
iterator!(TreePairs, (&'de Var, &'de Var), |(key, value)| (key, value));
iterator!(TreeSlots, (&'de str, &'de Var), |(name, value)| (name.as_str(), value));
