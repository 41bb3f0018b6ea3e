//! `POST /play/asset/{assetId}/user/{userId}`: one answer out of three services, and a view on its way.

use std::sync::Arc;

use domain::{AssetId, View};
use lambda_http::Request;
use platform::{
    http::{Error, Reply, asset_id, idempotency_key, user_id},
    telemetry::{
        correlation,
        metrics::{self, Metric},
    },
};
use serde::Serialize;
use tokio::{join, try_join};

use crate::{Asset, Budget, Counts, Dependencies};

#[derive(Serialize)]
struct Answer {
    id: AssetId,
    #[serde(flatten)]
    asset: Arc<Asset>,
    #[serde(flatten)]
    counts: Counts,
}

/// Plays an asset: 200 `{"id","title","genre","summary","url","userviews","assetviews"}`. The counts include this view
/// and are null when they can't be read in time.
///
/// # Errors
/// 400 for a malformed id or key, 403 for another user's token, 404 for an unknown asset, 503 when metadata or cdnurl
/// fail. No view is counted then.
pub async fn play(dependencies: &Dependencies, request: Request) -> Result<Reply, Error> {
    let Dependencies {
        viewers,
        catalogue,
        reporting,
        publisher,
        window,
    } = dependencies;
    let budget = Budget::of(&request);
    let key = idempotency_key(&request)?;
    let (id, user) = (asset_id(&request)?, user_id(&request)?);
    viewers.admit(&request, &user)?;
    let view = View::now_in(*window, id.clone(), user, key.as_ref()).with_correlation_id(correlation::current());
    let counts = reporting.counts(&view, budget.counts());
    let (asset, counts, delivery) = if let Some(asset) = catalogue.cached(&id) {
        let (counts, delivery) = join!(counts, publisher.publish(&view, budget));
        (asset, counts, delivery)
    } else {
        // Only a play of an asset that exists is a view.
        let counts = async { Ok(counts.await) };
        let (asset, counts) = try_join!(catalogue.fetch(&id, budget.asset()), counts)?;
        (asset, counts, publisher.publish(&view, budget).await)
    };
    let degraded = counts.are_degraded().then_some(Metric::Degraded);
    let measured = [delivery.metric(), degraded].into_iter().flatten();
    metrics::emit(&measured.map(|metric| (metric, 1)).collect::<Vec<_>>());
    Ok(Reply::ok(&Answer { id, asset, counts }))
}
