//! Reading and steering.

use journeyman_core::{memory::Submission, session::SessionState};
use journeyman_monitor::{Monitor, MonitorConfig, Section, Status};

use crate::support::{ask, config, rig};

#[tokio::test]
async fn everything_that_the_worker_tells_is_there() {
    let rig = rig(config()
        .worker_id("w-1")
        .section(|| Section::new("Sandbox").fact("seccomp", "active", Status::Good)))
    .await;
    rig.first.submit(Submission::new("echo").id("a")).await.await.unwrap();
    rig.second.submit(Submission::new("fail").id("b")).await.await.unwrap_err();
    let held = rig.at_the_gate("c").await;

    let all = rig.until("/api/v1/snapshot", |all| all["totals"]["failed"] == 1).await;
    assert_eq!((&all["name"], &all["worker_id"]), (&"Journeyman worker".into(), &"w-1".into()));
    assert_eq!((&all["ready"], &all["can_steer"]), (&true.into(), &true.into()));
    assert_eq!(
        (&all["running"], &all["concurrency"], &all["free_permits"]),
        (&1.into(), &4.into(), &3.into())
    );
    assert_eq!((&all["totals"]["ok"], &all["totals"]["in_flight"]), (&1.into(), &1.into()));
    assert!(all["totals"]["average"].as_f64() > Some(0.0));
    assert!(all["uptime"].as_f64() > Some(0.0));
    assert_eq!(all["restart"], serde_json::Value::Null);
    assert_eq!(all["sections"][0]["facts"][0]["status"], "good");
    let sessions = rig.json("/api/v1/sessions").await;
    assert_eq!(sessions, all["sessions"]);
    assert_eq!((&sessions[1]["place"], &sessions[1]["backend"]), (&1.into(), &"second".into()));
    assert_eq!(sessions[1]["name"], "second", "no number where there is one session");
    assert_eq!((&sessions[1]["state"], &sessions[1]["failed"]), (&"ready".into(), &1.into()));

    let routes = rig.json("/api/v1/routes").await;
    let route =
        |name: &str| routes.as_array().unwrap().iter().find(|r| r["route"] == name).unwrap();
    assert_eq!((&route("echo")["ok"], &route("fail")["failed"]), (&1.into(), &1.into()));
    assert_eq!(route("gate")["running"], 1);
    assert!(route("echo")["p99"].as_f64() > Some(0.0));

    let jobs = rig.json("/api/v1/jobs").await;
    let active = &jobs["active"][0];
    assert_eq!((&active["id"], &active["message"]), (&"c".into(), &"at the gate".into()));
    assert_eq!(active["output"]["text"], "before the gate\n");
    assert_eq!(active["printed"], 16);
    let failed = &jobs["recent"][1];
    assert_eq!(
        (&failed["id"], &failed["outcome"], &failed["backend"]),
        (&"b".into(), &"failed".into(), &"second".into())
    );
    assert_eq!(failed["error"], "<b>no</b> & \"never\"");

    rig.gate.add_permits(1);
    held.await.unwrap();
    let job = rig.until("/api/v1/jobs/3", |job| job["id"] == "c").await;
    assert_eq!(job["output"]["text"], "before the gate\nafter the gate\n");
    let none = rig.get("/api/v1/jobs/99").await;
    assert_eq!(none.status, 404);
    assert!(none.text().contains("not among the latest"), "{none:?}");

    let tables = rig.json("/api/v1/capabilities").await;
    assert_eq!((&tables[0]["backend"], tables.as_array().unwrap().len()), (&"first".into(), 2));
    assert_eq!(tables[0]["rows"][0]["name"], "intake");
    let events = rig.json("/api/v1/events").await;
    let texts: Vec<_> =
        events.as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap()).collect();
    assert!(texts.contains(&"first: ready") && texts.contains(&"second: ready"), "{texts:?}");
    let history = rig.until("/api/v1/history", |list| {
        list.as_array()
            .is_some_and(|list| list.iter().any(|sample| sample["ok"].as_u64() > Some(0)))
    });
    assert!(history.await.as_array().unwrap().len() <= 600);
    rig.stop().await;
}

#[tokio::test]
async fn pause_and_resume() {
    let rig = rig(config()).await;
    let told = rig.post("/api/v1/pause").await;
    assert_eq!((told.status, told.text()), (202, r#"{"command":"pause","sessions":2}"#.to_owned()));
    rig.until("/api/v1/snapshot", |all| all["sessions"][0]["paused"] == true).await;
    let job = rig.first.submit(Submission::new("echo").id("held")).await;
    let jobs = rig
        .until("/api/v1/jobs", |jobs| {
            jobs["active"].as_array().is_some_and(|list| !list.is_empty())
        })
        .await;
    assert_eq!(
        (&jobs["active"][0]["id"], &jobs["active"][0]["waiting"]),
        (&"held".into(), &true.into())
    );
    let ready = rig.get("/health/ready").await;
    assert_eq!((ready.status, ready.json()["sessions"][0].as_str()), (503, Some("paused")));
    assert_eq!(rig.post("/api/v1/resume").await.status, 202);
    job.await.unwrap();
    rig.until("/health/ready", |ready| ready["ready"] == true).await;
    let events = rig.json("/api/v1/events").await.to_string();
    assert!(events.contains("asked to pause: all sessions"), "{events}");
    rig.stop().await;
}

#[tokio::test]
async fn one_session_alone() {
    let rig = rig(config()).await;
    let told = rig.post("/api/v1/sessions/1/disconnect").await;
    assert_eq!((told.status, &told.json()["sessions"]), (202, &1.into()));
    let sessions = rig.until("/api/v1/sessions", |list| list[1]["state"] == "disconnected").await;
    assert_eq!((&sessions[0]["state"], &sessions[1]["ready"]), (&"ready".into(), &false.into()));
    assert_eq!(sessions[1]["last_error"], "disconnect: asked to disconnect");
    assert_eq!(rig.get("/health/ready").await.status, 503);
    assert_eq!(rig.get("/health/live").await.status, 200);
    rig.post("/api/v1/sessions/1/reconnect").await;
    rig.until("/api/v1/sessions", |list| list[1]["state"] == "ready").await;
    assert_eq!(rig.get("/health/ready").await.status, 200);
    let sessions = rig.json("/api/v1/sessions").await;
    assert_eq!((&sessions[0]["connections"], &sessions[1]["connections"]), (&1.into(), &2.into()));
    rig.stop().await;
}

#[tokio::test]
async fn a_drain_ends_the_worker_and_health_says_so() {
    let rig = rig(config()).await;
    let held = rig.at_the_gate("last").await;
    assert_eq!(rig.post("/api/v1/drain?within=30").await.status, 202);
    rig.until("/api/v1/sessions", |list| list[0]["state"] == "draining").await;
    assert_eq!(rig.get("/health/ready").await.status, 503);
    rig.gate.add_permits(1);
    held.await.unwrap();
    for mut state in rig.worker.control().states() {
        state.wait_for(SessionState::is_over).await.unwrap();
    }
    let live = rig.get("/health/live").await;
    assert_eq!((live.status, live.text()), (503, r#"{"live":false}"#.to_owned()));
    // What it did stays to be seen.
    assert_eq!(rig.json("/api/v1/jobs").await["recent"][0]["id"], "last");
}

#[tokio::test]
async fn a_drain_without_time_cancels() {
    let rig = rig(config()).await;
    let held = rig.at_the_gate("cut").await;
    for wrong in ["-1", "NaN", "inf", "1e400", "soon"] {
        let answer = rig.post(&format!("/api/v1/drain?within={wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
    }
    assert_eq!(rig.json("/api/v1/sessions").await[0]["state"], "ready");
    assert_eq!(rig.post("/api/v1/sessions/0/drain?within=0").await.status, 202);
    let error = held.await.unwrap_err();
    assert_eq!(error.kind().as_str(), "handed_back");
    rig.until("/api/v1/sessions", |list| list[0]["state"] == "stopped").await;
    assert_eq!(rig.json("/api/v1/sessions").await[1]["state"], "ready");
    rig.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_with_a_remedy() {
    let rig = rig(config()).await;
    for (method, path, status, says) in [
        ("GET", "/nowhere", 404, "openapi.json"),
        ("POST", "/api/v1/drain?within=soon", 400, "\"remedy\""),
        ("GET", "/assets/../Cargo.toml", 404, ""),
        ("GET", "/assets/%2e%2e%2fCargo.toml", 404, ""),
        ("GET", "/assets/docs/nothing.js", 404, ""),
        ("POST", "/api/v1/explode", 404, "pause, resume"),
        ("POST", "/api/v1/sessions/7/pause", 404, "no session 7"),
        ("POST", "/api/v1/sessions/x/pause", 400, "\"error\""),
        ("POST", "/api/v1/sessions/0/explode", 404, "pause, resume"),
        ("GET", "/api/v1/pause", 405, ""),
        ("DELETE", "/api/v1/snapshot", 405, "no such method"),
        ("GET", "/api/v1/jobs/-1", 400, "\"error\""),
        ("GET", "/api/v1/jobs/99999999999999999999999", 400, ""),
        ("POST", "/restart", 404, ""),
        ("GET", "/stats", 404, ""),
    ] {
        let answer = ask(rig.address, method, path, &[], "").await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        assert!(answer.text().contains(says), "{method} {path}: {}", answer.text());
    }
    let home = rig.get("/").await;
    assert_eq!((home.status, home.header("location")), (303, "/dashboard"));
    rig.stop().await;
}

#[tokio::test]
async fn a_section_that_panics_takes_nothing_with_it() {
    let rig = rig(config().section(|| panic!("a bug")).section(|| Section::new("Fine"))).await;
    let all = rig.json("/api/v1/snapshot").await;
    let titles: Vec<_> = all["sections"].as_array().unwrap().iter().map(|s| &s["title"]).collect();
    assert_eq!(titles, ["Error", "Fine"]);
    rig.stop().await;
}

#[tokio::test]
async fn a_monitor_that_only_shows() {
    let rig = rig(config().read_only(true)).await;
    for path in ["/api/v1/pause", "/api/v1/drain", "/api/v1/sessions/0/disconnect"] {
        let answer = rig.post(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text().contains("only shows"), "{}", answer.text());
    }
    assert_eq!(rig.json("/api/v1/snapshot").await["can_steer"], false);
    assert!(rig.json("/api/v1/sessions").await[0]["paused"] == false);
    rig.stop().await;
}

#[tokio::test]
async fn the_description_is_of_what_is_there() {
    let rig = rig(config()).await;
    let description = rig.json("/api/v1/openapi.json").await;
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(description["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 15, "{:?}", paths.keys());
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(
                operation["responses"].as_object().is_some_and(|all| !all.is_empty()),
                "{path}"
            );
            assert!(operation["summary"].is_string(), "{method} {path} says what it does");
            if method == "get" && !path.contains("stream") {
                let real = path.replace("{number}", "1");
                let answer = rig.get(&real).await;
                let described = operation["responses"].as_object().unwrap();
                assert!(
                    described.contains_key(&answer.status.to_string()),
                    "{path}: {}",
                    answer.status
                );
            }
        }
    }
    // Every schema that is named is there.
    let text = description.to_string();
    for name in
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap())
    {
        assert!(description["components"]["schemas"][name].is_object(), "{name}");
    }
    // What is answered has the fields that are described, and no others.
    for (path, schema) in [("/api/v1/snapshot", "Overview"), ("/health/live", "Live")] {
        let answer = rig.json(path).await;
        let described =
            description["components"]["schemas"][schema]["properties"].as_object().unwrap();
        let fields: Vec<_> = answer.as_object().unwrap().keys().collect();
        let mut names: Vec<_> = described.keys().collect();
        names.sort();
        let mut sorted = fields.clone();
        sorted.sort();
        assert_eq!(sorted, names, "{path}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_so() {
    let rig = rig(config()).await;
    let taken = MonitorConfig::new().address(rig.address);
    let error = Monitor::new(rig.worker.control().clone(), taken).bind().await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&format!("cannot listen on {}", rig.address)), "{text}");
    assert!(text.contains("choose another port"), "{text}");
    let elsewhere = MonitorConfig::new().address("203.0.113.1:8001".parse().unwrap());
    let error =
        Monitor::new(rig.worker.control().clone(), elsewhere.clone()).serve().await.unwrap_err();
    assert!(error.to_string().contains("without a token"), "{error}");
    let open = elsewhere.insecure_open(true);
    let error = Monitor::new(rig.worker.control().clone(), open).bind().await.unwrap_err();
    assert!(error.to_string().contains("cannot listen on 203.0.113.1:8001"), "{error}");
    rig.stop().await;
}

#[cfg(feature = "docs")]
#[tokio::test]
async fn the_viewers_are_served_from_the_program() {
    let rig = rig(config()).await;
    for (path, title, script) in [
        ("/api/v1/docs", "Journeyman monitor - Swagger UI", "swagger-ui-bundle.js"),
        ("/api/v1/redoc", "Journeyman monitor - ReDoc", "redoc.standalone.js"),
    ] {
        let page = rig.get(path).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text().contains(title) && page.text().contains(script), "{}", page.text());
        assert!(!page.text().contains("http://") && !page.text().contains("https://"));
        let bundle = rig.get(&format!("/assets/docs/{script}")).await;
        assert_eq!((bundle.status, bundle.header("content-encoding")), (200, "gzip"));
        assert!(bundle.body.len() > 300_000 && bundle.body.starts_with(&[0x1f, 0x8b]));
    }
    let style = rig.get("/assets/docs/swagger-ui.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    rig.stop().await;
}
