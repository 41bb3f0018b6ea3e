//! A user who is forgotten while everything goes on.

use std::sync::Arc;

use fake_aws::requests::sample_with;
use reporting::{UserRecords, delete_user_views};
use tokio::time::sleep;

use crate::{
    plays::Plays,
    world::{TICK, World},
};

/// The user who watches most.
pub(crate) const USER: &str = "u0";

/// Forgets a user when no more than `left` plays are left, and again until that is acknowledged.
pub(crate) async fn forget_in_the_middle(world: Arc<World>, plays: Arc<Plays>, left: u64) {
    while plays.left() > left {
        sleep(TICK).await;
    }
    let client = world.clients(&Arc::default()).dynamodb();
    let records = UserRecords::new(client, "markers".to_owned(), "user-counters".to_owned());
    let request = || sample_with("delete-user-views", &[("userId", USER)]);
    while delete_user_views(&records, request()).await.is_err() {}
}
