//! A day in UTC, written as `2026-11-25`.

use std::{fmt, time::Duration};

use crate::Timestamp;

/// The length of a day. UTC's leap seconds are not in Unix time.
const LENGTH: Duration = Duration::from_hours(24);

/// A day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(time::Date);

impl Day {
    /// The day this many days earlier, or the earliest there is.
    #[must_use]
    pub fn minus(self, days: u32) -> Self {
        let span = time::Duration::try_from(LENGTH * days).unwrap_or(time::Duration::MAX);
        Self(self.0.saturating_sub(span))
    }
}

impl From<Timestamp> for Day {
    fn from(moment: Timestamp) -> Self {
        Self(moment.date())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let midnight = Timestamp::try_from(format!("{text}T00:00:00Z"));
        midnight.map(Self::from).map_err(|_| format!("{text:?} is not a day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.to_owned().try_into().unwrap()
    }

    fn of(moment: &str) -> Day {
        Day::from(Timestamp::try_from(moment.to_owned()).unwrap())
    }

    #[test]
    fn begins_at_midnight_in_utc() {
        assert_eq!(of("2026-11-24T23:59:59.999Z"), day("2026-11-24"));
        assert_eq!(of("2026-11-25T00:00:00.000Z"), day("2026-11-25"));
        assert_eq!(day("2026-11-25").to_string(), "2026-11-25");
    }

    #[test]
    fn counts_back_over_the_ends_of_months_and_years() {
        assert_eq!(day("2027-01-01").minus(1), day("2026-12-31"));
        assert_eq!(day("2028-03-01").minus(1), day("2028-02-29"));
        assert_eq!(day("2026-11-25").minus(59), day("2026-09-27"));
        assert_eq!(day("2026-11-25").minus(0), day("2026-11-25"));
        assert!(day("2026-11-25").minus(u32::MAX) < day("0001-01-01"));
    }

    #[test]
    fn refuses_what_is_not_a_day() {
        for bad in [
            "",
            "today",
            "2026-02-29",
            "2026-13-01",
            "26-11-25",
            "2026-11-25T00:00:00Z",
        ] {
            assert!(Day::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
