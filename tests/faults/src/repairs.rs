//! An operator who repairs damaged counters while the table fails and views come in between.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use domain::{Timestamp, View};
use fake_aws::{Answer, Call, Difference, Engine, Service};
use futures_util::{FutureExt, future::BoxFuture};
use reporting::{
    Ledger, Tables,
    audit::{Audit, Refused, Repair, Snapshot, audit},
};
use serde_json::{Value, json};
use tokio::{
    select,
    time::{Instant, sleep},
};

use crate::{
    counting::SHARDS,
    forgetting::USER,
    in_virtual_time, play_and_count,
    process::{Process, Seen},
    report,
    world::World,
};

/// The counters that are damaged, and one more.
const DAMAGED: usize = 100;
/// The views that are added to the counter of the user who was forgotten, more than were ever played.
const SURPLUS: i64 = 10_000_000;
/// The rounds after which an operator would give up.
const ROUNDS: usize = 200;
/// Longer than any transaction is under way.
const LATER: Duration = Duration::from_mins(5);

/// The repairs of a campaign.
#[derive(Debug, Default)]
pub struct Repairs {
    /// The views that were added to each damaged counter, or taken away.
    pub damage: BTreeMap<String, i64>,
    /// Repairs that were refused while the views had just been counted.
    pub too_early: usize,
    /// Repairs that were written, except those of a process that died.
    pub repaired: usize,
    /// Repairs that were refused because a view had come in between.
    pub overtaken: usize,
    /// Repairs that the table did not take in time.
    pub failed: usize,
    /// Times that the operator's process died.
    pub died: usize,
    /// The counters whose repair was refused to the end, because the right value is not known.
    pub refused: Vec<String>,
    /// The counters that are wrong at the end.
    pub left: Vec<String>,
    /// The counters that were wrong after a repair in another way than before.
    pub harmed: Vec<Difference>,
}

impl Repairs {
    /// Whether every counter is right again and none was made worse. The repair leaves alone the counter of the user who
    /// was forgotten just when their views were counted, which nobody can know.
    #[must_use]
    pub fn are_exact(&self) -> bool {
        // A counter that lost views may still be right as long as its views have just been counted.
        let too_many = self.damage.values().filter(|views| **views > 0).count();
        let left = [forgotten()];
        self.harmed.is_empty() && self.too_early == too_many && self.refused == left && self.left == left
    }
}

fn forgotten() -> String {
    format!("user#{USER}")
}

/// Plays `events` views under faults, damages counters and repairs them under faults.
#[must_use]
pub fn repairs_under_faults(events: u64, seed: u64) -> Repairs {
    in_virtual_time(seed, async {
        let (world, _) = play_and_count(events, || ()).await;
        let mut repairs = Repairs {
            damage: damage(&world.engine),
            ..Repairs::default()
        };
        repairs.too_early = repair_too_early(&world).await;
        for _ in 0..ROUNDS {
            // Views that came between the last repairs are old enough as well.
            set_age(&world.engine, Duration::from_hours(1));
            if round(&world, &mut repairs).await {
                break;
            }
            sleep(LATER).await;
            // At once, because the next repair would hide it.
            repairs.harmed.extend(harmed(&world, &repairs.damage));
        }
        let left = report::differences(&world).into_iter();
        repairs.left = left.map(|found| found.counter).collect();
        repairs
    })
}

/// The counters that are neither right nor as they were damaged.
fn harmed(world: &World, damage: &BTreeMap<String, i64>) -> Vec<Difference> {
    let is_as_damaged = |found: &Difference| {
        let damage = damage.get(&found.counter);
        damage.is_some_and(|views| found.played.checked_add_signed(*views) == Some(found.counted))
    };
    let mut differences = report::differences(world);
    differences.retain(|found| !is_as_damaged(found));
    differences
}

/// Adds views to counters or takes views away, behind the ledger's back. The counter of the user who was forgotten is one
/// of them.
fn damage(engine: &Engine) -> BTreeMap<String, i64> {
    let tables = ["user-counters", "asset-counters"];
    let mut places: Vec<_> = tables.into_iter().flat_map(|table| places(engine, table)).collect();
    fastrand::shuffle(&mut places);
    let mut damage = BTreeMap::from([(forgotten(), SURPLUS)]);
    add(engine, "user-counters", &json!({"id": {"S": USER}}), "views", SURPLUS);
    for place in places {
        if damage.len() > DAMAGED {
            break;
        }
        if let Entry::Vacant(entry) = damage.entry(place.counter) {
            let views = if fastrand::bool() {
                fastrand::i64(1..10)
            } else {
                -fastrand::i64(1..=place.views)
            };
            add(engine, place.table, &place.key, &place.attribute, *entry.insert(views));
        }
    }
    damage
}

/// A place where views are kept: an attribute of an item.
struct Place {
    table: &'static str,
    key: Value,
    attribute: String,
    counter: String,
    views: i64,
}

/// The totals and the days in a table that hold views.
fn places(engine: &Engine, table: &'static str) -> Vec<Place> {
    let of = |item: Value| {
        let fields = item.as_object().unwrap();
        let id = item["id"]["S"].as_str().unwrap();
        let key: serde_json::Map<_, _> = fields
            .iter()
            .filter(|(name, _)| ["id", "shard"].contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let numbers = fields.iter().filter(|(name, _)| !key.contains_key(*name));
        let place = |(attribute, value): (&String, &Value)| Place {
            table,
            key: key.clone().into(),
            attribute: attribute.clone(),
            counter: match (table, attribute.as_str()) {
                ("user-counters", _) => format!("user#{id}"),
                (_, "views") => format!("asset#{id}"),
                (_, day) => format!("day#20{}-{}-{}#{id}", &day[..2], &day[2..4], &day[4..]),
            },
            views: value["N"].as_str().unwrap().parse().unwrap(),
        };
        numbers.map(place).collect::<Vec<_>>()
    };
    let places = engine.items_of(table).into_iter().flat_map(of);
    places.filter(|place| place.views > 0).collect()
}

fn add(engine: &Engine, table: &str, key: &Value, attribute: &str, views: i64) {
    let by = json!({"N": views.to_string()});
    update(engine, table, key, "ADD #attribute :value", attribute, &by);
}

/// Makes all views as if they had been counted this long ago, and the user forgotten then.
fn set_age(engine: &Engine, age: Duration) {
    let time = json!({"S": String::from(Timestamp::now().minus(age))});
    for marker in engine.items_of("markers") {
        let is_tombstone = marker.get("forgottenAt").is_some();
        let attribute = if is_tombstone { "forgottenAt" } else { "countedAt" };
        update(
            engine,
            "markers",
            &json!({"id": marker["id"]}),
            "SET #attribute = :value",
            attribute,
            &time,
        );
    }
}

fn update(engine: &Engine, table: &str, key: &Value, expression: &str, attribute: &str, value: &Value) {
    let request = json!({
        "TableName": table,
        "Key": key,
        "UpdateExpression": expression,
        "ExpressionAttributeNames": {"#attribute": attribute},
        "ExpressionAttributeValues": {":value": value},
    });
    let answer = engine.carry_out(&Call::dynamodb("UpdateItem", &request));
    assert!(answer.is_success(), "{answer:?}");
}

/// Repairs right after all views were counted, when no right value is certain. Returns the number of repairs, all refused.
async fn repair_too_early(world: &Arc<World>) -> usize {
    set_age(&world.engine, Duration::ZERO);
    let counters = || ["user-counters", "asset-counters"].map(|table| world.engine.items_of(table));
    let before = counters();
    let operator = Operator::start(world);
    let repairs = operator.repair(&mut operator.audit().await).await;
    for repair in &repairs {
        assert!(matches!(repair.after, Err(Refused::Uncertain)), "{repair:?}");
    }
    assert_eq!(counters(), before);
    repairs.len()
}

/// Audits and repairs once. Returns whether nothing is left that could be repaired.
async fn round(world: &Arc<World>, repairs: &mut Repairs) -> bool {
    let operator = Operator::start(world);
    let mut found = operator.audit().await;
    let is_certain = |wrong: &reporting::audit::Difference| wrong.should_hold.start() == wrong.should_hold.end();
    if !found.differences.iter().any(is_certain) {
        repairs.refused = found.differences.into_iter().map(|wrong| wrong.counter).collect();
        return true;
    }
    let done = select! {
        biased;
        done = operator.repair(&mut found) => done,
        () = operator.process.kill.notified() => {
            repairs.died += 1;
            return false;
        }
    };
    for repair in done {
        match repair.after {
            Ok(_) => repairs.repaired += 1,
            Err(Refused::Changed) => repairs.overtaken += 1,
            Err(Refused::Failed(_)) => repairs.failed += 1,
            Err(Refused::Uncertain) => {}
            Err(refused) => panic!("{}: {refused:?}", repair.counter),
        }
    }
    false
}

/// An operator with a process of their own.
struct Operator {
    process: Arc<Process>,
    client: aws_sdk_dynamodb::Client,
    tables: Tables,
}

impl Operator {
    fn start(world: &Arc<World>) -> Self {
        let process = Arc::default();
        let seen = Seen {
            world: Arc::clone(world),
            process: Arc::clone(&process),
        };
        Self {
            process,
            client: world.clients_of(Arc::new(Interrupted(seen))).dynamodb(),
            tables: Tables::with_prefix(""),
        }
    }

    async fn audit(&self) -> Audit {
        let audit = audit(&self.client, &self.tables, Snapshot::default(), |_| ());
        Box::pin(audit).await.unwrap()
    }

    async fn repair(&self, found: &mut Audit) -> Vec<Repair> {
        Box::pin(found.repair(&self.client, &self.tables)).await
    }
}

/// The world as the operator sees it: now and then a view comes before a repair reads its counter, or before it writes.
struct Interrupted(Seen);

impl Service for Interrupted {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move {
            if let Some(counter) = under_repair(&call)
                && fastrand::f64() < 0.2
            {
                count_in_between(&self.0.world, counter).await;
            }
            self.0.answer(call).await
        }
        .boxed()
    }
}

/// The table and the id of the counter that a repair reads or writes.
fn under_repair(call: &Call) -> Option<(String, String)> {
    let request = call.json();
    let (table, id) = match call.action.as_str() {
        "Query" => (&request["TableName"], &request["ExpressionAttributeValues"][":id"]),
        "TransactWriteItems" => {
            let write = request["TransactItems"][0].as_object()?.values().next()?;
            (&write["TableName"], &write["Key"]["id"])
        }
        _ => return None,
    };
    Some((table.as_str()?.to_owned(), id["S"].as_str()?.to_owned()))
}

/// Counts a view of the asset, or by the user, whose counter is under repair.
async fn count_in_between(world: &World, (table, id): (String, String)) {
    let (asset, user) = match table.as_str() {
        "user-counters" => ("a-between", id.as_str()),
        _ => (id.as_str(), "u-between"),
    };
    let view = View::now(asset.parse().unwrap(), user.parse().unwrap(), None);
    let ledger = Ledger::new(world.engine.aws().dynamodb(), Tables::with_prefix(""), SHARDS);
    let outcome = ledger.record(vec![view], Instant::now() + LATER).await;
    assert_eq!(outcome.counted, 1);
    world.state.lock().unwrap().history.play(asset, user);
}
