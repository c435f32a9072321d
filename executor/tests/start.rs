//! Which Python is used, and what is said when there is none.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_executor::{Config, Executor, Part, StartError, State, Task, User};
use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use support::{config, interpreters, json, start, temp, until};

/// Each test looks at all processes of this one, so they run one after the other.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn without_a_sandbox_it_runs_and_says_so() {
    let _alone = ALONE.lock().await;
    let settings = config().sandbox(false).require_sandbox(false);
    let Some(executor) = start("no sandbox", settings).await else { return };
    assert_eq!(*executor.report().state(Part::Files), State::Off);
    assert!(!executor.report().complete());
    let source = "import os\ndef f(x):\n    return len(open('/etc/passwd').read()) > 0\n";
    assert_eq!(json(executor.run(&Task::new(source, "[0]")).await), "true");
    // Children in its process group go with it.
    let source =
        "import subprocess\ndef f(x):\n    return subprocess.Popen(['sleep', '600']).pid\n";
    let pid = json(executor.run(&Task::new(source, "[0]")).await);
    assert!(PathBuf::from(format!("/proc/{pid}/exe")).symlink_metadata().is_ok());
    executor.shutdown().await;
    let gone = || std::fs::read_link(format!("/proc/{pid}/exe")).is_err();
    until("children are gone", gone).await;
}

#[tokio::test]
async fn a_virtual_environment_is_made() {
    let _alone = ALONE.lock().await;
    let folder = temp("venv");
    let settings = config().venv(Some(folder.clone()));
    let Some(executor) = start("venv", settings.clone()).await else { return };
    assert_eq!(executor.interpreter().path, folder.join("bin/python"));
    // What is installed in it can be imported.
    let lib = std::fs::read_dir(folder.join("lib")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(lib.join("site-packages/extra.py"), "ANSWER = 42\n").unwrap();
    let source =
        "import extra, sys\ndef f(x):\n    return [extra.ANSWER, sys.prefix != sys.base_prefix]\n";
    assert_eq!(json(executor.run(&Task::new(source, "[0]")).await), "[42, true]");
    executor.shutdown().await;
    // The next start uses what is there.
    let again = start("venv", settings).await.unwrap();
    assert_eq!(json(again.run(&Task::new(source, "[0]")).await), "[42, true]");
    again.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_broken_virtual_environment_is_said_to_be_one() {
    let _alone = ALONE.lock().await;
    let folder = temp("broken");
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    let problem = async || {
        let error = Executor::start(Config::default().venv(Some(folder.clone()))).await;
        let text = error.unwrap_err().to_string();
        assert!(text.contains(&folder.display().to_string()), "{text}");
        text
    };
    let text = problem().await;
    assert!(text.contains("there is something else in that folder. Set `venv` to"), "{text}");
    std::os::unix::fs::symlink("/no/such/python3.9", folder.join("bin/python")).unwrap();
    let text = problem().await;
    assert!(text.contains("leads to /no/such/python3.9, which is not there"), "{text}");
    assert!(text.ends_with("Remove the folder, and it is made anew"), "{text}");
    // One whose libraries are gone.
    std::fs::remove_file(folder.join("bin/python")).unwrap();
    let words = "echo \"ModuleNotFoundError: No module named 'encodings'\" >&2\n\
                 echo '  <no Python frame>' >&2\nexit 1\n";
    script(&folder.join("bin/python"), words);
    let text = problem().await;
    assert!(text.contains("exit status: 1: ModuleNotFoundError: No module named 'enc"), "{text}");
    std::fs::remove_dir_all(folder).unwrap();
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// What an interpreter of this version says about itself.
fn about(version: &str, executable: &Path) -> String {
    format!("{{\"executable\": {executable:?}, \"version\": {version}, \"code\": \"00\"}}")
}

#[tokio::test]
async fn what_is_no_python_is_named() {
    let _alone = ALONE.lock().await;
    let path = temp("fake");
    let problem = async |text: &str| {
        script(&path, text);
        let error = Executor::start(Config::default().python(Some(path.clone()))).await;
        let error = error.unwrap_err();
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        match error {
            StartError::Unusable { problem, .. } => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(problem("echo hello\n").await, "it is no Python interpreter");
    let old = format!("cat > /dev/null\necho '{}'\n", about("[3, 6, 1]", Path::new("/x")));
    let text = "it is Python 3.6.1, and 3.9 is the oldest that can be used";
    assert_eq!(problem(&old).await, text);
    let broken = problem("echo 'no such module' >&2\nexit 5\n").await;
    assert!(broken.contains("exit status: 5: no such module"), "{broken}");
    // One that answers, and then does not start.
    let late = format!(
        "case \"$*\" in *marshal.loads*) echo 'ImportError: no os' >&2; exit 3;; esac\n\
         cat > /dev/null\necho '{}'\n",
        about("[3, 9, 1]", &path)
    );
    script(&path, &late);
    let error = Executor::start(Config::default().python(Some(path.clone()))).await.unwrap_err();
    let text =
        "the interpreter did not start: it ended with status 3; it said:\nImportError: no os";
    assert_eq!(error.to_string(), text);
    std::fs::remove_file(&path).unwrap();
    let error = Executor::start(Config::default().python(Some(path))).await.unwrap_err();
    assert!(error.to_string().contains("cannot be used: No such file"), "{error}");
    assert_eq!(interpreters(), []);
}

/// Prints why nothing can be started; in a process of its own, for its `PATH`.
#[tokio::test]
async fn without_any_python_it_says_what_to_do() {
    let _alone = ALONE.lock().await;
    if std::env::var_os("JOURNEYMAN_TEST_NO_PYTHON").is_some() {
        println!("\nSAID {}", Executor::start(Config::default()).await.unwrap_err());
        return;
    }
    let folder = temp("path");
    std::fs::create_dir(&folder).unwrap();
    let said = || {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "without_any_python_it_says_what_to_do", "--nocapture"])
            .env("JOURNEYMAN_TEST_NO_PYTHON", "1")
            .env("PATH", &folder)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find_map(|line| line.strip_prefix("SAID ")).unwrap().to_owned()
    };
    let advice = "Install Python 3.9 or later, or set `python` to its path";
    let none = "no Python was found: there is no python3 or python in PATH. ";
    assert_eq!(said(), format!("{none}{advice}"));
    let path = folder.join("python3");
    script(&path, &format!("while read line; do :; done\necho '{}'\n", about("[3, 8, 2]", &path)));
    let old = "it is Python 3.8.2, and 3.9 is the oldest that can be used";
    let expected = format!("no usable Python was found: {}: {old}. {advice}", path.display());
    assert_eq!(said(), expected);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn as_another_user() {
    let _alone = ALONE.lock().await;
    if !rustix::process::getuid().is_root() {
        return;
    }
    let user = User { uid: 65534, gid: 65534 };
    let settings = config().python(None).user(Some(user));
    let Some(executor) = start("user", settings.clone()).await else { return };
    assert!(executor.report().complete(), "{}", executor.report());
    let source = "import os\ndef f(x):\n    open('mine', 'w').write('x')\n    \
                  return [os.getuid(), os.getgid(), os.getgroups(), os.stat('mine').st_uid]\n";
    let result = json(executor.run(&Task::new(source, "[0]")).await);
    assert_eq!(result, "[65534, 65534, [], 65534]");
    executor.shutdown().await;
    // One that this user cannot get at.
    let folder = temp("shut");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = folder.join("python");
    script(&path, &format!("cat > /dev/null\necho '{}'\n", about("[3, 9, 0]", &path)));
    let error = Executor::start(settings.python(Some(path))).await.unwrap_err().to_string();
    let reason = format!("user 65534:65534 may not enter {}", folder.display());
    assert!(error.contains(&reason), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_is_required_and_missing_is_said() {
    let _alone = ALONE.lock().await;
    // Not to be had: a limit that the host itself does not have is no reason, but a switch is.
    let settings = Config::default().sandbox(false).require_sandbox(true);
    let error = Executor::start(settings).await.unwrap_err();
    assert!(matches!(error, StartError::Config(_)), "{error}");
    assert!(error.to_string().contains("require_sandbox"), "{error}");
}

#[tokio::test]
async fn the_doctor_can_ask() {
    let _alone = ALONE.lock().await;
    let settings = Config::from_env().unwrap();
    match Executor::probe(settings).await {
        Err(StartError::NoPython { .. }) => {}
        Err(error) => panic!("{error}"),
        Ok((interpreter, report)) => {
            println!("{} {:?}\n{report}", interpreter.path.display(), interpreter.version);
            assert!(report.complete() || !cfg!(target_os = "linux"), "{report}");
        }
    }
    assert_eq!(interpreters(), []);
}
