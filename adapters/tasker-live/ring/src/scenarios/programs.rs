//! The program `journeyman-tasker-worker`, whose handlers are programs.

use std::{fs, time::Duration};

use serde_json::json;

use crate::{
    report::{Report, ensure},
    ring::{Options, Ring, Worker},
};

/// Answers with what it can see of the database, which is nothing.
const SCRIPT: &str = r#"read -r job
printf '{"progress":0.5,"message":"half"}\n'
printf '{"result":{"said":"%s","sees":"%s"}}\n' "$1" "$DATABASE_URL"
"#;

pub(crate) async fn run(ring: &Ring, report: &mut Report) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let script = ring.folder.join("handler.sh");
    fs::write(&script, SCRIPT).map_err(text)?;
    let config = ring.folder.join("handlers.toml");
    let path = script.display();
    let handlers = format!(
        "[worker]\nconcurrency = 2\n\n[handlers]\n\"ring.*\" = {{ exec = [\"/bin/sh\", \
         \"{path}\", \"hello you\"], timeout = \"10s\" }}\n"
    );
    fs::write(&config, handlers).map_err(text)?;
    let mut options = Options::new("worker-programs", "programs").arg("--config");
    options.program = "journeyman-tasker-worker";
    let options = options.arg(&config.display().to_string());
    let worker = Worker::start(ring, &options).await?;
    let rest = ring.rest();
    let task = rest.submit("programs", "programs", "1.0.0", &json!({ "a": 1 }), "p").await?;
    let result = rest.settled(&task, Duration::from_secs(60)).await.and_then(|outcome| {
        ensure(outcome.status == "complete", || format!("{outcome:?}"))?;
        let wanted = json!({ "said": "hello you", "sees": "" });
        let row = outcome.step("after")?;
        ensure(row.result == wanted, || format!("{row:?}"))
    });
    report.check("programs as handlers", result.map(|()| ""));
    worker.stop().await.map(drop)
}
