//! The read units of an asset's total, of its days and of a top list, when all of them are as large as can be.

use std::sync::Arc;

use domain::{Day, Timestamp};
use fake_aws::{Call, Engine, Metered, connector, requests::sample_with_query};
use reporting::{AssetCounters, RankAssets, Rankings, Tables, get_top_assets};
use serde_json::{Value, json};

/// Shards of an asset's counter, as in the template.
const SHARDS: u32 = 16;
/// The days that a shard holds at most.
const DAYS: u32 = 31;
/// Views of a shard on a day, eight digits.
const VIEWS: &str = "99999999";

/// Measures the three reads.
pub async fn read_units() -> Value {
    let engine = Metered::new(Engine::for_reporting());
    let client = connector::clients(Arc::new(engine.clone())).dynamodb();
    let tables = Tables::with_prefix("");
    let asset = "x".repeat(128);
    for number in 0..SHARDS {
        put(&engine, &shard(&asset, number));
    }
    for number in 0..100 {
        put(&engine, &shard(&format!("a{number:063}"), 0));
    }
    let counters = AssetCounters::new(client.clone(), tables.asset_counters.clone());
    let asset = asset.parse().unwrap();
    let _ = engine.take();
    counters.views(&asset, false).await.unwrap();
    let total = engine.take().reads;
    let today = [Day::from(Timestamp::now())];
    counters.views_on(&asset, today.into_iter()).await.unwrap();
    let days = engine.take().reads;

    let rankings = Rankings::new(client.clone(), "rankings".to_owned());
    let rank_assets = RankAssets::new(client, tables.asset_counters, rankings.clone());
    rank_assets.rank(std::time::Duration::from_mins(1)).await.unwrap();
    let _ = engine.take();
    let request = sample_with_query("get-top-assets", "days=1&limit=100");
    get_top_assets(&rankings, request).await.unwrap();
    json!({"total": total, "days": days, "top": engine.take().reads})
}

fn shard(asset: &str, number: u32) -> Value {
    let count = json!({"N": VIEWS});
    let mut item = json!({"id": {"S": asset}, "shard": {"N": number.to_string()}, "views": count});
    for back in 0..DAYS {
        let day = Day::from(Timestamp::now()).minus(back).to_string();
        item[day[2..].replace('-', "")] = count.clone();
    }
    item
}

fn put(engine: &Metered, item: &Value) {
    let put = json!({"TableName": "asset-counters", "Item": item});
    let answer = engine.engine.carry_out(&Call::dynamodb("PutItem", &put));
    assert!(answer.is_success(), "{answer:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_total_and_a_top_list_take_one_unit_and_days_two_at_most() {
        let units = read_units().await;
        let of = |name: &str| units[name].as_f64().unwrap();
        assert!(of("total") > 0.0 && of("total") <= 1.0, "{units}");
        assert!(of("days") > 0.0 && of("days") <= 2.0, "{units}");
        assert!(of("top") > 0.0 && of("top") <= 1.0, "{units}");
    }
}
