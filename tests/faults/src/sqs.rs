//! A model of SQS and its trigger: visibility timeout, redelivery, disorder, partial failures, dead letters.

use std::{collections::HashSet, time::Duration};

use tokio::time::Instant;

/// The queue's visibility timeout, as in the template.
pub(crate) const VISIBILITY: Duration = Duration::from_mins(3);
/// How often a message is delivered before it is a dead letter, as in the template.
const MAX_RECEIVES: u32 = 5;

/// A message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) body: String,
    pub(crate) receives: u32,
    visible_at: Instant,
}

/// The events queue, with its dead-letter queue.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    messages: Vec<Message>,
    /// Bodies that were received too often.
    dead: Vec<String>,
    /// Bodies that count-views parked, with the reason.
    parked: Vec<(String, String)>,
    next_id: u64,
}

impl Queue {
    pub(crate) fn send(&mut self, body: String) {
        self.next_id += 1;
        self.messages.push(Message {
            id: self.next_id,
            body,
            receives: 0,
            visible_at: Instant::now(),
        });
    }

    /// Takes up to `most` visible messages in any order, which then are invisible for the visibility timeout.
    pub(crate) fn receive(&mut self, most: usize) -> Vec<Message> {
        let now = Instant::now();
        self.bury();
        fastrand::shuffle(&mut self.messages);
        let visible = self.messages.iter_mut().filter(|message| message.visible_at <= now);
        let taken = visible.take(most).map(|message| {
            message.receives += 1;
            message.visible_at = now + VISIBILITY;
            message.clone()
        });
        taken.collect()
    }

    /// Makes a message visible again after `pause`.
    pub(crate) fn show(&mut self, id: u64, pause: Duration) {
        for message in self.messages.iter_mut().filter(|message| message.id == id) {
            message.visible_at = Instant::now() + pause;
        }
    }

    pub(crate) fn delete(&mut self, ids: &HashSet<u64>) {
        self.messages.retain(|message| !ids.contains(&message.id));
    }

    pub(crate) fn park(&mut self, body: String, reason: String) {
        self.parked.push((body, reason));
    }

    pub(crate) fn kill(&mut self, body: String) {
        self.dead.push(body);
    }

    pub(crate) fn parked(&self) -> &[(String, String)] {
        &self.parked
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Sends each dead letter back, twice: an operator may redrive while a redrive is under way.
    pub(crate) fn redrive(&mut self) -> usize {
        let dead = std::mem::take(&mut self.dead);
        for body in &dead {
            self.send(body.clone());
            self.send(body.clone());
        }
        dead.len()
    }

    /// Moves what was received too often to the dead letters.
    fn bury(&mut self) {
        let now = Instant::now();
        let done_for = |message: &mut Message| message.receives >= MAX_RECEIVES && message.visible_at <= now;
        let buried: Vec<_> = self.messages.extract_if(.., done_for).collect();
        self.dead.extend(buried.into_iter().map(|message| message.body));
    }
}
