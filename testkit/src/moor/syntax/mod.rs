//! MOO syntax: calls of `worker_request`, and values both ways.
//!
//! What prints reads back as the same value. Where MOO itself has no literal, there is one here:
//! `None`, `'"odd symbol"`, `error("odd name")`, `."odd slot"`, `*anonymous 048D05-1234567890*`,
//! and `E_PERM(None, 1)` for an error with a value but no message. Lambdas print as `<lambda>`
//! and can not be read.
//!
//! ```
//! use journeyman_testkit::moor::{Value, syntax};
//!
//! let call = syntax::parse_call(r#"worker_request("echo", {"a", #2, ['k -> 2.5]})"#)?;
//! assert_eq!(call.worker_type, "echo");
//! assert_eq!(Value::List(call.arguments).to_string(), r#"{"a", #2, ['k -> 2.5]}"#);
//! assert_eq!(syntax::parse_value("{1, 2").unwrap_err().to_string(),
//!     "column 6: expected `,` or `}`, found the end");
//! # Ok::<(), syntax::SyntaxError>(())
//! ```

mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use parse::{Call, SyntaxError, parse_call, parse_value};
