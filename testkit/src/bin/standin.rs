//! A stand-in server as a process of its own, for tests that kill it: a DistWorker controller, or
//! with `moor` as the first argument a mooR daemon, with `halloween` an MQTT broker, with
//! `crowdcompute` a foreman.
//!
//! It prints one JSON object per line: first where it listens, then what happens to workers and
//! tasks. It reads one command per line: `load N` keeps N tasks unfinished, `quit` ends it; the
//! end of the input ends it, too. The commands of the others are in their modules.

#[path = "standin/crowdcompute.rs"]
mod crowdcompute;
#[path = "standin/halloween.rs"]
mod halloween;
#[path = "standin/moor.rs"]
mod moor;

use std::{
    collections::HashMap,
    io::{self, BufRead as _, Write as _},
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
};

use journeyman_testkit::distworker::{Config, Controller, Event, Events, NewTask, Provisioner};
use serde_json::{Value, json};
use tokio::sync::mpsc;

const USAGE: &str = "usage: journeyman-standin --provisioner NAME --token TOKEN --queue QUEUE \
                     [--worker ADDRESS] [--api ADDRESS]\n       \
                     journeyman-standin moor [options]: see `journeyman-standin moor --help`\n       \
                     journeyman-standin halloween [options]: see `journeyman-standin halloween \
                     --help`\n       \
                     journeyman-standin crowdcompute [options]: see `journeyman-standin \
                     crowdcompute --help`";

/// Commands that may wait.
const COMMANDS: usize = 64;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("journeyman-standin: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1).peekable();
    let systems = ["moor", "halloween", "crowdcompute"];
    let system = arguments.next_if(|first| systems.contains(&first.as_str()));
    let mut options = HashMap::new();
    while let Some(name) = arguments.next() {
        if name == "--keep-code" {
            options.insert(name, String::new());
            continue;
        }
        let value = arguments.next().filter(|_| name.starts_with("--"));
        options.insert(name, value.ok_or(USAGE)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    match system.as_deref() {
        Some("moor") => return runtime.block_on(moor::serve(options)),
        Some("crowdcompute") => return runtime.block_on(crowdcompute::serve(options)),
        Some(_) => return runtime.block_on(halloween::serve(options)),
        None => {}
    }
    let known = ["--provisioner", "--token", "--queue", "--worker", "--api"];
    if options.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(USAGE.to_owned());
    }
    let text = |name: &str| options.get(name).cloned().ok_or(USAGE);
    let address = |name: &str| -> Result<SocketAddr, String> {
        let text = options.get(name).map_or("127.0.0.1:0", String::as_str);
        text.parse().map_err(|error| format!("{name} {text}: {error}"))
    };
    let queue = text("--queue")?;
    let provisioner = Provisioner::shared_token(text("--token")?, [queue.clone()]);
    let config = Config::default()
        .worker_addr(address("--worker")?)
        .api_addr(address("--api")?)
        .provisioner(text("--provisioner")?, provisioner);
    runtime.block_on(serve(config, queue))
}

async fn serve(config: Config, queue: String) -> Result<(), String> {
    let controller = Controller::start(config).await.map_err(|error| error.to_string())?;
    let controller = Arc::new(controller);
    print(&json!({
        "event": "listening",
        "worker": controller.worker_addr().to_string(),
        "api": controller.api_addr().to_string(),
    }))?;
    let printer = tokio::spawn(print_events(controller.events()));
    let mut commands = commands();
    while let Some(command) = commands.recv().await {
        match command.split_once(' ') {
            Some(("load", tasks)) => {
                let tasks: u32 = tasks.trim().parse().map_err(|error| format!("load: {error}"))?;
                for _ in 0..tasks {
                    tokio::spawn(load(Arc::clone(&controller), queue.clone()));
                }
            }
            _ if command == "quit" => break,
            _ => return Err(format!("unknown command `{command}`; there are `load N` and `quit`")),
        }
        if printer.is_finished() {
            break;
        }
    }
    controller.shutdown().await;
    Ok(())
}

/// Submits one task after the other, until the controller stops.
async fn load(controller: Arc<Controller>, queue: String) {
    for number in 0_u64.. {
        let task = NewTask::new(&queue).input(json!({"number": number}));
        let Ok(mut handle) = controller.submit(task) else { return };
        if handle.wait().await.is_err() {
            return;
        }
    }
}

/// Lines of the standard input, read on a thread of their own.
fn commands() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(COMMANDS);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line.trim().to_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn print_events(mut events: Events) -> Result<(), String> {
    loop {
        let event = events.next().await;
        if let Some(line) = describe(&event) {
            print(&line)?;
        }
    }
}

fn describe(event: &Event) -> Option<Value> {
    Some(match event {
        Event::Registered { worker_id, .. } => {
            json!({"event": "registered", "worker": &**worker_id})
        }
        Event::Refused { reason, .. } => json!({"event": "refused", "reason": reason}),
        Event::Disconnected { reason, .. } => json!({"event": "disconnected", "reason": reason}),
        Event::Ignored { reason, .. } => json!({"event": "ignored", "reason": reason}),
        Event::TaskAssigned { task_id, .. } => {
            json!({"event": "assigned", "task": task_id.to_string()})
        }
        Event::TaskCompleted { task_id, again, .. } => {
            json!({"event": "completed", "task": task_id.to_string(), "again": again})
        }
        Event::TaskFailed { task_id, code, .. } => {
            json!({"event": "failed", "task": task_id.to_string(), "code": code})
        }
        Event::Missed(count) => json!({"event": "missed", "count": count}),
        _ => return None,
    })
}

/// One line, out at once: what was printed is known even if the process is killed.
fn print(line: &Value) -> Result<(), String> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}
