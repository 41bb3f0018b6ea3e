//! An asset's views per day: the days that are kept, and the attributes of a shard that hold them.

use domain::Day;

use crate::schema::WINDOW;

/// The number of days that are kept, today included.
pub(crate) const KEPT: u32 = 30;

/// The number of days before these whose attributes an update removes. Older ones are left to rank-assets.
const REMOVED: u32 = 30;

// A view is counted on the day of its play, which must be a day that is kept. Otherwise no update would remove it.
const _: () = assert!(WINDOW.as_secs() < (KEPT as u64 - 1) * 24 * 60 * 60);

/// The last `number` days, today included, oldest first.
pub(crate) fn last(number: u32, today: Day) -> impl Iterator<Item = Day> {
    (0..number).rev().map(move |back| today.minus(back))
}

/// The days whose attributes an update removes.
pub(crate) fn removed(today: Day) -> impl Iterator<Item = Day> {
    last(REMOVED, today.minus(KEPT))
}

/// Whether a day is kept. One that is yet to come is, because a viewer's clock may be ahead.
pub(crate) fn is_kept(day: Day, today: Day) -> bool {
    day > today.minus(KEPT)
}

/// Whether updates remove a day.
pub(crate) fn is_removed_by_updates(day: Day, today: Day) -> bool {
    !is_kept(day, today) && day > today.minus(KEPT + REMOVED)
}

/// The attribute of a day: `261125` for 2026-11-25. It is short so that 31 days and the longest id fit one write unit.
pub(crate) fn attribute(day: Day) -> String {
    day.to_string()[2..].replace('-', "")
}

/// The day that an attribute holds the views of.
pub(crate) fn day(attribute: &str) -> Option<Day> {
    let (year, month, day) = (attribute.get(..2)?, attribute.get(2..4)?, attribute.get(4..)?);
    format!("20{year}-{month}-{day}").try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Day {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn an_attribute_is_named_after_its_day_and_read_back() {
        assert_eq!(attribute(of("2026-11-25")), "261125");
        assert_eq!(day("261125"), Some(of("2026-11-25")));
        for other in ["id", "shard", "views", "", "2611255", "26112", "é61125", "269925"] {
            assert_eq!(day(other), None, "{other}");
        }
    }

    #[test]
    fn the_last_days_end_with_today() {
        let days: Vec<_> = last(3, of("2026-12-01")).collect();
        assert_eq!(days, ["2026-11-29", "2026-11-30", "2026-12-01"].map(of));
    }

    #[test]
    fn the_days_before_the_kept_ones_are_removed() {
        let today = of("2026-11-25");
        let (kept, removed): (Vec<_>, Vec<_>) = (last(KEPT, today).collect(), removed(today).collect());
        assert_eq!(
            (removed[0], removed[29], removed.len()),
            (of("2026-09-27"), of("2026-10-26"), 30)
        );
        assert_eq!((kept[0], kept[29], kept.len()), (of("2026-10-27"), today, 30));
        assert!(kept.iter().all(|day| is_kept(*day, today)));
        assert!(removed.iter().all(|day| is_removed_by_updates(*day, today)));
        assert!(is_kept(of("2026-11-26"), today));
        assert!(!is_removed_by_updates(of("2026-09-26"), today) && !is_kept(of("2026-09-26"), today));
    }
}
