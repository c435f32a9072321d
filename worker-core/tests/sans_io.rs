//! A protocol without a session: what tests with golden vectors and fuzzers build on.

#![allow(clippy::unwrap_used)]

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use journeyman_core::{
    Error, JobError, Value,
    job::{CancelReason, Completion, ValueCodec},
    protocol::{Action, Cx, IncomingJob, Input, Protocol, Settlement},
    sans_io::Driver,
    transport::{Lane, Tag},
};

/// Takes job ids, answers with the id and how it went, and says hello every ten seconds.
struct Tiny {
    next: Option<Instant>,
    /// Settles each job so often; 1 is right.
    settles: usize,
}

impl Protocol for Tiny {
    type Target = ();
    type Message = String;

    fn target(&mut self, _now: SystemTime) -> Result<(), Error> {
        Ok(())
    }

    fn handle(&mut self, cx: &mut Cx<'_, String>, input: Input<String>) {
        match input {
            Input::Connected | Input::Deadline => {
                if matches!(input, Input::Connected) {
                    cx.ready();
                }
                let wall = cx.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap();
                cx.send(Lane::MAIN, None, format!("hello at {}", wall.as_secs()));
                self.next = Some(cx.now() + Duration::from_secs(10));
            }
            Input::Received { message, .. } => match message.strip_prefix("stop ") {
                Some(id) => {
                    if let Some(token) = cx.find(id) {
                        cx.cancel(token, CancelReason::Server);
                    }
                }
                None => {
                    let codec = Arc::new(ValueCodec);
                    cx.accept(IncomingJob::new(message, "work", Value::Null, codec));
                }
            },
            Input::Outcome { token, outcome } => {
                let word = if outcome.is_ok() { "done" } else { "failed" };
                cx.send(Lane::MAIN, Some(Tag(token.as_u64())), word.to_owned());
                for _ in 0..self.settles {
                    cx.settled(token, Settlement::Written);
                }
            }
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.next
    }
}

fn driver(settles: usize) -> Driver<Tiny> {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    Driver::new(Tiny { next: None, settles }, wall, 7)
}

fn receive(driver: &mut Driver<Tiny>, text: &str) -> Vec<Action<String>> {
    driver.handle(Input::Received { lane: Lane::MAIN, message: text.to_owned() })
}

fn sent(actions: &[Action<String>]) -> Vec<&str> {
    let messages = actions.iter().filter_map(|action| match action {
        Action::Send { message, .. } => Some(message.as_str()),
        _ => None,
    });
    messages.collect()
}

#[test]
fn time_passes_only_when_it_is_told_to() {
    let mut driver = driver(1);
    let actions = driver.handle(Input::Connected);
    assert!(matches!(actions[0], Action::Ready));
    assert_eq!(sent(&actions), ["hello at 1000"]);
    assert_eq!(sent(&driver.advance(Duration::from_secs(9))), Vec::<&str>::new());
    let actions = driver.advance(Duration::from_secs(21));
    assert_eq!(sent(&actions), ["hello at 1010", "hello at 1020", "hello at 1030"]);
}

#[test]
fn jobs_are_accepted_merged_found_and_ended() {
    let mut driver = driver(1);
    driver.handle(Input::Connected);
    let actions = receive(&mut driver, "a");
    let [Action::Job(token, job)] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(&*job.id, "a");
    let token = *token;
    let again = receive(&mut driver, "a");
    assert!(matches!(&again[..], [Action::Merged(merged)] if *merged == token));
    let stop = receive(&mut driver, "stop a");
    assert!(matches!(&stop[..], [Action::Cancel(found, _)] if *found == token));
    assert_eq!(driver.jobs().len(), 1);
    let actions = driver.outcome(token, Ok(Completion::default()));
    assert_eq!(sent(&actions), ["done"]);
    assert!(driver.jobs().is_empty());
    assert!(receive(&mut driver, "stop a").is_empty(), "it has ended");
    let actions = receive(&mut driver, "a");
    let [Action::Job(retry, _)] = &actions[..] else { panic!("{actions:?}") };
    assert_ne!(*retry, token, "after its end, the same id is a new job");
    let retry = *retry;
    assert_eq!(sent(&driver.outcome(retry, Err(JobError::failed("no")))), ["failed"]);
}

#[test]
#[should_panic = "twice or without an outcome"]
fn a_protocol_that_settles_twice_is_caught() {
    let mut driver = driver(2);
    driver.handle(Input::Connected);
    let actions = receive(&mut driver, "a");
    let [Action::Job(token, _)] = &actions[..] else { panic!("{actions:?}") };
    let token = *token;
    driver.outcome(token, Ok(Completion::default()));
}
