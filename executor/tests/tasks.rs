//! What one task does: values, output, limits, and what it leaves behind.

#![allow(clippy::unwrap_used)]

mod support;

use journeyman_executor::{
    Event, Executor, FailureKind, Hooks, Limits, PythonError, Reuse, Rules, Task,
};
use std::time::Duration;
use support::{config, json, kind, start};
use tokio::sync::mpsc;

fn python(kind: FailureKind) -> PythonError {
    match kind {
        FailureKind::Python(error) | FailureKind::NotSerializable(error) => error,
        other => panic!("{other:?}"),
    }
}

async fn executor(test: &str) -> Option<Executor> {
    start(test, config()).await
}

#[tokio::test]
async fn values_arrive_as_they_were_sent() {
    let Some(executor) = executor("values").await else { return };
    let same = "def f(x):\n    return x\n";
    for text in [
        "1267650600228229401496703205376",
        "[NaN, Infinity, -Infinity]",
        r#""caf\u00e9 \ud83d\ude00 \u0000""#,
        r#""half of a pair: \ud800""#,
        "4.0",
        "1e+300",
        r#"{"a": [true, null, {"b": ""}], "": -0.0}"#,
    ] {
        assert_eq!(json(executor.run(&Task::new(same, format!("[{text}]"))).await), text);
    }
    // What is no JSON is the task's error.
    let error = python(kind(executor.run(&Task::new(same, "[1")).await));
    assert_eq!(error.kind, "JSONDecodeError");
    let deep = "[".repeat(200_000);
    let error = python(kind(executor.run(&Task::new(same, deep)).await));
    assert!(error.kind == "RecursionError" || error.kind == "JSONDecodeError", "{error:?}");
    executor.shutdown().await;
}

#[tokio::test]
async fn our_own_rules() {
    let Some(executor) = executor("own rules").await else { return };
    let source = "import math\ndef helper(x):\n    return math.sqrt(x)\n\
                  def main(a, b=2):\n    return [a, b, helper(16)]\n";
    let run =
        async |arguments: &str| executor.run(&Task::new(source, arguments).function("main")).await;
    assert_eq!(json(run("[1]").await), "[1, 2, 4.0]");
    assert_eq!(json(run(r#"{"b": 5, "a": 4}"#).await), "[4, 5, 4.0]");
    assert_eq!(json(run("\"text\"").await), "[\"text\", 2, 4.0]");
    let missing = Task::new(source, "[]").function("absent");
    let error = python(kind(executor.run(&missing).await));
    assert_eq!(error.to_string(), "NameError: the code defines no function 'absent'");
    // The helpers of the client library are not taken for the task, unless that is asked for.
    let wrapped = "def _ckpt_update(state):\n    return 'helper'\n\
                   def kill():\n    pass\ndef user(x):\n    return 'user'\n";
    let task = Task::new(wrapped, "[{}]").rules(Rules::CrowdComputeHead);
    assert_eq!(json(executor.run(&task).await), "\"user\"");
    assert_eq!(json(executor.run(&task.clone().exact(true)).await), "\"helper\"");
    assert_eq!(json(executor.run(&task.exact(true).function("user")).await), "\"user\"");
    executor.shutdown().await;
}

#[tokio::test]
async fn tracebacks_show_the_tasks_own_lines() {
    let Some(executor) = executor("tracebacks").await else { return };
    let source = "def inner(x):\n    return 1 / x\n\ndef f(x):\n    return inner(x)\n";
    let error = python(kind(executor.run(&Task::new(source, "[0]").function("f")).await));
    assert_eq!(error.to_string(), "ZeroDivisionError: division by zero");
    let lines: Vec<&str> =
        error.traceback.lines().filter(|line| !line.trim().starts_with(['~', '^'])).collect();
    let expected = [
        "Traceback (most recent call last):",
        "  File \"<string>\", line 5, in f",
        "    return inner(x)",
        "  File \"<string>\", line 2, in inner",
        "    return 1 / x",
        "ZeroDivisionError: division by zero",
    ];
    assert_eq!(lines, expected);
    executor.shutdown().await;
}

#[tokio::test]
async fn output_is_live_and_in_order() {
    let Some(executor) = executor("output").await else { return };
    let source = "import os, sys\ndef f(x):\n    print('one')\n    print('two', file=sys.stderr)\n    \
                  os.write(1, b'three\\n')\n    print('no line end', end='')\n    return input() if x else 0\n";
    let (events, mut inbox) = mpsc::channel(64);
    let task = Task::new(source, "[0]");
    let done = executor.run_with(&task, Hooks::default().events(events)).await.unwrap();
    assert_eq!(done.output.text, "one\ntwo\nthree\nno line end");
    assert_eq!((done.output.bytes, done.output.truncated), (25, false));
    let mut heard = String::new();
    while let Some(event) = inbox.recv().await {
        if let Event::Output(text) = event {
            heard.push_str(&text);
        }
    }
    assert_eq!(heard, done.output.text);
    // There is nothing to read.
    let failure = executor.run(&Task::new(source, "[1]")).await.unwrap_err();
    assert_eq!(failure.to_string(), "EOFError: EOF when reading a line");
    assert!(failure.output().text.ends_with("no line end"));
    executor.shutdown().await;
}

#[tokio::test]
async fn a_flood_of_output_is_bounded_and_slows_nobody_for_ever() {
    let limits = Limits::default().output(1000);
    let Some(executor) = start("flood", config().limits(limits)).await else { return };
    let (events, inbox) = mpsc::channel(1);
    let task = Task::new("def f(x):\n    print('x' * x)\n    return x\n", "[20000000]");
    let done = executor.run_with(&task, Hooks::default().events(events)).await.unwrap();
    assert_eq!(done.output.text.len(), 1000);
    assert_eq!(done.output.bytes, 20_000_001);
    assert!(done.output.truncated);
    drop(inbox);
    executor.shutdown().await;
}

#[tokio::test]
async fn limits_of_one_task() {
    let Some(executor) = executor("limits").await else { return };
    let endless = "def f(x):\n    while True:\n        pass\n";
    let wall = Duration::from_millis(200);
    let failure = executor.run(&Task::new(endless, "[0]").wall(wall)).await.unwrap_err();
    assert_eq!(*failure.kind(), FailureKind::Timeout { limit: wall });
    assert_eq!(failure.to_string(), "the task ran longer than 200ms and was killed");
    assert!(failure.usage().wall >= wall, "{:?}", failure.usage());
    let failure = executor.run(&Task::new(endless, "[0]").cpu(wall)).await.unwrap_err();
    assert_eq!(*failure.kind(), FailureKind::CpuLimit { limit: wall });
    // Memory may be less for one task, and is what it was for the next in the same interpreter.
    let hog = "def f(n):\n    return len(bytearray(n << 20))\n";
    let limit = 200 << 20;
    assert_eq!(json(executor.run(&Task::new(hog, "[300]")).await), "314572800");
    let failure = executor.run(&Task::new(hog, "[300]").memory(limit)).await.unwrap_err();
    assert_eq!(*failure.kind(), FailureKind::MemoryLimit { limit });
    let text = "\"Task execution failed: the task is out of memory: the limit is 200 MiB\"";
    assert_eq!(failure.wire(Rules::CrowdComputeSeed), text);
    let done = executor.run(&Task::new(hog, "[300]")).await.unwrap();
    assert_eq!(done.value.json(), Some("314572800"));
    let usage = done.usage;
    assert!(usage.cpu > Duration::ZERO && usage.wall >= usage.cpu / 2, "{usage:?}");
    assert!(usage.peak_memory > 300 << 20, "{usage:?}");
    executor.shutdown().await;
}

#[tokio::test]
async fn too_much_is_refused_before_it_runs() {
    let mut limits = Limits::default();
    limits.task = 100;
    let Some(executor) = start("size", config().limits(limits)).await else { return };
    let task = Task::new("def f(x):\n    return 1\n", format!("[\"{}\"]", "x".repeat(100)));
    let bytes = 23 + 104;
    assert_eq!(kind(executor.run(&task).await), FailureKind::TaskTooLarge { bytes, limit: 100 });
    executor.shutdown().await;
}

#[tokio::test]
async fn a_large_task_and_a_large_result() {
    let Some(executor) = executor("large").await else { return };
    let text = format!("\"{}\"", "x".repeat(10_000_000));
    let task = Task::new("def f(x):\n    return x\n", format!("[{text}]"));
    assert!(json(executor.run(&task).await) == text);
    executor.shutdown().await;
}

#[tokio::test]
async fn state_is_shared_only_where_it_may_be() {
    let keep = "import math\ndef f(x):\n    math.kept = getattr(math, 'kept', 0) + 1\n    return math.kept\n";
    let look = "import math\ndef f(x):\n    return getattr(math, 'kept', 0)\n";
    for (reuse, expected) in [
        (Reuse::SameSource, ["1", "2", "0"]),
        (Reuse::Any, ["1", "2", "2"]),
        (Reuse::Never, ["1", "1", "0"]),
    ] {
        let Some(executor) = start("reuse", config().size(1).reuse(reuse)).await else { return };
        for (source, expected) in [keep, keep, look].into_iter().zip(expected) {
            let result = json(executor.run(&Task::new(source, "[0]")).await);
            assert_eq!(result, expected, "{reuse:?}");
        }
        executor.shutdown().await;
    }
}

#[tokio::test]
async fn ordinary_work_is_not_hindered() {
    let Some(executor) = executor("ordinary work").await else { return };
    let source = "
import asyncio, concurrent.futures, ctypes, datetime, decimal, hashlib, json, math, os, random
import shutil, signal, sqlite3, tempfile, threading, time, uuid, zlib

def f(n):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        squares = sum(pool.map(lambda x: x * x, range(n)))
    async def main():
        await asyncio.sleep(0.001)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: 7)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file')
        with open(path, 'w') as out:
            out.write('hello')
        shutil.copy2(path, 'copy')
        os.replace('copy', 'moved')
        os.makedirs('a/b/c')
        shutil.move('moved', 'a/b/moved')
        text = open('a/b/moved').read()
    db = sqlite3.connect('file.db')
    db.execute('create table t(a)')
    db.execute('insert into t values(1)')
    db.commit()
    rows = db.execute('select a from t').fetchall()
    done = threading.Event()
    signal.signal(signal.SIGALRM, lambda *_: done.set())
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    done.wait(5)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return [squares, asyncio.run(main()), text, rows, done.is_set(), os.cpu_count() >= 1,
            len(uuid.uuid4().hex), len(os.urandom(4)), datetime.datetime.now().year > 2000,
            zlib.crc32(hashlib.sha256(b'x').digest()) > 0, random.random() < 1,
            os.path.expanduser('~') is not None, time.localtime().tm_year > 2000]
";
    let expected = "[328350, 7, \"hello\", [[1]], true, true, 32, 4, true, true, true, true, true]";
    // Twice: what it left in its folder is gone, what it did to its threads is over.
    for _ in 0..2 {
        let done = executor.run(&Task::new(source, "[100]")).await.unwrap();
        assert_eq!(done.value.json(), Some(expected), "{}", done.output.text);
    }
    assert_eq!(executor.stats().retired_unfit, 0);
    executor.shutdown().await;
}

#[tokio::test]
async fn what_a_task_sets_is_put_back_for_the_next() {
    let Some(executor) = start("left behind", config().size(1)).await else { return };
    let source = "
import os, signal, sys
def look():
    old = os.umask(0o077)
    return [old, [signal.getitimer(timer)[0] for timer in range(3)], len(signal.pthread_sigmask(0, [])),
            [str(signal.getsignal(number)) for number in (14, 15, 26, 27)], 'extra' in sys.path,
            os.path.basename(os.getcwd()).isdigit(), len(os.environ), sys.gettrace() is None,
            sys.stdout is sys.__stdout__, os.listdir('.')]
def f(spoil):
    found = look()
    if spoil:
        os.umask(0)
        for timer in range(3):
            signal.setitimer(timer, 60)
        for number in (14, 15, 26, 27):
            signal.signal(number, lambda *_: print('from the last task'))
        signal.pthread_sigmask(signal.SIG_BLOCK, {10, 14, 15})
        os.kill(os.getpid(), 14)
        sys.path.insert(0, 'extra')
        os.makedirs('a/b')
        os.chdir('a/b')
        os.environ['A'] = 'b'
        sys.settrace(lambda *_: None)
        sys.stdout = open('file', 'w')
    return [os.getpid(), found]
";
    let first = json(executor.run(&Task::new(source, "[1]").function("f")).await);
    let next = executor.run(&Task::new(source, "[0]").function("f")).await.unwrap();
    assert_eq!(next.value.json(), Some(first.as_str()), "of the same process");
    assert_eq!(next.output.text, "");
    assert_eq!(executor.stats().retired_unfit, 0);
    executor.shutdown().await;
}

#[tokio::test]
async fn copies_of_files_work_where_modes_cannot_be_changed() {
    let Some(executor) = executor("copies").await else { return };
    let source = "
import os, pathlib, shutil, tarfile, zipfile
def f(x):
    with open('a', 'w') as out:
        out.write('text')
    for copy in (shutil.copy, shutil.copy2, shutil.copyfile):
        copy('a', copy.__name__)
    os.mkdir('folder')
    shutil.move('copy', 'folder/moved')
    shutil.copytree('folder', 'tree')
    with tarfile.open('a.tar', 'w') as tar:
        tar.add('tree')
    with tarfile.open('a.tar') as tar:
        tar.extractall('from_tar')
    with zipfile.ZipFile('a.zip', 'w') as archive:
        archive.write('a')
    with zipfile.ZipFile('a.zip') as archive:
        archive.extractall('from_zip')
    pathlib.Path('a').touch()
    os.chmod('a', 0o600)
    with open('a', 'r+') as out:
        out.truncate(2)
    found = [open(name).read() for name in ('a', 'copy2', 'copyfile', 'from_tar/tree/moved', 'from_zip/a')]
    shutil.rmtree('tree')
    return found
";
    let expected = "[\"te\", \"text\", \"text\", \"text\", \"text\"]";
    assert_eq!(json(executor.run(&Task::new(source, "[0]")).await), expected);
    executor.shutdown().await;
}
