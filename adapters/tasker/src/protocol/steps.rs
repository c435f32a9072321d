//! From a step event to a job.

use std::{sync::Arc, time::Duration};

use journeyman_core::{
    JobError,
    payload::Json as JsonPayload,
    protocol::{Cx, IncomingJob},
};
use uuid::Uuid;

use super::{FIRST_LOOK, MAIN, MARGIN, MAX_OTHERS, Step, Tasker};
use crate::{
    channel::ChannelMessage,
    codec::StepCodec,
    extract,
    outcome::{self, Times},
    wire::{StepEvent, UnreadableEvent},
};

impl Tasker {
    /// A step was taken: it counts as pending, and must be answered.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, ChannelMessage>, event: StepEvent) {
        self.look_every = FIRST_LOOK;
        self.look_again(cx.now());
        self.monitor.update(|stats| stats.taken += 1);
        if let Err(problem) = event.check() {
            let unusable = UnreadableEvent {
                event_id: Some(event.event_id),
                step_uuid: Some(event.step_uuid),
                problem,
            };
            return self.unreadable(cx, &unusable);
        }
        let definition = &event.step.step_definition;
        let namespace = &event.step.task.namespace_name;
        match self.resolution.resolve(&definition.handler, namespace) {
            Ok(route) => self.accept(cx, event, &route),
            Err(problem) => {
                self.monitor.update(|stats| stats.unresolved += 1);
                tracing::warn!(
                    step = %event.step_uuid,
                    task = %event.task_uuid,
                    correlation_id = %event.step.task().correlation_id,
                    problem,
                    "no handler"
                );
                let error = JobError::new(journeyman_core::JobErrorKind::NoRoute, problem);
                self.answer_at_once(cx, &event, &error);
            }
        }
    }

    fn accept(&mut self, cx: &mut Cx<'_, ChannelMessage>, event: StepEvent, route: &str) {
        let event = Arc::new(event);
        let limit = self.limit(&event);
        let codec = StepCodec::new(
            Arc::clone(&event.step),
            self.config.max_result_size,
            self.config.wrap_results,
        );
        let codec = Arc::new(codec);
        let context = event.step.task().context.as_ref();
        let payload = JsonPayload::new(context.map(crate::Json::bytes).unwrap_or_default());
        // Deliveries of the same step are one job: upstream claims a step once, so that an earlier
        // delivery can no longer be answered.
        let id = text(event.step_uuid);
        let mut job = IncomingJob::new(id, route, payload, Arc::clone(&codec) as _);
        let attempt = event.step.attempt();
        job.attempt = Some(attempt);
        job.redelivered = Some(attempt > 1);
        job.timeout = limit;
        job.traceparent = traceparent(&event);
        job.correlation_id = Some(text(event.step.task().correlation_id));
        job.extensions.insert(extract::Step(Arc::clone(&event)));
        job.besides = Some(Arc::clone(&event) as _);
        let token = cx.accept(job);
        if let Some(step) = self.steps.get_mut(&token) {
            // Its outcome answers the event that is known now, and those from before.
            let before = std::mem::replace(&mut step.event, event).event_id;
            step.others.retain(|other| ![before, step.event.event_id].contains(other));
            if before != step.event.event_id && step.others.len() < MAX_OTHERS {
                step.others.push(before);
            }
            step.taken = cx.now();
            step.starving = false;
            self.monitor.update(|stats| stats.merged += 1);
            return;
        }
        let step = Step {
            event,
            others: Vec::new(),
            codec,
            taken: cx.now(),
            started: cx.wall(),
            limit,
            sent: None,
            starving: false,
        };
        self.steps.insert(token, step);
        self.show(cx.now());
    }

    /// How long a step may take: what its template says, which nobody upstream looks at, else what
    /// the settings say; and never so long that the channel would fail it first.
    fn limit(&self, event: &StepEvent) -> Option<Duration> {
        let seconds = event.step.step_definition.timeout_seconds;
        let wanted = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let wanted = wanted.or(self.config.step_timeout);
        let most = self.info.completion_timeout.map(|most| most.saturating_sub(MARGIN).max(MARGIN));
        match (wanted, most) {
            (Some(wanted), Some(most)) if wanted > most && seconds.is_some() => {
                tracing::warn!(
                    step = event.step.step_definition.name,
                    "`timeout_seconds` is {wanted:?}, but the channel fails a step after {:?}; \
                     raise its completion timeout",
                    self.info.completion_timeout.unwrap_or_default()
                );
                Some(most)
            }
            (Some(wanted), Some(most)) => Some(wanted.min(most)),
            (wanted, most) => wanted.or(most),
        }
    }

    /// An event that cannot become a job is answered as far as it can be.
    pub(super) fn unreadable(&mut self, cx: &mut Cx<'_, ChannelMessage>, event: &UnreadableEvent) {
        self.monitor.update(|stats| stats.unusable += 1);
        self.meters.unusable.increment(1);
        if let (Some(event_id), Some(step_uuid)) = (event.event_id, event.step_uuid) {
            let result = outcome::unreadable(step_uuid, &self.identity, cx.wall(), &event.problem);
            cx.send(MAIN, None, ChannelMessage::Complete(event_id, Box::new(result)));
        }
        cx.ignored(super::odd(&event.to_string()));
    }

    fn answer_at_once(
        &mut self,
        cx: &mut Cx<'_, ChannelMessage>,
        event: &StepEvent,
        error: &JobError,
    ) {
        let now = cx.wall();
        let times = Times { started: now, ended: now, took: Duration::ZERO };
        let result = outcome::failure(event, &self.identity, times, error, None);
        cx.send(MAIN, None, ChannelMessage::Complete(event.event_id, Box::new(result)));
    }
}

/// The task's correlation id as the id of a trace, of which the step is a span: a UUID is as long
/// as such an id. Upstream's own trace ids are new for every delivery.
fn traceparent(event: &StepEvent) -> Option<Arc<str>> {
    let trace = event.step.task().correlation_id;
    let (_, span) = event.step_uuid.as_u64_pair();
    let valid = trace != Uuid::nil() && span != 0;
    valid.then(|| format!("00-{}-{span:016x}-01", trace.simple()).into())
}

/// An id as a text, with one allocation.
fn text(id: Uuid) -> Arc<str> {
    Arc::from(&*id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
}
