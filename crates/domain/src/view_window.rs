//! The view window: the time within which a user's plays of an asset are one view.

use std::{fmt, num::NonZeroU32};

use crate::Timestamp;

/// Windows of equal length, one after the other since 1970. A user's plays of an asset within one of them are one view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewWindow {
    minutes: NonZeroU32,
}

impl ViewWindow {
    /// Windows of this length. None for 0, which makes every play a view.
    #[must_use]
    pub fn of_minutes(minutes: u32) -> Option<Self> {
        NonZeroU32::new(minutes).map(|minutes| Self { minutes })
    }

    /// The window that holds a moment.
    pub(crate) fn at(self, moment: Timestamp) -> impl fmt::Display {
        let number = moment.as_secs().div_euclid(60 * i64::from(self.minutes.get()));
        // The length as well, so that a new length never finds the views of an old one.
        format!("{}\n{number}", self.minutes)
    }
}
