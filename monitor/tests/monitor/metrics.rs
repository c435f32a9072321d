//! `/metrics`.

use std::collections::HashSet;

use journeyman_core::{memory::Submission, telemetry};

use crate::support::{config, rig};

/// The series of a page, checked line by line.
fn series(text: &str) -> Vec<(String, f64)> {
    let mut kinds = HashSet::new();
    let mut seen = HashSet::new();
    let mut series = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.split(' ');
            let (what, name) = (words.next().unwrap(), words.next().unwrap());
            assert!(matches!(what, "HELP" | "TYPE"), "{line}");
            assert!(kinds.insert((what.to_owned(), name.to_owned())), "twice: {line}");
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(seen.insert(name.to_owned()), "twice: {line}");
        let base = name.split('{').next().unwrap();
        let family = base.trim_end_matches("_sum").trim_end_matches("_count");
        assert!(kinds.contains(&("TYPE".to_owned(), family.to_owned())), "{line}");
        series.push((name.to_owned(), value.parse().unwrap()));
    }
    series
}

fn value(series: &[(String, f64)], name: &str) -> f64 {
    let found = series.iter().find(|(other, _)| other == name);
    found.unwrap_or_else(|| panic!("no {name} in {series:#?}")).1
}

#[tokio::test]
async fn the_snapshot_as_prometheus_text() {
    let rig = rig(config()).await;
    for _ in 0..3 {
        rig.first.submit(Submission::new("echo")).await.await.unwrap();
    }
    rig.second.submit(Submission::new("fail")).await.await.unwrap_err();
    rig.until("/api/v1/snapshot", |all| all["totals"]["failed"] == 1).await;
    let page = rig.get("/metrics").await;
    assert!(page.header("content-type").starts_with("text/plain; version=0.0.4"));
    let series = series(&page.text());
    for (name, expected) in [
        ("journeyman_ready", 1.0),
        ("journeyman_concurrency_limit", 4.0),
        ("journeyman_permits_free", 4.0),
        ("journeyman_connections_total{backend=\"first\"}", 1.0),
        ("journeyman_jobs_accepted_total{backend=\"first\"}", 3.0),
        ("journeyman_session_ready{backend=\"first\",session=\"0\"}", 1.0),
        ("journeyman_jobs_in_flight{backend=\"second\",session=\"0\"}", 0.0),
        ("journeyman_session_state{backend=\"first\",place=\"0\",state=\"ready\"}", 1.0),
        ("journeyman_session_jobs_total{backend=\"second\",place=\"1\",outcome=\"failed\"}", 1.0),
        ("journeyman_route_jobs_total{route=\"echo\",outcome=\"ok\"}", 3.0),
        ("journeyman_route_duration_seconds_count{route=\"echo\"}", 3.0),
    ] {
        assert_eq!(value(&series, name), expected, "{name}");
    }
    let quantile =
        value(&series, "journeyman_route_duration_seconds{route=\"echo\",quantile=\"0.5\"}");
    assert!(
        quantile > 0.0
            && value(&series, "journeyman_route_duration_seconds_sum{route=\"echo\"}") > 0.0
    );
    assert!(value(&series, "journeyman_start_time_seconds") > 1.6e9);
    rig.stop().await;
}

#[tokio::test]
async fn a_recorder_of_the_process_comes_first_and_nothing_is_told_twice() {
    // Everything that a recorder can have, under the names that it has.
    let recorded = || {
        let lines = telemetry::ALL.iter().map(|(name, help)| {
            format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name}{{backend=\"first\"}} 7\n")
        });
        lines.collect::<String>().trim_end().to_owned()
    };
    let rig = rig(config().metrics(recorded)).await;
    let text = rig.get("/metrics").await.text();
    let series = series(&text);
    assert_eq!(value(&series, "journeyman_jobs_accepted_total{backend=\"first\"}"), 7.0);
    assert_eq!(value(&series, "journeyman_ready"), 1.0);
    rig.stop().await;
}
