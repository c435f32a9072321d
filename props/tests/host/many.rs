//! Many props in one host.

use std::time::Instant;

use journeyman_core::{JobError, Router};
use journeyman_props::{Instance, PropContext};

use crate::support::{House, PATIENCE, parts::Steps, started, stop};

const PROPS: usize = 300;

fn prop(context: &PropContext) -> Result<Instance, JobError> {
    let life = Steps::new(context).start(async |context: PropContext| {
        context.spawn("idle", async { std::future::pending::<Result<(), JobError>>().await });
        Ok(())
    });
    Ok(Instance::new(Router::new().route("ping", async || "pong"), life))
}

/// From the files of the process: name and number.
fn about_us(key: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_props_start_answer_and_stop() {
    let house = House::new().await;
    let memory = about_us("VmRSS");
    let begin = Instant::now();
    let host = (0..PROPS).fold(house.host(), |host, n| host.register(format!("prop-{n}"), prop));
    let host = started(host).await;
    let up = begin.elapsed();
    assert_eq!(host.control().props().len(), PROPS);
    assert!(host.control().props().iter().all(|prop| prop.state.is_running() && prop.runs == 1));
    for n in 0..PROPS {
        house.command(&format!("prop-{n}"), "ping").await;
    }
    for n in (0..PROPS).rev().step_by(PROPS - 1) {
        let topic = format!("halloween/prop-{n}/telemetry/ping");
        let seen = tokio::time::timeout(PATIENCE, async {
            while !house.bus.log().iter().any(|seen| *seen.topic == *topic) {
                tokio::task::yield_now().await;
            }
        });
        seen.await.unwrap();
    }
    if let (Some(before), Some(now), Some(threads)) =
        (memory, about_us("VmRSS"), about_us("Threads"))
    {
        println!(
            "{PROPS} props up in {up:?}; {} KiB each, broker and watcher included; {threads} threads",
            now.saturating_sub(before) / PROPS as u64
        );
        assert!(threads < 100, "{threads} threads");
    }
    let begin = Instant::now();
    stop(host).await;
    println!("down in {:?}", begin.elapsed());
    for n in 0..PROPS {
        let topic = format!("prop-{n}/availability");
        assert_eq!(house.retained(&topic).as_deref(), Some("offline"), "{topic}");
    }
}
