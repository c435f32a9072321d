//! What is started, and with what.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use journeyman_core::{JobError, Value, settings::units};
use journeyman_exec::Program;
use serde::{Deserialize, Deserializer, de};

use crate::PropContext;

/// How long a command may take when the config file says nothing.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest limit: a day.
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// The longest configuration that fits into a variable. Linux takes 128 KiB for one variable with
/// its name.
const MAX_CONFIG: usize = 120 << 10;

/// Variables that hold secrets of the host and of the broker beside it (Halloween sheet, sections
/// 0 and 7). A prop that needs one names it in its config file: `${MQTT_WORKER_PW}`.
pub(super) const SECRETS: &[&str] = &[
    "HALLOWEEN_PASSWORD_FILE",
    "HALLOWEEN_URL",
    "MQTT_ADMIN_PW",
    "MQTT_DASHBOARD_PW",
    "MQTT_DEVICE_PW",
    "MQTT_PASSWORD",
    "MQTT_WORKER_PW",
];

/// The keys of a prop's config file that are about its program, beside `exec`.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    /// How long a command may take.
    #[serde(default = "default_timeout", deserialize_with = "timeout")]
    pub(super) exec_timeout: Duration,
    /// Topics besides the prop's own commands.
    #[serde(default)]
    pub(super) exec_subscribe: Vec<String>,
}

fn default_timeout() -> Duration {
    TIMEOUT
}

fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let time = units::duration(deserializer)?;
    if time.is_zero() || time > MAX_TIMEOUT {
        return Err(de::Error::custom("a command needs some time, and gets a day at most"));
    }
    Ok(time)
}

/// The program of a prop.
///
/// # Errors
/// Its configuration cannot be used.
pub(super) fn program(
    words: &[String],
    hidden: &[String],
    context: &PropContext,
) -> Result<Program, JobError> {
    let [path, args @ ..] = words else {
        return Err(JobError::rejected("the prop names no program; write `exec: PROGRAM`"));
    };
    let config: Value = context.config()?;
    let config = config.to_string();
    if config.len() > MAX_CONFIG {
        return Err(JobError::rejected(format!(
            "the configuration has {} bytes as JSON, and {MAX_CONFIG} are the most that a program \
             can be given; put what is large into a file that the program reads",
            config.len()
        )));
    }
    let folder = context.folder().map(absolute).transpose()?;
    let mut program = Program::new(find(path, folder.as_deref()))
        .args(args)
        .hide(SECRETS.iter().copied())
        .hide(hidden)
        .env("JOURNEYMAN_PROP_ID", context.id())
        .env("JOURNEYMAN_PROP_NAME", context.name())
        .env("JOURNEYMAN_PROP_CONFIG", OsString::from(config));
    if let Some(folder) = folder {
        program = program.folder(folder);
    }
    Ok(program)
}

fn absolute(path: &Path) -> Result<PathBuf, JobError> {
    std::path::absolute(path).map_err(|error| {
        JobError::failed(format!("the folder {} cannot be found: {error}", path.display()))
    })
}

/// Where the program is: a file in the prop's folder comes first, whether it is written as `run` or
/// `./run`; then a path as seen from where the host runs, since discovery names files so; then
/// `PATH`. Absolute where possible: a relative one would depend on the system.
fn find(path: &str, folder: Option<&Path>) -> PathBuf {
    let given = Path::new(path);
    let inside = folder.map(|folder| folder.join(given)).filter(|path| path.is_file());
    let beside = || {
        let has_folder = given.components().count() > 1;
        let found = std::path::absolute(given).ok().filter(|path| path.is_file());
        found.filter(|_| has_folder)
    };
    inside.or_else(beside).unwrap_or_else(|| given.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_have_defaults_and_limits() {
        assert_eq!(read("{}").unwrap().exec_timeout, TIMEOUT);
        for (text, millis) in [("5", 5000), ("0.5", 500), ("\"1m\"", 60_000), ("\"2\"", 2000)] {
            let settings = read(&format!("{{\"exec_timeout\":{text},\"other\":1}}")).unwrap();
            assert_eq!(settings.exec_timeout, Duration::from_millis(millis), "{text}");
        }
        for (bad, part) in [
            ("0", "a day at most"),
            ("86401", "a day at most"),
            ("-1", "a duration (give seconds"),
            ("\"x\"", "a duration (give seconds"),
            ("[]", "a duration (give seconds"),
            ("1e300", "a duration (give seconds"),
        ] {
            let error = read(&format!("{{\"exec_timeout\":{bad}}}")).unwrap_err();
            assert!(error.contains(part), "{bad}: {error}");
        }
    }

    #[test]
    fn a_file_of_the_folder_comes_first() {
        let folder = std::env::temp_dir().join(format!("journeyman-find-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("sh"), "").unwrap();
        let inside = folder.join("sh");
        assert_eq!(find("sh", Some(&folder)), inside);
        assert_eq!(find("./sh", Some(&folder)), folder.join("./sh"));
        assert_eq!(find("python3", Some(&folder)), Path::new("python3"));
        assert_eq!(find("sh", None), Path::new("sh"));
        assert_eq!(find("/bin/sh", Some(&folder)), Path::new("/bin/sh"));
        // The tests run in the folder of the package.
        assert!(find("src/lib.rs", Some(&folder)).is_absolute());
        assert_eq!(find("./nowhere", Some(&folder)), Path::new("./nowhere"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
