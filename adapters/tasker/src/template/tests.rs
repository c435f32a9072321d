use std::fs;

use super::*;
use crate::{Resolution, Routes, wire::StepType};

fn errors(text: &str) -> Vec<String> {
    match TaskTemplate::parse("t.yaml", text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn with_steps(steps: &str) -> String {
    format!("name: demo\nnamespace_name: shop\nversion: \"1.0.0\"\nsteps:\n{steps}")
}

#[test]
fn a_template_says_everything_once_or_by_default() {
    let text = with_steps(
        "  - name: a\n    handler: {callable: x.a}\n  - name: b\n    step_type: decision\n    \
         depends_on: [a]\n    handler: {callable: x.b, initialization: {n: 0x10, on: yes, f: 1.5}}\n    \
         retry: {max_attempts: 5}\n",
    );
    let loaded = TaskTemplate::parse("t.yaml", &text).unwrap();
    let template = loaded.template();
    assert_eq!(template.system_dependencies.primary, "default");
    let (a, b) = (&template.steps[0], template.step("b").unwrap());
    assert_eq!((a.step_type, b.step_type), (StepType::Standard, StepType::Decision));
    assert_eq!(a.retry, RetryConfig::default());
    assert_eq!((b.retry.max_attempts, b.retry.backoff_base_ms), (5, None));
    assert_eq!(b.dependencies, ["a"]);
    let config = Json::new(&b.handler.initialization).unwrap();
    // YAML 1.2: `yes` is a text, and `on` a key as any other.
    assert_eq!(config, serde_json::json!({"n": 16, "on": "yes", "f": 1.5}).into());
    assert_eq!(loaded.warnings(), []);
    assert_eq!(template.callables().map(|(step, _)| step).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn keys_that_nobody_knows_are_warnings_with_lines() {
    let text =
        with_steps("  - name: a\n    handler: {callable: x}\n    dependancies: [b]\nsteeps: 1\n");
    let loaded = TaskTemplate::parse("t.yaml", &text).unwrap();
    let warnings: Vec<_> = loaded.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "t.yaml:7: `steps[0].dependancies`: is not a key of templates, and is ignored",
            "t.yaml:8: `steeps`: is not a key of templates, and is ignored",
        ]
    );
}

#[test]
fn broken_yaml_and_wrong_types_have_a_line() {
    for (text, expected) in [
        ("", "t.yaml:1: is empty; a template has `name`, `steps` and more"),
        ("name: [", "t.yaml:2: `name[0]`: is not YAML: "),
        ("a: 1\nb: 2\n c: 3\n", "t.yaml:3: "),
        ("name: x\nname: y\n", "t.yaml:2: `name`: is in line 1 already"),
        ("name: x\n---\nname: y\n", "t.yaml:2: a second document; a file has one template"),
        ("name: !python/object x\n", "t.yaml:1: `name`: the tag `!python/object` is not supported"),
        (
            "name: x\nversion: 1\n",
            "t.yaml:2: `version`: invalid type: integer `1`, expected a string",
        ),
        ("name: x\n", "t.yaml:1: missing field `namespace_name`"),
        (
            "name: x\nnamespace_name: y\nversion: \"1\"\nsteps:\n  - name: a\n",
            "t.yaml:5: `steps[0]`: missing field `handler`",
        ),
        (
            "name: x\nnamespace_name: y\nversion: \"1\"\nsteps:\n  - name: a\n    type: odd\n",
            "t.yaml:6: `steps[0].type`: unknown variant `odd`, expected one of",
        ),
        (
            "name: x\nnamespace_name: y\nversion: \"1\"\nsteps:\n  - name: a\n    handler:\n      callable: x\n    timeout_seconds: soon\n",
            "t.yaml:8: `steps[0].timeout_seconds`: invalid type: string \"soon\", expected u32",
        ),
        (
            "name: x\nnamespace_name: y\nversion: \"1\"\nsteps:\n  - name: a\n    retry: {backoff: [1]}\n",
            "t.yaml:6: `steps[0].retry.backoff`: wants a word",
        ),
        ("name: .nan\n", "t.yaml:1: `name`: `.nan` is a number that JSON lacks"),
        ("- a\n", "t.yaml:1: must be a map with keys such as `name`, `namespace_name`, `version`"),
        ("5\n", "t.yaml:1: must be a map with keys such as `name`"),
        (
            "name: x\nnamespace_name: y\nversion: \"1\"\nsteps:\n  - name: a\n    handler: x.y\n",
            "t.yaml:6: `steps[0].handler`: must be a map with keys such as `callable`, `method`",
        ),
    ] {
        let found = errors(text);
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        assert!(found[0].starts_with(expected), "{text:?}: {}", found[0]);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "name: ''\nnamespace_name: my-shop\nversion: 12345678901234567\nsteps: []\n";
    let found = errors(&text.replace("12345678901234567", "\"12345678901234567\""));
    assert_eq!(
        found,
        [
            "t.yaml:1: `name`: must have 1 to 255 characters, not 0",
            "t.yaml:2: `namespace_name`: must have letters, digits and `_` only: queues are named after it",
            "t.yaml:3: `version`: must have 1 to 16 characters, not 17",
            "t.yaml:4: `steps`: must have at least one step",
        ]
    );
    let steps = "
  - name: a
    handler: {callable: ''}
    dependencies: [c]
  - name: b
    handler: {callable: x}
    dependencies: [a, nowhere, a]
    retry: {max_attempts: 0, backoff_base_ms: 5}
  - name: c
    handler: {callable: x}
    depends_on:
      - b
    timeout_seconds: 0
  - name: b
    handler: {callable: x}
    type: deferred_convergence
    publishes_events: [{name: Bad, description: x, schema: {}}]
  - name: w
    handler: {callable: x}
    type: batch_worker
  - name: z
    handler: {callable: x}
    type: batchable
    batch_config: {batch_size: 0, parallelism: 1, cursor_field: r, worker_template: a, failure_strategy: isolate}
environments: {test: {steps: [{name: ALL}, {name: q}]}}
";
    let expected = [
        "t.yaml:6: `steps[0].handler.callable`: must have 1 to 500 characters, not 0",
        "t.yaml:7: `steps[0].dependencies`: the steps form a cycle: a -> b -> c -> a",
        "t.yaml:10: `steps[1].dependencies[1]`: there is no step `nowhere`; there are a, b, c, b, w, z",
        "t.yaml:10: `steps[1].dependencies[2]`: `a` is listed twice",
        "t.yaml:11: `steps[1].retry.backoff_base_ms`: 5 is out of range; give 100 to 3600000",
        "t.yaml:11: `steps[1].retry.max_attempts`: 0 is out of range; give 1 to 100",
        "t.yaml:16: `steps[2].timeout_seconds`: 0 is out of range; give 1 to 31536000",
        "t.yaml:17: `steps[3].dependencies`: is empty; a deferred_convergence has something to converge",
        "t.yaml:17: `steps[3].name`: `b` is the name of `steps[1]` already",
        "t.yaml:20: `steps[3].publishes_events[0].name`: must have lower-case letters, digits, `_` and `.` only, with a dot",
        "t.yaml:21: `steps[4].batch_config`: is missing; a batch_worker needs it",
        "t.yaml:27: `steps[5].batch_config.batch_size`: must be at least 1",
        "t.yaml:27: `steps[5].batch_config.worker_template`: `a` is a standard, not a batch_worker",
        "t.yaml:28: `environments.test.steps[1].name`: there is no step `q`; there are a, b, c, b, w, z",
    ];
    assert_eq!(errors(&with_steps(&steps[1..])), expected);
}

#[test]
fn cycles_are_shown_in_the_order_of_the_work() {
    let own = with_steps("  - {name: a, handler: {callable: x}, dependencies: [a]}\n");
    assert_eq!(errors(&own), ["t.yaml:5: `steps[0].dependencies`: the steps form a cycle: a -> a"]);
    // A step behind a cycle is not on it.
    let behind = with_steps(
        "  - {name: a, handler: {callable: x}, dependencies: [c]}\n  \
         - {name: b, handler: {callable: x}, dependencies: [a]}\n  \
         - {name: c, handler: {callable: x}, dependencies: [d]}\n  \
         - {name: d, handler: {callable: x}, dependencies: [c]}\n",
    );
    let found = errors(&behind);
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("the steps form a cycle: c -> d -> c"), "{}", found[0]);
}

#[test]
fn aliases_and_merges_are_followed_and_bounded() {
    let text = "\
defaults: &d {retryable: false, max_attempts: 2}
name: demo
namespace_name: shop
version: \"1\"
steps:
  - name: a
    handler: {callable: x}
    retry: {<<: *d, max_attempts: 7}
  - name: b
    handler: {callable: x}
    retry: *d
";
    let loaded = TaskTemplate::parse("t.yaml", text).unwrap();
    let retry = |name: &str| loaded.template().step(name).unwrap().retry.clone();
    assert_eq!((retry("a").max_attempts, retry("a").retryable), (7, false));
    assert_eq!((retry("b").max_attempts, retry("b").retryable), (2, false));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..10 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    assert!(errors(&bomb)[0].contains("more than 100000 values"));
    let deep = format!("name: {}", "[".repeat(200));
    assert!(errors(&deep)[0].contains("more than 100 levels of nesting"));
}

#[test]
fn numbers_are_those_of_yaml() {
    for (text, expected) in [
        ("12", serde_json::json!(12)),
        ("-3", serde_json::json!(-3)),
        ("0o17", serde_json::json!(15)),
        ("-0x1f", serde_json::json!(-31)),
        ("0b11", serde_json::json!(3)),
        ("18446744073709551615", serde_json::json!(u64::MAX)),
        ("1e3", serde_json::json!(1000.0)),
        (".5", serde_json::json!(0.5)),
        ("010", serde_json::json!("010")),
        ("1.2.3", serde_json::json!("1.2.3")),
        ("inf", serde_json::json!("inf")),
        ("-a", serde_json::json!("-a")),
        ("0x", serde_json::json!("0x")),
        ("on", serde_json::json!("on")),
        ("True", serde_json::json!(true)),
        ("~", serde_json::Value::Null),
        ("'12'", serde_json::json!("12")),
        ("2026-11-21", serde_json::json!("2026-11-21")),
    ] {
        let steps =
            format!("  - {{name: a, handler: {{callable: x, initialization: {{v: {text}}}}}}}\n");
        let loaded = TaskTemplate::parse("t.yaml", &with_steps(&steps)).unwrap();
        let value = &loaded.template().steps[0].handler.initialization["v"];
        assert_eq!(*value, Json::from(expected), "{text}");
    }
}

#[test]
fn a_folder_is_read_with_the_folders_in_it() {
    let folder = std::env::temp_dir().join(format!("journeyman-tasker-{}", std::process::id()));
    let inner = folder.join("inner");
    fs::create_dir_all(&inner).unwrap();
    let write = |path: &std::path::Path, text: &str| fs::write(path, text).unwrap();
    let step = "  - {name: a, handler: {callable: x.a}, timeout_seconds: 90}\n";
    let empty = Templates::load(&folder).unwrap_err();
    assert!(empty.to_string().ends_with("has no template: no .yml or .yaml file"), "{empty}");
    write(&folder.join("one.yaml"), &with_steps(step));
    write(&folder.join("notes.txt"), "not a template");
    write(&inner.join("two.yml"), &with_steps(step).replace("demo", "other"));
    let templates = Templates::load(&folder).unwrap();
    assert_eq!((templates.len(), templates.namespaces()), (2, vec!["shop"]));
    assert_eq!(templates.longest_timeout(), Some(std::time::Duration::from_secs(90)));
    assert!(templates.get("shop", "other", "1.0.0").is_some());
    assert!(templates.get("shop", "other", "2").is_none());
    // Handlers.
    let resolution =
        |routes: &[&str]| Resolution::new(BTreeMap::new(), Routes::new(routes.iter().copied()));
    templates.check_handlers(&resolution(&["x.*"])).unwrap();
    let errors = templates.check_handlers(&resolution(&["y"])).unwrap_err();
    let shown: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let place = inner.join("two.yml");
    assert_eq!(shown.len(), 2);
    assert_eq!(
        shown[0],
        format!(
            "{}:5: `steps[0].handler.callable`: no handler for `x.a`; there are y",
            place.display()
        )
    );
    // The same template twice, and one that is broken: both are told.
    write(&inner.join("two.yml"), &with_steps(step));
    write(&inner.join("bad.yaml"), "a: [");
    let errors = Templates::load(&folder).unwrap_err().to_string();
    assert!(
        errors.contains("bad.yaml:2: ") && errors.contains("one.yaml:1: `name`: the same"),
        "{errors}"
    );
    let missing = Templates::load(folder.join("missing")).unwrap_err().to_string();
    assert!(missing.contains("cannot be read"), "{missing}");
    fs::remove_dir_all(&folder).unwrap();
}
