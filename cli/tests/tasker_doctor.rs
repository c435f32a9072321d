//! The doctor at what a worker of Tasker needs.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;
#[path = "support/tasker.rs"]
mod tasker;

use support::{Folder, journeyman, run};
use tasker::Dev;

const TEMPLATE: &str = "\
name: order
namespace_name: shop
version: \"1.0.0\"
steps:
  - name: pay
    handler: {callable: shop.pay, method: refund}
  - name: ship
    handler: {callable: shop.ship}
    dependencies: [pay]
";

/// A complete file of Tasker's own.
const COMPLETE: &str = include_str!("../../adapters/tasker/testdata/example_config.toml");

/// The exit code and what was said, as one line.
fn doctor(env: &[(&str, &str)], args: &[&str]) -> (i32, String) {
    let mut all = vec!["doctor"];
    all.extend(args);
    let mut command = journeyman(&all);
    command.envs(env.iter().copied());
    let (code, stdout, stderr) = run(&mut command);
    let text = stdout + &stderr;
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn templates_handlers_and_what_is_left_to_others() {
    let folder = Folder::new("tasker-doctor");
    folder.file("order.yaml", TEMPLATE);
    let templates = folder.path("");
    let uri = format!("tasker:?template_path={templates}");
    let (code, text) = doctor(&[], &[&uri]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ok templates 1 with 2 steps in"), "{text}");
    assert!(text.contains("- handlers not known here"), "{text}");
    assert!(text.contains("the steps want 2: shop.pay.refund, shop.ship"), "{text}");
    assert!(text.contains("- Tasker's file TASKER_CONFIG_PATH is not set"), "{text}");
    assert!(text.contains("- database DATABASE_URL is not set; connecting is left to"), "{text}");
    assert!(text.contains("`journeyman-tasker-worker --check` (adapters/tasker-live)"), "{text}");
    assert!(text.contains("- registration there is none"), "{text}");
    assert!(text.contains("tasker::Dependencies native"), "{text}");
    assert!(text.contains("All well."), "{text}");
    // By the environment, as a worker finds it.
    let (code, text) = doctor(&[("TASKER_TEMPLATE_PATH", &templates)], &["tasker:"]);
    assert_eq!(code, 0, "{text}");
    // With the handlers of a file.
    let config = |handlers: &str| {
        let text = format!(
            "[[backend]]\ntype = \"tasker\"\ntemplate_path = \"{templates}\"\n\n[handlers]\n{handlers}"
        );
        folder.file("worker.toml", &text)
    };
    let good = config("\"shop.#\" = \"echo\"\n");
    let (code, text) = doctor(&[], &["--config", &good]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ok handlers there is one for each step"), "{text}");
    let bad = config("\"shop.pay\" = \"echo\"\n");
    let (code, text) = doctor(&[], &["--config", &bad]);
    assert_eq!(code, 2, "{text}");
    // The method is part of the name: `shop.pay` would be another handler.
    assert!(text.contains("no handler for `shop.pay.refund`; there are shop.pay"), "{text}");
    assert!(text.contains("no handler for `shop.ship`"), "{text}");
    folder.file("second.yaml", &TEMPLATE.replace("[pay]", "[nowhere]").replace("1.0.0", "2"));
    let (code, text) = doctor(&[], &[&uri]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("FAILED templates") && text.contains("no step `nowhere`"), "{text}");
    assert!(text.contains("second.yaml:9"), "{text}");
}

#[test]
fn all_that_is_missing_in_taskers_own_file_at_once() {
    let folder = Folder::new("tasker-doctor-file");
    folder.file("order.yaml", TEMPLATE);
    let templates = folder.path("");
    let check = |text: &str| {
        let path = folder.file("upstream.toml", text);
        let env = [("TASKER_TEMPLATE_PATH", templates.as_str()), ("TASKER_CONFIG_PATH", &path)];
        doctor(&env, &["tasker:"])
    };
    let (code, text) = check(COMPLETE);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("has all keys"), "{text}");
    let (code, text) = check("[common.system]\n[worker]\nworker_id = \"w\"\n");
    assert_eq!(code, 2, "{text}");
    for key in ["common.database.url", "worker.worker_type", "common.queues.backend"] {
        assert!(text.contains(&format!("`{key}`: is missing")), "{key}: {text}");
    }
    assert!(text.matches("is missing in").count() > 50, "{text}");
    let (code, text) = check("[common\n");
    assert!(code == 2 && text.contains("upstream.toml:1"), "{text}");
    let env = [("TASKER_TEMPLATE_PATH", templates.as_str()), ("TASKER_CONFIG_PATH", "/no/file")];
    let (code, text) = doctor(&env, &["tasker:"]);
    assert!(code == 2 && text.contains("/no/file cannot be read"), "{text}");
}

#[test]
fn the_password_of_the_database_is_never_shown() {
    let folder = Folder::new("tasker-doctor-database");
    folder.file("order.yaml", TEMPLATE);
    let templates = folder.path("");
    let check = |url: &str| {
        let env = [("TASKER_TEMPLATE_PATH", templates.as_str()), ("DATABASE_URL", url)];
        let (code, text) = doctor(&env, &["tasker:"]);
        assert!(!text.contains("s3cret"), "{text}");
        (code, text)
    };
    let (code, text) = check("postgresql://me:s3cret@h/tasker");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("the address is well-formed; connecting is left to"), "{text}");
    for wrong in ["postgresql://me:s3cret@x@h/d", "mysql://me:s3cret@h/d", "s3cret"] {
        let (code, text) = check(wrong);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains("FAILED configuration tasker: `database_url`"), "{text}");
    }
    let (code, text) = doctor(&[], &["tasker:?database_url=postgresql://me:s3cret@h/d"]);
    assert!(code == 2 && !text.contains("s3cret") && text.contains("DATABASE_URL"), "{text}");
    let (code, text) = doctor(&[], &["tasker:?nonsense=1"]);
    assert!(code == 2 && text.contains("nonsense"), "{text}");
}

#[test]
fn the_server_and_what_it_knows() {
    let dev = Dev::start(&[]);
    let folder = Folder::new("tasker-doctor-server");
    folder.file("order.yaml", TEMPLATE);
    let templates = folder.path("");
    let uri = format!("{}?template_path={templates}", dev.uri());
    let (code, text) = doctor(&[], &[&uri]);
    assert_eq!(code, 0, "{text}");
    for part in ["ok DNS", "ok TCP", "ok health the server is healthy"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        text.contains("warning registered the server knows 3 templates, and not yet"),
        "{text}"
    );
    assert!(text.contains("shop/order/1.0.0: a worker registers its templates"), "{text}");
    let nobody = format!("tasker+http://127.0.0.1:1?template_path={templates}");
    let (code, text) = doctor(&[], &[&nobody]);
    assert!(code == 3 && text.contains("FAILED TCP"), "{text}");
    // Somebody else's port.
    let other = support::Dev::start(&["q"]);
    let uri = format!("tasker+{}?template_path={templates}", other.api);
    let (code, text) = doctor(&[], &[&uri]);
    assert!(code == 1 && text.contains("FAILED health"), "{code} {text}");
    assert!(text.contains("GET /health is not that of a Tasker server"), "{text}");
}
