//! Recovering views: finding them in every form of a log, and sending them.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    cell::Cell,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use domain::{EventId, View};
use fake_aws::{Answer, answering};
use flate2::{Compression, write::GzEncoder};
use ops::recover::{Found, find, read, send, text};
use platform::aws::Clients;
use serde_json::{Value, json};

/// The directory of logs. Each file holds the same two views in the form that its name says.
fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs")
}

fn log(name: &str) -> Vec<u8> {
    fs::read(logs().join(name)).unwrap()
}

/// The view of `user-<number>` in each log.
fn view(number: u32) -> View {
    serde_json::from_value(json!({
        "version": 1,
        "eventId": format!("019abc00-0000-7000-8000-00000000000{number}"),
        "assetId": "movie:a+b|c@d~e",
        "userId": format!("user-{number}"),
        "playedAt": "2026-11-25T17:00:00.123Z",
        "correlationId": "JKJaXmPLvHcESHA=",
    }))
    .unwrap()
}

#[track_caller]
fn assert_finds_both_views(log: Vec<u8>, form: &str) {
    let found = find(&text(log).unwrap());
    let views: Vec<_> = found.views.into_values().collect();
    assert_eq!(views, [view(1), view(2)], "{form}");
    assert_eq!(found.unreadable, 0, "{form}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn views_are_found_in_every_form_of_a_log() {
    let forms = fs::read_dir(logs()).unwrap().map(|entry| entry.unwrap().path());
    let forms: Vec<_> = forms.collect();
    assert!(!forms.is_empty());
    for form in forms {
        assert_finds_both_views(fs::read(&form).unwrap(), &form.display().to_string());
    }
}

#[test]
fn views_are_found_however_a_file_is_compressed_and_encoded() {
    let export = log("filter-log-events.json");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| {
        let text = String::from_utf8(export.clone()).unwrap();
        format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(bytes)
            .collect::<Vec<_>>()
    };
    assert_finds_both_views(gzip(&export), "gzip");
    assert_finds_both_views(
        [b"\xef\xbb\xbf", export.as_slice()].concat(),
        "UTF-8 with a byte order mark",
    );
    assert_finds_both_views(utf16(u16::to_le_bytes), "UTF-16, little-endian");
    assert_finds_both_views(utf16(u16::to_be_bytes), "UTF-16, big-endian");
    let windows = String::from_utf8(export.clone()).unwrap().replace('\n', "\r\n");
    assert_finds_both_views(windows.into_bytes(), "carriage returns");
    let objects = log("firehose-object");
    let cut = objects.windows(2).position(|pair| pair == b"}{").unwrap() + 1;
    let parts = [gzip(&objects[..cut]), gzip(&objects[cut..])].concat();
    assert_finds_both_views(gzip(&parts), "Firehose objects, compressed twice");
}

#[test]
fn a_broken_byte_costs_the_view_that_it_is_in_and_no_other() {
    for form in ["lines.log", "filter-log-events.yaml", "insights.csv"] {
        let mut bytes = log(form);
        let user = bytes.windows(6).position(|window| window == b"user-1").unwrap();
        bytes[user] = 0xff;
        let found = find(&text(bytes).unwrap());
        let views: Vec<_> = found.views.into_values().collect();
        assert_eq!((views, found.unreadable), (vec![view(2)], 1), "{form}");
    }
}

#[test]
fn a_broken_byte_beside_a_view_costs_nothing() {
    let mut bytes = log("lines.log");
    bytes[3] = 0xff;
    assert_finds_both_views(bytes, "a broken byte");
}

#[test]
fn a_pretty_printed_view_is_found() {
    let pretty = serde_json::to_string_pretty(&view(1)).unwrap();
    let nested = json!({ "body": pretty }).to_string();
    for text in [pretty, nested] {
        assert_eq!(find(&text).views.into_values().collect::<Vec<_>>(), [view(1)], "{text}");
    }
}

#[test]
fn a_view_that_is_there_twice_is_found_once() {
    let found = read(&[logs(), logs().join("lines.log")]).unwrap();
    assert_eq!(found.views.into_values().collect::<Vec<_>>(), [view(1), view(2)]);
}

#[test]
fn a_log_without_views_holds_none() {
    for text in [
        "",
        "START RequestId: 1",
        r#"{"eventId":"1","message":"{\"version\":1}"}"#,
        "{{{{\"\"\\",
    ] {
        assert_eq!(find(text), Found::default(), "{text}");
    }
}

#[test]
fn a_file_that_can_not_be_read_is_named() {
    let error = read(&["no-such-file.log".into()]).unwrap_err();
    assert_eq!(
        ops::error::sentence(&error),
        "Failed to read no-such-file.log: No such file or directory (os error 2)"
    );
}

/// An SQS that does not accept messages the first `refusals` times that each is sent. Also returns what it accepted.
fn sqs(refusals: usize) -> (Clients, Arc<Mutex<Vec<View>>>) {
    let accepted = Arc::new(Mutex::new(Vec::new()));
    let (shared, sent) = (Arc::clone(&accepted), Mutex::new(std::collections::HashMap::new()));
    let clients = answering(move |call| {
        assert_eq!(call.action.as_str(), "SendMessageBatch");
        let request: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(request["QueueUrl"], EVENTS);
        let entries = request["Entries"].as_array().unwrap();
        assert!(entries.len() <= 10, "SQS accepts ten messages at once");
        let (mut failed, mut successful) = (Vec::new(), Vec::new());
        for entry in entries {
            let mut sent = sent.lock().unwrap();
            let times: &mut usize = sent.entry(entry["Id"].to_string()).or_default();
            *times += 1;
            if *times <= refusals {
                failed.push(json!({"Id": entry["Id"], "Code": "InternalError", "SenderFault": false}));
            } else {
                let view = serde_json::from_str(entry["MessageBody"].as_str().unwrap()).unwrap();
                shared.lock().unwrap().push(view);
                successful.push(json!({"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": ""}));
            }
        }
        Answer::now(200, json!({"Failed": failed, "Successful": successful}).to_string())
    });
    (clients, accepted)
}

const EVENTS: &str = "https://sqs.us-east-1.amazonaws.com/1/events";

fn views(count: usize) -> Vec<View> {
    let view = |_| View::now("123".parse().unwrap(), "8".parse().unwrap(), None);
    (0..count).map(view).collect()
}

fn ids(views: &[View]) -> Vec<EventId> {
    let mut ids: Vec<_> = views.iter().map(|view| view.event_id).collect();
    ids.sort();
    ids
}

#[tokio::test(start_paused = true)]
async fn each_view_is_sent_once_and_what_sqs_refuses_is_sent_again() {
    for refusals in [0, 1, 4] {
        let (clients, accepted) = sqs(refusals);
        let (views, sent) = (views(95), Cell::new(0));
        send(&clients.sqs(), EVENTS, &views, |count| sent.set(sent.get() + count))
            .await
            .unwrap();
        assert_eq!(ids(&accepted.lock().unwrap()), ids(&views), "{refusals} refusals");
        assert_eq!(sent.get(), 95, "the progress bar does not reach its end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_view_that_sqs_keeps_refusing_is_named() {
    let (clients, _) = sqs(5);
    let error = send(&clients.sqs(), EVENTS, &[view(1)], |_| ()).await.unwrap_err();
    let expected = "SQS refused view 019abc00-0000-7000-8000-000000000001: InternalError";
    assert_eq!(error.to_string(), expected);
}
