//! The conformance suite on every backend that there is, and its mild part through a fault proxy, or
//! what takes its place.
//!
//! `JOURNEYMAN_SEEDS` says with how many seeds (default 20); `JOURNEYMAN_BLESS=1` writes the
//! expectation files anew.

mod conformance_support;

use std::{panic, path::Path, process::ExitCode, sync::Arc};

use conformance_support::{
    crowdcompute::CrowdComputeHarness,
    distworker::DistWorkerHarness,
    halloween::{Bus, HalloweenHarness},
    moor::{MoorHarness, Wire},
    tasker::{TaskerHarness, Way},
};
use journeyman_testkit::{
    conformance::{Case, Harness, MemoryHarness, Network, PANIC, cases, check_report},
    crowdcompute::Era,
    proxy::Faults,
};
use libtest_mimic::{Arguments, Failed, Trial};

/// How many seeds, unless the environment says otherwise.
const SEEDS: u64 = 20;
/// Those whose way to the server is that of another one.
const UNSEEDED: [&str; 1] = ["moor_paseto"];
/// Cases wait more than they work.
const THREADS: usize = 8;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // Those on purpose would hide the others.
        if info.payload_as_str() != Some(PANIC) {
            default(info);
        }
    }));
    let mut trials = Vec::new();
    let harnesses: [Arc<dyn Harness>; 14] = [
        Arc::new(MemoryHarness::pushed()),
        Arc::new(MemoryHarness::pulled()),
        Arc::new(DistWorkerHarness),
        Arc::new(MoorHarness(Wire::Ipc)),
        Arc::new(MoorHarness(Wire::Tcp)),
        Arc::new(MoorHarness(Wire::Curve)),
        Arc::new(MoorHarness(Wire::Paseto)),
        Arc::new(HalloweenHarness(Bus::Settled)),
        Arc::new(HalloweenHarness(Bus::Receipt)),
        Arc::new(HalloweenHarness(Bus::Old)),
        Arc::new(CrowdComputeHarness(Era::Seed)),
        Arc::new(CrowdComputeHarness(Era::Head)),
        Arc::new(TaskerHarness(Way::Woken)),
        Arc::new(TaskerHarness(Way::Polled)),
    ];
    for harness in harnesses {
        let name = harness.name().to_owned();
        let checked = Arc::clone(&harness);
        trials.push(Trial::test(format!("{name}::expectation"), move || expectation(&*checked)));
        for case in cases().filter(|case| case.applies_to(&*harness).is_ok()) {
            trials.push(trial(&name, case, &harness, None));
        }
        if harness.is_seeded() && !UNSEEDED.contains(&&*name) {
            for seed in 1..=seeds() {
                let how = if harness.has_network() { "proxy" } else { "rough" };
                let name = format!("{name}_{how}_seed{seed}");
                let network = Network { seed, faults: Faults::random(seed) };
                for case in cases().filter(|case| case.is_mild()) {
                    if case.applies_to(&*harness).is_ok() {
                        trials.push(trial(&name, case, &harness, Some(network.clone())));
                    }
                }
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn seeds() -> u64 {
    match std::env::var("JOURNEYMAN_SEEDS") {
        Ok(text) => text.parse().expect("JOURNEYMAN_SEEDS is a number"),
        Err(_) => SEEDS,
    }
}

fn trial(
    name: &str,
    case: &'static Case,
    harness: &Arc<dyn Harness>,
    network: Option<Network>,
) -> Trial {
    let harness = Arc::clone(harness);
    Trial::test(format!("{name}::{}", case.name()), move || {
        case.run_blocking(harness, network).map_err(Failed::from)
    })
}

fn expectation(harness: &dyn Harness) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let file = folder.join(format!("{}.txt", harness.name()));
    check_report(harness, &file).map_err(Failed::from)
}
