//! For tests: DynamoDB in this process, AWS APIs that answer as told, sample requests.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't be set up should fail"
)]

pub mod aws;
pub mod dynamodb;
pub mod requests;
