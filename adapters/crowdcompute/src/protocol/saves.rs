//! Checkpoints on their way.

use std::{
    any::Any,
    collections::VecDeque,
    time::{Duration, Instant},
};

use journeyman_core::protocol::{Cx, Token};
use journeyman_ws::WsMessage;
use tokio::sync::oneshot;

use super::{CrowdCompute, MAIN, odd};
use crate::{
    checkpoint::{Answer, Checkpoint, NotStored, Save},
    task::hex,
    wire::{self, CheckpointAck, Kind, Message, TaskCheckpoint},
};

/// How long the foreman may take to acknowledge a checkpoint.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checkpoints of one task that wait for their acknowledgement.
const MAX_OPEN: usize = 16;

/// The checkpoints of one task.
#[derive(Debug, Default)]
pub(super) struct Saves {
    /// The number of the last one.
    last: u64,
    open: VecDeque<Open>,
}

#[derive(Debug)]
struct Open {
    id: u64,
    due: Instant,
    answer: oneshot::Sender<Answer>,
}

impl Saves {
    pub(super) fn due(&self) -> Option<Instant> {
        self.open.front().map(|open| open.due)
    }

    /// Tells those that waited too long.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(open) = self.open.pop_front_if(|open| open.due <= now) {
            let _ = open.answer.send(Err(NotStored::NotAcknowledged));
        }
    }

    /// Nothing will be acknowledged any more.
    pub(super) fn close(&mut self) {
        for open in self.open.drain(..) {
            let _ = open.answer.send(Err(NotStored::Disconnected));
        }
    }

    /// Whether there was one of this number.
    fn acknowledge(&mut self, id: u64) -> bool {
        let Some(at) = self.open.iter().position(|open| open.id == id) else { return false };
        if let Some(open) = self.open.remove(at) {
            // Nobody may be listening.
            let _ = open.answer.send(Ok(id));
        }
        true
    }
}

impl CrowdCompute {
    pub(super) fn command(
        &mut self,
        cx: &mut Cx<'_, WsMessage>,
        token: Option<Token>,
        command: Box<dyn Any + Send>,
    ) {
        let Ok(save) = command.downcast::<Save>() else {
            return tracing::error!("a command that this adapter does not know");
        };
        let Save { checkpoint, answer } = *save;
        match self.checkpoint(token, &checkpoint) {
            Ok((token, id, text)) => {
                cx.send(MAIN, None, text.into());
                let Some(task) = self.tasks.get_mut(&token) else { return };
                if task.saves.open.len() == MAX_OPEN
                    && let Some(oldest) = task.saves.open.pop_front()
                {
                    let _ = oldest.answer.send(Err(NotStored::NotAcknowledged));
                }
                task.saves.open.push_back(Open { id, due: cx.now() + PATIENCE, answer });
            }
            Err(reason) => {
                let _ = answer.send(Err(reason));
            }
        }
    }

    /// The message for a checkpoint, and its number.
    fn checkpoint(
        &mut self,
        token: Option<Token>,
        checkpoint: &Checkpoint,
    ) -> Result<(Token, u64, String), NotStored> {
        let (era, limit) = (self.era(), self.limit());
        let running = token.and_then(|token| Some((token, self.tasks.get_mut(&token)?)));
        let Some((token, task)) = running.filter(|(_, task)| task.is_running()) else {
            return Err(NotStored::Disconnected);
        };
        if !Kind::TaskCheckpoint.may_be_sent(era) {
            return Err(NotStored::NotKnown);
        }
        let wanted = || {
            let json = task.current.metadata.clone();
            crate::TaskMetadata::read(json).checkpoint_state
        };
        let id = task.saves.last + 1;
        let kind = if checkpoint.is_base { "base" } else { "delta" };
        let message = Message::TaskCheckpoint(TaskCheckpoint {
            task_id: task.current.task_id.to_string(),
            is_base: checkpoint.is_base,
            delta_data_hex: hex(&checkpoint.data),
            progress_percent: checkpoint.progress_percent,
            checkpoint_id: id,
            compression_type: Some("gzip".to_owned()),
            checkpoint_type: Some(kind.to_owned()),
            checkpoint_state_vars: Some(checkpoint.state_vars.clone().unwrap_or_else(wanted)),
            state_size_bytes: Some(checkpoint.state_size),
        });
        let text = wire::encode(&message, task.current.job_id.as_deref());
        if text.len() > limit {
            return Err(NotStored::TooLarge);
        }
        task.saves.last = id;
        Ok((token, id, text))
    }

    pub(super) fn acknowledged(&mut self, cx: &mut Cx<'_, WsMessage>, ack: &CheckpointAck) {
        let task = self.tasks.values_mut().find(|task| *task.current.task_id == *ack.task_id);
        if !task.is_some_and(|task| task.saves.acknowledge(ack.checkpoint_id)) {
            cx.ignored(odd("an acknowledgement of a checkpoint that it was not sent"));
        }
    }
}
