//! The cloud as a client reaches it, with a script for its behaviour.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use fake_aws::{Behaviour, Calls, Cloud, Engine, Latency, server::Server, tls::Authority};
use serde_json::{Value, json};
use tokio::time::timeout;

fn cloud() -> Arc<Cloud> {
    Cloud::new(Engine::in_memory(), Latency::default())
}

/// A message for the events queue, as `play` sends it.
fn message(endpoint: &str) -> HttpRequest {
    let body = json!({"QueueUrl": "http://127.0.0.1/events", "MessageBody": "m"}).to_string();
    let mut request = HttpRequest::new(body.into());
    request.set_method("POST").unwrap();
    request.set_uri(endpoint).unwrap();
    let headers = request.headers_mut();
    let credential = "AWS4-HMAC-SHA256 Credential=play/20261125/us-east-1/sqs/aws4_request, Signature=0";
    headers.insert("authorization", credential);
    headers.insert("x-amz-target", "AmazonSQS.SendMessage");
    request
}

/// Sends a message and returns the status and the code of an error, or None when the connection breaks.
async fn send(client: &SharedHttpConnector, endpoint: &str) -> Option<(u16, String)> {
    let sent = client.call(message(endpoint)).await;
    let sent = sent.inspect_err(|error| assert!(error.is_io(), "{error:?}")).ok()?;
    let status = sent.status().as_u16();
    let body = http_body_util::BodyExt::collect(sent.into_body())
        .await
        .unwrap()
        .to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    Some((status, body["__type"].as_str().unwrap_or_default().to_owned()))
}

async fn send_over(server: &Server) -> Option<(u16, String)> {
    send(&connector::https(None).unwrap(), &server.url()).await
}

#[tokio::test]
async fn a_call_is_carried_out_or_not_as_the_script_says() {
    for (behaviour, answer, carried_out) in [
        (Behaviour::Answer, Some((200, "")), 1),
        (Behaviour::throttle(), Some((400, "ThrottlingException")), 0),
        (Behaviour::refuse(), Some((400, "AccessDeniedException")), 0),
        (Behaviour::server_error(), Some((500, "InternalServerError")), 0),
        (Behaviour::reset(), None, 0),
        (Behaviour::reset_after(), None, 1),
    ] {
        let cloud = cloud();
        let server = cloud.serve();
        cloud.script.always(Calls::to("sqs"), behaviour.clone());
        let sent = send_over(&server).await;
        let answer = answer.map(|(status, code)| (status, code.to_owned()));
        assert_eq!((sent, cloud.events.len()), (answer, carried_out), "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_call_hangs_until_the_connection_is_closed() {
    for (behaviour, carried_out) in [(Behaviour::hang(), 0), (Behaviour::hang_after(), 1)] {
        let cloud = cloud();
        let server = cloud.serve();
        cloud.script.always(Calls::to("sqs"), behaviour);
        let mut call = Box::pin(send_over(&server));
        assert!(
            timeout(Duration::from_millis(100), &mut call).await.is_err(),
            "it hangs"
        );
        server.disconnect();
        assert_eq!((call.await, cloud.events.len()), (None, carried_out));
    }
}

#[tokio::test]
async fn a_server_that_has_closed_its_connections_accepts_new_ones() {
    let cloud = cloud();
    let server = cloud.serve();
    let client = connector::https(None).unwrap();
    for sent in 1..=3 {
        // A pooled connection that is gone may cost one call.
        while send(&client, &server.url()).await.is_none() {}
        assert_eq!(cloud.events.len(), sent);
        server.disconnect();
    }
}

#[tokio::test]
async fn the_newest_rule_that_fits_counts_its_calls() {
    let cloud = cloud();
    let client = cloud.clients().sqs();
    let send = async || {
        let message = client
            .send_message()
            .queue_url("http://127.0.0.1/events")
            .message_body("m");
        Box::pin(message.send()).await.is_ok()
    };
    let sends = || Calls::to("sqs").action("SendMessage").on("events").by("test");
    cloud.script.after(1, sends(), Behaviour::refuse());
    cloud.script.always(Calls::to("sqs").on("poison"), Behaviour::refuse());
    assert_eq!([send().await, send().await, send().await], [true, false, true]);
    cloud.script.always(Calls::all(), Behaviour::refuse());
    cloud.script.next(1, sends(), Behaviour::Answer);
    assert_eq!([send().await, send().await], [true, false]);
    cloud.script.clear();
    assert!(send().await);
}

#[tokio::test]
async fn a_recorded_call_tells_who_called_what() {
    let cloud = cloud();
    let server = cloud.serve();
    cloud.recorder.start();
    send_over(&server).await.unwrap();
    let [call] = cloud.recorder.take().try_into().unwrap();
    assert_eq!(
        (call.caller.as_str(), call.service.as_str(), call.action.as_str()),
        ("play", "sqs", "SendMessage")
    );
    assert_eq!(call.resources(), ["events".to_owned()].into());
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served_over_tls() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path());
    let cloud = cloud();
    let server = cloud.serve_tls(&authority);
    let client = connector::https(Some(&authority.bundle)).unwrap();
    let endpoint = format!("https://{}", server.address);
    assert_eq!(send(&client, &endpoint).await, Some((200, String::new())));
}
