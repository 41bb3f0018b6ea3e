//! The API as a load calls it: open plays, and signed requests to the catalogue and to the counts.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::{Context, anyhow, bail};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    identity::Identity,
    orchestrator::HttpRequest,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use platform::{aws::credentials_from_env, config};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::backoff::Backoff;

/// The longest that the gateway lets a request take.
const LIMIT: Duration = Duration::from_secs(30);
/// The time for which a signed request is tried that the gateway throttles.
const PATIENCE: Duration = Duration::from_mins(1);

/// An API by its base URL.
#[derive(Debug)]
pub struct Api {
    url: String,
    region: String,
    identity: Identity,
    connector: SharedHttpConnector,
}

/// The answer to one request: its status and its body.
type Answer = (u16, Vec<u8>);

impl Api {
    /// Takes region and credentials from the environment.
    ///
    /// # Errors
    /// When the environment lacks one of them, or names a bundle of certificates that can't be used.
    pub fn from_env(url: &str) -> anyhow::Result<Self> {
        Self::new(url, config::required("AWS_REGION")?, credentials_from_env()?)
    }

    /// # Errors
    /// When the environment names a bundle of certificates that can't be used.
    pub fn new(url: &str, region: String, credentials: Credentials) -> anyhow::Result<Self> {
        let bundle = config::optional("AWS_CA_BUNDLE");
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            region,
            identity: credentials.into(),
            connector: connector::https(bundle.as_ref().map(Path::new))?,
        })
    }

    /// Plays once. Returns the status.
    ///
    /// # Errors
    /// When no answer arrives.
    pub(crate) async fn play(&self, asset: &str, user: &str, key: &str) -> anyhow::Result<u16> {
        let mut request = self.request("POST", &format!("/play/asset/{asset}/user/{user}"), String::new())?;
        request.headers_mut().insert("idempotency-key", key.to_owned());
        let (status, _) = self.answer(request).await?;
        Ok(status)
    }

    /// Gives an asset its metadata and its URL.
    ///
    /// # Errors
    /// When the API does not store them.
    pub(crate) async fn publish(&self, asset: &str) -> anyhow::Result<()> {
        let content = json!({"title": asset, "genre": "load", "summary": "Made by ops load."});
        let url = json!({"url": format!("{asset}.mp4")});
        for (service, record) in [("content", content), ("url", url)] {
            self.change("POST", &format!("/{service}/asset/{asset}"), record.to_string())
                .await?;
        }
        Ok(())
    }

    /// Takes an asset out of the catalogue.
    ///
    /// # Errors
    /// When the API does not delete it.
    pub(crate) async fn withdraw(&self, asset: &str) -> anyhow::Result<()> {
        for service in ["content", "url"] {
            self.change("DELETE", &format!("/{service}/asset/{asset}"), String::new())
                .await?;
        }
        Ok(())
    }

    /// Reads a count. One that does not exist is 0.
    ///
    /// # Errors
    /// When the API does not answer with a count.
    pub(crate) async fn views(&self, path: &str) -> anyhow::Result<u64> {
        let (status, body) = self.signed("GET", path, String::new()).await?;
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        match (status, told["views"].as_u64(), told["code"].as_str()) {
            (200, Some(views), _) => Ok(views),
            (404, _, Some("asset_not_found" | "user_not_found")) => Ok(0),
            _ => bail!("GET {path} is answered {status}: {}", String::from_utf8_lossy(&body)),
        }
    }

    async fn change(&self, method: &'static str, path: &str, body: String) -> anyhow::Result<()> {
        let (status, body) = self.signed(method, path, body).await?;
        if status != 200 {
            bail!(
                "{method} {path} is answered {status}: {}",
                String::from_utf8_lossy(&body)
            );
        }
        Ok(())
    }

    async fn signed(&self, method: &'static str, path: &str, body: String) -> anyhow::Result<Answer> {
        let mut backoff = Backoff::lasting(PATIENCE);
        loop {
            let mut request = self.request(method, path, body.clone())?;
            self.sign(&mut request).context("Failed to sign a request")?;
            let answer = self.answer(request).await?;
            if answer.0 != 429 || !backoff.pause().await {
                return Ok(answer);
            }
        }
    }

    fn request(&self, method: &'static str, path: &str, body: String) -> anyhow::Result<HttpRequest> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method)?;
        let url = format!("{}{path}", self.url);
        request
            .set_uri(url.as_str())
            .with_context(|| format!("{url} is not a URL"))?;
        let host = url.split('/').nth(2).unwrap_or_default().to_owned();
        request.headers_mut().insert("host", host);
        request.headers_mut().insert("content-type", "application/json");
        Ok(request)
    }

    fn sign(&self, request: &mut HttpRequest) -> anyhow::Result<()> {
        let settings = SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name("execute-api")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?;
        let body = SignableBody::Bytes(request.body().bytes().unwrap_or_default());
        let signable = SignableRequest::new(request.method(), request.uri(), request.headers().iter(), body)?;
        let (headers, _) = sign(signable, &settings.into())?.into_parts().0.into_parts();
        for header in headers {
            request.headers_mut().insert(header.name(), header.value().to_owned());
        }
        Ok(())
    }

    async fn answer(&self, request: HttpRequest) -> anyhow::Result<Answer> {
        let exchange = async {
            let answer = self.connector.call(request).await?;
            let status = answer.status().as_u16();
            let body = ByteStream::new(answer.into_body()).collect().await?;
            Ok((status, body.to_vec()))
        };
        timeout(LIMIT, exchange)
            .await
            .unwrap_or_else(|_| Err(anyhow!("no answer within {} s", LIMIT.as_secs())))
    }
}
