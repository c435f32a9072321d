//! A log without passwords while upstream starts.
//!
//! Upstream logs the values that it puts into its configuration, and the beginning of the address
//! of its database, both at the level `info` (Tasker sheet, section 13). What it starts with is read
//! under this guard, whatever the program's own log is set to.

use std::fmt::{Debug, Write};

use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// The places that write secrets, and the level from which on they may.
const TELLTALES: [&str; 2] = ["tasker_shared::config", "tasker_shared::database"];

/// Hands everything on to another log, but for what would tell a secret.
pub(crate) struct Quiet {
    to: Dispatch,
    secrets: Vec<String>,
}

impl Quiet {
    /// In front of the log of this thread. Texts with one of these secrets are dropped, too.
    pub(crate) fn new(secrets: Vec<String>) -> Self {
        let to = tracing::dispatcher::get_default(Clone::clone);
        Self { to, secrets }
    }

    fn tells(&self, fields: impl FnOnce(&mut Text)) -> bool {
        let mut text = Text(String::new());
        fields(&mut text);
        self.secrets.iter().any(|secret| text.0.contains(secret.as_str()))
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{value:?}");
    }

    fn record_str(&mut self, _field: &Field, value: &str) {
        self.0.push_str(value);
        self.0.push('\n');
    }
}

fn is_telltale(metadata: &Metadata<'_>) -> bool {
    let is_from = |place: &&str| metadata.target().starts_with(*place);
    *metadata.level() >= tracing::Level::INFO && TELLTALES.iter().any(is_from)
}

impl Subscriber for Quiet {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !is_telltale(metadata) && self.to.enabled(metadata)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.to.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if !self.tells(|text| values.record(text)) {
            self.to.record(span, values);
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.to.record_follows_from(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        if !is_telltale(event.metadata()) && !self.tells(|text| event.record(text)) {
            self.to.event(event);
        }
    }

    fn enter(&self, span: &Id) {
        self.to.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.to.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.to.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.to.try_close(id)
    }

    fn current_span(&self) -> tracing_core::span::Current {
        self.to.current_span()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn secrets_are_not_written_and_the_rest_is() {
        let written = Written::default();
        let writer = written.clone();
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(log, || {
            let quiet = Quiet::new(vec!["s3cret".to_owned()]);
            tracing::subscriber::with_default(quiet, || {
                tracing::info!(target: "tasker_shared::config::config_loader", "url: s3c");
                tracing::debug!(target: "tasker_shared::database::pools", "url: s3c");
                tracing::warn!("the url postgresql://u:s3cret@h/db");
                tracing::info!(url = "postgresql://u:s3cret@h/db", "a field");
                tracing::warn!(target: "tasker_shared::database::pools", "slow");
                let span = tracing::info_span!("outer", n = 1);
                span.in_scope(|| tracing::info!("hello"));
            });
            tracing::info!("after");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("s3c"), "{text}");
        for part in ["slow", "outer{n=1}", "hello", "after"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
