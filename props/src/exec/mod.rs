//! Programs in any language as props.

mod bucket;
mod handler;
mod hear;
mod line;
mod log;
mod outlet;
mod run;
mod settings;
mod talk;

use std::sync::Arc;

use journeyman_core::{JobError, Router};
use journeyman_halloween::Subscription;

use crate::{Factory, Instance, PropContext};

/// The route of messages that are no commands.
const MESSAGE: &str = "message";

/// Makes a prop of a program in any language.
///
/// A program is started in the prop's folder, once per run of the prop, and goes on until the prop
/// stops. It reads one JSON object per line from standard input and prints one per line to standard
/// output.
///
/// In comes a command, when the one before it has its answer:
///
/// ```text
/// {"id":"cannon-1","route":"fire","attempt":1,"args":750,
///  "action":"fire","arg":"750","topic":"halloween/cannon/cmd","deadline_ms":30000}
/// ```
///
/// (in one line). `args` is the argument as what it means, `arg` as the text that upstream's
/// handlers get, or null (Halloween sheet, section 3.1). A message of a topic that the prop
/// subscribed to has the route `message`, and `action` and `arg` are null.
///
/// Out goes the answer to the command in work, with its `id` if the program wants that checked:
///
/// | line | what becomes of it |
/// |---|---|
/// | `{"progress":0.5,"message":"half"}` | telemetry `<route>/progress`: `0.5 half` |
/// | `{"result":…}` | telemetry `<route>`, or the answer to who asked for one; nothing for null |
/// | `{"error":{"message":"…","code":"…"}}` | `status/error` = `<code>: <message>` |
/// | `{"error":{"code":"UNKNOWN_ACTION"}}` | `status/warn` = `Unknown action: <action>` |
///
/// and, at any time:
///
/// | line | what becomes of it |
/// |---|---|
/// | `{"telemetry":{"key":"tick","value":1,"qos":0,"retain":false}}` | telemetry |
/// | `{"status":{"key":"warn","value":"…","qos":0,"retain":false}}` | a status |
/// | `{"state":"armed"}` or `{"state":{"value":"armed","qos":1,"retain":true}}` | the state |
/// | `{"command":{"target":"fogger","action":"start","args":…,"qos":1,"device":false}}` | a command; `device` sends `params` as well, for firmware |
/// | `{"broadcast":{"targets":["a","b"],"action":"stop","args":…,"qos":1}}` | a command to each, at most 1000 |
/// | `{"exit":true}` | the prop stops, and stays stopped |
///
/// `qos`, `retain`, `args` and `device` may be left out; what is shown are their defaults (a state's
/// are `qos` 0, not retained). A line that is none of these goes to `status/error`, and the program
/// goes on.
///
/// # Its environment
/// Ours, without the variables that hold secrets of the host, and with `JOURNEYMAN_PROP_ID`,
/// `JOURNEYMAN_PROP_NAME` and `JOURNEYMAN_PROP_CONFIG`, the configuration as JSON, in which
/// `${NAME}` is replaced by variables. A secret that the prop needs goes through its config file.
///
/// # What ends a run
/// The run fails, and the host starts a new one after a while, when the program
/// - ends, whatever its exit status, or closes standard output: the error has the end of standard
///   error, which otherwise goes to the host's log line by line;
/// - has no answer within `exec_timeout` (of the config file; 30 s) or the deadline of the command:
///   what it is doing is unknown then, and the command fails with `TimeoutError`;
/// - prints a line of more than 1 MiB, or more than 10 000 lines at once and 1000 per second after
///   that.
///
/// # Stop
/// Standard input is closed: the program switches its hardware off and ends. It may still publish.
/// What is left of it and of all that it has started gets SIGTERM after two seconds, and SIGKILL
/// after two more. What leaves the process group on purpose (`setsid`) escapes.
///
/// # Example
/// ```
/// use journeyman_props::ExecFactory;
///
/// // In the folder of the prop, with a secret of the host program kept from it.
/// let fogger = ExecFactory::new(["python3", "fogger.py"]).hide(["MY_TOKEN"]);
/// # let _ = fogger;
/// ```
#[derive(Clone, Debug)]
pub struct ExecFactory {
    words: Vec<String>,
    hidden: Vec<String>,
}

impl ExecFactory {
    /// A program and its arguments. The program is a file of the prop's folder, or an absolute path,
    /// or in `PATH`.
    pub fn new(words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), hidden: Vec::new() }
    }

    /// Takes more environment variables away than those that hold the secrets of an MQTT broker.
    #[must_use]
    pub fn hide(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.hidden.extend(names.into_iter().map(Into::into));
        self
    }
}

impl Factory for ExecFactory {
    fn make(&self, context: &PropContext) -> Result<Instance, JobError> {
        let settings: settings::Settings = context.config()?;
        let program = settings::program(&self.words, &self.hidden, context)?;
        let (run, handler) = run::new(program, settings.exec_timeout, Arc::new(context.clone()));
        let mut instance = Instance::new(Router::new().fallback(handler), run);
        for filter in settings.exec_subscribe {
            instance = instance.subscribe(Subscription::new(filter, MESSAGE));
        }
        Ok(instance)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
