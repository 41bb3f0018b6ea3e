//! `GET /events/asset/{assetId}`

use common::{
    aws::{Aws, Service},
    env, serve,
};
use reporting::Counts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let counts = &Counts::new(
        Aws::connect(&[Service::DynamoDb]).await?.dynamodb(),
        env::required("VIEWS_TABLE")?,
    );
    serve::serve(|request| reporting::get_asset_views(counts, request)).await
}
