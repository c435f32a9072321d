use std::{fs, path::PathBuf};

use journeyman_core::Value;
use serde::Deserialize;

use super::*;

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("jm-props-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, path: &str, content: &str) -> PathBuf {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    #[cfg(unix)]
    fn program(&self, path: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.file(path, "#!/bin/sh\n");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn config(name: &str, text: &str) -> Result<Document, ConfigFileError> {
    let folder = Folder::new();
    folder.file(name, text);
    read_config(&folder.0)
}

fn yaml(text: &str) -> Value {
    config("config.yaml", text).unwrap().value()
}

fn ids(discovery: &Discovery) -> Vec<(&str, &str)> {
    discovery.found.iter().map(|found| (found.name.as_str(), found.id.as_str())).collect()
}

fn search(folder: &Folder) -> Search {
    let mut search = Search::new(&folder.0);
    search.builtins = vec!["heartbeat".to_owned()];
    search.registered = ["fogger", "lights", "by_id"].map(str::to_owned).to_vec();
    search
}

#[cfg(unix)]
fn house() -> Folder {
    let folder = Folder::new();
    folder.file("fogger/backend/config.yaml", "a: 1\n");
    folder.file("lights/backend/worker.py", "import x\nPROP_ID = \"lights_id\"  # here\n");
    folder.file("named/backend/config.json", r#"{"prop_id": "by_id"}"#);
    folder.file("scripted/backend/config.yml", "exec: [python3, worker_exec.py]\n");
    folder.program("shell/backend/worker.sh");
    folder.file("snake/backend/worker.py", "PROP_ID: str = 'snake_id'\n");
    folder.file("coffin/backend/__init__.py", "");
    folder.file("page/dashboard/page.py", "");
    folder.file("README.md", "");
    folder
}

#[cfg(unix)]
#[test]
fn a_house_is_found() {
    let folder = house();
    let found = search(&folder).run();
    assert_eq!(
        ids(&found),
        [
            ("heartbeat", "worker_host_heartbeat"),
            ("fogger", "fogger"),
            ("lights", "lights_id"),
            ("named", "by_id"),
            ("scripted", "scripted"),
            ("shell", "shell"),
        ]
    );
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let runner = |name: &str| found.found.iter().find(|f| f.name == name).unwrap().runner.clone();
    assert_eq!(runner("heartbeat"), Runner::Builtin);
    assert_eq!(runner("lights"), Runner::Registered);
    assert_eq!(runner("named"), Runner::Registered);
    assert_eq!(
        runner("scripted"),
        Runner::Program(vec!["python3".into(), "worker_exec.py".into()])
    );
    let Runner::Program(shell) = runner("shell") else { panic!() };
    assert!(shell[0].ends_with("shell/backend/worker.sh"), "{shell:?}");
    let left: Vec<_> = found.left_out.iter().map(|l| (l.name.as_str(), l.id.as_deref())).collect();
    assert_eq!(left, [("coffin", Some("coffin")), ("snake", Some("snake_id"))]);
    assert!(found.left_out[1].reason.text().contains("worker.py"));
    assert_eq!(found.left_out[0].reason, Reason::NothingToRun);
}

#[cfg(unix)]
#[test]
fn the_seed_profile_knows_folders_only() {
    let folder = house();
    let mut search = search(&folder);
    search.profile = Profile::Seed;
    let found = search.run();
    let props = [("fogger", "fogger"), ("lights", "lights"), ("scripted", "scripted")];
    assert_eq!(ids(&found)[..1], [("heartbeat", "heartbeat")]);
    assert_eq!(ids(&found)[1..4], props);
}

#[test]
fn toggles_and_their_precedence() {
    let read = |profile, vars: &[(&str, &str)]| {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Toggles::from_vars(profile, vars)
    };
    let props = |vars: &[(&str, &str)]| read(Profile::Head, vars).props;
    assert!(props(&[]).allows("x"));
    assert!(!props(&[("WORKER_DISABLE_ALL_PROPS", "1")]).allows("x"));
    assert!(props(&[("WORKER_DISABLE_ALL_PROPS", "true")]).allows("x"), "only `1` does it");
    let allow = [("WORKER_PROPS_ALLOW", " a, ,b"), ("WORKER_PROPS_DISABLE", "a")];
    assert!(props(&allow).allows("a"), "allow beats disable");
    assert!(props(&allow).allows("b") && !props(&allow).allows("c"));
    let disable = props(&[("WORKER_PROPS_ALLOW", " , "), ("WORKER_PROPS_DISABLE", "a")]);
    assert!(!disable.allows("a") && disable.allows("A") && disable.allows("b"));
    let all = [("WORKER_DISABLE_ALL_PROPS", "1"), ("WORKER_PROPS_ALLOW", "a")];
    assert!(!props(&all).allows("a"));
    assert!(read(Profile::Seed, &all).props.allows("a"), "the seed knows none for props");
    let builtins = read(Profile::Seed, &[("WORKER_BUILTINS_DISABLE", "heartbeat")]).builtins;
    assert!(!builtins.allows("heartbeat"));
    assert_eq!(TOGGLE_VARIABLES.len(), 6);

    let folder = Folder::new();
    folder.file("fogger/backend/config.json", "");
    let mut search = search(&folder);
    search.toggles = read(
        Profile::Head,
        &[("WORKER_DISABLE_ALL_BUILTINS", "1"), ("WORKER_PROPS_DISABLE", "fogger")],
    );
    let found = search.run();
    assert!(found.found.is_empty() && found.problems.is_empty());
    assert!(found.left_out.iter().all(|left| left.reason == Reason::Toggle));
    assert_eq!(found.left_out.len(), 2);
}

#[test]
fn two_props_with_one_id_are_a_problem_of_the_second() {
    let folder = Folder::new();
    folder.file("by_id/backend/config.json", "{}");
    folder.file("other/backend/config.json", r#"{"prop_id": "by_id"}"#);
    let found = search(&folder).run();
    assert_eq!(ids(&found)[1..], [("by_id", "by_id")]);
    let [problem] = &found.problems[..] else { panic!("{:?}", found.problems) };
    assert_eq!((problem.name.as_str(), problem.id.as_deref()), ("other", Some("by_id")));
    for part in ["`by_id`", "by_id/backend", "other/backend", "`prop_id`"] {
        assert!(problem.text.contains(part), "{}", problem.text);
    }
    // Upstream's way of naming makes them collide.
    let folder = Folder::new();
    folder.file("fogger/backend/config.json", "{}");
    folder.file("lights/backend/config.json", "{}");
    let mut search = search(&folder);
    search.missing_id = MissingId::Worker;
    let found = search.run();
    assert_eq!(ids(&found)[1..], [("fogger", "worker")]);
    assert_eq!(found.problems.len(), 1);
}

#[test]
fn one_bad_prop_does_not_stop_the_others() {
    let folder = Folder::new();
    folder.file("fogger/backend/config.yaml", "a: 1\nb: [1, 2\n");
    folder.file("lights/backend/config.json", "{\"exec\": 5}");
    folder.file("by_id/backend/config.json", "{\"prop_id\": \"a/b\"}");
    folder.file("registered/backend/config.json", "{}");
    let mut search = search(&folder);
    search.registered.push("registered".to_owned());
    let found = search.run();
    assert_eq!(ids(&found)[1..], [("registered", "registered")]);
    let texts: Vec<_> = found.problems.iter().map(|problem| problem.text.as_str()).collect();
    assert!(texts[0].contains("holds `/`"), "{texts:?}");
    assert!(texts[1].contains("config.yaml:") && texts[1].contains("is not YAML"), "{texts:?}");
    assert!(texts[2].contains("config.json:1: `exec`: give a program"), "{texts:?}");
    search.root = folder.0.join("nowhere");
    assert!(search.run().problems[0].text.contains("nowhere: cannot be read"));
}

#[test]
fn the_first_config_file_counts_even_if_it_is_broken() {
    let folder = Folder::new();
    folder.file("config.json", "{broken");
    folder.file("config.yaml", "a: 1\n");
    assert!(read_config(&folder.0).is_err());
    fs::remove_file(folder.0.join("config.json")).unwrap();
    folder.file("config.yml", "a: 2\n");
    assert_eq!(read_config(&folder.0).unwrap().value(), Value::object([("a", 1)]));
    let none = read_config(&folder.0.join("nowhere")).unwrap();
    assert_eq!((none.value(), none.file()), (Value::Map(vec![]), None));
    for falsy in ["", "null", "[]", "{}", "0", "~\n", "''", "false"] {
        assert_eq!(config("config.yaml", falsy).unwrap().value(), Value::Map(vec![]), "{falsy:?}");
    }
    let list = config("config.json", "[1, 2, 3]").unwrap().value();
    assert_eq!(list, Value::List(vec![1.into(), 2.into(), 3.into()]));
}

#[test]
fn yaml_is_that_of_python() {
    let text = "
a: yes
b: off
c: 'yes'
d: 010
e: 0x1F
f: 1_000
g: 1:30
h: 1e3
i: 1.0e+3
j: .inf
k: ~
l: 2025-10-31
m: -0b11
n: !!str 5
o: 12345678901234567890
p: -.5
q: on
r: 1.5
s: 08
t: |
  two
  lines
";
    let value = yaml(text);
    let at = |key: &str| value.get(key).cloned().unwrap();
    assert_eq!((at("a"), at("b"), at("q")), (true.into(), false.into(), true.into()));
    assert_eq!((at("c"), at("h"), at("s")), ("yes".into(), "1e3".into(), "08".into()));
    assert_eq!((at("d"), at("e"), at("f")), (8.into(), 31.into(), 1000.into()));
    assert_eq!((at("g"), at("m")), (90.into(), (-3).into()));
    assert_eq!((at("i"), at("j")), (1000.0.into(), f64::INFINITY.into()));
    assert_eq!((at("k"), at("l"), at("n")), (Value::Null, "2025-10-31".into(), "5".into()));
    assert_eq!(at("o"), Value::integer("12345678901234567890").unwrap());
    assert_eq!((at("p"), at("r")), ((-0.5).into(), 1.5.into()));
    assert_eq!(at("t"), "two\nlines\n".into());
}

#[test]
fn anchors_and_merges() {
    let value = yaml("base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\nlist: [*b]\n");
    let other = value.get("other").unwrap();
    assert_eq!((other.get("x"), other.get("y")), (Some(&1.into()), Some(&3.into())));
    assert_eq!(value.get("list"), Some(&Value::List(vec![Value::object([("x", 1), ("y", 2)])])));
}

#[test]
fn what_is_wrong_is_named_by_file_line_and_key() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Settings {
        lights: Vec<Light>,
        #[serde(default)]
        token: Option<String>,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    #[serde(deny_unknown_fields)]
    struct Light {
        port: u16,
    }
    let wrong = |name: &str, text: &str| {
        let read = config(name, text);
        let read = read.and_then(|document| {
            document.read_with::<Settings>(&|name| (name == "PORT").then(|| "hunter2".to_owned()))
        });
        let error = read.unwrap_err();
        assert!(error.file().ends_with(name));
        assert!(!error.to_string().contains("hunter2"), "{error}");
        (error.line(), error.key().to_owned(), error.to_string())
    };
    let cases = [
        ("config.yaml", "lights:\n  - port: 1\n  - port: x\n", 3, "lights[1].port", "expected u16"),
        ("config.yaml", "lights:\n  - port: 70000\n", 2, "lights[0].port", "70000"),
        ("config.yaml", "lights:\n  - {}\n", 2, "lights[0]", "missing field `port`"),
        ("config.yaml", "lights:\n- port: 1\n  prot: 2\n", 3, "lights[0].prot", "unknown field"),
        ("config.yaml", "x: 1\n", 1, "", "missing field `lights`"),
        ("config.json", "{\n \"lights\": [\n  {\"port\": \"x\"}]\n}", 3, "lights[0].port", "u16"),
        ("config.json", "{\n \"lights\": [\n", 3, "", "is not JSON"),
        ("config.yaml", "a: 1\na: 2\n", 2, "a", "in line 1 already"),
        ("config.yaml", "lights:\n  b: !x 1\n", 2, "lights.b", "tag"),
        ("config.yaml", "a: 1\n---\nb: 2\n", 2, "", "second document"),
        ("config.yaml", "lights: [{port: '${PORT}'}]\n", 1, "lights[0].port", "not a whole number"),
        ("config.yaml", "lights: []\ntoken: ${NONE}\n", 2, "token", "NONE is not set"),
        ("config.yaml", "? [a]\n: 1\n", 1, "", "a key that is a list"),
    ];
    for (name, text, line, key, problem) in cases {
        let (at_line, at_key, message) = wrong(name, text);
        assert_eq!((at_line, at_key.as_str()), (line, key), "{message}");
        assert!(message.contains(problem), "{message}");
    }
    let folder = Folder::new();
    fs::write(folder.0.join("config.json"), [0xff]).unwrap();
    assert!(read_config(&folder.0).unwrap_err().to_string().contains("UTF-8"));
    fs::write(folder.0.join("config.json"), " ".repeat(2 << 20)).unwrap();
    assert!(read_config(&folder.0).unwrap_err().to_string().contains("1 MiB"));
}

#[test]
fn huge_and_deep_files_are_errors() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    assert!(config("config.yaml", &deep).is_err());
    assert!(config("config.json", &deep).is_err());
    let mut bomb = String::from("a: &a [1,1,1,1,1,1,1,1,1,1]\n");
    for (from, to) in ["ab", "bc", "cd", "de", "ef", "fg"].map(|pair| pair.split_at(1)) {
        bomb.push_str(&format!("{to}: &{to} [*{from},*{from},*{from},*{from},*{from},*{from}]\n"));
    }
    let error = config("config.yaml", &bomb).unwrap_err().to_string();
    assert!(error.contains("100000 values"), "{error}");
    let own = config("config.yaml", "a: &a [*a]\n").unwrap_err().to_string();
    assert!(own.contains("not finished") || own.contains("is not YAML"), "{own}");
}

#[test]
fn placeholders() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Typed {
        name: String,
        port: u16,
        ratio: Option<f64>,
        on: bool,
        partial: String,
        mode: Mode,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        Armed,
    }
    let document = config(
        "config.yaml",
        "name: ${NAME}\nport: ${PORT}\nratio: ${RATIO}\non: ${ON}\npartial: a${NAME}\n\
         mode: ${MODE}\nunread: ${NOT_SET}\nnum: 3\nnul:\n",
    )
    .unwrap();
    let variable = |name: &str| {
        let value = match name {
            "NAME" => "x",
            "PORT" => "8080",
            "RATIO" => "0.5",
            "ON" => "true",
            "MODE" => "armed",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let typed: Typed = document.read_with(&variable).unwrap();
    let wanted = Typed {
        name: "x".into(),
        port: 8080,
        ratio: Some(0.5),
        on: true,
        partial: "a${NAME}".into(),
        mode: Mode::Armed,
    };
    assert_eq!(typed, wanted);
    let resolve = |key: &str| document.resolve_with(key, "DEF", &variable);
    assert_eq!(resolve("name"), "x".into());
    assert_eq!(resolve("unread"), "DEF".into());
    assert_eq!(resolve("partial"), "a${NAME}".into());
    assert_eq!(resolve("num"), 3.into());
    assert_eq!((resolve("nul"), resolve("missing")), ("DEF".into(), "DEF".into()));
    assert_eq!(document.value().get("name"), Some(&"${NAME}".into()), "as it stands in the file");
    assert!(!format!("{document:?}").contains("NAME"));
}
