//! What the log says about the broker, beside what the host itself logs about its props.

use std::time::Duration;

use journeyman_props::{HostControl, PropStatus};
use tokio::time::sleep;

/// A broker that goes takes all connections with it, one after the other.
const TOGETHER: Duration = Duration::from_millis(200);

/// Tells when props lose their broker, and when all have it again. Never ends.
pub(super) async fn follow(control: &HostControl) {
    let mut changed = control.watch();
    let mut gone = false;
    loop {
        tokio::select! {
            biased;
            () = changed.changed() => {}
            () = sleep(TOGETHER) => {
                look(&control.props(), &mut gone);
                changed.changed().await;
            }
        }
    }
}

fn look(props: &[PropStatus], gone: &mut bool) {
    let running = || props.iter().filter(|prop| prop.state.is_running());
    let (all, away) = (running().count(), running().filter(|prop| !prop.connected).count());
    match (away, *gone) {
        (1.., false) => {
            *gone = true;
            tracing::warn!("the broker is away for {away} of {all} props; they go on, and try");
        }
        (0, true) => {
            *gone = false;
            if all > 0 {
                tracing::info!("the broker is back: all {all} props are connected");
            }
        }
        _ => {}
    }
}
