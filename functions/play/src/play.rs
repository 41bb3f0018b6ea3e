//! `POST /play/asset/{assetId}/user/{userId}`: one answer out of three services, and a view on its way.

use std::sync::Arc;

use common::{
    AssetId, Error, Reply,
    metrics::{self, Metric},
    request::{asset_id, idempotency_key, user_id},
    view::View,
};
use lambda_http::Request;
use serde::Serialize;
use tokio::{join, try_join};

use crate::{Asset, Catalogue, Counts, Publisher, Reporting, Viewers};

/// What play works with.
#[derive(Debug)]
pub struct Services {
    /// Who may play.
    pub viewers: Viewers,
    /// Assets.
    pub catalogue: Catalogue,
    /// Counts.
    pub reporting: Reporting,
    /// The way out for views.
    pub publisher: Publisher,
}

#[derive(Serialize)]
struct Answer {
    id: AssetId,
    #[serde(flatten)]
    asset: Arc<Asset>,
    #[serde(flatten)]
    counts: Counts,
}

/// Plays an asset: 200 `{"id","title","genre","summary","url","userviews","assetviews"}`, the counts with this view, or
/// null when they can't be read.
///
/// # Errors
/// 400 for a bad id or key, 403 for another user's token, 404 for an unknown asset, 503 when metadata or cdnurl fail: nothing is counted then.
pub async fn play(services: &Services, request: Request) -> Result<Reply, Error> {
    let key = idempotency_key(&request)?;
    let (id, user) = (asset_id(&request)?, user_id(&request)?);
    services.viewers.admit(&request, &user)?;
    let view = View::now(id.clone(), user.clone(), key.as_ref());
    let counts = services.reporting.counts(&id, &user);
    let (asset, counts, route) = if let Some(asset) = services.catalogue.cache.get(&id) {
        let (counts, route) = join!(counts, services.publisher.publish(&view));
        (asset, counts, route)
    } else {
        // Only a play of an asset that exists is a view.
        let counts = async { Ok(counts.await) };
        let (asset, counts) = try_join!(services.catalogue.fetch(&id), counts)?;
        (asset, counts, services.publisher.publish(&view).await)
    };
    let degraded = counts.are_degraded().then_some(Metric::Degraded);
    let measured = [route.metric(), degraded].into_iter().flatten();
    metrics::emit(&measured.map(|metric| (metric, 1)).collect::<Vec<_>>());
    Ok(Reply::ok(&Answer { id, asset, counts }))
}
