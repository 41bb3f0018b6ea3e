//! The viewers that may play: anyone, or a user with a verified token.

use domain::UserId;
use lambda_http::{Request, RequestExt, request::RequestContext};
use platform::{
    config::{self, ConfigError},
    http::Error,
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
    /// Reads `VIEWER_TOKEN_ISSUER`, the issuer whose tokens the gateway accepts. Anyone may play if it is empty.
    ///
    /// # Errors
    /// When it is not set: a forgotten variable must not open the door.
    pub fn from_env() -> Result<Self, ConfigError> {
        let issuer = config::present("VIEWER_TOKEN_ISSUER")?;
        Ok(if issuer.is_empty() {
            Self::Anyone
        } else {
            Self::WithToken
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

/// The `sub` of the token, which the gateway's JWT authorizer has verified.
fn subject(request: &Request) -> Option<&str> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else {
        return None;
    };
    let token = context.authorizer.as_ref()?.jwt.as_ref()?;
    token.claims.get("sub").map(String::as_str)
}
