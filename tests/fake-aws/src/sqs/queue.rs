//! A queue: visibility timeout, redelivery, disorder, receive counts, dead letters. Time is tokio's.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, binary_heap::PeekMut},
    mem::take,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Map, Value};
use tokio::{
    select,
    sync::Notify,
    time::{Instant, sleep_until},
};

/// The visibility timeout of the events queue, shorter than the template's four minutes.
pub const VISIBILITY: Duration = Duration::from_mins(3);

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: u64,
    pub body: String,
    /// The message attributes, as in `SendMessage`.
    pub attributes: Map<String, Value>,
    /// The number of times that it was received.
    pub receives: u32,
    visible_at: Instant,
}

impl Message {
    /// The value of a message attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?["StringValue"].as_str()
    }
}

/// What becomes of a message that is received too often.
#[derive(Debug, Clone)]
pub struct Redrive {
    pub max_receives: u32,
    pub dead_letters: Arc<Queue>,
}

/// A queue.
#[derive(Debug, Default)]
pub struct Queue {
    redrive: Option<Redrive>,
    state: Mutex<State>,
    sent: Notify,
}

/// A moment at which a message becomes visible. It is obsolete once the message is gone or has another moment.
type Appearance = (Instant, u64);

#[derive(Debug, Default)]
struct State {
    messages: HashMap<u64, Message>,
    visible: Vec<Appearance>,
    /// The next to become visible comes first.
    hidden: BinaryHeap<Reverse<Appearance>>,
    last_id: u64,
}

impl Queue {
    /// A queue that gives up messages as `redrive` says.
    #[must_use]
    pub fn with_redrive(redrive: Redrive) -> Self {
        Self {
            redrive: Some(redrive),
            ..Self::default()
        }
    }

    /// Puts a message without attributes on the queue.
    pub fn send(&self, body: String) -> u64 {
        self.send_with(body, Map::new())
    }

    /// Puts a message on the queue and returns its id.
    pub fn send_with(&self, body: String, attributes: Map<String, Value>) -> u64 {
        let id = self.state().add(body, attributes);
        self.sent.notify_waiters();
        id
    }

    /// Takes up to `most` visible messages, in any order. They are invisible for the visibility timeout.
    pub fn receive(&self, most: usize) -> Vec<Message> {
        let mut state = self.state();
        let mut taken = Vec::new();
        while taken.len() < most && !state.visible.is_empty() {
            let any = fastrand::usize(..state.visible.len());
            let (at, id) = state.visible.swap_remove(any);
            if let Some(message) = state.messages.get_mut(&id).filter(|message| message.visible_at == at) {
                message.receives += 1;
                taken.push(message.clone());
                state.show(id, VISIBILITY);
            }
        }
        taken
    }

    /// Makes a message visible again after `pause`.
    pub fn show(&self, id: u64, pause: Duration) {
        self.state().show(id, pause);
        self.sent.notify_waiters();
    }

    pub fn delete(&self, ids: impl IntoIterator<Item = u64>) {
        let mut state = self.state();
        for id in ids {
            state.messages.remove(&id);
        }
    }

    /// Removes and returns all messages, visible or not, in the order in which they were sent.
    pub fn drain(&self) -> Vec<Message> {
        let mut messages: Vec<_> = take(&mut self.state().messages).into_values().collect();
        messages.sort_by_key(|message| message.id);
        messages
    }

    /// All messages, visible or not, in the order in which they were sent.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let mut messages: Vec<_> = self.state().messages.values().cloned().collect();
        messages.sort_by_key(|message| message.id);
        messages
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.state().messages.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until a message is visible.
    pub async fn visible(&self) {
        loop {
            let sent = self.sent.notified();
            let next = {
                let state = self.state();
                if !state.visible.is_empty() {
                    return;
                }
                state.hidden.peek().map(|next| next.0.0)
            };
            match next {
                Some(moment) => select! { () = sent => {}, () = sleep_until(moment) => {} },
                None => sent.await,
            }
        }
    }

    /// The state as of now: what is due is visible, and what was received too often is a dead letter.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap();
        let now = Instant::now();
        let due = |next: PeekMut<Reverse<Appearance>>| (next.0.0 <= now).then(|| PeekMut::pop(next).0);
        while let Some((at, id)) = state.hidden.peek_mut().and_then(due) {
            let Some(message) = state.messages.get(&id).filter(|message| message.visible_at == at) else {
                continue;
            };
            match &self.redrive {
                Some(redrive) if message.receives >= redrive.max_receives => {
                    if let Some(Message { body, attributes, .. }) = state.messages.remove(&id) {
                        redrive.dead_letters.send_with(body, attributes);
                    }
                }
                _ => state.visible.push((at, id)),
            }
        }
        state
    }
}

impl State {
    fn add(&mut self, body: String, attributes: Map<String, Value>) -> u64 {
        self.last_id += 1;
        let message = Message {
            id: self.last_id,
            body,
            attributes,
            receives: 0,
            visible_at: Instant::now(),
        };
        self.visible.push((message.visible_at, message.id));
        self.messages.insert(message.id, message);
        self.last_id
    }

    fn show(&mut self, id: u64, pause: Duration) {
        if let Some(message) = self.messages.get_mut(&id) {
            message.visible_at = Instant::now() + pause;
            self.hidden.push(Reverse((message.visible_at, id)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_message_that_is_not_deleted_comes_again_and_in_the_end_is_a_dead_letter() {
        let dead_letters = Arc::new(Queue::default());
        let queue = Queue::with_redrive(Redrive {
            max_receives: 2,
            dead_letters: Arc::clone(&dead_letters),
        });
        queue.send("a".to_owned());
        for receives in 1..=2 {
            queue.visible().await;
            assert_eq!(queue.receive(10)[0].receives, receives);
            assert!(queue.receive(10).is_empty(), "it is invisible now");
        }
        tokio::time::advance(VISIBILITY).await;
        assert!(queue.receive(10).is_empty());
        assert_eq!((queue.len(), dead_letters.messages()[0].body.as_str()), (0, "a"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deleted_message_does_not_come_again() {
        let queue = Queue::default();
        queue.send("a".to_owned());
        queue.delete(queue.receive(10).iter().map(|message| message.id));
        tokio::time::advance(VISIBILITY).await;
        assert!(queue.receive(10).is_empty() && queue.is_empty());
    }
}
