//! A DistWorker worker with three families of handlers: mathematics, text, and the transformation
//! of data.
//!
//! ```text
//! DISTWORKER_CONTROLLER_URL=http://localhost:8081 DISTWORKER_PROVISIONER=default \
//! DISTWORKER_WORKER_TOKEN=secret cargo run --example distworker_basic --features distworker
//! ```
//!
//! The patterns below only mean something inside this worker. The controller compares names for
//! equality, so that its provisioner must list the queues one by one: `math.add`, `text.count`, …

mod distworker_common;

use std::{collections::BTreeMap, process::ExitCode};

use journeyman::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

const ABOUT: &str = "\
A DistWorker worker. Its queues, and what their tasks take:
  math.add, math.subtract, math.multiply, math.divide, math.power     {\"a\": 2, \"b\": 3}
  text.upper, text.lower, text.reverse, text.count                    {\"text\": \"some words\"}
  data.sort, data.filter, data.sum, data.group
      {\"items\": [{\"kind\": \"x\", \"n\": 1}], \"key\": \"n\", \"value\": 1}";

/// What a queue name says is to be done: its last part.
fn operation(info: &JobInfo) -> &str {
    info.route.rsplit('.').next().unwrap_or_default()
}

fn unknown(info: &JobInfo) -> JobError {
    JobError::no_route(&info.route)
}

#[derive(Deserialize)]
struct Operands {
    a: f64,
    b: f64,
}

async fn math(Args(Operands { a, b }): Args<Operands>, info: JobInfo) -> Result<f64, JobError> {
    let result = match operation(&info) {
        "add" => a + b,
        "subtract" => a - b,
        "multiply" => a * b,
        "divide" if b == 0.0 => return Err(JobError::bad_input("`b` is 0: no division by zero")),
        "divide" => a / b,
        "power" => a.powf(b),
        _ => return Err(unknown(&info)),
    };
    // A number that is no object becomes {"result": number} on this wire.
    Ok(result)
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

async fn text(Args(Text { text }): Args<Text>, info: JobInfo) -> Result<Json, JobError> {
    Ok(match operation(&info) {
        "upper" => json!({ "text": text.to_uppercase() }),
        "lower" => json!({ "text": text.to_lowercase() }),
        "reverse" => json!({ "text": text.chars().rev().collect::<String>() }),
        "count" => json!({
            "characters": text.chars().count(),
            "words": text.split_whitespace().count(),
            "lines": text.lines().count(),
        }),
        _ => return Err(unknown(&info)),
    })
}

#[derive(Deserialize)]
struct Data {
    items: Vec<BTreeMap<String, Json>>,
    key: String,
    /// Only for `data.filter`.
    value: Option<Json>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Transformed {
    Items(Vec<BTreeMap<String, Json>>),
    Sum(f64),
    Groups(BTreeMap<String, u32>),
}

async fn data(
    Args(Data { mut items, key, value }): Args<Data>,
    info: JobInfo,
    progress: Progress,
) -> Result<Transformed, JobError> {
    progress.message(0.1, format!("{} items", items.len()));
    // Every item must have the key: a task that is half right is wrong.
    if let Some(at) = items.iter().position(|item| !item.contains_key(&key)) {
        return Err(JobError::bad_input(format!("item {at} has no `{key}`")));
    }
    let number = |item: &BTreeMap<String, Json>| item[&key].as_f64();
    let done = match operation(&info) {
        "sort" => {
            // Numbers by size and first, the rest by their text.
            let text = |item: &BTreeMap<String, Json>| item[&key].to_string();
            items.sort_by(|a, b| match (number(a), number(b)) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                (None, None) => text(a).cmp(&text(b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            });
            Transformed::Items(items)
        }
        "filter" => {
            let value = value.ok_or_else(|| JobError::bad_input("`value` is missing"))?;
            items.retain(|item| item[&key] == value);
            Transformed::Items(items)
        }
        "sum" => Transformed::Sum(items.iter().filter_map(number).sum()),
        "group" => {
            let mut groups = BTreeMap::new();
            for item in &items {
                let name = match &item[&key] {
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
                *groups.entry(name).or_default() += 1;
            }
            Transformed::Groups(groups)
        }
        _ => return Err(unknown(&info)),
    };
    progress.message(1.0, "done");
    Ok(done)
}

#[tokio::main]
async fn main() -> ExitCode {
    let config = match distworker_common::config(ABOUT) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let connections = config.connections;
    let router = Router::new().route("math.*", math).route("text.*", text).route("data.*", data);
    // A connection has one task at a time.
    let worker = Worker::new(router).serve(config).concurrency(connections);
    distworker_common::finish(worker.run().await)
}
