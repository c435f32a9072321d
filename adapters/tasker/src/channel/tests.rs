use std::{
    future::{pending, ready},
    task::{Context, Poll, Waker},
};

use journeyman_core::transport::{Event, Goodbye, Lane, Tag, Transport};

use super::{
    memory::{Answer, MemoryHost, Rules, channel},
    *,
};
use crate::protocol::tests::events;

fn step(number: u32) -> StepEvent {
    StepEvent::parse(&events::event(number, "gv.add").to_string()).unwrap()
}

fn poll<C: StepChannel>(transport: &mut ChannelTransport<C>) -> Option<Event<ChannelMessage>> {
    match transport.poll_event(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(event) => Some(event),
        Poll::Pending => None,
    }
}

/// Takes a step out of the transport, and its event's id.
fn take<C: StepChannel>(transport: &mut ChannelTransport<C>) -> Uuid {
    match poll(transport) {
        Some(Event::Received { message: ChannelMessage::Step(event), .. }) => event.event_id,
        other => panic!("no step: {other:?}"),
    }
}

fn complete(event_id: Uuid) -> ChannelMessage {
    let step_uuid = events::id(2, 1);
    let result = StepExecutionResult { step_uuid, ..StepExecutionResult::default() };
    ChannelMessage::Complete(event_id, Box::new(result))
}

fn send<C: StepChannel>(transport: &mut ChannelTransport<C>, tag: u64, message: ChannelMessage) {
    transport.send(Lane::MAIN, Some(Tag(tag)), message).unwrap();
}

async fn connected(rules: Rules) -> (ChannelTransport<memory::MemoryChannel>, MemoryHost) {
    let (end, host) = channel(rules);
    let mut transport = ChannelTransport::new(end);
    transport.connect(()).await.unwrap();
    (transport, host)
}

#[tokio::test]
async fn answers_that_were_begun_outlive_a_break() {
    let (mut transport, mut host) = connected(Rules { answers: 1, ..Rules::default() }).await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        host.try_dispatch(step(number)).unwrap();
        ids.push(take(&mut transport));
    }
    for (tag, id) in (1..).zip(&ids) {
        send(&mut transport, tag, complete(*id));
    }
    // The channel had room for one of them; that is reported, and then it breaks.
    host.break_channel().await;
    let first = poll(&mut transport);
    assert!(
        matches!(
            first,
            Some(Event::Reply { tag: Tag(1), message: ChannelMessage::Answered(true) })
        ),
        "{first:?}"
    );
    assert!(matches!(poll(&mut transport), Some(Event::Closed(_))));
    assert!(poll(&mut transport).is_none());
    let refused = transport.send(Lane::MAIN, Some(Tag(9)), complete(ids[0])).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Disconnected);
    transport.abort();
    transport.connect(()).await.unwrap();
    let mut told = vec![1];
    for id in ids {
        let Some(Answer::Completed { event_id, .. }) = host.answer().await else { panic!() };
        assert_eq!(event_id, id);
        if let Some(Event::Reply { tag, message: ChannelMessage::Answered(true) }) =
            poll(&mut transport)
        {
            told.push(tag.0);
        }
    }
    assert_eq!(told, [1, 2, 3]);
    // Nothing is left.
    assert!(poll(&mut transport).is_none());
    transport.close(Goodbye::default()).await;
    assert!(!host.is_connected());
}

/// A channel that always has a step, and takes no answer.
#[derive(Debug)]
struct Stuck(StepEvent);

impl StepChannel for Stuck {
    fn poll_step(&mut self, _: &mut Context<'_>) -> Poll<Taken> {
        Poll::Ready(Taken::Step(Box::new(self.0.clone())))
    }

    fn complete(
        &mut self,
        _: Uuid,
        _: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static {
        pending()
    }

    fn checkpoint(
        &mut self,
        _: Uuid,
        _: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static {
        ready(false)
    }

    fn metrics(&self) -> ChannelMetrics {
        ChannelMetrics::default()
    }
}

#[tokio::test]
async fn a_channel_that_takes_no_answers_ends_the_intake_not_the_memory() {
    let mut transport = ChannelTransport::new(Stuck(step(1)));
    transport.connect(()).await.unwrap();
    let mut taken = 0;
    while let Some(event) = poll(&mut transport) {
        let Event::Received { .. } = event else { panic!("{event:?}") };
        taken += 1;
        send(&mut transport, taken, complete(events::id(0x1001, 1)));
        // Outcomes stay with their jobs long before that.
        assert_eq!(transport.has_room(Lane::MAIN), taken < 1024);
        assert!(taken <= 20_000);
    }
    assert_eq!(taken, 16 * 1024);
    // What is answered at once is reported all the same.
    let data = CheckpointYieldData {
        step_uuid: events::id(2, 1),
        cursor: crate::Json::null(),
        items_processed: 0,
        accumulated_results: None,
    };
    send(&mut transport, 7, ChannelMessage::Checkpoint(events::id(0x1001, 1), Box::new(data)));
    let told = poll(&mut transport);
    assert!(
        matches!(
            told,
            Some(Event::Reply { tag: Tag(7), message: ChannelMessage::Answered(false) })
        ),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_stays_unanswered_is_failed_by_the_clean_up() {
    let rules = Rules { completion_timeout: Duration::ZERO, ..Rules::default() };
    let (mut transport, mut host) = connected(rules).await;
    host.try_dispatch(step(1)).unwrap();
    let event = take(&mut transport);
    send(&mut transport, 1, ChannelMessage::Sweep);
    let Some(Answer::Completed { event_id, result }) = host.answer().await else { panic!() };
    assert_eq!((event_id, result.step_uuid), (event, events::id(2, 1)));
    let error = result.error.unwrap();
    assert_eq!((&*error.message, error.retryable), ("FFI handler timed out after 0ms", true));
    assert_eq!(error.error_type.as_deref(), Some("ffi_timeout"));
    let told = poll(&mut transport);
    let Some(Event::Reply { message: ChannelMessage::Swept { timed_out, metrics }, .. }) = told
    else {
        panic!("{told:?}")
    };
    assert_eq!((timed_out, metrics), (1, ChannelMetrics::default()));
    // The answer comes too late.
    send(&mut transport, 2, complete(event));
    let told = poll(&mut transport);
    assert!(
        matches!(told, Some(Event::Reply { message: ChannelMessage::Answered(false), .. })),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_look_ends_when_there_is_no_step() {
    let (mut transport, host) = connected(Rules { wakes: false, ..Rules::default() }).await;
    host.try_dispatch(step(1)).unwrap();
    send(&mut transport, 5, ChannelMessage::Look);
    take(&mut transport);
    assert!(matches!(poll(&mut transport), Some(Event::Sent { tag: Tag(5) })));
    assert!(poll(&mut transport).is_none());
    // What only the channel says is refused.
    let odd = transport.send(Lane::MAIN, None, ChannelMessage::Answered(true)).unwrap_err();
    assert_eq!(odd.kind(), ErrorKind::Internal);
}

#[test]
fn ages_become_metrics() {
    let id = |n| events::id(9, n);
    let secs = Duration::from_secs;
    let metrics = ChannelMetrics::of(
        [(id(1), secs(1)), (id(2), secs(5)), (id(3), secs(11)), (id(4), secs(12))],
        secs(10),
    );
    assert_eq!((metrics.pending_count, metrics.starving_event_count), (4, 2));
    assert_eq!(metrics.oldest_pending_age_ms, Some(12_000));
    assert_eq!(metrics.newest_pending_age_ms, Some(1000));
    assert_eq!((metrics.oldest_event_id, metrics.starvation_detected), (Some(id(4)), true));
    assert_eq!(ChannelMetrics::of([], secs(10)), ChannelMetrics::default());
}
