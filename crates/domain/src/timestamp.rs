//! A moment, written as RFC 3339 in UTC: `2026-11-23T23:08:07.123Z`.

use std::time::{Duration, SystemTime};

use time::{UtcDateTime, format_description::well_known::Rfc3339};

/// A moment in UTC, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(UtcDateTime);

impl Timestamp {
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// The moment `span` later, or the latest there is.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let span = time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Self(self.0.saturating_add(span))
    }

    /// The moment `span` earlier, or the earliest there is.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let span = time::Duration::try_from(span).unwrap_or(time::Duration::MAX);
        Self(self.0.saturating_sub(span))
    }

    pub(crate) fn date(self) -> time::Date {
        self.0.date()
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.as_secs() * 1_000 + i64::from(self.0.millisecond())
    }

    /// Whole seconds since 1970, the unit of DynamoDB's time to live.
    #[must_use]
    pub fn as_secs(self) -> i64 {
        self.0.unix_timestamp()
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(to_millisecond(UtcDateTime::from(time)))
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        // RFC 3339 has four digits for the year, and no clock here shows another.
        timestamp.0.format(&Rfc3339).unwrap_or_default()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text.ends_with('Z').then(|| UtcDateTime::parse(&text, &Rfc3339).ok());
        let moment = parsed.flatten().map(|moment| Self(to_millisecond(moment)));
        moment.ok_or_else(|| format!("{text:?} is not an RFC 3339 time in UTC"))
    }
}

fn to_millisecond(moment: UtcDateTime) -> UtcDateTime {
    moment.replace_millisecond(moment.millisecond()).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_a_round_trip_through_json() {
        let now = Timestamp::now();
        let json = serde_json::to_string(&now).unwrap();
        assert!(json.ends_with("Z\""), "{json}");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), now);
    }

    #[test]
    fn counts_seconds_and_milliseconds_since_1970() {
        let moment = Timestamp::try_from("2026-11-23T23:08:07.123Z".to_owned()).unwrap();
        assert_eq!(moment.as_millis(), 1_795_475_287_123);
        assert_eq!(moment.as_secs(), 1_795_475_287);
        assert_eq!(String::from(moment), "2026-11-23T23:08:07.123Z");
        assert_eq!(
            moment.plus(Duration::from_mins(1)).minus(Duration::from_mins(1)),
            moment
        );
        assert!(moment.plus(Duration::MAX) > moment);
    }

    #[test]
    fn refuses_anything_but_rfc_3339_in_utc() {
        for bad in [
            "\"yesterday\"",
            "\"\"",
            "7",
            "\"2026-13-01T00:00:00Z\"",
            "\"2026-11-23T23:08:07+01:00\"",
        ] {
            assert!(serde_json::from_str::<Timestamp>(bad).is_err(), "{bad}");
        }
    }
}
