//! Requests while others run, their limits, and what a handler can ask for.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    Router, Worker, blocking,
    extract::{Args, State},
    job::Deadline,
};
use journeyman_moor::{
    Era, Perms, RequestId,
    var::{self, Var},
};
use journeyman_testkit::moor::{self as standin, Obj, Timers, Value};
use tokio::sync::Semaphore;

use crate::support::{
    Folder, config, daemon, daemon_with, echo, raised, start, stop, until, within, works,
};

type Gate = State<Arc<Semaphore>>;

/// Ends when it is let through.
async fn gated(State(gate): Gate) -> &'static str {
    gate.acquire().await.expect("it stays open").forget();
    "through"
}

async fn for_ever() {
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_slow_handler_holds_up_neither_requests_nor_pongs() {
    // The real relation between the two, fifty times as fast.
    let timers = Timers {
        ping_interval: Duration::from_millis(100),
        expiry: Duration::from_millis(200),
        expiry_poll: Duration::from_millis(4),
    };
    let folder = Folder::new();
    let daemon = standin::Config::curve().ipc(folder.path()).timers(timers);
    let daemon = daemon_with(daemon).await;
    let gate = Arc::new(Semaphore::new(0));
    let (open, opened) = std::sync::mpsc::channel::<()>();
    let opened = std::sync::Mutex::new(opened);
    let stuck = blocking(move || {
        let _ = opened.lock().unwrap().recv();
        "unstuck"
    });
    let router = Router::new()
        .route("echo", echo)
        .route("slow", gated)
        .route("stuck", stuck)
        .state(Arc::clone(&gate));
    let worker = start(router, config(&daemon)).await;
    let slow = daemon.submit("slow", &[], None).unwrap();
    let stuck = daemon.submit("stuck", &[], None).unwrap();
    until("both run", || worker.control().snapshot().running == 2).await;
    // Ten times as long as a worker may be silent.
    let pings = daemon.stats().pings;
    while daemon.stats().pings < pings + 20 {
        works(&daemon).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let stats = daemon.stats();
    assert_eq!((stats.expired, stats.attaches, stats.pong_attaches), (0, 3, 0));
    gate.add_permits(1);
    open.send(()).unwrap();
    assert_eq!(within("the slow one", slow).await, Ok(Value::str("through")));
    assert_eq!(within("the stuck one", stuck).await, Ok(Value::str("unstuck")));
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn the_limit_of_a_request_is_kept_by_the_worker() {
    for (era, wanted) in [
        (Era::Curve, "E_QUOTA (Request timed out: the job ran past its deadline)"),
        (Era::Paseto, "E_QUOTA (Request timed out)"),
    ] {
        let folder = Folder::new();
        let daemon = daemon(era, &folder).await;
        let router = Router::new().route("echo", echo).route("sleep", for_ever);
        let worker = start(router, config(&daemon)).await;
        let limit = Some(Duration::from_millis(100));
        let request = daemon.request("sleep", &[], limit);
        let failure = raised(within("the limit", request).await);
        assert_eq!(failure.to_string(), wanted);
        works(&daemon).await;
        stop(worker).await.unwrap();
    }
}

#[tokio::test]
async fn more_requests_than_may_wait_are_answered_with_an_error() {
    // What may wait for a place by default.
    const WAITING: usize = 1024;
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let gate = Arc::new(Semaphore::new(0));
    let router = Router::new().route("gated", gated).state(Arc::clone(&gate));
    let worker = Worker::new(router).serve(config(&daemon)).concurrency(1).start().unwrap();
    within("ready", worker.control().ready()).await.unwrap();
    let mut taken = Vec::new();
    for _ in 0..1 + WAITING {
        taken.push(daemon.submit("gated", &[], None).unwrap());
    }
    for _ in 0..5 {
        let failure = raised(within("a refusal", daemon.request("gated", &[], None)).await);
        let wanted = "E_EXEC (Internal error: 1024 jobs wait already)";
        assert_eq!(failure.to_string(), wanted);
    }
    gate.add_permits(taken.len());
    for request in taken {
        assert_eq!(within("one that waited", request).await, Ok(Value::str("through")));
    }
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn several_types_in_one_process() {
    async fn add(Args((a, b)): Args<(i64, i64)>) -> i64 {
        a + b
    }
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let router = || Router::new().route("echo", echo).route("Add", add).route("math.*", add);
    let exact = start(router(), config(&daemon)).await;
    let types = |daemon: &standin::Daemon| -> Vec<_> {
        daemon.registered().into_iter().map(|worker| worker.worker_type).collect()
    };
    assert_eq!(types(&daemon), ["Add", "echo"], "the exact names of the routes");
    stop(exact).await.unwrap();

    let named = config(&daemon).worker_types(["echo", "Add", "math.sum"]);
    let worker = start(router(), named).await;
    assert_eq!(types(&daemon), ["echo", "Add", "math.sum"]);
    let mut ids: Vec<_> = daemon.registered().iter().map(|worker| worker.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3, "each has an id of its own");
    let arguments = [Value::Int(2), Value::Int(3)];
    for name in ["Add", "ADD", "math.sum", "Math.Sum"] {
        let sum = within("a sum", daemon.request(name, &arguments, None)).await;
        assert_eq!(sum, Ok(Value::Int(5)), "{name}");
    }
    works(&daemon).await;
    let failure = raised(daemon.request("nobody", &[], None).await);
    assert_eq!(failure.to_string(), "E_TYPE (No worker available for nobody)");
    stop(worker).await.unwrap();
    assert!(daemon.workers().is_empty());
}

#[tokio::test]
async fn permissions_id_and_limit_are_at_hand() {
    async fn show(Perms(perms): Perms, RequestId(id): RequestId, deadline: Deadline) -> Vec<Var> {
        let left = deadline.remaining().map_or(-1.0, |left| left.as_secs_f64());
        vec![perms.into(), id.to_string().into(), (left > 80.0 && left <= 90.0).into()]
    }
    for era in [Era::Curve, Era::Paseto] {
        let folder = Folder::new();
        let daemon = daemon(era, &folder).await;
        daemon.set_perms(Obj::Uuid(95_253_756_160_816));
        let worker = start(Router::new().route("show", show), config(&daemon)).await;
        let request = daemon.submit("show", &[], Some(Duration::from_secs(90))).unwrap();
        let id = request.id().to_string();
        let wanted =
            vec![Value::Obj(Obj::Uuid(95_253_756_160_816)), Value::Str(id), Value::Bool(true)];
        assert_eq!(within("the answer", request).await, Ok(Value::List(wanted)));
        stop(worker).await.unwrap();
    }
}

#[tokio::test]
async fn moo_types_and_plain_ones() {
    #[derive(serde::Deserialize)]
    struct Order {
        item: String,
        count: u32,
        #[serde(default)]
        owner: Option<var::Obj>,
    }
    async fn order(Args(Order { item, count, owner }): Args<Order>) -> Var {
        Var::List(vec![item.into(), count.into(), owner.map_or(Var::None, Var::from)])
    }
    async fn kinds(Args((symbol, error)): Args<(var::Symbol, var::MooError)>) -> Var {
        Var::List(vec![symbol.into(), error.into()])
    }
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let router = Router::new().route("order", order).route("kinds", kinds);
    let worker = start(router, config(&daemon)).await;
    let by_name = Value::map([
        (Value::sym("Item"), Value::str("lamp")),
        (Value::str("count"), Value::Int(2)),
        (Value::str("owner"), Value::obj(12)),
    ]);
    let ordered = |owner| Value::List(vec![Value::str("lamp"), Value::Int(2), owner]);
    let outcome = within("by name", daemon.request("order", &[by_name], None)).await;
    assert_eq!(outcome, Ok(ordered(Value::obj(12))));
    let in_order = [Value::str("lamp"), Value::Int(2)];
    let outcome = within("in order", daemon.request("order", &in_order, None)).await;
    assert_eq!(outcome, Ok(ordered(Value::None)));
    let own = [Value::sym("MixedCase"), Value::Err(Box::new(standin::ErrorValue::new("E_MINE")))];
    let outcome = within("mooR's own", daemon.request("kinds", &own, None)).await;
    assert_eq!(outcome, Ok(Value::List(own.into())));
    let wrong = [Value::str("lamp"), Value::Int(-1)];
    let failure = raised(within("a misfit", daemon.request("order", &wrong, None)).await);
    assert_eq!(failure.code, "E_INVARG");
    assert!(failure.message.contains("-1"), "{failure}");
    stop(worker).await.unwrap();
}
