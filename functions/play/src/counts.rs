//! The view counts as play sees them: good to have, not needed.

use common::{AssetId, UserId, backend::Backend, serve::causes};
use serde::{Deserialize, Serialize};

/// View counts; None where they can't be read in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    userviews: Option<u64>,
    assetviews: Option<u64>,
}

impl Counts {
    /// Whether one of them could not be read.
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
    /// The recorded counts plus the play that asks; unknown counts when reporting fails, for a play goes on without.
    pub async fn counts(&self, asset: &AssetId, user: &UserId) -> Counts {
        let parameters = [(AssetId::PARAMETER, asset.as_str()), (UserId::PARAMETER, user.as_str())];
        match self.0.get(&parameters).await {
            Ok(answer) if answer.http_status == 200 => answer.json::<Counts>().unwrap_or_default().plus_one(),
            Ok(answer) => degraded(&format!("reporting answered {}", answer.http_status)),
            Err(failure) => degraded(&causes(&failure)),
        }
    }
}

fn degraded(cause: &str) -> Counts {
    tracing::warn!(cause, "play answered without counts");
    Counts::default()
}
