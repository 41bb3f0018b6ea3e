//! The view counts as play sees them. A play can do without.

use domain::{AssetId, EventId, UserId, View};
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

    fn plus_one(self) -> Self {
        Self {
            userviews: self.userviews.map(|views| views + 1),
            assetviews: self.assetviews.map(|views| views + 1),
        }
    }
}

/// Reporting's answer.
#[derive(Default, Deserialize)]
struct Recorded {
    #[serde(flatten)]
    counts: Counts,
    /// Whether this play is in the counts.
    #[serde(default)]
    recorded: bool,
}

impl Recorded {
    fn with_this_play(self) -> Counts {
        if self.recorded {
            self.counts
        } else {
            self.counts.plus_one()
        }
    }
}

/// `GET /events/asset/{assetId}/user/{userId}`.
#[derive(Debug)]
pub struct Reporting(pub Backend);

impl Reporting {
    /// The counts with this play's view in them, or unknown counts when reporting fails or has not answered by `end`.
    pub async fn counts(&self, view: &View, end: Instant) -> Counts {
        let parameters = [
            (AssetId::PARAMETER, view.asset_id.as_str()),
            (UserId::PARAMETER, view.user_id.as_str()),
        ];
        // Only a derived id can be recorded already, because an earlier play may have had it.
        let id = view.event_id.is_derived().then(|| view.event_id.to_string());
        let id = id.as_deref().map(|id| (EventId::HEADER, id));
        match self.0.get_with(&parameters, id.as_slice(), end).await {
            Ok(answer) if answer.status == StatusCode::OK => {
                answer.json::<Recorded>().unwrap_or_default().with_this_play()
            }
            Ok(answer) => degraded(&format!("reporting answered {}", answer.status)),
            Err(error) => degraded(&chain(&error)),
        }
    }
}

fn degraded(cause: &str) -> Counts {
    tracing::warn!(cause, "play answered without counts");
    Counts::default()
}
