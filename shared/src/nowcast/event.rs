//! One event as its artists' fans tell it: who wins, what that rests on, and what was said on earlier days.

use super::fit::Fit;
use super::forecast::{Fan, Nowcaster, Predictive, Scheduled};
use super::joint::{Correlation, outcome};
use super::other::OutsiderRate;
use super::series::History;
use crate::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};
use crate::units::Date;
use crate::{Invalid, math};

/// The nowcast of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventNowcast {
    /// The day whose count settles it.
    pub settlement: Date,
    /// The artists, in the nowcaster's order.
    pub standings: Vec<Standing>,
    /// The probability that an artist who isn't listed wins.
    pub other: f64,
    /// The integration's own error estimate.
    pub error_estimate: f64,
}

/// One artist of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// From the last day known to settlement.
    pub fan: Fan,
    /// The correlation with what moves all artists.
    pub loading: f64,
    /// The probability to win; all artists' and OTHER's sum to one.
    pub win: f64,
    /// What `win` changes by, per unit of the logarithm of each artist's listeners at settlement.
    pub levels: Vec<f64>,
    /// What `win` changes by, per unit of the logarithm of the artist's own spread.
    pub spread: f64,
}

impl Standing {
    /// Returns the distribution of the count that settles.
    pub fn settles(&self) -> Predictive {
        // A fan has its first step, always.
        self.fan.steps[self.fan.steps.len() - 1].listeners
    }

    /// Returns the step for today: the day after the last one known, whose count is not published yet.
    pub fn today(&self) -> &super::forecast::Step {
        &self.fan.steps[1.min(self.fan.steps.len() - 1)]
    }

    /// Returns what the forecast change is made of.
    pub fn drivers(&self) -> Drivers {
        let (first, last) = (&self.fan.steps[0], &self.fan.steps[self.fan.steps.len() - 1]);
        let start = first.listeners.median();
        let change = last.listeners.mean - first.listeners.mean;
        // The logarithmic mean of the two: what a part of the logarithm is worth in listeners.
        let worth = if change == 0.0 { start } else { start * math::exp_m1(change) / change };
        Drivers {
            start,
            end: last.listeners.median(),
            trend: last.trend * worth,
            echo: last.echo * worth,
            velocity: last.velocity * worth,
            event_factor: last.event_factor,
        }
    }
}

/// What the change of an artist's median from the last day known to settlement is made of, in listeners.
///
/// The parts of the logarithm are turned into listeners by the logarithmic mean of the two medians, so that they add
/// up to the whole change (B. W. Ang, "Decomposition analysis for policymaking in energy", Energy Policy 32, 2004).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drivers {
    /// The median on the last day known.
    pub start: f64,
    /// The median at settlement.
    pub end: f64,
    /// The growth that lasts.
    pub trend: f64,
    /// Listeners of four weeks earlier, who leave the window.
    pub echo: f64,
    /// TikTok velocity.
    pub velocity: f64,
    /// By what factor scheduled events widen the standard deviation.
    pub event_factor: f64,
}

/// Returns the last day of the month in which the count after `known` falls: the day whose count settles the event
/// that is open then.
pub fn settlement_after(known: Date) -> Date {
    let next = known.plus_days(1);
    let (year, month, _) = next.year_month_day();
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Date::new(year, month, 1).map_or(next, |first| first.plus_days(-1))
}

impl EventNowcast {
    /// Returns the nowcast of the event that settles on `settlement`.
    ///
    /// `scheduled` are future events that move listeners, each with the place of its artist. `rate` is how often an
    /// artist who isn't listed has come to lead.
    ///
    /// # Errors
    ///
    /// When `settlement` is not after the last day known or more than two months later, an artist has no count, or
    /// the winner can't be computed.
    pub fn new(
        nowcaster: &Nowcaster,
        settlement: Date,
        scheduled: &[(usize, Scheduled)],
        rate: &OutsiderRate,
        workspace: &mut Workspace,
    ) -> Result<Self, Invalid> {
        let correlation = Correlation::estimate(nowcaster);
        let mut fans: Vec<Fan> = Vec::with_capacity(nowcaster.len());
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(nowcaster.len());
        let mut days_left = 0;
        for (i, &loading) in correlation.loadings().iter().enumerate() {
            let own: Vec<Scheduled> =
                scheduled.iter().filter(|(artist, _)| *artist == i).map(|(_, event)| *event).collect();
            let (fan, law) = outcome(nowcaster, i, loading, settlement, &own)?;
            days_left = days_left.max(settlement.days_since(fan.as_of));
            fans.push(fan);
            outcomes.push(law);
        }
        let other = rate.mass(f64::from(days_left))?;
        let winner = WinnerTakeAll::new(&outcomes, Unlisted::Mass(other))?;
        let found = winner.sensitivities(workspace)?;
        let won = found.probabilities();
        let standings = fans
            .into_iter()
            .zip(correlation.loadings())
            .enumerate()
            .map(|(i, (fan, &loading))| Standing {
                fan,
                loading,
                win: won.listed()[i],
                levels: found.level(i).unwrap_or_default().to_vec(),
                spread: found.scale(i).and_then(|row| row.get(i).copied()).unwrap_or(0.0),
            })
            .collect();
        Ok(Self { settlement, standings, other, error_estimate: won.error_estimate() })
    }
}

/// What was said a day ahead: the day, and the 10 %, 50 % and 90 % quantiles of its listeners.
pub type DayAhead = (Date, [f64; 3]);

/// Returns what `fit` says of each day from `from` to the day after `last`, each with what was known the day before.
///
/// The days are never seen early, but the parameters may have been fitted to later ones: only a walk-forward
/// evaluation is a score.
///
/// # Errors
///
/// As for [`Nowcaster::fan`]; days before the first count are left out.
pub fn day_ahead(fit: &Fit, history: &History, from: Date, last: Date) -> Result<Vec<DayAhead>, Invalid> {
    let mut day = from.plus_days(-1).max(history.first());
    let mut nowcaster = Nowcaster::with(*fit, &[history.as_of(day)]);
    let mut said = Vec::new();
    while day <= last {
        nowcaster.update(&[history.as_of(day)])?;
        if let Ok(fan) = nowcaster.fan(0, 1, &[])
            && fan.steps[1].day == day.plus_days(1)
        {
            let law = fan.steps[1].listeners;
            said.push((day.plus_days(1), [0.1, 0.5, 0.9].map(|p| law.quantile(p))));
        }
        day = day.plus_days(1);
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nowcast::series::AsOf;
    use crate::world;

    fn histories() -> Vec<History> {
        world::histories(3, "2024-01-01".parse::<Date>().unwrap(), 4, 500).unwrap()
    }

    fn views(histories: &[History], day: Date) -> Vec<AsOf<'_>> {
        histories.iter().map(|history| history.as_of(day)).collect()
    }

    #[test]
    fn an_event_settles_at_the_end_of_the_month_of_the_next_count() {
        for (known, settles) in
            [("2026-02-12", "2026-02-28"), ("2026-02-28", "2026-03-31"), ("2025-12-30", "2025-12-31")]
        {
            assert_eq!(settlement_after(known.parse::<Date>().unwrap()), settles.parse::<Date>().unwrap());
        }
    }

    #[test]
    fn probabilities_sum_to_one_and_drivers_to_the_change() {
        let (histories, day) = (histories(), "2025-05-10".parse::<Date>().unwrap());
        let nowcaster = Nowcaster::fit(&views(&histories, day)).unwrap();
        let settlement = settlement_after(day);
        let rate = OutsiderRate::recorded().unwrap();
        let mut workspace = Workspace::new();
        let quiet = EventNowcast::new(&nowcaster, settlement, &[], &rate, &mut workspace).unwrap();
        let sum: f64 = quiet.other + quiet.standings.iter().map(|s| s.win).sum::<f64>();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        assert_eq!(quiet.other, rate.mass(21.0).unwrap());
        for standing in &quiet.standings {
            assert_eq!(standing.fan.steps.len(), 22);
            assert_eq!(standing.fan.steps[21].day, settlement);
            let Drivers { start, end, trend, echo, velocity, .. } = standing.drivers();
            assert!((start + trend + echo + velocity - end).abs() < 1e-6 * start, "{standing:?}");
            assert!(standing.levels.iter().sum::<f64>().abs() < 1e-9);
        }
        let event = Scheduled { day: day.plus_days(3), impact: 3.0 };
        let loud = EventNowcast::new(&nowcaster, settlement, &[(0, event)], &rate, &mut workspace).unwrap();
        assert!(loud.standings[0].drivers().event_factor > 1.0);
        assert!(loud.standings[0].settles().total_sd() > quiet.standings[0].settles().total_sd());
        assert_eq!(loud.standings[1].fan, quiet.standings[1].fan);
    }

    #[test]
    fn what_was_said_a_day_ahead_knows_only_the_days_before() {
        let (histories, day) = (histories(), "2025-04-30".parse::<Date>().unwrap());
        let nowcaster = Nowcaster::fit(&views(&histories, day)).unwrap();
        let fit = nowcaster.parameters();
        let said = day_ahead(fit, &histories[1], day.plus_days(-20), day).unwrap();
        assert_eq!(
            said.iter().map(|(day, _)| *day).collect::<Vec<_>>()[..2],
            [day.plus_days(-20), day.plus_days(-19)]
        );
        assert_eq!(said.len(), 22);
        for (then, [low, middle, high]) in said {
            let known = Nowcaster::with(*fit, &views(&histories, then.plus_days(-1)));
            let law = known.fan(1, 1, &[]).unwrap().steps[1].listeners;
            assert_eq!([low, middle, high], [0.1, 0.5, 0.9].map(|p| law.quantile(p)), "{then}");
        }
    }
}
