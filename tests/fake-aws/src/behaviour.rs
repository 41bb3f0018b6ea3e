//! The ways in which a service can behave when it is called.

use std::time::Duration;

use crate::Answer;

/// The behaviour of a service at one call.
#[derive(Debug, Clone, Default)]
pub enum Behaviour {
    /// The service carries out the call and answers.
    #[default]
    Answer,
    /// The service carries out the call, and its answer comes later by this time.
    Delay(Duration),
    /// The service does not carry out the call and gives this answer.
    Instead(Answer),
    /// The service carries out the call and gives this answer instead of its own.
    After(Answer),
}

impl Behaviour {
    /// Nothing is carried out and nothing answers.
    #[must_use]
    pub fn hang() -> Self {
        Self::Instead(Answer::silence())
    }

    /// The call is carried out, and the caller never hears of it.
    #[must_use]
    pub fn hang_after() -> Self {
        Self::After(Answer::silence())
    }

    /// The connection breaks before the call is carried out.
    #[must_use]
    pub fn reset() -> Self {
        Self::Instead(Answer::reset())
    }

    /// The connection breaks after the call was carried out.
    #[must_use]
    pub fn reset_after() -> Self {
        Self::After(Answer::reset())
    }

    /// The service answers with its own failure, a 500.
    #[must_use]
    pub fn server_error() -> Self {
        Self::Instead(Answer::error(500, "InternalServerError"))
    }

    /// The service throttles the caller. The SDK retries this.
    #[must_use]
    pub fn throttle() -> Self {
        Self::Instead(Answer::error(400, "ThrottlingException"))
    }

    /// The service refuses the call for good, as when a role lacks a permission.
    #[must_use]
    pub fn refuse() -> Self {
        Self::Instead(Answer::error(400, "AccessDeniedException"))
    }

    /// The answer to a call that `carry_out` would carry out.
    pub async fn apply(self, carry_out: impl Future<Output = Answer>) -> Answer {
        match self {
            Self::Answer => carry_out.await,
            Self::Delay(time) => carry_out.await.after(time),
            Self::Instead(answer) => answer,
            Self::After(answer) => {
                carry_out.await;
                answer
            }
        }
    }
}
