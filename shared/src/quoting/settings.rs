//! How quotes are decided.

use crate::Invalid;
use crate::settings::{Fixed, OrAuto, settings, words};
use crate::units::Quantity;

/// What quotes are made about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// The fair value of each contract, with a skew by its position.
    Seed,
    /// The exact reservation prices of all outcomes of an event at once.
    Coherent,
    /// Offers of unlikely outcomes above their calibrated probabilities, and no bids.
    Tails,
}

words!(Rules { Seed "seed", Coherent "coherent", Tails "tails" });

/// What is taken for the fair value that quotes are made about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fair {
    /// What the prints make believed.
    Belief,
    /// What the nowcast of listeners says.
    Nowcast,
    /// The middle of the book, else the last price.
    Market,
    /// The market's price, corrected by what settled events say of such prices.
    Calibrated,
    /// All of these together.
    Blend,
}

impl Fair {
    /// Returns whether a contract's book moves it.
    pub const fn asks_market(self) -> bool {
        matches!(self, Self::Market | Self::Calibrated | Self::Blend)
    }

    /// Returns whether a nowcast moves it.
    pub const fn asks_nowcast(self) -> bool {
        matches!(self, Self::Nowcast | Self::Blend)
    }

    /// Says to people what it is.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Belief => "the filter's belief",
            Self::Nowcast => "the nowcast of listeners",
            Self::Market => "the middle of the others' book, else the last price",
            Self::Calibrated => "the market's price, corrected by what settled events say of such prices",
            Self::Blend => "belief, nowcast, market and corrected price together",
        }
    }
}

words!(Fair { Belief "belief", Nowcast "nowcast", Market "market", Calibrated "calibrated", Blend "blend" });

/// How far from its reservation price a quote is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// As far as Avellaneda and Stoikov have it.
    AvellanedaStoikov,
    /// As far as Guéant, Lehalle and Fernandez-Tapia have it, with bounded inventory.
    Glft,
}

words!(Offset { AvellanedaStoikov "as", Glft "glft" });

/// What a surprise is reckoned over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZOver {
    /// The prints of one instant.
    Print,
    /// The moves of the last minute together.
    Minute,
}

words!(ZOver { Print "print", Minute "60s" });

settings! {
    /// How quotes are decided; the defaults are the preset `seed`.
    pub struct Settings {
        /// Quote about the fair value with a skew by position, about the exact reservation price, or only sell unlikely outcomes.
        rules: Rules = Rules::Seed, "Rules";
        /// Quote about the belief, the nowcast of listeners, the market's last price, that price corrected by what settled events say, or a blend of all that there is.
        fair: Fair = Fair::Belief, "Fair value";
        /// Contracts on each side of a quote.
        quote_size: Quantity = 1, "Quote size" "contracts" [0.01 to 500.0 by 1.0];
        /// Distance from the centre to the bid and to the ask, before it is scaled.
        half_spread_cents: Fixed<2> = 3, "Half-spread" "¢" [0.1 to 25.0 by 0.1], only if_seed;
        /// Scale the half-spread with belief volatility.
        dynamic: bool = true, "Dynamic", only if_seed;
        /// The least that the dynamic half-spread becomes.
        half_spread_min_cents: Fixed<2> = 2, "Least half-spread" "¢" [0.1 to 25.0 by 0.1], only if_dynamic;
        /// The most that the dynamic half-spread becomes, before it is doubled for toxicity.
        half_spread_max_cents: Fixed<2> = 8, "Greatest half-spread" "¢" [0.1 to 50.0 by 0.1], only if_dynamic;
        /// The belief volatility at which the dynamic half-spread is the plain one; auto is the event's median so far.
        sigma_scale: OrAuto<2> = 0, "Volatility scale" [0.0 to 100.0 by 0.1], only if_dynamic;
        /// How far each contract of position moves the centre against it.
        skew_cents: Fixed<2> = 1, "Skew" "¢ / contract" [0.0 to 10.0 by 0.1], only if_seed;
        /// Beyond this position, the side that adds to it is pulled.
        pull_at: Quantity = 15, "Pull at" "contracts" [0.0 to 500.0 by 1.0, 0 decimals];
        /// An innovation of at least this size doubles the half-spread.
        z_widen: Fixed<2> = 1.8, "Widen at z" "σ" [0.1 to 100.0 by 0.1];
        /// An innovation of at least this size pulls both sides until the move has settled.
        z_pull: Fixed<2> = 2.5, "Pull at z" "σ" [0.1 to 100.0 by 0.1];
        /// Whether z is of one instant's prints or of the moves within 60 s together.
        z_over: ZOver = ZOver::Print, "z over";
        /// Constant absolute risk aversion: 0.04 moves an even contract by 1 ¢ for each one held.
        risk_aversion: Fixed<4> = 0.04, "Risk aversion" "/ $" [0.001 to 1.0 by 0.005], only if_coherent;
        /// The least probability that an outcome which isn't listed wins.
        other: Fixed<4> = 0.01, "OTHER" [0.0 to 0.5 by 0.005], only if_together;
        /// How much more of an excess an outcome gives way the less likely it is: 1 raises all to one power; auto is learned from settled events.
        longshots: OrAuto<2> = 0, "Longshots" [0.0 to 8.0 by 0.1], only if_together;
        /// Distance from the reservation price: Avellaneda and Stoikov's, or Guéant, Lehalle and Fernandez-Tapia's.
        offset: Offset = Offset::AvellanedaStoikov, "Offset", only if_coherent;
        /// Fills become e times rarer over the inverse of this distance.
        fill_decay: Fixed<1> = 40, "Fill decay" "/ $" [1.0 to 1_000.0 by 1.0], only if_coherent;
        /// Fills a day at no distance from the fair value, for the offset glft.
        fill_rate: Fixed<2> = 10, "Fill rate" "/ day" [0.01 to 10_000.0 by 1.0], only if_glft;
        /// How long a position is expected to be held; 0 is to settlement.
        horizon_h: Fixed<1> = 0, "Horizon" "h" [0.0 to 2_400.0 by 1.0], only if_coherent;
        /// A print more likely than this to be stray or a jump pulls both sides until the next one; 1 is never.
        alarm_pull: Fixed<2> = 1, "Pull at alarm" [0.0 to 1.0 by 0.05];
    }
}

impl Settings {
    /// Checks the settings against each other; each alone is in its range already.
    ///
    /// # Errors
    ///
    /// Names `half_spread_min_cents` if it is above `half_spread_max_cents`, or `z_widen` if it is above `z_pull`.
    pub fn check(&self) -> Result<(), Invalid> {
        for ((key, lower), (upper_key, upper)) in [
            (
                ("half_spread_min_cents", self.half_spread_min_cents),
                ("half_spread_max_cents", self.half_spread_max_cents),
            ),
            (("z_widen", self.z_widen), ("z_pull", self.z_pull)),
        ] {
            if lower > upper {
                let why = format!("must be at most {upper_key}, {upper}, got {lower}");
                return Err(Invalid::new(key, why));
            }
        }
        Ok(())
    }
}

fn if_seed(settings: &Settings) -> Option<&'static str> {
    (settings.rules != Rules::Seed).then_some("it acts only with rules=seed")
}

fn if_dynamic(settings: &Settings) -> Option<&'static str> {
    if_seed(settings).or((!settings.dynamic).then_some("it acts only with dynamic=true"))
}

fn if_coherent(settings: &Settings) -> Option<&'static str> {
    (settings.rules != Rules::Coherent).then_some("it acts only with rules=coherent")
}

/// When it matters what all outcomes are believed to be worth together.
fn if_together(settings: &Settings) -> Option<&'static str> {
    (settings.rules == Rules::Seed).then_some("it acts only with rules=coherent or rules=tails")
}

fn if_glft(settings: &Settings) -> Option<&'static str> {
    if_coherent(settings).or((settings.offset != Offset::Glft).then_some("it acts only with offset=glft"))
}
