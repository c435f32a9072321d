//! What becomes of the lines of a program.

use journeyman_core::{JobError, Value};
use journeyman_exec::{Answer, OUTPUT, shown};
use journeyman_halloween::PublishOptions;

use super::{
    line::{Line, Word},
    talk::{LINES, Talk},
};

/// The code by which a program says that it does not know an action.
const UNKNOWN_ACTION: &str = "UNKNOWN_ACTION";

impl Talk {
    /// Takes a line.
    pub(super) async fn hear(&mut self, line: &[u8]) {
        if self.flood.take().is_none() {
            let (burst, rate) = LINES;
            let text =
                format!("the program printed more than {burst} lines, and {rate} per second");
            return self.cut_off(&wrong(text));
        }
        let result = match Line::read(line) {
            // It waits while the session is behind, and so does the program.
            Ok(Line::Word(word)) => self.outlet.say(word).await,
            Ok(Line::Answer { id, answer }) => self.hear_answer(id.as_deref(), answer).await,
            Ok(Line::Exit) => {
                self.outlet.exit();
                Ok(())
            }
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            self.complain(&error).await;
        }
    }

    async fn hear_answer(&mut self, id: Option<&str>, answer: Answer) -> Result<(), JobError> {
        let Some(work) = &self.work else {
            return Err(wrong("the program printed an answer, and no command is in work"));
        };
        if let Some(id) = id
            && *id != *work.request.id
        {
            let (id, present) = (shown(id.as_bytes()), &work.request.id);
            let text =
                format!("the program printed an answer to `{id}`, and `{present}` is in work");
            return Err(wrong(text));
        }
        match answer {
            Answer::Result(value) => self.answer(Ok(value)),
            Answer::Error(error) => {
                let unknown = error.code() == Some(UNKNOWN_ACTION);
                let error = if unknown { JobError::no_route(&work.request.route) } else { error };
                self.answer(Err(error));
            }
            Answer::Progress { fraction, message, .. } => {
                // A route can be named like no topic.
                let route = work.request.route.replace(['+', '#', '\0'], "_");
                let value = match message.as_str() {
                    "" => Value::Float(fraction),
                    message => Value::String(format!("{fraction:?} {message}")),
                };
                let key = format!("{route}/progress");
                let options = PublishOptions::new();
                return self.outlet.say(Word::Telemetry { key, value, options }).await;
            }
            // There is no other yet.
            _ => {}
        }
        Ok(())
    }

    /// Says that a line was wrong, unless that was said too often already.
    async fn complain(&mut self, error: &JobError) {
        match self.complaints.take() {
            Some(0) => self.outlet.complain(error).await,
            Some(before) => {
                let text = format!("{} ({before} before it were not shown)", error.message());
                self.outlet.complain(&wrong(text)).await;
            }
            None => {}
        }
    }
}

fn wrong(text: impl Into<String>) -> JobError {
    JobError::failed(text).with_code(OUTPUT)
}
