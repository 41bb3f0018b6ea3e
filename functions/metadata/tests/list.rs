//! The catalogue's list against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use fake_aws::{
    Answer, Call, Engine, TABLE, answering,
    mutations::assert_no_event_breaks,
    refusals::assert_unavailable,
    requests::{sample, sample_with, sample_with_query},
};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use metadata::{delete_content, list_content, post_content};
use platform::{aws::AssetTable, http::Reply};
use serde_json::{Value, json};

/// A table with this many assets, 0, 1, 2 and so on.
async fn table_of(engine: &Engine, assets: usize) -> AssetTable {
    let table = AssetTable::new(engine.aws().dynamodb(), TABLE.to_owned());
    for id in 0..assets {
        let request = sample_with("post-content", &[("assetId", &id.to_string())]);
        post_content(&table, request).await.unwrap();
    }
    table
}

async fn list(table: &AssetTable, query: &str) -> Reply {
    list_content(table, sample_with_query("list-content", query))
        .await
        .unwrap()
}

fn ids(reply: &Reply) -> Vec<String> {
    let assets = reply.body["assets"].as_array().unwrap().iter();
    assets.map(|asset| asset["id"].as_str().unwrap().to_owned()).collect()
}

/// Follows the cursors to the last page: the lengths of the pages and all ids, sorted by number.
async fn walk(table: &AssetTable, limit: usize) -> (Vec<usize>, Vec<usize>) {
    let (mut lengths, mut all) = (Vec::new(), Vec::new());
    let mut query = format!("limit={limit}");
    loop {
        let page = list(table, &query).await;
        lengths.push(ids(&page).len());
        all.extend(ids(&page).iter().map(|id| id.parse::<usize>().unwrap()));
        let Some(next) = page.body["next"].as_str() else {
            all.sort_unstable();
            return (lengths, all);
        };
        query = format!("limit={limit}&cursor={next}");
    }
}

#[tokio::test]
async fn an_asset_is_listed_as_it_was_posted() {
    let table = table_of(&Engine::with_table(&["id"]), 1).await;
    let reply = list(&table, "").await;
    let asset = json!({"id": "0", "title": "It", "genre": "horror", "summary": "A very scary movie"});
    assert_eq!(
        (reply.status.as_u16(), &reply.body),
        (200, &json!({"assets": [asset], "next": null}))
    );
    let headers = ApiGatewayV2httpResponse::from(reply).headers;
    assert_eq!(headers["cache-control"], "max-age=60");
}

#[tokio::test]
async fn an_empty_catalogue_is_an_empty_list() {
    let table = table_of(&Engine::with_table(&["id"]), 0).await;
    assert_eq!(list(&table, "").await.body, json!({"assets": [], "next": null}));
}

#[tokio::test]
async fn the_cursors_lead_to_every_asset_once() {
    let table = table_of(&Engine::with_table(&["id"]), 45).await;
    let all: Vec<usize> = (0..45).collect();
    assert_eq!(walk(&table, 20).await, (vec![20, 20, 5], all.clone()));
    assert_eq!(walk(&table, 15).await, (vec![15; 3], all.clone()));
    assert_eq!(walk(&table, 1).await, (vec![1; 45], all.clone()));
    assert_eq!(walk(&table, 100).await, (vec![45], all));
    assert_eq!(ids(&list(&table, "").await).len(), 20);
}

#[tokio::test]
async fn a_page_is_full_although_the_table_answers_in_short_and_empty_ones() {
    let engine = Engine::with_table(&["id"]).with_short_pages();
    table_of(&engine, 7).await;
    let was_empty = AtomicBool::new(false);
    let clients = answering(move |call: &Call| {
        let from = call.json()["ExclusiveStartKey"].take();
        if !from.is_null() && !was_empty.fetch_not(Relaxed) {
            let page = json!({"Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": from});
            return Answer::now(200, page.to_string());
        }
        engine.carry_out(call)
    });
    let table = AssetTable::new(clients.dynamodb(), TABLE.to_owned());
    assert_eq!(walk(&table, 3).await, (vec![3, 3, 1], (0..7).collect()));
}

#[tokio::test]
async fn a_cursor_outlives_its_asset() {
    let table = table_of(&Engine::with_table(&["id"]), 4).await;
    let first = list(&table, "limit=2").await;
    for id in ids(&first) {
        let request = sample_with("delete-content", &[("assetId", &id)]);
        delete_content(&table, request).await.unwrap();
    }
    let query = format!("limit=2&cursor={}", first.body["next"].as_str().unwrap());
    let second = list(&table, &query).await;
    assert_eq!((ids(&second).len(), &second.body["next"]), (2, &Value::Null));
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_hides_no_other() {
    let engine = Engine::with_table(&["id"]);
    let table = table_of(&engine, 3).await;
    let put = json!({"TableName": TABLE, "Item": {"id": {"S": "by hand"}}});
    let _ = engine.carry_out(&Call::dynamodb("PutItem", &put));
    assert_eq!(engine.items().len(), 4);
    assert_eq!(walk(&table, 2).await, (vec![2, 1], vec![0, 1, 2]));
}

#[tokio::test]
async fn bad_parameters_are_rejected_and_named() {
    let table = table_of(&Engine::with_table(&["id"]), 2).await;
    let cursor = list(&table, "limit=1").await.body["next"].as_str().unwrap().to_owned();
    for (query, code, field) in [
        ("limit=0", "invalid_value", "limit"),
        ("limit=101", "invalid_value", "limit"),
        ("limit=", "invalid_value", "limit"),
        ("limit=1&limit=1", "invalid_value", "limit"),
        ("cursor=", "invalid_value", "cursor"),
        ("cursor=123", "invalid_value", "cursor"),
        ("cursor=%00%FF", "invalid_value", "cursor"),
        (&format!("cursor={}", cursor.to_lowercase()), "invalid_value", "cursor"),
        (&format!("cursor={cursor}&cursor={cursor}"), "invalid_value", "cursor"),
        ("limit=1&page=2", "unknown_parameter", "page"),
    ] {
        let request = sample_with_query("list-content", query);
        let reply = list_content(&table, request).await.unwrap_err().reply();
        let found = (reply.status.as_u16(), &reply.body["code"], &reply.body["field"]);
        assert_eq!(found, (400, &json!(code), &json!(field)), "{query}");
    }
}

#[tokio::test]
async fn a_missing_table_is_answered_as_unavailable() {
    let table = AssetTable::new(Engine::in_memory().aws().dynamodb(), TABLE.to_owned());
    assert_unavailable(list_content(&table, sample("list-content")).await);
}

#[tokio::test]
async fn no_event_breaks_the_list() {
    let table = table_of(&Engine::with_table(&["id"]), 2).await;
    assert_no_event_breaks("list-content", |request| list_content(&table, request)).await;
}
