//! For tests: AWS APIs inside the test's own process, DynamoDB a real engine, and sample requests.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't be set up should fail"
)]

pub mod aws;
pub mod dynamodb;
pub mod requests;
