//! Tasks in flight, and how their ends reach the foreman.

use std::time::Instant;

use journeyman_core::{
    Error, ErrorKind,
    protocol::{Cx, DropReason, Outcome, Settlement, Token},
    transport::Tag,
};
use journeyman_ws::WsMessage;

use super::{CONFIRM, CrowdCompute, MAIN, saves::Saves};
use crate::{
    outcome,
    status::CurrentTask,
    wire::{self, Kind, Message, TaskError, TaskResult},
};

/// A task that is not settled.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) current: CurrentTask,
    pub(super) serial: u64,
    /// Its end, once it was sent: kept for as long as it may be lost with the connection.
    sent: Option<Outcome>,
    /// What was sent was written.
    is_written: bool,
    /// Its end was too large, and an error took its place.
    apologised: bool,
    /// The foreman wants it stopped.
    pub(super) killed: bool,
    pub(super) saves: Saves,
}

impl Task {
    pub(super) fn new(current: CurrentTask, serial: u64) -> Self {
        Self {
            current,
            serial,
            sent: None,
            is_written: false,
            apologised: false,
            killed: false,
            saves: Saves::default(),
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.sent.is_none()
    }

    pub(super) fn save_deadline(&self) -> Option<Instant> {
        self.saves.due()
    }

    pub(super) fn expire_saves(&mut self, now: Instant) {
        self.saves.expire(now);
    }
}

impl CrowdCompute {
    pub(super) fn outcome(&mut self, cx: &mut Cx<'_, WsMessage>, token: Token, outcome: Outcome) {
        let (era, compat, limit) = (self.era(), self.config.compat, self.limit());
        let Some(task) = self.tasks.get_mut(&token) else {
            return cx.settled(token, Settlement::Dropped(DropReason::Unknown));
        };
        let task_id = task.current.task_id.to_string();
        let failed = |task_id, error| Message::TaskError(TaskError { error, task_id });
        let message = match &outcome {
            Err(_) if task.killed && Kind::KillAck.may_be_sent(era) => Message::KillAck(task_id),
            Err(error) => {
                let resumed = task.current.is_resume;
                failed(task_id, outcome::error_text(error, resumed, era, compat))
            }
            Ok(completion) => match outcome::result(completion, era, compat) {
                Ok(result) => Message::TaskResult(TaskResult { result, task_id }),
                Err(problem) => failed(task_id, format!("{}{problem}", outcome::FAILED)),
            },
        };
        let mut text = wire::encode(&message, task.current.job_id.as_deref());
        if text.len() > limit {
            text = task.apology(text.len(), limit);
        }
        task.sent = Some(outcome);
        task.is_written = false;
        task.saves.close();
        cx.send(MAIN, Some(Tag(token.as_u64())), text.into());
        self.show();
    }

    /// The end of a task was written.
    pub(super) fn written(&mut self, cx: &mut Cx<'_, WsMessage>, tag: Tag) {
        let Some(task) = self.tasks.get_mut(&Token::from_u64(tag.0)) else { return };
        if task.sent.is_none() {
            return;
        }
        task.is_written = true;
        match self.draining {
            // No further task will show that it has arrived.
            true => self.confirm(cx),
            false => self.confirm_at = Some(cx.now() + CONFIRM),
        }
    }

    /// What was written has arrived, as far as anybody can tell.
    pub(super) fn confirm(&mut self, cx: &mut Cx<'_, WsMessage>) {
        self.confirm_at = None;
        for token in self.in_order(|task| task.is_written) {
            self.tasks.remove(&token);
            cx.settled(token, Settlement::Written);
        }
    }

    /// The end of a task could not be sent.
    pub(super) fn not_written(&mut self, cx: &mut Cx<'_, WsMessage>, tag: Tag, error: Error) {
        let token = Token::from_u64(tag.0);
        let limit = self.limit();
        let Some(task) = self.tasks.get_mut(&token) else { return };
        let Some(outcome) = task.sent.take() else { return };
        let too_large = error.kind() == ErrorKind::TooLarge && !error.is_temporary();
        if too_large && !task.apologised {
            let text = task.apology(limit, limit);
            task.sent = Some(outcome);
            return cx.send(MAIN, Some(tag), text.into());
        }
        if too_large {
            self.tasks.remove(&token);
            return cx.settled(token, Settlement::Dropped(DropReason::Unknown));
        }
        cx.requeue(token, outcome);
        if error.kind() != ErrorKind::Disconnected {
            // Only a new connection gets it out.
            cx.reconnect(error);
        }
    }

    /// The connection is gone: what may be lost is offered again after the next registration, since
    /// it counts under the same id, and twice does no harm (CrowdCompute sheet, sections 8.4 and 16).
    pub(super) fn requeue_all(&mut self, cx: &mut Cx<'_, WsMessage>) {
        for token in self.in_order(|task| task.sent.is_some()) {
            let Some(task) = self.tasks.get_mut(&token) else { continue };
            task.is_written = false;
            task.apologised = false;
            if let Some(outcome) = task.sent.take() {
                cx.requeue(token, outcome);
            }
        }
        self.tasks.values_mut().for_each(|task| task.saves.close());
    }

    /// The tasks of a kind, in the order in which they came.
    fn in_order(&self, wanted: impl Fn(&Task) -> bool) -> Vec<Token> {
        let mut found: Vec<_> = self
            .tasks
            .iter()
            .filter(|(_, task)| wanted(task))
            .map(|(t, task)| (task.serial, *t))
            .collect();
        found.sort_unstable_by_key(|(serial, _)| *serial);
        found.into_iter().map(|(_, token)| token).collect()
    }
}

impl Task {
    /// What is said instead of a message that is too large.
    fn apology(&mut self, length: usize, limit: usize) -> String {
        self.apologised = true;
        let error = format!("{}{}", outcome::FAILED, outcome::too_large_text(length, limit));
        let task_id = self.current.task_id.to_string();
        let message = Message::TaskError(TaskError { error, task_id });
        wire::encode(&message, self.current.job_id.as_deref())
    }
}
