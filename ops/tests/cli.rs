//! The program as an operator meets it: exit codes and sentences, against AWS on a port of this machine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{fs, net::TcpListener, path::Path, process::Command, sync::Arc, time::Duration};

use domain::View;
use fake_aws::{
    Answer, Call, Engine, Service,
    server::{Api, Server},
};
use reporting::{Ledger, Tables};
use serde_json::json;
use tokio::time::Instant;

/// AWS behind a socket, because the program has a process of its own.
struct Aws(Server);

impl Aws {
    fn start(service: impl Service) -> Self {
        Self(Server::start(Arc::new(Api(Arc::new(service)))))
    }

    /// Runs `ops` on this AWS.
    fn ops(&self, words: &[&str]) -> (i32, String) {
        ops(&self.0.url(), words)
    }
}

/// Runs `ops` on the AWS at a URL. Returns its exit code and its output.
fn ops(url: &str, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ops"));
    let command = command.args(words).env_clear().envs([
        ("AWS_ENDPOINT_URL", url),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("MARKERS_TABLE", "markers"),
        ("USER_COUNTERS_TABLE", "user-counters"),
        ("ASSET_COUNTERS_TABLE", "asset-counters"),
        ("EVENTS_QUEUE_URL", "https://sqs/events"),
        ("DEAD_LETTER_QUEUE_URL", "https://sqs/dead"),
    ]);
    let output = tokio::task::block_in_place(|| command.output().unwrap());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

/// The reporting tables with one counted view.
async fn with_a_view() -> (Engine, Aws) {
    let engine = Engine::for_reporting();
    let ledger = Ledger::new(engine.aws().dynamodb(), Tables::with_prefix(""), 4);
    let view = View::now("a".parse().unwrap(), "u".parse().unwrap(), None);
    let deadline = Instant::now() + Duration::from_secs(5);
    assert_eq!(ledger.record(vec![view], deadline).await.counted, 1);
    (engine.clone(), Aws::start(engine))
}

fn put(engine: &Engine, table: &str, item: &serde_json::Value) {
    let answer = engine.carry_out(&Call::dynamodb("PutItem", &json!({"TableName": table, "Item": item})));
    assert!(answer.is_success(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_of_right_counters_exits_with_0() {
    let (_, aws) = with_a_view().await;
    let expected = (0, "1 marker, 0 wrong counters\n".to_owned());
    assert_eq!(aws.ops(&["audit"]), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_of_a_wrong_counter_names_it_and_exits_with_1() {
    let (engine, aws) = with_a_view().await;
    put(
        &engine,
        "asset-counters",
        &json!({"id": {"S": "b"}, "shard": {"N": "0"}, "views": {"N": "3"}}),
    );
    let expected = "asset#b: holds 3, should hold 0\n1 marker, 1 wrong counter\n";
    assert_eq!(aws.ops(&["audit"]), (1, expected.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_prints_before_and_after_and_exits_with_1_where_it_refused() {
    let (engine, aws) = with_a_view().await;
    let shard = |id: &str, views: &str| json!({"id": {"S": id}, "shard": {"N": "0"}, "views": {"N": views}});
    put(&engine, "asset-counters", &shard("b", "3"));
    let expected = "asset#b: holds 3, should hold 0\n1 marker, 1 wrong counter\nasset#b: repaired, 3 before, 0 after\n";
    assert_eq!(aws.ops(&["audit", "--repair"]), (0, expected.to_owned()));
    // The view of `a` was counted just now.
    put(
        &engine,
        "asset-counters",
        &json!({"id": {"S": "a"}, "shard": {"N": "9"}, "views": {"N": "7"}}),
    );
    let counters = || engine.items_of("asset-counters");
    let before = counters();
    let (code, said) = aws.ops(&["audit", "--repair"]);
    assert_eq!(counters(), before);
    let refused = "asset#a: not repaired, because its views were counted or forgotten within a minute of the audit\n";
    assert!(code == 1 && said.ends_with(refused), "{code} {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_lists_what_is_held_about_a_user_and_says_what_it_costs() {
    let (engine, aws) = with_a_view().await;
    let tombstone = json!({"id": {"S": "forgotten#u"}, "userId": {"S": "u"}, "forgottenAt": {"S": "then"}});
    put(&engine, "markers", &tombstone);
    put(&engine, "markers", &json!({"id": {"S": "other"}, "userId": {"S": "v"}}));
    let (code, said) = aws.ops(&["export-user", "u"]);
    let (json, cost) = said.split_once("Reading about").unwrap();
    assert_eq!((code, cost), (0, " 3 markers takes 1 read unit, $0.00.\n"));
    let export: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        (&export["user"], &export["counter"]),
        (&json!("u"), &json!({"id": "u", "views": 1}))
    );
    assert_eq!(export["tombstone"]["forgottenAt"], "then");
    let markers = export["markers"].as_array().unwrap();
    assert_eq!((markers.len(), &markers[0]["assetId"]), (1, &json!("a")));
    let nobody = aws.ops(&["export-user", "nobody"]).1;
    assert!(
        nobody.contains("\"counter\": null") && nobody.contains("\"markers\": []"),
        "{nobody}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_goes_on_past_an_item_that_is_not_a_counter_and_exits_with_1() {
    let (engine, aws) = with_a_view().await;
    put(
        &engine,
        "user-counters",
        &json!({"id": {"S": "v"}, "views": {"S": "many"}}),
    );
    let expected = "item v of user-counters: views is not a count\n\
                    1 marker, 0 wrong counters, 1 item that can't be read\n";
    assert_eq!(aws.ops(&["audit"]), (1, expected.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_starts_from_the_counters_that_another_one_saved() {
    let (_, aws) = with_a_view().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("counters.json");
    let file = file.to_str().unwrap();
    for words in [["audit", "--save", file], ["audit", "--since", file]] {
        assert_eq!(aws.ops(&words).0, 0, "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_counter_is_still_wrong_from_the_counters_that_its_audit_saved() {
    let (engine, aws) = with_a_view().await;
    let shard = json!({"id": {"S": "b"}, "shard": {"N": "0"}, "views": {"N": "3"}});
    put(&engine, "asset-counters", &shard);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("counters.json");
    let file = file.to_str().unwrap();
    for words in [["audit", "--save", file], ["audit", "--since", file]] {
        let (code, said) = aws.ops(&words);
        assert!(
            code == 1 && said.contains("asset#b: holds 3, should hold 0\n"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_can_not_look_says_why_and_exits_with_2() {
    let (_, aws) = with_a_view().await;
    let directory = tempfile::tempdir().unwrap();
    let damaged = directory.path().join("damaged.json");
    fs::write(&damaged, "{").unwrap();
    let damaged = damaged.to_str().unwrap();
    for (words, sentence) in [
        (
            ["audit", "--since", "none.json"],
            "error: Failed to read the snapshot none.json: No such file or directory (os error 2)\n".to_owned(),
        ),
        (
            ["audit", "--since", damaged],
            format!("error: Failed to read the snapshot {damaged}: EOF while parsing an object at line 1 column 1\n"),
        ),
        (
            ["audit", "--save", "none/counters.json"],
            "1 marker, 0 wrong counters\nerror: Failed to write the snapshot none/counters.json: No such file or \
             directory (os error 2)\n"
                .to_owned(),
        ),
    ] {
        assert_eq!(aws.ops(&words), (2, sentence));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_can_not_be_read_is_named_in_a_sentence() {
    let denied = json!({"__type": "AccessDeniedException", "message": "User x is not authorized"});
    let aws = Aws::start(move |_: &Call| Answer::now(400, denied.to_string()));
    let (code, said) = aws.ops(&["audit"]);
    let expected = "error: Failed to read table user-counters: service error: unhandled error (AccessDeniedException): \
                    User x is not authorized\n";
    assert_eq!((code, said.as_str()), (2, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aws_that_does_not_answer_is_told_in_a_sentence() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, said) = ops(&format!("http://{closed}"), &["redrive"]);
    assert_eq!(code, 2);
    let start = "error: Failed to read the attributes of the queue https://sqs/dead: ";
    assert!(
        said.starts_with(start) && said.ends_with(": Connection refused (os error 111)\n"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_says_how_many_views_it_sent() {
    let aws = Aws::start(|call: &Call| {
        assert_eq!(call.action.as_str(), "SendMessageBatch");
        Answer::now(200, r#"{"Successful":[],"Failed":[]}"#)
    });
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/lines.log");
    let expected = (0, "2 views sent to the events queue\n".to_owned());
    assert_eq!(aws.ops(&["recover", logs.to_str().unwrap()]), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_sqs_stops_says_how_far_it_came_and_exits_with_2() {
    let aws = Aws::start(|_: &Call| Answer::error(400, "QueueDoesNotExist"));
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/lines.log");
    let (code, said) = aws.ops(&["recover", log.to_str().unwrap()]);
    assert_eq!(code, 2);
    let start = "error: Sent 0 of 2 views: Failed to send views to the events queue: ";
    assert!(said.starts_with(start), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_finds_nothing_says_so_and_exits_with_1() {
    let aws = Aws::start(|call: &Call| panic!("nothing should be sent: {call:?}"));
    let directory = tempfile::tempdir().unwrap();
    let (code, said) = aws.ops(&["recover", directory.path().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(said.starts_with("No view found."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_sends_what_it_can_read_and_says_what_it_can_not() {
    let aws = Aws::start(|_: &Call| Answer::now(200, r#"{"Successful":[],"Failed":[]}"#));
    let log = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/lines.log")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("damaged.log");
    fs::write(&file, log.replace("user-1", "user/1")).unwrap();
    let expected = "1 view sent to the events queue\n1 damaged view can't be read. Search the files for playedAt.\n";
    let recovered = aws.ops(&["recover", file.to_str().unwrap()]);
    assert_eq!(recovered, (1, expected.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_loaded_only_after_a_yes_to_the_estimate_of_its_bill() {
    let aws = Aws::start(|call: &Call| panic!("nobody said yes: {call:?}"));
    let api = "https://abc.execute-api.eu-west-1.amazonaws.com";
    let expected = format!(
        "1000000 plays on {api} cost about $8.00 at most, by list prices\n\
         error: Add --yes (make load YES=1) to load a deployment\n"
    );
    assert_eq!(aws.ops(&["load", "--api", api, "--plays", "1000000"]), (2, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn help_explains_each_command() {
    let aws = Aws::start(|call: &Call| panic!("help asks nobody: {call:?}"));
    for (words, told) in [
        (&["--help"][..], ["audit", "recover", "redrive", "Exit codes:"]),
        (&["load", "--help"], ["API_URL", "--rate", "Idempotency-Key", "--yes"]),
        (
            &["audit", "--help"],
            ["MARKERS_TABLE", "--since", "--repair", "43 days"],
        ),
        (
            &["export-user", "--help"],
            ["USER_COUNTERS_TABLE", "JSON", "43 days", "costs"],
        ),
        (
            &["recover", "--help"],
            ["EVENTS_QUEUE_URL", "standard input", "Logs Insights", "Exits with 1"],
        ),
        (
            &["redrive", "--help"],
            ["DEAD_LETTER_QUEUE_URL", "EVENTS_QUEUE_URL", "twice", "SQS"],
        ),
    ] {
        let (code, said) = aws.ops(words);
        assert_eq!(code, 0);
        let missing: Vec<_> = told.iter().filter(|told| !said.contains(**told)).collect();
        assert!(missing.is_empty(), "{words:?} does not explain {missing:?}:\n{said}");
    }
}
