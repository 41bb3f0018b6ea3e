//! The plays of a campaign, to be compared with the counters in the tables.

use fake_aws::Counters;

/// The plays as the viewers saw them.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The counters as they should be.
    pub(crate) played: Counters,
    pub(crate) events: u64,
    pub(crate) duplicates: u64,
    /// Messages that an invocation reported as failed though it had counted their views.
    pub(crate) needless: u64,
    /// The users whose counters were deleted, each with the views that the counter held.
    pub(crate) forgotten: Vec<(String, u64)>,
    /// Messages that can never be counted.
    pub(crate) poison: Vec<String>,
}

impl History {
    /// Adds a view that a viewer was told of.
    pub(crate) fn play(&mut self, asset: &str, user: &str) {
        self.events += 1;
        self.played.view(asset, user);
    }
}
