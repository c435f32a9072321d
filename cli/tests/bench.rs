//! The benchmark runs and says what it promises; how fast it is, is not a matter of tests.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use support::{journeyman, run};

#[test]
fn a_line_per_system() {
    let args = ["bench", "--jobs", "60", "--rounds", "2", "--window", "3", "--json"];
    let (code, stdout, stderr) = run(&mut journeyman(&args));
    assert_eq!(code, 0, "{stderr}");
    let lines: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        for key in ["jobs_per_s", "raw_jobs_per_s", "ratio", "p50_us", "p99_us"] {
            assert!(line[key].as_f64().unwrap() > 0.0, "{key}: {line}");
        }
        for key in ["cpu_us_per_job", "raw_cpu_us_per_job", "rss_kib"] {
            // Only Linux tells.
            assert!(
                !cfg!(target_os = "linux") || line[key].as_f64().unwrap() > 0.0,
                "{key}: {line}"
            );
        }
        assert_eq!((&line["jobs"], &line["rounds"]), (&60.into(), &2.into()));
    }
}
