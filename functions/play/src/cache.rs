//! Assets kept in the warm instance for a short time, so that a play of a hot asset costs one round trip.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use domain::AssetId;
use tokio::time::Instant;

use crate::Asset;

/// The most assets kept. With the longest summaries they take about 100 MB, usually a hundredth of that.
const CAPACITY: usize = 10_000;

/// Assets by id.
#[derive(Debug)]
pub struct Cache {
    life: Duration,
    assets: Mutex<HashMap<AssetId, Fetched>>,
}

/// An asset and when it was fetched, by two clocks. The monotonic one may stand still while an instance is frozen, and the
/// time of day may be set back.
#[derive(Debug)]
struct Fetched {
    asset: Arc<Asset>,
    at: Instant,
    time_of_day: SystemTime,
}

impl Fetched {
    fn now(asset: Arc<Asset>) -> Self {
        Self {
            asset,
            at: Instant::now(),
            time_of_day: SystemTime::now(),
        }
    }

    fn age(&self) -> Duration {
        self.at.elapsed().max(self.time_of_day.elapsed().unwrap_or_default())
    }
}

impl Cache {
    /// A cache that keeps an asset for `life`. Zero keeps nothing.
    #[must_use]
    pub fn new(life: Duration) -> Self {
        Self {
            life,
            assets: Mutex::default(),
        }
    }

    /// The asset, unless it was fetched too long ago.
    pub fn get(&self, id: &AssetId) -> Option<Arc<Asset>> {
        let assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner);
        let fetched = assets.get(id)?;
        (fetched.age() < self.life).then(|| Arc::clone(&fetched.asset))
    }

    /// Keeps an asset just fetched. A full cache starts over.
    pub fn keep(&self, id: AssetId, asset: Arc<Asset>) {
        if self.life.is_zero() {
            return;
        }
        let mut assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner);
        if assets.len() >= CAPACITY {
            assets.clear();
        }
        assets.insert(id, Fetched::now(asset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset() -> Arc<Asset> {
        Arc::new(Asset {
            content: serde_json::from_value(serde_json::json!({"title": "It", "genre": "horror", "summary": ""}))
                .unwrap(),
            location: serde_json::from_value(serde_json::json!({"url": "it.mp4"})).unwrap(),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn keeps_an_asset_for_its_life_and_not_longer() {
        let (cache, id): (_, AssetId) = (Cache::new(Duration::from_secs(30)), "123".parse().unwrap());
        assert_eq!(cache.get(&id), None);
        cache.keep(id.clone(), asset());
        tokio::time::advance(Duration::from_secs(29)).await;
        assert_eq!(cache.get(&id), Some(asset()));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(cache.get(&id), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_in_which_an_instance_was_frozen_counts() {
        let (cache, id): (_, AssetId) = (Cache::new(Duration::from_secs(30)), "123".parse().unwrap());
        cache.keep(id.clone(), asset());
        let hour = Duration::from_hours(1);
        cache.assets.lock().unwrap().get_mut(&id).unwrap().time_of_day -= hour;
        assert_eq!(cache.get(&id), None);
        cache.assets.lock().unwrap().get_mut(&id).unwrap().time_of_day += 2 * hour;
        assert_eq!(cache.get(&id), Some(asset()));
    }

    #[tokio::test]
    async fn keeps_nothing_when_turned_off() {
        let (cache, id): (_, AssetId) = (Cache::new(Duration::ZERO), "123".parse().unwrap());
        cache.keep(id.clone(), asset());
        assert_eq!(cache.get(&id), None);
    }

    #[tokio::test]
    async fn never_grows_beyond_its_capacity() {
        let cache = Cache::new(Duration::from_secs(30));
        for n in 0..=CAPACITY {
            cache.keep(n.to_string().parse().unwrap(), asset());
        }
        assert!(cache.assets.lock().unwrap().len() <= CAPACITY);
        assert_eq!(cache.get(&CAPACITY.to_string().parse().unwrap()), Some(asset()));
    }
}
