//! The JSON contract of Tasker 0.1.8 (Tasker sheet, sections 5 to 9, 12 and 15): types that read
//! what upstream writes and write what upstream reads.
//!
//! Unknown members are ignored when read, as upstream does. Values that belong to handlers are
//! [`Json`](crate::Json) and pass through untouched.

mod checkpoint;
mod definition;
mod domain;
mod event;
mod outcome;
mod python;
mod queue;
pub mod rest;
mod result;
mod state;
mod task;

pub use checkpoint::{CheckpointMark, CheckpointRow, CheckpointYieldData};
pub use definition::{
    BatchConfig, DeliveryMode, EventCondition, EventDeclaration, FailureStrategy,
    HandlerDefinition, RetryBackoff, RetryConfig, StepDefinition, StepType,
};
pub use domain::{DomainEvent, DomainEventMetadata, DomainEventPayload};
pub use event::{FfiStepEvent, StepEvent, StepEventPayload, StepExecutionEvent, UnreadableEvent};
pub use outcome::{BatchInputs, BatchMetadata, BatchOutcome, CursorConfig, DecisionOutcome};
pub use python::{PythonDomainEvent, PythonStepError, PythonStepResult};
pub use queue::{Notification, StepPointer};
pub use result::{
    BackoffHint, BackoffType, OrchestrationMetadata, ResultMetadata, StepError, StepExecutionResult,
};
pub use state::{StepState, StepStateEvent, TaskState, Transition};
pub use task::{Task, TaskForOrchestration, TaskSequenceStep, WorkflowStep};
