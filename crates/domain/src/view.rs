//! The view event that play publishes and reporting counts. Its JSON is the contract between the two.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{AssetId, EventId, IdempotencyKey, Text, Timestamp, UserId, ViewWindow};

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

#[cfg(test)]
mod tests {
    use super::*;

    fn view(asset: &str, user: &str, with: Option<&str>) -> View {
        let key = with.map(|key| IdempotencyKey::parse(key.as_bytes()).unwrap());
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
