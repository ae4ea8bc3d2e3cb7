//! Fits that were made, so that none is made twice.

use core::fmt;
use std::cell::RefCell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::Fit;
use crate::Invalid;
use crate::nowcast::model::Track;
use crate::nowcast::series::AsOf;
use crate::pieces::{Pace, Pieces};

/// How many fits are kept: as many as a year has weeks, and the days of an event besides.
const MOST: usize = 128;

/// Fits by what they were made to. Copies share them.
///
/// Who asks for a fit that is being made for somebody else does the next piece of it: it is made once, and goes on when
/// the other one no longer wants it.
#[derive(Clone, Default)]
pub struct Fits {
    kept: Rc<RefCell<Vec<Begun>>>,
    /// Whether the fit of a day is that of the last week's end before it.
    weekly: bool,
}

/// The days from one weekly fit to the next.
const WEEK: i32 = 7;

/// A fit that was made, and what to: what a process writes down so that the next one need not make it again.
///
/// Under another version of the model it would be another fit: whoever keeps it keeps the version with it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    of: u64,
    fit: Fit,
}

struct Begun {
    /// What it is made to, in one number.
    of: u64,
    fit: Making,
}

enum Making {
    Begun(Pieces<'static, Result<Fit, Invalid>>),
    Done(Box<Result<Fit, Invalid>>),
}

impl fmt::Debug for Fits {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Fits({})", self.kept.borrow().len())
    }
}

impl Fits {
    /// Returns fits that are made once a week, on what was known at its end, and serve the days after it: who walks through
    /// many days makes few of them. A week's end at which too little was known for one has the day's own instead.
    pub fn weekly() -> Self {
        Self { weekly: true, ..Self::default() }
    }

    /// Returns the fits that were made, oldest first.
    pub fn kept(&self) -> Vec<Kept> {
        let made = |one: &Begun| match &one.fit {
            Making::Done(found) => Some(Kept { of: one.of, fit: *found.as_ref().as_ref().ok()? }),
            Making::Begun(_) => None,
        };
        self.kept.borrow().iter().filter_map(made).collect()
    }

    /// Takes fits that an earlier process made, the newest last; those it has already are left alone.
    pub fn keep(&self, kept: &[Kept]) {
        let mut all = self.kept.borrow_mut();
        for Kept { of, fit } in kept.iter().rev().take(MOST).rev() {
            if all.len() < MOST && !all.iter().any(|one| one.of == *of) {
                all.push(Begun { of: *of, fit: Making::Done(Box::new(Ok(*fit))) });
            }
        }
    }

    /// Returns the work of fitting the model to what `views` know, as [`Nowcaster::fit`] does; none where it was done.
    ///
    /// # Errors
    ///
    /// As for [`Nowcaster::fit`].
    ///
    /// [`Nowcaster::fit`]: crate::nowcast::forecast::Nowcaster::fit
    pub fn fit_in_pieces(&self, views: &[AsOf<'_>]) -> Pieces<'static, Result<Fit, Invalid>> {
        let (fits, asked) = (self.clone(), self.asked(views));
        Pieces::new(move |pace| async move { fits.first_of(&pace, asked).await })
    }

    /// Does what [`Fits::fit_in_pieces`] does, at a pace.
    pub(crate) async fn fit_at(&self, pace: &Pace, views: &[AsOf<'_>]) -> Result<Fit, Invalid> {
        self.first_of(pace, self.asked(views)).await
    }

    /// Returns what the fit of `views` may be made to, the first that can be.
    fn asked(&self, views: &[AsOf<'_>]) -> Vec<(u64, Vec<Track>)> {
        let mut asked = Vec::new();
        if self.weekly
            && let Some(last) = views.iter().filter_map(AsOf::last_count).max()
        {
            let end = last.plus_days(-last.unix_days().rem_euclid(WEEK));
            let known: Vec<AsOf<'_>> = views.iter().map(|view| view.until(end)).collect();
            asked.push((name(&known), tracks(&known)));
        }
        asked.push((name(views), tracks(views)));
        asked
    }

    async fn first_of(&self, pace: &Pace, asked: Vec<(u64, Vec<Track>)>) -> Result<Fit, Invalid> {
        let mut refused = Invalid::new("history", "there is none");
        for (of, tracks) in asked {
            match self.make(pace, of, &tracks).await {
                Ok(fit) => return Ok(fit),
                Err(invalid) => refused = invalid,
            }
        }
        Err(refused)
    }

    async fn make(&self, pace: &Pace, of: u64, tracks: &[Track]) -> Result<Fit, Invalid> {
        loop {
            if let Some(fit) = self.step(pace, of, tracks) {
                return fit;
            }
            pace.rest().await;
        }
    }

    /// Does the next piece of a fit, and returns it once it is done.
    fn step(&self, pace: &Pace, of: u64, tracks: &[Track]) -> Option<Result<Fit, Invalid>> {
        let mut all = self.kept.borrow_mut();
        let place = all.iter().position(|kept| kept.of == of).unwrap_or_else(|| {
            if all.len() == MOST {
                all.remove(0);
            }
            let tracks = tracks.to_vec();
            let work = Pieces::new(|pace| async move { Fit::new(&pace, &tracks, None).await });
            all.push(Begun { of, fit: Making::Begun(work) });
            all.len() - 1
        });
        let making = &mut all.get_mut(place)?.fit;
        if let Making::Begun(work) = making {
            let found = work.step();
            pace.reach(work.done());
            *making = Making::Done(Box::new(found?));
        }
        match making {
            Making::Done(found) => Some(Result::clone(found)),
            Making::Begun(_) => None,
        }
    }
}

fn tracks(views: &[AsOf<'_>]) -> Vec<Track> {
    views.iter().map(Track::new).collect()
}

/// Returns what is known as one number: other histories, or another day of them, have another one.
fn name(views: &[AsOf<'_>]) -> u64 {
    // FNV-1a: nobody forges histories against their own page.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |bits: u64| {
        for byte in bits.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for view in views {
        mix(view.first().unix_days() as u64);
        mix(view.days().len() as u64);
        for day in view.days() {
            let numbers = [day.listeners, day.sound_posts, Some(day.impact)];
            numbers.into_iter().for_each(|number| mix(number.unwrap_or(f64::NAN).to_bits()));
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nowcast::forecast::Nowcaster;
    use crate::nowcast::series::History;
    use crate::units::Date;
    use crate::world;

    fn views(histories: &[History], day: Date) -> Vec<AsOf<'_>> {
        histories.iter().map(|history| history.as_of(day)).collect()
    }

    #[test]
    fn a_fit_is_made_once_and_by_whoever_asks() {
        let day = "2025-05-10".parse::<Date>().unwrap();
        let histories = world::histories(3, "2024-01-01".parse::<Date>().unwrap(), 2, 500).unwrap();
        let own = *Nowcaster::fit(&views(&histories, day)).unwrap().parameters();
        let fits = Fits::default();
        let ask = || fits.clone().fit_in_pieces(&views(&histories, day));
        let (mut first, mut second) = (ask(), ask());
        let mut steps = 0_i32;
        let found = loop {
            steps += 1;
            assert!(first.step().is_none() || steps > 1, "a fit takes more than a piece");
            if let Some(found) = second.step() {
                break found;
            }
        };
        // The first one did half of it; what is left for it is to take what was found.
        assert_eq!((found.unwrap(), first.step().unwrap().unwrap()), (own, own));
        let alone = {
            let (mut work, mut steps) = (Fits::default().fit_in_pieces(&views(&histories, day)), 1_i32);
            while work.step().is_none() {
                steps += 1;
            }
            steps
        };
        assert!((2 * steps - alone).abs() <= 1, "{steps} turns of two, {alone} of one");
        // It is there from now on, and one of another day is another one.
        assert_eq!(ask().step().unwrap().unwrap(), own);
        assert!(fits.fit_in_pieces(&views(&histories, day.plus_days(-1))).step().is_none());
    }

    #[test]
    fn a_weekly_fit_is_that_of_the_weeks_end_on_all_its_days() {
        // 2025-05-01 is a Thursday, as 1970-01-01 was.
        let end = "2025-05-01".parse::<Date>().unwrap();
        let histories = world::histories(3, "2024-01-01".parse::<Date>().unwrap(), 2, 500).unwrap();
        let daily = Fits::default().fit_in_pieces(&views(&histories, end)).finish().unwrap();
        let weekly = Fits::weekly();
        for after in 0..7 {
            let known = views(&histories, end.plus_days(after));
            assert_eq!(weekly.fit_in_pieces(&known).finish().unwrap(), daily);
        }
        assert_eq!(format!("{weekly:?}"), "Fits(1)");
        let next = views(&histories, end.plus_days(7));
        assert_ne!(weekly.fit_in_pieces(&next).finish().unwrap(), daily);
        // Whose history begins after the week's end has the day's own fit.
        let late = world::histories(3, end.plus_days(-10), 2, 30).unwrap();
        let day = end.plus_days(-1);
        let own = Fits::default().fit_in_pieces(&views(&late, day)).finish().unwrap();
        assert_eq!(weekly.fit_in_pieces(&views(&late, day)).finish().unwrap(), own);
    }

    #[test]
    fn a_fit_that_was_written_down_is_not_made_again() {
        let day = "2025-05-10".parse::<Date>().unwrap();
        let histories = world::histories(3, "2024-01-01".parse::<Date>().unwrap(), 2, 500).unwrap();
        let fits = Fits::default();
        let made = fits.fit_in_pieces(&views(&histories, day)).finish().unwrap();
        let text = serde_json::to_string(&fits.kept()).unwrap();
        let later = Fits::default();
        later.keep(&serde_json::from_str::<Vec<Kept>>(&text).unwrap());
        assert_eq!(later.fit_in_pieces(&views(&histories, day)).step().unwrap().unwrap(), made);
        assert_eq!(later.kept(), fits.kept());
        assert!(later.fit_in_pieces(&views(&histories, day.plus_days(-1))).step().is_none());
    }

    #[test]
    fn what_one_no_longer_wants_another_one_ends() {
        let day = "2025-05-10".parse::<Date>().unwrap();
        let histories = world::histories(3, "2024-01-01".parse::<Date>().unwrap(), 2, 500).unwrap();
        let fits = Fits::default();
        let mut first = fits.fit_in_pieces(&views(&histories, day));
        assert!(first.step().is_none());
        drop(first);
        assert!(fits.fit_in_pieces(&views(&histories, day)).finish().is_ok());
        assert_eq!(fits.fit_in_pieces(&[]).finish().unwrap_err().field, "history");
    }
}
