//! AWS clients configured from what Lambda puts in the environment, without the SDK's default chains.

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_types::{SdkConfig, sdk_config::SharedHttpClient};

use crate::env::{self, Misconfigured};

/// What the clients of one Lambda share: region, credentials, connection pool, timeouts.
#[derive(Debug, Clone)]
pub struct Aws(SdkConfig);

impl Aws {
    /// Reads region and credentials from the environment, as Lambda sets them.
    ///
    /// # Errors
    /// When one of them is not set.
    pub fn from_env() -> Result<Self, Misconfigured> {
        let credentials = Credentials::new(
            env::required("AWS_ACCESS_KEY_ID")?,
            env::required("AWS_SECRET_ACCESS_KEY")?,
            env::optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        Ok(Self::new(env::required("AWS_REGION")?, credentials, https_client()))
    }

    /// Clients for a region that send their requests through `http`.
    #[must_use]
    pub fn new(region: String, credentials: Credentials, http: SharedHttpClient) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http)
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(timeouts())
            .build();
        Self(config)
    }

    /// A DynamoDB client.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.for_service("DYNAMODB"))
    }

    /// An SQS client.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.for_service("SQS"))
    }

    /// A Lambda client.
    #[must_use]
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.for_service("LAMBDA"))
    }

    /// The configuration with the endpoint that `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` names, if any.
    fn for_service(&self, service: &str) -> SdkConfig {
        let endpoint =
            env::optional(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|| env::optional("AWS_ENDPOINT_URL"));
        let mut config = self.0.clone().into_builder();
        config.set_endpoint_url(endpoint);
        config.build()
    }
}

/// The roots that AWS names for its endpoints: <https://www.amazontrust.com/repository/>. To read the system's 140 or so
/// instead takes three quarters of a function's start (`docs/decisions/0006-roots-of-amazon.md`).
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// One connection pool for all clients of a Lambda.
#[must_use]
pub fn https_client() -> SharedHttpClient {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(amazon) => builder.tls_context(amazon).build_https(),
        Err(_) => builder.build_https(), // with the system's roots; TlsContext refuses none today
    }
}

/// DynamoDB and SQS answer within milliseconds: an attempt that takes a second is lost, and a retry is faster.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_takes_the_roots_of_amazon() {
        let credentials = Credentials::new("id", "secret", None, None, "test");
        let aws = Aws::new("us-east-1".to_owned(), credentials, https_client());
        // The SDK reads the certificates here, and panics on one that it can't.
        let _ = aws.dynamodb();
        assert_eq!(
            AMAZON_ROOTS
                .split(|byte| *byte == b'\n')
                .filter(|line| line.starts_with(b"-----BEGIN"))
                .count(),
            5
        );
    }
}
