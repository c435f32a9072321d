//! A value that is no function is not a handler.

use journeyman_core::Router;

fn main() {
    let _ = Router::new().route("answer", 42);
}
