//! count-views ends in time, and loses and doubles nothing.

use std::time::Duration;

use domain::View;
use fake_aws::{Behaviour, Calls, host::Failure};
use rig::{Rig, calls, invoke, metric};
use serde_json::{Value, json};

/// Less than the template's 30 s, so that the tests take less time. The budget follows the deadline.
const LIMIT: Duration = Duration::from_secs(8);

fn view() -> View {
    View::now("123".parse().unwrap(), "8".parse().unwrap(), None)
}

fn batch(bodies: &[String]) -> String {
    let record = |(n, body): (usize, &String)| json!({"messageId": format!("m{n}"), "body": body});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()}).to_string()
}

fn body(view: &View) -> String {
    serde_json::to_string(view).unwrap()
}

fn failures(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_which_nothing_can_be_counted_is_an_error_in_time() {
    for behaviour in [
        Behaviour::hang(),
        Behaviour::throttle(),
        Behaviour::server_error(),
        Behaviour::refuse(),
        Behaviour::reset(),
    ] {
        let rig = Rig::start();
        let count_views = rig.function("count-views");
        rig.cloud.script.always(Calls::to("dynamodb"), behaviour.clone());
        let outcome = invoke(&count_views, &batch(&[body(&view()), "not json".to_owned()]), LIMIT).await;
        assert!(
            matches!(outcome.answer, Err(Failure::Error(_))),
            "{behaviour:?}: {:?}",
            outcome.answer
        );
        assert_eq!(metric(&outcome, "ViewsFailed"), 1, "{behaviour:?}");
        assert_eq!(rig.cloud.poison.len(), 0, "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_of_any_text_reaches_its_queue_and_a_view_of_a_later_schema_is_counted() {
    let rig = Rig::start();
    let count_views = rig.function("count-views");
    let mut later = serde_json::to_value(view()).unwrap();
    later["player"] = json!("tv");
    later["correlationId"] = json!({"not": "an id"});
    let wrong_version = |text: &str| format!(r#"{{"version":"{text}"}}"#);
    let poison = [
        wrong_version("\\u0000\\u0007"),
        wrong_version("\\ufffe\\uffff"),
        wrong_version(&"x".repeat(200_000)),
        "[1]".to_owned(),
    ];
    let bodies: Vec<_> = [later.to_string()].into_iter().chain(poison).collect();
    let outcome = invoke(&count_views, &batch(&bodies), LIMIT).await;
    assert!(failures(&outcome.json()).is_empty(), "{}", outcome.log.text());
    assert_eq!((rig.cloud.poison.len(), rig.views("123")), (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_whose_queue_hangs_is_reported_in_time_and_the_views_are_counted() {
    let rig = Rig::start();
    let count_views = rig.function("count-views");
    rig.cloud.script.always(Calls::to("sqs"), Behaviour::hang());
    let poison = (0..100).map(|n| format!("not json {n}"));
    let bodies: Vec<_> = [body(&view())].into_iter().chain(poison).collect();
    let outcome = invoke(&count_views, &batch(&bodies), LIMIT).await;
    assert_eq!(failures(&outcome.json()).len(), 100);
    assert_eq!(rig.views("123"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_whose_answer_is_lost_counts_once() {
    for behaviour in [Behaviour::reset_after(), Behaviour::hang_after()] {
        let rig = Rig::start();
        let count_views = rig.function("count-views");
        rig.cloud
            .script
            .next(1, calls("dynamodb", "TransactWriteItems"), behaviour.clone());
        let outcome = invoke(&count_views, &batch(&[body(&view())]), Duration::from_secs(12)).await;
        assert!(failures(&outcome.json()).is_empty(), "{behaviour:?}");
        assert_eq!(rig.views("123"), 1, "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_event_that_cannot_be_counted_goes_to_the_queue_in_time() {
    let rig = Rig::start();
    let count_views = rig.function("count-views");
    rig.cloud.script.always(Calls::to("dynamodb"), Behaviour::hang());
    let event = body(&view());
    let outcome = invoke(&count_views, &event, LIMIT).await;
    assert!(outcome.answer.is_ok(), "{:?}", outcome.answer);
    let queued: Vec<_> = rig
        .cloud
        .events
        .messages()
        .into_iter()
        .map(|message| message.body)
        .collect();
    assert_eq!(queued, [event]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_event_that_nothing_takes_is_an_error_in_time() {
    let rig = Rig::start();
    let count_views = rig.function("count-views");
    rig.cloud.script.always(Calls::all(), Behaviour::hang());
    let event = body(&view());
    let outcome = invoke(&count_views, &event, LIMIT).await;
    assert!(matches!(outcome.answer, Err(Failure::Error(_))), "{:?}", outcome.answer);
    let logged = |line: &Value| line["level"] == "ERROR" && line["fields"]["event"] == event.as_str();
    assert!(outcome.log.json().iter().any(logged), "{}", outcome.log.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_while_the_instance_was_frozen_cost_no_count() {
    let rig = Rig::start();
    let count_views = rig.function("count-views");
    invoke(&count_views, &batch(&[body(&view())]), LIMIT).await;
    count_views.freeze().await;
    rig.server.disconnect();
    count_views.thaw();
    let outcome = invoke(&count_views, &batch(&[body(&view())]), LIMIT).await;
    assert!(failures(&outcome.json()).is_empty());
    assert_eq!(rig.views("123"), 2);
}
