//! Everything that is logged, as text: to look for what must not be there.

use std::{
    fmt::{self, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

/// The most text that is kept, in bytes.
const LIMIT: usize = 64 << 20;

/// A subscriber of all spans and events at all levels.
#[derive(Clone, Debug, Default)]
pub(super) struct Capture {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

/// As long as it is there, the logs of this thread are captured.
#[derive(Debug)]
pub(super) struct Capturing {
    _guard: DefaultGuard,
    _second: Dispatch,
}

impl Capture {
    /// Captures the logs of this thread.
    pub(super) fn start(&self) -> Capturing {
        // With a single dispatcher in the process, a place that logs for the first time on
        // another thread, one without a subscriber, would be taken for uninteresting to all.
        let second = Dispatch::new(Self::default());
        Capturing { _guard: tracing::subscriber::set_default(self.clone()), _second: second }
    }

    /// What was logged so far.
    pub(super) fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn line(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut dyn Visit)) {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        if text.len() > LIMIT {
            return;
        }
        let _ = write!(text, "{} {}", metadata.level(), metadata.target());
        record(&mut Fields(&mut text));
        text.push('\n');
    }
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), |visit| span.record(visit));
        Id::from_u64(self.spans.fetch_add(1, Relaxed) + 1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        values.record(&mut Fields(&mut text));
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line(event.metadata(), |visit| event.record(visit));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_events_and_their_fields_are_seen() {
        let capture = Capture::default();
        let capturing = capture.start();
        let span = tracing::trace_span!("outer", where_to = "there");
        span.in_scope(|| tracing::debug!(answer = 42, text = ?"quoted", "spoken"));
        drop(capturing);
        tracing::error!("too late");
        let text = capture.text();
        for part in ["where_to=\"there\"", "answer=42", "text=\"quoted\"", "spoken"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("too late"), "{text}");
    }
}
