//! MOO values: every value that a mooR daemon can send or take (mooR sheet, section 5.2).
//!
//! A handler rarely needs these types. Plain Rust types read from MOO values and become MOO values:
//!
//! | Rust | reads | is sent as |
//! |---|---|---|
//! | `()`, `None` | none | none |
//! | `bool` | bool, the integers 0 and 1 | bool |
//! | integers | int, the number of a classic object | int (beyond 64 bits: an error) |
//! | `f64` | float, int | float |
//! | `String` | string, symbol | string |
//! | `Vec<T>`, tuples | list (`Vec<u8>`: binary, too) | list |
//! | structs | map by key (string or symbol, case ignored), list in order | map with string keys |
//! | `HashMap`, `BTreeMap` | map | map |
//! | enums | string or symbol, map with one key | the same |
//! | [`Binary`] | binary, string | binary |
//! | [`Obj`], [`Symbol`], [`MooError`], [`Flyweight`], [`AnonymousObj`] | their own kind | their own kind |
//! | [`Var`], [`Value`](journeyman_core::Value) | anything | as it was |
//!
//! The kinds that only mooR knows pass through serde as `journeyman_core`'s tagged values: a newtype
//! struct around the pair (tag, value). In a format without them, such as JSON, the pair is a list.
//!
//! | tag | value |
//! |---|---|
//! | `object` | the number of a classic object, or the text of a UUID object: `"#048D05-1234567890"` |
//! | `anonymous` | its id, as text in the same form |
//! | `symbol` | its text |
//! | `error` | a list: the code (text; a custom one is a symbol), the message or null, the value if there is one |
//! | `flyweight` | a list: the delegate, a list of `[name, value]`, the contents |

mod binary;
mod convert;
pub(crate) mod de;
mod display;
mod error;
mod flyweight;
mod moo_error;
pub(crate) mod node;
mod obj;
mod pair;
mod symbol;
pub(crate) mod tag;
#[cfg(test)]
pub(crate) mod tests;
mod tree;

pub use binary::Binary;
pub use error::Error;
pub use flyweight::Flyweight;
pub(crate) use moo_error::unknown_code;
pub use moo_error::{ErrorCode, MooError};
pub use obj::{AnonymousObj, Obj, UuObjId};
pub use symbol::Symbol;
pub use tree::Var;
pub(crate) use tree::{too_large, unknown_tag};
