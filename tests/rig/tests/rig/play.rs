//! A play ends in time, and its view is queued, invoked or whole in the log.

use std::time::Duration;

use domain::View;
use fake_aws::{Behaviour, Calls, host::Outcome};
use rig::{Rig, calls, invoke_sample, metric, status};

/// Play's timeout in the template.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The view that an invocation wrote to its log for an operator, at a level that no log filter drops.
fn logged_view(outcome: &Outcome) -> Option<View> {
    let lines = outcome.log.json();
    let line = lines
        .iter()
        .find(|line| line["level"] == "ERROR" && line["fields"]["event"].is_string())?;
    serde_json::from_str(line["fields"]["event"].as_str()?).ok()
}

fn asynchronous_invocation() -> Calls {
    Calls::to("lambda").on("count-views")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_the_queue_does_not_take_is_invoked() {
    for behaviour in [
        Behaviour::hang(),
        Behaviour::server_error(),
        Behaviour::throttle(),
        Behaviour::refuse(),
        Behaviour::reset(),
    ] {
        let rig = Rig::start();
        let play = rig.play();
        rig.cloud
            .lambda
            .deploy("count-views", std::sync::Arc::new(rig.function("count-views")));
        rig.cloud.script.always(Calls::to("sqs"), behaviour.clone());
        let outcome = invoke_sample(&play, "play", TIMEOUT).await;
        assert_eq!(status(&outcome), 200, "{behaviour:?}");
        let invocation = rig.cloud.lambda.asynchronous.next().unwrap();
        assert!(
            serde_json::from_str::<View>(&invocation.payload).is_ok(),
            "{behaviour:?}"
        );
        assert_eq!(metric(&outcome, "ViewsInvoked"), 1, "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_nothing_takes_is_whole_in_the_log_with_a_cold_and_a_warm_cache() {
    let rig = Rig::start();
    let play = rig.play();
    rig.cloud.script.always(Calls::to("sqs"), Behaviour::hang());
    rig.cloud.script.always(asynchronous_invocation(), Behaviour::hang());
    for cache in ["cold", "warm"] {
        let outcome = invoke_sample(&play, "play", TIMEOUT).await;
        assert_eq!(status(&outcome), 200, "{cache}");
        let view = logged_view(&outcome).unwrap();
        assert_eq!(view.asset_id.as_str(), "123", "{cache}");
        assert_eq!(metric(&outcome, "ViewsNotPublished"), 1, "{cache}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_backend_is_heard_and_invoked_once() {
    let rig = Rig::start();
    let play = rig.play();
    rig.cloud.recorder.start();
    let slow = Behaviour::Delay(Duration::from_millis(2_500));
    rig.cloud.script.always(Calls::to("lambda").on("get-content"), slow);
    let outcome = invoke_sample(&play, "play", TIMEOUT).await;
    assert_eq!(status(&outcome), 200);
    let recorded = rig.cloud.recorder.take();
    let invocations = recorded
        .iter()
        .filter(|call| call.function().as_deref() == Some("get-content"));
    assert_eq!(invocations.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_backend_is_a_503_without_a_view() {
    let rig = Rig::start();
    let play = rig.play();
    rig.cloud
        .script
        .always(Calls::to("lambda").on("get-url"), Behaviour::hang());
    let outcome = invoke_sample(&play, "play", TIMEOUT).await;
    assert_eq!((status(&outcome), rig.cloud.events.len()), (503, 0));
    assert_eq!(metric(&outcome, "ServerErrors"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_counts_are_null_and_the_view_is_queued() {
    let rig = Rig::start();
    let play = rig.play();
    rig.cloud
        .script
        .always(Calls::to("lambda").on("get-views"), Behaviour::hang());
    let outcome = invoke_sample(&play, "play", TIMEOUT).await;
    assert_eq!((status(&outcome), rig.cloud.events.len()), (200, 1));
    assert!(outcome.json()["body"].as_str().unwrap().contains(r#""userviews":null"#));
    assert_eq!(metric(&outcome, "Degraded"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_while_the_instance_was_frozen_cost_no_answer() {
    let rig = Rig::start();
    let play = rig.play();
    invoke_sample(&play, "play", TIMEOUT).await;
    play.freeze().await;
    rig.server.disconnect();
    play.thaw();
    let outcome = invoke_sample(&play, "play", TIMEOUT).await;
    assert_eq!(
        (status(&outcome), metric(&outcome, "Degraded")),
        (200, 0),
        "{}",
        outcome.log.text()
    );
    assert_eq!(rig.cloud.events.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_after_the_queue_took_the_view_loses_nothing() {
    let rig = Rig::start();
    let play = rig.play();
    rig.cloud
        .script
        .next(1, calls("sqs", "SendMessage"), Behaviour::reset_after());
    let outcome = invoke_sample(&play, "play", TIMEOUT).await;
    assert_eq!(status(&outcome), 200);
    // The SDK sent it again: the same event, which is counted once.
    let bodies: Vec<_> = rig
        .cloud
        .events
        .messages()
        .into_iter()
        .map(|message| message.body)
        .collect();
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], bodies[1]);
}
