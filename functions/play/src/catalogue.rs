//! The catalogue as play sees it: metadata and cdnurl, called at once, and their recent answers.

use std::sync::Arc;

use domain::AssetId;
use lambda_http::http::StatusCode;
use platform::{
    BoxError,
    aws::invoke::{Answer, Backend, InvokeError},
    http::Error,
};
use serde::de::DeserializeOwned;
use tokio::{time::Instant, try_join};

use crate::{Asset, Cache};

/// The two services that know an asset.
#[derive(Debug)]
pub struct Catalogue {
    /// `GET /content/asset/{assetId}`.
    pub content: Backend,
    /// `GET /url/asset/{assetId}`.
    pub url: Backend,
    pub cache: Cache,
}

impl Catalogue {
    /// The asset, if this instance fetched it recently.
    pub fn cached(&self, id: &AssetId) -> Option<Arc<Asset>> {
        self.cache.get(id)
    }

    /// Asks both services until `end` and caches their answers.
    ///
    /// # Errors
    /// [`Error::AssetNotFound`] when one of them does not know the asset, [`Error::Unavailable`] when one fails.
    pub async fn fetch(&self, id: &AssetId, end: Instant) -> Result<Arc<Asset>, Error> {
        let parameters = [(AssetId::PARAMETER, id.as_str())];
        let content = async { read(id, self.content.get(&parameters, end).await) };
        let location = async { read(id, self.url.get(&parameters, end).await) };
        let (content, location) = try_join!(content, location)?;
        let asset = Arc::new(Asset { content, location });
        self.cache.keep(id.clone(), Arc::clone(&asset));
        Ok(asset)
    }
}

fn read<T: DeserializeOwned>(id: &AssetId, answer: Result<Answer, InvokeError>) -> Result<T, Error> {
    let answer = answer.map_err(BoxError::from)?;
    match answer.status {
        StatusCode::OK => Ok(answer.json().map_err(BoxError::from)?),
        StatusCode::NOT_FOUND => Err(Error::AssetNotFound(id.clone())),
        status => Err(BoxError::from(format!("a backend answered {status}")).into()),
    }
}
