//! `GET /content/asset/{assetId}`

use common::{
    aws::{Aws, Service},
    env,
    records::Records,
    serve,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let records = &Records::new(
        Aws::connect(&[Service::DynamoDb]).await?.dynamodb(),
        env::required("METADATA_TABLE")?,
    );
    serve::serve(|request| metadata::get_content(records, request)).await
}
