//! Systems that have not all of the sandbox: what is said, what holds without it, and that nothing is
//! used that was required and is not there.
//!
//! The system is the real one. A virtual environment whose interpreters are told otherwise by the
//! kernel, as it seems to them, stands for another.

#![allow(clippy::unwrap_used)]
#![cfg(target_os = "linux")]

mod support;

use journeyman_executor::{Config, Executor, FailureKind, Part, StartError, State, Task};
use std::path::{Path, PathBuf};
use support::{json, kind, start, temp};

/// What `ctypes` gives when it calls the system: `ANSWERS` decides on some calls, by the name of the
/// function and its arguments.
const OTHER_KERNEL: &str = "
import ctypes, os
class Kernel(ctypes.CDLL):
    def __getattr__(self, name):
        real = super().__getattr__(name)
        def call(*arguments):
            numbers = [getattr(item, 'value', item) for item in arguments]
            found = answer(name, numbers)
            if found is None:
                return real(*arguments)
            if found < 0:
                ctypes.set_errno(-found)
                return -1
            return found
        setattr(self, name, call)
        return call
ctypes.CDLL = Kernel
def answer(name, numbers):
    asked = [name] + numbers
";

/// Settings with interpreters for which the kernel is another one: `rules` are lines of Python that
/// look at `asked` and return a number, or one below zero for an error.
async fn elsewhere(name: &str, rules: &str) -> Option<(Config, PathBuf)> {
    let folder = temp(name);
    let config = support::config().venv(Some(folder.clone())).spare(0);
    start(name, config.clone()).await?.shutdown().await;
    let lib = std::fs::read_dir(folder.join("lib")).unwrap().next().unwrap().unwrap().path();
    let packages = lib.join("site-packages");
    let rules: String = rules.lines().map(|line| format!("    {line}\n")).collect();
    std::fs::write(packages.join("other_kernel.py"), format!("{OTHER_KERNEL}{rules}")).unwrap();
    std::fs::write(packages.join("other_kernel.pth"), "import other_kernel\n").unwrap();
    Some((config.require_sandbox(false), folder))
}

fn reason(executor: &Executor, part: Part) -> String {
    match executor.report().state(part) {
        State::Unavailable(reason) => reason.clone(),
        other => panic!("{part}: {other:?}"),
    }
}

/// The parts that are not there.
fn missing(executor: &Executor) -> Vec<Part> {
    executor.report().missing().into_iter().map(|(part, _)| part).collect()
}

/// A file that tasks may read, and what attacks are told.
fn target(folder: &Path) -> (PathBuf, String) {
    let given = folder.join("given.txt");
    std::fs::write(&given, "to be read\n").unwrap();
    let arguments = format!(
        "[{{\"given\": {given:?}, \"secret\": {given:?}, \"host\": {0}, \"sibling\": {0}}}]",
        std::process::id()
    );
    (given, arguments)
}

fn hostile(name: &str) -> String {
    let path = format!("{}/testdata/hostile/{name}.py", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn without_landlock() {
    let rules = "if asked[:2] == ['syscall', 444]: return -38";
    let Some((config, folder)) = elsewhere("no-landlock", rules).await else { return };
    let error = Executor::start(config.clone().require_sandbox(true)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, StartError::Sandbox(_)), "{error:?}");
    let expected = "the sandbox is required, and not all of it is available; files: the kernel has no \
                    Landlock, or keeps it off: [Errno 38] syscall: Function not implemented. Run";
    assert!(text.starts_with(expected), "{text}");
    let executor = Executor::start(config).await.unwrap();
    println!("{}", executor.report());
    assert_eq!(missing(&executor), [Part::Files]);
    assert!(reason(&executor, Part::Files).starts_with("the kernel has no Landlock"));
    // Files can be read, and all else holds.
    let (_, arguments) = target(&folder);
    let read = Task::new("def f(x):\n    return len(open('/etc/passwd').read()) > 0\n", "[0]");
    assert_eq!(json(executor.run(&read).await), "true");
    for name in ["connect_out", "fork_bomb", "kill_parent"] {
        let failure = executor.run(&Task::new(hostile(name), "[{\"host\": 1}]")).await.unwrap_err();
        assert!(failure.to_string().starts_with("PermissionError"), "{name}: {failure}");
    }
    // Nor can anybody's modes be changed, or signals be sent by a descriptor.
    let task = Task::new(hostile("modes_and_times_elsewhere"), arguments.clone());
    assert_eq!(json(executor.run(&task).await), "[true, true, true]");
    let task = Task::new(hostile("signal_by_descriptor"), arguments);
    assert_eq!(json(executor.run(&task).await), "[1, 1, 1, 1, 1]");
    executor.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn with_the_first_landlock() {
    // Versions 1 and 2 do not cover truncation; those before 6 no signals.
    for version in [1, 2, 4] {
        let rules = format!("if asked == ['syscall', 444, 0, 0, 1]: return {version}");
        let name = format!("landlock-{version}");
        let Some((config, folder)) = elsewhere(&name, &rules).await else { return };
        let (given, arguments) = target(&folder);
        let executor = Executor::start(config.readable([given.clone()])).await.unwrap();
        assert_eq!(missing(&executor), []);
        let detail = State::Active(format!("Landlock version {version}"));
        assert_eq!(*executor.report().state(Part::Files), detail);
        for (name, expected) in [
            ("truncate_elsewhere", "[]"),
            ("truncate_by_openat2", "-1"),
            ("modes_and_times_elsewhere", "[true, true, true]"),
            ("signal_by_descriptor", "[1, 1, 1, 1, 1]"),
        ] {
            let task = Task::new(hostile(name), arguments.clone());
            assert_eq!(json(executor.run(&task).await), expected, "{name}, version {version}");
        }
        assert_eq!(std::fs::read_to_string(given).unwrap(), "to be read\n");
        // Files of its own can be emptied, and moved to and fro.
        let source = "import os\ndef f(x):\n    open('a', 'w').write('text')\n    \
                      open('a', 'w').close()\n    os.rename('a', 'b')\n    return os.stat('b').st_size\n";
        assert_eq!(json(executor.run(&Task::new(source, "[0]")).await), "0");
        executor.shutdown().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test]
async fn without_a_filter_of_system_calls() {
    let rules = "if asked[:2] == ['prctl', 22]: return -22";
    let Some((config, folder)) = elsewhere("no-filter", rules).await else { return };
    let error = Executor::start(config.clone().require_sandbox(true)).await.unwrap_err();
    let text = error.to_string();
    for part in ["system_calls: [Errno 22] prctl", "network: sockets can be made", "processes: pro"]
    {
        assert!(text.contains(part), "{text}");
    }
    let executor = Executor::start(config).await.unwrap();
    println!("{}", executor.report());
    assert_eq!(missing(&executor), [Part::SystemCalls, Part::Network, Part::Processes]);
    // The kernel was asked: one that only claims to have a filter is not believed.
    let read = Task::new("def f(x):\n    return open('/etc/passwd').read()\n", "[0]");
    let FailureKind::Python(error) = kind(executor.run(&read).await) else { panic!("it could") };
    assert_eq!(error.kind, "PermissionError");
    // Programs cannot be executed even so, and children go with the executor.
    let run = "import subprocess\ndef f(x):\n    return subprocess.run(['/bin/true']).returncode\n";
    let FailureKind::Python(error) = kind(executor.run(&Task::new(run, "[0]")).await) else {
        panic!("it could")
    };
    assert_eq!(error.kind, "PermissionError");
    executor.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_filter_that_is_only_claimed_is_not_believed() {
    let rules = "if asked[:2] == ['prctl', 22]: return 0";
    let Some((config, folder)) = elsewhere("claimed", rules).await else { return };
    let executor = Executor::start(config).await.unwrap();
    assert_eq!(reason(&executor, Part::SystemCalls), "the kernel does not confirm it");
    assert!(missing(&executor).contains(&Part::Network));
    executor.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_python_that_cannot_call_the_system() {
    let Some((config, folder)) = elsewhere("no-ctypes", "return None").await else { return };
    let lib = std::fs::read_dir(folder.join("lib")).unwrap().next().unwrap().unwrap().path();
    let path = lib.join("site-packages/other_kernel.py");
    std::fs::write(path, "import sys\nsys.modules['ctypes'] = None\n").unwrap();
    let executor = Executor::start(config).await.unwrap();
    println!("{}", executor.report());
    let text = "this Python cannot call the system: ctypes: import of ctypes halted";
    for part in
        [Part::Files, Part::SystemCalls, Part::Capabilities, Part::Network, Part::Privileges]
    {
        assert!(reason(&executor, part).starts_with(text), "{}", reason(&executor, part));
    }
    // What the host does from outside holds.
    assert!(matches!(executor.report().state(Part::Memory), State::Active(_)));
    let hog = Task::new("def f(n):\n    return len(bytearray(n << 30))\n", "[4]");
    assert!(matches!(kind(executor.run(&hog).await), FailureKind::MemoryLimit { .. }));
    executor.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_later_interpreter_that_has_less_is_not_used() {
    // Landlock fails from the moment on at which a file is there.
    let switch = temp("switch");
    let rules = format!(
        "if asked[:2] == ['syscall', 444] and os.path.exists({:?}): return -12",
        switch.display().to_string()
    );
    let Some((config, folder)) = elsewhere("weaker", &rules).await else { return };
    let executor = Executor::start(config.size(1)).await.unwrap();
    assert_eq!(missing(&executor), []);
    let task = |n: u32| Task::new(format!("def f():\n    return {n}\n"), "[]");
    assert_eq!(json(executor.run(&task(1)).await), "1");
    std::fs::write(&switch, "").unwrap();
    let failure = executor.run(&task(2)).await.unwrap_err();
    let FailureKind::NotStarted { problem } = failure.kind() else { panic!("{failure}") };
    let expected = "a new interpreter is confined less than the first one and is not used; files: ";
    assert!(problem.starts_with(expected), "{problem}");
    std::fs::remove_file(switch).unwrap();
    assert_eq!(json(executor.run(&task(3)).await), "3");
    executor.shutdown().await;
    std::fs::remove_dir_all(folder).unwrap();
}
