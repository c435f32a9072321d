//! A client of a foreman: submits jobs and waits for their results (CrowdCompute sheet, section 9).

use std::{fmt::Write as _, future::poll_fn, time::Duration};

use journeyman_core::{
    Error, Value,
    transport::{Closed, Event, Goodbye, Lane, Transport},
};
use journeyman_crowdcompute::{Config, ConfigError, Connection, Raw};
use journeyman_ws::{WsMessage, WsTransport, close_code};

use super::{target::usage, values::text};
use crate::exit::{Code, Failure};

/// One call of a function for each of `args`, which are JSON.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) args: Vec<String>,
    /// A JSON object.
    pub(super) metadata: Option<String>,
}

impl Job {
    /// A job with an id of its own.
    pub(super) fn new(code: impl Into<String>, args: Vec<String>) -> Self {
        Self { id: uuid::Uuid::new_v4().to_string(), code: code.into(), args, metadata: None }
    }

    fn message(&self) -> String {
        let Self { id, code, args, metadata } = self;
        let mut message = format!(
            "{{\"type\": \"submit_job\", \"data\": {{\"func_code\": {}, \"args_list\": [{}], \
             \"total_tasks\": {}",
            text(code),
            args.join(", "),
            args.len()
        );
        if let Some(metadata) = metadata {
            // Writing into a text does not fail.
            let _ = write!(message, ", \"task_metadata\": {metadata}");
        }
        let _ = write!(message, "}}, \"job_id\": {}}}", text(id));
        message
    }
}

/// What a foreman says of a job.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// It is taken. Can also come behind the results.
    Accepted,
    /// A result for each argument, in their order.
    Results(Vec<Value>),
    /// It is not taken.
    Refused(String),
}

/// A connection.
#[derive(Debug)]
pub(super) struct Client {
    transport: WsTransport,
    /// How large the latest message was.
    sent: usize,
}

/// Where clients connect to, and how.
pub(super) fn connection(config: &Config) -> Result<Connection, ConfigError> {
    let mut to = config.connection()?;
    // No foreman looks at the path; a proxy in front of one may.
    if let Some(base) = to.target.url.strip_suffix("worker/ws") {
        to.target.url = base.to_owned();
    }
    Ok(to)
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// The settings cannot be, or the foreman cannot be reached.
    pub(super) async fn connect(config: &Config, limit: Duration) -> Result<Self, Failure> {
        let mut to = connection(config).map_err(|error| usage(&error))?;
        to.ws.connect_timeout = limit;
        let mut transport = WsTransport::new(to.ws);
        transport.connect(to.target).await?;
        Ok(Self { transport, sent: 0 })
    }

    /// Sends a job.
    ///
    /// # Errors
    /// It is larger than a message may be.
    pub(super) fn submit(&mut self, job: &Job) -> Result<(), Error> {
        let message = job.message();
        self.sent = message.len();
        self.transport.send(Lane::MAIN, None, WsMessage::from(message))
    }

    /// What the foreman says next of this job.
    ///
    /// # Errors
    /// The connection ended.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub(super) async fn next(&mut self, job: &Job) -> Result<Said, Failure> {
        loop {
            let message = match poll_fn(|cx| self.transport.poll_event(cx)).await {
                Event::Received { message, .. } => message,
                Event::Closed(closed) => return Err(self.lost(&closed)),
                _ => continue,
            };
            let bytes = message.into_bytes();
            let odd = |what: String| Failure::new(Code::Unreachable, format!("the foreman {what}"));
            let text = std::str::from_utf8(&bytes)
                .map_err(|error| odd(format!("sent no UTF-8: {error}")))?;
            let value = Raw::new(text)
                .and_then(|raw| raw.to_value())
                .map_err(|error| odd(format!("sent a message that cannot be read: {error}")))?;
            if let Some(said) = self.read(&value, job)? {
                return Ok(said);
            }
        }
    }

    fn read(&mut self, message: &Value, job: &Job) -> Result<Option<Said>, Error> {
        let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind == "ping" {
            let pong = r#"{"type": "pong", "data": {}, "job_id": null}"#;
            self.transport.send(Lane::MAIN, None, WsMessage::from(pong))?;
            return Ok(None);
        }
        if message.get("job_id").and_then(Value::as_str) != Some(job.id.as_str()) {
            return Ok(None);
        }
        let data = |name| message.get("data").and_then(|data| data.get(name));
        Ok(match kind {
            "job_accepted" => Some(Said::Accepted),
            "job_results" => match data("results") {
                Some(Value::List(results)) => Some(Said::Results(results.clone())),
                _ => Some(Said::Refused("its answer has no list of results".to_owned())),
            },
            "job_error" => {
                let why = data("error").and_then(Value::as_str).unwrap_or("no reason");
                Some(Said::Refused(why.to_owned()))
            }
            _ => None,
        })
    }

    /// Why there are no results.
    fn lost(&self, closed: &Closed) -> Failure {
        if closed.code == Some(close_code::TOO_LARGE) {
            return Failure::new(
                Code::Refused,
                format!(
                    "the job takes {} bytes in one message, which is more than the foreman reads \
                     (one of the seed: 1 MiB); submit fewer or smaller arguments at a time",
                    self.sent
                ),
            );
        }
        Failure::new(
            Code::Unreachable,
            format!(
                "the connection ended before there were results: {}. A foreman drops the results \
                 of a client that is gone, so submit again",
                closed.error.message()
            ),
        )
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        self.transport.close(Goodbye::default()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_one_message() {
        let mut job = Job::new("def f(x):\n    return \"é\"", vec!["1".into(), "NaN".into()]);
        job.metadata = Some("{\"timeout\": 5}".to_owned());
        let message = Raw::new(&job.message()).unwrap().to_value().unwrap();
        let data = message.get("data").unwrap();
        assert_eq!(message.get("type"), Some(&Value::from("submit_job")));
        assert_eq!(message.get("job_id").and_then(Value::as_str), Some(job.id.as_str()));
        assert_eq!(data.get("func_code").and_then(Value::as_str), Some(job.code.as_str()));
        assert_eq!(data.get("total_tasks"), Some(&Value::Int(2)));
        assert_eq!(data.get("task_metadata"), Some(&Value::object([("timeout", 5)])));
    }

    #[test]
    fn clients_connect_to_the_root() {
        for (url, wanted) in [
            ("ws://h:9000", "ws://h:9000/"),
            ("ws://h:9000/worker/ws/", "ws://h:9000/"),
            ("wss://h/base", "wss://h/base/"),
        ] {
            assert_eq!(connection(&Config::new(url)).unwrap().target.url, wanted);
        }
    }
}
