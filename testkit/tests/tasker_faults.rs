//! What a worker on Tasker does when something goes wrong: each test looks at the state of the
//! orchestrator afterwards, and that nothing is left of it in channel and worker.

// The lint's exception for tests sees only functions that are marked as such.
#![allow(clippy::unwrap_used)]

#[path = "conformance_support/tasker/backend.rs"]
mod backend;
#[path = "conformance_support/tasker/channel.rs"]
mod channel;
#[path = "conformance_support/tasker/rough.rs"]
mod rough;
// The conformance suite uses the rest.
#[allow(dead_code)]
#[path = "conformance_support/tasker/switches.rs"]
mod switches;

#[path = "tasker_fault_cases/answers.rs"]
mod answers;
#[path = "tasker_fault_cases/bed.rs"]
mod bed;
#[path = "tasker_fault_cases/closed.rs"]
mod closed;
#[path = "tasker_fault_cases/events.rs"]
mod events;
#[path = "tasker_fault_cases/handlers.rs"]
mod handlers;
#[path = "tasker_fault_cases/load.rs"]
mod load;
#[path = "tasker_fault_cases/router.rs"]
mod router;
#[path = "tasker_fault_cases/stop.rs"]
mod stop;
