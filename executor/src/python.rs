//! Which interpreter there is.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use serde::Deserialize;
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

use crate::{
    config::Config,
    error::{OLDEST, StartError},
};

/// What runs inside an interpreter.
const RUNNER: &str = concat!(
    include_str!("runner/base.py"),
    include_str!("runner/confine.py"),
    include_str!("runner/talk.py"),
    include_str!("runner/run.py"),
    include_str!("runner/serve.py"),
);

/// Asks an interpreter what it is, and has it compile the runner: that takes longer than all else
/// at a start, and is the same for all interpreters of one version. Understood by Python 2, too.
const ASK: &str = "\
import json, sys
text = sys.stdin.read()
about = {'executable': sys.executable, 'version': list(sys.version_info[:3])}
if sys.version_info >= (3, 9):
    import marshal
    about['code'] = marshal.dumps(compile(text, '<journeyman>', 'exec')).hex()
print(json.dumps(about))
";

/// What an interpreter is started with: runs the compiled runner, which comes first.
pub(crate) const START: &str = "\
import os, marshal
def read(n):
    data = b''
    while len(data) < n:
        part = os.read(0, n - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
own = {'__name__': 'journeyman', '__builtins__': dict(vars(__builtins__))}
exec(marshal.loads(read(int.from_bytes(read(4), 'big'))), own)
";

/// A Python that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interpreter {
    /// The program itself, not a script that stands for it.
    pub path: PathBuf,
    /// Its version, such as `(3, 12, 4)`.
    pub version: (u32, u32, u32),
    /// The runner, compiled by it.
    pub(crate) code: Arc<[u8]>,
}

impl Interpreter {
    /// Finds the interpreter that the settings name, or one that can be used. A virtual
    /// environment that is not there yet is made.
    ///
    /// # Errors
    /// [`StartError::NoPython`], [`StartError::Unusable`], [`StartError::Venv`].
    pub async fn find(config: &Config) -> Result<Self, StartError> {
        if let Some(venv) = &config.venv {
            let path = venv.join("bin/python");
            if !path.exists() {
                if let Some(problem) = not_to_be_made(venv, &path) {
                    return Err(StartError::Venv { path: venv.clone(), problem });
                }
                let base = Self::find_base(config).await?;
                make_venv(&base.path, venv, config.start_timeout).await?;
            }
            return named(&path, config).await;
        }
        Self::find_base(config).await
    }

    async fn find_base(config: &Config) -> Result<Self, StartError> {
        if let Some(path) = &config.python {
            return named(path, config).await;
        }
        let mut tried = Vec::new();
        let folders = std::env::var_os("PATH").unwrap_or_default();
        for name in ["python3", "python"] {
            for path in std::env::split_paths(&folders).map(|folder| folder.join(name)) {
                if !path.is_file() {
                    continue;
                }
                match ask(&path, config.start_timeout).await {
                    Ok(found) => match readable_by(config, &found) {
                        None => return Ok(found),
                        Some(problem) => tried.push(format!("{}: {problem}", path.display())),
                    },
                    Err(problem) => tried.push(format!("{}: {problem}", path.display())),
                }
            }
        }
        Err(StartError::NoPython { tried })
    }
}

/// What speaks against making a virtual environment in a folder that has no usable interpreter.
fn not_to_be_made(folder: &Path, python: &Path) -> Option<String> {
    if let Ok(base) = std::fs::read_link(python) {
        return Some(format!(
            "its {} leads to {}, which is not there: the Python that it was made with is gone. \
             Remove the folder, and it is made anew",
            python.display(),
            base.display()
        ));
    }
    let mut entries = std::fs::read_dir(folder).ok()?;
    entries.next().map(|_| {
        "there is something else in that folder. Set `venv` to a virtual environment, or to a \
         folder that is not there yet"
            .to_owned()
    })
}

/// What keeps the user that interpreters run as from using it, as far as the rights of the folders
/// above it tell.
fn readable_by(config: &Config, found: &Interpreter) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let user = config.user?;
    let path = std::fs::canonicalize(&found.path).ok()?;
    let shut = path.ancestors().find(|part| {
        std::fs::metadata(part).is_ok_and(|meta| {
            let shift = match meta.uid() {
                owner if owner == user.uid => 6,
                _ if meta.gid() == user.gid => 3,
                _ => 0,
            };
            meta.mode() >> shift & 1 == 0
        })
    })?;
    Some(format!("user {user} may not enter {}", shut.display()))
}

async fn named(path: &Path, config: &Config) -> Result<Interpreter, StartError> {
    let unusable = |problem| StartError::Unusable { path: path.to_owned(), problem };
    let found = ask(path, config.start_timeout).await.map_err(unusable)?;
    match readable_by(config, &found) {
        None => Ok(found),
        Some(problem) => Err(unusable(problem)),
    }
}

async fn ask(path: &Path, limit: Duration) -> Result<Interpreter, String> {
    let mut command = Command::new(path);
    command.args(["-I", "-c", ASK]);
    let output = output_of(command, RUNNER.as_bytes(), limit).await?;
    let about = output.lines().last().unwrap_or_default();
    parse(path, about)
}

fn parse(path: &Path, about: &str) -> Result<Interpreter, String> {
    #[derive(Deserialize)]
    struct About {
        executable: Option<PathBuf>,
        version: [u32; 3],
        #[serde(default)]
        code: String,
    }
    let About { executable, version: [major, minor, patch], code } =
        serde_json::from_str(about).map_err(|_| "it is no Python interpreter".to_owned())?;
    if (major, minor) < OLDEST {
        return Err(format!(
            "it is Python {major}.{minor}.{patch}, and {}.{} is the oldest that can be used",
            OLDEST.0, OLDEST.1
        ));
    }
    let code = unhex(&code).ok_or("it does not compile the runner")?;
    let path = executable.filter(|found| found.is_absolute()).unwrap_or_else(|| path.to_owned());
    Ok(Interpreter { path, version: (major, minor, patch), code: code.into() })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes.collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty())
}

async fn make_venv(python: &Path, folder: &Path, limit: Duration) -> Result<(), StartError> {
    let mut command = Command::new(python);
    // Without pip, which some systems split off; the base's pip installs into it with `--python`.
    command.args(["-I", "-m", "venv", "--without-pip"]).arg(folder);
    match output_of(command, b"", limit).await {
        Ok(_) => Ok(()),
        Err(problem) => {
            let problem = format!("making it failed: {problem}");
            Err(StartError::Venv { path: folder.to_owned(), problem })
        }
    }
}

/// Runs a program to its end; gives what it printed, or what went wrong.
async fn output_of(mut command: Command, input: &[u8], limit: Duration) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    let stdin = child.stdin.take();
    let feed = async {
        if let Some(mut stdin) = stdin {
            // One that does not read says why on standard error.
            let _ = stdin.write_all(input).await;
        }
    };
    let ended = timeout(limit, async { tokio::join!(feed, child.wait_with_output()).1 }).await;
    let output = match ended {
        Err(_) => return Err(format!("it did not answer within {limit:?}")),
        Ok(output) => output.map_err(|error| error.to_string())?,
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("it ended with {}{}", output.status, reason(&output.stderr)))
}

/// The line of many that says most: the last one that names an error, else the last one.
fn reason(words: &[u8]) -> String {
    let words = String::from_utf8_lossy(words);
    let lines = || words.lines().rev().filter(|line| !line.trim().is_empty());
    let line = lines().find(|line| line.contains("rror")).or_else(|| lines().next());
    line.map_or_else(String::new, |line| {
        format!(": {}", line.chars().take(300).collect::<String>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_among_many_lines() {
        let words = b"Python path configuration:\n  isolated = 1\n\
            Fatal Python error: init_fs_encoding: no codec\n\
            ModuleNotFoundError: No module named 'encodings'\n\n\
            Current thread 0x1 (most recent call first):\n  <no Python frame>\n";
        assert_eq!(reason(words), ": ModuleNotFoundError: No module named 'encodings'");
        assert_eq!(reason(b"sh: not found\n\n"), ": sh: not found");
        assert_eq!(reason(b""), "");
    }

    #[test]
    fn what_an_interpreter_says() {
        let parse = |about| parse(Path::new("/shim"), about);
        let about = r#"{"executable": "/real", "version": [3, 12, 1], "code": "00ff"}"#;
        let found = parse(about).unwrap();
        assert_eq!((found.path, found.version), ("/real".into(), (3, 12, 1)));
        assert_eq!(*found.code, [0, 255]);
        let found = parse(r#"{"executable": null, "version": [3, 9, 0], "code": "00"}"#).unwrap();
        assert_eq!(found.path, PathBuf::from("/shim"));
        let old = parse(r#"{"executable": "/p", "version": [3, 8, 18]}"#).unwrap_err();
        assert_eq!(old, "it is Python 3.8.18, and 3.9 is the oldest that can be used");
        assert_eq!(parse("hello").unwrap_err(), "it is no Python interpreter");
        assert!(parse(r#"{"version": [3, 9, 0], "code": "0"}"#).is_err());
    }
}
