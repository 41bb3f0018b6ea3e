//! Outages of the services.

use std::time::Duration;

use tokio::time::Instant;

/// The outages of all services.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    pub(crate) table: Outage,
    pub(crate) queue: Outage,
    pub(crate) lambda: Outage,
}

/// The outage of one service.
#[derive(Debug, Default)]
pub(crate) struct Outage(Option<Instant>);

impl Outage {
    /// Begins now and lasts for this time.
    pub(crate) fn start(&mut self, time: Duration) {
        self.0 = Some(Instant::now() + time);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some_and(|end| Instant::now() < end)
    }
}
