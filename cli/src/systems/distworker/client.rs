//! A client of the controller's HTTP API (DistWorker sheet, section 8.1).

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::{
    exit::{Code, Failure},
    http::Http,
    output::say,
    submit::SubmitArgs,
};

/// The longest single wait that is asked of the controller; longer ones are made of several.
const ONE_WAIT: Duration = Duration::from_secs(60);
/// Between two looks at a task that is being tried again.
const LOOK: Duration = Duration::from_millis(200);
/// How long an answer may take beyond the wait that was asked for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn submit(args: SubmitArgs) -> Result<Code, Failure> {
    let http = Http::new(&args.to)?;
    if args.function.is_some() || args.no_check {
        return Err(Failure::usage(
            "--function and --no-check are for CrowdCompute; leave them away",
        ));
    }
    let input = match args.input.as_slice() {
        [] => Value::Object(Map::new()),
        [input] => object("JSON", input)?,
        _ => return Err(Failure::usage("a DistWorker job has one input; give one JSON object")),
    };
    let mut body = json!({"queue": args.queue, "input": input});
    if let Some(metadata) = &args.metadata {
        body["metadata"] = object("--metadata", metadata)?;
    }
    if let Some(limit) = args.timeout {
        body["timeout"] = format!("{}ms", limit.as_millis()).into();
    }
    if let Some(times) = args.retry {
        body["retry"] = times.into();
    }
    let start = Instant::now();
    let first = args.wait.unwrap_or_default().min(ONE_WAIT);
    let path = format!("/api/v1/tasks?wait={}", first.as_millis());
    let mut task =
        request(&http, "POST", &path, body.to_string().into_bytes(), first + PATIENCE).await?;
    if let Some(wait) = args.wait {
        // The answer comes with the first failure, also when the task is tried again.
        while !finished(&task) && start.elapsed() < wait {
            tokio::time::sleep(LOOK.min(wait.saturating_sub(start.elapsed()))).await;
            let id = task["task_id"].as_str().unwrap_or_default();
            let path = format!("/api/v1/tasks/{id}");
            task = request(&http, "GET", &path, Vec::new(), PATIENCE).await?;
        }
    }
    say(format_args!("{task:#}"))?;
    Ok(match (args.wait, finished(&task)) {
        (None, _) => Code::Ok,
        (Some(_), false) => Code::Unfinished,
        (Some(_), true) if task.get("error").is_some() => Code::Failed,
        (Some(_), true) => Code::Ok,
    })
}

fn object(what: &str, text: &str) -> Result<Value, Failure> {
    let wrong = |problem: String| {
        Failure::usage(format!("{what}: {problem}; give a JSON object such as '{{\"a\":1}}'"))
    };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(wrong("this is no object, and the wire has objects only".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn finished(task: &Value) -> bool {
    task["status"] == "finished"
}

async fn request(
    http: &Http,
    method: &str,
    path: &str,
    body: Vec<u8>,
    limit: Duration,
) -> Result<Value, Failure> {
    let answer = http.request(method, path, body, Some(limit)).await?;
    let value = serde_json::from_slice::<Value>(&answer.body).ok();
    match (answer.status, value) {
        (200, Some(task)) if task["task_id"].is_string() => Ok(task),
        (status @ 400..500, value) => {
            let why =
                value.as_ref().and_then(|value| value["error"].as_str()).unwrap_or("no reason");
            let message = format!("{}: the task was refused, HTTP {status}: {why}", http.url());
            Err(Failure::new(Code::Refused, message))
        }
        (status, _) => Err(Failure::failed(format!(
            "{}: HTTP {status} is not what a DistWorker API answers; its default port is 8080",
            http.url()
        ))),
    }
}
