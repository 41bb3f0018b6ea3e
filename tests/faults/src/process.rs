//! A process of a function: the AWS that it sees, and its end.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use fake_aws::{Answer, Call, Service};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::Notify;

use crate::{transactions, world::World};

/// A process of a function.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// The end of the process: the task that runs it drops it at once.
    pub(crate) kill: Notify,
    /// The ids of the markers whose transactions succeeded, as far as the process knows.
    pub(crate) committed: Mutex<HashSet<String>>,
}

/// The world as one process sees it.
pub(crate) struct Seen {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

impl Service for Seen {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move {
            if call.action == "TransactWriteItems" {
                transactions::answer(&self.world, &self.process, &call).await
            } else {
                self.world.answer(call).await
            }
        }
        .boxed()
    }

    fn heard(&self, call: &Call) {
        if call.action == "TransactWriteItems" {
            self.process
                .committed
                .lock()
                .unwrap()
                .extend(transactions::markers(call));
        }
    }
}
