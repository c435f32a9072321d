use journeyman_core::{Error, ErrorKind, protocol::Protocol};

use super::{events::event, *};
use crate::{
    channel::ChannelMetrics,
    protocol::{LAST_LOOK, SWEEP},
};

fn looks(bench: &mut Bench) -> usize {
    let count = bench.sent.iter().filter(|(_, m)| *m == ChannelMessage::Look).count();
    bench.sent.retain(|(_, message)| *message != ChannelMessage::Look);
    count
}

fn deaf() -> Rules {
    Rules { wakes: false, ..Rules::default() }
}

#[test]
fn a_channel_that_wakes_us_is_looked_at_now_and_then() {
    let mut bench = Bench::new(Config::default());
    bench.advance(Duration::from_millis(9900));
    assert_eq!(looks(&mut bench), 9);
    let mut never = Bench::new(Config::default().fallback_poll(Duration::ZERO));
    never.advance(Duration::from_secs(10));
    assert_eq!(looks(&mut never), 0);
}

#[test]
fn a_channel_that_does_not_is_looked_at_less_and_less_often() {
    let mut bench = Bench::on(Config::default(), deaf());
    bench.advance(Duration::from_millis(63));
    // After 1, 3, 7, 15, 31 and 63 ms.
    assert_eq!(looks(&mut bench), 6);
    bench.advance(Duration::from_secs(1));
    assert_eq!(looks(&mut bench), 20, "every 50 ms");
    // A step: more may follow.
    bench.step(&event(1, "gv.add"));
    bench.advance(Duration::from_millis(15));
    assert_eq!(looks(&mut bench), 4);
}

#[test]
fn old_steps_are_cleaned_up_and_shown_by_a_timer() {
    let mut bench = Bench::new(Config::default().starvation_threshold(Duration::from_secs(2)));
    let (token, _) = bench.job(&event(1, "gv.add"));
    bench.advance(Duration::from_millis(1500));
    let sweeps = |bench: &Bench| {
        bench.sent.iter().filter(|sent| **sent == (Some(SWEEP), ChannelMessage::Sweep)).count()
    };
    assert_eq!(sweeps(&bench), 1);
    assert_eq!(bench.stats().oldest_pending, Some(Duration::from_secs(1)));
    // No second one before the answer to the first.
    bench.advance(Duration::from_secs(2));
    assert_eq!(sweeps(&bench), 1);
    let stats = bench.stats();
    assert_eq!((stats.pending, stats.starving, stats.starved), (1, 1, 1));
    assert_eq!(stats.oldest_event, Some(events::id(0x1001, 1)));
    let metrics = ChannelMetrics { pending_count: 1, ..ChannelMetrics::default() };
    let message = ChannelMessage::Swept { timed_out: 2, metrics: metrics.clone() };
    bench.input(Input::Reply { tag: SWEEP, message });
    bench.advance(Duration::from_secs(1));
    assert_eq!(sweeps(&bench), 2);
    let stats = bench.stats();
    // Told once of each step.
    assert_eq!((stats.timed_out, stats.starved, stats.channel), (2, 1, metrics));
    bench.input(Input::Failed { tag: SWEEP, error: Error::new(ErrorKind::TooLarge, "send", "no") });
    bench.advance(Duration::from_secs(1));
    assert_eq!(sweeps(&bench), 3);
    bench.sent.clear();
    bench.fail(token, JobError::failed("x"));
    bench.answered(token, true);
    let stats = bench.stats();
    assert_eq!((stats.pending, stats.starving, stats.oldest_pending), (0, 0, None));
}

#[test]
fn answers_outlive_the_channel() {
    let mut bench = Bench::new(Config::default());
    let (sent, job) = bench.job(&event(1, "gv.add"));
    let (running, _) = bench.job(&event(2, "gv.add"));
    bench.succeed(sent, &job, &json!(1));
    bench.lose();
    // It is on its way still: a second one would only be refused.
    assert_eq!((bench.requeued.len(), bench.settled.len()), (0, 0));
    assert_eq!(bench.driver.protocol.next_deadline(), None);
    bench.input(Input::Connected);
    assert_eq!((bench.ready, bench.driver.protocol.pending()), (2, 2));
    bench.answered(sent, true);
    assert_eq!(bench.settled, [(sent, Settlement::Written)]);
    bench.input(Input::Dropped { token: running });
    assert_eq!(bench.driver.protocol.pending(), 0);
}

#[test]
fn an_answer_that_cannot_be_sent_is_tried_again() {
    let mut bench = Bench::new(Config::default());
    let (token, job) = bench.job(&event(1, "gv.add"));
    bench.succeed(token, &job, &json!(1));
    let tag = Tag(token.as_u64());
    bench.input(Input::Failed { tag, error: Error::new(ErrorKind::Disconnected, "send", "x") });
    assert_eq!((bench.requeued.len(), bench.reconnects), (1, 0));
    let (token, outcome) = bench.requeued.pop().unwrap();
    bench.outcome(token, outcome);
    bench.input(Input::Failed { tag, error: Error::new(ErrorKind::TooLarge, "send", "x") });
    assert_eq!((bench.requeued.len(), bench.reconnects), (1, 1));
    // What is not known is nothing.
    bench
        .input(Input::Failed { tag: Tag(77), error: Error::new(ErrorKind::TooLarge, "send", "x") });
    assert_eq!(bench.requeued.len(), 1);
}

#[test]
fn the_end_waits_for_what_was_claimed() {
    let mut bench = Bench::new(Config::default());
    bench.input(Input::Drain);
    assert_eq!(bench.sent.pop(), Some((None, ChannelMessage::StopTaking)));
    bench.input(Input::Goodbye);
    assert_eq!(bench.sent.pop(), Some((Some(LAST_LOOK), ChannelMessage::Look)));
    assert!(!bench.closed);
    // One was in the channel still; the session refuses it.
    let (token, _) = bench.job(&event(1, "gv.add"));
    let result = bench.fail(token, JobError::cancelled("the worker stops").temporary());
    assert!(result.metadata.retryable);
    bench.input(Input::Sent { tag: LAST_LOOK });
    assert!(!bench.closed);
    bench.answered(token, true);
    assert!(bench.closed);
    let mut idle = Bench::new(Config::default());
    idle.input(Input::Sent { tag: LAST_LOOK });
    assert!(!idle.closed);
    idle.input(Input::Goodbye);
    idle.input(Input::Failed {
        tag: LAST_LOOK,
        error: Error::new(ErrorKind::Disconnected, "send", "x"),
    });
    assert!(idle.closed);
}
