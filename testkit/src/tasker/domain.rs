//! Domain events (Tasker sheet, section 9).

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::definition::{Condition, Delivery, EventDeclaration};
use super::event::StepEvent;
use super::log::Event;
use super::orchestrator::Orchestrator;
use super::result::StepResult;
use super::schema;
use super::time::{Micros, zulu};

/// Who fires what templates declare.
const DEFAULT_PUBLISHER: &str = "DefaultDomainEventPublisher";

/// A domain event that was published. Broadcast makes two: one for the queue, one for the bus.
#[derive(Clone, Debug)]
pub struct DomainEvent {
    /// Its name.
    pub name: String,
    /// [`Delivery::Durable`] for one in the queue, [`Delivery::Fast`] for one on the bus.
    pub delivery: Delivery,
    /// The step that it is about.
    pub step_uuid: Option<Uuid>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Declared { id: Uuid, step: Arc<StepEvent>, result: Arc<StepResult>, fired_at: Micros },
    Direct(Arc<Value>),
}

impl DomainEvent {
    /// The event as it is sent.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.body {
            Body::Direct(json) => Value::clone(json),
            Body::Declared { id, step, result, fired_at } => json!({
                "event_id": id.to_string(),
                "event_name": self.name,
                "event_version": "1.0",
                "payload": {
                    "task_sequence_step": step.task_sequence_step(),
                    "execution_result": result.to_json(),
                    "payload": result.result,
                },
                "metadata": {
                    "task_uuid": step.task_uuid.to_string(),
                    "step_uuid": step.step_uuid.to_string(),
                    "step_name": step.step_name(),
                    "namespace": step.sequence.task.namespace_name,
                    "correlation_id": step.sequence.task.task.correlation_id.to_string(),
                    "fired_at": zulu(*fired_at),
                    "fired_by": DEFAULT_PUBLISHER,
                },
            }),
        }
    }
}

impl Orchestrator {
    /// After an accepted answer: publishes what the step's template declares.
    pub(crate) fn publish_declared(&mut self, step: &StepEvent, result: &Arc<StepResult>) {
        let definition = Arc::clone(&step.sequence.step_definition);
        if definition.publishes_events.is_empty() {
            return;
        }
        let step = Arc::new(step.clone());
        for declaration in &definition.publishes_events {
            if !self.wanted(declaration, result) {
                continue;
            }
            let name = &declaration.name;
            if let Err(reason) = schema::check(&declaration.schema, &result.result) {
                self.log.push(Event::Unpublished { name: name.clone(), reason });
                continue;
            }
            let id = step.step_uuid;
            for delivery in ways(declaration.delivery_mode) {
                let body = Body::Declared {
                    id: self.ids.ordered(self.now),
                    step: Arc::clone(&step),
                    result: Arc::clone(result),
                    fired_at: self.now,
                };
                self.keep(DomainEvent { name: name.clone(), delivery, step_uuid: Some(id), body });
            }
        }
    }

    fn wanted(&self, declaration: &EventDeclaration, result: &StepResult) -> bool {
        let retryable = result.metadata.retryable;
        match declaration.condition {
            Condition::Success => result.success,
            Condition::Failure => !result.success,
            Condition::Always => true,
            // Upstream asks without saying whether the failure is retryable, and so never fires.
            Condition::RetryableFailure => {
                self.config.failure_conditions && !result.success && retryable
            }
            Condition::PermanentFailure => {
                self.config.failure_conditions && !result.success && !retryable
            }
        }
    }

    /// Publishes an event of a worker's own, as it is.
    ///
    /// # Errors
    ///
    /// When it has no member `event_name`.
    pub fn publish(&mut self, event: Value, mode: Delivery) -> Result<(), String> {
        let name = event.get("event_name").and_then(Value::as_str);
        let name = name.ok_or("a domain event without `event_name`")?.to_owned();
        let step = event.pointer("/metadata/step_uuid").and_then(Value::as_str);
        let step_uuid = step.and_then(|text| text.parse().ok());
        let body = Body::Direct(Arc::new(event));
        for delivery in ways(mode) {
            let (name, body) = (name.clone(), body.clone());
            self.keep(DomainEvent { name, delivery, step_uuid, body });
        }
        Ok(())
    }

    fn keep(&mut self, event: DomainEvent) {
        self.log.push(Event::Published {
            name: event.name.clone(),
            mode: event.delivery,
            step: event.step_uuid,
        });
        let limit = self.config.limits.domain_events.max(1);
        let push = |ring: &mut VecDeque<DomainEvent>, event| {
            if ring.len() >= limit {
                ring.pop_front();
            }
            ring.push_back(event);
        };
        if event.delivery == Delivery::Fast {
            push(&mut self.bus, event.clone());
        }
        push(&mut self.published, event);
    }

    /// The domain events of both ways, the oldest that is kept first.
    pub fn domain_events(&self) -> impl Iterator<Item = &DomainEvent> {
        self.published.iter()
    }

    /// Takes the next event from the in-process bus. Who is slow loses the oldest, as upstream.
    pub fn poll_bus(&mut self) -> Option<DomainEvent> {
        self.bus.pop_front()
    }
}

fn ways(mode: Delivery) -> impl Iterator<Item = Delivery> {
    let durable = (mode != Delivery::Fast).then_some(Delivery::Durable);
    let fast = (mode != Delivery::Durable).then_some(Delivery::Fast);
    durable.into_iter().chain(fast)
}
