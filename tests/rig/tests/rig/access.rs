//! The calls that each function makes, held against `access.json`. `tests/template` holds the roles against the same file,
//! so that every call is allowed and every permission is used.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{IdempotencyKey, View};
use fake_aws::{Behaviour, Call, Calls};
use rig::{Rig, calls, invoke, invoke_sample};
use serde_json::json;

const TIMEOUT: Duration = Duration::from_secs(10);
/// The timeout of rank-assets in the template.
const RANKING_TIMEOUT: Duration = Duration::from_mins(15);

/// The permissions of each function, such as `dynamodb:GetItem metadata`.
type Access = BTreeMap<String, BTreeSet<String>>;

/// The IAM action and the resource of each thing that a call does. A transaction needs the permission for each of its
/// writes, and a batch of messages the one for a message.
fn permissions(call: &Call) -> BTreeSet<String> {
    let action = match call.action.as_str() {
        "TransactWriteItems" => return writes(call),
        "SendMessageBatch" => "SendMessage",
        "Invoke" => "InvokeFunction",
        action => action,
    };
    let on = |resource: String| format!("{}:{action} {resource}", call.service);
    call.resources().into_iter().map(on).collect()
}

fn writes(call: &Call) -> BTreeSet<String> {
    let request = call.json();
    let items = request["TransactItems"].as_array().unwrap().iter();
    let writes = items.flat_map(|item| item.as_object().unwrap().iter());
    writes
        .map(|(action, write)| format!("dynamodb:{action}Item {}", write["TableName"].as_str().unwrap()))
        .collect()
}

/// Has each function do everything that it can do, one after the other.
async fn exercise(rig: &Rig) {
    for name in [
        "get-content",
        "post-content",
        "delete-content",
        "list-content",
        "get-url",
        "post-url",
        "delete-url",
        "post-view",
        "get-user-views",
        "delete-user-views",
        "get-asset-views",
        "get-views",
        "get-asset-days",
        "get-top-assets",
        "health",
    ] {
        invoke_sample(&rig.function(name), name, TIMEOUT).await;
    }
    rig.add_idle_shard();
    invoke_sample(&rig.function("rank-assets"), "rank-assets", RANKING_TIMEOUT).await;
    // The samples have deleted it.
    rig.cloud.add_asset("123");
    let play = rig.play();
    invoke_sample(&play, "play", TIMEOUT).await;
    rig.cloud
        .script
        .always(Calls::to("sqs").by("play"), Behaviour::refuse());
    invoke_sample(&play, "play", TIMEOUT).await;

    let count_views = rig.function("count-views");
    let event = |key: Option<&str>| {
        let key = key.map(|key| IdempotencyKey::parse(key.as_bytes()).unwrap());
        serde_json::to_string(&View::now("123".parse().unwrap(), "8".parse().unwrap(), key.as_ref())).unwrap()
    };
    // Keys of several views are looked up.
    let bodies = [event(None), event(Some("k")), event(Some("l")), "not json".to_owned()];
    let records: Vec<_> = bodies
        .iter()
        .map(|body| json!({"messageId": body, "body": body}))
        .collect();
    let batch = json!({"Records": records});
    invoke(&count_views, &batch.to_string(), TIMEOUT).await;
    let transaction = calls("dynamodb", "TransactWriteItems").by("count-views");
    rig.cloud.script.always(transaction, Behaviour::refuse());
    invoke(&count_views, &event(None), TIMEOUT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_calls_what_the_file_lists_and_nothing_else() {
    let rig = Rig::start();
    rig.cloud.recorder.start();
    exercise(&rig).await;
    let mut access = Access::new();
    for call in rig.cloud.recorder.take() {
        access
            .entry(call.caller.clone())
            .or_default()
            .extend(permissions(&call));
    }
    let listed: Access = serde_json::from_str(include_str!("../../access.json")).unwrap();
    assert_eq!(
        access,
        listed,
        "write this to tests/rig/access.json:\n{}",
        serde_json::to_string_pretty(&access).unwrap()
    );
}
