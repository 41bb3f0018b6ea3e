//! The metadata endpoints against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use fake_aws::{
    Engine, TABLE,
    mutations::assert_no_event_breaks,
    refusals::assert_unavailable,
    requests::{sample, sample_with, sample_with_body, sample_with_content_type},
};
use metadata::{delete_content, get_content, post_content};
use platform::{aws::AssetTable, http::Error};
use serde_json::{Value, json};

fn table() -> AssetTable {
    AssetTable::new(Engine::with_table(&["id"]).aws().dynamodb(), TABLE.to_owned())
}

async fn stored(table: &AssetTable) -> Value {
    get_content(table, sample("get-content")).await.unwrap().body
}

fn rejection(error: &Error) -> (u16, Value, Value) {
    let reply = error.reply();
    (
        reply.status.as_u16(),
        reply.body["code"].clone(),
        reply.body["field"].clone(),
    )
}

#[tokio::test]
async fn posted_content_can_be_read() {
    let table = table();
    let reply = post_content(&table, sample("post-content")).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.body), (200, json!({"status": "ok"})));
    let expected = json!({"id": "123", "title": "It", "genre": "horror", "summary": "A very scary movie"});
    assert_eq!(stored(&table).await, expected);
}

#[tokio::test]
async fn a_post_replaces_the_whole_record() {
    let table = table();
    post_content(&table, sample("post-content")).await.unwrap();
    let other = r#"{"title":"It 2","genre":"drama","summary":""}"#;
    post_content(&table, sample_with_body("post-content", other))
        .await
        .unwrap();
    let expected = json!({"id": "123", "title": "It 2", "genre": "drama", "summary": ""});
    assert_eq!(stored(&table).await, expected);
}

#[tokio::test]
async fn deleted_content_is_not_found_and_no_other_is_deleted() {
    let table = table();
    post_content(&table, sample("post-content")).await.unwrap();
    let delete = async |id| {
        delete_content(&table, sample_with("delete-content", &[("assetId", id)]))
            .await
            .unwrap()
    };
    delete("456").await;
    assert_eq!(stored(&table).await["title"], "It");
    for _ in 0..2 {
        let reply = delete("123").await;
        assert_eq!((reply.status.as_u16(), reply.body), (200, json!({"status": "ok"})));
        let reply = get_content(&table, sample("get-content")).await.unwrap_err().reply();
        assert_eq!(reply.status.as_u16(), 404);
    }
}

#[tokio::test]
async fn a_bad_id_deletes_nothing() {
    let table = table();
    post_content(&table, sample("post-content")).await.unwrap();
    let request = sample_with("delete-content", &[("assetId", "123/")]);
    let error = delete_content(&table, request).await.unwrap_err();
    assert_eq!(rejection(&error), (400, json!("invalid_asset_id"), json!("assetId")));
    assert_eq!(stored(&table).await["title"], "It");
}

#[tokio::test]
async fn an_unknown_asset_is_not_found() {
    let error = get_content(&table(), sample_with("get-content", &[("assetId", "789")]))
        .await
        .unwrap_err();
    let expected = json!({"id": "789", "status": "Asset not found", "code": "asset_not_found"});
    assert_eq!((error.reply().status.as_u16(), error.reply().body), (404, expected));
}

#[tokio::test]
async fn bad_input_is_rejected_and_changes_nothing() {
    let table = table();
    post_content(&table, sample("post-content")).await.unwrap();
    let before = stored(&table).await;
    let too_large = format!(r#"{{"title":"{}"}}"#, "x".repeat(64 * 1024));
    for (body, expected) in [
        ("", (400, json!("invalid_json"), json!("body"))),
        ("[]", (400, json!("invalid_json"), json!("body"))),
        (
            r#"{"title":"It","genre":"horror"}"#,
            (400, json!("missing_field"), json!("summary")),
        ),
        (
            r#"{"title":"","genre":"g","summary":""}"#,
            (400, json!("invalid_value"), json!("title")),
        ),
        (
            r#"{"title":"t","genre":1,"summary":""}"#,
            (400, json!("wrong_type"), json!("genre")),
        ),
        (
            r#"{"title":"t","genre":"g","summary":"","x":1}"#,
            (400, json!("unknown_field"), json!("x")),
        ),
        (&too_large, (413, json!("body_too_large"), Value::Null)),
    ] {
        let error = post_content(&table, sample_with_body("post-content", body))
            .await
            .unwrap_err();
        assert_eq!(rejection(&error), expected, "{body:.80}");
    }
    let error = post_content(&table, sample_with_content_type("post-content", "text/plain"))
        .await
        .unwrap_err();
    assert_eq!(rejection(&error).0, 415);
    let error = post_content(&table, sample_with("post-content", &[("assetId", "a/b")]))
        .await
        .unwrap_err();
    assert_eq!(rejection(&error), (400, json!("invalid_asset_id"), json!("assetId")));
    assert_eq!(stored(&table).await, before);
}

#[tokio::test]
async fn a_content_type_may_have_parameters() {
    let request = sample_with_content_type("post-content", "Application/JSON; charset=utf-8");
    assert!(post_content(&table(), request).await.is_ok());
}

#[tokio::test]
async fn a_missing_table_is_answered_as_unavailable_without_its_name() {
    let table = AssetTable::new(Engine::with_table(&["id"]).aws().dynamodb(), "another-table".to_owned());
    assert_unavailable(get_content(&table, sample("get-content")).await);
}

#[tokio::test]
async fn no_event_breaks_an_endpoint() {
    let table = table();
    assert_no_event_breaks("get-content", |request| get_content(&table, request)).await;
    assert_no_event_breaks("post-content", |request| post_content(&table, request)).await;
    assert_no_event_breaks("delete-content", |request| delete_content(&table, request)).await;
}
