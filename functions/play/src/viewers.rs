//! The viewers that may play: anyone, or a user with a verified token.

use domain::UserId;
use lambda_http::Request;
use platform::{
    config::{self, ConfigError},
    http::{Error, subject},
};

/// The viewers that play answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewers {
    /// Anyone, in any user's name.
    Anyone,
    /// A user whose token has the path's `userId` as its `sub`.
    WithToken,
}

impl Viewers {
    /// Reads `VIEWER_TOKEN_REQUIRED`, which is `true` or `false`.
    ///
    /// # Errors
    /// When it is neither: a forgotten variable must not open the door.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(if config::parsed("VIEWER_TOKEN_REQUIRED")? {
            Self::WithToken
        } else {
            Self::Anyone
        })
    }

    /// Admits a request that plays as `user`.
    ///
    /// # Errors
    /// [`Error::NotTheUser`] when it carries another user's token or none.
    pub fn admit(self, request: &Request, user: &UserId) -> Result<(), Error> {
        match self {
            Self::WithToken if subject(request) != Some(user.as_str()) => Err(Error::NotTheUser),
            Self::WithToken | Self::Anyone => Ok(()),
        }
    }
}
