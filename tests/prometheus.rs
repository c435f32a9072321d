//! What a worker measures comes out as Prometheus text. A process has one recorder, so this is a
//! test program of its own.

use journeyman::{memory::Memory, prelude::*, prometheus};

#[tokio::test]
async fn a_workers_metrics_are_rendered() {
    let metrics = prometheus::install().expect("the first recorder of the process");
    let second = prometheus::install().expect_err("one is installed").to_string();
    assert!(second.contains("install one recorder per process"), "{second}");

    let (backend, client) = Memory::new();
    let router = Router::new().route("hello", async || "world");
    let worker = Worker::new(router).serve(backend).start().expect("it starts");
    client.call::<String>("hello", &()).await.expect("it succeeds");
    client.call::<String>("nobody", &()).await.expect_err("it has no route");
    worker.control().drain();
    worker.wait().await.expect("a good end");

    let text = metrics.render();
    for line in [
        "# HELP journeyman_jobs_accepted_total Jobs that were accepted.",
        "# TYPE journeyman_job_duration_seconds histogram",
        r#"journeyman_jobs_accepted_total{backend="memory"} 2"#,
        r#"journeyman_job_duration_seconds_bucket{backend="memory",le="300"} 1"#,
        r#"journeyman_job_duration_seconds_count{backend="memory"} 1"#,
    ] {
        assert!(text.lines().any(|other| other == line), "no `{line}` in\n{text}");
    }
    for outcome in ["ok", "no_route"] {
        let settled = text.lines().find(|line| {
            line.starts_with("journeyman_jobs_settled_total")
                && line.contains(&format!("outcome=\"{outcome}\""))
                && line.contains("settlement=\"confirmed\"")
        });
        assert!(settled.is_some_and(|line| line.ends_with(" 1")), "{outcome}: {settled:?}");
    }
}
