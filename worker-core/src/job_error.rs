//! What a handler tells the server when a job did not succeed.

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use crate::Value;

/// How a job ended without a result. Each adapter maps each kind to its wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobErrorKind {
    /// The handler failed.
    Failed,
    /// The handler failed, and the server may try again after a while.
    RetryAfter,
    /// The job is refused for good; trying again cannot help.
    Rejected,
    /// The job ran past its deadline.
    TimedOut,
    /// The job was cancelled by the server or by a forced stop.
    Cancelled,
    /// The arguments do not fit the handler.
    BadInput,
    /// The handler panicked.
    Panicked,
    /// No route has this name.
    NoRoute,
    /// The worker has no room for the job.
    Overloaded,
    /// The job is given back unfinished because the worker stops.
    HandedBack,
}

impl JobErrorKind {
    /// All kinds, for tables and tests.
    pub const ALL: [Self; 10] = [
        Self::Failed,
        Self::RetryAfter,
        Self::Rejected,
        Self::TimedOut,
        Self::Cancelled,
        Self::BadInput,
        Self::Panicked,
        Self::NoRoute,
        Self::Overloaded,
        Self::HandedBack,
    ];

    /// A short word for logs and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::RetryAfter => "retry_after",
            Self::Rejected => "rejected",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::BadInput => "bad_input",
            Self::Panicked => "panicked",
            Self::NoRoute => "no_route",
            Self::Overloaded => "overloaded",
            Self::HandedBack => "handed_back",
        }
    }
}

/// Why a job did not succeed.
///
/// It deliberately does not implement [`std::error::Error`], so that every such error converts
/// into it with `?`.
#[derive(Clone)]
pub struct JobError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: JobErrorKind,
    message: String,
    code: Option<Cow<'static, str>>,
    type_name: Option<&'static str>,
    details: Option<Value>,
    retry_after: Option<Duration>,
    /// What was said about it; else the kind decides.
    temporary: Option<bool>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])+ $name:ident => $kind:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name(message: impl Into<String>) -> Self {
            Self::new(JobErrorKind::$kind, message)
        }
    )+};
}

impl JobError {
    /// An error of this kind.
    pub fn new(kind: JobErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            code: None,
            type_name: None,
            details: None,
            retry_after: None,
            temporary: None,
        }))
    }

    constructors! {
        /// The handler failed.
        failed => Failed;
        /// The job is refused for good.
        rejected => Rejected;
        /// The job ran past its deadline.
        timed_out => TimedOut;
        /// The job was cancelled.
        cancelled => Cancelled;
        /// The arguments do not fit.
        bad_input => BadInput;
        /// The handler panicked.
        panicked => Panicked;
        /// The worker has no room.
        overloaded => Overloaded;
        /// The job is given back unfinished.
        handed_back => HandedBack;
    }

    /// The handler failed; the server (or the retry layer) may try again after `delay`.
    pub fn retry_after(delay: Duration, message: impl Into<String>) -> Self {
        let mut error = Self::new(JobErrorKind::RetryAfter, message);
        error.0.retry_after = Some(delay);
        error
    }

    /// No route has this name.
    pub fn no_route(route: &str) -> Self {
        Self::new(JobErrorKind::NoRoute, format!("no handler for `{route}`"))
    }

    /// Sets the code that the server's people see, where the wire has one.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds details, where the wire carries them.
    #[must_use]
    pub fn with_details(mut self, details: impl Into<Value>) -> Self {
        self.0.details = Some(details.into());
        self
    }

    /// Marks the error as one that trying again may cure. The retry layer looks at nothing else.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.0.temporary = Some(true);
        self
    }

    /// Marks the error as one that trying again cannot cure.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.0.temporary = Some(false);
        self
    }

    /// The kind.
    pub fn kind(&self) -> JobErrorKind {
        self.0.kind
    }

    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The code, if one was set.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The name of the Rust error type that it was made from, without its path.
    pub fn type_name(&self) -> Option<&str> {
        self.0.type_name
    }

    /// The details, if any.
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// How long to wait before trying again, if the handler said so.
    pub fn delay(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether trying again may cure it.
    pub fn is_temporary(&self) -> bool {
        self.0.temporary.unwrap_or(matches!(
            self.0.kind,
            JobErrorKind::RetryAfter | JobErrorKind::Overloaded | JobErrorKind::HandedBack
        ))
    }

    /// What the handler said about that, if it did: some servers retry unless told otherwise.
    pub fn said_temporary(&self) -> Option<bool> {
        self.0.temporary
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("JobError");
        out.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(code) = &self.0.code {
            out.field("code", code);
        }
        if let Some(details) = &self.0.details {
            out.field("details", details);
        }
        if let Some(delay) = &self.0.retry_after {
            out.field("retry_after", delay);
        }
        out.field("temporary", &self.is_temporary()).finish()
    }
}

/// Any error is a failed job; its message is the chain of causes.
impl<E: StdError + Send + Sync + 'static> From<E> for JobError {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            // Many errors repeat their source in their own text.
            let text = error.to_string();
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            cause = error.source();
        }
        let mut failed = Self::failed(message);
        let path = std::any::type_name::<E>();
        failed.0.type_name =
            Some(path.split('<').next().and_then(|p| p.rsplit("::").next()).unwrap_or(path));
        failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_converts() {
        fn parse(text: &str) -> Result<i64, JobError> {
            Ok(text.parse::<i64>()?)
        }
        let error = parse("x").unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::Failed);
        assert_eq!(error.message(), "invalid digit found in string");
        assert_eq!(error.type_name(), Some("ParseIntError"));
        assert!(!error.is_temporary());
    }

    #[test]
    fn retry_after_is_temporary() {
        let error = JobError::retry_after(Duration::from_secs(3), "busy");
        assert!(error.is_temporary());
        assert_eq!(error.delay(), Some(Duration::from_secs(3)));
    }
}
