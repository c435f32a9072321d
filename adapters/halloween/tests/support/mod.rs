//! What several tests share.

#![allow(dead_code, unreachable_pub)]

pub mod broker;
pub mod different;
pub mod house;
pub mod replay;
pub mod workers;
