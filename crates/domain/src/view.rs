//! The view event that play publishes and reporting counts. Its JSON is the contract between the two.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{AssetId, IdempotencyKey, Text, Timestamp, UserId};

/// The gateway's id of a request.
pub type CorrelationId = Text<1, 128>;

/// One play of one asset by one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct View {
    version: Version,
    /// The view's identity: it is counted once, however often the event arrives.
    pub event_id: EventId,
    pub asset_id: AssetId,
    pub user_id: UserId,
    pub played_at: Timestamp,
    /// The request that played it, so that a log reader can follow the view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
}

/// The version of the event's schema. 1 is the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version;

impl TryFrom<u8> for Version {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        (number == 1)
            .then_some(Self)
            .ok_or_else(|| format!("version {number} is not 1"))
    }
}

impl From<Version> for u8 {
    fn from(Version: Version) -> Self {
        1
    }
}

impl View {
    /// A view that happens now. With a key it is the same view as every other of that asset, user and key.
    #[must_use]
    pub fn now(asset_id: AssetId, user_id: UserId, key: Option<&IdempotencyKey>) -> Self {
        let event_id = key.map_or_else(EventId::unique, |key| EventId::of(&asset_id, &user_id, key));
        Self::new(event_id, asset_id, user_id, Timestamp::now())
    }

    #[must_use]
    pub fn new(event_id: EventId, asset_id: AssetId, user_id: UserId, played_at: Timestamp) -> Self {
        Self {
            version: Version,
            event_id,
            asset_id,
            user_id,
            played_at,
            correlation_id: None,
        }
    }

    /// The same view, with the id of the request that played it.
    #[must_use]
    pub fn with_correlation_id(self, correlation_id: Option<CorrelationId>) -> Self {
        Self { correlation_id, ..self }
    }
}

/// The id of a view event: a UUID of version 7, or of version 8 if it is derived from an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(Uuid);

impl EventId {
    /// A new id.
    #[must_use]
    pub fn unique() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id that this asset, user and key always have: the first 16 bytes of a SHA-256 over the three.
    #[must_use]
    pub fn of(asset_id: &AssetId, user_id: &UserId, key: &IdempotencyKey) -> Self {
        // No id holds a line feed, so no two triples read the same.
        let digest = Sha256::digest(format!("{asset_id}\n{user_id}\n{}", key.as_str()));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> IdempotencyKey {
        IdempotencyKey::parse(text.as_bytes()).unwrap()
    }

    fn view(asset: &str, user: &str, with: Option<&str>) -> View {
        let key = with.map(key);
        View::now(asset.parse().unwrap(), user.parse().unwrap(), key.as_ref())
    }

    #[test]
    fn without_a_key_every_view_is_its_own() {
        assert_ne!(view("a", "u", None).event_id, view("a", "u", None).event_id);
    }

    #[test]
    fn a_key_names_one_view_of_one_asset_by_one_user() {
        let id = view("a", "u", Some("k")).event_id;
        assert_eq!(view("a", "u", Some("k")).event_id, id);
        assert_ne!(view("b", "u", Some("k")).event_id, id);
        assert_ne!(view("a", "v", Some("k")).event_id, id);
        assert_ne!(view("a", "u", Some("l")).event_id, id);
    }

    #[test]
    fn survives_a_round_trip_through_json() {
        let view = view("123", "8", None);
        let json = serde_json::to_string(&view).unwrap();
        assert!(json.starts_with(r#"{"version":1,"eventId":""#), "{json}");
        assert_eq!(serde_json::from_str::<View>(&json).unwrap(), view);
    }

    #[test]
    fn rejects_another_version_and_unknown_fields() {
        let json = serde_json::to_value(view("123", "8", None)).unwrap();
        for (field, value) in [
            ("version", 2.into()),
            ("eventId", "x".into()),
            ("assetId", "a/b".into()),
            ("more", 1.into()),
        ] {
            let mut changed = json.clone();
            changed[field] = value;
            assert!(serde_json::from_value::<View>(changed).is_err(), "{field}");
        }
    }
}
