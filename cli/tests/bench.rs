//! The benchmark runs and says what it promises; how fast it is, is not a matter of tests.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/crowd.rs"]
mod crowd;
mod support;

use std::process::Command;

use support::{journeyman, run};

/// An interpreter with packages, if there is one; if not, that is said aloud.
fn python_with(import: &str, test: &str) -> Option<String> {
    let how = "make a virtual environment, `pip install -r testkit/python/requirements.txt` in it, \
               and set the variable to its interpreter";
    let Ok(python) = std::env::var("JOURNEYMAN_TEST_PYTHON") else {
        crowd::skipped(test, &format!("JOURNEYMAN_TEST_PYTHON is not set; {how}"));
        return None;
    };
    let tried = Command::new(&python).args(["-c", &format!("import {import}")]).output().unwrap();
    if tried.status.success() {
        return Some(python);
    }
    crowd::skipped(test, &format!("{python} cannot import {import}; {how}"));
    None
}

#[test]
fn a_line_per_system() {
    let args = ["bench", "--jobs", "60", "--rounds", "2", "--window", "3", "--json"];
    let (code, stdout, stderr) = run(&mut journeyman(&args));
    assert_eq!(code, 0, "{stderr}");
    let lines: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let name = |line: &serde_json::Value| {
        let part = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        [part("backend"), part("road")].join(" ").trim().to_owned()
    };
    let names: Vec<_> = lines.iter().map(name).collect();
    assert_eq!(
        names,
        [
            "memory",
            "distworker",
            "moor ipc",
            "moor tcp",
            "halloween QoS 0",
            "halloween QoS 1",
            "crowdcompute native",
            "crowdcompute Python x1",
            "crowdcompute Python x4",
            "tasker",
        ]
    );
    let has_python = crowd::has_python("bench::a_line_per_system (its Python tasks)");
    for line in lines {
        if !has_python && name(&line).contains("Python") {
            assert_eq!(line.get("jobs_per_s"), None, "{line}");
            continue;
        }
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

#[test]
fn several_windows_and_who_is_missing() {
    let args = ["bench", "moor", "--jobs", "20", "--rounds", "1", "--payload", "5"];
    let (code, stdout, stderr) = run(&mut journeyman(&args));
    assert_eq!(code, 0, "{stderr}");
    for window in [" 64 ", " 1 "] {
        let rows = stdout.lines().filter(|line| line.contains("moor ") && line.contains(window));
        assert_eq!(rows.filter(|line| line.contains("bare peer")).count(), 2, "{stdout}");
    }
    assert!(stdout.contains("no Python worker; --python PATH measures one"), "{stdout}");
    let nothing = ["bench", "moor", "--jobs", "20", "--rounds", "1", "--window", "2", "--python"];
    let (code, stdout, stderr) = run(journeyman(&nothing).arg("false"));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("the Python worker is SKIPPED"), "{stdout}");
}

#[test]
fn a_python_worker_beside() {
    let Some(python) = python_with("zmq, flatbuffers", "bench::a_python_worker_beside") else {
        return;
    };
    let args = ["bench", "moor", "--jobs", "50", "--rounds", "2", "--window", "4", "--json"];
    let (code, stdout, stderr) = run(journeyman(&args).args(["--python", &python]));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout.lines().count(), 2, "{stdout}");
    for line in stdout.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["python_jobs_per_s"].as_f64().unwrap() > 0.0, "{line}");
    }
}

#[test]
fn a_python_worker_of_crowdcompute_beside() {
    let test = "bench::a_python_worker_of_crowdcompute_beside";
    let Some(python) = python_with("websockets", test) else { return };
    let args =
        ["bench", "crowdcompute", "--jobs", "50", "--rounds", "2", "--window", "2", "--json"];
    let (code, stdout, stderr) = run(journeyman(&args).args(["--python", &python]));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout.lines().count(), 3, "{stdout}");
    for line in stdout.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["python_jobs_per_s"].as_f64().unwrap() > 0.0, "{line}");
    }
}
