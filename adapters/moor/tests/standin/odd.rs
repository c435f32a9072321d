//! What no daemon should send, and what is not for us.

use bytes::Bytes;
use journeyman_core::Router;
use journeyman_moor::Era;
use journeyman_testkit::moor::Value;
use uuid::Uuid;

use crate::support::{
    Folder, config, daemon, echo, echo_router, raised, session, start, stop, until, within, works,
};

#[tokio::test]
async fn requests_for_others_are_left_alone() {
    for era in [Era::Curve, Era::Paseto] {
        let folder = Folder::new();
        let daemon = daemon(era, &folder).await;
        let worker = start(echo_router(), config(&daemon)).await;
        for _ in 0..100 {
            daemon.publish_request(Uuid::new_v4(), &[Value::Int(1)]);
        }
        // Broadcasts come in order.
        works(&daemon).await;
        until("it is settled", || session(&worker).counts.in_flight == 0).await;
        let counts = session(&worker).counts;
        assert_eq!((counts.accepted, counts.ok, counts.ignored), (1, 1, 0));
        let stats = daemon.stats();
        assert_eq!((stats.results, stats.errors, stats.unknown_requests), (1, 0, 0));
        stop(worker).await.unwrap();
    }
}

#[tokio::test]
async fn nonsense_is_counted_and_the_connection_stays() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let worker = start(echo_router(), config(&daemon)).await;
    let topic = || Bytes::from_static(b"workers");
    daemon.publish_raw([topic(), topic(), topic(), topic(), topic()]);
    until("five frames are seen", || session(&worker).counts.ignored == 1).await;
    daemon.publish_garbage(1 << 20);
    works(&daemon).await;
    assert!(session(&worker).counts.ignored >= 7, "{:?}", session(&worker));
    assert_eq!(session(&worker).counts.connections, 1);
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn arguments_that_cannot_be_taken_are_answered() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let worker = start(echo_router(), config(&daemon)).await;
    let deep = daemon.submit_nested("echo", 10_000, None).unwrap();
    let failure = raised(within("too deep", deep).await);
    assert_eq!(failure.code, "E_INVARG");
    assert!(failure.message.contains("256"), "the limit is not named: {failure}");

    daemon.faults().set_send_unsendable(true);
    let lambda = daemon.request("echo", &[Value::Lambda], None);
    let failure = raised(within("a lambda", lambda).await);
    assert_eq!(failure.code, "E_INVARG");
    assert!(failure.message.contains("lambda"), "{failure}");
    works(&daemon).await;
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn results_that_cannot_be_sent_are_errors() {
    async fn deep() -> journeyman_core::Value {
        let mut value = journeyman_core::Value::Null;
        for _ in 0..200 {
            value = journeyman_core::Value::List(vec![value]);
        }
        value
    }
    async fn large() -> u64 {
        u64::MAX
    }
    async fn long() -> String {
        "x".repeat(2 << 20)
    }
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let router = Router::new().route("echo", echo).route("deep", deep);
    let router = router.route("large", large).route("long", long);
    let worker = start(router, config(&daemon).max_message_size(1 << 20)).await;
    for (name, wanted) in [("deep", "64"), ("large", "18446744073709551615"), ("long", "1048576")] {
        let failure = raised(within(name, daemon.request(name, &[], None)).await);
        assert_eq!(failure.code, "E_EXEC", "{name}: {failure}");
        assert!(failure.message.contains(wanted), "{name}: {failure}");
    }
    works(&daemon).await;
    assert_eq!(session(&worker).counts.connections, 1);
    stop(worker).await.unwrap();
}

#[tokio::test]
async fn an_argument_beyond_the_limit_ends_in_an_error() {
    let folder = Folder::new();
    let daemon = daemon(Era::Curve, &folder).await;
    let worker = start(echo_router(), config(&daemon).max_message_size(1 << 20)).await;
    let long = Value::Str("x".repeat(2 << 20));
    // It cannot be read at all: the connection is lost by it, and the old id is detached.
    let failure = raised(within("a long one", daemon.request("echo", &[long], None)).await);
    assert_eq!(failure.code, "E_EXEC");
    within("ready", worker.control().ready()).await.unwrap();
    works(&daemon).await;
    stop(worker).await.unwrap();
}
