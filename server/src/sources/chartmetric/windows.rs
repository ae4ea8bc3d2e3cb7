//! The windows in which years of counts are asked for: an answer covers a year at most.

use shared::units::Date;

/// The first day that is asked for: Chartmetric has Spotify's listeners from 2019 on.
const FIRST: Date = match Date::from_unix_days(17_897) {
    Some(day) => day,
    None => Date::MIN,
};
/// The most days of a window.
const DAYS: i32 = 350;

/// Days to ask for, the first and the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window {
    /// The first day.
    pub(crate) since: Date,
    /// The last day.
    pub(crate) until: Date,
}

impl Window {
    /// Returns whether a day is in it.
    pub(crate) fn has(self, day: Date) -> bool {
        self.since <= day && day <= self.until
    }
}

/// Returns the windows from [`FIRST`] to `today`, the newest first. All but the newest are the same every day, so that one
/// that was read need not be read again.
pub(crate) fn windows(today: Date) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut since = FIRST;
    while since <= today {
        let until = since.plus_days(DAYS - 1);
        windows.push(Window { since, until: until.min(today) });
        if until >= today {
            break;
        }
        since = until.plus_days(1);
    }
    windows.reverse();
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_each_day_once_and_none_is_longer_than_350_days() {
        assert_eq!(FIRST.to_string(), "2019-01-01");
        for today in ["2019-01-01", "2019-12-16", "2019-12-17", "2026-11-29"] {
            let today: Date = today.parse().unwrap();
            let mut windows = windows(today);
            windows.reverse();
            assert_eq!((windows[0].since, windows[windows.len() - 1].until), (FIRST, today));
            for window in &windows {
                assert!((0..350).contains(&window.until.days_since(window.since)), "{window:?}");
            }
            for pair in windows.windows(2) {
                assert_eq!(pair[1].since, pair[0].until.plus_days(1));
            }
        }
        assert_eq!(windows(FIRST.plus_days(-1)), []);
        assert_eq!(windows("2026-11-29".parse().unwrap()).len(), 9);
    }
}
