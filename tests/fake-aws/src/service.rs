//! A service: whatever answers calls. A client reaches it in process ([`crate::connector`]) or over a network
//! ([`crate::server`]).

use futures_util::{FutureExt, future::BoxFuture};

use crate::{Answer, Call};

/// Answers calls.
pub trait Service: Send + Sync + 'static {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer>;

    /// Called when an in-process caller hears that its call succeeded. One that gave up before does not.
    fn heard(&self, _call: &Call) {}
}

impl<F: Fn(&Call) -> Answer + Send + Sync + 'static> Service for F {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move { self(&call) }.boxed()
    }
}
