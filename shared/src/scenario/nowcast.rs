//! A nowcast as a scenario: what it says becomes what an analyst drags.

use super::{
    ARTIST_PARAMETERS, EVENT_PARAMETERS, Scenario, artist_parameter as own, event_parameter as common,
};
use crate::Invalid;
use crate::market::{EventTicker, Ticker};
use crate::math::{exp, ln};
use crate::nowcast::event::{EventNowcast, Standing};
use crate::pricing::digital::DAYS_PER_YEAR;
use crate::units::Price;

impl Scenario {
    /// Returns the scenario in which each artist's listeners have the nowcast's distribution at settlement, to the
    /// digits and within the ranges that a scenario keeps.
    ///
    /// `contracts` are the artists' tickers and last prices, in the nowcast's order. The nowcast's artists may differ
    /// in how much moves them together; a scenario has one correlation for all, which is their mean.
    ///
    /// # Errors
    ///
    /// As for [`Scenario::new`], or names `contracts` if they are not one an artist.
    pub fn of_nowcast(
        event: EventTicker,
        nowcast: &EventNowcast,
        contracts: Vec<(Ticker, Option<Price>)>,
    ) -> Result<Self, Invalid> {
        let standings = &nowcast.standings;
        if contracts.len() != standings.len() {
            return Err(Invalid::new(
                "contracts",
                format!("must be {}, got {}", standings.len(), contracts.len()),
            ));
        }
        let days = standings.iter().map(|s| nowcast.settlement.days_since(s.fan.as_of)).max().unwrap_or(0);
        let mut shared = EVENT_PARAMETERS.map(|parameter| parameter.default);
        let mut set = |place: usize, value: f64| shared[place] = EVENT_PARAMETERS[place].nearest(value);
        set(common::DAYS, f64::from(days));
        let squares = standings.iter().map(|s| s.loading * s.loading);
        set(common::CORRELATION, squares.sum::<f64>() / standings.len() as f64);
        set(common::OTHER, nowcast.other);
        let years = f64::from(days) / DAYS_PER_YEAR;
        let artists = contracts
            .into_iter()
            .zip(standings)
            .map(|((ticker, price), standing)| (ticker, price, values(standing, years)))
            .collect();
        let mut scenario = Self::new(event, shared, artists)?;
        scenario.strike_at_rivals();
        Ok(scenario)
    }
}

fn values(standing: &Standing, years: f64) -> [f64; ARTIST_PARAMETERS.len()] {
    let mut values = ARTIST_PARAMETERS.map(|parameter| parameter.default);
    let mut set = |place: usize, value: f64| {
        values[place] = ARTIST_PARAMETERS[place].nearest(value);
        values[place]
    };
    let settles = standing.settles();
    let spot = set(own::SPOT, exp(standing.fan.steps[0].listeners.mean));
    let trend = set(own::TREND, (settles.mean - ln(spot)) / years);
    // Few days may ask for more growth a year than a scenario takes: then the count now makes up for it, so that the
    // count that settles stays where it was.
    if (settles.mean - ln(spot) - trend * years).abs() > 1e-3 {
        set(own::SPOT, exp(settles.mean - trend * years));
    }
    set(own::SIGMA_BASE, settles.sd / years.sqrt());
    let lambda = set(own::LAMBDA, settles.jump_intensity / years);
    // Few days may ask for more jumps a year than a scenario takes: then fewer and larger ones, of one variance.
    let share = if lambda > 0.0 { settles.jump_intensity / (lambda * years) } else { 0.0 };
    set(own::SIG_J, settles.jump_sd * share.sqrt());
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nowcast::event::settlement_after;
    use crate::nowcast::forecast::Nowcaster;
    use crate::nowcast::other::OutsiderRate;
    use crate::nowcast::series::AsOf;
    use crate::pricing::winner::Workspace;
    use crate::units::Date;
    use crate::world;

    #[test]
    fn growth_beyond_a_scenarios_range_settles_where_the_nowcast_did() {
        let histories = world::histories(5, "2024-01-01".parse::<Date>().unwrap(), 2, 500).unwrap();
        let day = "2025-05-20".parse::<Date>().unwrap();
        let views: Vec<AsOf<'_>> = histories.iter().map(|history| history.as_of(day)).collect();
        let nowcaster = Nowcaster::fit(&views).unwrap();
        let rate = OutsiderRate::recorded().unwrap();
        let mut nowcast =
            EventNowcast::new(&nowcaster, settlement_after(day), &[], &rate, &mut Workspace::new()).unwrap();
        let standing = &mut nowcast.standings[0];
        standing.fan.steps.last_mut().unwrap().listeners.mean += 0.5;
        let years = 11.0 / DAYS_PER_YEAR;
        let values = values(standing, years);
        assert_eq!(values[own::TREND], 5.0);
        let median = values[own::SPOT] * exp(values[own::TREND] * years);
        assert!((median / standing.settles().median() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_scenario_says_what_the_nowcast_said() {
        let histories = world::histories(5, "2024-01-01".parse::<Date>().unwrap(), 5, 500).unwrap();
        for day in ["2025-05-06", "2025-05-28"] {
            let day = day.parse::<Date>().unwrap();
            let views: Vec<AsOf<'_>> = histories.iter().map(|history| history.as_of(day)).collect();
            let nowcaster = Nowcaster::fit(&views).unwrap();
            let (rate, mut workspace) = (OutsiderRate::recorded().unwrap(), Workspace::new());
            let nowcast =
                EventNowcast::new(&nowcaster, settlement_after(day), &[], &rate, &mut workspace).unwrap();
            let contracts =
                (0..5).map(|i| (format!("KXTOPMONTHLY-25MAY-A{i}").parse().unwrap(), None)).collect();
            let scenario =
                Scenario::of_nowcast("KXTOPMONTHLY-25MAY".parse().unwrap(), &nowcast, contracts).unwrap();
            let found = scenario.evaluate(&mut workspace).unwrap();
            for (row, standing) in found.rows.iter().zip(&nowcast.standings) {
                // Off by one correlation for all, and by the digits kept.
                assert!((row.fair - standing.win).abs() < 0.01, "{} {}", row.fair, standing.win);
                assert!((row.median / standing.settles().median() - 1.0).abs() < 1e-4);
                assert!((row.log_deviation / standing.settles().total_sd() - 1.0).abs() < 0.02);
            }
            assert!((found.other - nowcast.other).abs() < 1e-5);
        }
    }
}
