//! What the checks share.

#![allow(unreachable_pub)]

pub mod different;
pub mod load;
pub mod peer;
pub mod replay;
