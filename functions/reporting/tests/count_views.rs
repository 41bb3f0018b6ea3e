//! count-views against a DynamoDB engine and an SQS that a script makes misbehave.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{sync::Arc, time::Duration};

use aws_lambda_events::sqs::SqsBatchResponse;
use domain::{EventId, IdempotencyKey, Timestamp, View};
use fake_aws::{Behaviour, Call, Calls, Cloud, Engine, Latency, Queue, requests::sample_event};
use reporting::{
    AssetCounters, Budget, CountViews, EventsQueue, Input, Ledger, NotCounted, PoisonQueue, Tables, UserCounters,
};
use serde_json::{Value, json};
use tokio::time::Instant;

/// The timeout of count-views in the template.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The latest answer, a second before Lambda stops the function.
const LATEST: Duration = Duration::from_secs(29);

struct Reporting {
    handler: CountViews,
    users: UserCounters,
    assets: AssetCounters,
    cloud: Arc<Cloud>,
}

impl Reporting {
    fn start() -> Self {
        let cloud = Cloud::new(Engine::in_memory(), Latency::default());
        let clients = cloud.clients();
        let tables = Tables::with_prefix("");
        Self {
            handler: CountViews {
                ledger: Ledger::new(clients.dynamodb(), tables.clone(), 4),
                events: EventsQueue::new(clients.sqs(), "https://sqs.us-east-1.amazonaws.com/1/events".to_owned()),
                poison: PoisonQueue::new(clients.sqs(), "https://sqs.us-east-1.amazonaws.com/1/poison".to_owned()),
            },
            users: UserCounters::new(clients.dynamodb(), tables.user_counters),
            assets: AssetCounters::new(clients.dynamodb(), tables.asset_counters),
            cloud,
        }
    }

    /// Reporting while a service misbehaves.
    fn while_service(service: &str, behaviour: Behaviour) -> Self {
        let reporting = Self::start();
        reporting.cloud.script.always(Calls::to(service), behaviour);
        reporting
    }

    async fn invoke(&self, input: &Value) -> Result<SqsBatchResponse, NotCounted> {
        let input: Input = serde_json::from_str(&input.to_string()).unwrap();
        self.handler.handle(input, Budget::within(TIMEOUT)).await
    }

    /// Invokes the function and returns the sorted ids of the messages that have to come again.
    async fn failures(&self, input: &Value) -> Vec<String> {
        let response = self.invoke(input).await.unwrap();
        let failures = response.batch_item_failures.into_iter();
        let mut failures: Vec<_> = failures.map(|failure| failure.item_identifier).collect();
        failures.sort();
        failures
    }

    async fn asset(&self, id: &str) -> Option<u64> {
        self.assets.views(&id.parse().unwrap(), true).await.unwrap()
    }

    async fn user(&self, id: &str) -> Option<u64> {
        self.users.views(&id.parse().unwrap(), true).await.unwrap()
    }
}

/// The messages in a queue with their reasons.
fn messages(queue: &Queue) -> Vec<(String, String)> {
    let messages = queue.messages().into_iter();
    messages
        .map(|message| {
            let reason = message.attribute("reason").unwrap_or_default().to_owned();
            (message.body, reason)
        })
        .collect()
}

/// The outages of DynamoDB in which no view can be counted.
fn outages() -> [Behaviour; 3] {
    [Behaviour::refuse(), Behaviour::throttle(), Behaviour::hang()]
}

fn view(asset: &str, user: &str) -> View {
    View::now(asset.parse().unwrap(), user.parse().unwrap(), None)
}

fn view_played_at(played_at: Timestamp) -> View {
    View::new(
        EventId::unique(),
        "123".parse().unwrap(),
        "8".parse().unwrap(),
        played_at,
    )
}

fn batch(bodies: &[String]) -> Value {
    let record =
        |(n, body): (usize, &String)| json!({"messageId": format!("m{n}"), "body": body, "eventSource": "aws:sqs"});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

fn body(view: &View) -> String {
    serde_json::to_string(view).unwrap()
}

#[tokio::test]
async fn the_sample_batch_counts_its_three_views_once_though_one_comes_twice() {
    let reporting = Reporting::start();
    // The sample's views are of a fixed day, which would be before the window one day.
    let mut sample: Value = serde_json::from_str(&sample_event("count-views")).unwrap();
    for record in sample["Records"].as_array_mut().unwrap() {
        let mut event: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
        event["playedAt"] = json!(Timestamp::now());
        record["body"] = json!(event.to_string());
    }
    assert_eq!(reporting.failures(&sample).await, [""; 0]);
    assert_eq!(
        (reporting.asset("123").await, reporting.asset("456").await),
        (Some(2), Some(1))
    );
    assert_eq!(
        (reporting.user("8").await, reporting.user("1").await),
        (Some(2), Some(1))
    );
}

#[tokio::test]
async fn a_batch_that_comes_again_moves_nothing() {
    let reporting = Reporting::start();
    let first = [view("a", "u"), view("a", "v"), view("b", "u")].map(|view| body(&view));
    reporting.failures(&batch(&first)).await;
    reporting.failures(&batch(&first)).await;
    // Recomposed with a view that is new.
    let [again, ..] = first;
    assert_eq!(
        reporting.failures(&batch(&[again, body(&view("a", "u"))])).await,
        [""; 0]
    );
    assert_eq!(
        (reporting.asset("a").await, reporting.asset("b").await),
        (Some(3), Some(1))
    );
    assert_eq!(
        (reporting.user("u").await, reporting.user("v").await),
        (Some(3), Some(1))
    );
}

#[tokio::test]
async fn a_large_batch_is_split_into_transactions_and_counted_whole() {
    let reporting = Reporting::start();
    let views: Vec<_> = (0..1_000)
        .map(|n| body(&view(&format!("a{}", n % 7), &format!("u{}", n % 300))))
        .collect();
    assert_eq!(reporting.failures(&batch(&views)).await, [""; 0]);
    assert_eq!(reporting.asset("a0").await, Some(143));
    assert_eq!(reporting.asset("a6").await, Some(142));
    assert_eq!(reporting.user("u0").await, Some(4));
    assert_eq!(reporting.user("u299").await, Some(3));
}

/// A view with a key, which anyone may send again.
fn view_with_key(asset: &str, user: &str, key: &str) -> View {
    let key = IdempotencyKey::parse(key.as_bytes()).unwrap();
    View::now(asset.parse().unwrap(), user.parse().unwrap(), Some(&key))
}

/// Three views of one user and asset without keys, and two with keys.
fn honest_views_and_replays() -> ([String; 3], [String; 2]) {
    let honest = [0; 3].map(|_| body(&view("a", "u")));
    (honest, ["k", "l"].map(|key| body(&view_with_key("a", "u", key))))
}

#[tokio::test]
async fn keys_that_were_counted_before_cost_no_write() {
    let reporting = Reporting::start();
    let (honest, replays) = honest_views_and_replays();
    reporting.failures(&batch(&replays)).await;
    let _ = reporting.cloud.tables.take();
    let messages = [honest.as_slice(), &replays].concat();
    assert_eq!(reporting.failures(&batch(&messages)).await, [""; 0]);
    let used = reporting.cloud.tables.take();
    // Three markers and two counters. The other two markers are read, half a unit each.
    assert_eq!((used.writes, used.reads), (10.0, 1.0));
    assert_eq!(reporting.asset("a").await, Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_replay_that_is_not_found_in_time_cancels_no_view_without_a_key() {
    for outage in outages() {
        let reporting = Reporting::start();
        let (honest, replays) = honest_views_and_replays();
        reporting.failures(&batch(&replays)).await;
        let _ = reporting.cloud.tables.take();
        let look_up = Calls::to("dynamodb").action("BatchGetItem");
        reporting.cloud.script.always(look_up, outage);
        let messages = [honest.as_slice(), &replays].concat();
        assert_eq!(reporting.failures(&batch(&messages)).await, [""; 0]);
        // The two replays and their counters, which are cancelled, and the transaction of the others.
        let used = reporting.cloud.tables.take();
        assert_eq!((used.writes, used.reads), (8.0 + 10.0, 0.0));
        assert_eq!(reporting.asset("a").await, Some(5));
    }
}

#[tokio::test(start_paused = true)]
async fn markers_of_a_large_batch_that_cannot_be_looked_up_leave_the_time_to_count() {
    let reporting = Reporting::start();
    let look_up = Calls::to("dynamodb").action("BatchGetItem");
    reporting.cloud.script.always(look_up, Behaviour::hang());
    // Six times as many keys as are looked up concurrently.
    let bodies: Vec<_> = (0..4_800)
        .map(|n| body(&view_with_key("a", "u", &format!("k{n}"))))
        .collect();
    assert_eq!(reporting.failures(&batch(&bodies)).await, [""; 0]);
    assert_eq!(reporting.asset("a").await, Some(4_800));
}

#[tokio::test]
async fn a_view_that_dynamodb_rejects_fails_alone() {
    let reporting = Reporting::start();
    let damaged = json!({"id": {"S": "damaged"}, "views": {"S": "many"}});
    let put = json!({"TableName": "user-counters", "Item": damaged});
    let put = reporting
        .cloud
        .tables
        .engine
        .carry_out(&Call::dynamodb("PutItem", &put));
    assert!(put.is_success(), "{put:?}");
    let bodies = ["u", "damaged", "v"].map(|user| body(&view("a", user)));
    assert_eq!(reporting.failures(&batch(&bodies)).await, ["m1"]);
    assert_eq!(reporting.asset("a").await, Some(2));
}

#[tokio::test]
async fn a_missing_table_is_asked_for_once_per_chunk() {
    let reporting = Reporting::while_service("dynamodb", Behaviour::refuse());
    reporting.cloud.recorder.start();
    let bodies = ["u", "v"].map(|user| body(&view("a", user)));
    reporting.invoke(&batch(&bodies)).await.unwrap_err();
    assert_eq!(reporting.cloud.recorder.take().len(), 1);
}

#[tokio::test]
async fn the_shards_can_be_raised_on_a_live_table_and_no_count_is_lost() {
    let client = Engine::for_reporting().aws().dynamodb();
    let tables = Tables::with_prefix("");
    let assets = AssetCounters::new(client.clone(), tables.asset_counters.clone());
    let asset = "a".parse().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    for (shards, total) in [(1, 40), (16, 80), (100, 120)] {
        let ledger = Ledger::new(client.clone(), tables.clone(), shards);
        for n in 0..40 {
            let outcome = ledger.record(vec![view("a", &format!("u{n}"))], deadline).await;
            assert_eq!((outcome.counted, outcome.failed), (1, vec![]));
        }
        assert_eq!(assets.views(&asset, true).await.unwrap(), Some(total));
    }
}

/// Four messages that can never be counted.
fn poison() -> [String; 4] {
    let day = Duration::from_hours(24);
    [
        "not json".to_owned(),
        body(&view("a", "u")).replace(r#""a""#, r#""a/b""#),
        body(&view_played_at(Timestamp::now().minus(22 * day))),
        body(&view_played_at(Timestamp::now().plus(2 * day))),
    ]
}

#[tokio::test]
async fn poison_messages_go_to_their_queue_with_a_reason_and_the_rest_is_counted() {
    let reporting = Reporting::start();
    let [not_json, bad_id, too_old, too_new] = poison();
    let bodies = [
        body(&view("a", "u")),
        not_json.clone(),
        bad_id.clone(),
        too_old.clone(),
        too_new.clone(),
    ];
    assert_eq!(reporting.failures(&batch(&bodies)).await, [""; 0]);
    assert_eq!(reporting.asset("a").await, Some(1));
    let queue = messages(&reporting.cloud.poison);
    assert_eq!(queue.len(), 4, "{queue:?}");
    for (message, reason) in [
        (not_json, "not a view event"),
        (bad_id, "assetId"),
        (too_old, "before the window"),
        (too_new, "more than a day ahead"),
    ] {
        let found = queue.iter().find(|(body, _)| *body == message).unwrap();
        assert!(found.1.contains(reason), "{found:?}");
    }
}

#[tokio::test]
async fn a_reason_never_keeps_a_message_out_of_the_queue() {
    let reporting = Reporting::start();
    let in_reason = |id: &str| body(&view("a", "u")).replace(r#""assetId":"a""#, &format!(r#""assetId":"{id}""#));
    let version = |text: &str| format!(r#"{{"version":"{text}"}}"#);
    let bodies = [
        in_reason("\\u0000"),
        in_reason("\\ufffe"),
        version("\\u0007\\uffff"),
        version(&"x".repeat(200_000)),
        "[1,2]".to_owned(),
        "x".to_owned(),
    ];
    assert_eq!(reporting.failures(&batch(&bodies)).await, [""; 0]);
    let queue = messages(&reporting.cloud.poison);
    assert_eq!(queue.len(), bodies.len(), "{queue:.200?}");
    assert!(queue.iter().all(|(_, reason)| reason.len() <= 256), "{queue:.200?}");
}

#[tokio::test]
async fn poison_that_its_queue_rejects_comes_again_alone() {
    let reporting = Reporting::while_service("sqs", Behaviour::refuse());
    let bodies = [body(&view("a", "u")), "not json".to_owned()];
    assert_eq!(reporting.failures(&batch(&bodies)).await, ["m1"]);
    assert_eq!(reporting.asset("a").await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn poison_whose_queue_hangs_comes_again_before_the_time_is_over() {
    let reporting = Reporting::while_service("sqs", Behaviour::hang());
    let start = Instant::now();
    let bodies: Vec<_> = (0..1_000)
        .map(|n| format!("not json {n}"))
        .chain([body(&view("a", "u"))])
        .collect();
    assert_eq!(reporting.failures(&batch(&bodies)).await.len(), 1_000);
    assert!(start.elapsed() <= LATEST, "{:?}", start.elapsed());
    assert_eq!(reporting.asset("a").await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_no_view_could_be_counted_is_an_error_before_the_time_is_over() {
    for outage in outages() {
        let reporting = Reporting::while_service("dynamodb", outage);
        let start = Instant::now();
        let twice = body(&view("a", "u"));
        let bodies = [twice.clone(), "not json".to_owned(), twice];
        let answer = reporting.invoke(&batch(&bodies)).await;
        assert!(matches!(answer, Err(NotCounted::Batch(1))), "{answer:?}");
        assert!(start.elapsed() <= LATEST, "{:?}", start.elapsed());
        // The whole batch comes again, so its poison must not have gone elsewhere.
        assert_eq!(messages(&reporting.cloud.poison), []);
    }
}

#[tokio::test]
async fn a_batch_of_poison_alone_is_not_an_error() {
    let reporting = Reporting::while_service("dynamodb", Behaviour::refuse());
    assert_eq!(reporting.failures(&batch(&poison())).await, [""; 0]);
    assert_eq!(messages(&reporting.cloud.poison).len(), 4);
}

#[tokio::test]
async fn a_single_view_is_counted_once_however_it_comes() {
    let reporting = Reporting::start();
    let view = view("a", "u");
    reporting.failures(&json!(view)).await;
    reporting.failures(&batch(&[body(&view)])).await;
    assert_eq!(reporting.asset("a").await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_single_view_that_cannot_be_counted_goes_to_the_events_queue() {
    for outage in outages() {
        let reporting = Reporting::while_service("dynamodb", outage);
        let view = view("a", "u");
        assert_eq!(reporting.failures(&json!(view)).await, [""; 0]);
        let [(event, _)] = messages(&reporting.cloud.events).try_into().unwrap();
        assert_eq!(serde_json::from_str::<View>(&event).unwrap(), view);
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_view_that_no_queue_takes_is_an_error_before_the_time_is_over() {
    for sqs in [Behaviour::refuse(), Behaviour::hang()] {
        let reporting = Reporting::while_service("dynamodb", Behaviour::hang());
        reporting.cloud.script.always(Calls::to("sqs"), sqs);
        let start = Instant::now();
        let answer = reporting.invoke(&json!(view("a", "u"))).await;
        assert!(matches!(answer, Err(NotCounted::Event(_))), "{answer:?}");
        assert!(start.elapsed() <= LATEST, "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_single_event_is_held_against_the_window_and_the_schema_like_any_other() {
    let reporting = Reporting::start();
    let [_, bad_id, too_old, too_new] = poison();
    for event in [bad_id, too_old, too_new, "[1,2]".to_owned(), "7".to_owned()] {
        assert_eq!(
            reporting.failures(&serde_json::from_str(&event).unwrap()).await,
            [""; 0]
        );
    }
    assert_eq!(messages(&reporting.cloud.poison).len(), 5);
}

#[test]
fn a_batch_that_cannot_be_read_is_an_error_and_not_an_event() {
    assert!(serde_json::from_str::<Input>(r#"{"Records":[{"body":1}]}"#).is_err());
}
