//! What follows from a scenario: who wins with what probability, and what each artist's contract is worth.

use super::levels::reach;
use super::{Artist, Scenario, artist_parameter as own, event_parameter as common};
use crate::Invalid;
use crate::fees::{Edge, FeeMultiplier, FeeRule, FeeSchedule, FeeType, Quotes};
use crate::math::{exp, ln, max, min};
use crate::pricing::digital::{DAYS_PER_YEAR, Drift, Jumps, MertonDigital, Parameters};
use crate::pricing::implied::{Quote, implied_forward, implied_volatility};
use crate::pricing::volatility::{ConditionalVolatility, Volatility};
use crate::pricing::winner::{Outcome, Probabilities, Unlisted, WinnerTakeAll, Workspace};
use crate::units::{Price, Quantity};

/// The size of the order whose fee is spread over its contracts: large enough that rounding hardly counts.
const ORDER_CONTRACTS: i64 = 100;

/// Everything that the what-if page's bar, cards and table show.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// A row an artist, in the order of the scenario.
    pub rows: Vec<Row>,
    /// The probability that an artist who isn't listed wins.
    pub other: f64,
    /// The integration's own error estimate.
    pub error_estimate: f64,
    /// The sum of the market's prices, in dollars, where there are any.
    pub market_sum: Option<f64>,
}

/// One artist.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The probability to win the event; all rows and OTHER sum to one.
    pub fair: f64,
    /// The volatility used, and what it owes to TikTok and the event.
    pub volatility: Volatility,
    /// Median of the listeners at settlement if no jump comes.
    pub median: f64,
    /// Standard deviation of the logarithm of the listeners at settlement, jumps included.
    pub log_deviation: f64,
    /// The market's price, in dollars.
    pub market: Option<f64>,
    /// Fair less market, in dollars a contract.
    pub edge: Option<f64>,
    /// The side to take at the market's price, and what it is expected to earn after the taker's fee.
    pub trade: Option<Edge>,
    /// The artist's own digital at its strike.
    pub digital: Digital,
    /// What the market's price implies for the artist's own digital.
    pub implied: Option<Implied>,
}

/// The probability to exceed the artist's own strike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Digital {
    /// With jumps.
    pub merton: f64,
    /// Without: Black–Scholes at the same volatility.
    pub black_scholes: f64,
}

impl Digital {
    /// Returns what the jumps add.
    pub fn gap(&self) -> f64 {
        self.merton - self.black_scholes
    }
}

/// What a price, read as the probability to exceed the strike, implies.
#[derive(Debug, Clone, PartialEq)]
pub struct Implied {
    /// The median of the listeners without jumps; there is always one.
    pub forward: f64,
    /// All volatilities that give the price: none, one, or more.
    pub volatilities: Vec<f64>,
}

impl Scenario {
    /// Evaluates everything that is shown at once.
    ///
    /// The winner: `ln M_i(T) = ln S_i + (trend_i + beta velocity_i) T + sigma_i W + jumps`, where a share `correlation` of each
    /// variance is common to all artists (the loading on the common factor is `sqrt(rho) s`, the idiosyncratic
    /// deviation `sqrt(1 - rho) s`).
    ///
    /// # Errors
    ///
    /// Names the parameter that makes it impossible: two artists of the same count with no time left, say.
    pub fn evaluate(&self, workspace: &mut Workspace) -> Result<Evaluation, Invalid> {
        let winner = self.winner(workspace)?;
        let rows = self
            .artists
            .iter()
            .zip(winner.listed())
            .enumerate()
            .map(|(i, (artist, fair))| {
                self.row(artist, *fair).map_err(|invalid| invalid.within(format_args!("artists[{i}]")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let prices: Vec<f64> = rows.iter().filter_map(|row| row.market).collect();
        Ok(Evaluation {
            rows,
            other: winner.other().unwrap_or(0.0),
            error_estimate: winner.error_estimate(),
            market_sum: (!prices.is_empty()).then(|| prices.iter().sum()),
        })
    }

    /// Returns the winner's probabilities alone: what the slower charts ask for many times.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate).
    pub fn fair(&self, workspace: &mut Workspace) -> Result<Vec<f64>, Invalid> {
        Ok(self.winner(workspace)?.listed().to_vec())
    }

    fn winner(&self, workspace: &mut Workspace) -> Result<Probabilities, Invalid> {
        WinnerTakeAll::new(&self.outcomes()?, self.unlisted())?.probabilities(workspace)
    }

    /// Returns the law of each artist's listeners at settlement.
    pub(super) fn outcomes(&self) -> Result<Vec<Outcome>, Invalid> {
        self.artists.iter().map(|artist| self.outcome(artist)).collect()
    }

    fn unlisted(&self) -> Unlisted {
        Unlisted::Mass(self.value(common::OTHER))
    }

    /// Moves the levels of this scenario's `outcomes`, but for the one that is `fixed`, until they win as `wanted`, and
    /// returns how far they are off.
    pub(super) fn reach(
        &self,
        outcomes: &mut [Outcome],
        wanted: &[f64],
        fixed: usize,
    ) -> Result<f64, Invalid> {
        let spread = |artist| self.log_moments(artist).map(|(_, spread)| max(spread, 1e-3));
        let spreads = self.artists.iter().map(spread).collect::<Result<Vec<f64>, _>>()?;
        reach(outcomes, self.unlisted(), wanted, fixed, &spreads, &mut Workspace::new())
    }

    /// Returns years to settlement.
    pub(super) fn years(&self) -> f64 {
        self.value(common::DAYS) / DAYS_PER_YEAR
    }

    /// Returns the artist's volatility.
    pub(super) fn volatility(&self, artist: &Artist) -> Result<Volatility, Invalid> {
        ConditionalVolatility::new(artist.value(own::SIGMA_BASE), self.value(common::TIKTOK_GAMMA))?
            .at(artist.value(own::VELOCITY), artist.value(own::EVENT_IMPACT))
    }

    /// Returns the growth of the artist's median a year, TikTok's part included.
    pub(super) fn growth(&self, artist: &Artist) -> f64 {
        artist.value(own::TREND) + self.value(common::TIKTOK_BETA) * artist.value(own::VELOCITY)
    }

    fn outcome(&self, artist: &Artist) -> Result<Outcome, Invalid> {
        let years = self.years();
        let sigma = self.volatility(artist)?.sigma;
        let correlation = self.value(common::CORRELATION);
        Ok(Outcome::Merton {
            a: ln(artist.value(own::SPOT)) + self.growth(artist) * years,
            years,
            sigma: (1.0 - correlation).sqrt() * sigma,
            lambda: artist.value(own::LAMBDA),
            mu_j: artist.value(own::MU_J),
            sig_j: artist.value(own::SIG_J),
            beta: correlation.sqrt() * sigma * years.sqrt(),
        })
    }

    /// Returns the artist's own digital at `strike`, with or without its jumps.
    pub(super) fn digital(
        &self,
        artist: &Artist,
        strike: f64,
        with_jumps: bool,
    ) -> Result<MertonDigital, Invalid> {
        MertonDigital::new(&Parameters {
            spot: self.median(artist),
            strike,
            days: self.value(common::DAYS),
            drift: Drift::Median,
            sigma: self.volatility(artist)?.sigma,
            jumps: if with_jumps { jumps(artist)? } else { Jumps::NONE },
            rate: 0.0,
        })
    }

    pub(super) fn median(&self, artist: &Artist) -> f64 {
        artist.value(own::SPOT) * exp(self.growth(artist) * self.years())
    }

    /// Returns mean and standard deviation of the logarithm of the artist's listeners at settlement.
    pub(super) fn log_moments(&self, artist: &Artist) -> Result<(f64, f64), Invalid> {
        let years = self.years();
        let sigma = self.volatility(artist)?.sigma;
        let [lambda, mean, sd] = [own::LAMBDA, own::MU_J, own::SIG_J].map(|place| artist.value(place));
        let variance = (sigma * sigma + lambda * (mean * mean + sd * sd)) * years;
        Ok((ln(self.median(artist)) + lambda * mean * years, variance.sqrt()))
    }

    fn row(&self, artist: &Artist, fair: f64) -> Result<Row, Invalid> {
        let strike = artist.value(own::STRIKE);
        let market = artist.market.map(Price::to_dollars);
        let edge = market.map(|market| fair - market);
        let trade = artist.market.map(|price| trade(fair, price)).transpose()?.flatten();
        let volatility = self.volatility(artist)?;
        Ok(Row {
            fair,
            volatility,
            median: self.median(artist),
            log_deviation: self.log_moments(artist)?.1,
            market,
            edge,
            trade,
            digital: Digital {
                merton: self.digital(artist, strike, true)?.value().prob_yes,
                black_scholes: self.digital(artist, strike, false)?.value().prob_yes,
            },
            implied: match market {
                Some(prob) if prob > 0.0 && prob < 1.0 && self.value(common::DAYS) > 0.0 => {
                    Some(self.implied(artist, prob, volatility.sigma)?)
                }
                _ => None,
            },
        })
    }

    fn implied(&self, artist: &Artist, prob: f64, sigma: f64) -> Result<Implied, Invalid> {
        let quote = Quote {
            prob,
            spot: self.median(artist),
            strike: artist.value(own::STRIKE),
            days: self.value(common::DAYS),
            drift: Drift::Median,
            jumps: jumps(artist)?,
        };
        let volatilities =
            implied_volatility(&quote)?.roots.as_slice().iter().map(|root| root.sigma).collect();
        Ok(Implied { forward: implied_forward(&quote, sigma)?, volatilities })
    }
}

fn jumps(artist: &Artist) -> Result<Jumps, Invalid> {
    Jumps::new(artist.value(own::LAMBDA), artist.value(own::MU_J), artist.value(own::SIG_J))
}

/// Returns the better side at the market's last price, with what it earns by the series' fee and the newest rules.
/// Fees of takers are the same for all fee types.
fn trade(fair: f64, last: Price) -> Result<Option<Edge>, Invalid> {
    let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE)?;
    let count = Quantity::from_contracts(ORDER_CONTRACTS)?;
    // Probabilities that are integrated may be beyond 0 and 1 by rounding.
    let fair = max(min(fair, 1.0), 0.0);
    Edge::best(fair, Quotes::at(last), schedule, FeeRule::newest(), count)
}
