//! Workers that are started with something wrong.

use std::time::Duration;

use tokio::process::Command;

use crate::{
    postgres::PASSWORD,
    report::{Report, ensure},
    ring::{Options, Ring},
};

const WRONG: &str = "wr0ng-s3cret-w0rd";

/// The exit code and everything that was printed.
async fn run_to_end(command: &mut Command) -> Result<(Option<i32>, String), String> {
    let output = tokio::time::timeout(Duration::from_secs(60), command.kill_on_drop(true).output());
    let output = output.await.map_err(|_| "it did not end")?.map_err(|error| error.to_string())?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok((output.status.code(), text))
}

fn no_secret(text: &str) -> Result<(), String> {
    let found = [WRONG, PASSWORD].into_iter().find(|secret| text.contains(&secret[..9]));
    ensure(found.is_none(), || format!("a password was printed:\n{text}"))
}

pub(crate) async fn run(ring: &Ring, report: &mut Report) -> Result<(), String> {
    for check in [false, true] {
        let mut options = Options::new("worker-wrong", "slow");
        options.log = "trace";
        if check {
            options = options.arg("--check");
        }
        let mut command = options.command(ring);
        command.env("DATABASE_URL", ring.postgres.url_with(WRONG));
        let result = async {
            let (code, text) = run_to_end(&mut command).await?;
            no_secret(&text)?;
            ensure(code == Some(if check { 2 } else { 1 }), || format!("{code:?}: {text}"))?;
            let line = text.lines().find(|line| line.contains("error: ")).unwrap_or_default();
            let is_told = line.contains("password authentication failed");
            ensure(is_told, || format!("it is not told what is wrong:\n{text}"))?;
            Ok(line.trim().to_owned())
        };
        let title = if check { "a wrong password, --check" } else { "a wrong password" };
        report.check(title, result.await);
    }

    let mut options = Options::new("worker-broken", "slow").arg("--check").arg("--handler");
    options = options.arg("a=b");
    options.config = "broken.toml";
    let mut command = options.command(ring);
    command.env("DATABASE_URL", ring.postgres.url_with(WRONG)).env("TASKER_ENV", "nowhere");
    command.env("TASKER_TEMPLATE_PATH", ring.folder.join("templates/programs"));
    let result = async {
        let (code, text) = run_to_end(&mut command).await?;
        no_secret(&text)?;
        for part in [
            "worker.worker_type",
            "common.queues.pgmq.poll_interval_ms",
            "`environment`",
            "--handler: `a`",
            "ring.program",
            "password authentication failed",
        ] {
            ensure(text.contains(part), || format!("{part} is not told:\n{text}"))?;
        }
        ensure(code == Some(2), || format!("{code:?}: {text}"))?;
        Ok(format!("{} lines", text.lines().count()))
    };
    report.check("everything wrong at once, --check", result.await);

    let mut command = Options::new("worker-empty", "slow").arg("--check").command(ring);
    command.env_remove("TASKER_CONFIG_PATH").env_remove("DATABASE_URL");
    command.env_remove("TASKER_TEMPLATE_PATH");
    let result = async {
        let (code, text) = run_to_end(&mut command).await?;
        for part in ["TASKER_CONFIG_PATH", "DATABASE_URL", "TASKER_TEMPLATE_PATH"] {
            ensure(text.contains(part), || format!("{part} is not told:\n{text}"))?;
        }
        ensure(code == Some(2), || format!("{code:?}: {text}"))
    };
    report.check("missing variables", result.await.map(|()| ""));

    let mut command = Options::new("worker-good", "slow").arg("--check").command(ring);
    let result = async {
        let (code, text) = run_to_end(&mut command).await?;
        no_secret(&text)?;
        ensure(code == Some(0), || format!("{code:?}: {text}"))?;
        Ok(text.trim().to_owned())
    };
    report.check("nothing wrong, --check", result.await);
    Ok(())
}

/// No log of any worker has the password.
pub(crate) fn logs(ring: &Ring, report: &mut Report) -> Result<(), String> {
    let mut bytes = 0;
    let mut result = Ok(());
    for entry in std::fs::read_dir(&ring.folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("worker") && name.ends_with(".log") {
            let text = std::fs::read(&path).map_err(|error| error.to_string())?;
            bytes += text.len();
            if no_secret(&String::from_utf8_lossy(&text)).is_err() {
                result = Err(format!("{name} has it"));
            }
        }
    }
    report.check("no log has the password", result.map(|()| format!("{} KiB read", bytes / 1024)));
    Ok(())
}
