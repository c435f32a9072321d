//! The FlatBuffers tables of the mooR worker protocol, as code that [planus] generated from the
//! files in `schema/`. Reads are checked: a wrong buffer gives an error.
//!
//! - [`common`]: names, ids, error values.
//! - [`var`]: MOO values.
//! - [`worker`]: tables that the messages of both eras have in common.
//! - [`paseto`], [`curve`]: the messages of each era. They look alike and are not: never read a
//!   message of one with the tables of the other.
//!
//! The code is a package of its own because it contains `unsafe`, which the rest of the repository
//! forbids. `journeyman-moor` is what puts limits on top of it: sharing, nesting, length.

#[allow(
    clippy::all,
    clippy::needless_pass_by_value,
    clippy::str_to_string,
    clippy::uninlined_format_args,
    clippy::use_self,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    unused_qualifications
)]
#[rustfmt::skip]
mod generated;

pub use generated::{common, curve, paseto, var, worker};
