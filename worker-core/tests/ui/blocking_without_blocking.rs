//! A plain `fn` must say that it blocks.

use journeyman_core::{Router, extract::Args};

fn double(Args(number): Args<i64>) -> i64 {
    2 * number
}

fn main() {
    let _ = Router::new().route("double", double);
}
