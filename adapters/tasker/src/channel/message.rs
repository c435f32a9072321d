//! What passes between the state machine and the channel.

use uuid::Uuid;

use super::ChannelMetrics;
use crate::wire::{
    CheckpointYieldData, DeliveryMode, DomainEvent, StepEvent, StepExecutionResult, UnreadableEvent,
};

/// A message to or from a channel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChannelMessage {
    /// From the channel: a step.
    Step(Box<StepEvent>),
    /// From the channel: something that cannot be read.
    Unreadable(UnreadableEvent),
    /// From the channel, to `Complete` and `Checkpoint`: whether it took it.
    Answered(bool),
    /// From the channel, to `Sweep`.
    Swept {
        /// Steps that stayed unanswered for too long and were failed by the channel.
        timed_out: usize,
        /// What it says about the others.
        metrics: ChannelMetrics,
    },
    /// To the channel: answer an event.
    Complete(Uuid, Box<StepExecutionResult>),
    /// To the channel: store a checkpoint, and bring the step again.
    Checkpoint(Uuid, Box<CheckpointYieldData>),
    /// To the channel: publish an event.
    Publish(Box<DomainEvent>, DeliveryMode),
    /// To the channel: look whether there is a step. Reported as sent when there was none.
    Look,
    /// To the channel: fail what stayed unanswered for too long.
    Sweep,
    /// To the channel: claim no more steps.
    StopTaking,
}
