//! The SDK's clients, configured from what Lambda puts in the environment instead of the SDK's default chains.

use std::{iter::repeat_n, path::Path, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, IdentityCache, Region, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};
use aws_types::SdkConfig;
use futures_util::future::{join, join_all};

use crate::config::{self, ConfigError};

/// A PEM file of roots to trust instead of Amazon's, as for AWS's own tools.
const BUNDLE: &str = "AWS_CA_BUNDLE";

/// An AWS service that functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    Lambda,
    Sqs,
}

/// The credentials in the environment, as Lambda puts them there.
///
/// # Errors
/// When a variable is missing.
pub fn credentials_from_env() -> Result<Credentials, ConfigError> {
    Ok(Credentials::new(
        config::required("AWS_ACCESS_KEY_ID")?,
        config::required("AWS_SECRET_ACCESS_KEY")?,
        config::optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    ))
}

/// The clients of one Lambda. They share region, credentials and the connection pool.
#[derive(Debug, Clone)]
pub struct Clients {
    region: String,
    config: SdkConfig,
    connector: SharedHttpConnector,
}

impl Clients {
    /// Reads region and credentials from the environment, opens connections, and returns what `build` makes of the
    /// clients. A service gets as many connections as one request makes concurrent calls to it. A connection that
    /// can't be opened is not an error: a request opens its own.
    ///
    /// # Errors
    /// When a variable is missing or invalid.
    pub async fn connect<T>(
        connections: &[(Service, usize)],
        build: impl FnOnce(&Self) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let clients = Self::from_env()?;
        let endpoints = connections
            .iter()
            .flat_map(|(service, count)| repeat_n(clients.endpoint(*service), *count));
        let opening = join_all(endpoints.map(|endpoint| connector::open(&clients.connector, endpoint)));
        // `opening` is polled first, so the handshakes are under way while each client reads its list of partitions.
        let (_, result) = join(opening, async { build(&clients) }).await;
        result
    }

    /// Reads region and credentials from the environment and opens no connection.
    ///
    /// # Errors
    /// When a variable is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        let bundle = config::optional(BUNDLE);
        let connector = connector::https(bundle.as_ref().map(Path::new)).map_err(|error| ConfigError::Invalid {
            name: BUNDLE,
            source: error.into(),
        })?;
        Ok(Self::new(
            config::required("AWS_REGION")?,
            credentials_from_env()?,
            connector,
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
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled()) // every call has a time limit
            .identity_cache(IdentityCache::no_cache()) // the credentials are in memory
            .build();
        Self {
            region,
            config,
            connector,
        }
    }

    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config_for(Service::DynamoDb))
    }

    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config_for(Service::Sqs))
    }

    /// SQS for a caller that limits the time of each call itself. An attempt ends after `limit`.
    #[must_use]
    pub fn sqs_with_attempts(&self, limit: Duration) -> aws_sdk_sqs::Client {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(limit).build();
        let config = self.config_for(Service::Sqs).into_builder();
        aws_sdk_sqs::Client::new(&config.timeout_config(timeouts).build())
    }

    #[must_use]
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config_for(Service::Lambda))
    }

    fn config_for(&self, service: Service) -> SdkConfig {
        let mut config = self.config.clone().into_builder();
        config.set_endpoint_url(service.configured_endpoint());
        config.set_timeout_config(Some(service.timeouts()));
        config.build()
    }

    /// The endpoint that a client sends its requests to. Without a configured one this follows the SDK's rule for AWS's
    /// public regions and China. In any other partition a connection is opened for nothing, and requests still succeed.
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

    /// The value of `AWS_ENDPOINT_URL_<SERVICE>`, or else of `AWS_ENDPOINT_URL`.
    fn configured_endpoint(self) -> Option<String> {
        let own = format!("AWS_ENDPOINT_URL_{}", self.host().to_uppercase());
        config::optional(&own).or_else(|| config::optional("AWS_ENDPOINT_URL"))
    }

    /// DynamoDB and SQS answer within milliseconds. An attempt that takes two seconds is lost, and a retry is faster. An
    /// invocation takes as long as its function, so only the caller limits it.
    fn timeouts(self) -> TimeoutConfig {
        let timeouts = match self {
            Self::DynamoDb | Self::Sqs => TimeoutConfig::builder()
                .operation_attempt_timeout(Duration::from_secs(2))
                .operation_timeout(Duration::from_secs(5)),
            Self::Lambda => TimeoutConfig::builder(),
        };
        timeouts.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_go_to_the_endpoints_of_the_region() {
        let endpoint = |region: &str, service| {
            let credentials = Credentials::new("id", "secret", None, None, "test");
            Clients::new(region.to_owned(), credentials, connector::https(None).unwrap()).endpoint(service)
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
