//! A view event: what play publishes and reporting counts. Its JSON is a contract between the two.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{
    AssetId, Invalid, UserId,
    correlation::{self, CorrelationId},
    timestamp::Timestamp,
};

/// One user's watching of one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct View {
    version: Version,
    /// What makes the view this one and no other: it is counted once, however often the event arrives.
    pub event_id: EventId,
    /// Which video.
    pub asset_id: AssetId,
    /// Who watched it.
    pub user_id: UserId,
    /// When.
    pub played_at: Timestamp,
    /// The request that played it, for whoever reads logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
}

/// The version of the event's form: 1, and no other is understood.
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
    /// A view that happens now. With a key it is the same view as any other of that asset, user and key.
    #[must_use]
    pub fn now(asset_id: AssetId, user_id: UserId, key: Option<&IdempotencyKey>) -> Self {
        let event_id = key.map_or_else(EventId::unique, |key| EventId::of(&asset_id, &user_id, key));
        Self::new(event_id, asset_id, user_id, Timestamp::now())
    }

    /// A view from its parts.
    #[must_use]
    pub fn new(event_id: EventId, asset_id: AssetId, user_id: UserId, played_at: Timestamp) -> Self {
        Self {
            version: Version,
            event_id,
            asset_id,
            user_id,
            played_at,
            correlation_id: correlation::current(),
        }
    }
}

/// The id of a view event: a UUID, version 7 where it is new, version 8 where it stands for an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(Uuid);

impl EventId {
    /// An id that nothing else has.
    #[must_use]
    pub fn unique() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id that this asset, user and key always have: the first 16 bytes of a SHA-256 over the three.
    #[must_use]
    pub fn of(asset_id: &AssetId, user_id: &UserId, key: &IdempotencyKey) -> Self {
        // No id holds a line feed, so no two triples read the same.
        let digest = Sha256::digest(format!("{asset_id}\n{user_id}\n{}", key.0));
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

/// A caller's `Idempotency-Key`: 1 to 128 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The header that carries it.
    pub const HEADER: &'static str = "Idempotency-Key";

    /// Parses a header's value.
    ///
    /// # Errors
    /// [`Invalid`] when it is not 1 to 128 visible ASCII characters.
    pub fn parse(value: &[u8]) -> Result<Self, Invalid> {
        if (1..=128).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic) {
            return Ok(Self(value.iter().copied().map(char::from).collect()));
        }
        Err(Self::invalid("must be 1 to 128 visible ASCII characters"))
    }

    pub(crate) fn invalid(problem: &str) -> Invalid {
        Invalid {
            field: Self::HEADER.to_owned(),
            code: "invalid_idempotency_key",
            problem: problem.to_owned(),
        }
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
    fn a_key_is_visible_ascii() {
        for bad in ["", " ", "a b", "é", "a\t", &"k".repeat(129)] {
            assert!(IdempotencyKey::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(IdempotencyKey::parse("k".repeat(128).as_bytes()).is_ok());
    }

    #[test]
    fn is_read_back_as_it_was_written() {
        let view = view("123", "8", None);
        let json = serde_json::to_string(&view).unwrap();
        assert!(json.starts_with(r#"{"version":1,"eventId":""#), "{json}");
        assert_eq!(serde_json::from_str::<View>(&json).unwrap(), view);
    }

    #[test]
    fn another_version_or_a_strange_field_is_refused() {
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
