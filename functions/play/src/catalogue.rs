//! The catalogue as play sees it: metadata and cdnurl, asked at once.

use std::sync::Arc;

use common::{
    AssetId, Error,
    backend::{Answer, Backend, Failure},
};
use serde::de::DeserializeOwned;
use tokio::try_join;

use crate::{Asset, Cache};

/// The two services that know an asset, and what they said a moment ago.
#[derive(Debug)]
pub struct Catalogue {
    /// `GET /content/asset/{assetId}`.
    pub content: Backend,
    /// `GET /url/asset/{assetId}`.
    pub url: Backend,
    /// Their recent answers.
    pub cache: Cache,
}

impl Catalogue {
    /// Asks both services, and keeps what they say.
    ///
    /// # Errors
    /// [`Error::AssetNotFound`] when one of them does not know the asset, [`Error::Unavailable`] when one fails.
    pub async fn fetch(&self, id: &AssetId) -> Result<Arc<Asset>, Error> {
        let parameters = [(AssetId::PARAMETER, id.as_str())];
        let content = async { read(id, self.content.get(&parameters).await) };
        let location = async { read(id, self.url.get(&parameters).await) };
        let (content, location) = try_join!(content, location)?;
        let asset = Arc::new(Asset { content, location });
        self.cache.keep(id.clone(), Arc::clone(&asset));
        Ok(asset)
    }
}

fn read<T: DeserializeOwned>(id: &AssetId, answer: Result<Answer, Failure>) -> Result<T, Error> {
    let answer = answer.map_err(Error::unavailable)?;
    match answer.http_status {
        200 => answer.json().map_err(Error::unavailable),
        404 => Err(Error::AssetNotFound(id.clone())),
        status => Err(Error::unavailable(format!("a backend answered {status}"))),
    }
}
