//! Stop: what ends when.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use journeyman_core::{JobError, Router};
use journeyman_props::{Instance, PropContext};

use crate::support::{House, Latch, parts::Steps, started, stop, within};

/// Notes when it is dropped, which takes a while.
struct Slow(Arc<AtomicBool>);

impl Drop for Slow {
    fn drop(&mut self) {
        std::thread::sleep(Duration::from_millis(50));
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_end_before_the_clean_up_and_nothing_comes_after_offline() {
    let house = House::new().await;
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    let chatty = move |context: &PropContext| {
        let (for_start, for_stop) = (Arc::clone(&flag), Arc::clone(&flag));
        let life = Steps::new(context)
            .start(move |context| {
                let slow = Slow(Arc::clone(&for_start));
                async move {
                    let prop = context.prop().clone();
                    context.spawn("chat", async move {
                        let _slow = slow;
                        for n in 0u64.. {
                            prop.telemetry("chat", &n).await?;
                            tokio::task::yield_now().await;
                        }
                        Ok::<_, JobError>(())
                    });
                    Ok(())
                }
            })
            .stop(move |context| {
                let ended = for_stop.load(Ordering::SeqCst);
                // A burst, so that some of it would be late if anybody were in a hurry.
                async move {
                    for n in 0..100 {
                        context.prop().publish_status("off", &n).await?;
                    }
                    context.prop().telemetry("tasks_ended", &ended).await
                }
            });
        Ok(Instance::new(Router::new(), life))
    };
    let mut config = house.config();
    config.telemetry_rate = 0;
    let host = crate::support::host(config).register("chatty", chatty);
    let host = started(host).await;
    house.says("chatty/telemetry/chat", "3").await;
    stop(host).await;
    house.says("worker_host/availability", "offline").await;
    let said = house.said("chatty");
    let offline = said.iter().position(|(_, text)| text == "offline").unwrap();
    let end: Vec<_> =
        said[offline - 2..].iter().map(|(topic, text)| format!("{topic} {text}")).collect();
    assert_eq!(
        end,
        ["status/off 99", "telemetry/tasks_ended True", "availability offline", "state stopped",]
    );
    assert_eq!(house.retained("chatty/availability").as_deref(), Some("offline"));
    assert_eq!(house.retained("chatty/state").as_deref(), Some("stopped"));
}

#[tokio::test]
async fn a_running_command_may_finish_and_those_behind_it_do_not_begin() {
    let house = House::new().await;
    let (latch, closed) = Latch::closed();
    let busy = move |_: &PropContext| {
        let latch = latch.clone();
        let hold = move |prop: journeyman_halloween::Prop| {
            let latch = latch.clone();
            async move {
                prop.publish_state("holding").await?;
                latch.passed().await;
                Ok::<_, JobError>("held")
            }
        };
        let router = Router::new().route("hold", hold).route("next", async || "ran");
        Ok(Instance::new(router, ()))
    };
    let host = started(house.host().register("busy", busy)).await;
    house.command("busy", "hold").await;
    house.says("busy/state", "holding").await;
    house.command("busy", "next").await;
    // So that the command is there before the stop.
    house.says("busy/cmd", "next").await;
    host.control().shutdown();
    within(host.control().wait_for(|props| props.iter().all(|p| p.state.as_str() == "stopping")))
        .await
        .unwrap();
    drop(closed);
    within(host.wait()).await.unwrap();
    house.says("busy/telemetry/hold", "held").await;
    house.says("busy/status/error", "CancelledError: the prop stops").await;
    house.says("busy/availability", "offline").await;
    assert!(!house.said("busy").iter().any(|(_, text)| text == "ran"));
}

#[tokio::test]
async fn a_command_that_never_ends_is_dropped_and_the_clean_up_still_speaks() {
    let house = House::new().await;
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&dropped);
    let stuck = move |context: &PropContext| {
        let flag = Arc::clone(&flag);
        let hang = move |prop: journeyman_halloween::Prop| {
            let slow = Slow(Arc::clone(&flag));
            async move {
                let _slow = slow;
                prop.publish_state("hanging").await?;
                std::future::pending::<Result<(), JobError>>().await
            }
        };
        let life = Steps::new(context)
            .stop(async |context: PropContext| context.prop().telemetry("lights", "off").await);
        Ok(Instance::new(Router::new().route("hang", hang), life))
    };
    let host = house.host().register("stuck", stuck).drain_timeout(Duration::from_millis(50));
    let host = started(host).await;
    house.command("stuck", "hang").await;
    house.says("stuck/state", "hanging").await;
    within(host.control().stop("stuck")).await.unwrap();
    assert!(dropped.load(Ordering::SeqCst));
    house.says("stuck/status/error", "CancelledError: the prop stopped before it was done").await;
    house.says("stuck/telemetry/lights", "off").await;
    house.says("stuck/availability", "offline").await;
    house.says("stuck/state", "stopped").await;
    stop(host).await;
}

#[tokio::test]
async fn a_hurry_drops_what_runs() {
    let house = House::new().await;
    let stuck = |context: &PropContext| {
        let hang = async |prop: journeyman_halloween::Prop| {
            prop.publish_state("hanging").await?;
            std::future::pending::<Result<(), JobError>>().await
        };
        let life = Steps::new(context).stop(async |_| std::future::pending().await);
        Ok(Instance::new(Router::new().route("hang", hang), life))
    };
    let long = Duration::from_secs(3600);
    let host = house.host().register("stuck", stuck).drain_timeout(long).stop_timeout(long);
    let host = started(host).await;
    house.command("stuck", "hang").await;
    house.says("stuck/state", "hanging").await;
    host.control().shutdown();
    within(host.control().wait_for(|props| props.iter().all(|p| p.state.as_str() == "stopping")))
        .await
        .unwrap();
    host.control().abort();
    within(host.wait()).await.unwrap();
    house.says("stuck/status/error", "CancelledError: the prop stopped before it was done").await;
    house.says("stuck/availability", "offline").await;
    house.says("worker_host/availability", "offline").await;
}

#[tokio::test]
async fn a_host_that_is_dropped_leaves_its_wills() {
    let house = House::new().await;
    let lamp = |_: &PropContext| Ok(Instance::new(Router::new(), ()));
    let host = started(house.host().register("lamp", lamp)).await;
    drop(host);
    house.says("lamp/availability", "offline").await;
    assert_eq!(house.retained("lamp/state").as_deref(), Some("started"));
    house
        .broker
        .wait_until(|_| house.retained("worker_host/availability").filter(|text| text == "offline"))
        .await;
}
