//! A service: whatever answers calls. A client reaches it in process ([`crate::connector`]) or over a network
//! ([`crate::server`]).

use futures_util::{FutureExt, future::BoxFuture};

use crate::{Answer, Call};

/// Answers calls.
pub trait Service: Send + Sync + 'static {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer>;
}

impl<F: Fn(&Call) -> Answer + Send + Sync + 'static> Service for F {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move { self(&call) }.boxed()
    }
}
