//! `journeyman submit` to a foreman.

use std::time::Duration;

use journeyman_core::Value;
use journeyman_crowdcompute::{Config, Raw};
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    client::{Client, Job, Said},
    source::Source,
    target::usage,
    values,
};
use crate::{
    exit::{Code, Failure},
    output::say,
    submit::SubmitArgs,
};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the foreman may take to accept a job behind its results.
const AFTERWARDS: Duration = Duration::from_millis(200);

pub(super) async fn submit(args: SubmitArgs) -> Result<Code, Failure> {
    let config = Config::from_uri(&args.to).map_err(|error| usage(&error))?;
    config.validate().map_err(|error| usage(&error))?;
    if args.retry.is_some() {
        return Err(Failure::usage(
            "--retry is for other systems: a foreman tries every failed task again, without limit",
        ));
    }
    let job = job(&args).await?;
    let count = job.args.len();
    let until = args.wait.or(args.timeout).and_then(|wait| Instant::now().checked_add(wait));
    let mut client = Client::connect(&config, CONNECT).await?;
    client.submit(&job)?;
    let mut accepted = false;
    let results = loop {
        let said = match until {
            None => client.next(&job).await?,
            Some(until) => match timeout_at(until, client.next(&job)).await {
                Ok(said) => said?,
                Err(_) => return Err(unfinished(&job, accepted)),
            },
        };
        match said {
            Said::Accepted if !accepted => {
                accepted = true;
                let tasks = if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") };
                eprintln!("job {} is accepted: {tasks}", job.id);
            }
            Said::Accepted => {}
            Said::Results(results) => break results,
            Said::Refused(why) => {
                return Err(Failure::new(Code::Refused, format!("the job was refused: {why}")));
            }
        }
    };
    results.iter().map(values::json).try_for_each(say)?;
    if !accepted {
        // A fast task overtakes it, and to leave at once would only fill the foreman's log.
        let _ = timeout(AFTERWARDS, client.next(&job)).await;
    }
    client.close().await;
    match results.len() {
        got if got == count => Ok(Code::Ok),
        got => Err(Failure::failed(format!("{count} results were expected, and {got} came"))),
    }
}

fn unfinished(job: &Job, accepted: bool) -> Failure {
    let id = &job.id;
    let text = match accepted {
        true => format!(
            "no results of job {id} in time. A foreman does not tell clients when there is no \
             worker, or when a task fails, which it tries again and again: see its workers' logs, \
             and http://HOST:8000/api/jobs/{id}. The job goes on, but its results will be dropped, \
             since nobody waits for them"
        ),
        false => format!(
            "the server neither accepted nor refused job {id} in time; is it a foreman, and this \
             its port for workers and clients (9000), not that of its HTTP API?"
        ),
    };
    Failure::new(Code::Unfinished, text)
}

/// The job from a file and arguments.
async fn job(args: &SubmitArgs) -> Result<Job, Failure> {
    let file = &args.queue;
    if args.input.is_empty() {
        return Err(Failure::usage(format!(
            "{file}: give at least one argument, as JSON: the function is called once for each, and \
             a job without any never ends"
        )));
    }
    for (at, text) in args.input.iter().enumerate() {
        Raw::new(text).map_err(|error| not_json(at + 1, text, &error.to_string()))?;
    }
    let mut metadata = match &args.metadata {
        None => Vec::new(),
        Some(text) => object(text)?,
    };
    let mut source = Source::read(file, !args.no_check).await?;
    match (&args.function, source.functions.as_deref()) {
        (Some(name), _) => {
            source.call(name)?;
            set(&mut metadata, "_func_name", name.as_str().into());
        }
        (None, Some([first, second, rest @ ..])) => eprintln!(
            "note: {file} defines {first}, {second}{}; workers call the first one, {first}, unless \
             --function names another",
            if rest.is_empty() { "" } else { ", …" }
        ),
        _ => {}
    }
    if let Some(limit) = args.timeout {
        set(&mut metadata, "timeout", limit.as_secs_f64().into());
    }
    let mut job = Job::new(source.text, args.input.clone());
    if !metadata.is_empty() {
        job.metadata = Some(values::json(&Value::Map(metadata)));
    }
    Ok(job)
}

fn not_json(number: usize, text: &str, problem: &str) -> Failure {
    let plain = text.chars().all(|c| c.is_alphanumeric() || " _-./".contains(c));
    let hint = match plain && text.chars().any(char::is_alphabetic) {
        true => format!("; a text stands in quotes: '\"{text}\"'"),
        false => String::new(),
    };
    let shown: String = text.chars().take(60).collect();
    Failure::usage(format!("argument {number}, `{shown}`, is no JSON: {problem}{hint}"))
}

fn set(metadata: &mut Vec<(Value, Value)>, key: &str, value: Value) {
    metadata.retain(|(known, _)| known.as_str() != Some(key));
    metadata.push((key.into(), value));
}

fn object(text: &str) -> Result<Vec<(Value, Value)>, Failure> {
    let wrong = |problem: String| {
        Failure::usage(format!("--metadata: {problem}; give a JSON object such as '{{\"a\":1}}'"))
    };
    match Raw::new(text).and_then(|raw| raw.to_value()) {
        Ok(Value::Map(pairs)) => Ok(pairs),
        Ok(_) => Err(wrong("this is no object".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}
