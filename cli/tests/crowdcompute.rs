//! The local foreman, jobs for it, and built-in handlers that serve them.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/crowd.rs"]
mod crowd;
mod support;

use crowd::{Foreman, get, has_python};
use support::{Folder, Running, journeyman, run};

/// Two functions; the second uses the first.
const TWO: &str = "def helper(x):\n    return x + 1\n\ndef main(x):\n    return [x, 'main']\n";

#[test]
fn built_in_handlers_take_the_place_of_code() {
    let folder = Folder::new("crowd-native");
    let add = folder.file("add.py", "def math_add(args):\n    return 'not this one'\n");
    let nobody = folder.file("nobody.py", "def nobody(x):\n    return x\n");
    for era in ["seed", "head"] {
        let mut foreman = Foreman::start(era);
        let mut worker = foreman.native("?max_concurrent_tasks=2", &["--handler", "math.add"]);
        let args = [r#"{"a": 1, "b": 2}"#, r#"{"a": 0.5, "b": 1}"#, r#"{"a": 2, "b": -3}"#];
        assert_eq!(foreman.results(&add, &args), ["3", "1.5", "-1"], "{era}");
        foreman.server.line("and its client has the results");
        let (code, _, stderr) = foreman.submit(&nobody, &["1", "--wait=500ms"]);
        assert_eq!(code, 5, "{stderr}");
        assert!(stderr.contains("when a task fails") && stderr.contains("/api/jobs/"), "{stderr}");
        let failed = foreman.server.line("FAILED");
        assert!(failed.contains("nobody") && failed.contains("is tried again"), "{failed}");
        worker.interrupt();
        assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
        foreman.server.line("gone");
        foreman.server.interrupt();
        assert_eq!(foreman.server.ended().code(), Some(0));
        assert!(foreman.server.rest().ends_with("stopped; nothing was kept"));
    }
}

#[test]
fn python_runs_as_it_was_sent() {
    if !has_python("crowdcompute::python_runs_as_it_was_sent") {
        return;
    }
    let folder = Folder::new("crowd-python");
    let same = folder.file("same.py", "def same(x):\n    print('got', x)\n    return x\n");
    let two = folder.file("two.py", TWO);
    let future = format!("from __future__ import annotations\n{TWO}");
    let future = folder.file("future.py", &future);
    for era in ["seed", "head"] {
        let mut foreman = Foreman::start(era);
        let mut worker = foreman.worker(&["--max-concurrent-tasks", "2"]);
        let args = [
            "NaN",
            "-1",
            "1267650600228229401496703205376",
            r#""Gr\u00fc\u00dfe""#,
            "[null, true]",
        ];
        let wanted = ["NaN", "-1", "1267650600228229401496703205376", "\"Grüße\"", "[null, true]"];
        assert_eq!(foreman.results(&same, &args), wanted, "{era}");
        // The first one is called, and that is told.
        let (code, stdout, stderr) = foreman.submit(&two, &["1"]);
        assert_eq!((code, stdout.as_str()), (0, "2\n"), "{stderr}");
        assert!(stderr.contains("the first one, helper, unless --function"), "{stderr}");
        for file in [&two, &future] {
            let results = foreman.results(file, &["1", "--function", "main"]);
            assert_eq!(results, [r#"[1, "main"]"#], "{era}");
        }
        worker.interrupt();
        assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
    }
}

#[test]
fn a_task_that_fails_or_takes_too_long_is_given_up_by_the_client() {
    if !has_python("crowdcompute::a_task_that_fails_or_takes_too_long_is_given_up_by_the_client") {
        return;
    }
    let folder = Folder::new("crowd-fails");
    let fails = folder.file("fails.py", "def fails(x):\n    raise ValueError('boom %s' % x)\n");
    let slow = folder.file("slow.py", "def slow(x):\n    while True:\n        pass\n");
    let mut foreman = Foreman::start("head");
    let _worker = foreman.worker(&[]);
    let (code, stdout, stderr) = foreman.submit(&fails, &["7", "--wait=1s"]);
    assert_eq!((code, stdout.as_str()), (5, ""), "{stderr}");
    let failed = foreman.server.line("FAILED");
    assert!(failed.contains("Task execution failed: boom 7"), "{failed}");
    // Its time goes along with it.
    let mut second = Foreman::start("head");
    let _worker = second.worker(&[]);
    let uri = second.uri();
    let limited = ["submit", "--to", &uri, &slow, "1", "--timeout", "1s", "--wait=60s"];
    let _client = Running::start(journeyman(&limited));
    let failed = second.server.line("FAILED");
    assert!(failed.contains("1 s") || failed.contains("1s"), "{failed}");
}

#[test]
fn what_cannot_run_is_told_before_it_is_sent() {
    // Nobody is there: nothing is sent.
    let to = "crowdcompute+ws://127.0.0.1:1";
    let folder = Folder::new("crowd-wrong");
    let good = folder.file("good.py", "def f(x):\n    return x\n");
    let refused = |args: &[&str]| {
        let mut all = vec!["submit", "--to", to];
        all.extend(args);
        let (code, stdout, stderr) = run(&mut journeyman(&all));
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
        stderr
    };
    assert!(refused(&[&good]).contains("at least one argument"));
    let text = refused(&[&good, "1", "abc"]);
    assert!(text.contains("argument 2, `abc`, is no JSON") && text.contains("'\"abc\"'"), "{text}");
    assert!(refused(&[&good, "{\"a\": }"]).contains("argument 1, `{\"a\": }`, is no JSON"));
    assert!(refused(&[&good, "1", "--retry", "3"]).contains("without limit"));
    assert!(refused(&[&good, "1", "--metadata", "[]"]).contains("--metadata: this is no object"));
    assert!(refused(&["/no/such/file.py", "1"]).contains("/no/such/file.py: No such file"));
    let nothing = folder.file("nothing.py", "x = 1\n");
    assert!(refused(&[&nothing, "1"]).contains("no function is defined in it"));
    let bytes = folder.path("bytes.py");
    std::fs::write(&bytes, [0xff, 0xfe]).unwrap();
    assert!(refused(&[&bytes, "1"]).contains("no text in UTF-8"));
    assert!(refused(&[&good, "1", "--function", "1f"]).contains("no name of a function"));
    if has_python("crowdcompute::what_cannot_run_is_told_before_it_is_sent") {
        let wrong = folder.file("wrong.py", "def f(x):\n    return (x\n");
        let text = refused(&[&wrong, "1"]);
        assert!(text.contains("wrong.py: line 2: '(' was never closed (says Python 3"), "{text}");
        assert!(text.contains("--no-check"), "{text}");
        let class = folder.file("class.py", "class A:\n    def f(self): pass\n");
        assert!(refused(&[&class, "1"]).contains("no function is defined in it"));
        let text = refused(&[&good, "1", "--function", "g"]);
        assert!(
            text.contains("no function of that name") && text.contains("there are f"),
            "{text}"
        );
        // With --no-check it is only that nobody is there.
        let (code, _, stderr) =
            run(&mut journeyman(&["submit", "--to", to, &wrong, "1", "--no-check"]));
        assert_eq!(code, 3, "{stderr}");
    }
}

#[test]
fn nobody_there_or_somebody_else() {
    let folder = Folder::new("crowd-nobody");
    let file = folder.file("f.py", "def f(x):\n    return x\n");
    let submit = |to: &str| run(&mut journeyman(&["submit", "--to", to, &file, "1", "--wait=5s"]));
    let (code, _, stderr) = submit("crowdcompute+ws://127.0.0.1:1");
    assert_eq!(code, 3, "{stderr}");
    let (code, _, stderr) = submit("crowdcompute+http://127.0.0.1:1");
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("crowdcompute+ws://HOST:9000"), "{stderr}");
    let foreman = Foreman::start("head");
    let http = foreman.http.replace("http://", "crowdcompute+ws://");
    let (code, _, stderr) = submit(&http);
    assert!(code == 3 || code == 4, "{code}: {stderr}");
    // A foreman without workers.
    let uri = foreman.uri();
    let (code, _, stderr) =
        run(&mut journeyman(&["submit", "--to", &uri, &file, "1", "--timeout", "300ms"]));
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("is accepted: 1 task") && stderr.contains("no worker"), "{stderr}");
}

#[test]
fn a_job_that_the_seed_does_not_read() {
    let folder = Folder::new("crowd-large");
    let file = folder.file("f.py", "def f(x):\n    return x\n");
    let foreman = Foreman::start("seed");
    let uri = foreman.uri();
    let mut command = journeyman(&["submit", "--to", &uri, &file]);
    // An argument of a command has at most 128 KiB.
    let large = format!("\"{}\"", "x".repeat(100_000));
    let (code, _, stderr) = run(command.args(std::iter::repeat_n(&large, 12)));
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("fewer or smaller arguments"), "{stderr}");
}

#[test]
fn the_local_foreman_has_its_api() {
    let mut foreman = Foreman::start("head");
    let (status, body) = get(&foreman.http, "/api/workers", "");
    assert_eq!((status, body.trim()), (200, "[]"));
    let mut worker = foreman.native("?worker_id=w1&fresh_id=false", &["--handler", "echo"]);
    let (_, body) = get(&foreman.http, "/api/workers", "");
    assert!(body.contains("\"w1\""), "{body}");
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
}

#[test]
fn ports_that_are_taken() {
    let first = Foreman::start("head");
    let listen = first.url.trim_start_matches("ws://");
    let args = ["dev", "--as", "crowdcompute", "--listen", listen, "--api-listen", "127.0.0.1:0"];
    let (code, _, stderr) = run(&mut journeyman(&args));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("--listen") && stderr.contains(listen), "{stderr}");
}

#[test]
fn a_configuration_file_serves_a_foreman() {
    let mut foreman = Foreman::start("seed");
    let folder = Folder::new("crowd-config");
    let text = format!(
        "[[backend]]\ntype = \"crowdcompute\"\nforeman_url = \"{}\"\nera = \"seed\"\n\
         worker_id = \"mine\"\nnative = [\"total\"]\n\n[handlers]\ntotal = \"math.sum\"\n",
        foreman.url
    );
    let path = folder.file("worker.toml", &text);
    let mut worker = Running::start(journeyman(&["run", "--config", &path]));
    let line = foreman.server.line("is ready");
    assert!(line.contains(" mine "), "{line}");
    let file = folder.file("total.py", "def total(values):\n    return None\n");
    assert_eq!(foreman.results(&file, &[r#"{"values": [1, 2, 3.5]}"#]), ["6.5"]);
    worker.interrupt();
    assert_eq!(worker.ended().code(), Some(0), "{}", worker.rest());
}
