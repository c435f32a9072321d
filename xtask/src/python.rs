//! A virtual environment of our own for the tests that need Python.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::run;

/// What the tests need installed.
const REQUIREMENTS: &str = "testkit/python/requirements.txt";
/// The same, of packages whose own requirements are not wanted.
const WITHOUT_THEIRS: &str = "testkit/python/requirements-no-deps.txt";

/// The interpreter of a virtual environment under `target` with the requirements installed. It is
/// made once, and anew when the requirements change.
///
/// # Errors
/// Why there is none, with the line that mends it.
pub(crate) fn environment(root: &Path, target: &Path) -> Result<PathBuf, String> {
    let read = |name: &str| {
        fs::read_to_string(root.join(name))
            .map_err(|error| format!("{name} cannot be read: {error}"))
    };
    let wanted = format!("{}{}", read(REQUIREMENTS)?, read(WITHOUT_THEIRS)?);
    let folder = target.join("python");
    let python = match cfg!(windows) {
        true => folder.join("Scripts/python.exe"),
        false => folder.join("bin/python"),
    };
    let stamp = folder.join("requirements.installed");
    let installed = fs::read_to_string(&stamp).is_ok_and(|text| text == wanted);
    // The interpreter that it was made from may be gone: ask it.
    if installed && run::output(Command::new(&python).arg("-V")).is_ok() {
        return Ok(python);
    }
    println!("making a virtual environment in {}", folder.display());
    // A half-made one cannot be mended.
    let _ = fs::remove_dir_all(&folder);
    make(&folder)?;
    install(root, &python, REQUIREMENTS, &[])?;
    install(root, &python, WITHOUT_THEIRS, &["--no-deps"])?;
    fs::write(&stamp, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

fn install(root: &Path, python: &Path, requirements: &str, more: &[&str]) -> Result<(), String> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(["--timeout", "30", "--retries", "2"])
        .args(more)
        .arg("-r")
        .arg(root.join(requirements))
        .stdin(Stdio::null());
    run::output(&mut pip).map(drop).map_err(|error| {
        let last = error.lines().last().unwrap_or_default();
        format!(
            "the packages of {requirements} could not be installed ({last}); with a network or a \
             package index at hand, run it again"
        )
    })
}

fn make(folder: &Path) -> Result<(), String> {
    let mut errors = Vec::new();
    for program in ["python3", "python"] {
        let mut command = Command::new(program);
        command.args(["-m", "venv"]).arg(folder).stdin(Stdio::null());
        match run::output(&mut command) {
            Ok(_) => return Ok(()),
            Err(error) => errors.push(error),
        }
    }
    let first = errors.first().and_then(|error| error.lines().next()).unwrap_or_default();
    Err(format!(
        "no virtual environment could be made ({first}); install Python 3 with its venv module, on \
         Debian and Ubuntu: apt-get install python3-venv"
    ))
}
