//! How a task ended.

use std::{error::Error, fmt, time::Duration};

use crate::{config::Limits, frame::Report, json, output::Output, task::Rules, usage::Usage};

/// A task that gave a result.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Done {
    /// The result.
    pub value: Value,
    /// What it printed.
    pub output: Output,
    /// What it used.
    pub usage: Usage,
    /// Events that a full channel did not take.
    pub dropped_events: u64,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// JSON text as Python's `json.dumps` writes it: ASCII; `NaN` and `Infinity` bare.
    Json(String),
    /// Python's text of a value that JSON cannot carry, as a JSON string literal. Only by
    /// [`Rules::CrowdComputeHead`].
    PythonText(String),
}

impl Value {
    /// The JSON text, if it is that.
    #[must_use]
    pub fn json(&self) -> Option<&str> {
        match self {
            Self::Json(text) => Some(text),
            Self::PythonText(_) => None,
        }
    }

    /// What stands for it in a message of the worker: by the first CrowdCompute's rules the value
    /// itself, by today's a string that holds its JSON text (CrowdCompute sheet, sections 6.3 and
    /// 14.3).
    #[must_use]
    pub fn wire(&self, rules: Rules) -> String {
        match (self, rules) {
            (Self::Json(text), Rules::CrowdComputeHead) => json::literal(text),
            (Self::Json(text) | Self::PythonText(text), _) => text.clone(),
        }
    }
}

/// A task that gave none.
#[derive(Clone, Debug)]
pub struct Failure(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: FailureKind,
    output: Output,
    usage: Usage,
}

/// Why a task gave no result.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FailureKind {
    /// Its code raised an exception, or could not be compiled.
    Python(PythonError),
    /// JSON cannot carry its result.
    NotSerializable(PythonError),
    /// Its result is too large.
    ResultTooLarge {
        /// Bytes of JSON text.
        bytes: u64,
        /// The most there may be.
        limit: u64,
    },
    /// Its code and arguments are too large; it was not run.
    TaskTooLarge {
        /// Bytes of code and arguments.
        bytes: u64,
        /// The most there may be.
        limit: u64,
    },
    /// It ran too long.
    Timeout {
        /// The longest it may.
        limit: Duration,
    },
    /// It used too much processor time.
    CpuLimit {
        /// The most it may.
        limit: Duration,
    },
    /// It needed more memory than there may be.
    MemoryLimit {
        /// Bytes of address space.
        limit: u64,
    },
    /// It had too many threads.
    ThreadLimit {
        /// The most there may be.
        limit: u64,
    },
    /// It filled its scratch folder.
    DiskLimit {
        /// Bytes there may be.
        limit: u64,
        /// Files and folders there may be.
        entries: u64,
    },
    /// It was cancelled.
    Cancelled,
    /// Its interpreter ended in the middle of it.
    Died {
        /// How, such as `killed by signal 11 (a crash)`.
        how: String,
        /// The last lines that it printed.
        last_lines: String,
    },
    /// Its interpreter sent what it must not: the task interfered with it.
    Misbehaved {
        /// What was wrong.
        problem: String,
    },
    /// There was no interpreter to run it; it was not run.
    NotStarted {
        /// Why.
        problem: String,
    },
}

impl FailureKind {
    /// What an interpreter reports.
    pub(crate) fn of(report: Report, limits: &Limits, memory: u64) -> Self {
        let Report { class, kind, text, traceback, size } = report;
        if class == Report::TOO_LARGE {
            return Self::ResultTooLarge { bytes: size, limit: limits.result as u64 };
        }
        // Python's own has no text; a library's says more than we can.
        if kind == "MemoryError" && text == "\"\"" {
            return Self::MemoryLimit { limit: memory };
        }
        // Literals are passed on as they are: one that is none would break a message.
        let is_literal = |text: &String| text.starts_with('"') && json::is_value(text);
        let literal = Some(text).filter(is_literal).unwrap_or_else(|| "\"\"".to_owned());
        let error = PythonError { kind, literal, traceback: json::text(&traceback) };
        match class {
            Report::NOT_SERIALIZABLE => Self::NotSerializable(error),
            Report::RAISED => Self::Python(error),
            _ => Self::Misbehaved { problem: format!("it reported an error of class {class}") },
        }
    }

    /// Whether the task itself is the reason, so that it would fail again. Not so if it was
    /// cancelled, or if there was no interpreter.
    #[must_use]
    pub fn is_tasks_fault(&self) -> bool {
        !matches!(self, Self::Cancelled | Self::NotStarted { .. })
    }
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PythonError {
    /// The name of its class, such as `ValueError`.
    pub kind: String,
    /// `str(exception)` as a JSON string literal, which can hold what Rust's text cannot.
    pub literal: String,
    /// The traceback from the task's own code on, with its source lines; at most 16 KiB.
    pub traceback: String,
}

impl PythonError {
    /// `str(exception)`.
    #[must_use]
    pub fn text(&self) -> String {
        json::text(&self.literal)
    }
}

impl fmt::Display for PythonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        match text.strip_prefix(&self.kind) {
            _ if text.is_empty() => f.write_str(&self.kind),
            // Exceptions that would end a program say their name themselves.
            Some(rest) if rest.is_empty() || rest.starts_with(": ") => f.write_str(&text),
            _ => write!(f, "{}: {text}", self.kind),
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, output: Output, usage: Usage) -> Self {
        Self(Box::new(Inner { kind, output, usage }))
    }

    pub(crate) fn bare(kind: FailureKind) -> Self {
        Self::new(kind, Output::default(), Usage::default())
    }

    /// The same end for another reason.
    pub(crate) fn because(mut self, kind: FailureKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> &FailureKind {
        &self.0.kind
    }

    /// What the task printed before it failed.
    #[must_use]
    pub fn output(&self) -> &Output {
        &self.0.output
    }

    /// What it used.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.usage
    }

    /// What stands for it in an error of the worker, as a JSON string literal: for exceptions
    /// exactly what upstream sends (CrowdCompute sheet, sections 6.3 and 14.4), for what upstream
    /// has no limits for our own words behind the same prefix.
    #[must_use]
    pub fn wire(&self, rules: Rules) -> String {
        let mut out = String::from("\"");
        match self.kind() {
            FailureKind::NotSerializable(error) => return error.literal.clone(),
            FailureKind::Python(error) if rules != Rules::Plain => {
                json::push_escaped(&mut out, rules.error_prefix());
                out.push_str(error.literal.strip_prefix('"').unwrap_or("\""));
            }
            other => {
                json::push_escaped(&mut out, rules.error_prefix());
                json::push_escaped(&mut out, &other.to_string());
                out.push('"');
            }
        }
        out
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind())
    }
}

impl Error for Failure {}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python(error) | Self::NotSerializable(error) => write!(f, "{error}"),
            Self::ResultTooLarge { bytes, limit } => {
                write!(f, "the result is {bytes} bytes as JSON; the limit is {limit}")
            }
            Self::TaskTooLarge { bytes, limit } => {
                write!(f, "code and arguments are {bytes} bytes; the limit is {limit}")
            }
            Self::Timeout { limit } => {
                write!(f, "the task ran longer than {limit:?} and was killed")
            }
            Self::CpuLimit { limit } => {
                write!(f, "the task used more than {limit:?} of processor time and was killed")
            }
            Self::MemoryLimit { limit } => {
                write!(f, "the task is out of memory: the limit is {} MiB", limit >> 20)
            }
            Self::ThreadLimit { limit } => {
                write!(f, "the task had more than {limit} threads and was killed")
            }
            Self::DiskLimit { limit, entries } => write!(
                f,
                "the task left more than {} MiB or {entries} files in its scratch folder and was \
                 killed",
                limit >> 20
            ),
            Self::Cancelled => write!(f, "the task was cancelled"),
            Self::Died { how, last_lines } if last_lines.is_empty() => {
                write!(f, "the interpreter {how} in the middle of the task")
            }
            Self::Died { how, last_lines } => {
                write!(f, "the interpreter {how} in the middle of the task; it said:\n{last_lines}")
            }
            Self::Misbehaved { problem } => {
                write!(f, "the task interfered with its interpreter, which was killed: {problem}")
            }
            Self::NotStarted { problem } => write!(f, "the task was not run: {problem}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(kind: &str, literal: &str) -> PythonError {
        PythonError { kind: kind.to_owned(), literal: literal.to_owned(), traceback: String::new() }
    }

    #[test]
    fn results_on_the_wire() {
        let value = Value::Json("[\"a\", NaN]".to_owned());
        assert_eq!(value.wire(Rules::Plain), "[\"a\", NaN]");
        assert_eq!(value.wire(Rules::CrowdComputeSeed), "[\"a\", NaN]");
        assert_eq!(value.wire(Rules::CrowdComputeHead), r#""[\"a\", NaN]""#);
        let text = Value::PythonText("\"{1}\"".to_owned());
        assert_eq!(text.wire(Rules::CrowdComputeHead), "\"{1}\"");
        assert_eq!((text.json(), value.json()), (None, Some("[\"a\", NaN]")));
    }

    #[test]
    fn errors_on_the_wire() {
        let wire = |kind, rules| Failure::bare(kind).wire(rules);
        let boom = || FailureKind::Python(python("ValueError", r#""b\ud800\"m""#));
        assert_eq!(wire(boom(), Rules::CrowdComputeSeed), r#""Task execution failed: b\ud800\"m""#);
        assert_eq!(
            wire(boom(), Rules::CrowdComputeHead),
            r#""Resumed task execution failed: b\ud800\"m""#
        );
        assert_eq!(wire(boom(), Rules::Plain), r#""ValueError: b\ufffd\"m""#);
        let set = FailureKind::NotSerializable(python("TypeError", "\"no\""));
        assert_eq!(wire(set, Rules::CrowdComputeSeed), "\"no\"");
        let limit = Duration::from_millis(1500);
        assert_eq!(
            wire(FailureKind::Timeout { limit }, Rules::CrowdComputeSeed),
            "\"Task execution failed: the task ran longer than 1.5s and was killed\""
        );
    }

    #[test]
    fn exceptions_as_text() {
        assert_eq!(python("KeyError", "\"'a'\"").to_string(), "KeyError: 'a'");
        assert_eq!(python("RuntimeError", "\"\"").to_string(), "RuntimeError");
        assert_eq!(python("SystemExit", "\"SystemExit: 3\"").to_string(), "SystemExit: 3");
        assert_eq!(python("SystemExit", "\"SystemExit\"").to_string(), "SystemExit");
    }

    #[test]
    fn what_is_reported_is_not_trusted() {
        let report = |class, text: &str| {
            let (kind, text) = ("ValueError".to_owned(), text.to_owned());
            let report = Report { class, kind, text, traceback: String::new(), size: 9 };
            FailureKind::of(report, &Limits::default(), 1)
        };
        assert_eq!(
            report(0, r#""a\ud800""#),
            FailureKind::Python(python("ValueError", r#""a\ud800""#))
        );
        for text in [r#""a", "task_id": "another""#, "1", "", "\"é\""] {
            assert_eq!(
                report(0, text),
                FailureKind::Python(python("ValueError", "\"\"")),
                "{text}"
            );
        }
        let limit = Limits::default().result as u64;
        assert_eq!(report(2, ""), FailureKind::ResultTooLarge { bytes: 9, limit });
        assert!(matches!(report(7, ""), FailureKind::Misbehaved { .. }));
    }

    #[test]
    fn whose_fault_it_is() {
        assert!(FailureKind::Timeout { limit: Duration::ZERO }.is_tasks_fault());
        assert!(!FailureKind::Cancelled.is_tasks_fault());
        assert!(!FailureKind::NotStarted { problem: String::new() }.is_tasks_fault());
    }
}
