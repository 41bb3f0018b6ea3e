//! Sample events, broken in every field: whatever a client, a proxy or a token puts there.

use std::iter::once;

use lambda_http::{Context, Request, aws_lambda_events::apigw::ApiGatewayV2httpResponse};
use platform::http::{Error, Reply, answer};
use serde_json::{Value, json};

use crate::requests::{event_with, sample_event};

/// Pairs of mutations that are tried of one event.
const PAIRS: usize = 200;
const SEED: u64 = 14;

/// The values that each field is given.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1.5),
        json!(""),
        json!("\"<b>\u{e9}\u{202e}"),
        json!("a\u{0}\r\n\u{1b}\u{7f}"),
        json!("http,https"),
        json!("127.0.0.1:99999"),
        json!("x".repeat(70_000)),
        json!([["x"]]),
        json!({"x": {"y": null}}),
    ]
}

/// Parts of an event that no endpoint reads, with values that have broken requests.
fn unread() -> Vec<(&'static str, Value)> {
    vec![
        ("/rawQueryString", json!("q=\"x\"")),
        ("/rawQueryString", json!("q=<b>")),
        ("/rawPath", json!("/play/asset/a b/user/<8>")),
        ("/headers/x-forwarded-proto", json!("http,https")),
        ("/headers/x-forwarded-proto", json!("")),
        ("/headers/host", json!("127.0.0.1:99999")),
        ("/headers/user-agent", json!("a\u{1}b")),
        ("/cookies", json!(["a\nb", 1])),
        (
            "/requestContext/authorizer",
            json!({"jwt": {"claims": {"exp": 1, "amr": null}, "scopes": null}}),
        ),
        (
            "/requestContext/authorizer",
            json!({"iam": {"cognitoIdentity": {"amr": null}}}),
        ),
        ("/requestContext/timeEpoch", json!("yesterday")),
    ]
}

/// Sends the event `events/<name>.json` to an endpoint with odd values where nobody reads. The answer is that to the
/// sample.
pub async fn assert_what_nobody_reads_changes_nothing<H, A>(name: &str, endpoint: H)
where
    H: Fn(Request) -> A,
    A: Future<Output = Result<Reply, Error>>,
{
    let status = async |event: String| answer(&endpoint, &event, Context::default()).await.status_code;
    let expected = status(sample_event(name)).await;
    for change in unread() {
        let event = event_with(name, std::slice::from_ref(&change));
        assert_eq!(status(event).await, expected, "{name}: {change:?}");
    }
}

/// Sends each mutation of the event `events/<name>.json` to an endpoint. No answer may be a 5xx, and each is JSON.
pub async fn assert_no_event_breaks<H, A>(name: &str, endpoint: H)
where
    H: Fn(Request) -> A,
    A: Future<Output = Result<Reply, Error>>,
{
    for event in mutations(name) {
        let response = answer(&endpoint, &event, Context::default()).await;
        let shown = || format!("{name}: {} to {event:.4000}", response.status_code);
        assert!((200..500).contains(&response.status_code), "{}", shown());
        assert!(body(&response).is_object(), "{}", shown());
    }
}

/// The body of a response.
#[must_use]
pub fn body(response: &ApiGatewayV2httpResponse) -> Value {
    serde_json::from_slice(response.body.as_ref().unwrap()).unwrap()
}

/// The event with each field removed or replaced, and with pairs of such changes drawn at random.
fn mutations(name: &str) -> Vec<String> {
    let event: Value = serde_json::from_str(&sample_event(name)).unwrap();
    let mut pointers = vec![String::new()];
    collect_pointers(&event, "", &mut pointers);
    let changes: Vec<_> = once(None).chain(values().into_iter().map(Some)).collect();
    let single = pointers
        .iter()
        .flat_map(|pointer| changes.iter().map(|change| mutated(&event, pointer, change.as_ref())));
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut draw = |event: &Value| {
        let (pointer, change) = (random.choice(&pointers).unwrap(), random.choice(&changes).unwrap());
        mutated(event, pointer, change.as_ref())
    };
    let pairs: Vec<_> = (0..PAIRS)
        .map(|_| {
            let once = draw(&event);
            draw(&once)
        })
        .collect();
    single.chain(pairs).map(|event| event.to_string()).collect()
}

/// The JSON pointers of all fields of `value` and of the fields in them.
fn collect_pointers(value: &Value, at: &str, pointers: &mut Vec<String>) {
    for (name, field) in value.as_object().into_iter().flatten() {
        let pointer = format!("{at}/{name}");
        collect_pointers(field, &pointer, pointers);
        pointers.push(pointer);
    }
}

/// The event with another value at a pointer, or without the field. A pointer that leads nowhere changes nothing.
fn mutated(event: &Value, pointer: &str, value: Option<&Value>) -> Value {
    let mut event = event.clone();
    match (value, pointer.rsplit_once('/')) {
        (Some(value), _) => {
            if let Some(field) = event.pointer_mut(pointer) {
                *field = value.clone();
            }
        }
        (None, Some((parent, name))) => {
            if let Some(parent) = event.pointer_mut(parent).and_then(Value::as_object_mut) {
                parent.remove(name);
            }
        }
        (None, None) => event = json!({}),
    }
    event
}
