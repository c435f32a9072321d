//! Public types can go to other threads and be shown in logs; the book's table of metrics is the
//! program's.

use std::fmt::Debug;

use journeyman_core::{
    self as core, backend, capability, extract, job, layers, memory, payload, protocol, router,
    sans_io, session, snapshot, telemetry, transport, value,
};

fn shared<T: Send + Sync + Debug>() {}
fn sent<T: Send + Debug>() {}

#[test]
fn public_types_are_send_sync_and_debug() {
    shared::<core::Error>();
    shared::<core::ErrorKind>();
    shared::<core::Extensions>();
    shared::<core::Job>();
    shared::<core::JobError>();
    shared::<core::JobErrorKind>();
    shared::<core::JobInfo>();
    shared::<core::Reply<u8>>();
    shared::<core::Scope>();
    shared::<core::Secret>();
    shared::<core::Summary>();
    shared::<core::Value>();
    shared::<core::WorkerControl>();
    shared::<core::Brake>();
    shared::<core::backoff::Backoff>();
    shared::<backend::Commands>();
    shared::<backend::SessionConfig>();
    shared::<capability::Capabilities>();
    shared::<capability::Need>();
    shared::<extract::Args<u8>>();
    shared::<extract::State<u8>>();
    shared::<job::Cancel>();
    shared::<job::Completion>();
    shared::<job::Deadline>();
    shared::<job::Events>();
    shared::<job::Progress>();
    shared::<layers::Standard>();
    shared::<layers::RetryBudget>();
    shared::<layers::Retry<router::RouteService>>();
    shared::<layers::RateLimit<router::RouteService>>();
    shared::<layers::Concurrency<router::RouteService>>();
    shared::<layers::Timeout<router::RouteService>>();
    shared::<layers::CatchPanic<router::RouteService>>();
    shared::<layers::Trace<router::RouteService>>();
    shared::<layers::Metrics<router::RouteService>>();
    shared::<memory::MemoryClient>();
    shared::<memory::Submission>();
    shared::<payload::Json>();
    shared::<protocol::IncomingJob>();
    shared::<protocol::Settlement>();
    shared::<protocol::Token>();
    shared::<router::Pattern>();
    shared::<router::RouteService>();
    shared::<session::SessionState>();
    shared::<snapshot::Snapshot>();
    shared::<transport::Closed>();
    shared::<transport::Event<u8>>();
    shared::<value::BigInt>();
    // Driven by one task at a time.
    sent::<core::Route>();
    sent::<core::Router>();
    sent::<core::Serve>();
    sent::<core::Worker>();
    sent::<core::StartedWorker>();
    sent::<memory::Memory>();
    sent::<memory::MemoryJob>();
    sent::<protocol::Action<u8>>();
    sent::<protocol::Input<u8>>();
    sent::<backend::Sessions>();
    fn driver<P: protocol::Protocol>() {
        sent::<sans_io::Driver<P>>();
    }
    let _ = driver::<Nothing>;
}

/// A protocol that does nothing.
#[derive(Debug)]
struct Nothing;

impl protocol::Protocol for Nothing {
    type Target = ();
    type Message = ();

    fn target(&mut self, _now: std::time::SystemTime) -> Result<(), core::Error> {
        Ok(())
    }

    fn handle(&mut self, _cx: &mut protocol::Cx<'_, ()>, _input: protocol::Input<()>) {}

    fn next_deadline(&self) -> Option<std::time::Instant> {
        None
    }
}

/// The rows of the table in the book: name, type, labels, meaning.
fn table() -> Vec<[String; 4]> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/telemetry.md");
    let text = std::fs::read_to_string(page).expect("the chapter is there");
    let rows = text.lines().filter(|line| line.starts_with("| `journeyman_"));
    rows.map(|line| {
        let cells: Vec<_> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        <[String; 4]>::try_from(cells).unwrap_or_else(|cells| panic!("four cells: {cells:?}"))
    })
    .collect()
}

#[test]
fn the_table_in_the_book_is_the_list_of_metrics() {
    let rows = table();
    let names: Vec<_> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let expected: Vec<_> = telemetry::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected);
    for ([_, kind, _, meaning], (name, help)) in rows.iter().zip(telemetry::ALL) {
        assert_eq!(meaning, help, "{name}");
        let expected = match name {
            name if name.ends_with("_total") => "counter",
            name if name.ends_with("_seconds") => "histogram",
            _ => "gauge",
        };
        assert_eq!(kind, expected, "{name}");
    }
}

/// Collects what is registered: names with the keys of their labels.
#[derive(Default)]
struct Registered(std::sync::Mutex<std::collections::BTreeMap<String, String>>);

impl Registered {
    fn note(&self, key: &metrics::Key) {
        let labels: Vec<_> = key.labels().map(metrics::Label::key).collect();
        let mut seen = self.0.lock().expect("no panic before");
        seen.insert(key.name().to_owned(), labels.join(", "));
    }
}

impl metrics::Recorder for Registered {
    fn describe_counter(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn describe_gauge(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn describe_histogram(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        _: metrics::SharedString,
    ) {
    }

    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        self.note(key);
        metrics::Counter::noop()
    }

    fn register_gauge(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        self.note(key);
        metrics::Gauge::noop()
    }

    fn register_histogram(
        &self,
        key: &metrics::Key,
        _: &metrics::Metadata<'_>,
    ) -> metrics::Histogram {
        self.note(key);
        metrics::Histogram::noop()
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_worker_registers_is_what_the_table_says() {
    let registered = Registered::default();
    let _guard = metrics::set_default_local_recorder(&registered);
    let (backend, client) = memory::Memory::new();
    let handler = async |info: core::JobInfo| match info.attempt {
        1 => Err(core::JobError::failed("once").temporary()),
        _ => Ok(()),
    };
    let layers = layers::Standard::new().retry(layers::RetryLayer::new(2));
    let router = core::Router::new().route("flaky", core::Route::new(handler).layer(layers));
    let worker = core::Worker::new(router).serve(backend).start().expect("a worker");
    client.call::<()>("flaky", &()).await.expect("the second attempt succeeds");
    worker.control().drain();
    worker.wait().await.expect("a good end");

    let seen = registered.0.lock().expect("no panic before");
    for [name, _, labels, _] in table() {
        let name = name.trim_matches('`');
        let labels = labels.replace('`', "");
        assert_eq!(seen.get(name), Some(&labels), "the labels of {name}");
    }
    assert_eq!(seen.len(), table().len());
}
