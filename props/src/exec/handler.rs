//! Commands on their way to the program.

use std::{sync::Arc, time::Duration};

use journeyman_core::{Handler, Job, JobError, JobResult, Value};
use journeyman_exec::Input;
use journeyman_halloween::CommandMeta;
use tokio::sync::{mpsc, oneshot};

/// A command for the program.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: Arc<str>,
    pub(super) route: Arc<str>,
    /// What the program gets.
    pub(super) line: String,
    /// How long it may take.
    pub(super) limit: Duration,
    /// Closed when nobody waits for the answer any more.
    pub(super) reply: oneshot::Sender<Result<Value, JobError>>,
}

/// Takes all commands of the prop.
#[derive(Clone, Debug)]
pub(super) struct ToProgram {
    pub(super) requests: mpsc::Sender<Request>,
    pub(super) timeout: Duration,
}

impl Handler for ToProgram {
    async fn call(&self, job: Job) -> JobResult {
        let (line, limit) = line(&job, self.timeout)?;
        let (reply, answer) = oneshot::channel();
        let (id, route) = (Arc::clone(&job.info().id), Arc::clone(&job.info().route));
        let talk = async {
            let request = Request { id, route, line, limit, reply };
            // Not begun: whoever can keep it, keeps it for the next run.
            let gone = || JobError::handed_back("the prop's program does not run");
            self.requests.send(request).await.map_err(|_| gone())?;
            answer.await.unwrap_or_else(|_| Err(gone()))
        };
        tokio::select! {
            // An answer that is there counts.
            biased;
            answer = talk => job.reply(&answer?),
            reason = job.cancelled() => Err(JobError::cancelled(reason.as_str())),
        }
    }
}

/// The line of a command, and the time that the program has for it.
fn line(job: &Job, timeout: Duration) -> Result<(String, Duration), JobError> {
    let input = Input::of(job)?.limit(timeout);
    let limit = input.remaining().unwrap_or(timeout);
    let null = || Value::Null;
    let text = |text: &str| Value::from(text.to_owned());
    let (action, arg, topic) = match job.extract::<CommandMeta>() {
        Ok(meta) => (
            meta.action().map_or_else(null, text),
            meta.arg().map_or_else(null, |arg| text(&arg.text())),
            text(meta.topic()),
        ),
        // Of another backend: the name of the job is all that there is.
        Err(_) => (text(&job.info().route), null(), null()),
    };
    let input = input.with("action", &action).with("arg", &arg).with("topic", &topic);
    Ok((input.into_line(), limit))
}
