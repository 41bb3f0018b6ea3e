//! AWS clients configured from what Lambda puts in the environment, without the SDK's default chains.

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, IdentityCache, Region, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use aws_types::SdkConfig;
use futures_util::future::join_all;

use crate::{
    connector,
    env::{self, Misconfigured},
};

/// A service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The tables.
    DynamoDb,
    /// The other functions.
    Lambda,
    /// The queues.
    Sqs,
}

/// What the clients of one Lambda share: region, credentials, connections, timeouts.
#[derive(Debug, Clone)]
pub struct Aws {
    region: String,
    config: SdkConfig,
    connector: SharedHttpConnector,
}

impl Aws {
    /// Reads region and credentials from the environment, as Lambda sets them, and opens a connection for each of
    /// `services`; one that is named twice gets two.
    ///
    /// # Errors
    /// When one of them is not set. That a connection can't be opened is no error: a request will open its own.
    pub async fn connect(services: &[Service]) -> Result<Self, Misconfigured> {
        let aws = Self::from_env()?;
        let endpoints = services.iter().map(|service| aws.endpoint(*service));
        join_all(endpoints.map(|endpoint| connector::open(&aws.connector, endpoint))).await;
        Ok(aws)
    }

    /// The same with no connection yet.
    ///
    /// # Errors
    /// When a variable is not set.
    pub fn from_env() -> Result<Self, Misconfigured> {
        let credentials = Credentials::new(
            env::required("AWS_ACCESS_KEY_ID")?,
            env::required("AWS_SECRET_ACCESS_KEY")?,
            env::optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        Ok(Self::new(
            env::required("AWS_REGION")?,
            credentials,
            connector::https()?,
        ))
    }

    /// Clients for a region that send their requests through `connector`.
    #[must_use]
    pub fn new(region: String, credentials: Credentials, connector: SharedHttpConnector) -> Self {
        let shared = connector.clone();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| shared.clone()))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled()) // the timeouts are shorter
            .identity_cache(IdentityCache::no_cache()) // the credentials are at hand
            .build();
        Self {
            region,
            config,
            connector,
        }
    }

    /// A DynamoDB client.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.for_service(Service::DynamoDb))
    }

    /// An SQS client.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.for_service(Service::Sqs))
    }

    /// A Lambda client.
    #[must_use]
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.for_service(Service::Lambda))
    }

    fn for_service(&self, service: Service) -> SdkConfig {
        let mut config = self.config.clone().into_builder();
        config.set_endpoint_url(service.configured_endpoint());
        config.build()
    }

    /// Where a client will send its requests: by the SDK's own rule for AWS's public regions and China, where nothing is
    /// configured. Elsewhere a connection is opened in vain, and requests find their way nevertheless.
    fn endpoint(&self, service: Service) -> String {
        service.configured_endpoint().unwrap_or_else(|| {
            let china = if self.region.starts_with("cn-") { ".cn" } else { "" };
            format!("https://{}.{}.amazonaws.com{china}", service.host(), self.region)
        })
    }
}

impl Service {
    const fn host(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Lambda => "lambda",
            Self::Sqs => "sqs",
        }
    }

    /// What `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` names.
    fn configured_endpoint(self) -> Option<String> {
        let own = format!("AWS_ENDPOINT_URL_{}", self.host().to_uppercase());
        env::optional(&own).or_else(|| env::optional("AWS_ENDPOINT_URL"))
    }
}

/// DynamoDB and SQS answer within milliseconds: an attempt that takes two seconds is lost, and a retry is faster.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_opened_to_the_region_s_endpoints() {
        let endpoint = |region: &str, service| {
            let credentials = Credentials::new("id", "secret", None, None, "test");
            Aws::new(region.to_owned(), credentials, connector::https().unwrap()).endpoint(service)
        };
        assert_eq!(
            endpoint("eu-central-1", Service::DynamoDb),
            "https://dynamodb.eu-central-1.amazonaws.com"
        );
        assert_eq!(
            endpoint("cn-north-1", Service::Sqs),
            "https://sqs.cn-north-1.amazonaws.com.cn"
        );
    }
}
