//! Views for the benchmarks of counting, and the client that counts them.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use domain::{IdempotencyKey, View};
use fake_aws::{Metered, answering};
use ops::zipf::Zipf;
use reporting::{Ledger, Tables};

/// Shards of an asset's counter, as in the template.
const SHARDS: u32 = 16;

/// Draws views: assets and users by Zipf's law, or one hot asset.
pub struct Load {
    assets: Option<Zipf>,
    users: Zipf,
}

impl Load {
    /// Always draws the same views.
    #[must_use]
    pub fn zipf() -> Self {
        fastrand::seed(1);
        Self {
            assets: Some(Zipf::assets()),
            users: Zipf::users(),
        }
    }

    /// All views are of the asset `a0`.
    #[must_use]
    pub fn of_one_asset() -> Self {
        Self {
            assets: None,
            ..Self::zipf()
        }
    }

    /// Views without a key.
    #[must_use]
    pub fn views(&self, number: usize) -> Vec<View> {
        (0..number).map(|_| self.view(None)).collect()
    }

    /// Views that each have a key of their own.
    #[must_use]
    pub fn views_with_keys(&self, number: usize) -> Vec<View> {
        let key = |_| IdempotencyKey::parse(fastrand::u128(..).to_string().as_bytes()).ok();
        (0..number).map(|n| self.view(key(n).as_ref())).collect()
    }

    fn view(&self, key: Option<&IdempotencyKey>) -> View {
        let asset = self.assets.as_ref().map_or(0, Zipf::draw);
        let user = self.users.draw();
        View::now(
            format!("a{asset}").parse().unwrap(),
            format!("u{user}").parse().unwrap(),
            key,
        )
    }
}

/// A client whose every call takes `round_trip`.
#[must_use]
pub fn client(engine: &Metered, round_trip: Duration) -> Client {
    let engine = engine.clone();
    answering(move |call| engine.carry_out(call).after(round_trip)).dynamodb()
}

/// Counts a batch of views by the ledger.
pub async fn count(client: &Client, views: Vec<View>) {
    let ledger = Ledger::new(client.clone(), Tables::with_prefix(""), SHARDS);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(28);
    let outcome = ledger.record(views, deadline).await;
    assert!(outcome.failed.is_empty(), "no batch may fail");
}
