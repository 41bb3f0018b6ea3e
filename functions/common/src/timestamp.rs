//! A moment, written as RFC 3339 in UTC: `2026-11-23T23:08:07.123Z`.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};

/// A moment to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(DateTime);

impl Timestamp {
    /// This moment.
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(DateTime::from_millis(self.as_millis().saturating_add(millis)))
    }

    /// `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(DateTime::from_millis(self.as_millis().saturating_sub(millis)))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.to_millis().unwrap_or_default()
    }

    /// Seconds since 1970, as DynamoDB's time to live wants them.
    #[must_use]
    pub fn as_secs(self) -> i64 {
        self.0.secs()
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = DateTime::from(time).to_millis().unwrap_or_default();
        Self(DateTime::from_millis(millis))
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.fmt(DateTimeFormat::DateTime).unwrap_or_default()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        DateTime::from_str(&text, DateTimeFormat::DateTime)
            .ok()
            .filter(|moment| moment.to_millis().is_ok())
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no RFC 3339 time in UTC"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_same_after_a_round_trip_through_json() {
        let now = Timestamp::now();
        let json = serde_json::to_string(&now).unwrap();
        assert!(json.ends_with("Z\""), "{json}");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), now);
    }

    #[test]
    fn refuses_what_is_no_time() {
        for bad in ["\"yesterday\"", "\"\"", "7", "\"2026-13-01T00:00:00Z\""] {
            assert!(serde_json::from_str::<Timestamp>(bad).is_err(), "{bad}");
        }
    }
}
