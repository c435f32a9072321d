//! The workers of the recordings (README of the vectors), as handlers: what they publish is made
//! with typed values, so that topics and texts are ours.

use journeyman_core::{JobError, Value};
use journeyman_halloween::{Form, PropCommand, PublishOptions, QoS, pytext};
use serde::Serialize;

pub struct Worker {
    pub routes: &'static [&'static str],
    pub handler: Handler,
}

pub type Handler = fn(&str, &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>);

pub struct Call<'a> {
    pub id: &'a str,
    pub action: &'a str,
    pub arg: Option<String>,
    pub form: Form,
    pub stopped: bool,
}

const ONCE: PublishOptions = PublishOptions::new();

pub fn worker(id: &str) -> Worker {
    match id {
        "worker_host_heartbeat" | "heartbeat" => {
            Worker { routes: &["ping", "set_mode", "fire"], handler: heartbeat }
        }
        "worker" | "example_prop" => Worker { routes: &["ping", "fire"], handler: example },
        "probe" => Worker { routes: PROBE, handler: probe },
        "fb" => Worker { routes: &["known", "inst", "acall", "do_command"], handler: fallback },
        "fbsync" => Worker { routes: &["do_command"], handler: fallback },
        "m_fail" => Worker { routes: &["x"], handler: m_fail },
        "thriller_hue_nest" | "tesla_hue_nest" => {
            Worker { routes: &["exit", "hue", "chromecast", "do_command"], handler: thriller }
        }
        _ => panic!("nobody knows {id}"),
    }
}

impl Call<'_> {
    fn telemetry<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        options: PublishOptions,
    ) -> Result<PropCommand, JobError> {
        PropCommand::telemetry(self.id, self.form, key, value, options)
    }

    fn status<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<PropCommand, JobError> {
        PropCommand::status(self.id, self.form, key, value, ONCE)
    }

    fn state(&self, state: &str, options: PublishOptions) -> Result<PropCommand, JobError> {
        PropCommand::state(self.id, self.form, state, options)
    }

    /// `repr` of the argument.
    fn repr(&self) -> String {
        pytext::to_repr(&self.arg).unwrap()
    }

    /// The argument with its type, as the probe shows it.
    fn typed(&self) -> String {
        let kind = if self.arg.is_some() { "str" } else { "NoneType" };
        format!("{kind}:{}", self.repr())
    }
}

/// Collects what is published until something fails.
fn all(
    made: impl IntoIterator<Item = Result<PropCommand, JobError>>,
) -> (Vec<PropCommand>, Result<(), JobError>) {
    let mut commands = Vec::new();
    for command in made {
        match command {
            Ok(command) => commands.push(command),
            Err(error) => return (commands, Err(error)),
        }
    }
    (commands, Ok(()))
}

fn raise(name: &'static str, text: &str) -> (Vec<PropCommand>, Result<(), JobError>) {
    (Vec::new(), Err(JobError::failed(text).with_code(name)))
}

fn heartbeat(route: &str, call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    let arg = call.arg.clone().filter(|arg| !arg.is_empty());
    match route {
        "ping" => all([call.telemetry("pong", arg.as_deref().unwrap_or("ok"), ONCE)]),
        "set_mode" => {
            let mode = arg.unwrap_or_else(|| "idle".to_owned());
            let mode = mode.trim();
            let known = ["idle", "armed", "firing"].contains(&mode);
            all([match known {
                true => call.telemetry("mode", mode, ONCE.qos(QoS::AtLeastOnce)),
                false => call.status("error", &format!("invalid mode '{mode}'")),
            }])
        }
        _ => {
            let ms = arg.and_then(|arg| arg.parse::<u64>().ok()).unwrap_or(500);
            all([
                call.telemetry("event", &format!("fire start {ms}ms"), ONCE),
                call.telemetry("event", "fire end", ONCE),
            ])
        }
    }
}

fn example(route: &str, call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    match route {
        "ping" => heartbeat(route, call),
        _ => all([PropCommand::command("fogger", "start", &call.arg, QoS::AtLeastOnce)]),
    }
}

fn fallback(route: &str, call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    match (route, call.action, call.id) {
        ("known" | "inst" | "acall", _, _) => all([call.telemetry(route, &call.repr(), ONCE)]),
        (_, "boom", "fbsync") => raise("OSError", "[Errno 5] io"),
        _ => all([call.telemetry("fallback", &(call.action, &call.arg), ONCE)]),
    }
}

fn m_fail(route: &str, call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    all([call.telemetry(route, &call.arg, ONCE)])
}

const PROBE: &[&str] = &[
    "echo",
    "sync",
    "boom",
    "boom_empty",
    "syncboom",
    "noarg",
    "a_b",
    "slow",
    "slowsync",
    "spawnboom",
    "badtopic",
    "hash",
    "badjson",
    "oldstatus",
    "types",
    "statuses",
    "cmds",
    "selfcmd",
    "resolve",
    "stop_self",
    "cancel",
    "chat",
];

fn probe(route: &str, call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    let text = |key: &str, text: &str| call.telemetry(key, text, ONCE);
    let command =
        |target: &str, args: &Value, qos| PropCommand::command(target, "start", args, qos);
    match route {
        "echo" => all([text("echo", &call.typed())]),
        "sync" => all([text("sync", &format!("{} main_thread=False", call.typed()))]),
        "boom" => raise("ValueError", "bad thing"),
        "boom_empty" => raise("RuntimeError", ""),
        "syncboom" => raise("KeyError", "'missing'"),
        "a_b" => all([text("a_b", &call.repr())]),
        "slow" | "slowsync" => all([text(route, "begin"), text(route, "end")]),
        "spawnboom" => all([text(route, "spawned")]),
        "badtopic" => all([text("a+b", "x")]),
        "hash" => all([text("a/#", "x")]),
        "badjson" => {
            all([PropCommand::command("t1", "start", &Value::Bytes(vec![1]), QoS::AtLeastOnce)])
        }
        "oldstatus" => all([call.status("old", "x")]),
        "types" => types(call),
        "statuses" => all([
            call.status("info", "plain"),
            call.status("num", &3),
            call.status("none", &()),
            call.status("dict", &Value::object([("a", 1)])),
            PropCommand::status(
                call.id,
                call.form,
                "kept",
                "x",
                ONCE.qos(QoS::AtLeastOnce).retained(),
            ),
            call.state("playing", ONCE),
            call.state("armed", ONCE.qos(QoS::AtLeastOnce).retained()),
        ]),
        "cmds" => {
            let once = QoS::AtLeastOnce;
            let volume = Value::object([
                ("volume", Value::Float(0.5)),
                ("l", Value::List(vec![1.into(), Value::Null])),
            ]);
            let broadcast = |targets: &[&str], action, args: &Value| {
                PropCommand::broadcast(targets.iter().copied(), action, args, once)
            };
            all([
                command("t1", &Value::Null, once),
                command("t1", &"now".into(), once),
                command("t1", &5.into(), once),
                command("t1", &0.5.into(), once),
                command("t1", &true.into(), once),
                command("t1", &volume, once),
                command("t1", &Value::List(vec!["a".into(), "b".into()]), once),
                command("t1", &"æ⚡\"q\"\n".into(), once),
                command("t1", &Value::Float(f64::NAN), once),
                command("t1", &"q0".into(), QoS::AtMostOnce),
                broadcast(&["t1", "t2", "t3"], "set_mode", &"armed".into()),
                broadcast(&["t4", "t5"], "stop", &Value::Null),
                broadcast(&["a", "b"], "str_is_iterated", &Value::Null),
                command("t1", &"q2".into(), QoS::ExactlyOnce),
            ])
        }
        "selfcmd" => {
            let args = Value::object([("k", Value::from("æøå")), ("n", Value::Int(1))]);
            all([PropCommand::command(call.id, "echo", &args, QoS::AtLeastOnce)])
        }
        "resolve" => {
            let config = journeyman_halloween::fuzzing::document(
                "plain: v\nenvset: ${PROBE_SET}\nenvunset: ${PROBE_UNSET_X}\n\
                 partial: a${PROBE_SET}\nnum: 3\nnul:\n",
            );
            let variable = |name: &str| (name == "PROBE_SET").then(|| "fromenv".to_owned());
            let keys = ["plain", "envset", "envunset", "partial", "num", "nul", "missing"];
            let values = keys.map(|key| config.resolve_with(key, "DEF", &variable));
            all([call.telemetry("resolve", &values.to_vec(), ONCE)])
        }
        "stop_self" => (vec![PropCommand::Stop], Ok(())),
        "cancel" => (Vec::new(), Err(JobError::cancelled("by the handler"))),
        "noarg" | "chat" => (Vec::new(), Ok(())),
        other => panic!("{other}"),
    }
}

fn types(call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    let once = ONCE.qos(QoS::AtLeastOnce);
    let dict = Value::object([
        ("a", Value::Int(1)),
        ("b", Value::List(vec![true.into(), Value::Null, "x".into()])),
    ]);
    let none: Option<u8> = None;
    all([
        call.telemetry("int", &7, ONCE),
        call.telemetry("neg", &-1, ONCE),
        call.telemetry("float", &1.5, ONCE),
        call.telemetry("f1", &1.0, ONCE),
        call.telemetry("big", &1e20, ONCE),
        call.telemetry("small", &1e-7, ONCE),
        call.telemetry("nan", &f64::NAN, ONCE),
        call.telemetry("inf", &f64::INFINITY, ONCE),
        call.telemetry("true", &true, ONCE),
        call.telemetry("false", &false, ONCE),
        call.telemetry("none", &none, ONCE),
        call.telemetry("str", "hi", ONCE),
        call.telemetry("empty", "", ONCE),
        call.telemetry("uni", "æ⚡", ONCE),
        call.telemetry("dict", &dict, ONCE),
        call.telemetry("list", &Value::List(vec![1.into(), "two".into(), Value::Null]), ONCE),
        call.telemetry("tuple", &(1, 2), ONCE),
        call.telemetry("bytes", &Value::Bytes(b"\x00ab".to_vec()), ONCE),
        call.telemetry("nested/key", "v", ONCE),
        call.telemetry("q1", &1, once),
        call.telemetry("ret", &1, ONCE.retained()),
        call.telemetry("q1ret", &1, once.retained()),
        call.telemetry("q2", &1, ONCE.qos(QoS::ExactlyOnce)),
    ])
}

/// The real worker without its hardware: which states and values follow which command.
fn thriller(route: &str, call: &Call<'_>) -> (Vec<PropCommand>, Result<(), JobError>) {
    let kept = |key: &str, value: Option<&str>| call.telemetry(key, &value, ONCE.retained());
    let collected =
        |scene: &'static str| [kept("hue/Scene", Some(scene)), kept("speakers/State", None)];
    let state = |state: &str| call.state(state, ONCE);
    match (route, call.action) {
        ("hue", _) => all([kept("hue/state", Some("Off"))]),
        ("chromecast", _) => all([]),
        ("exit", _) => {
            let (mut commands, result) =
                all([kept("hue/state", Some("Off")), kept("speakers/State", Some("Stopped"))]);
            commands.push(PropCommand::Stop);
            (commands, result)
        }
        // Its loop is gone then.
        _ if call.stopped => all([]),
        (_, "arm") => all([state("arming"), state("waiting")].into_iter().chain(collected("Off"))),
        (_, "play") => all([state("playing")].into_iter().chain(collected("Disco"))),
        (_, "stop") => all([state("stopped")].into_iter().chain(collected("Disco"))),
        _ => all([]),
    }
}
