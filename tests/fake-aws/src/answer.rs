//! The answer to a call: a response, now or later, or none.

use std::{future::pending, time::Duration};

use hyper::{Response, StatusCode, header::HeaderValue};
use serde_json::{Value, json};
use tokio::time::sleep;

/// The answer to a call.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The time until it comes.
    pub after: Duration,
    pub ending: Ending,
}

/// The end of a call.
#[derive(Debug, Clone)]
pub enum Ending {
    Response(Response<String>),
    /// The connection breaks.
    Reset,
    /// The connection stays open and nothing comes.
    Silence,
}

impl Answer {
    /// A response with this HTTP status and body, at once.
    pub fn now(http_status: u16, body: impl Into<String>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(http_status).unwrap();
        Self::at_once(Ending::Response(response))
    }

    /// An error of AWS's JSON APIs.
    #[must_use]
    pub fn error(http_status: u16, code: &str) -> Self {
        Self::now(http_status, json!({"__type": code, "message": "fake"}).to_string())
    }

    /// A function's reply to an HTTP request, as the gateway and `Invoke` get it.
    #[must_use]
    pub fn reply(http_status: u16, body: &Value) -> Self {
        let headers = json!({"content-type": "application/json"});
        let reply = json!({
            "statusCode": http_status,
            "headers": headers,
            "cookies": [],
            "body": body.to_string(),
            "isBase64Encoded": false,
        });
        Self::now(200, reply.to_string())
    }

    /// Lambda's answer when the invoked function crashed or timed out.
    #[must_use]
    pub fn function_error(error: &str) -> Self {
        let mut answer = Self::now(200, error);
        if let Ending::Response(response) = &mut answer.ending {
            let kind = HeaderValue::from_static("Unhandled");
            response.headers_mut().insert("x-amz-function-error", kind);
        }
        answer
    }

    /// No response: the connection breaks.
    #[must_use]
    pub fn reset() -> Self {
        Self::at_once(Ending::Reset)
    }

    /// No response: the caller waits until it gives up.
    #[must_use]
    pub fn silence() -> Self {
        Self::at_once(Ending::Silence)
    }

    /// The same answer, later by `delay`.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self {
            after: self.after + delay,
            ..self
        }
    }

    /// The response, if there is one.
    #[must_use]
    pub const fn response(&self) -> Option<&Response<String>> {
        match &self.ending {
            Ending::Response(response) => Some(response),
            Ending::Reset | Ending::Silence => None,
        }
    }

    /// Whether the call succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.response().is_some_and(|response| response.status().is_success())
    }

    /// Waits until the answer comes. None when the connection breaks instead.
    pub(crate) async fn arrive(self) -> Option<Response<String>> {
        // Even an answer at once lets other tasks run meanwhile, as a network does.
        tokio::task::yield_now().await;
        wait(self.after).await;
        match self.ending {
            Ending::Response(response) => Some(response),
            Ending::Reset => None,
            Ending::Silence => pending().await,
        }
    }

    fn at_once(ending: Ending) -> Self {
        Self {
            after: Duration::ZERO,
            ending,
        }
    }
}

/// Waits for this time. Tokio's shortest sleep is a millisecond, so no time at all is not a sleep.
pub(crate) async fn wait(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}
