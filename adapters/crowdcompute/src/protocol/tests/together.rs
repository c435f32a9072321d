//! Registrations of one worker that were cut off together.

use super::*;

fn registered(config: Config) -> Vec<Bench> {
    let mut benches = Bench::all_of(&CrowdWorker::new(config.worker_id("w")));
    for bench in &mut benches {
        bench.register();
        assert_eq!(bench.ready, 1);
        bench.sent.clear();
    }
    benches
}

fn three() -> Vec<Bench> {
    registered(Config::default().max_concurrent_tasks(3))
}

fn lose_all(benches: &mut [Bench]) {
    for bench in benches {
        bench.lose(1006, false);
    }
}

#[test]
fn who_is_back_first_holds_its_answers_until_the_others_are_back() {
    let mut benches = three();
    benches[0].assign("a");
    benches[1].assign("b");
    lose_all(&mut benches);
    benches[0].register();
    benches[0].advance(1900);
    // Registered, which frees nobody; but no answer leaves.
    assert_eq!(benches[0].sent[0].1["type"], "worker_ready");
    assert_eq!(benches[0].ready, 1);
    benches[1].register();
    assert_eq!(benches[1].ready, 2);
    benches[0].advance(5);
    assert_eq!(benches[0].ready, 2);
}

#[test]
fn one_with_nothing_in_hand_registers_after_those_with_a_task() {
    let mut benches = three();
    benches[0].assign("a");
    lose_all(&mut benches);
    benches[2].input(Input::Connected);
    benches[2].advance(100);
    assert!(benches[2].sent.is_empty());
    benches[0].register();
    assert_eq!(benches[0].ready, 2, "nobody else has anything in hand");
    benches[2].advance(5);
    assert_eq!(benches[2].sent[0].1["type"], "worker_ready");
    benches[2].input(Input::Sent { tag: REGISTER });
    benches[2].input(Input::Alive);
    assert_eq!(benches[2].ready, 2);
}

#[test]
fn nobody_waits_for_ever() {
    let mut benches = three();
    benches[0].assign("a");
    benches[1].assign("b");
    lose_all(&mut benches);
    benches[2].input(Input::Connected);
    benches[0].register();
    for _ in 0..399 {
        benches[0].advance(5);
        benches[2].advance(5);
    }
    assert_eq!((benches[0].ready, benches[2].sent.len()), (1, 0));
    benches[0].advance(5);
    benches[2].advance(5);
    assert_eq!((benches[0].ready, benches[2].sent.len()), (2, 2));
}

#[test]
fn who_gets_a_task_waits_no_longer() {
    let mut benches = three();
    benches[0].assign("a");
    benches[1].assign("b");
    lose_all(&mut benches);
    benches[0].register();
    benches[0].assign("c");
    assert_eq!((benches[0].ready, benches[0].jobs.len()), (2, 2));
}

#[test]
fn a_task_that_ended_meanwhile_needs_its_id_too() {
    let mut benches = three();
    benches[0].assign("a");
    benches[1].assign("b");
    let sent = benches[1].succeed(&json!(1));
    benches[1].written(sent);
    lose_all(&mut benches);
    benches[0].register();
    assert_eq!(benches[0].ready, 1, "it may be lost, and is sent again");
    // It is dropped: nothing is waited for.
    benches[1].input(Input::Dropped { token: sent });
    benches[0].advance(5);
    assert_eq!(benches[0].ready, 2);
}

#[test]
fn a_foreman_of_the_seed_takes_nothing_back() {
    let mut benches = registered(Config::default().era(EraSetting::Seed).max_concurrent_tasks(2));
    benches[0].assign("a");
    benches[1].assign("b");
    lose_all(&mut benches);
    benches[0].register();
    assert_eq!(benches[0].ready, 2);
}
