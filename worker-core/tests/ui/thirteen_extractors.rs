//! A handler takes at most twelve extractors.

use journeyman_core::{Router, job::Cancel};

#[allow(clippy::too_many_arguments)]
async fn greedy(
    _: Cancel, _: Cancel, _: Cancel, _: Cancel, _: Cancel, _: Cancel, _: Cancel,
    _: Cancel, _: Cancel, _: Cancel, _: Cancel, _: Cancel, _: Cancel,
) {
}

fn main() {
    let _ = Router::new().route("greedy", greedy);
}
