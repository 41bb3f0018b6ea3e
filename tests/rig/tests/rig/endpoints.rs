//! Every endpoint answers a failure before Lambda ends it, and a metric says so.

use std::time::Duration;

use fake_aws::{Behaviour, Calls};
use futures_util::future::join_all;
use rig::{Rig, calls, invoke_sample, metric, status};

/// The endpoints that use a table. Play and count-views have files of their own.
const ENDPOINTS: [&str; 14] = [
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
];

/// The timeout of these functions in the template.
const TIMEOUT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_fails_in_any_way_is_a_503_in_time_and_a_metric_says_so() {
    let rig = Rig::start();
    let functions: Vec<_> = ENDPOINTS.map(|name| (name, rig.function(name))).into();
    for behaviour in [
        Behaviour::hang(),
        Behaviour::throttle(),
        Behaviour::refuse(),
        Behaviour::reset(),
    ] {
        rig.cloud.script.clear();
        rig.cloud.script.always(Calls::to("dynamodb"), behaviour.clone());
        let invocations = functions
            .iter()
            .map(|(name, function)| invoke_sample(function, name, TIMEOUT));
        for (outcome, (name, _)) in join_all(invocations).await.iter().zip(&functions) {
            assert_eq!(status(outcome), 503, "{name}: {behaviour:?}");
            assert_eq!(metric(outcome, "ServerErrors"), 1, "{name}: {behaviour:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_that_hang_after_a_view_was_counted_are_answered_in_time() {
    let rig = Rig::start();
    let post_view = rig.function("post-view");
    let transaction = calls("dynamodb", "TransactWriteItems");
    rig.cloud
        .script
        .always(transaction, Behaviour::Delay(Duration::from_millis(1_900)));
    for read in ["GetItem", "Query"] {
        rig.cloud.script.always(calls("dynamodb", read), Behaviour::hang());
    }
    let outcome = invoke_sample(&post_view, "post-view", TIMEOUT).await;
    assert_eq!(status(&outcome), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_within_a_second_that_everything_hangs() {
    let rig = Rig::start();
    let health = rig.function("health");
    rig.cloud.script.always(Calls::all(), Behaviour::hang());
    let outcome = invoke_sample(&health, "health", TIMEOUT).await;
    assert_eq!(status(&outcome), 503);
    assert!(outcome.took < Duration::from_secs(2), "{:?}", outcome.took);
}
