//! The local orchestrator, tasks for it, and handlers that do their steps.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;
#[path = "support/tasker.rs"]
mod tasker;

use support::{Folder, Running, journeyman, run};
use tasker::Dev;

/// Steps are played without delay.
const QUICK: &str = r#"{"sample": {"seconds": 0}}"#;

const SHOP: &str = "\
name: order
namespace_name: shop
version: \"1.0.0\"
steps:
  - name: total
    handler: {callable: shop.total}
  - name: ship
    handler: {callable: shop.ship}
    dependencies: [total]
    retry: {max_attempts: 1}
";

/// A program as a handler: it answers with the route, or fails where the context says so.
const PROGRAM: &str = "\
read line
case \"$line\" in
  *refuse*) echo '{\"error\":{\"message\":\"not this one\",\"code\":\"REFUSED\"}}' ;;
  *shop.total*) echo '{\"result\":{\"cents\":700}}' ;;
  *'\"dependencies\":{\"total\":{\"cents\":700}}'*) echo '{\"result\":\"sent\"}' ;;
esac
";

#[test]
fn samples_run_and_their_tree_is_shown() {
    let mut dev = Dev::start(&[]);
    let (code, stdout, stderr) = dev.submit("sample/order", QUICK, &["--wait=30s"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stderr.contains("is started: sample/order 1.0.0"), "{stderr}");
    assert!(stdout.starts_with("sample/order 1.0.0  complete  5 of 5 steps\n"), "{stdout}");
    let names: Vec<_> =
        stdout.lines().skip(1).map(|line| line.split_whitespace().next().unwrap()).collect();
    for name in ["validate", "reserve_stock", "charge_payment", "ship", "notify"] {
        assert!(names.contains(&name), "{stdout}");
    }
    // A decision: by default all branches, or those that the context names.
    let chosen = r#"{"sample": {"seconds": 0, "branches": {"choose": ["approve_by_rule"]}}}"#;
    let (code, stdout, _) = dev.submit("approval", chosen, &["--wait=30s"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("complete  4 of 4 steps"), "{stdout}");
    assert!(!stdout.contains("approve_by_manager  "), "{stdout}");
    let both = r#"{"sample": {"seconds": 0}}"#;
    let (_, stdout, _) = dev.submit("approval", both, &["--wait=30s"]);
    assert!(stdout.contains("complete  5 of 5 steps"), "{stdout}");
    // Batches: one worker step for each, and the placeholder of none.
    let batches = |count: u32| {
        let context = format!(r#"{{"sample": {{"seconds": 0, "batches": {count}}}}}"#);
        dev.submit("sample/import/1.0.0", &context, &["--wait=30s"]).1
    };
    let four = batches(4);
    assert!(four.contains("complete  6 of 6 steps") && four.contains("import_rows_004"), "{four}");
    let none = batches(0);
    assert!(none.contains("complete  3 of 3 steps") && none.contains("import_rows_000"), "{none}");
    let text = dev.stop();
    for part in [
        "task     order                  is started (",
        "step     charge_payment         is complete",
        "sample/order 1.0.0 · complete · 5 of 5 steps",
        "└─ ✔ ship",
        "└─ · approve_by_manager",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\u{1b}'), "no terminal, no escapes: {text}");
}

#[test]
fn played_failures_end_as_the_server_ends_them() {
    let mut dev = Dev::start(&[]);
    let once = r#"{"sample": {"seconds": 0, "fail": {"charge_payment": 1}}}"#;
    let (code, stdout, _) = dev.submit("sample/order", once, &["--wait=60s"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("charge_payment  complete, try 2 of 4"), "{stdout}");
    let for_good = r#"{"sample": {"seconds": 0, "fail": {"charge_payment": "for good"}}}"#;
    let (code, stdout, _) = dev.submit("sample/order", for_good, &["--wait=60s"]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.starts_with("sample/order 1.0.0  blocked_by_failures  2 of 5"), "{stdout}");
    assert!(stdout.contains("error     permanent_error: the context says so"), "{stdout}");
    let nonsense = r#"{"sample": {"fail": {"ship": "sometimes"}}}"#;
    let (code, stdout, _) = dev.submit("sample/order", nonsense, &["--wait=60s"]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("validation_error: `sample` of the context"), "{stdout}");
    assert!(stdout.contains("a number of tries that fail, or \"for good\""), "{stdout}");
    // What takes too long for whoever waits.
    let slow = r#"{"sample": {"seconds": 600}}"#;
    let (code, stdout, _) = dev.submit("sample/order", slow, &["--wait=300ms"]);
    assert_eq!(code, 5, "{stdout}");
    assert!(stdout.contains("steps_in_process  0 of 5 steps"), "{stdout}");
    // It is cancelled by the second Ctrl-C.
    dev.server.interrupt();
    dev.server.line("steps under way may finish");
    dev.server.interrupt();
    assert_eq!(dev.server.ended().code(), Some(130), "{}", dev.server.rest());
}

#[test]
fn programs_as_handlers() {
    let folder = Folder::new("tasker-programs");
    folder.file("order.yaml", SHOP);
    let script = folder.file("handler.sh", PROGRAM);
    let handler = format!("shop.*=exec:/bin/sh {script}");
    let templates = folder.path("");
    let mut dev = Dev::start(&["--templates", &templates, "--handler", &handler]);
    let (code, stdout, stderr) = dev.submit("order", "{\"n\": 1}", &["--wait=30s"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("total  complete  {\"cents\":700}"), "{stdout}");
    assert!(stdout.contains("ship   complete  \"sent\""), "{stdout}");
    let (code, stdout, _) = dev.submit("shop/order", "{\"refuse\": true}", &["--wait=30s"]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("REFUSED: not this one"), "{stdout}");
    dev.stop();
    // The same by a file, with one of the two played.
    let config = folder.file(
        "worker.toml",
        &format!(
            "[[backend]]\ntype = \"tasker\"\n\n[handlers]\n\"shop.total\" = {{ exec = [\"/bin/sh\", \
             \"{script}\"] }}\n\"shop.ship\" = \"echo\"\n"
        ),
    );
    let mut dev = Dev::start(&["--templates", &templates, "--config", &config]);
    let (code, stdout, stderr) = dev.submit("order", "{\"n\": 2}", &["--wait=30s"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("ship   complete  {\"n\":2}"), "{stdout}");
    dev.stop();
    let sample = ["--handler", "shop.total=echo", "--handler", "#=sample"];
    let mut all = vec!["--templates", templates.as_str()];
    all.extend(sample);
    let mut dev = Dev::start(&all);
    let (code, stdout, _) = dev.submit("order", QUICK, &["--wait=30s"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("\"after\":[\"total\"]"), "{stdout}");
    dev.stop();
}

#[test]
fn what_a_server_refuses_is_told_with_the_way_out() {
    let dev = Dev::start(&[]);
    let refused = |template: &str, context: &str, args: &[&str]| {
        let (code, stdout, stderr) = dev.submit(template, context, args);
        assert_eq!((code, stdout.as_str()), (4, ""), "{stderr}");
        stderr
    };
    let text = refused("sample/nothing/1.0.0", "{}", &[]);
    assert!(text.contains("HTTP 404: there is no template sample/nothing/1.0.0"), "{text}");
    assert!(text.contains("there are sample/approval/1.0.0, sample/import/1.0.0"), "{text}");
    let text = refused("nothing", "{}", &[]);
    assert!(text.contains("there is no template `nothing`; there are sample/"), "{text}");
    // Without waiting, the id is printed; the same task again is a conflict.
    let (code, stdout, stderr) = dev.submit("sample/order", QUICK, &[]);
    assert_eq!((code, stdout.trim().len()), (0, 36), "{stdout}");
    assert!(stderr.contains(&format!("{}/v1/tasks/{}", dev.url, stdout.trim())), "{stderr}");
    let text = refused("sample/order", QUICK, &["--wait"]);
    assert!(text.contains("HTTP 409") && text.contains("idempotency_key"), "{text}");
    let other = ["--metadata", "{\"idempotency_key\": \"2\", \"priority\": 7, \"tags\": [\"a\"]}"];
    let (code, ..) = dev.submit("sample/order", QUICK, &[&other[..], &["--wait"]].concat());
    assert_eq!(code, 0);
    let text = refused("sample/order", "{}", &["--metadata", "{\"priority\": 1000}"]);
    assert!(text.contains("the server does not take the task") && text.contains("100"), "{text}");
}

#[test]
fn what_cannot_be_a_task_is_told_before_it_is_sent() {
    // Nobody is there: nothing is sent.
    let to = "tasker+http://127.0.0.1:1";
    let refused = |args: &[&str]| {
        let mut all = vec!["submit", "--to", to];
        all.extend(args);
        let (code, stdout, stderr) = run(&mut journeyman(&all));
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
        stderr
    };
    assert!(refused(&["a/b/1", "{"]).contains("give an object such as"));
    assert!(refused(&["a/b/1", "{}", "{}"]).contains("has one context"));
    assert!(refused(&["a//1", "{}"]).contains("write NAMESPACE/NAME"));
    assert!(refused(&["a/b/1", "{}", "--retry", "3"]).contains("how often it is tried"));
    assert!(refused(&["a/b/1", "{}", "--timeout", "3s"]).contains("--wait=TIME"));
    assert!(refused(&["a/b/1", "{}", "--function", "f"]).contains("for CrowdCompute"));
    assert!(refused(&["a/b/1", "{}", "--metadata", "{\"prio\": 1}"]).contains("unknown field"));
    let (code, _, stderr) = run(&mut journeyman(&["submit", "--to", to, "a/b/1"]));
    assert_eq!(code, 3, "{stderr}");
    let (code, _, stderr) = run(&mut journeyman(&["submit", "--to", "tasker+ftp://h", "a/b/1"]));
    assert_eq!(code, 2, "{stderr}");
    let uri = "tasker+http://me:s3cret@h";
    let (code, _, stderr) = run(&mut journeyman(&["submit", "--to", uri, "a/b/1"]));
    assert!(code == 2 && !stderr.contains("s3cret"), "{stderr}");
}

/// The exit code 2, and what is said.
fn refused_dev(args: &[&str]) -> String {
    let mut all = vec!["dev", "--as", "tasker", "--api-listen", "127.0.0.1:0"];
    all.extend(args);
    let (code, stdout, stderr) = run(&mut journeyman(&all));
    assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
    stderr
}

#[test]
fn templates_that_cannot_be_used() {
    let folder = Folder::new("tasker-bad");
    let templates = folder.path("");
    let text = refused_dev(&["--templates", "/no/such/folder"]);
    assert!(text.contains("/no/such/folder: cannot be read"), "{text}");
    assert!(refused_dev(&["--templates", &templates]).contains("no .yml or .yaml file"));
    // Several at once, each with its file, its line and its key.
    folder.file("broken.yaml", "name: a\nsteps: [\n");
    folder.file(
        "cycle.yml",
        &SHOP.replace("name: total\n", "name: total\n    dependencies: [ship]\n"),
    );
    folder.file(
        "missing.yaml",
        &SHOP.replace("name: order", "name: other").replace("[total]", "[nowhere]"),
    );
    let text = refused_dev(&["--templates", &templates]);
    assert!(text.contains("broken.yaml:"), "{text}");
    assert!(text.contains("cycle.yml:") && text.contains("the steps form a cycle"), "{text}");
    assert!(text.contains("there is no step `nowhere`; there are total, ship"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
    for name in ["broken.yaml", "cycle.yml", "missing.yaml"] {
        std::fs::remove_file(folder.path(name)).unwrap();
    }
    folder.file("order.yaml", SHOP);
    let text = refused_dev(&["--templates", &templates, "--handler", "shop.total=echo"]);
    assert!(text.contains("no handler for `shop.ship`; there are shop.total"), "{text}");
    assert!(text.contains("order.yaml:8") && text.contains("'#=sample'"), "{text}");
    assert!(refused_dev(&["--handler", "=sample"]).contains("empty route"));
    assert!(refused_dev(&["--handler", "nope"]).contains("no handler `nope`"));
    assert!(refused_dev(&["--listen", "127.0.0.1:0"]).contains("--api-listen"));
    assert!(refused_dev(&["--token", "x"]).contains("share its database"));
    assert!(refused_dev(&["--queue", "q"]).contains("an option of `--as distworker`"));
    let (code, _, stderr) = run(&mut journeyman(&["dev", "--as", "moor", "--templates", "x"]));
    assert!(code == 2 && stderr.contains("an option of `--as tasker`"), "{stderr}");
}

#[test]
fn a_port_that_is_taken_and_an_end_without_warning() {
    let mut first = Dev::start(&[]);
    let at = first.url.trim_start_matches("http://").to_owned();
    let args = ["dev", "--as", "tasker", "--api-listen", &at];
    let (code, _, stderr) = run(&mut journeyman(&args));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("--api-listen") && stderr.contains(&at), "{stderr}");
    // Killed while somebody waits for a task of it: told after a while, with the task.
    let uri = first.uri();
    let slow = r#"{"sample": {"seconds": 600}}"#;
    let waiting = ["submit", "--to", &uri, "sample/order", slow, "--wait=2s"];
    let mut client = Running::start(journeyman(&waiting));
    let line = client.line("is started");
    let id = line.split_whitespace().nth(1).unwrap().to_owned();
    first.server.line("is worked on");
    first.server.signal(rustix::process::Signal::KILL);
    first.server.ended();
    assert_eq!(client.ended().code(), Some(3), "{}", client.rest());
    assert!(client.rest().contains(&format!("the task is {id}")), "{}", client.rest());
}

#[test]
fn run_says_which_program_it_takes() {
    let (code, stdout, stderr) = run(&mut journeyman(&["run", "--connect", "tasker:"]));
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains("adapters/tasker-live/Cargo.toml"), "{stderr}");
    assert!(stderr.contains("journeyman-tasker-worker"), "{stderr}");
    let folder = Folder::new("tasker-run");
    let text = "[[backend]]\ntype = \"tasker\"\ntemplate_path = \"my tasks\"\nconfig_path = \"t.toml\"\n\
                database_url = \"postgresql://me:s3cret@h/d\"\n";
    let config = folder.file("worker.toml", text);
    let (code, _, stderr) = run(&mut journeyman(&["run", "--config", &config]));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("TASKER_TEMPLATE_PATH='my tasks'"), "{stderr}");
    assert!(stderr.contains("TASKER_CONFIG_PATH=t.toml"), "{stderr}");
    assert!(!stderr.contains("s3cret"), "{stderr}");
    let config = folder.file("wrong.toml", &text.replace("config_path", "confg_path"));
    let (code, _, stderr) = run(&mut journeyman(&["run", "--config", &config]));
    assert!(code == 2 && stderr.contains("confg_path") && !stderr.contains("s3cret"), "{stderr}");
}
