//! After a lost connection.

use super::*;

use journeyman_core::{job::CancelReason, protocol::DropReason};

const REQUEST: Uuid = Uuid::from_u128(42);

/// Connects again; what the worker says then.
fn again(bench: &mut Bench) -> Vec<(Tag, Said)> {
    sent(&bench.connect())
}

/// Connects again where an id has jobs, and the daemon still knows it. Returns the new id.
fn back(bench: &mut Bench, old: Uuid) -> Uuid {
    let said = again(bench);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].1, Said::Pong(old, "echo".to_owned()));
    let (tag, attach) = only(&bench.reply(said[0].0, ack()));
    let new = bench.id();
    assert_eq!(attach, Said::Attach(new, "echo".to_owned()));
    assert!(is_ready(&bench.reply(tag, attached(new))));
    new
}

#[test]
fn without_jobs_the_old_id_is_detached_and_a_new_one_attached() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    bench.disconnect();
    let said = again(&mut bench);
    let new = bench.id();
    assert_ne!(new, old[0]);
    // Detaching fails what was broadcast while nobody listened.
    assert_eq!(said[0].1, Said::Detach(old[0]));
    assert_eq!(said[1].1, Said::Attach(new, "echo".to_owned()));
    assert_eq!(said.len(), 2);
    bench.reply(said[0].0, ack());
    assert!(is_ready(&bench.reply(said[1].0, attached(new))));
}

#[test]
fn a_detach_that_got_lost_is_sent_again() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    bench.disconnect();
    let said = again(&mut bench);
    assert_eq!(said[0].1, Said::Detach(old[0]));
    bench.reply(said[1].0, attached(bench.id()));
    // The socket is replaced, and the connection stands.
    bench.fail(said[0].0);
    let (tag, detach) = only(&bench.advance(Duration::from_secs(1)));
    assert_eq!(detach, Said::Detach(old[0]));
    // Now the whole connection is lost.
    bench.disconnect();
    let second = again(&mut bench);
    let detached: Vec<_> = second.iter().filter(|(_, s)| matches!(s, Said::Detach(_))).collect();
    assert_eq!(detached.len(), 2, "{second:?}");
    assert!(detached.iter().any(|(_, said)| *said == Said::Detach(old[0])));
    for (tag, _) in detached {
        bench.reply(*tag, ack());
    }
    bench.reply(tag, ack());
    // What is confirmed is not said again.
    bench.disconnect();
    let third = again(&mut bench);
    assert!(!third.iter().any(|(_, said)| *said == Said::Detach(old[0])), "{third:?}");
}

#[test]
fn answers_that_are_out_of_step_end_the_connection() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let (tag, _) = only(&bench.finish(token, &job, "x"));
    let actions = bench.reply(tag, unknown(Uuid::from_u128(43)));
    assert!(matches!(actions.as_slice(), [Action::Reconnect(_)]), "{actions:?}");
    let (tag, _) = only(&bench.broadcast(ping()));
    let actions = bench.reply(tag, attached(Uuid::from_u128(44)));
    assert!(matches!(actions.as_slice(), [Action::Reconnect(_)]), "{actions:?}");
    // The job is still to be settled.
    let actions = bench.disconnect();
    assert!(matches!(actions.as_slice(), [Action::Requeue(requeued, _)] if *requeued == token));
}

#[test]
fn a_request_for_an_id_that_was_given_up_fails_at_once() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    bench.disconnect();
    let said = again(&mut bench);
    bench.reply(said[0].0, ack());
    bench.reply(said[1].0, attached(bench.id()));
    // A pong of the old connection came late: the daemon knows the old id again.
    let actions = bench.broadcast(request(old[0], REQUEST, vec![], 0));
    let (tag, detach) = only(&actions);
    assert_eq!(detach, Said::Detach(old[0]));
    let two = bench.broadcast(request(old[0], Uuid::from_u128(43), vec![], 0));
    assert!(sent(&two).is_empty(), "once at a time: {two:?}");
    bench.reply(tag, ack());
    // After a while it is nobody's.
    for _ in 0..8 {
        bench.advance(Duration::from_secs(5));
        let (tag, _) = only(&bench.broadcast(ping()));
        bench.reply(tag, ack());
    }
    bench.disconnect();
    again(&mut bench);
    assert!(sent(&bench.broadcast(request(old[0], REQUEST, vec![], 0))).is_empty());
}

#[test]
fn an_id_that_the_daemon_never_heard_of_stays() {
    let mut bench = bench(&["echo"]);
    let first = bench.id();
    // An attempt to connect that failed.
    bench.disconnect();
    let said = again(&mut bench);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].1, Said::Attach(first, "echo".to_owned()));
}

#[test]
fn a_job_in_flight_is_answered_under_its_old_id() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(old[0], REQUEST, vec![], 0)));
    bench.disconnect();
    back(&mut bench, old[0]);

    // Both ids are kept alive until the job is done.
    assert_eq!(sent(&bench.broadcast(ping())).len(), 2);
    let (tag, said) = only(&bench.finish(token, &job, "late"));
    assert_eq!(said, Said::Result(old[0], REQUEST, text("late")));
    let actions = bench.reply(tag, ack());
    assert_eq!(settlements(&actions), [Settlement::Confirmed]);
    assert_eq!(only(&actions).1, Said::Detach(old[0]));
    let ids: Vec<_> = bench.driver.protocol.leaving.iter().collect();
    assert!(ids.is_empty());
}

#[test]
fn an_answer_without_a_reply_is_given_back_and_sent_again() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(old[0], REQUEST, vec![], 0)));
    bench.finish(token, &job, "x");
    let actions = bench.disconnect();
    let [Action::Requeue(requeued, _)] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!(*requeued, token);
    back(&mut bench, old[0]);
    let (tag, said) = only(&bench.finish(token, &job, "x"));
    assert_eq!(said, Said::Result(old[0], REQUEST, text("x")));
    // The first one had arrived.
    let gone = [Settlement::Dropped(DropReason::Unknown)];
    assert_eq!(settlements(&bench.reply(tag, unknown(REQUEST))), gone);
}

#[test]
fn after_a_restart_of_the_daemon_jobs_are_told_to_stop() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(old[0], REQUEST, vec![], 0)));
    bench.disconnect();
    let said = again(&mut bench);
    assert_eq!(said.len(), 1, "{said:?}");
    let actions = bench.reply(said[0].0, attached(old[0]));
    let [Action::Cancel(cancelled, CancelReason::Forgotten), Action::Ready] = actions.as_slice()
    else {
        panic!("{actions:?}");
    };
    assert_eq!(*cancelled, token);
    // Nobody waits for its result.
    let actions = bench.finish(token, &job, "x");
    assert_eq!(settlements(&actions), [Settlement::Dropped(DropReason::Unknown)]);
    // The id that the daemon knows now stays.
    assert!(sent(&actions).is_empty());
    assert_eq!(bench.id(), old[0]);
    assert_eq!(only(&bench.broadcast(ping())).1, Said::Pong(old[0], "echo".to_owned()));
    let (_, job) = taken(bench.broadcast(request(old[0], Uuid::from_u128(43), vec![], 0)));
    assert_eq!(&*job.route, "echo");
}

#[test]
fn news_of_an_old_id_that_do_not_come_are_asked_for_again() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    let (_, _job) = taken(bench.broadcast(request(old[0], REQUEST, vec![], 0)));
    bench.disconnect();
    let said = again(&mut bench);
    assert_eq!(said.len(), 1, "{said:?}");
    bench.fail(said[0].0);
    let (tag, pong) = only(&bench.advance(Duration::from_secs(1)));
    assert_eq!(pong, Said::Pong(old[0], "echo".to_owned()));
    let (tag, attach) = only(&bench.reply(tag, ack()));
    assert_eq!(attach, Said::Attach(bench.id(), "echo".to_owned()));
    assert!(is_ready(&bench.reply(tag, attached(bench.id()))));
}

#[test]
fn forgotten_while_the_connection_stands() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    bench.broadcast(request(ids[0], REQUEST, vec![], 0));
    let (tag, _) = only(&bench.broadcast(ping()));
    // This one came after the daemon had taken us in again.
    let later = Uuid::from_u128(43);
    let (live, job) = taken(bench.broadcast(request(ids[0], later, vec![], 0)));
    let actions = bench.reply(tag, attached(ids[0]));
    let cancelled: Vec<_> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Cancel(token, CancelReason::Forgotten) => Some(*token),
            _ => None,
        })
        .collect();
    assert_eq!(cancelled.len(), 1);
    assert_ne!(cancelled[0], live);
    let (tag, _) = only(&bench.finish(live, &job, "x"));
    assert_eq!(settlements(&bench.reply(tag, ack())), [Settlement::Confirmed]);
}

#[test]
fn an_old_id_is_not_kept_for_ever_by_new_requests() {
    let (mut bench, old) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(old[0], REQUEST, vec![], 0)));
    bench.disconnect();
    back(&mut bench, old[0]);
    // The daemon still gives the old id requests.
    bench.broadcast(request(old[0], Uuid::from_u128(43), vec![], 0));
    let (tag, _) = only(&bench.finish(token, &job, "x"));
    assert!(sent(&bench.reply(tag, ack())).is_empty(), "one is still in flight");
    let mut actions = Vec::new();
    for _ in 0..3 {
        actions.extend(bench.advance(Duration::from_secs(5)));
        bench.broadcast(ping());
    }
    let detached = sent(&actions).into_iter().any(|(_, said)| said == Said::Detach(old[0]));
    assert!(detached, "{actions:?}");
}

#[test]
fn many_lost_connections_leave_nothing_behind() {
    let mut bench = bench(&["echo", "math"]);
    for round in 0..50_u128 {
        let ids = bench.register();
        assert_eq!(ids.len(), 2);
        let (token, job) =
            taken(bench.broadcast(request(ids[0], Uuid::from_u128(round), vec![], 0)));
        if round % 2 == 0 {
            let (tag, _) = only(&bench.finish(token, &job, "x"));
            bench.reply(tag, ack());
        } else {
            bench.driver.handle(Input::Dropped { token });
        }
        bench.disconnect();
    }
    let moor = &bench.driver.protocol;
    assert!(moor.leaving.len() <= 2 && moor.jobs.is_empty(), "{moor:?}");
    assert!(moor.gone.len() <= 100, "{moor:?}");
    assert!(moor.again.is_empty());
}
