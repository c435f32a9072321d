//! Templates that are not sound: what is said about them, and in which line.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod tasker_support;

use journeyman_testkit::tasker::{Config, Orchestrator, StepKind};
use serde_json::json;
use tasker_support::{template, with};

const HEAD: &str = "name: n\nnamespace_name: ns\nversion: '1'\nsteps:\n";

/// A template with a step that has more members, from line 7 on.
fn step(more: &str) -> String {
    format!("{HEAD}  - name: a\n    handler: {{callable: c}}\n    {more}\n")
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let event = |text: &str| step(&format!("publishes_events: [{{{text}}}]"));
    let handler = |text: &str| format!("{HEAD}  - {{name: a, handler: {text}}}\n");
    let dependencies = |a: &str, b: &str| {
        format!(
            "{HEAD}  - {{name: a, handler: {{callable: c}}, dependencies: [{a}]}}\n  - {{name: b, handler: {{callable: c}}, depends_on: [{b}]}}\n"
        )
    };
    let long = "x".repeat(501);
    for (text, line, key, problem) in [
        (String::new(), 1, "", "is empty"),
        ("[1]".to_owned(), 1, "", "a map is wanted, this is a list"),
        ("steps: [\n".to_owned(), 2, "", "no YAML"),
        ("namespace_name: n\n".to_owned(), 1, "name", "is missing"),
        (HEAD.replace("'1'", "1.0") + "  []", 3, "version", "put it in quotes"),
        (HEAD.replace("'1'", "12345678901234567") + "  []", 3, "version", "put it in quotes"),
        (HEAD.replace("'1'", "'12345678901234567'") + "  []", 3, "version", "16 letters"),
        (HEAD.replace("ns", "n-s") + "  []", 2, "namespace_name", "letters, digits and `_`"),
        (HEAD.replace("name: n\n", "name: ''\n") + "  []", 1, "name", "1 to 255 letters"),
        (format!("{HEAD}  - 5\n"), 5, "steps[0]", "a map is wanted, this is a number"),
        (format!("{HEAD}  - name: a\n"), 5, "steps[0].handler", "is missing"),
        (handler("c"), 5, "steps[0].handler", "a map is wanted, this is a text"),
        (handler("{}"), 5, "steps[0].handler.callable", "is missing"),
        (handler(&format!("{{callable: {long}}}")), 5, "steps[0].handler.callable", "1 to 500"),
        (
            handler("{callable: c, initialization: [1]}"),
            5,
            "steps[0].handler.initialization",
            "a map is wanted",
        ),
        (step("type: other"), 7, "steps[0].type", "\"other\" is none of: standard, decision"),
        (step("type: standard\n    step_type: standard"), 8, "steps[0].step_type", "the same as"),
        (step("timeout_seconds: -1"), 7, "steps[0].timeout_seconds", "-1 is not a whole number"),
        (step("retry: {max_attempts: 0}"), 7, "steps[0].retry.max_attempts", "from 1 to 100"),
        (step("retry: {max_attempts: 101}"), 7, "steps[0].retry.max_attempts", "from 1 to 100"),
        (step("retry: {retryable: 1}"), 7, "steps[0].retry.retryable", "`true` or `false`"),
        (step("retry: {backoff: other}"), 7, "steps[0].retry.backoff", "none, linear"),
        (step("retry: {backoff_base_ms: 99}"), 7, "steps[0].retry.backoff_base_ms", "from 100"),
        (step("retry: {max_backoff_ms: 999}"), 7, "steps[0].retry.max_backoff_ms", "from 1000"),
        (step("dependencies: b"), 7, "steps[0].dependencies", "a list is wanted"),
        (step("dependencies: [b]"), 7, "steps[0].dependencies[0]", "there is no step \"b\""),
        (step("dependencies: [a]"), 5, "steps[0]", "a cycle: a -> a"),
        (dependencies("b", "a"), 5, "steps[0]", "a cycle: b -> a -> b"),
        (dependencies("", "x"), 6, "steps[1].depends_on[0]", "there is no step \"x\""),
        (
            dependencies("", "").replace("name: b", "name: a"),
            6,
            "steps[1]",
            "a step \"a\" is in line 5 already",
        ),
        (event("name: a.b, schema: {}"), 7, "steps[0].publishes_events[0].description", "missing"),
        (event("name: a.b, description: d"), 7, "steps[0].publishes_events[0].schema", "missing"),
        (
            event("name: ab, description: d, schema: {}"),
            7,
            "steps[0].publishes_events[0].name",
            "at least one dot",
        ),
        (
            event("name: A.b, description: d, schema: {}"),
            7,
            "steps[0].publishes_events[0].name",
            "lower case",
        ),
        (
            event("name: a.b, description: d, schema: {}, condition: never"),
            7,
            "steps[0].publishes_events[0].condition",
            "none of",
        ),
        (step("batch_config: {batch_size: 1}"), 7, "steps[0].batch_config.parallelism", "missing"),
        (step("name: b"), 7, "", "the key `name` is there twice"),
    ] {
        let mut core = Orchestrator::default();
        let error = core.register_template(&text).unwrap_err();
        assert!(error.problem().contains(problem), "{text}\n{error}");
        assert_eq!((error.line(), error.key()), (line, key), "{text}\n{error}");
        assert_eq!(core.templates().count(), 0);
    }
}

#[test]
fn defaults_and_warnings() {
    let mut core = Orchestrator::default();
    let plain = core.register_template(&step("colour: red")).unwrap();
    assert_eq!(plain.warnings.len(), 1);
    assert_eq!(plain.warnings[0].to_string(), "line 7: `steps[0].colour`: means nothing");
    let json = serde_json::to_value(&*plain.steps[0]).unwrap();
    assert_eq!(
        json,
        json!({
            "name": "a", "description": null, "type": "standard", "system_dependency": null,
            "handler": { "callable": "c", "method": null, "resolver": null, "initialization": {} },
            "dependencies": [], "timeout_seconds": null, "publishes_events": [],
            "batch_config": null,
            "retry": {
                "retryable": true, "max_attempts": 3, "backoff": "exponential",
                "backoff_base_ms": 1000, "max_backoff_ms": 30000,
            },
        })
    );
    // With a table of its own, the two have no defaults.
    let own = core.register_template(&step("retry: {max_attempts: 1}")).unwrap();
    let json = serde_json::to_value(&own.steps[0].retry).unwrap();
    assert_eq!(
        json,
        json!({
            "retryable": true, "max_attempts": 1, "backoff": "exponential",
            "backoff_base_ms": null, "max_backoff_ms": null,
        })
    );
    assert_eq!(core.templates().count(), 1, "it took the place of the first");
}

#[test]
fn a_registered_template_is_used_by_new_tasks_only() {
    let mut core = with(Config::quick(), &step("description: first"));
    let old = core.start_task("ns", "n", "1", json!({})).unwrap();
    core.register_template(&step("description: second\n    type: decision")).unwrap();
    let new = core.start_task("ns", "n", "1", json!({})).unwrap();
    let kind = |core: &Orchestrator, task| core.steps(task)[0].definition.kind;
    assert_eq!(kind(&core, old), StepKind::Standard);
    assert_eq!(kind(&core, new), StepKind::Decision);
}

#[test]
fn bounds() {
    let mut config = Config::default();
    config.limits.templates = 1;
    config.limits.template_bytes = 1000;
    let mut core = with(config, &step("timeout_seconds: 1"));
    let other = step("timeout_seconds: 1").replace("name: n\n", "name: m\n");
    let error = core.register_template(&other).unwrap_err();
    assert!(error.problem().contains("1 templates already"), "{error}");
    let error = core.register_template(&" ".repeat(1001)).unwrap_err();
    assert!(error.problem().contains("more than 1000 bytes"), "{error}");
    core.register_template(&step("timeout_seconds: 2")).unwrap();

    // A long chain, backwards: neither recursion nor quadratic time.
    let mut chain = HEAD.to_owned();
    for at in 0..5000 {
        let next = at + 1;
        chain +=
            &format!("  - {{name: s{at}, handler: {{callable: c}}, dependencies: [s{next}]}}\n");
    }
    let open = chain.clone() + "  - {name: s5000, handler: {callable: c}}\n";
    let mut core = with(Config::quick(), &open);
    let task = core.start_task("ns", "n", "1", json!({})).unwrap();
    assert_eq!(core.steps(task).len(), 5001);
    assert_eq!(core.poll().unwrap().step_name(), "s5000");
    let closed = chain + "  - {name: s5000, handler: {callable: c}, dependencies: [s0]}\n";
    let error = core.register_template(&closed).unwrap_err();
    assert!(error.problem().starts_with("a cycle: "), "{}", error.problem().len());
    // An empty template is sound, and its tasks have nothing to do.
    let mut core = with(Config::quick(), &format!("{HEAD}  []\n"));
    let task = core.start_task("ns", "n", "1", json!({})).unwrap();
    assert!(core.is_settled(task));
}

#[test]
fn any_cut_and_any_flip_of_a_template_is_refused_or_read() {
    let text = template("events.yaml");
    for at in 0..text.len() {
        let mut core = Orchestrator::default();
        let cut = core.register_template(&text[..at]);
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1 + (at % 7) as u8;
        let flipped = String::from_utf8(bytes).map(|text| core.register_template(&text));
        for error in [cut.err(), flipped.ok().and_then(Result::err)].into_iter().flatten() {
            assert!(error.line() <= text.lines().count() + 1, "{error}");
            assert!(!error.problem().is_empty());
        }
    }
}
