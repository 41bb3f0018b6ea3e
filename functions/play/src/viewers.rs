//! Who may play: anyone, or the user whose token the gateway has verified.

use common::{
    Error, UserId,
    env::{self, Misconfigured},
};
use lambda_http::{Request, RequestExt, request::RequestContext};

/// Whom play answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewers {
    /// Anyone, in any user's name.
    Anyone,
    /// A user with a token of their own: its `sub` is the path's `userId`.
    WithToken,
}

impl Viewers {
    /// Those that `VIEWER_TOKEN_ISSUER`, the issuer that the gateway takes tokens of, makes it: anyone where that is empty.
    ///
    /// # Errors
    /// When it is not set: a variable that is forgotten must not open the door.
    pub fn from_env() -> Result<Self, Misconfigured> {
        let issuer = env::maybe_empty("VIEWER_TOKEN_ISSUER")?;
        Ok(if issuer.is_empty() {
            Self::Anyone
        } else {
            Self::WithToken
        })
    }

    /// Lets a request in that plays as `user`.
    ///
    /// # Errors
    /// [`Error::NotTheUser`] when it comes with another user's token, or with none.
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
