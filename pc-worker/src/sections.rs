//! What the dashboard shows besides.

use journeyman_crowdcompute::Registrations;
use journeyman_monitor::{MonitorConfig, Section, Status};

use crate::Python;

/// The registrations, the interpreters and the sandbox.
pub(crate) fn add(
    mut config: MonitorConfig,
    python: &Python,
    registrations: Registrations,
) -> MonitorConfig {
    config = config.section(move || registered(&registrations));
    match python {
        #[cfg(unix)]
        Python::Ready(executor) => {
            let (pool, report) = (executor.clone(), executor.report().clone());
            config.section(move || interpreters(&pool)).section(move || sandbox(&report))
        }
        Python::Absent(_) | Python::Off => {
            let why = python.missing().unwrap_or_default().to_owned();
            config.section(move || {
                Section::new("Python").fact("Interpreter", why.as_str(), Status::Warning)
            })
        }
    }
}

fn registered(registrations: &Registrations) -> Section {
    let mut section = Section::new("Foreman");
    for one in registrations.snapshot() {
        let era = one.era.map_or("era not known yet", |era| era.as_str());
        let (state, status) = match (one.registered, one.tasks.first()) {
            (false, _) => (format!("not registered, {era}"), Status::Bad),
            (true, None) => (format!("idle, {era}"), Status::Good),
            (true, Some(task)) => (format!("{}, {era}", task.task_id), Status::Good),
        };
        section = section.fact(one.worker_id, state, status);
    }
    section
}

#[cfg(unix)]
fn interpreters(pool: &journeyman_executor::Executor) -> Section {
    let (major, minor, patch) = pool.interpreter().version;
    let path = pool.interpreter().path.display();
    let stats = pool.stats();
    let died = if stats.died > 0 { Status::Warning } else { Status::Plain };
    Section::new("Python")
        .fact("Interpreter", format!("{major}.{minor}.{patch}, {path}"), Status::Plain)
        .fact(
            "Processes",
            format!("{} busy, {} idle, {} ready", stats.busy, stats.idle, stats.ready),
            Status::Plain,
        )
        .fact("Started", stats.started.to_string(), Status::Plain)
        .fact("Tasks done", stats.done.to_string(), Status::Plain)
        .fact("Tasks failed", stats.failed.to_string(), Status::Plain)
        .fact("Cancelled or over a limit", stats.killed.to_string(), Status::Plain)
        .fact("Died in a task", stats.died.to_string(), died)
}

#[cfg(unix)]
fn sandbox(report: &journeyman_executor::Report) -> Section {
    use journeyman_executor::State;
    report.parts.iter().fold(Section::new("Sandbox"), |section, (part, state)| {
        let (text, status) = match state {
            State::Active(detail) if detail.is_empty() => ("active".to_owned(), Status::Good),
            State::Active(detail) => (format!("active: {detail}"), Status::Good),
            State::Unavailable(reason) => (format!("not available: {reason}"), Status::Bad),
            _ => ("off".to_owned(), Status::Bad),
        };
        section.fact(part.name().replace('_', " "), text, status)
    })
}
