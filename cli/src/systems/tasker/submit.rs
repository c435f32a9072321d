//! `journeyman submit` to a server, or to `journeyman dev`.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use journeyman_tasker::{
    Json,
    wire::rest::{StepView, TaskRequest, TaskView, TemplateEntry},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::client::{Client, Problem, Refusal};
use crate::{
    exit::{Code, Failure},
    output::{clean, cut, say},
    submit::SubmitArgs,
};

/// Between two looks at a task: at first, and in the long run.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_millis(500);
/// How long a server may be away while its task is waited for.
const AWAY: Duration = Duration::from_secs(15);
/// How long steps of a blocked task are waited for that do not end.
const BLOCKED: Duration = Duration::from_secs(5);
/// Characters of a result or an error that are shown.
const SHOWN: usize = 2000;

/// What `--metadata` can say of a task.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Extra {
    initiator: Option<String>,
    source_system: Option<String>,
    reason: Option<String>,
    tags: Option<Vec<String>>,
    priority: Option<i32>,
    correlation_id: Option<Uuid>,
    parent_correlation_id: Option<Uuid>,
    idempotency_key: Option<String>,
}

pub(super) async fn submit(args: SubmitArgs) -> Result<Code, Failure> {
    refuse_options(&args)?;
    let client = Client::new(&args.to)?;
    let context = context(&args)?;
    let extra = match &args.metadata {
        None => Extra::default(),
        Some(text) => serde_json::from_str(text).map_err(|error| {
            Failure::usage(format!(
                "--metadata: {error}; give a JSON object such as '{{\"priority\":5}}'"
            ))
        })?,
    };
    let [namespace, name, version] = template(&client, &args.queue).await?;
    let mut request = TaskRequest::new(&namespace, &name, &version, context);
    request.reason = extra.reason.unwrap_or_else(|| "journeyman submit".to_owned());
    request.initiator = extra.initiator.unwrap_or(request.initiator);
    request.source_system = extra.source_system.unwrap_or(request.source_system);
    request.tags = extra.tags;
    request.priority = extra.priority;
    request.correlation_id = extra.correlation_id;
    request.parent_correlation_id = extra.parent_correlation_id;
    request.idempotency_key = extra.idempotency_key;
    let task = match client.start(&request).await {
        Ok(task) => task,
        Err(Problem::Refused(refusal)) => return Err(refused(&client, &request, refusal).await),
        Err(problem) => return Err(problem.into_failure(&client.url())),
    };
    let id = task.task_uuid;
    let Some(wait) = args.wait else {
        say(id)?;
        eprintln!("started; curl -s {}/v1/tasks/{id} tells how it is", client.url());
        return Ok(Code::Ok);
    };
    eprintln!("task {id} is started: {namespace}/{name} {version}");
    let task = finish(&client, id, wait).await?;
    let steps = client.steps(id).await.map_err(|problem| problem.into_failure(&client.url()))?;
    report(&task, &steps)?;
    Ok(match task.status.as_str() {
        "complete" | "resolved_manually" => Code::Ok,
        _ if is_over(&task) => Code::Failed,
        _ => Code::Unfinished,
    })
}

fn refuse_options(args: &SubmitArgs) -> Result<(), Failure> {
    let problem = if args.function.is_some() || args.no_check {
        "--function and --no-check are for CrowdCompute; leave them away"
    } else if args.retry.is_some() {
        "--retry is for other systems: a Tasker template says for each step how often it is tried"
    } else if args.timeout.is_some() {
        "--timeout is for other systems: a Tasker template says for each step how long it may take; \
         --wait=TIME limits the waiting"
    } else {
        return Ok(());
    };
    Err(Failure::usage(problem))
}

fn context(args: &SubmitArgs) -> Result<Json, Failure> {
    match args.input.as_slice() {
        [] => Ok(Json::empty()),
        [text] => Json::parse(text.as_str()).map_err(|error| {
            Failure::usage(format!("JSON: {error}; give an object such as '{{\"a\":1}}'"))
        }),
        _ => Err(Failure::usage("a Tasker task has one context; give one JSON object")),
    }
}

/// Namespace, name and version. What was not given is looked up, and must be clear.
async fn template(client: &Client, text: &str) -> Result<[String; 3], Failure> {
    let parts: Vec<_> = text.splitn(3, '/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err(Failure::usage(format!(
            "`{text}` names no template; write NAMESPACE/NAME or NAMESPACE/NAME/VERSION"
        )));
    }
    let (namespace, name) = match parts[..] {
        [namespace, name, version] => return Ok([namespace, name, version].map(str::to_owned)),
        [namespace, name] => (Some(namespace), name),
        _ => (None, text),
    };
    let list = client.templates().await.map_err(|problem| problem.into_failure(&client.url()))?;
    let matches = |entry: &&TemplateEntry| {
        entry.name == name && namespace.is_none_or(|wanted| entry.namespace == wanted)
    };
    let found: Vec<_> = list.templates.iter().filter(matches).collect();
    match found[..] {
        [one] => Ok([one.namespace.clone(), one.name.clone(), one.version.clone()]),
        [] => Err(Failure::new(
            Code::Refused,
            format!("{}: there is no template `{text}`; {}", client.url(), known(&list.templates)),
        )),
        _ => {
            let names: Vec<_> = found.iter().map(|entry| full(entry)).collect();
            Err(Failure::usage(format!(
                "{}: `{text}` can be {}; name one of them",
                client.url(),
                names.join(" or ")
            )))
        }
    }
}

fn full(entry: &TemplateEntry) -> String {
    clean(&format!("{}/{}/{}", entry.namespace, entry.name, entry.version))
}

fn known(templates: &[TemplateEntry]) -> String {
    match templates.len() {
        0 => "no worker registered any".to_owned(),
        count => {
            let mut names: Vec<_> = templates.iter().take(20).map(full).collect();
            names.extend((count > 20).then(|| "…".to_owned()));
            format!("there are {}", names.join(", "))
        }
    }
}

/// Why a task was not taken, and what to do.
async fn refused(client: &Client, request: &TaskRequest, refusal: Refusal) -> Failure {
    let TaskRequest { namespace, name, version, .. } = request;
    let Refusal { status, message } = &refusal;
    let text = match status {
        404 => {
            let known = match client.templates().await {
                Ok(list) => known(&list.templates),
                Err(_) => "templates are registered by workers".to_owned(),
            };
            format!("there is no template {namespace}/{name}/{version}; {known}")
        }
        409 => "a task of the same template with the same context exists already; change the \
                context, or tell them apart: --metadata '{\"idempotency_key\":\"…\"}'"
            .to_owned(),
        400 | 413 | 422 => format!("the server does not take the task: {message}"),
        _ => return Problem::Refused(refusal).into_failure(&client.url()),
    };
    Failure::new(Code::Refused, format!("{}: HTTP {status}: {text}", client.url()))
}

/// Waits until nothing more happens to a task, or the time is over.
async fn finish(client: &Client, id: Uuid, wait: Duration) -> Result<TaskView, Failure> {
    let start = Instant::now();
    let mut look = FIRST_LOOK;
    let (mut away, mut blocked): (Option<Instant>, Option<Instant>) = (None, None);
    loop {
        match client.task(id).await {
            Ok(task) => {
                away = None;
                if task.status == "blocked_by_failures" {
                    blocked.get_or_insert_with(Instant::now);
                }
                let given_up = blocked.is_some_and(|since| since.elapsed() > BLOCKED);
                if is_over(&task) || given_up || start.elapsed() >= wait {
                    return Ok(task);
                }
            }
            // It may come back, and the task is in its database.
            Err(Problem::Failed(failure)) if failure.code == Code::Unreachable => {
                let since = *away.get_or_insert_with(Instant::now);
                if since.elapsed() > AWAY || start.elapsed() >= wait {
                    let text = format!("{}; the task is {id}", failure.message());
                    return Err(Failure::new(failure.code, text));
                }
            }
            Err(problem) => return Err(problem.into_failure(&client.url())),
        }
        tokio::time::sleep(look.min(wait.saturating_sub(start.elapsed()))).await;
        look = (look * 2).min(LOOK);
    }
}

/// Whether nothing more happens to it by itself: a blocked task's other steps may still run.
fn is_over(task: &TaskView) -> bool {
    match task.status.as_str() {
        "complete" | "error" | "cancelled" | "resolved_manually" => true,
        "blocked_by_failures" => task.in_progress_steps == 0,
        _ => false,
    }
}

/// The task, and what came of each of its steps.
fn report(task: &TaskView, steps: &[StepView]) -> Result<(), Failure> {
    let done = steps.iter().filter(|step| step.current_state == "complete").count();
    say(clean(&format!(
        "{}/{} {}  {}  {done} of {} steps",
        task.namespace,
        task.name,
        task.version,
        task.status,
        steps.len()
    )))?;
    let width = |text: fn(&StepView) -> String| {
        steps.iter().map(|step| text(step).chars().count()).max().unwrap_or(0)
    };
    let (names, states) = (width(shown_name), width(state));
    for step in steps {
        let (name, state) = (shown_name(step), state(step));
        let line = format!("  {name:<names$}  {state:<states$}  {}", outcome(step));
        say(line.trim_end())?;
    }
    Ok(())
}

fn shown_name(step: &StepView) -> String {
    cut(&clean(&step.name), 60)
}

fn state(step: &StepView) -> String {
    let mut text = clean(&step.current_state);
    if step.attempts > 1 {
        // Writing into a text does not fail.
        let _ = write!(text, ", try {} of {}", step.attempts, step.max_attempts);
    }
    text
}

/// The result, or the error.
fn outcome(step: &StepView) -> String {
    let Some(results) = &step.results else { return String::new() };
    if let Some(error) = results.error.as_ref().filter(|_| !results.success) {
        let code = results.metadata.error_code.as_ref().or(error.error_type.as_ref());
        let code = code.map(|code| format!("{code}: ")).unwrap_or_default();
        return cut(&clean(&format!("{code}{}", error.message)), SHOWN);
    }
    let text = match results.result.read::<Map<String, Value>>() {
        // What is no object travels as one with this member.
        Ok(members) if members.len() == 1 && members.contains_key("value") => {
            members["value"].to_string()
        }
        _ => results.result.as_str().to_owned(),
    };
    cut(&clean(&text), SHOWN)
}
