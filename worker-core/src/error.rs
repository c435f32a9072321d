//! The one error of the framework: what went wrong, whose fault it is, and what to do.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// What kind of thing went wrong; a closed set of what a caller can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration cannot work: a bad URL, a missing key, two routes that tie.
    Config,
    /// The backend cannot do what a handler needs, and nothing emulates it.
    Unsupported,
    /// The peer could not be reached: name resolution, TCP, proxy.
    Unreachable,
    /// The TLS handshake failed: certificate expired, unknown issuer, wrong name.
    Tls,
    /// The peer refused the handshake or the registration.
    Refused,
    /// The connection ended.
    Disconnected,
    /// Nothing came in time.
    Timeout,
    /// The peer broke its protocol.
    PeerMisbehaved,
    /// A message is larger than a limit allows.
    TooLarge,
    /// A value cannot be carried by the wire, or a wire value does not fit the type asked for.
    Codec,
    /// Reading or writing a local resource failed.
    Io,
    /// A bug in this program.
    Internal,
}

impl ErrorKind {
    /// A short word for logs and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Unsupported => "unsupported",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Refused => "refused",
            Self::Disconnected => "disconnected",
            Self::Timeout => "timeout",
            Self::PeerMisbehaved => "peer_misbehaved",
            Self::TooLarge => "too_large",
            Self::Codec => "codec",
            Self::Io => "io",
            Self::Internal => "internal",
        }
    }
}

/// The framework's error: one word wide, with a kind, whether trying again can help, what was
/// being done, key-value context and a source.
///
/// `Display` is one line for logs. `Debug` is a report of several lines.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    temporary: bool,
    operation: Cow<'static, str>,
    message: String,
    remedy: Option<Cow<'static, str>>,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind. `operation` says what was being done ("connect"), `message` what
    /// was wrong. Network kinds start as temporary, the rest as permanent.
    pub fn new(
        kind: ErrorKind,
        operation: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        let temporary = matches!(
            kind,
            ErrorKind::Unreachable
                | ErrorKind::Tls
                | ErrorKind::Refused
                | ErrorKind::Disconnected
                | ErrorKind::Timeout
                | ErrorKind::PeerMisbehaved
        );
        Self(Box::new(Inner {
            kind,
            temporary,
            operation: operation.into(),
            message: message.into(),
            remedy: None,
            context: Vec::new(),
            source: None,
        }))
    }

    /// A configuration error.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, "configure", message)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.0.remedy = Some(remedy.into());
        self
    }

    /// Adds a fact, for example the URL (never a secret).
    #[must_use]
    pub fn with_context(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((key, value.to_string()));
        self
    }

    /// Adds the error underneath.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Marks the error as one that will not go away by trying again.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.0.temporary = false;
        self
    }

    /// Marks the error as one that may go away by trying again.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.0.temporary = true;
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether trying again can help.
    pub fn is_temporary(&self) -> bool {
        self.0.temporary
    }

    /// What was being done.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// What was wrong, without operation, context and remedy.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, where it is known.
    pub fn remedy(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }

    /// The facts that were added, in order.
    pub fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.context.iter().map(|(key, value)| (*key, value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.operation, self.0.message)?;
        if !self.0.context.is_empty() {
            f.write_str(" (")?;
            for (i, (key, value)) in self.0.context.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{key}: {value}")?;
            }
            f.write_str(")")?;
        }
        if let Some(source) = &self.0.source {
            write!(f, ": {source}")?;
        }
        if let Some(remedy) = &self.0.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, temporary, operation, message, remedy, context, source } = &*self.0;
        let lasting = if *temporary { "temporary" } else { "permanent" };
        writeln!(f, "{operation}: {message}")?;
        writeln!(f, "  kind: {} ({lasting})", kind.as_str())?;
        for (key, value) in context {
            writeln!(f, "  {key}: {value}")?;
        }
        let mut cause = source.as_deref().map(|source| source as &dyn StdError);
        while let Some(error) = cause {
            writeln!(f, "  caused by: {error}")?;
            cause = error.source();
        }
        match remedy {
            Some(remedy) => write!(f, "  what to do: {remedy}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_what_where_and_what_to_do() {
        let error = Error::new(ErrorKind::Unreachable, "connect", "connection refused")
            .with_context("url", "ws://127.0.0.1:1")
            .with_remedy("start the server");
        assert_eq!(
            error.to_string(),
            "connect: connection refused (url: ws://127.0.0.1:1); start the server"
        );
        assert!(error.is_temporary());
        assert!(!Error::config("x").is_temporary());
    }

    #[test]
    fn one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }

    #[test]
    fn report_lists_the_chain() {
        let io = std::io::Error::other("disk on fire");
        let error = Error::new(ErrorKind::Io, "store", "cannot write").with_source(io);
        assert!(format!("{error:?}").contains("caused by: disk on fire"));
    }
}
