use super::*;

#[test]
fn attaches_when_connected_and_is_ready_when_that_is_confirmed() {
    let mut bench = bench(&["echo"]);
    // Connected means that the subscription is effective.
    let actions = bench.connect();
    let (tag, said) = only(&actions);
    assert_eq!(said, Said::Attach(bench.id(), "echo".to_owned()));
    assert!(!is_ready(&actions));
    // An attachment is a sign of life: no pong besides.
    assert!(sent(&bench.broadcast(ping())).is_empty());
    assert!(is_ready(&bench.reply(tag, attached(bench.id()))));
}

#[test]
fn ready_when_every_type_is_attached() {
    let mut bench = bench(&["echo", "math", "http"]);
    let said = sent(&bench.connect());
    let ids: std::collections::HashSet<_> = bench.driver.protocol.worker_ids().collect();
    assert_eq!((said.len(), ids.len()), (3, 3), "each type has an id of its own");
    let ids: Vec<_> = bench.driver.protocol.worker_ids().collect();
    assert!(!is_ready(&bench.reply(said[2].0, attached(ids[2]))));
    assert!(!is_ready(&bench.reply(said[0].0, attached(ids[0]))));
    // The upstream library takes this for an answer, too.
    assert!(is_ready(&bench.reply(said[1].0, ack())));
}

#[test]
fn every_ping_is_answered_for_every_id_once_at_a_time() {
    let (mut bench, ids) = Bench::ready(&["echo", "math"]);
    let said = sent(&bench.broadcast(ping()));
    let wanted = [Said::Pong(ids[0], "echo".to_owned()), Said::Pong(ids[1], "math".to_owned())];
    assert_eq!(said.iter().map(|(_, said)| said.clone()).collect::<Vec<_>>(), wanted);
    assert!(sent(&bench.broadcast(ping())).is_empty(), "the last ones are not answered yet");
    bench.reply(said[0].0, ack());
    bench.fail(said[1].0);
    assert_eq!(sent(&bench.broadcast(ping())).len(), 2);
}

#[test]
fn a_lost_answer_to_the_attachment_is_not_attached_again() {
    let mut bench = bench(&["echo"]);
    let (tag, _) = only(&bench.connect());
    bench.fail(tag);
    // Attaching twice could make the daemon forget requests.
    let actions = bench.advance(Duration::from_secs(1));
    let (tag, said) = only(&actions);
    let id = bench.id();
    assert_eq!(said, Said::Pong(id, "echo".to_owned()));
    assert!(is_ready(&bench.reply(tag, ack())));
}

#[test]
fn what_the_daemon_refuses_ends_the_session_with_a_remedy() {
    use journeyman_moor_schema::worker;
    let rejected = worker::WorkerRejected { reason: Some("Message rejected".to_owned()) };
    let auth = worker::WorkerAuthFailed { reason: "no such token".to_owned() };
    for (reply, wanted) in [
        (
            curve::DaemonToWorkerReplyUnion::WorkerRejected(Box::new(rejected)),
            "set `era` to \"paseto\"",
        ),
        (curve::DaemonToWorkerReplyUnion::WorkerAuthFailed(Box::new(auth)), "moor-signing-key.pem"),
        (invalid("odd"), "odd"),
    ] {
        let mut bench = bench(&["echo"]);
        let (tag, _) = only(&bench.connect());
        let actions = bench.reply(tag, reply.clone());
        let [Action::Fail(error)] = actions.as_slice() else { panic!("{actions:?}") };
        assert!(error.to_string().contains(wanted) && !error.is_temporary(), "{error}");

        // Once it has worked, it may work again.
        let (mut bench, _) = Bench::ready(&["echo"]);
        let (tag, _) = only(&bench.broadcast(ping()));
        let actions = bench.reply(tag, reply);
        assert!(matches!(actions.as_slice(), [Action::Reconnect(_)]), "{actions:?}");
    }
}

#[test]
fn a_silent_daemon_is_connected_to_anew() {
    let (mut bench, _) = Bench::ready(&["echo"]);
    assert!(bench.advance(Duration::from_secs(29)).is_empty());
    bench.broadcast(ping());
    assert!(bench.advance(Duration::from_secs(29)).is_empty());
    let actions = bench.advance(Duration::from_secs(1));
    let [Action::Reconnect(error)] = actions.as_slice() else { panic!("{actions:?}") };
    assert!(error.to_string().contains("no ping for 30s"), "{error}");
}

#[test]
fn please_die_is_for_the_one_that_is_named() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let die = |worker| {
        curve::DaemonToWorkerMessageUnion::PleaseDie(Box::new(curve::PleaseDie {
            worker_id: id(worker),
        }))
    };
    assert!(bench.broadcast(die(Uuid::from_u128(9))).is_empty());
    assert!(matches!(bench.broadcast(die(ids[0])).as_slice(), [Action::Finish(_)]));
}

#[test]
fn goodbye_detaches_and_then_closes() {
    let (mut bench, ids) = Bench::ready(&["echo", "math"]);
    let actions = bench.driver.handle(Input::Goodbye);
    let said = sent(&actions);
    let wanted = [Said::Detach(ids[0]), Said::Detach(ids[1])];
    assert_eq!(said.iter().map(|(_, said)| said.clone()).collect::<Vec<_>>(), wanted);
    assert!(bench.reply(said[0].0, ack()).is_empty());
    // Its socket was lost: another try, for as long as the session allows.
    assert!(bench.fail(said[1].0).is_empty());
    let (tag, again) = only(&bench.advance(Duration::from_secs(1)));
    assert_eq!(again, wanted[1]);
    assert!(matches!(bench.reply(tag, ack()).as_slice(), [Action::Close(_)]));
}

#[test]
fn goodbye_without_a_connection_closes_at_once() {
    let mut bench = bench(&["echo"]);
    let actions = bench.driver.handle(Input::Goodbye);
    assert!(matches!(actions.as_slice(), [Action::Close(_)]), "{actions:?}");
}

#[test]
fn garbage_is_counted_and_does_no_harm() {
    let (mut bench, _) = Bench::ready(&["echo"]);
    let topic = Bytes::from_static(wire::TOPIC);
    for frames in [
        vec![],
        vec![topic.clone()],
        vec![topic.clone(), Bytes::new()],
        vec![topic.clone(), Bytes::from_static(b"garbage that is long enough")],
        vec![
            Bytes::from_static(b"worker"),
            encode(curve::DaemonToWorkerMessage { message: ping() }),
        ],
        vec![topic.clone(); 5],
    ] {
        let actions = bench.raw(frames.clone());
        assert!(matches!(actions.as_slice(), [Action::Ignored(_)]), "{frames:?}: {actions:?}");
    }
    let (tag, _) = only(&bench.broadcast(ping()));
    let nothing = Input::Reply { tag, message: Frames(vec![]) };
    assert!(matches!(bench.driver.handle(nothing).as_slice(), [Action::Ignored(_)]));
}
