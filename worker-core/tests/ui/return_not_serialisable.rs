//! What a handler returns must be serialisable.

use journeyman_core::Router;

struct Opaque;

async fn opaque() -> Opaque {
    Opaque
}

fn main() {
    let _ = Router::new().route("opaque", opaque);
}
