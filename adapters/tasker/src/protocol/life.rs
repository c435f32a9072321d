//! The beginning and the end.

use journeyman_core::{protocol::Cx, transport::Goodbye};

use super::{FIRST_LOOK, LAST_LOOK, Leaving, MAIN, Tasker};
use crate::channel::ChannelMessage;

impl Tasker {
    pub(super) fn connected(&mut self, cx: &mut Cx<'_, ChannelMessage>) {
        self.sweeping = false;
        self.look_every = FIRST_LOOK;
        self.look_again(cx.now());
        self.sweep_at = Some(cx.now() + self.config.sweep_interval);
        // There is nobody to register with.
        cx.ready();
    }

    /// Answers that were sent are still on their way: an answer is to an event, not to a
    /// connection, and the transport reports it after the next one.
    pub(super) fn disconnected(&mut self) {
        self.look_at = None;
        self.sweep_at = None;
    }

    pub(super) fn drain(&mut self, cx: &mut Cx<'_, ChannelMessage>) {
        cx.send(MAIN, None, ChannelMessage::StopTaking);
    }

    /// What was claimed before is still in the channel, perhaps, and would be lost with it: it is
    /// taken, and refused by the session with an error that may be tried again.
    pub(super) fn goodbye(&mut self, cx: &mut Cx<'_, ChannelMessage>) {
        self.leaving = Some(Leaving::Looking);
        cx.send(MAIN, Some(LAST_LOOK), ChannelMessage::Look);
    }

    pub(super) fn looked_last(&mut self, cx: &mut Cx<'_, ChannelMessage>) {
        if self.leaving.is_some() {
            self.leaving = Some(Leaving::Empty);
            self.leave_if_done(cx);
        }
    }

    pub(super) fn leave_if_done(&mut self, cx: &mut Cx<'_, ChannelMessage>) {
        if self.leaving == Some(Leaving::Empty) && self.steps.is_empty() {
            cx.close(Goodbye::default());
        }
    }
}
