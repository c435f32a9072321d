//! What happens at the foreman, as lines for people.

use journeyman_testkit::crowdcompute::{Event, TaskInfo};

use crate::output::clean;

/// How much of a result or an error is shown, in characters.
const SHOWN: usize = 160;

/// A line about something that happened, if it is worth one. `task` looks a task up.
pub(super) fn line(event: &Event, task: impl Fn(&str) -> Option<TaskInfo>) -> Option<String> {
    Some(match event {
        Event::NotUpgraded { reason, .. } => row("REFUSED", "(somebody)", reason),
        Event::Ready { worker_id, busy_with: None, .. } => row("worker", worker_id, "is ready"),
        Event::Ready { worker_id, busy_with: Some(busy), .. } => {
            let busy = short(busy);
            row("worker", worker_id, &format!("is back; it gets nothing before it ends {busy}"))
        }
        Event::Disconnected { worker_id: Some(worker_id), reason, .. } => {
            row("gone", worker_id, reason)
        }
        Event::Ignored { connection, reason } => {
            row("ignored", &format!("connection {connection}"), reason)
        }
        Event::JobSubmitted { job_id, tasks } => {
            let tasks = if *tasks == 1 { "1 task".to_owned() } else { format!("{tasks} tasks") };
            row("job", &short(job_id), &format!("is submitted: {tasks} ({job_id})"))
        }
        Event::JobRefused { job_id, error } => {
            row("REFUSED", &short(job_id.as_deref().unwrap_or("(no id)")), error)
        }
        Event::JobCompleted { job_id, delivered: true } => {
            row("job", &short(job_id), "is done, and its client has the results")
        }
        Event::JobCompleted { job_id, delivered: false } => {
            row("job", &short(job_id), "is done, but its client is GONE: the results are dropped")
        }
        Event::TaskAssigned { worker_id, task_id, delivery, .. } => {
            let argument = task(task_id).map_or_else(String::new, |task| shown(&task.args));
            let again = match delivery {
                1 => String::new(),
                times => format!("  (delivery {times})"),
            };
            row("task", &short(task_id), &format!("to {worker_id}: {argument}{again}"))
        }
        Event::TaskCompleted { task_id, .. } => {
            let result = task(task_id).and_then(|task| task.delivered.or(task.result));
            row("result", &short(task_id), &shown(&result.unwrap_or_default()))
        }
        Event::TaskFailed { task_id, error, .. } => {
            row("FAILED", &short(task_id), &format!("{}  (is tried again)", shown(error)))
        }
        Event::Late { worker_id, task_id, reason } => {
            let text = format!("a message of {worker_id} does not count: {reason}");
            row("late", &short(task_id), &text)
        }
        Event::TaskTakenBack { worker_id, task_id } => {
            row("task", &short(task_id), &format!("is taken back: {worker_id} is gone"))
        }
        Event::Checkpoint { task_id, checkpoint_id, .. } => {
            row("checkpoint", &short(task_id), &format!("{checkpoint_id} is stored"))
        }
        Event::KillSent { worker_id, task_id } => {
            row("kill", &short(task_id), &format!("{worker_id} is told to stop it"))
        }
        Event::KillAcknowledged { worker_id, task_id } => {
            row("kill", &short(task_id), &format!("{worker_id} has stopped it"))
        }
        Event::Missed(count) => row("missed", "", &format!("{count} lines: too much at once")),
        // Heartbeats, and connections before anybody said who is there.
        _ => return None,
    })
}

fn row(kind: &str, about: &str, text: &str) -> String {
    format!("{kind:<11} {about:<22} {}", clean(text)).trim_end().to_owned()
}

/// An id without most of its job's UUID.
fn short(id: &str) -> String {
    let is_uuid = |text: &str| {
        text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    match id.get(..36) {
        Some(job) if is_uuid(job) => format!("{}{}", &job[..8], &id[36..]),
        _ => id.chars().take(60).collect(),
    }
}

/// Not too long.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_texts_are_one_line() {
        let job = "00000001-0000-4000-8000-000000000001";
        assert_eq!(short(job), "00000001");
        assert_eq!(short(&format!("{job}_task_12")), "00000001_task_12");
        assert_eq!(short("mine_task_0"), "mine_task_0");
        assert_eq!(short(&"ä".repeat(100)).chars().count(), 60);
        assert_eq!(
            row("a", "b", "x\n\u{1b}[2J"),
            "a           b                      x\\n\\u{1b}[2J"
        );
        assert!(shown(&"é".repeat(1000)).ends_with("é… (2000 bytes)"));
    }

    #[test]
    fn what_happens_is_a_line() {
        let none = |_: &str| None;
        let failed = Event::TaskFailed {
            worker_id: "w".into(),
            task_id: "j_task_0".into(),
            error: "Task execution failed: boom".into(),
        };
        let line_of = |event: &Event| line(event, none);
        let text = line_of(&failed).unwrap();
        assert!(text.starts_with("FAILED      j_task_0 "), "{text}");
        assert!(text.ends_with("boom  (is tried again)"), "{text}");
        let heartbeat = Event::Heartbeat { worker_id: "w".into(), kind: "pong" };
        assert_eq!(line_of(&heartbeat), None);
        let gone = Event::JobCompleted { job_id: "j".into(), delivered: false };
        assert!(line_of(&gone).unwrap().contains("GONE"));
    }
}
