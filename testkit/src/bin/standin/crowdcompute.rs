//! The stand-in as a CrowdCompute foreman.
//!
//! It prints where it listens, what happens to workers and tasks (`--events all`: heartbeats, too),
//! and answers to commands:
//!
//! | command | what it does |
//! |---|---|
//! | `submit JOB-ID JSON` | submits a job: `func_code`, `args_list`, `task_metadata` as in the message; its results are printed |
//! | `load N JSON` | keeps N jobs unfinished, all as in the JSON |
//! | `tasks` | prints how many tasks are in which state |
//! | `task ID` | prints a task |
//! | `workers` | prints the workers |
//! | `kill TASK-ID` | tells workers to kill a task (era `kill`) |
//! | `ping` | sends the application's `ping` to all workers |
//! | `cut WORKER-ID` | cuts a connection without a word |
//! | `freeze`, `thaw` | makes all connections half-open, goes on |
//! | `quit` | stops |

use std::{collections::HashMap, sync::Arc};

use journeyman_testkit::crowdcompute::{
    Era, Event, Events, Foreman, ForemanConfig, Job, Target, TaskState,
};
use serde_json::{Value, json};

use super::{commands, print};

const USAGE: &str = "usage: journeyman-standin crowdcompute [--era seed|head|kill] \
                     [--listen ADDRESS] [--http ADDRESS] [--state FILE] [--keep-code] \
                     [--events all|tasks]";

fn config(mut options: HashMap<String, String>) -> Result<(ForemanConfig, bool), String> {
    let mut take = |name: &str| options.remove(name);
    let era = match take("--era").as_deref() {
        Some("seed") => Era::Seed,
        None | Some("head") => Era::Head,
        Some("kill") => Era::HeadWithKill,
        Some(_) => return Err(USAGE.to_owned()),
    };
    let mut config = ForemanConfig::new(era).keep_code(take("--keep-code").is_some());
    if let Some(text) = take("--listen") {
        config.listen = text.parse().map_err(|error| format!("--listen {text}: {error}"))?;
    }
    if let Some(text) = take("--http") {
        config.http = text.parse().map_err(|error| format!("--http {text}: {error}"))?;
    }
    config.state = take("--state").map(Into::into);
    let all = match take("--events").as_deref() {
        None | Some("tasks") => false,
        Some("all") => true,
        Some(_) => return Err(USAGE.to_owned()),
    };
    if options.is_empty() { Ok((config, all)) } else { Err(USAGE.to_owned()) }
}

pub(super) async fn serve(options: HashMap<String, String>) -> Result<(), String> {
    let (config, all) = config(options)?;
    let foreman = Foreman::start(config).await.map_err(|error| error.to_string())?;
    let foreman = Arc::new(foreman);
    print(&json!({
        "event": "listening",
        "address": foreman.addr().to_string(),
        "http": foreman.http_addr().to_string(),
        "url": foreman.url(),
        "http_url": foreman.http_url(),
    }))?;
    let printer = tokio::spawn(print_events(foreman.events(), all));
    let mut commands = commands();
    while let Some(command) = commands.recv().await {
        if command == "quit" || printer.is_finished() {
            break;
        }
        obey(&foreman, &command)?;
        if let Some(error) = foreman.state_error() {
            return Err(error);
        }
    }
    foreman.stop().await;
    Ok(())
}

fn obey(foreman: &Arc<Foreman>, command: &str) -> Result<(), String> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    match name {
        "submit" => {
            let (id, text) = rest.split_once(' ').ok_or("give `submit JOB-ID JSON`")?;
            let handle = foreman.submit_as(id, job(text)?);
            tokio::spawn(async move {
                let id = handle.id().to_owned();
                // An error of printing means that nobody reads any more.
                let _ = match handle.results().await {
                    Ok(results) => {
                        print(&json!({"event": "results", "job": id, "results": results}))
                    }
                    Err(error) => print(
                        &json!({"event": "no_results", "job": id, "error": error.to_string()}),
                    ),
                };
            });
        }
        "load" => {
            let (number, text) = rest.split_once(' ').ok_or("give `load N JSON`")?;
            let number: u32 = number.parse().map_err(|error| format!("load: {error}"))?;
            let job = job(text)?;
            for _ in 0..number {
                let (foreman, job) = (Arc::clone(foreman), job.clone());
                tokio::spawn(async move {
                    while foreman.submit(job.clone()).results().await.is_ok() {}
                });
            }
        }
        "tasks" => {
            let count = |state| foreman.look(|view| view.count(state));
            print(&json!({
                "event": "tasks",
                "blocked": count(TaskState::Blocked),
                "pending": count(TaskState::Pending),
                "assigned": count(TaskState::Assigned),
                "completed": count(TaskState::Completed),
            }))?;
        }
        "task" => {
            let task = foreman.task(rest).map(|task| {
                json!({
                    "state": format!("{:?}", task.state).to_lowercase(),
                    "assigned_to": task.assigned_to,
                    "completed_by": task.completed_by,
                    "result": task.result,
                    "delivered": task.delivered,
                    "deliveries": task.deliveries,
                    "errors": task.errors,
                    "error_count": task.error_count,
                    "late": task.late,
                    "checkpoints": task.checkpoints,
                })
            });
            print(&json!({"event": "task", "id": rest, "task": task}))?;
        }
        "workers" => {
            let workers = foreman.workers().into_iter().map(|worker| {
                json!({
                    "id": worker.id,
                    "state": format!("{:?}", worker.state).to_lowercase(),
                    "connected": worker.connection.is_some(),
                    "available": worker.available,
                    "assigned": worker.assigned,
                    "completed": worker.completed,
                    "failed": worker.failed,
                })
            });
            print(&json!({"event": "workers", "workers": workers.collect::<Vec<_>>()}))?;
        }
        "kill" => match foreman.kill(rest) {
            Ok(told) => print(&json!({"event": "kill", "task": rest, "told": told}))?,
            Err(error) => {
                print(&json!({"event": "kill", "task": rest, "error": error.to_string()}))?;
            }
        },
        "ping" => print(&json!({"event": "pinged", "workers": foreman.ping(Target::Workers)}))?,
        "cut" => {
            print(&json!({"event": "cut", "done": foreman.abort(Target::Worker(rest)) > 0}))?;
        }
        "freeze" => print(&json!({"event": "frozen", "connections": foreman.freeze(Target::All)}))?,
        "thaw" => print(&json!({"event": "thawed", "connections": foreman.thaw(Target::All)}))?,
        _ => return Err(format!("unknown command `{name}`")),
    }
    Ok(())
}

fn job(text: &str) -> Result<Job, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("job: {error}"))?;
    let code = value["func_code"].as_str().ok_or("job: `func_code` is missing")?;
    let args = value["args_list"].as_array().ok_or("job: `args_list` is missing")?;
    let mut job = Job::new(code, args.iter().map(Value::to_string));
    if let Some(metadata) = value.get("task_metadata") {
        job = job.metadata(metadata.to_string());
    }
    Ok(job)
}

async fn print_events(mut events: Events, all: bool) -> Result<(), String> {
    loop {
        let event = events.next().await;
        if let Some(line) = describe(&event, all) {
            print(&line)?;
        }
    }
}

fn describe(event: &Event, all: bool) -> Option<Value> {
    Some(match event {
        Event::Ready { worker_id, busy_with, connection } => json!({
            "event": "ready", "worker": &**worker_id, "busy_with": busy_with.as_deref(),
            "connection": connection,
        }),
        Event::Disconnected { worker_id, reason, connection } => json!({
            "event": "disconnected", "worker": worker_id.as_deref(), "reason": reason,
            "connection": connection,
        }),
        Event::Ignored { reason, .. } => json!({"event": "ignored", "reason": reason}),
        Event::JobSubmitted { job_id, tasks } => {
            json!({"event": "submitted", "job": &**job_id, "tasks": tasks})
        }
        Event::JobRefused { job_id, error } => {
            json!({"event": "job_refused", "job": job_id.as_deref(), "error": error})
        }
        Event::JobCompleted { job_id, delivered } => {
            json!({"event": "job_completed", "job": &**job_id, "delivered": delivered})
        }
        Event::TaskAssigned { worker_id, task_id, delivery, .. } => json!({
            "event": "assigned", "task": &**task_id, "worker": &**worker_id, "delivery": delivery,
        }),
        Event::TaskCompleted { worker_id, task_id } => {
            json!({"event": "completed", "task": &**task_id, "worker": &**worker_id})
        }
        Event::TaskFailed { worker_id, task_id, error } => json!({
            "event": "failed", "task": &**task_id, "worker": &**worker_id, "error": &**error,
        }),
        Event::Late { worker_id, task_id, reason } => json!({
            "event": "late", "task": task_id, "worker": &**worker_id, "reason": reason,
        }),
        Event::TaskTakenBack { worker_id, task_id } => {
            json!({"event": "taken_back", "task": &**task_id, "worker": &**worker_id})
        }
        Event::Checkpoint { worker_id, task_id, checkpoint_id } => json!({
            "event": "checkpoint", "task": &**task_id, "worker": &**worker_id, "id": checkpoint_id,
        }),
        Event::KillSent { worker_id, task_id } => {
            json!({"event": "kill_sent", "task": &**task_id, "worker": &**worker_id})
        }
        Event::KillAcknowledged { worker_id, task_id } => {
            json!({"event": "killed", "task": task_id, "worker": &**worker_id})
        }
        Event::Missed(count) => json!({"event": "missed", "count": count}),
        other if all => json!({"event": "other", "text": other.to_string()}),
        _ => return None,
    })
}
