//! Acknowledging when the work is done: at least once, and not twice where it can be helped.

use super::*;
use crate::Flushed;

fn once(payload: &str) -> Spec {
    Spec::new("halloween/fogger/cmd", payload).qos(1)
}

#[test]
fn a_command_is_acknowledged_when_its_result_is_out() {
    let mut bench = bench_with(keeping()).ready();
    assert_eq!(bench.deliver(once("echo 1")), [Did::Job("echo".to_owned())]);
    assert_eq!(bench.jobs[0].1.redelivered, Some(false));
    assert_eq!(bench.finish(1), [publish("telemetry/echo", "1")]);
    assert_eq!(bench.sent(), [Did::Ack, Did::Settled(Settlement::Written)]);
    // Without a result the acknowledgement is all there is to say.
    bench.deliver(once("echo 2"));
    assert_eq!(bench.finish(()), [Did::Ack]);
    assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
    // An error ends a command, too.
    bench.deliver(once("echo 3"));
    bench.fail(JobError::failed("x"));
    assert_eq!(bench.sent(), [Did::Ack, Did::Settled(Settlement::Written)]);
}

#[test]
fn what_is_no_job_is_acknowledged_at_once() {
    let mut bench = bench_with(keeping()).ready();
    for (spec, said) in
        [(once(""), 1), (once("echo old").retain(), 1), (once(&"x".repeat(2000)), 1)]
    {
        let did = bench.deliver(spec);
        assert_eq!((did.len(), did.last()), (said + 1, Some(&Did::Ack)), "{did:?}");
    }
    let did = bench.deliver(Spec::new("halloween/other/cmd", "x").qos(1));
    assert_eq!(did, [Did::Ack, Did::Ignored]);
}

#[test]
fn a_command_in_work_that_comes_again_is_not_run_twice() {
    let mut bench = bench_with(keeping()).ready();
    bench.deliver(once("echo 1"));
    bench.deliver(once("echo 1"));
    bench.lose();
    // The broker delivers both again as soon as we are back.
    bench.connect();
    bench.receive(broker::connack(0));
    assert_eq!(bench.deliver(once("echo 1").dup()), []);
    assert_eq!(bench.deliver(once("echo 1").dup()), []);
    assert_eq!(bench.deliver(once("echo 2").dup()), [Did::Job("echo".to_owned())], "a third one");
    assert_eq!(bench.jobs.remove(2).1.redelivered, Some(true));
    bench.grant();
    bench.sent();
    bench.sent();
    for _ in 0..2 {
        assert_eq!(bench.finish(()), [Did::Ack]);
        assert_eq!(bench.sent(), [Did::Settled(Settlement::Written)]);
    }
}

#[test]
fn an_outcome_on_its_way_is_offered_again() {
    let mut bench = bench_with(keeping()).ready();
    bench.deliver(once("echo 1"));
    let (token, _) = bench.jobs[0];
    bench.finish(7);
    assert_eq!(bench.lose(), [Did::Requeue]);
    bench.connect();
    assert_eq!(bench.deliver(once("echo 1").dup()), [], "it is done already");
    bench.grant();
    bench.sent();
    bench.sent();
    let body = journeyman_core::job::Body::Bytes("7".into());
    let did = bench.end(token, Ok(Completion { body, ..Completion::default() }));
    assert_eq!(did, [publish("telemetry/echo", "7")]);
    assert_eq!(bench.sent(), [Did::Ack, Did::Settled(Settlement::Written)]);
    assert!(bench.driver.protocol.jobs.is_empty());
}

#[test]
fn without_a_second_delivery_there_is_nothing_to_acknowledge() {
    let mut bench = bench_with(keeping()).ready();
    bench.deliver(once("echo 1"));
    bench.lose();
    bench.register();
    assert_eq!(bench.finish(()), [Did::Settled(Settlement::Written)]);
}

#[test]
fn what_is_given_back_stays_with_the_broker() {
    let mut bench = bench_with(keeping()).ready();
    bench.deliver(once("echo 1"));
    assert_eq!(bench.handle(Input::Drain), [], "the broker goes on keeping commands for us");
    assert_eq!(bench.deliver(once("echo 2")), [], "not acknowledged: for the next start");
    let did = bench.fail(JobError::handed_back("the worker stops"));
    assert_eq!(did, [Did::Settled(Settlement::Written)]);
    // With QoS 0 nothing can be given back.
    let mut bench = bench_with(keeping()).ready();
    bench.command("echo 1");
    let did = bench.fail(JobError::handed_back("the worker stops"));
    assert_eq!(did, [publish("status/error", "CancelledError: the worker stops")]);
}

#[test]
fn what_is_given_back_by_a_prop_that_goes_on_has_failed() {
    let mut bench = bench_with(keeping()).ready();
    bench.deliver(once("echo 1"));
    assert_eq!(bench.fail(JobError::handed_back("later")), [Did::Settled(Settlement::Written)]);
    assert_eq!(bench.advance(4), [], "it may be about to stop");
    // Else those behind it would wait for ever.
    let failed = [publish("status/error", "CancelledError: later"), Did::Ack];
    assert_eq!(bench.advance(1), failed);
    // Neither after the connection is lost: then the broker delivers it again.
    bench.deliver(once("echo 2"));
    bench.fail(JobError::handed_back("later"));
    bench.lose();
    bench.register();
    assert_eq!(bench.advance(10), []);
    // Nor when it stops.
    bench.deliver(once("echo 3"));
    bench.fail(JobError::handed_back("later"));
    let guard = Arc::new(());
    bench.tell(PropCommand::Leave(Flushed::new(Arc::clone(&guard))));
    assert_eq!(Arc::strong_count(&guard), 1);
    assert_eq!(bench.advance(10), []);
}

#[test]
fn an_acknowledgement_that_comes_too_late_is_no_settlement() {
    let mut bench = bench_with(keeping()).ready();
    bench.deliver(once("echo 1"));
    bench.finish(());
    let did = bench.failed(ErrorKind::PeerMisbehaved);
    let dropped = journeyman_core::protocol::DropReason::ConnectionLost;
    assert_eq!(did, [Did::Settled(Settlement::Dropped(dropped))]);
}
