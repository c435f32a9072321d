//! Lost connections: what is kept, and under which id.

use super::*;

#[test]
fn results_that_may_be_lost_are_sent_again_under_the_same_id() {
    let mut bench = Bench::ready(Config::default());
    let id = bench.id();
    bench.assign("unsent");
    bench.assign("written");
    let written = bench.succeed(&json!(2));
    bench.written(written);
    let unsent = bench.succeed(&json!(1));
    bench.lose(1006, false);
    let requeued: Vec<_> = bench.requeued.iter().map(|(token, _)| *token).collect();
    assert_eq!(requeued, [unsent, written], "in the order in which they came");
    bench.sent.clear();
    bench.register();
    // Registered first.
    assert_eq!((bench.sent[0].1["type"].as_str(), bench.id()), (Some("worker_ready"), id.clone()));
    bench.sent.clear();
    bench.offer_again();
    let ids: Vec<_> = bench.sent.iter().map(|(_, m)| m["data"]["task_id"].clone()).collect();
    assert_eq!(ids, ["unsent", "written"]);
    bench.written(written);
    bench.written(unsent);
    bench.sent.clear();
    bench.advance(2000);
    assert_eq!(bench.settled.len(), 2);
    // What the foreman thinks of that id is not known: it is given up.
    assert_eq!(bench.redials, 1);
    assert_ne!(bench.id(), id);
    bench.register();
    let id = bench.id();
    bench.assign("next");
    assert_eq!((bench.sent[0].1["data"]["worker_id"].as_str(), bench.jobs.len()), (Some(&*id), 1));
    bench.advance(100_000);
    assert_eq!(bench.redials, 1);
}

#[test]
fn a_task_in_work_keeps_the_id() {
    let mut bench = Bench::ready(Config::default());
    let id = bench.id();
    bench.assign("a");
    bench.lose(1006, false);
    bench.register();
    bench.advance(100_000);
    assert_eq!((bench.id(), bench.redials), (id.clone(), 0));
    bench.sent.clear();
    let token = bench.succeed(&json!(1));
    assert_eq!(bench.only()["type"], "task_result");
    bench.written(token);
    // The foreman goes on with the next one: it is not stuck.
    bench.assign("b");
    bench.advance(100_000);
    assert_eq!((bench.id(), bench.redials), (id, 0));
}

#[test]
fn an_idle_worker_comes_back_under_another_id_where_the_era_wants_it() {
    for (config, fresh) in [
        (Config::default(), true),
        (Config::default().era(EraSetting::Head), true),
        (Config::default().era(EraSetting::Seed), false),
        (Config::default().era(EraSetting::Head).compat(true), false),
        (Config::default().fresh_id(Some(false)), false),
    ] {
        let mut bench = Bench::ready(config);
        let id = bench.id();
        bench.lose(1006, false);
        bench.register();
        assert_eq!(bench.id() != id, fresh);
        assert!(bench.id().starts_with('w'));
    }
}

#[test]
fn without_fresh_ids_nothing_is_given_up() {
    let mut bench = Bench::ready(Config::default().era(EraSetting::Seed));
    bench.assign("a");
    let token = bench.succeed(&json!(1));
    bench.written(token);
    bench.lose(1006, false);
    bench.register();
    bench.offer_again();
    bench.written(token);
    bench.advance(100_000);
    assert_eq!((bench.id().as_str(), bench.redials, bench.settled.len()), ("w", 0, 1));
}

#[test]
fn what_proved_the_era_holds_until_the_foreman_behaves_like_the_seed() {
    let mut bench = Bench::ready(Config::default());
    bench.assign_head("a");
    let era = |bench: &Bench| bench.driver.protocol.era();
    assert_eq!(era(&bench), Some(Era::Head));
    bench.lose(1006, false);
    bench.register();
    assert_eq!(era(&bench), Some(Era::Head));
    bench.lose(1000, true);
    assert_eq!(era(&bench), None);
    // A kill that is not proven any more is answered in words that everybody knows.
    bench.register();
    bench.receive("kill_task", &json!({"task_id": "a"}));
    bench.lose(1000, true);
    bench.register();
    bench.sent.clear();
    bench.fail(JobError::cancelled("stopped"));
    assert_eq!(bench.only()["type"], "task_error");
}

#[test]
fn a_drain_over_a_lost_connection_delivers_and_gives_back() {
    let mut bench = Bench::ready(Config::default());
    let id = bench.id();
    bench.assign("a");
    bench.input(Input::Drain);
    bench.assign("b");
    bench.lose(1006, false);
    bench.register();
    bench.input(Input::Drain);
    assert_eq!(bench.id(), id);
    bench.sent.clear();
    let token = bench.succeed(&json!(1));
    assert_eq!(bench.only()["data"]["task_id"], "a");
    bench.written(token);
    assert!(bench.driver.jobs().is_empty());
    bench.input(Input::Goodbye);
    assert_eq!(bench.only()["data"]["task_id"], "b");
}

#[test]
fn what_cannot_be_sent_now_is_kept() {
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    let token = bench.succeed(&json!(1));
    let failed = |kind| Input::Failed {
        tag: Tag(token.as_u64()),
        error: Error::new(kind, "send", "no").temporary(),
    };
    bench.input(failed(ErrorKind::Disconnected));
    assert_eq!((bench.requeued.len(), bench.reconnects), (1, 0));
    bench.offer_again();
    // The queue is full: only a new connection gets it out.
    bench.input(failed(ErrorKind::TooLarge));
    assert_eq!((bench.requeued.len(), bench.reconnects), (1, 1));
    bench.input(Input::Failed { tag: REGISTER, error: Error::new(ErrorKind::Io, "send", "no") });
    assert_eq!(bench.reconnects, 2);
}

#[test]
fn an_outcome_that_the_session_dropped_is_forgotten() {
    let mut bench = Bench::ready(Config::default());
    bench.assign("a");
    let (token, _) = bench.jobs.pop().unwrap();
    bench.input(Input::Dropped { token });
    assert_eq!(bench.driver.protocol.in_flight(), 0);
    let outcome = Err(JobError::failed("late"));
    bench.outcome(token, outcome);
    assert_eq!(bench.settled.len(), 1);
}
