//! The id of a view event.

use std::{fmt, str};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid, Version as UuidVersion, fmt::Hyphenated};

use crate::{AssetId, IdempotencyKey, Invalid, Timestamp, UserId, ViewWindow};

/// The id of a view event: a UUID of version 7, or of version 8 if it is derived from an idempotency key or a window.
///
/// The nil and the max UUID are rejected. They stand for "no id", and all events with such an id would be one view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Uuid")]
pub struct EventId(Uuid);

impl TryFrom<Uuid> for EventId {
    type Error = &'static str;

    fn try_from(id: Uuid) -> Result<Self, Self::Error> {
        if id.is_nil() || id.is_max() {
            return Err("eventId is the nil or the max UUID");
        }
        Ok(Self(id))
    }
}

impl EventId {
    /// The header in which play names its view to reporting.
    pub const HEADER: &'static str = "Event-Id";

    /// Parses a header value.
    ///
    /// # Errors
    /// [`Invalid`] unless it is a UUID in its usual form, neither the nil nor the max UUID.
    pub fn parse(value: &[u8]) -> Result<Self, Invalid> {
        let text = str::from_utf8(value).ok();
        let id = text.and_then(|text| text.parse::<Hyphenated>().ok());
        let id = id.and_then(|id| Self::try_from(id.into_uuid()).ok());
        id.ok_or_else(|| Invalid {
            field: Self::HEADER.to_owned(),
            code: "invalid_event_id",
            problem: "must be a UUID such as 019abcde-0000-7000-8000-000000000000, neither nil nor max".to_owned(),
        })
    }

    /// A new id.
    #[must_use]
    pub fn unique() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id that this asset, user and key always have.
    #[must_use]
    pub fn of(asset_id: &AssetId, user_id: &UserId, key: &IdempotencyKey) -> Self {
        // No id and no key holds a line feed, so no two triples read the same.
        Self::hash(&format!("{asset_id}\n{user_id}\n{}", key.as_str()))
    }

    /// The id that a play shares with others: that of its key, or else that of the window that holds `played_at`. None
    /// without a key and windows.
    #[must_use]
    pub fn derived(
        asset_id: &AssetId,
        user_id: &UserId,
        key: Option<&IdempotencyKey>,
        window: Option<ViewWindow>,
        played_at: Timestamp,
    ) -> Option<Self> {
        let of_key = key.map(|key| Self::of(asset_id, user_id, key));
        // An empty line stands where a key would, and no key is empty.
        let of_window = || {
            Some(Self::hash(&format!(
                "{asset_id}\n{user_id}\n\n{}",
                window?.at(played_at)
            )))
        };
        of_key.or_else(of_window)
    }

    /// Whether another request can have this id too. Anyone may repeat a key or play again within a window.
    #[must_use]
    pub fn is_derived(self) -> bool {
        self.0.get_version() != Some(UuidVersion::SortRand)
    }

    /// The first 16 bytes of a SHA-256.
    fn hash(text: &str) -> Self {
        let digest = Sha256::digest(text);
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

    fn of_key(asset: &str, user: &str, text: &str) -> EventId {
        EventId::of(&asset.parse().unwrap(), &user.parse().unwrap(), &key(text))
    }

    fn in_window(asset: &str, user: &str, minutes: u32, at: &str) -> Option<EventId> {
        let (asset, user) = (asset.parse().unwrap(), user.parse().unwrap());
        let at = Timestamp::try_from(at.to_owned()).unwrap();
        EventId::derived(&asset, &user, None, ViewWindow::of_minutes(minutes), at)
    }

    #[test]
    fn a_window_names_one_view_of_one_asset_by_one_user() {
        let id = in_window("a", "u", 30, "2026-11-25T12:00:00Z");
        assert_eq!(in_window("a", "u", 30, "2026-11-25T12:29:59.999Z"), id);
        for other in [
            in_window("a", "u", 30, "2026-11-25T11:59:59.999Z"),
            in_window("a", "u", 30, "2026-11-25T12:30:00Z"),
            in_window("b", "u", 30, "2026-11-25T12:00:00Z"),
            in_window("a", "v", 30, "2026-11-25T12:00:00Z"),
        ] {
            assert_ne!(other, id);
        }
        assert_eq!(in_window("a", "u", 0, "2026-11-25T12:00:00Z"), None);
    }

    #[test]
    fn windows_of_another_length_and_keys_name_other_views() {
        // Both windows have the number 0.
        let start = "1970-01-01T00:00:00Z";
        assert_ne!(in_window("a", "u", 60, start), in_window("a", "u", 30, start));
        // No key can be what a window's hash reads like, which begins with a line feed.
        assert!(IdempotencyKey::parse(b"\n30\n0").is_err());
        assert!(IdempotencyKey::parse(b"").is_err());
    }

    #[test]
    fn a_key_goes_before_a_window() {
        let (asset, user, key) = ("a".parse().unwrap(), "u".parse().unwrap(), key("k"));
        let id = EventId::derived(&asset, &user, Some(&key), ViewWindow::of_minutes(30), Timestamp::now());
        assert_eq!(id, Some(EventId::of(&asset, &user, &key)));
    }

    #[test]
    fn only_an_id_of_its_own_is_not_derived() {
        assert!(!EventId::unique().is_derived());
        assert!(of_key("a", "u", "k").is_derived());
        assert!(in_window("a", "u", 30, "2026-11-25T12:00:00Z").unwrap().is_derived());
    }

    #[test]
    fn the_header_names_an_event_by_its_uuid() {
        for id in [EventId::unique(), of_key("a", "u", "k")] {
            assert_eq!(EventId::parse(id.to_string().as_bytes()), Ok(id));
        }
        for bad in [
            "",
            "k",
            "019abcde000070008000000000000000",
            "{019abcde-0000-7000-8000-000000000000}",
            "019abcde-0000-7000-8000-000000000000, 019abcde-0000-7000-8000-000000000000",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ] {
            let refused = EventId::parse(bad.as_bytes()).map_err(|invalid| (invalid.field, invalid.code));
            assert_eq!(refused, Err(("Event-Id".to_owned(), "invalid_event_id")), "{bad}");
        }
        assert!(EventId::parse(&[0xff; 36]).is_err());
    }
}
