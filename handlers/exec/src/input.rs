//! The line that a program gets.

use std::time::Duration;

use journeyman_core::{
    Job, JobError, Value,
    extract::FromJob,
    job::{Deadline, JobInfo},
};

/// A job as a JSON object in one line: `id`, `route`, `attempt`, `args`, `deadline_ms`, what the
/// job's system gives besides ([`Besides`](journeyman_core::job::Besides)), and what is added.
#[derive(Clone, Debug)]
pub struct Input {
    /// Without the closing brace.
    text: String,
    deadline: Option<Duration>,
}

impl Input {
    /// The line of this job, with its deadline.
    ///
    /// # Errors
    /// Its arguments, or what comes besides, cannot be read.
    pub fn of(job: &Job) -> Result<Self, JobError> {
        let JobInfo { id, route, .. } = job.info();
        // Shown as JSON for people, which is JSON in every case: bytes as numbers, odd keys as text.
        let args = Value::from_job(job)?;
        let mut text = format!(
            "{{\"id\":{},\"route\":{},\"attempt\":{},\"args\":{args}",
            quoted(id),
            quoted(route),
            job.attempt(),
        );
        if let Some(besides) = job.besides() {
            // Space between JSON's words may have any form, and this is one line.
            let json = besides.to_json()?.replace(['\n', '\r'], " ");
            text.push_str(&format!(",{}:{json}", quoted(besides.name())));
        }
        let deadline = Deadline::from_job(job).ok().and_then(Deadline::remaining);
        Ok(Self { text, deadline })
    }

    /// Time that is left for the job; `None` for no limit.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline
    }

    /// The program has no more time than this.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.deadline = Some(self.deadline.map_or(limit, |left| left.min(limit)));
        self
    }

    /// Adds a key. It must be none that is there already.
    #[must_use]
    pub fn with(mut self, key: &str, value: &Value) -> Self {
        self.text.push(',');
        self.text.push_str(&quoted(key));
        self.text.push(':');
        self.text.push_str(&value.to_string());
        self
    }

    /// The line, with its end.
    pub fn into_line(self) -> String {
        let deadline = self.deadline.map(|left| left.as_millis().to_string());
        let deadline = deadline.as_deref().unwrap_or("null");
        format!("{},\"deadline_ms\":{deadline}}}\n", self.text)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
