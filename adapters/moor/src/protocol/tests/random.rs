//! Whatever happens in whatever order: every accepted job is settled once (the driver panics
//! otherwise), and nothing is left behind.

use super::*;

use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Ping,
    Request(u8),
    Foreign,
    Finish(u8),
    FailJob(u8),
    Reply(u8, u8),
    NoReply(u8),
    Garbage(Vec<u8>),
    GarbageReply(u8, Vec<u8>),
    Wait(u16),
    Lose,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Ping),
        6 => any::<u8>().prop_map(Step::Request),
        1 => Just(Step::Foreign),
        6 => any::<u8>().prop_map(Step::Finish),
        2 => any::<u8>().prop_map(Step::FailJob),
        8 => any::<(u8, u8)>().prop_map(|(at, kind)| Step::Reply(at, kind)),
        2 => any::<u8>().prop_map(Step::NoReply),
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Step::Garbage),
        1 => (any::<u8>(), proptest::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(at, bytes)| Step::GarbageReply(at, bytes)),
        3 => (0..20_000_u16).prop_map(Step::Wait),
        1 => Just(Step::Lose),
    ]
}

/// What a session and a daemon remember.
#[derive(Default)]
struct World {
    open: Vec<(Tag, Said)>,
    jobs: Vec<(Token, IncomingJob)>,
    requeued: Vec<Token>,
    next: u128,
}

impl World {
    fn take_in(&mut self, actions: Actions) {
        self.open.extend(sent(&actions));
        for action in actions {
            match action {
                Action::Job(token, job) => self.jobs.push((token, job)),
                Action::Requeue(token, _) => self.requeued.push(token),
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_order_of_events_breaks_a_promise(steps in proptest::collection::vec(step(), 1..120)) {
        let mut bench = bench(&["echo", "math"]);
        let mut world = World::default();
        bench.register();
        for step in steps {
            let ids: Vec<_> = bench.driver.protocol.worker_ids().collect();
            let actions = match step {
                Step::Ping => bench.broadcast(ping()),
                Step::Request(at) => {
                    world.next += 1;
                    let id = ids[usize::from(at) % ids.len()];
                    bench.broadcast(request(id, Uuid::from_u128(world.next), vec![text("x")], 0))
                }
                Step::Foreign => {
                    bench.broadcast(request(Uuid::from_u128(1), Uuid::from_u128(2), vec![], 0))
                }
                Step::Finish(at) | Step::FailJob(at) if !world.jobs.is_empty() => {
                    let at = usize::from(at) % world.jobs.len();
                    let (token, job) = world.jobs.remove(at);
                    if matches!(step, Step::Finish(_)) {
                        bench.finish(token, &job, "done")
                    } else {
                        bench.driver.outcome(token, Err(failed_job("no")))
                    }
                }
                Step::Reply(at, kind) if !world.open.is_empty() => {
                    let at = usize::from(at) % world.open.len();
                    let (tag, _) = world.open.remove(at);
                    let reply = match kind % 8 {
                        0 => attached(ids[0]),
                        1 => invalid("no"),
                        2 => unknown(Uuid::from_u128(1)),
                        3 => not_registered(ids[0]),
                        _ => ack(),
                    };
                    bench.reply(tag, reply)
                }
                Step::NoReply(at) if !world.open.is_empty() => {
                    let at = usize::from(at) % world.open.len();
                    let (tag, _) = world.open.remove(at);
                    bench.fail(tag)
                }
                Step::Garbage(bytes) => {
                    bench.raw(vec![Bytes::from_static(wire::TOPIC), bytes.into()])
                }
                Step::GarbageReply(at, bytes) if !world.open.is_empty() => {
                    let at = usize::from(at) % world.open.len();
                    let (tag, _) = world.open.remove(at);
                    let message = Frames(vec![bytes.into()]);
                    bench.driver.handle(Input::Reply { tag, message })
                }
                Step::Wait(millis) => bench.advance(Duration::from_millis(millis.into())),
                Step::Lose => {
                    world.open.clear();
                    let lost = bench.disconnect();
                    world.take_in(lost);
                    bench.register();
                    let mut actions = Vec::new();
                    for token in std::mem::take(&mut world.requeued) {
                        actions.extend(bench.driver.outcome(token, Err(failed_job("again"))));
                    }
                    actions
                }
                _ => continue,
            };
            world.take_in(actions);
        }
        // Let everything end: answer what is open, until nothing is.
        bench.disconnect().into_iter().for_each(|action| if let Action::Requeue(token, _) = action {
            world.requeued.push(token);
        });
        world.open.clear();
        bench.register();
        let running = std::mem::take(&mut world.jobs);
        let rest = running.into_iter().map(|(token, _)| token).chain(std::mem::take(&mut world.requeued));
        for token in rest.collect::<Vec<_>>() {
            let actions = bench.driver.outcome(token, Err(failed_job("end")));
            world.take_in(actions);
        }
        for _ in 0..1000 {
            let Some((tag, _)) = world.open.pop() else { break };
            let actions = bench.reply(tag, ack());
            world.take_in(actions);
        }
        prop_assert!(bench.driver.jobs().is_empty(), "{:?}", bench.driver.protocol);
        prop_assert!(bench.driver.protocol.jobs.is_empty());
        prop_assert!(bench.driver.protocol.leaving.is_empty());
    }
}
