//! Opening connections ahead of use.

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::timeout;

use crate::CONNECT_LIMIT;

/// Opens a connection to `endpoint` and leaves it in the pool. Lambda gives a starting function more CPU than most
/// functions have later, and no viewer waits for it. A failure is logged at DEBUG: a request opens its own connection.
pub async fn open(connector: &SharedHttpConnector, endpoint: String) {
    match timeout(CONNECT_LIMIT, ping(connector, &endpoint)).await {
        Ok(Ok(())) => {}
        Ok(Err(cause)) => tracing::debug!(endpoint, %cause, "no connection yet"),
        Err(_) => tracing::debug!(endpoint, "no connection in time"),
    }
}

/// AWS's endpoints answer `GET /ping` without credentials. Any answer will do.
async fn ping(connector: &SharedHttpConnector, endpoint: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let answer = connector.call(HttpRequest::get(format!("{endpoint}/ping"))?).await?;
    // The pool takes a connection back once its answer has been read to the end.
    ByteStream::new(answer.into_body()).collect().await?;
    Ok(())
}
