//! A message as count-views reads it: a view, or poison.

use std::time::Duration;

use domain::{Timestamp, View};

use crate::schema::WINDOW;

/// The most that a producer's clock may be ahead. A later play is not believed: its marker would outlive the window.
const CLOCK_AHEAD: Duration = Duration::from_hours(24);

/// The content of a message.
#[derive(Debug)]
pub(crate) enum Message {
    View(View),
    /// A message that can never be counted, with the reason.
    Poison(String),
}

impl Message {
    /// Reads an event that arrives `now`.
    pub(crate) fn read(event: &str, now: Timestamp) -> Self {
        let view = match serde_json::from_str::<View>(event) {
            Ok(view) => view,
            Err(error) => return Self::Poison(format!("not a view event: {error}")),
        };
        let played_at = String::from(view.played_at);
        if view.played_at.plus(WINDOW) < now {
            return Self::Poison(format!("played at {played_at}, before the window"));
        }
        if view.played_at > now.plus(CLOCK_AHEAD) {
            return Self::Poison(format!("played at {played_at}, more than a day ahead"));
        }
        Self::View(view)
    }
}
