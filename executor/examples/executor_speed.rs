//! What a task costs: `cargo run --release -p journeyman-executor --example executor_speed`.

use journeyman_executor::{Config, Control, Event, Executor, Hooks, Reuse, Source, Task};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let config = Config::from_env()?;
    for sandbox in [true, false] {
        for size in [1, 4] {
            lanes(config.clone().size(size).sandbox(sandbox), 20_000).await?;
        }
    }
    fresh(config.clone().size(1).spare(0).reuse(Reuse::Never), 100, "cold, one after the other")
        .await?;
    fresh(config.clone().size(1).spare(2).reuse(Reuse::Never), 100, "new for each, two ahead")
        .await?;
    large(config.clone().size(1)).await?;
    cancelled(config.size(1)).await?;
    Ok(())
}

/// No-op tasks, one after the other in as many lanes as there are interpreters.
async fn lanes(config: Config, tasks: usize) -> Outcome<()> {
    let size = config.size;
    let label = if config.sandbox { "sandbox" } else { "no sandbox" };
    let executor = Executor::start(config).await?;
    let source = Source::new("def f(x):\n    return x\n");
    run_lanes(&executor, &source, size, size * 50).await?;
    let (cpu, begun) = (own_cpu(), Instant::now());
    let mut times = run_lanes(&executor, &source, size, tasks).await?;
    let (took, cpu) = (begun.elapsed(), own_cpu().saturating_sub(cpu));
    times.sort();
    let count = u32::try_from(times.len())?;
    println!(
        "{size} interpreters, {label}: {:.0} tasks/s, p50 {:?}, p99 {:?}, host CPU {:?} per task",
        f64::from(count) / took.as_secs_f64(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        cpu / count,
    );
    let pid =
        executor.run(&Task::new("import os\ndef f():\n    return os.getpid()\n", "[]")).await?;
    let pid = pid.value.json().unwrap_or_default().to_owned();
    println!("    resident: host {} KiB, an interpreter {} KiB", resident("self"), resident(&pid));
    executor.shutdown().await;
    Ok(())
}

async fn run_lanes(
    executor: &Executor,
    source: &Source,
    lanes: usize,
    tasks: usize,
) -> Outcome<Vec<Duration>> {
    let mut runs = tokio::task::JoinSet::new();
    for _ in 0..lanes {
        let (executor, source) = (executor.clone(), source.clone());
        runs.spawn(async move {
            let mut times = Vec::with_capacity(tasks / lanes);
            for n in 0..tasks / lanes {
                let begun = Instant::now();
                let task = Task::new(source.clone(), format!("[{n}]"));
                executor.run(&task).await.map_err(|failure| failure.to_string())?;
                times.push(begun.elapsed());
            }
            Ok::<_, String>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(lane) = runs.join_next().await {
        times.extend(lane??);
    }
    Ok(times)
}

/// A process for each task.
async fn fresh(config: Config, tasks: u32, label: &str) -> Outcome<()> {
    let executor = Executor::start(config).await?;
    let task = Task::new("def f(x):\n    return x\n", "[1]");
    let begun = Instant::now();
    for _ in 0..tasks {
        executor.run(&task).await?;
    }
    println!("{label}: {:?} per task", begun.elapsed() / tasks);
    executor.shutdown().await;
    Ok(())
}

/// Arguments and results of a megabyte.
async fn large(config: Config) -> Outcome<()> {
    let executor = Executor::start(config).await?;
    let arguments = format!("[\"{}\"]", "x".repeat(1 << 20));
    let task = Task::new("def f(x):\n    return x\n", arguments);
    executor.run(&task).await?;
    let begun = Instant::now();
    for _ in 0..50 {
        executor.run(&task).await?;
    }
    println!("1 MiB in and out: {:?} per task", begun.elapsed() / 50);
    executor.shutdown().await;
    Ok(())
}

/// From the wish to the end of a task that does nothing but run.
async fn cancelled(config: Config) -> Outcome<()> {
    let executor = Executor::start(config).await?;
    let task = Task::new("def f(x):\n    print(1)\n    while True:\n        pass\n", "[0]");
    let mut times = Vec::new();
    for _ in 0..20 {
        let (events, mut inbox) = tokio::sync::mpsc::channel(8);
        let (controls, wishes) = tokio::sync::mpsc::channel(1);
        let run = executor.run_with(&task, Hooks::default().events(events).controls(wishes));
        let cancel = async {
            while !matches!(inbox.recv().await, Some(Event::Output(_)) | None) {}
            let at = Instant::now();
            let _ = controls.send(Control::Cancel).await;
            at
        };
        let (_, at) = tokio::join!(run, cancel);
        times.push(at.elapsed());
    }
    times.sort();
    println!("cancel: p50 {:?}, longest {:?}", times[10], times[19]);
    executor.shutdown().await;
    Ok(())
}

/// Processor time of this process, from the kernel's count in nanoseconds.
fn own_cpu() -> Duration {
    let all = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let spent = all.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    let nanos = spent.filter_map(|text| text.split(' ').next()?.parse::<u64>().ok()).sum();
    Duration::from_nanos(nanos)
}

fn resident(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
