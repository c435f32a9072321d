//! The stand-in as a mooR daemon.
//!
//! It prints where it listens, what happens to workers (`--events all`: to requests, too), and
//! answers to commands:
//!
//! | command | what it does |
//! |---|---|
//! | `load N TYPE [SECONDS]` | keeps N requests unanswered and prints every 50 ms how it goes; one that takes longer than SECONDS (default 5) is late |
//! | `unload` | ends the load; the requests that are out are waited for |
//! | `request ID TYPE {arguments} [SECONDS]` | one request, with MOO syntax for the list; its answer is printed under the id |
//! | `call ID worker_request(…)` | the same, as MOO code writes it |
//! | `workers` | what MOO code's `workers()` returns |
//! | `stats` | numbers |
//! | `restart` | forgets everything, as a new process at the same addresses |
//! | `quit` | ends it |

#[path = "moor_load.rs"]
mod load;

use std::{collections::HashMap, sync::Arc, time::Duration};

use journeyman_testkit::moor::{
    Config, Daemon, Engine, Event, Events, Failure, Outcome, SigningKey, syntax,
};
use serde_json::json;

use self::load::Load;
use super::{commands, print};

const USAGE: &str = "usage: journeyman-standin moor [--era paseto|curve] [--requests ENDPOINT] \
                     [--responses ENDPOINT] [--enrollment ENDPOINT|none] [--encrypted yes|no] \
                     [--engine auto|independent|fast] [--folder PATH] [--signing-key PEM-FILE] \
                     [--token ENROLLMENT-TOKEN] [--ping-ms N] [--expiry-ms N] [--events \
                     all|workers]";

/// How long a request of the load may take, in seconds, unless the command says otherwise.
const IN_TIME: &str = "5";

fn config(mut options: HashMap<String, String>) -> Result<(Config, bool), String> {
    let mut take = |name: &str| options.remove(name);
    let mut config = match take("--era").as_deref() {
        None | Some("curve") => Config::curve(),
        Some("paseto") => Config::paseto(),
        Some(_) => return Err(USAGE.to_owned()),
    };
    if let Some(endpoint) = take("--requests") {
        config.requests = endpoint;
    }
    if let Some(endpoint) = take("--responses") {
        config.responses = endpoint;
    }
    match take("--enrollment").as_deref() {
        Some("none") => config.enrollment = None,
        Some(endpoint) => config.enrollment = Some(endpoint.to_owned()),
        None => {}
    }
    config.curve = match take("--encrypted").as_deref() {
        None => None,
        Some("yes") => Some(true),
        Some("no") => Some(false),
        Some(_) => return Err(USAGE.to_owned()),
    };
    config.engine = match take("--engine").as_deref() {
        None | Some("auto") => Engine::Auto,
        Some("independent") => Engine::Independent,
        Some("fast") => Engine::Fast,
        Some(_) => return Err(USAGE.to_owned()),
    };
    config.folder = take("--folder").map(Into::into);
    if let Some(path) = take("--signing-key") {
        let pem = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        config.signing_key = Some(SigningKey::from_pem(&pem)?);
    }
    config.enrollment_token = take("--token");
    for (name, timer) in [
        ("--ping-ms", &mut config.timers.ping_interval),
        ("--expiry-ms", &mut config.timers.expiry),
    ] {
        if let Some(text) = take(name) {
            let millis = text.parse().map_err(|error| format!("{name} {text}: {error}"))?;
            *timer = Duration::from_millis(millis);
        }
    }
    let all = match take("--events").as_deref() {
        None | Some("workers") => false,
        Some("all") => true,
        Some(_) => return Err(USAGE.to_owned()),
    };
    if options.is_empty() { Ok((config, all)) } else { Err(USAGE.to_owned()) }
}

pub(super) async fn serve(options: HashMap<String, String>) -> Result<(), String> {
    let (config, all) = config(options)?;
    let daemon = Daemon::start(config).await.map_err(|error| error.to_string())?;
    let daemon = Arc::new(daemon);
    let public_key = daemon.is_encrypted().then(|| daemon.public_key().to_z85());
    print(&json!({
        "event": "listening",
        "requests": daemon.requests(),
        "responses": daemon.responses(),
        "enrollment": daemon.enrollment(),
        "public_key": public_key,
    }))?;
    let printer = tokio::spawn(print_events(daemon.events(), all));
    let mut commands = commands();
    let mut load = None;
    while let Some(command) = commands.recv().await {
        if command == "quit" || printer.is_finished() {
            break;
        }
        obey(&daemon, &mut load, &command).await?;
    }
    daemon.down().await;
    Ok(())
}

async fn obey(daemon: &Arc<Daemon>, load: &mut Option<Load>, command: &str) -> Result<(), String> {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    let mut words = rest.split_whitespace();
    match name {
        "load" => {
            let (Some(number), Some(worker_type)) = (words.next(), words.next()) else {
                return Err("give `load N TYPE [SECONDS]`".to_owned());
            };
            let number = number.parse().map_err(|error| format!("load {number}: {error}"))?;
            let limit = seconds(words.next().unwrap_or(IN_TIME))?;
            *load = Some(Load::start(daemon, number, worker_type, limit));
        }
        "unload" => drop(load.take()),
        "request" => {
            let usage = "give `request ID TYPE {arguments} [SECONDS]`";
            let (id, rest) = rest.split_once(' ').ok_or(usage)?;
            let (worker_type, rest) = rest.split_once(' ').ok_or(usage)?;
            let end = rest.rfind('}').ok_or(usage)? + 1;
            let (arguments, limit) = rest.split_at(end);
            let options = match limit.trim() {
                "" => String::new(),
                text => format!(", [\"timeout_seconds\" -> {:?}]", seconds(text)?.as_secs_f64()),
            };
            let text = format!("worker_request({worker_type:?}, {arguments}{options})");
            answer(Arc::clone(daemon), id.to_owned(), &text)?;
        }
        "call" => {
            let (id, text) = rest.split_once(' ').ok_or("give `call ID worker_request(…)`")?;
            answer(Arc::clone(daemon), id.to_owned(), text)?;
        }
        "workers" => {
            let value = daemon.workers_value().to_string();
            print(&json!({"event": "workers", "value": value}))?;
        }
        "stats" => {
            let stats = daemon.stats();
            print(&json!({
                "event": "stats",
                "messages": stats.messages,
                "requests": stats.requests,
                "results": stats.results,
                "errors": stats.errors,
                "detached": stats.detached_requests,
                "outstanding": daemon.outstanding(),
                "no_worker": stats.no_worker,
                "forgotten": stats.forgotten,
            }))?;
        }
        "restart" => {
            daemon.restart().await.map_err(|error| error.to_string())?;
            print(&json!({"event": "restarted"}))?;
        }
        _ => return Err(format!("unknown command `{name}`")),
    }
    Ok(())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{text} seconds: {error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("{text} seconds: {error}"))
}

/// Makes a request and prints its answer when it comes.
fn answer(daemon: Arc<Daemon>, id: String, text: &str) -> Result<(), String> {
    let call = syntax::parse_call(text).map_err(|error| format!("{text}: {error}"))?;
    tokio::spawn(async move {
        let outcome: Outcome = daemon.call(&call).await;
        let line = match outcome {
            Ok(value) => json!({"event": "answer", "id": id, "value": value.to_string()}),
            Err(Failure::Moo(failure)) => json!({
                "event": "answer", "id": id, "error": failure.code, "message": failure.message,
            }),
            Err(failure) => {
                json!({"event": "answer", "id": id, "error": "", "message": failure.to_string()})
            }
        };
        // An error means that nobody reads any more.
        let _ = print(&line);
    });
    Ok(())
}

async fn print_events(mut events: Events, all: bool) -> Result<(), String> {
    loop {
        let event = events.next().await;
        let text = event.to_string();
        let name = match event {
            Event::Attached { .. } => "attached",
            Event::Detached { .. } => "detached",
            Event::Expired { .. } => "expired",
            Event::Refused { .. } => "refused",
            Event::Enrolled { .. } => "enrolled",
            Event::NotEnrolled { .. } => "not_enrolled",
            Event::Unsendable { .. } => "unsendable",
            Event::Died => "died",
            Event::Requested { .. } if all => "requested",
            Event::Completed { .. } if all => "completed",
            Event::Failed { .. } if all => "failed",
            _ => continue,
        };
        print(&json!({"event": name, "text": text}))?;
    }
}
