//! Tasker's REST API, as far as the ring needs it (Tasker sheet, section 15). The stand-in has the
//! same.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// One server.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    url: String,
    client: reqwest::Client,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) success: Option<bool>,
    pub(crate) result: Value,
    pub(crate) error_type: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) retryable: Option<bool>,
}

/// What became of a task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) status: String,
    /// By name.
    pub(crate) steps: Vec<Row>,
}

impl Outcome {
    /// The step of a name.
    pub(crate) fn step(&self, name: &str) -> Result<&Row, String> {
        let found = self.steps.iter().find(|row| row.name == name);
        found.ok_or_else(|| format!("there is no step {name} in {self:?}"))
    }

    /// The values of steps that say `{"value": n}`.
    pub(crate) fn values(&self, names: &[&str]) -> Result<Vec<i64>, String> {
        let value = |name: &&str| {
            let row = self.step(name)?;
            row.result["value"].as_i64().ok_or_else(|| format!("{name} has no value: {row:?}"))
        };
        names.iter().map(value).collect()
    }
}

/// Whether an address answers with a success.
pub(crate) async fn get(url: &str) -> bool {
    reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success())
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(ToOwned::to_owned)
}

fn row(step: &Value) -> Row {
    let (results, metadata) = (&step["results"], &step["results"]["metadata"]);
    Row {
        name: text(step, "name").unwrap_or_default(),
        state: text(step, "current_state").unwrap_or_default(),
        attempts: step["attempts"].as_i64().unwrap_or(0),
        success: results["success"].as_bool(),
        result: results["result"].clone(),
        error_type: text(metadata, "error_type"),
        error_code: text(metadata, "error_code"),
        message: text(&results["error"], "message"),
        retryable: metadata["retryable"].as_bool(),
    }
}

impl Rest {
    pub(crate) fn new(url: String) -> Self {
        Self { url, client: reqwest::Client::new() }
    }

    async fn read(&self, path: &str) -> Result<Value, String> {
        let answer = self.client.get(format!("{}{path}", self.url)).send();
        let answer = answer.await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        match status.is_success() {
            true => serde_json::from_str(&text).map_err(|error| format!("{path}: {error}: {text}")),
            false => Err(format!("{path}: {status}: {text}")),
        }
    }

    /// Starts a task; its id. The same task may be started as often as wanted.
    pub(crate) async fn submit(
        &self,
        namespace: &str,
        name: &str,
        version: &str,
        context: &Value,
        key: &str,
    ) -> Result<String, String> {
        let body = json!({
            "name": name, "namespace": namespace, "version": version, "context": context,
            "initiator": "ring", "source_system": "ring", "reason": "ring",
            "idempotency_key": key,
        });
        let sent = self.client.post(format!("{}/v1/tasks", self.url)).json(&body).send().await;
        let answer = sent.map_err(|error| error.to_string())?;
        let status = answer.status();
        let told = answer.text().await.map_err(|error| error.to_string())?;
        let told: Value =
            serde_json::from_str(&told).map_err(|_| format!("{name}: {status}: {told}"))?;
        text(&told, "task_uuid").ok_or_else(|| format!("{name}: {status}: {told}"))
    }

    /// The state of a task.
    pub(crate) async fn status(&self, task: &str) -> Result<String, String> {
        let told = self.read(&format!("/v1/tasks/{task}")).await?;
        text(&told, "status").ok_or_else(|| format!("no status in {told}"))
    }

    /// The steps of a task, by name.
    pub(crate) async fn steps(&self, task: &str) -> Result<Vec<Row>, String> {
        let told = self.read(&format!("/v1/tasks/{task}/workflow_steps")).await?;
        let mut rows: Vec<_> = told.as_array().into_iter().flatten().map(row).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    /// The task's state and steps now.
    pub(crate) async fn outcome(&self, task: &str) -> Result<Outcome, String> {
        Ok(Outcome { status: self.status(task).await?, steps: self.steps(task).await? })
    }

    /// Waits until a task is as wanted.
    pub(crate) async fn until(
        &self,
        task: &str,
        limit: Duration,
        wanted: impl Fn(&Outcome) -> bool,
    ) -> Result<Outcome, String> {
        let start = Instant::now();
        loop {
            let now = self.outcome(task).await;
            match &now {
                Ok(outcome) if wanted(outcome) => return now,
                // The server may be away for a while, on purpose.
                _ if start.elapsed() > limit => {
                    return Err(format!("task {task} after {limit:?}: {now:?}"));
                }
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Waits for tasks, one after the other: the server has better things to do than to answer for
    /// all of them all the time.
    pub(crate) async fn all_settled(
        &self,
        tasks: &[String],
        limit: Duration,
    ) -> Result<Vec<Outcome>, String> {
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(self.settled(task, limit).await?);
        }
        Ok(outcomes)
    }

    /// Waits until nothing happens to a task by itself any more.
    pub(crate) async fn settled(&self, task: &str, limit: Duration) -> Result<Outcome, String> {
        self.until(task, limit, |outcome| {
            let is_over = ["complete", "error", "cancelled", "blocked_by_failures"];
            let rest = ["complete", "error", "cancelled", "pending", "waiting_for_retry"];
            is_over.contains(&outcome.status.as_str())
                && outcome.steps.iter().all(|row| rest.contains(&row.state.as_str()))
        })
        .await
    }
}
