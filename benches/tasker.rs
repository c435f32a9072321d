//! What a step of a Tasker workflow costs on our side of its channel, on a channel of the memory
//! kind: from the event as JSON over worker and handler to the result as JSON.
//!
//! ```text
//! cargo bench -p journeyman-benches --bench tasker -- [--steps N] [--rounds N] [--json] [--only TEXT]
//! ```

use std::{
    env,
    hint::black_box,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use journeyman_benches::Counting;
use journeyman_core::{Router, StartedWorker, Worker, extract::Args};
use journeyman_tasker::{
    Config, Dependencies, TaskerWorker,
    channel::memory::{Answer, MemoryHost, Rules, channel},
    wire::{StepEvent, StepExecutionResult},
};
use serde::Deserialize;
use tokio::runtime;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// When the handler of the last step started, in nanoseconds since the first look at the clock.
static STARTED: AtomicU64 = AtomicU64::new(0);

fn nanos() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

#[derive(Deserialize)]
struct Order {
    amount: i64,
}

#[derive(Deserialize)]
struct Rate {
    percent: i64,
}

async fn discount(Args(order): Args<Order>, above: Dependencies) -> i64 {
    STARTED.store(nanos(), Relaxed);
    let rate = above.get::<Rate>("rate").expect("the result above");
    order.amount * rate.percent / 100
}

fn uuid(kind: u32, number: u64) -> String {
    format!("{kind:08x}-0000-7000-8000-{number:012x}")
}

/// A step event with everything that upstream puts into it, the result of one step above, and
/// `extra` bytes more of context.
fn event(number: u64, extra: usize) -> String {
    let (task, step, dispatch) = (uuid(1, number), uuid(2, number), uuid(3, number));
    let at = "2026-11-21T13:29:24.452603";
    let note = "x".repeat(extra);
    format!(
        r#"{{"event_id":"{event}","task_uuid":"{task}","step_uuid":"{step}","correlation_id":"{dispatch}","trace_id":"{dispatch}","span_id":"span-{step}","task_correlation_id":"{correlation}","task_sequence_step":{{"task":{{"task":{{"task_uuid":"{task}","named_task_uuid":"{named}","complete":false,"requested_at":"{at}","initiator":"bench","source_system":"bench","reason":"bench","tags":[],"context":{{"amount":{number},"note":"{note}"}},"identity_hash":"0123456789abcdef","priority":0,"created_at":"{at}","updated_at":"{at}","correlation_id":"{correlation}","parent_correlation_id":null}},"task_name":"demo","task_version":"1.0.0","namespace_name":"shop"}},"workflow_step":{{"workflow_step_uuid":"{step}","task_uuid":"{task}","named_step_uuid":"{named}","name":"discount","template_step_name":"discount","retryable":true,"max_attempts":3,"attempts":null,"in_process":false,"processed":false,"processed_at":null,"last_attempted_at":null,"backoff_request_seconds":null,"inputs":null,"results":null,"checkpoint":null,"created_at":"{at}","updated_at":"{at}"}},"dependency_results":{{"rate":{{"step_uuid":"{named}","success":true,"result":{{"percent":10}},"metadata":{{"execution_time_ms":3,"handler_version":null,"retryable":false,"completed_at":"{at}Z","worker_id":"w","worker_hostname":null,"started_at":null,"custom":{{}},"error_code":null,"error_type":null,"context":{{}}}},"status":"completed","error":null,"orchestration_metadata":null}}}},"step_definition":{{"name":"discount","description":null,"handler":{{"callable":"order.discount","method":null,"resolver":null,"initialization":{{}}}},"type":"standard","system_dependency":null,"dependencies":["rate"],"retry":{{"retryable":true,"max_attempts":3,"backoff":"exponential","backoff_base_ms":1000,"max_backoff_ms":30000}},"timeout_seconds":null,"publishes_events":[],"batch_config":null}}}}}}"#,
        event = uuid(4, number),
        correlation = uuid(5, number),
        named = uuid(6, 1),
    )
}

fn start() -> (StartedWorker, MemoryHost) {
    let (end, host) = channel(Rules::default());
    let router = Router::new().route("order.discount", discount);
    let worker = Worker::new(router).serve(TaskerWorker::new(Config::new().worker_id("w"), end));
    (worker.start().expect("a worker"), host)
}

fn parse(text: &str) -> StepEvent {
    StepEvent::parse(text).expect("an event")
}

fn taken(answer: Option<Answer>) -> Box<StepExecutionResult> {
    match answer {
        Some(Answer::Completed { result, .. }) if result.success => result,
        other => panic!("no result: {other:?}"),
    }
}

/// How long this thread has been on a processor.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Time, time on the processor and allocations per step.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    allocations: f64,
}

fn measure(steps: u64, work: impl FnOnce()) -> Cost {
    let (before, cpu, start) = (Counting::so_far().0, cpu_time(), Instant::now());
    work();
    let wall = start.elapsed();
    let cpu = cpu.zip(cpu_time()).map_or(f64::NAN, |(before, after)| {
        (after.saturating_sub(before)).as_nanos() as f64 / steps as f64
    });
    let allocations = (Counting::so_far().0 - before) as f64 / steps as f64;
    Cost { wall: wall.as_nanos() as f64 / steps as f64, cpu, allocations }
}

/// Events are read once more for each step where `text`, and results written.
fn road(texts: &[String], window: usize, text: bool) -> Cost {
    let runtime = runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let (worker, mut host) = runtime.block_on(async { start() });
    let ready: Vec<StepEvent> = texts.iter().map(|text| parse(text)).collect();
    let cost = measure(texts.len() as u64, || {
        runtime.block_on(async {
            let mut open = 0;
            for (source, event) in texts.iter().zip(ready) {
                if open == window {
                    let result = taken(host.answer().await);
                    if text {
                        black_box(serde_json::to_string(&result).expect("JSON"));
                    }
                    open -= 1;
                }
                let event = if text { parse(source) } else { event };
                assert!(host.dispatch(event).await);
                open += 1;
            }
            for _ in 0..open {
                taken(host.answer().await);
            }
        });
    });
    drop(worker);
    cost
}

/// Dispatch to the start of the handler, sorted.
fn latencies(texts: &[String], runtime: &runtime::Runtime) -> Vec<u64> {
    let (worker, mut host) = runtime.block_on(async { start() });
    let mut found: Vec<u64> = runtime.block_on(async {
        let mut found = Vec::with_capacity(texts.len());
        for text in texts {
            let dispatched = nanos();
            assert!(host.dispatch_text(text).await);
            taken(host.answer().await);
            found.push(STARTED.load(Relaxed).saturating_sub(dispatched));
        }
        found
    });
    drop(worker);
    found.sort_unstable();
    found
}

fn number(args: &[String], name: &str, default: u64) -> u64 {
    let value = args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    value.and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn main() {
    let args: Vec<_> = env::args().collect();
    let json = args.iter().any(|arg| arg == "--json");
    let steps = number(&args, "--steps", 20_000).max(100);
    let rounds = number(&args, "--rounds", 5).max(1);
    // For profiling: just what has this in its name.
    let only = args.iter().position(|arg| arg == "--only").and_then(|at| args.get(at + 1));
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only.as_str()));
    if !json {
        println!("{steps} steps, median of {rounds} rounds; ns and allocations per step");
        println!("{:<40} {:>9} {:>9} {:>9}", "what", "cpu", "wall", "allocs");
    }
    for extra in [0, 1000] {
        let texts: Arc<[String]> = (0..steps).map(|number| event(number, extra)).collect();
        let size = texts[0].len();
        type Row<'a> = (&'a str, Box<dyn Fn() -> Cost + 'a>);
        let sample = serde_json::to_string(&parse(&texts[0])).expect("JSON");
        let rows: [Row<'_>; 5] = [
            (
                "read the event",
                Box::new(|| {
                    measure(steps, || {
                        for text in texts.iter() {
                            black_box(parse(text));
                        }
                    })
                }),
            ),
            (
                "write the event",
                Box::new(|| {
                    let event = parse(&sample);
                    measure(steps, || {
                        for _ in 0..steps {
                            black_box(serde_json::to_string(&event).expect("JSON"));
                        }
                    })
                }),
            ),
            ("worker, one at a time", Box::new(|| road(&texts, 1, false))),
            ("worker, 64 at a time", Box::new(|| road(&texts, 64, false))),
            ("read, worker (64), write the result", Box::new(|| road(&texts, 64, true))),
        ];
        for (name, run) in rows.iter().filter(|(name, _)| wanted(name)) {
            let mut costs: Vec<Cost> = (0..rounds).map(|_| run()).collect();
            costs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
            let Cost { wall, cpu, allocations } = costs[costs.len() / 2];
            let name = format!("{name} ({size} bytes)");
            match json {
                true => println!(
                    "{}",
                    serde_json::json!({"what": name, "cpu_ns": cpu, "wall_ns": wall,
                        "allocations": allocations})
                ),
                false => println!("{name:<40} {cpu:>9.0} {wall:>9.0} {allocations:>9.1}"),
            }
        }
        let mut one = runtime::Builder::new_current_thread();
        let mut several = runtime::Builder::new_multi_thread();
        let several = several.worker_threads(2);
        let latency = [("one thread", &mut one), ("two threads", several)];
        for (name, builder) in latency.into_iter().filter(|_| wanted("dispatch to handler")) {
            let runtime = builder.enable_time().build().expect("a runtime");
            let found = latencies(&texts, &runtime);
            let at = |part: f64| found[((found.len() - 1) as f64 * part) as usize] as f64 / 1000.0;
            let (p50, p99, max) = (at(0.5), at(0.99), at(1.0));
            match json {
                true => println!(
                    "{}",
                    serde_json::json!({"what": "dispatch to handler", "on": name, "bytes": size,
                        "p50_us": p50, "p99_us": p99, "max_us": max})
                ),
                false => println!(
                    "dispatch to handler, {name} ({size} bytes): p50 {p50:.1} us, p99 {p99:.1} us, \
                     max {max:.0} us"
                ),
            }
        }
    }
}
