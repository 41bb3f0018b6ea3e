//! A model of SQS and its trigger: visibility timeout, redelivery, disorder, partial failures, dead letters.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, binary_heap::PeekMut},
    time::Duration,
};

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

/// When a message is to become visible. Out of date once that message is gone, or is to become visible at another time.
type Appearance = (Instant, u64);

/// The events queue, with its dead-letter queue.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    messages: HashMap<u64, Message>,
    visible: Vec<Appearance>,
    /// The next to become visible comes first.
    hidden: BinaryHeap<Reverse<Appearance>>,
    /// Bodies that were received too often.
    dead: Vec<String>,
    /// Bodies that count-views parked, with the reason.
    parked: Vec<(String, String)>,
    next_id: u64,
}

impl Queue {
    pub(crate) fn send(&mut self, body: String) {
        self.next_id += 1;
        let message = Message {
            id: self.next_id,
            body,
            receives: 0,
            visible_at: Instant::now(),
        };
        self.hidden.push(Reverse((message.visible_at, message.id)));
        self.messages.insert(message.id, message);
    }

    /// Takes up to `most` visible messages in any order, which then are invisible for the visibility timeout.
    pub(crate) fn receive(&mut self, most: usize) -> Vec<Message> {
        self.appear();
        let mut taken = Vec::new();
        while taken.len() < most && !self.visible.is_empty() {
            let (at, id) = self.visible.swap_remove(fastrand::usize(..self.visible.len()));
            if let Some(message) = self.messages.get_mut(&id).filter(|message| message.visible_at == at) {
                message.receives += 1;
                taken.push(message.clone());
                self.show(id, VISIBILITY);
            }
        }
        taken
    }

    /// Makes a message visible again after `pause`.
    pub(crate) fn show(&mut self, id: u64, pause: Duration) {
        if let Some(message) = self.messages.get_mut(&id) {
            message.visible_at = Instant::now() + pause;
            self.hidden.push(Reverse((message.visible_at, id)));
        }
    }

    pub(crate) fn delete(&mut self, ids: &HashSet<u64>) {
        for id in ids {
            self.messages.remove(id);
        }
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

    /// Makes visible what is due; what was received too often becomes a dead letter instead.
    fn appear(&mut self) {
        let now = Instant::now();
        let is_due = |next: PeekMut<Reverse<Appearance>>| (next.0.0 <= now).then(|| PeekMut::pop(next).0);
        while let Some((at, id)) = self.hidden.peek_mut().and_then(is_due) {
            match self.messages.get(&id) {
                Some(message) if message.visible_at != at => {}
                Some(message) if message.receives < MAX_RECEIVES => self.visible.push((at, id)),
                Some(_) => self.dead.extend(self.messages.remove(&id).map(|message| message.body)),
                None => {}
            }
        }
    }
}
