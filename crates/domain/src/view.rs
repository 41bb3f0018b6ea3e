//! The view event that play publishes and reporting counts. Its JSON is the contract between the two.

use std::{fmt, str};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid, Version as UuidVersion, fmt::Hyphenated};

use crate::{AssetId, IdempotencyKey, Invalid, Text, Timestamp, UserId, ViewWindow};

/// The gateway's id of a request.
pub type CorrelationId = Text<1, 128>;

/// One play of one asset by one user.
///
/// A reader ignores fields that it does not know, so that a version may add one while its predecessor still runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    version: Version,
    /// The view's identity: it is counted once, however often the event arrives.
    pub event_id: EventId,
    pub asset_id: AssetId,
    pub user_id: UserId,
    pub played_at: Timestamp,
    /// The request that played it, so that a log reader can follow the view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
}

impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// Reads a view from an object alone. The derived reader would take an array of the fields as well.
struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = View;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a view event, a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<View, A::Error> {
        let fields = Fields::deserialize(MapAccessDeserializer::new(map))?;
        let view = View::new(fields.event_id, fields.asset_id, fields.user_id, fields.played_at);
        Ok(view.with_correlation_id(fields.correlation_id.0))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    #[serde(rename = "version")]
    _version: Version,
    event_id: EventId,
    asset_id: AssetId,
    user_id: UserId,
    played_at: Timestamp,
    #[serde(default)]
    correlation_id: Lenient,
}

/// A correlation id, or None if it is malformed: it is for logs, and must not cost a view.
#[derive(Default, Deserialize)]
#[serde(from = "AnyValue")]
struct Lenient(Option<CorrelationId>);

#[derive(Deserialize)]
#[serde(untagged)]
enum AnyValue {
    Id(CorrelationId),
    Other(IgnoredAny),
}

impl From<AnyValue> for Lenient {
    fn from(value: AnyValue) -> Self {
        match value {
            AnyValue::Id(id) => Self(Some(id)),
            AnyValue::Other(_) => Self(None),
        }
    }
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
        Self::now_in(None, asset_id, user_id, key)
    }

    /// A view that happens now. Without a key it is the same view as every other of that asset and user in this window.
    #[must_use]
    pub fn now_in(
        window: Option<ViewWindow>,
        asset_id: AssetId,
        user_id: UserId,
        key: Option<&IdempotencyKey>,
    ) -> Self {
        let now = Timestamp::now();
        let event_id = EventId::derived(&asset_id, &user_id, key, window, now).unwrap_or_else(EventId::unique);
        Self::new(event_id, asset_id, user_id, now)
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
        assert!(view("a", "u", Some("k")).event_id.is_derived());
        assert!(in_window("a", "u", 30, "2026-11-25T12:00:00Z").unwrap().is_derived());
    }

    #[test]
    fn the_header_names_an_event_by_its_uuid() {
        for id in [EventId::unique(), view("a", "u", Some("k")).event_id] {
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

    #[test]
    fn survives_a_round_trip_through_json() {
        let view = view("123", "8", None);
        let json = serde_json::to_string(&view).unwrap();
        assert!(json.starts_with(r#"{"version":1,"eventId":""#), "{json}");
        assert_eq!(serde_json::from_str::<View>(&json).unwrap(), view);
    }

    #[test]
    fn rejects_another_version_and_malformed_fields() {
        let json = serde_json::to_value(view("123", "8", None)).unwrap();
        for (field, value) in [
            ("version", 2.into()),
            ("eventId", "x".into()),
            ("assetId", "a/b".into()),
            ("eventId", "00000000-0000-0000-0000-000000000000".into()),
            ("eventId", "ffffffff-ffff-ffff-ffff-ffffffffffff".into()),
            ("playedAt", 1.into()),
        ] {
            let mut changed = json.clone();
            changed[field] = value;
            assert!(serde_json::from_value::<View>(changed).is_err(), "{field}");
        }
    }

    #[test]
    fn ignores_unknown_fields_and_a_malformed_correlation_id() {
        let view = view("123", "8", None);
        let mut json = serde_json::to_value(&view).unwrap();
        json["player"] = "tv".into();
        for bad in [
            1.into(),
            "".into(),
            "x".repeat(129).into(),
            serde_json::json!({"id": 1}),
        ] {
            json["correlationId"] = bad;
            assert_eq!(serde_json::from_value::<View>(json.clone()).unwrap(), view);
        }
        json["correlationId"] = "r".into();
        let read = serde_json::from_value::<View>(json).unwrap();
        assert_eq!(read.correlation_id, "r".to_owned().try_into().ok());
    }

    #[test]
    fn only_an_object_is_an_event() {
        let id = "019abcde-0000-7000-8000-000000000000";
        let array = format!(r#"[1,"{id}","123","8","2026-11-23T23:08:07Z"]"#);
        assert!(serde_json::from_str::<View>(&array).is_err());
    }
}
