//! What happens after a result was taken: the events that the template declares.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use tasker_shared::{
    events::domain_events::DomainEventPublisher, messaging::StepExecutionResult,
    types::base::TaskSequenceStep,
};
use tasker_worker::worker::{
    DomainEventCallback, EventRouter, PostHandlerCallback, StepEventContext, StepEventPublisher,
    StepEventPublisherRegistry, step_event_publisher::PublishResult,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// How long the events of one step may take, as upstream's.
const LIMIT: Duration = Duration::from_secs(5);

/// Steps whose events are published at a time.
const AT_A_TIME: u32 = 256;

/// The name that upstream's own has: it is in every event (Tasker sheet, section 9).
const NAME: &str = "DefaultDomainEventPublisher";

/// Publishes what the template declares, beside the way of the result: upstream awaits it there.
#[derive(Debug)]
pub(crate) struct Callback {
    declared: Arc<DomainEventCallback>,
    upstream: Handle,
    places: Arc<Semaphore>,
}

impl Callback {
    pub(crate) fn new(
        publisher: Arc<DomainEventPublisher>,
        router: Arc<EventRouter>,
        upstream: Handle,
    ) -> Self {
        let declared = Declared { publisher, router };
        let registry = StepEventPublisherRegistry::with_default(declared);
        let registry = Arc::new(tokio::sync::RwLock::new(registry));
        Self {
            declared: Arc::new(DomainEventCallback::new(registry)),
            upstream,
            places: Arc::new(Semaphore::new(AT_A_TIME as usize)),
        }
    }

    /// To wait for the events that are on their way.
    pub(crate) fn places(&self) -> Places {
        Places(Arc::clone(&self.places))
    }
}

/// Tells when no event is on its way.
#[derive(Debug)]
pub(crate) struct Places(Arc<Semaphore>);

impl Places {
    /// Waits for the last event, at most for `limit`.
    pub(crate) async fn all_free(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.0.acquire_many(AT_A_TIME)).await.is_ok()
    }
}

#[async_trait]
impl PostHandlerCallback for Callback {
    async fn on_handler_complete(
        &self,
        step: &TaskSequenceStep,
        result: &StepExecutionResult,
        worker_id: &str,
    ) {
        if step.step_definition.publishes_events.is_empty() {
            return;
        }
        // With all places taken the result waits, which slows down what makes new events.
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
        let declared = Arc::clone(&self.declared);
        let (step, result, worker_id) = (step.clone(), result.clone(), worker_id.to_owned());
        self.upstream.spawn(async move {
            let _place: OwnedSemaphorePermit = place;
            let publishing = declared.on_handler_complete(&step, &result, &worker_id);
            if tokio::time::timeout(LIMIT, publishing).await.is_err() {
                let step = &step.workflow_step.name;
                tracing::error!(step, "its domain events were not published within {LIMIT:?}");
            }
        });
    }

    fn name(&self) -> &str {
        "journeyman"
    }
}

/// Upstream's default publisher, with the difference that it knows whether a failure is for good:
/// events with the conditions `retryable_failure` and `permanent_failure` are never published by
/// upstream's (Tasker sheet, section 9).
struct Declared {
    publisher: Arc<DomainEventPublisher>,
    router: Arc<EventRouter>,
}

impl fmt::Debug for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Declared").finish_non_exhaustive()
    }
}

/// Whether a failure of a step is tried again; `None` after a success.
fn retryability(context: &StepEventContext) -> Option<bool> {
    if context.step_succeeded() {
        return None;
    }
    let step = &context.task_sequence_step.workflow_step;
    // The row is as it was before this attempt (Tasker sheet, section 5).
    let attempt = step.attempts.unwrap_or(0) + 1;
    let has_more = step.max_attempts.is_none_or(|most| attempt < most);
    Some(context.execution_result.metadata.retryable && has_more)
}

#[async_trait]
impl StepEventPublisher for Declared {
    fn name(&self) -> &str {
        NAME
    }

    fn domain_publisher(&self) -> &Arc<DomainEventPublisher> {
        &self.publisher
    }

    fn event_router(&self) -> Option<Arc<EventRouter>> {
        Some(Arc::clone(&self.router))
    }

    async fn publish(&self, context: &StepEventContext) -> PublishResult {
        let mut published = PublishResult::new();
        let is_retryable = retryability(context);
        for event in context.declared_events() {
            if !event.should_publish_with_retryability(context.step_succeeded(), is_retryable) {
                published.skipped.push(event.name.clone());
                continue;
            }
            let payload = context.execution_result.result.clone();
            if let Err(problem) = event.validate_payload(&payload) {
                published.errors.push(format!("{}: its schema refuses: {problem}", event.name));
                continue;
            }
            let sent = self.publish_event_with_delivery_mode(
                context,
                &event.name,
                payload,
                event.delivery_mode,
            );
            match sent.await {
                Ok(id) => published.published.push(id),
                Err(error) => published.errors.push(format!("{}: {error}", event.name)),
            }
        }
        published
    }
}
