//! The view counts as play sees them. A play can do without.

use domain::{AssetId, UserId};
use lambda_http::http::StatusCode;
use platform::{aws::invoke::Backend, telemetry::chain};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// View counts, None if they can't be read in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    userviews: Option<u64>,
    assetviews: Option<u64>,
}

impl Counts {
    pub(crate) fn are_degraded(self) -> bool {
        self.userviews.and(self.assetviews).is_none()
    }

    /// The counts with one more view.
    fn plus_one(self) -> Self {
        Self {
            userviews: self.userviews.map(|views| views + 1),
            assetviews: self.assetviews.map(|views| views + 1),
        }
    }
}

/// `GET /events/asset/{assetId}/user/{userId}`.
#[derive(Debug)]
pub struct Reporting(pub Backend);

impl Reporting {
    /// The recorded counts plus this play, or unknown counts when reporting fails or has not answered by `end`.
    pub async fn counts(&self, asset: &AssetId, user: &UserId, end: Instant) -> Counts {
        let parameters = [(AssetId::PARAMETER, asset.as_str()), (UserId::PARAMETER, user.as_str())];
        match self.0.get(&parameters, end).await {
            Ok(answer) if answer.status == StatusCode::OK => answer.json::<Counts>().unwrap_or_default().plus_one(),
            Ok(answer) => degraded(&format!("reporting answered {}", answer.status)),
            Err(error) => degraded(&chain(&error)),
        }
    }
}

fn degraded(cause: &str) -> Counts {
    tracing::warn!(cause, "play answered without counts");
    Counts::default()
}
