//! A nowcast as a scenario: what it says becomes what an analyst drags.

use super::levels::level;
use super::velocity::{Effects, Spread};
use super::{
    ARTIST_PARAMETERS, EVENT_PARAMETERS, Scenario, artist_parameter as own, event_parameter as common,
};
use crate::Invalid;
use crate::api::EventSummary;
use crate::market::{EventTicker, Ticker};
use crate::math::{exp, ln, max};
use crate::names::folded;
use crate::nowcast::calibration::{Calibrated, calibrate_at};
use crate::nowcast::event::{EventNowcast, Standing};
use crate::nowcast::fit::Fits;
use crate::nowcast::forecast::{Nowcaster, Scheduled};
use crate::nowcast::other::OutsiderRate;
use crate::nowcast::series::{AsOf, History, ListenerEvent, impacts};
use crate::pieces::{Pace, Pieces};
use crate::pricing::digital::DAYS_PER_YEAR;
use crate::pricing::winner::{MOST_OUTCOMES, Workspace};
use crate::sort;
use crate::units::{Date, Price, Timestamp};

/// An artist whose last count is so many days older than another's has no history to speak of.
const SILENT: i32 = 28;

/// A probability that is off by more is another one.
const FAR: f64 = 1e-6;

/// The price of a contract that has none, or next to none, where it stands for the artist's chances.
const LEAST_PRICE: f64 = 0.002;

/// Where an artist's numbers in a scenario come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The nowcast of the artist's listeners.
    Nowcast,
    /// The contract's price alone, as there is no history of the artist: its count stands for nothing but its chances.
    MarketShare,
}

impl Basis {
    /// Returns its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nowcast => "nowcast",
            Self::MarketShare => "market share",
        }
    }
}

/// A scenario that opens on a nowcast's numbers, and what these rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The scenario.
    pub scenario: Scenario,
    /// Where each artist's numbers come from, in the scenario's order.
    pub bases: Vec<Basis>,
    /// What is known of each artist that has a history, likewise.
    pub known: Vec<Option<Known>>,
    /// What TikTok velocity does, by the days of all these artists.
    pub effects: Effects,
    /// The day of the last count that was known.
    pub as_of: Date,
    /// How many counts are published from then to the one that settles.
    pub days_left: i32,
}

/// What is known of an artist whose numbers are the nowcast's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The day of the last published count.
    pub counted: Date,
    /// That count.
    pub official: f64,
    /// The median of the listeners today: the day after that count, which is published later.
    pub today: f64,
    /// By what factor scheduled events widen the spread at settlement.
    pub event_factor: f64,
    /// The artist's TikTok velocity, and what its days say of it.
    pub calibrated: Calibrated,
}

impl Known {
    fn of(standing: &Standing, calibrated: Calibrated) -> Self {
        let (counted, official) = standing.fan.official;
        let today = standing.today().listeners.median();
        Self { counted, official, today, event_factor: standing.drivers().event_factor, calibrated }
    }
}

/// One contract of a scenario to be: the place of its artist among the nowcast's, if it is there.
struct Listed {
    ticker: Ticker,
    price: Option<Price>,
    standing: Option<usize>,
}

/// Returns the work of opening an event's scenario on the nowcast of its artists, from what `histories` know up to the
/// day of `now`.
///
/// The model is fitted to the histories of the event's artists, unless `fits` have that fit. See [`Joined::new`] for what becomes of the others.
/// What `scheduled` has between an artist's last count and settlement widens its spread.
///
/// # Errors
///
/// The work names `settles` if nobody knows when the event does, `histories` if they have none of its artists,
/// `settlement` if the count that settles is known already or is more than two months away, or what the fit lacks.
pub fn of_nowcast_event(
    event: &EventSummary,
    histories: &[History],
    scheduled: &[ListenerEvent],
    now: Timestamp,
    fits: &Fits,
) -> Pieces<'static, Result<Joined, Invalid>> {
    let (event, fits, scheduled) = (event.clone(), fits.clone(), scheduled.to_vec());
    let histories = of_artists(&event, histories);
    Pieces::new(move |pace| async move { open_at(&pace, &event, &histories, &scheduled, now, &fits).await })
}

/// Does what [`of_nowcast_event`] does, at a pace; `histories` are those of the event's artists.
pub(super) async fn open_at(
    pace: &Pace,
    event: &EventSummary,
    histories: &[History],
    scheduled: &[ListenerEvent],
    now: Timestamp,
    fits: &Fits,
) -> Result<Joined, Invalid> {
    let settlement = event.settles.ok_or_else(|| Invalid::new("settles", "isn't known of this event"))?;
    let chosen = with_counts(histories, now.date());
    if chosen.is_empty() {
        return Err(Invalid::new("histories", "have no recent count of this event's artists"));
    }
    let artists: Vec<&str> = chosen.iter().map(|(history, _)| history.artist()).collect();
    let views: Vec<AsOf<'_>> = chosen.iter().map(|(_, view)| *view).collect();
    let fit = fits.fit_at(pace, &views).await?;
    pace.rest().await;
    let mut workspace = Workspace::new();
    let rate = OutsiderRate::recorded()?;
    let nowcaster = Nowcaster::with(fit, &views);
    let mut ahead: Vec<(usize, Scheduled)> = Vec::new();
    for (place, artist) in artists.iter().enumerate() {
        let days = impacts(scheduled, artist, nowcaster.last_day(place)?, settlement);
        ahead.extend(days.into_iter().map(|(day, impact)| (place, Scheduled { day, impact })));
    }
    let nowcast = EventNowcast::new(&nowcaster, settlement, &ahead, &rate, &mut workspace)?;
    let mut calibrated = Vec::with_capacity(views.len());
    for track in nowcaster.tracks() {
        calibrated.push(calibrate_at(pace, nowcaster.parameters(), track).await);
    }
    Joined::new(event, &artists, &nowcast, &calibrated)
}

/// Returns the histories of the event's artists.
pub(super) fn of_artists(event: &EventSummary, histories: &[History]) -> Vec<History> {
    let mut chosen = Vec::new();
    for contract in &event.contracts {
        let name = folded(&contract.name);
        chosen.extend(histories.iter().find(|history| folded(history.artist()) == name).cloned());
    }
    chosen
}

/// Returns the histories that have a recent count, each as known with its last one; the largest count comes first.
fn with_counts(histories: &[History], today: Date) -> Vec<(&History, AsOf<'_>)> {
    let mut chosen = Vec::new();
    for history in histories {
        if let Some(last) = history.as_of(today).last_count() {
            let view = history.as_of(last);
            let count = view.on(last).and_then(|day| day.listeners).unwrap_or(0.0);
            chosen.push((history, view, last, count));
        }
    }
    let newest = chosen.iter().map(|(_, _, last, _)| *last).max();
    // Recent beside the others', and on the day itself.
    let newest = newest.filter(|newest| today.days_since(*newest) < SILENT);
    chosen.retain(|(_, _, last, _)| newest.is_some_and(|newest| newest.days_since(*last) < SILENT));
    // In an order that trading doesn't change: what a fit gives depends on it in its last digits.
    let places = sort::places(chosen.len(), &|a, b| chosen[a].3 > chosen[b].3);
    places.into_iter().map(|place| (chosen[place].0, chosen[place].1)).collect()
}

impl Joined {
    /// Returns the scenario of `event` in which the contracts of `artists`, the names behind the nowcast's standings,
    /// win as often as the nowcast says, and the listeners of each have its distribution at settlement.
    ///
    /// OTHER keeps the nowcast's mass. Of what it leaves, an artist of the event without a standing has the share of its
    /// price among the event's prices, and those with one split the rest as the nowcast does. The chances of a standing
    /// that the event doesn't list are OTHER's.
    ///
    /// The nowcast's artists may differ in how much moves them together, and a scenario has one correlation for all:
    /// their mean. What that changes is made up for by the artists' growth, so that the probabilities are the nowcast's;
    /// what the digits of the growth leave over, by the count, which moves by some millionths.
    ///
    /// # Errors
    ///
    /// As for [`Scenario::new`], or names `artists` if the event lists none of them.
    ///
    /// `calibrated` says what TikTok velocity does to each of the nowcast's artists; of those that it lacks nothing is known.
    /// Velocity's part is taken out of the base volatility and the trend, so that the nowcast's spread and median stay. The
    /// jumps are the nowcast's: were they moved here alone, medians would have to give way by percents.
    pub fn new(
        event: &EventSummary,
        artists: &[&str],
        nowcast: &EventNowcast,
        calibrated: &[Calibrated],
    ) -> Result<Self, Invalid> {
        let names: Vec<String> = artists.iter().map(|artist| folded(artist)).collect();
        let mut listed: Vec<Listed> = Vec::with_capacity(event.contracts.len());
        for contract in &event.contracts {
            let name = folded(&contract.name);
            let standing = names.iter().position(|other| *other == name);
            listed.push(Listed { ticker: contract.ticker.clone(), price: Some(contract.last), standing });
        }
        // Who has a history comes before who is left out.
        while listed.len() > MOST_OUTCOMES
            && let Some(place) = listed.iter().rposition(|contract| contract.standing.is_none())
        {
            listed.remove(place);
        }
        Self::of(event.event.clone(), nowcast, &listed, calibrated)
    }

    fn of(
        event: EventTicker,
        nowcast: &EventNowcast,
        listed: &[Listed],
        calibrated: &[Calibrated],
    ) -> Result<Self, Invalid> {
        let said = |contract: &Listed| {
            contract.standing.and_then(|i| calibrated.get(i)).copied().unwrap_or_default()
        };
        let standing = |contract: &Listed| nowcast.standings.get(contract.standing?);
        let standings: Vec<&Standing> = listed.iter().filter_map(standing).collect();
        let as_of = standings.iter().map(|standing| standing.fan.as_of).max();
        let as_of = as_of.ok_or_else(|| Invalid::new("artists", "are none of the event's"))?;
        let days_left = nowcast.settlement.days_since(as_of);
        let mut shared = EVENT_PARAMETERS.map(|parameter| parameter.default);
        let mut set = |place: usize, value: f64| shared[place] = EVENT_PARAMETERS[place].nearest(value);
        set(common::DAYS, f64::from(days_left));
        let squares = standings.iter().map(|standing| standing.loading * standing.loading);
        set(common::CORRELATION, squares.sum::<f64>() / standings.len() as f64);
        let won: f64 = standings.iter().map(|standing| standing.win).sum();
        set(common::OTHER, 1.0 - won);

        let price = |contract: &Listed| max(contract.price.map_or(0.0, Price::to_dollars), LEAST_PRICE);
        let prices: f64 = listed.iter().map(price).sum();
        let alone: f64 = listed.iter().filter(|c| standing(c).is_none()).map(price).sum();
        let chances = |contract: &Listed| match standing(contract) {
            Some(standing) => standing.win / won * (1.0 - alone / prices),
            None => price(contract) / prices,
        };
        let left = 1.0 - shared[common::OTHER];
        let wanted: Vec<f64> = listed.iter().map(|contract| left * chances(contract)).collect();

        let years = f64::from(days_left) / DAYS_PER_YEAR;
        let bases: Vec<Spread> =
            listed.iter().filter_map(|c| Some(Spread::new(standing(c)?, years, said(c)))).collect();
        let effects = Effects::new(calibrated);
        let gamma = EVENT_PARAMETERS[common::TIKTOK_GAMMA].nearest(effects.gamma(&bases));
        shared[common::TIKTOK_GAMMA] = gamma;
        shared[common::TIKTOK_BETA] = EVENT_PARAMETERS[common::TIKTOK_BETA].nearest(effects.beta());

        let most = standings.iter().map(|standing| standing.settles().median()).fold(0.0, max);
        let mut bases = Vec::with_capacity(listed.len());
        let mut artists = Vec::with_capacity(listed.len());
        for contract in listed {
            let (basis, values) = match standing(contract) {
                Some(standing) => (
                    Basis::Nowcast,
                    values(standing, years, &Spread::new(standing, years, said(contract)), gamma),
                ),
                None => (Basis::MarketShare, unknown(most)),
            };
            bases.push(basis);
            artists.push((contract.ticker.clone(), contract.price, values));
        }
        let mut scenario = Scenario::new(event, shared, artists)?;
        // The medians as they are, and not as the digits kept have them.
        let medians: Vec<Option<f64>> =
            listed.iter().map(|contract| standing(contract).map(|s| s.settles().mean)).collect();
        scenario.win_as(&wanted, &medians)?;
        scenario.strike_at_rivals();
        let known = listed
            .iter()
            .map(|contract| standing(contract).map(|standing| Known::of(standing, said(contract))))
            .collect();
        Ok(Self { scenario, bases, known, effects, as_of, days_left })
    }
}

impl Scenario {
    /// Returns the scenario in which each of the nowcast's artists wins as often as it says.
    ///
    /// `contracts` are the artists' tickers and last prices, in the nowcast's order. As [`Joined::new`], for an event
    /// that lists all of them and nobody else.
    ///
    /// # Errors
    ///
    /// As for [`Scenario::new`], or names `contracts` if they are not one an artist.
    pub fn of_nowcast(
        event: EventTicker,
        nowcast: &EventNowcast,
        contracts: Vec<(Ticker, Option<Price>)>,
    ) -> Result<Self, Invalid> {
        let count = nowcast.standings.len();
        if contracts.len() != count {
            return Err(Invalid::new("contracts", format!("must be {count}, got {}", contracts.len())));
        }
        let listed: Vec<Listed> = contracts
            .into_iter()
            .enumerate()
            .map(|(place, (ticker, price))| Listed { ticker, price, standing: Some(place) })
            .collect();
        Ok(Joined::of(event, nowcast, &listed, &[])?.scenario)
    }

    /// Moves the medians from `medians`, or from what the scenario has, until the artists win as `wanted`.
    fn win_as(&mut self, wanted: &[f64], medians: &[Option<f64>]) -> Result<(), Invalid> {
        let years = self.years();
        let mut outcomes = self.outcomes()?;
        for (outcome, median) in outcomes.iter_mut().zip(medians) {
            if let Some(median) = median {
                *level(outcome) = *median;
            }
        }
        // The likeliest of those whose medians are known keeps its own.
        let known = (0..wanted.len()).filter(|&i| medians.get(i).is_some_and(Option::is_some));
        let fixed = known.reduce(|a, b| if wanted[b] > wanted[a] { b } else { a }).unwrap_or(0);
        let off = self.reach(&mut outcomes, wanted, fixed)?;
        if off > FAR {
            return Err(Invalid::new(
                "nowcast",
                format!("can't be met by assumptions: {off:e} is left between them"),
            ));
        }
        let beta = self.value(common::TIKTOK_BETA);
        for ((artist, outcome), median) in self.artists.iter_mut().zip(&mut outcomes).zip(medians) {
            let (level, by_velocity) = (*level(outcome), beta * artist.values[own::VELOCITY]);
            if median.is_some() {
                let growth = (level - ln(artist.values[own::SPOT])) / years - by_velocity;
                artist.values[own::TREND] = ARTIST_PARAMETERS[own::TREND].nearest(growth);
            }
            let spot = exp(level - (artist.values[own::TREND] + by_velocity) * years);
            artist.values[own::SPOT] = ARTIST_PARAMETERS[own::SPOT].nearest(spot);
        }
        Ok(())
    }
}

/// Returns an artist's parameters by its nowcast: all but the growth, which is what the median asks for.
fn values(standing: &Standing, years: f64, spread: &Spread, gamma: f64) -> [f64; ARTIST_PARAMETERS.len()] {
    let mut values = ARTIST_PARAMETERS.map(|parameter| parameter.default);
    let mut set = |place: usize, value: f64| {
        values[place] = ARTIST_PARAMETERS[place].nearest(value);
        values[place]
    };
    let settles = standing.settles();
    set(own::SPOT, exp(standing.fan.steps[0].listeners.mean));
    set(own::EVENT_IMPACT, spread.impact);
    let velocity = set(own::VELOCITY, spread.velocity);
    set(own::SIGMA_BASE, spread.sigma - gamma * velocity);
    let lambda = set(own::LAMBDA, settles.jump_intensity / years);
    // Few days may ask for more jumps a year than a scenario takes: then fewer and larger ones, of one variance.
    let share = if lambda > 0.0 { settles.jump_intensity / (lambda * years) } else { 0.0 };
    set(own::SIG_J, settles.jump_sd * share.sqrt());
    values
}

/// Returns the parameters of an artist of whom nothing is known, as large as the leader, from where its price takes it.
fn unknown(leader: f64) -> [f64; ARTIST_PARAMETERS.len()] {
    let mut values = ARTIST_PARAMETERS.map(|parameter| parameter.default);
    values[own::SPOT] = ARTIST_PARAMETERS[own::SPOT].nearest(leader);
    values
}
