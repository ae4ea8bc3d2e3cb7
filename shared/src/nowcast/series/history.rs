//! One artist's daily history, and the view of it that ends at a day.

use crate::Invalid;
use crate::units::Date;

/// What was recorded on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Spotify monthly listeners, if the day has a count.
    pub listeners: Option<f64>,
    /// New TikTok posts with the artist's sounds, if the day has a count.
    pub sound_posts: Option<f64>,
    /// The factor by which the day's events multiply the standard deviation of growth; 1 without events.
    pub impact: f64,
}

impl Observation {
    /// A day of which nothing is known.
    pub const MISSING: Self = Self { listeners: None, sound_posts: None, impact: 1.0 };

    /// Returns the observation if each number is one the model can use.
    ///
    /// # Errors
    ///
    /// When the listeners or the impact are not positive and finite, or the sound posts not finite.
    pub fn checked(self) -> Result<Self, Invalid> {
        if let Some(x) = self.listeners {
            crate::invalid::positive("spotify_monthly_listeners", x)?;
        }
        if let Some(x) = self.sound_posts {
            crate::invalid::finite("tiktok_sound_posts_change", x)?;
        }
        crate::invalid::positive("impact", self.impact)?;
        Ok(self)
    }
}

/// One artist's listeners and drivers, a row for every day from the first to the last: days without a count
/// are [`Observation::MISSING`], not left out.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    artist: String,
    first: Date,
    days: Vec<Observation>,
}

impl History {
    /// Returns a history that starts on `first` with one observation a day.
    ///
    /// # Errors
    ///
    /// When the artist has no name or an observation is one that [`Observation::checked`] refuses.
    pub fn new(artist: impl Into<String>, first: Date, days: Vec<Observation>) -> Result<Self, Invalid> {
        let artist = artist.into();
        if artist.is_empty() {
            return Err(Invalid::new("artist", "must not be empty"));
        }
        for (i, day) in days.iter().enumerate() {
            day.checked().map_err(|e| e.within(format_args!("days[{i}]")))?;
        }
        Ok(Self { artist, first, days })
    }

    /// Returns the history of nobody: what stands where there is none.
    pub(crate) fn none() -> Self {
        Self { artist: String::new(), first: Date::MIN, days: Vec::new() }
    }

    /// Returns the history with every count times `factor`: the same growth at another level.
    ///
    /// # Errors
    ///
    /// When a count is then no positive, finite number.
    pub(crate) fn scaled(&self, factor: f64) -> Result<Self, Invalid> {
        let scaled = |day: &Observation| Observation { listeners: day.listeners.map(|x| x * factor), ..*day };
        Self::new(self.artist.clone(), self.first, self.days.iter().map(scaled).collect())
    }

    /// Sets the impact of a day, if it is one of the history's.
    pub(super) fn set_impact(&mut self, day: Date, impact: f64) {
        let place = usize::try_from(day.days_since(self.first)).ok();
        if let Some(day) = place.and_then(|place| self.days.get_mut(place)) {
            day.impact = impact;
        }
    }

    /// Returns the artist's name.
    pub fn artist(&self) -> &str {
        &self.artist
    }

    /// Returns the same history under another name of the artist.
    ///
    /// # Errors
    ///
    /// Names `artist` if it is empty.
    pub fn renamed(&self, artist: impl Into<String>) -> Result<Self, Invalid> {
        Self::new(artist, self.first, self.days.clone())
    }

    /// Returns the first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// Returns the day after the last.
    pub fn end(&self) -> Date {
        self.first.plus_days(i32::try_from(self.days.len()).unwrap_or(i32::MAX))
    }

    /// Returns what is known once the count of `last` is published: `last` and every day before it.
    pub fn as_of(&self, last: Date) -> AsOf<'_> {
        let known = usize::try_from(last.days_since(self.first).saturating_add(1)).unwrap_or(0);
        AsOf { first: self.first, days: &self.days[..known.min(self.days.len())] }
    }

    /// Returns the history without the counts that its vendor filled in on a straight line.
    ///
    /// A day counts as filled in when it lies halfway between its neighbours to within what single
    /// precision can tell apart (each of the three counts is half a unit in the last place, 2^-24 of
    /// itself, off; they enter as 1, -2 and 1). Such a count was not published on its day: it was made
    /// from the next real one, so a forecast that starts from it has seen the future.
    #[must_use]
    pub fn without_interpolated(&self) -> Self {
        let mut days = self.days.clone();
        for (day, window) in days.iter_mut().skip(1).zip(self.days.windows(3)) {
            if let [Some(a), Some(b), Some(c)] =
                [window[0].listeners, window[1].listeners, window[2].listeners]
                && collinear(a, b, c)
            {
                day.listeners = None;
            }
        }
        Self { artist: self.artist.clone(), first: self.first, days }
    }
}

/// Returns whether `b` is halfway between `a` and `c` to within the rounding of single precision, and the
/// three are not all equal (a count that stands still is not an interpolation).
pub(crate) fn collinear(a: f64, b: f64, c: f64) -> bool {
    const TWO_SINGLE_ULPS: f64 = 2.4e-7;
    a != c && (c - 2.0 * b + a).abs() <= TWO_SINGLE_ULPS * b
}

/// A history up to and including one day. What came later can't be reached from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AsOf<'a> {
    first: Date,
    days: &'a [Observation],
}

impl<'a> AsOf<'a> {
    /// Returns the first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// Returns what was known on an earlier day: `last` and every day before it.
    #[must_use]
    pub fn until(&self, last: Date) -> Self {
        let known = usize::try_from(last.days_since(self.first).saturating_add(1)).unwrap_or(0);
        Self { first: self.first, days: self.days.get(..known).unwrap_or(self.days) }
    }

    /// Returns the observations, one a day from the first.
    pub fn days(&self) -> &'a [Observation] {
        self.days
    }

    /// Returns the last day with a count of listeners, if there is one.
    pub fn last_count(&self) -> Option<Date> {
        let place = self.days.iter().rposition(|day| day.listeners.is_some())?;
        Some(self.first.plus_days(i32::try_from(place).ok()?))
    }

    /// Returns the observation of `day`, or `None` outside the days known.
    pub fn on(&self, day: Date) -> Option<&'a Observation> {
        self.days.get(usize::try_from(day.days_since(self.first)).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(listeners: Option<f64>) -> Observation {
        Observation { listeners, ..Observation::MISSING }
    }

    #[test]
    fn as_of_ends_with_its_day() {
        let first = Date::from_unix_days(100).unwrap();
        let history = History::new("A", first, (1..=5).map(|i| day(Some(f64::from(i)))).collect()).unwrap();
        assert_eq!(history.as_of(first.plus_days(2)).days().len(), 3);
        assert_eq!(history.as_of(first.plus_days(-1)).days().len(), 0);
        assert_eq!(history.as_of(first.plus_days(99)).days().len(), 5);
        assert_eq!(history.end(), first.plus_days(5));
        assert_eq!(history.as_of(first.plus_days(2)).last_count(), Some(first.plus_days(2)));
        assert_eq!(history.as_of(first.plus_days(-1)).last_count(), None);
    }

    #[test]
    fn a_filled_in_day_is_withheld_and_a_still_one_is_not() {
        let first = Date::from_unix_days(0).unwrap();
        let counts = [131_894_696.0, 131_533_170.0, 131_171_650.0, 131_171_650.0, 131_171_650.0];
        let history = History::new("A", first, counts.iter().map(|&x| day(Some(x))).collect()).unwrap();
        let kept: Vec<bool> =
            history.without_interpolated().days.iter().map(|d| d.listeners.is_some()).collect();
        assert_eq!(kept, [true, false, true, true, true]);
    }

    #[test]
    fn counts_must_be_positive() {
        let bad = History::new("A", Date::from_unix_days(0).unwrap(), vec![day(Some(1.0)), day(Some(0.0))]);
        assert_eq!(bad.unwrap_err().field, "days[1].spotify_monthly_listeners");
    }
}
