//! A plain type is no argument of a handler.

use journeyman_core::Router;

async fn double(number: i64) -> i64 {
    2 * number
}

fn main() {
    let _ = Router::new().route("double", double);
}
