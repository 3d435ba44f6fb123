//! Frames that wait for one partner's line.
//!
//! Mesh upkeep goes before messages, as in the library. A message that waited too long is dropped only when its turn
//! comes: until then it takes its place.

use huxin_engine::mesh::QUEUE_MESSAGES;
use huxin_protocol::time::Millis;
use std::collections::VecDeque;

use super::{Frame, MessageId};

/// The library's own bound for joins, grafts, prunes and "do not want"; it cannot be set. Honest nodes stay far below.
const UPKEEP_FRAMES: usize = 20_000;

#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    upkeep: VecDeque<Frame>,
    /// Messages, announcements and requests; a message with the time after which it is not sent any more.
    rest: VecDeque<(Frame, Option<Millis>)>,
}

impl Queue {
    /// Whether there was room.
    pub(super) fn push(&mut self, frame: Frame, sent_by: Option<Millis>) -> bool {
        match frame {
            Frame::Join | Frame::Graft | Frame::Prune { .. } | Frame::DoNotWant(_) => {
                if self.upkeep.len() >= UPKEEP_FRAMES {
                    return false;
                }
                self.upkeep.push_back(frame);
            }
            Frame::Message(_) | Frame::Have(_) | Frame::Want(_) => {
                if self.rest.len() >= QUEUE_MESSAGES {
                    return false;
                }
                self.rest.push_back((frame, sent_by));
            }
        }
        true
    }

    /// The next frame, and how many messages before it had waited too long.
    pub(super) fn pop(&mut self, now: Millis) -> (Option<Frame>, u64) {
        if let Some(frame) = self.upkeep.pop_front() {
            return (Some(frame), 0);
        }
        let mut late = 0;
        while let Some((frame, sent_by)) = self.rest.pop_front() {
            if sent_by.is_none_or(|until| now < until) {
                return (Some(frame), late);
            }
            late += 1;
        }
        (None, late)
    }

    /// Takes a message out that the partner does not want any more; how many copies went.
    pub(super) fn withdraw(&mut self, id: &MessageId) -> u64 {
        let before = self.rest.len();
        self.rest.retain(|(frame, _)| !matches!(frame, Frame::Message(message) if message.id() == *id));
        (before - self.rest.len()) as u64
    }

    pub(super) fn is_empty(&self) -> bool {
        self.upkeep.is_empty() && self.rest.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.upkeep.len() + self.rest.len()
    }
}
