//! What a simulation is to be: drawn from a seed, then as plain numbers, so that less of it can be tried.

use core::fmt;

use super::dice::{Dice, For};
use super::fault::{Fault, Kind};
use crate::Invalid;
use crate::backtest::{Config, Preset};
use crate::units::Quantity;

const SECOND: i64 = 1_000_000;
/// How long the end of a simulation is in which nothing goes wrong, beside the life of an order, in microseconds.
const CALM: i64 = 75 * SECOND;
/// How long a simulation is at least, in microseconds.
pub const LEAST_MICROS: i64 = 120 * SECOND;
/// The most contracts.
pub const MOST_CONTRACTS: usize = 10;

/// What a simulation is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// What is left to chance besides.
    pub rng_seed: u64,
    /// How long it is, in microseconds, the calm end included.
    pub micros: i64,
    /// How many desks trade on the account, each an event of its own.
    pub desks: usize,
    /// How many contracts an event has.
    pub contracts: usize,
    /// When they close, in microseconds after the desk begins; none if that is later.
    pub closes: Option<i64>,
    /// How long it is between two things that somebody in the crowd does, on average, in microseconds.
    pub pace: i64,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How the desk quotes.
    pub config: Config,
    /// How long an order lives that nobody looks after, in seconds.
    pub order_ttl_s: i64,
    /// How many contracts may be filled within 15 s before all orders are taken back.
    pub group_limit: Quantity,
}

impl Schedule {
    /// Draws a simulation of so many microseconds from a seed.
    ///
    /// # Errors
    ///
    /// Names `hours` if it is shorter than two minutes, or a setting: a fault of this program.
    pub fn draw(rng_seed: u64, micros: i64) -> Result<Self, Invalid> {
        if micros < LEAST_MICROS {
            return Err(Invalid::new("hours", "must be at least two minutes"));
        }
        let mut dice = Dice::new(rng_seed, For::Schedule);
        let contracts = dice.between(1, MOST_CONTRACTS as i64) as usize;
        let pace = dice.pick(&[1, 3, 8, 20], 8) * 10 * SECOND / (contracts as i64);
        let mut config =
            Config::preset(dice.pick(&[Preset::Seed, Preset::SeedFixed3, Preset::Coherent], Preset::Seed));
        // To fit the models of a day's trades takes longer than all else: some do all the same.
        let calibration = if dice.chance(0.02) { "ml" } else { "legacy" };
        config.set("calibration", calibration)?;
        config.set("refresh_s", dice.pick(&["1", "5", "20", "60"], "60"))?;
        config.set("quote_size", dice.pick(&["1", "2.5", "5", "10"], "1"))?;
        config.set("max_position_per_ticker", dice.pick(&["5", "12", "50"], "50"))?;
        config.set("max_event_loss", dice.pick(&["0", "0", "15", "200"], "0"))?;
        config.set("max_messages_per_minute", dice.pick(&["0", "60", "12", "4"], "0"))?;
        config.set("max_past_mid_cents", dice.pick(&["100", "2"], "100"))?;
        config.set("half_spread_cents", dice.pick(&["0.5", "1", "3"], "3"))?;
        config.set("skew_cents", dice.pick(&["0", "0.25", "1"], "1"))?;
        // What is unknown is waited for as long as an order lives.
        let is_short = micros < 600 * SECOND;
        let order_ttl_s = dice.pick(if is_short { &[10, 15, 30] } else { &[15, 30, 60, 120] }, 30);
        let group_limit = Quantity::from_contracts(dice.pick(&[20, 100, 500], 100))?;
        let calm = CALM + order_ttl_s * SECOND;
        let mut faults = faults(&mut dice, micros - calm, contracts);
        let desks = if dice.chance(0.1) { 2 } else { 1 };
        let closes = dice.chance(0.08).then(|| dice.between(micros / 4, micros));
        if dice.chance(0.3) {
            let many = dice.between(1, 3);
            faults.extend((0..many).map(|_| fault(&mut dice, Kind::HandOver, micros - calm, contracts)));
            faults.sort_by_key(|fault| fault.at);
        }
        Ok(Self {
            rng_seed,
            micros,
            desks,
            contracts,
            closes,
            pace,
            faults,
            config,
            order_ttl_s,
            group_limit,
        })
    }
}

impl Schedule {
    /// Returns how long the end is in which nothing goes wrong, in microseconds.
    pub const fn calm(&self) -> i64 {
        CALM + self.order_ttl_s * SECOND
    }
}

/// Draws what goes wrong within so many microseconds.
fn faults(dice: &mut Dice, micros: i64, contracts: usize) -> Vec<Fault> {
    let all: u32 = Kind::ALL.iter().map(|kind| kind.often()).sum();
    // From one to a storm of them.
    let most = 2 + micros / (300 * SECOND);
    let most = if dice.chance(0.1) { 4 * most } else { most };
    let many = 1 + dice.between(0, most);
    let mut faults: Vec<Fault> = (0..many)
        .filter_map(|_| {
            let mut left = dice.between(0, i64::from(all) - 1);
            let kind = Kind::ALL.iter().copied().find(|kind| {
                left -= i64::from(kind.often());
                left < 0
            })?;
            Some(fault(dice, kind, micros, contracts))
        })
        .collect();
    faults.sort_by_key(|fault| fault.at);
    faults
}

fn fault(dice: &mut Dice, kind: Kind, micros: i64, contracts: usize) -> Fault {
    use Kind as K;
    let at = dice.between(0, micros - SECOND);
    let brief = dice.wait(8 * SECOND);
    let long = dice.wait(40 * SECOND);
    let share = dice.pick(&[0.1, 0.3, 0.7, 1.0], 0.3);
    let (lasts, share, value) = match kind {
        K::Latency => (long, 1.0, dice.pick(&[50_000, 300_000, 2_000_000], 300_000)),
        K::DropRequest
        | K::DropAnswer
        | K::Late
        | K::Duplicate
        | K::NotSent
        | K::TooMany
        | K::Failing
        | K::FailingDone => (long, share, 0),
        K::Cut | K::Stall => (brief, 1.0, 0),
        K::Partition | K::Freeze => (if dice.chance(0.5) { brief } else { 3 * long }, 1.0, 0),
        K::GapBooks => (0, 1.0, dice.between(1, 5)),
        K::GapPublic => (0, 1.0, 1),
        K::GapOwn => (0, 1.0, dice.between(1, 3)),
        K::LateRead => (long, 1.0, dice.pick(&[200_000, 1_000_000], 1_000_000)),
        K::Skew => (long, 1.0, dice.pick(&[-30, -2, -1, 1, 2, 30], 1) * dice.between(100_000, SECOND)),
        K::Crash | K::MachineCrash => (0, 1.0, dice.between(0, 12)),
        K::DiskFull => (brief, 1.0, 0),
        K::SlowDisk => (long, 1.0, dice.pick(&[2_000, 50_000, 300_000], 50_000)),
        K::Restate => (0, 1.0, dice.between(0, 3)),
        K::RepeatFills => (long, 1.0, 0),
        K::Settle => {
            (if dice.chance(0.3) { brief } else { 0 }, 1.0, dice.pick(&[0, 10_000, 2_600, 5_000, 3_333], 0))
        }
        K::PauseTrading | K::PauseExchange | K::PauseContract | K::Hold => (brief, 1.0, 0),
        K::Kill => (dice.pick(&[brief, long], long), 1.0, 0),
        K::Hand => (0, 1.0, dice.between(0, 3)),
        K::Ask => (dice.pick(&[SECOND / 20, brief, long], long), 1.0, dice.between(0, 1_023)),
        K::Sweep => (0, 1.0, 0),
        K::KillOutside => (0, 1.0, dice.between(1_000, 400_000)),
        K::Grid => (3 * long, 1.0, dice.between(0, 1)),
        K::Catalyst => (40 * SECOND + 3 * long, 1.0, 0),
        // Most come back soon, some when all that was left has ended.
        K::HandOver => {
            let most = dice.pick(&[2, 8, 150], 8) * SECOND;
            (0, 1.0, dice.between(SECOND / 2, most))
        }
    };
    let contract = dice.between(0, contracts as i64 - 1) as usize;
    Fault { kind, at, lasts: lasts.min(micros - at), share, value, contract }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rng_seed,
            micros,
            desks,
            contracts,
            closes,
            pace,
            faults,
            config,
            order_ttl_s,
            group_limit,
        } = self;
        writeln!(
            f,
            "seed {rng_seed}: {} s, {desks} desks, {contracts} contracts, a move each {} s, {}, orders of {order_ttl_s} s in groups of {group_limit}",
            *micros as f64 / 1e6,
            *pace as f64 / 1e6,
            config.text(),
        )?;
        if let Some(closes) = closes {
            writeln!(f, "  all close at {} s", *closes as f64 / 1e6)?;
        }
        faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}
