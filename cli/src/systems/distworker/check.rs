//! The steps of the doctor.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use journeyman_core::Serve;
use journeyman_distworker::{Config, auth::MAX_CLOCK_SKEW_SECS};
use serde_json::{Value, json};

use crate::{
    doctor::{self, Check, DoctorArgs, Trial},
    exit::Code,
    http::Http,
};

pub(super) async fn check(config: &Config, check: &mut Check, args: &DoctorArgs) {
    let limit = args.timeout;
    let (endpoint, connection) = match (config.endpoint(), config.connection()) {
        (Ok(endpoint), Ok(connection)) => (endpoint, connection),
        (Err(error), _) | (_, Err(error)) => {
            return check.failed(Code::Usage, "configuration", error.to_string(), "");
        }
    };
    let addresses = doctor::resolve(check, endpoint.host(), endpoint.port(), limit).await;
    if addresses.is_empty() || !doctor::dial(check, &addresses, limit).await {
        return;
    }
    const HINT: &str =
        "a controller's worker port is 8081 by default; 8080 is that of its HTTP API";
    if !doctor::web_socket(check, connection.target, connection.ws, limit, HINT).await {
        return;
    }
    // The worker port tells its time, the API does if it was named.
    let mut clocks: Vec<String> = args.submit_to.iter().cloned().collect();
    if !endpoint.is_secure() {
        clocks.insert(0, config.controller_url.replacen("ws://", "http://", 1));
    }
    doctor::clock(check, &clocks, Duration::from_secs(MAX_CLOCK_SKEW_SECS), limit).await;
    if args.no_register {
        return check.skipped("registration", "not wanted");
    }
    if !config.worker_id.is_empty() {
        return check.skipped(
            "registration",
            "not tried: an id that the controller gave is used up by the first registration",
        );
    }
    let once = config.clone().connections(1).max_reconnect_attempts(0);
    let trial = Trial { serve: Serve::new(once), limit, echo: args.queue.clone(), answered: true };
    doctor::register(check, trial, async |check| match (&args.submit_to, &args.queue) {
        (Some(api), Some(queue)) => echo(check, api, queue, limit).await,
        _ => check.skipped("echo job", "not tried: --submit-to URL --queue QUEUE do it"),
    })
    .await;
}

/// Sends a job to ourselves.
async fn echo(check: &mut Check, api: &str, queue: &str, limit: Duration) {
    const STEP: &str = "echo job";
    let nonce = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let input = json!({"journeyman_doctor": nonce.to_string()});
    let body = json!({"queue": queue, "input": input}).to_string().into_bytes();
    let path = format!("/api/v1/tasks?wait={}", limit.as_millis());
    let answer = match Http::new(api) {
        Ok(http) => http.request("POST", &path, body, Some(limit * 2)).await,
        Err(failure) => Err(failure),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return check.failed(failure.code, STEP, failure.message(), ""),
    };
    let task: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status != 200 {
        let text = format!("HTTP {}: {}", answer.status, task["error"]);
        return check.failed(Code::Failed, STEP, text, "check that --submit-to is the HTTP API");
    }
    if task["result"] == input {
        return check.ok(STEP, format!("submitted to {queue}, done, and came back unchanged"));
    }
    let remedy = "check that the queue is one of the provisioner's `queues`, and that no other \
                  worker serves it";
    let text = match (task["status"].as_str(), &task["error"]) {
        (Some("finished"), Value::Null) => "another result came back".to_owned(),
        (Some("finished"), error) => format!("it failed: {error}"),
        (status, _) => format!("it is {} after {limit:?}", status.unwrap_or("lost")),
    };
    check.failed(Code::Failed, STEP, text, remedy);
}
