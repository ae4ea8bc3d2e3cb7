//! How a desk is to trade.

use std::path::PathBuf;

use shared::Invalid;
use shared::api::Mode;
use shared::attribution::Expectation;
use shared::backtest::Config;
use shared::desk;
use shared::quoting::Fair;
use shared::units::Quantity;

use super::arming::{Arming, Configuration};
use crate::kalshi::Tap;
use crate::store::Address;

/// How a desk is to trade.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How far its hands reach.
    pub(crate) mode: Mode,
    /// Orders go to an exchange in this process that is so, and never further.
    pub(crate) here: Option<shared::local::Settings>,
    /// The series of which it trades the event that closes next.
    pub(crate) series: String,
    /// How it quotes. What a backtest assumes of its exchange is not asked here.
    pub(crate) config: Config,
    /// How long an order lives that nobody looks after, in seconds of the desk's clock.
    pub(crate) order_ttl_s: i64,
    /// The file of the journal. Beside it is what is known of contracts, wherever the journal is.
    pub(crate) journal: PathBuf,
    /// The store that has the journal, where that is not the file.
    pub(crate) database: Option<Address>,
    /// Whether it begins to quote by itself, as soon as it may.
    pub(crate) starts: bool,
    /// Whether what rests is left to the next desk when it ends in order, and not taken back.
    pub(crate) releases: bool,
    /// What is armed, and where that is written; a run without money is written there too, if it is one.
    pub(crate) arming: Option<Arming>,
    /// Where orders go that cost no money, for people: a run of that kind may count as a rehearsal.
    pub(crate) rehearses: Option<&'static str>,
    /// What fills are expected to be worth later, where a backtest says so.
    pub(crate) expects: Option<Expected>,
    /// Whether it pauses where they are not.
    pub(crate) pauses_on_alarm: bool,
    /// Who keeps the trades that it hears, if anybody does.
    pub(crate) tap: Option<Tap>,
}

/// What fills are expected to be worth later.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// At each horizon.
    pub(crate) what: Expectation,
    /// By what, for people.
    pub(crate) by: String,
}

impl Settings {
    /// Returns why nothing of how it quotes can be changed while it runs, if nothing can.
    pub(super) fn fixed(&self) -> Option<desk::Unchanged> {
        (self.mode == Mode::Live).then_some(desk::Unchanged::Armed)
    }

    /// Returns how an event of so many contracts is traded.
    pub(super) fn of(&self, contracts: usize) -> desk::Settings {
        let config = self.config;
        // Its own fence is as wide as what it was started with asks for: a fill beyond that ends in a kill.
        let most = config.parameters().limits.max_position_per_ticker;
        let configuration = Configuration::of(&self.series, &config, self.order_ttl_s);
        desk::Settings {
            config,
            order_ttl_s: self.order_ttl_s,
            group_limit: group_limit(most, contracts),
            can_change: self.fixed().is_none(),
            expects: self.expects.as_ref().map(|expects| expects.what),
            pauses_on_alarm: self.pauses_on_alarm,
            label: desk::Label {
                mode: self.mode.badge().to_lowercase(),
                configuration: configuration.hash().to_owned(),
            },
        }
    }
}

/// Checks that a desk can quote about what it is set to; `has_nowcast` says whether it is told what the nowcast says.
///
/// # Errors
///
/// Names `fair`, and says what is missing.
pub(crate) fn check_fair(fair: Fair, has_nowcast: bool) -> Result<(), Invalid> {
    let why = match fair {
        Fair::Nowcast if !has_nowcast => {
            "nowcast needs the signals, which ask for listeners: serve without --no-signals"
        }
        Fair::Blend => {
            "blend is for backtests so far: its weights are learned from settled events of the tape, and none are published that a desk could go by; belief, market, calibrated and nowcast are there"
        }
        _ => return Ok(()),
    };
    Err(Invalid::new("fair", why))
}

/// Returns how many contracts of a desk's orders may be filled within 15 seconds before the exchange takes them all back: as
/// much as would turn all its positions round.
fn group_limit(most: Quantity, contracts: usize) -> Quantity {
    /// What a group's limit may be.
    const MOST: i64 = 1_000_000;
    let contracts = i64::try_from(contracts).unwrap_or(i64::MAX);
    let limit = (most.hundredths() / 100).saturating_mul(2).saturating_mul(contracts).clamp(1, MOST);
    Quantity::from_contracts(limit).unwrap_or(most)
}
