use super::*;

use journeyman_core::{JobErrorKind, protocol::DropReason};

const REQUEST: Uuid = Uuid::from_u128(42);

#[test]
fn a_request_is_answered_with_its_result() {
    let (mut bench, ids) = Bench::ready(&["echo", "math"]);
    let (token, job) = taken(bench.broadcast(request(ids[1], REQUEST, vec![text("a")], 5250)));
    assert_eq!(&*job.id, REQUEST.to_string().as_str());
    assert_eq!(&*job.route, "math");
    assert_eq!(job.timeout, Some(Duration::from_millis(5250)));
    assert_eq!(job.payload.args::<(String,)>().unwrap().0, "a");
    let call = job.extensions.get::<crate::extract::Call>().unwrap();
    assert_eq!((call.request_id, call.perms.to_string().as_str()), (REQUEST, "#3"));

    let (tag, said) = only(&bench.finish(token, &job, "done"));
    assert_eq!(said, Said::Result(ids[1], REQUEST, text("done")));
    assert_eq!(settlements(&bench.reply(tag, ack())), [Settlement::Confirmed]);
}

#[test]
fn no_timeout_means_none() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (_, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    assert_eq!(job.timeout, None);
}

#[test]
fn requests_of_others_are_no_news() {
    let (mut bench, _) = Bench::ready(&["echo"]);
    assert!(bench.broadcast(request(Uuid::from_u128(9), REQUEST, vec![], 0)).is_empty());
}

#[test]
fn an_error_goes_out_as_the_table_says() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, _) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let error = JobError::new(JobErrorKind::TimedOut, "too slow");
    let (tag, said) = only(&bench.driver.outcome(token, Err(error)));
    let Said::Error(worker, id, error) = said else { panic!("{said:?}") };
    assert_eq!((worker, id), (ids[0], REQUEST));
    assert!(error.contains("WorkerRequestTimedOut") && error.contains("too slow"), "{error}");
    assert_eq!(settlements(&bench.reply(tag, ack())), [Settlement::Confirmed]);
}

#[test]
fn arguments_that_cannot_be_read_are_answered_with_an_error() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let mut deep = text("x");
    for _ in 0..300 {
        let list = var::VarList { elements: vec![deep] };
        deep = var::Var { variant: var::VarUnion::VarList(Box::new(list)) };
    }
    let actions = bench.broadcast(request(ids[0], REQUEST, vec![deep], 0));
    assert!(actions.iter().any(|action| matches!(action, Action::Ignored(_))));
    let (tag, said) = only(&actions);
    let Said::Error(_, REQUEST, error) = said else { panic!("{said:?}") };
    assert!(error.contains("WorkerInvalidRequest") && error.contains("256"), "{error}");
    // Its answer may be lost, and then it is said again; the MOO task waits for it.
    bench.fail(tag);
    let (tag, _) = only(&bench.advance(Duration::from_secs(1)));
    assert!(bench.reply(tag, ack()).is_empty());
    assert!(bench.driver.jobs().is_empty());
}

#[test]
fn refusals_that_nobody_takes_do_not_pile_up() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let unreadable = {
        let mut deep = text("x");
        for _ in 0..300 {
            let list = var::VarList { elements: vec![deep] };
            deep = var::Var { variant: var::VarUnion::VarList(Box::new(list)) };
        }
        deep
    };
    for number in 0..1500 {
        let id = Uuid::from_u128(number);
        let (tag, _) = only(&bench.broadcast(request(ids[0], id, vec![unreadable.clone()], 0)));
        bench.fail(tag);
    }
    assert_eq!(bench.driver.protocol.again.len(), 1024);
}

#[test]
fn the_same_request_twice_runs_once() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let actions = bench.broadcast(request(ids[0], REQUEST, vec![], 0));
    assert!(matches!(actions.as_slice(), [Action::Merged(_)]), "{actions:?}");
    let (tag, _) = only(&bench.finish(token, &job, "once"));
    assert_eq!(settlements(&bench.reply(tag, ack())), [Settlement::Confirmed]);
}

#[test]
fn a_result_that_the_daemon_refuses_becomes_an_error() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let (tag, _) = only(&bench.finish(token, &job, "x"));
    let actions = bench.reply(tag, invalid("not that"));
    let (tag, said) = only(&actions);
    let Said::Error(_, _, error) = said else { panic!("{said:?}") };
    assert!(error.contains("WorkerInternalError") && error.contains("not that"), "{error}");
    assert!(settlements(&actions).is_empty(), "not before that is answered");
    // And if it refuses that as well, there is nothing left to say.
    let gone = [Settlement::Dropped(DropReason::Unknown)];
    assert_eq!(settlements(&bench.reply(tag, invalid("nor that"))), gone);
}

#[test]
fn a_result_for_a_request_that_is_gone_is_dropped() {
    let gone = [Settlement::Dropped(DropReason::Unknown)];
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let (tag, _) = only(&bench.finish(token, &job, "x"));
    assert_eq!(settlements(&bench.reply(tag, unknown(REQUEST))), gone);

    // When the daemon does not know us, we say at once that we are here.
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let (tag, _) = only(&bench.finish(token, &job, "x"));
    let actions = bench.reply(tag, not_registered(ids[0]));
    assert_eq!(settlements(&actions), gone);
    assert_eq!(only(&actions).1, Said::Pong(ids[0], "echo".to_owned()));
}

#[test]
fn an_answer_without_a_reply_is_sent_again() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let (tag, first) = only(&bench.finish(token, &job, "x"));
    assert!(bench.fail(tag).is_empty(), "not at once");
    let (tag, second) = only(&bench.advance(Duration::from_secs(1)));
    assert_eq!(first, second);
    assert_eq!(settlements(&bench.reply(tag, ack())), [Settlement::Confirmed]);
}

#[test]
fn an_answer_is_not_sent_for_ever() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let mut actions = bench.finish(token, &job, "x");
    for _ in 0..100 {
        let Some((tag, _)) = sent(&actions).pop() else { break };
        let failed = bench.fail(tag);
        if !settlements(&failed).is_empty() {
            assert_eq!(settlements(&failed), [Settlement::Dropped(DropReason::ConnectionLost)]);
            return;
        }
        actions = bench.advance(Duration::from_millis(250));
    }
    panic!("never given up");
}

#[test]
fn a_result_that_is_too_large_becomes_an_error() {
    let (mut bench, ids) = Bench::ready(&["echo"]);
    let (token, job) = taken(bench.broadcast(request(ids[0], REQUEST, vec![], 0)));
    let (tag, _) = only(&bench.finish(token, &job, "x"));
    let error = Error::new(ErrorKind::TooLarge, "send", "10 bytes; at most 5");
    let (tag, said) = only(&bench.driver.handle(Input::Failed { tag, error }));
    let Said::Error(_, _, text) = said else { panic!("{said:?}") };
    assert!(text.contains("WorkerInternalError") && text.contains("at most 5"), "{text}");
    assert_eq!(settlements(&bench.reply(tag, ack())), [Settlement::Confirmed]);
}
