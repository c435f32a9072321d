//! Promise 8: capabilities are a contract.

use journeyman_core::{
    Error, Job, JobError, JobErrorKind as Kind, JobInfo, Route, Router, Scope, Serve, Value,
    Worker,
    capability::{Capabilities, Intake, Need, Support},
    extract::{FromJob, State},
    job::{Cancel, Deadline, Events, Progress},
};

use crate::fake::{Fake, Msg, stop};

/// An extractor of some adapter.
struct Files;

impl FromJob for Files {
    const NEEDS: &'static [Need] = &[Need::Extension("files"), Need::Redelivered];

    fn from_job(_job: &Job) -> Result<Self, JobError> {
        Ok(Self)
    }
}

fn refusal(router: Router, scope: Scope) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    let (fake, _server) = Fake::new();
    Worker::new(router).serve(Serve::new(fake).scope(scope)).start().map(drop)
}

#[test]
fn what_nobody_can_give_is_refused_at_the_start() {
    let events = || Router::new().route("talk", async |_: Events| ());
    let error = refusal(events(), Scope::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "start: the handler of `talk` needs events, which `fake` cannot give: its wire carries \
         no events; take the extractor as `Option<...>`, or keep the route from this backend \
         with a scope"
    );
    let files = Router::new().route("read", async |_: Files| ());
    let error = refusal(files, Scope::new()).unwrap_err();
    assert!(error.to_string().contains("its jobs carry no `files`"), "{error}");
    let state = Router::new().route("count", async |_: State<u8>| ());
    let error = refusal(state, Scope::new()).unwrap_err();
    assert!(error.to_string().contains("`State<u8>`"), "{error}");
}

#[test]
fn an_option_or_a_scope_makes_it_start() {
    let optional = Router::new().route("talk", async |_: Option<Events>| ());
    refusal(optional, Scope::new()).unwrap();
    // A route whose grant the backend has not is not served to it, so its needs do not matter.
    let route = Route::new(async |_: Events| ()).requires("events");
    refusal(Router::new().route("talk", route), Scope::new()).unwrap();
    let route = Route::new(async |_: Events| ()).requires("events");
    let scope = Scope::new().grant("events");
    refusal(Router::new().route("talk", route), scope).unwrap_err();
    let two = Router::new().route("talk", async |_: Events| ()).route("ok", async || ());
    refusal(two, Scope::new().routes(["ok"])).unwrap();
}

#[test]
fn each_need_is_native_emulated_or_refused() {
    let none = Capabilities::new(Intake::Pushed);
    let mut all = Capabilities::new(Intake::Pushed);
    (all.progress, all.cancel, all.deadline, all.events) = (true, true, true, true);
    (all.attempt, all.redelivered, all.extensions) = (true, true, &["files"]);
    let needs = [
        (Need::Progress, "emulated"),
        (Need::Cancel, "emulated"),
        (Need::Deadline, "emulated"),
        (Need::Attempt, "emulated"),
        (Need::Redelivered, "refused"),
        (Need::Events, "refused"),
        (Need::Extension("files"), "refused"),
    ];
    for (need, expected) in needs {
        assert_eq!(all.support(&need), Support::Native, "{need}");
        let got = match none.support(&need) {
            Support::Native => "native",
            Support::Emulated(_) => "emulated",
            Support::Refused(_) => "refused",
        };
        assert_eq!(got, expected, "{need}");
    }
    assert_eq!(none.rows().len(), all.rows().len());
    assert_ne!(none.rows(), all.rows());
}

#[tokio::test(start_paused = true)]
async fn emulated_extractors_work_without_the_wire() {
    let handler = async |progress: Progress, cancel: Cancel, deadline: Deadline, info: JobInfo| {
        (progress.report(0.5), cancel.is_cancelled(), deadline.instant().is_none(), info.attempt)
    };
    let (fake, mut server) = Fake::new();
    let worker = fake.start(Router::new().route("all", handler));
    let mut connection = server.registered().await;
    connection.send(Msg::job("a", "all"));
    let (_, end) = connection.end().await;
    let expected = vec![true.into(), false.into(), true.into(), 1.into()];
    assert_eq!(end, Ok(Value::List(expected)));
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn the_attempt_is_counted_from_the_failures_that_were_seen() {
    let handler = async |info: JobInfo| match info.attempt {
        3 => Ok(info.attempt),
        _ => Err(JobError::failed("not yet")),
    };
    let (fake, mut server) = Fake::new();
    let worker = fake.start(Router::new().route("third", handler));
    let mut connection = server.registered().await;
    for expected in [Err(Kind::Failed), Err(Kind::Failed), Ok(Value::Int(3)), Err(Kind::Failed)] {
        connection.send(Msg::job("a", "third"));
        assert_eq!(connection.end().await.1, expected);
    }
    stop(worker).await;
}

#[tokio::test(start_paused = true)]
async fn scopes_and_grants_decide_what_a_backend_reaches() {
    let router = || {
        Router::new()
            .route("math.add", async || "add")
            .route("math.sub", async || "sub")
            .route("run", Route::new(async || "run").requires("exec"))
            .fallback(async || "other")
    };
    let all = ["math.add", "math.sub", "run", "else"];
    for (scope, reached) in [
        (Scope::new(), vec!["math.add", "math.sub", "else"]),
        (Scope::new().grant("exec"), all.to_vec()),
        (Scope::new().grant("http"), vec!["math.add", "math.sub", "else"]),
        (Scope::new().routes(["math.*"]), vec!["math.add", "math.sub"]),
        (Scope::new().routes(["math.add", "run"]), vec!["math.add"]),
        (Scope::new().routes(["math.add", "run"]).grant("exec"), vec!["math.add", "run"]),
    ] {
        let (fake, mut server) = Fake::new();
        let served = Serve::new(fake).scope(scope.clone());
        let worker = Worker::new(router()).serve(served).start().unwrap();
        let mut connection = server.registered().await;
        for name in all {
            connection.send(Msg::job(name, name));
            let (_, end) = connection.end().await;
            match reached.contains(&name) {
                true => assert!(end.is_ok(), "{name} with {scope:?}"),
                false => assert_eq!(end, Err(Kind::NoRoute), "{name} with {scope:?}"),
            }
        }
        stop(worker).await;
    }
}
