//! What somebody who does not look at the page should be told: each thing once, when it begins, and again only after it has ended.

mod kind;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use self::kind::{Kind, Quiet};

use crate::backtest::Config;
use crate::format;
use crate::market::Action;
use crate::math;
use crate::quoting::Regime;
use crate::stream::{Appended, DeskRow, DeskState, DeskView};
use crate::units::Timestamp;

/// The part of a limit from which on it is told that it is near.
pub const NEAR: f64 = 0.8;
/// A feed that has said nothing for so many real milliseconds is stale.
pub const STALE_MS: u32 = 10_000;
/// How many cents a price must be on the wrong side of what is believed to be an edge.
pub const EDGE_CENTS: f64 = 5.0;
/// What has begun ends only once it is so far from beginning, so that what hovers is told once: a part of each threshold.
const ENDS: f64 = 0.9;

/// Something that somebody should be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Of what kind.
    pub kind: Kind,
    /// When, by the desk's clock.
    pub at: Timestamp,
    /// Of what: a ticker, a horizon, a trade; with its kind and time it names the notice.
    pub of: String,
    /// What, in a sentence.
    pub text: String,
}

/// Tells what is new in what a desk says of itself.
#[derive(Debug, Clone, Default)]
pub struct Watcher {
    /// What has begun and not ended.
    begun: BTreeSet<(Kind, String)>,
}

/// How far something is from being told: at 1 and beyond it begins.
struct Measure {
    kind: Kind,
    of: String,
    level: f64,
    text: String,
}

impl Watcher {
    /// Returns what somebody should be told of a desk as it is now, and of what was appended to its log since the last look.
    pub fn look(&mut self, desk: &DeskView, appended: &Appended) -> Vec<Notice> {
        let mut notices = Vec::new();
        let mut tell = |kind, of: &str, text: String| {
            notices.push(Notice { kind, at: desk.now, of: of.to_owned(), text });
        };
        for measure in measures(desk) {
            let key = (measure.kind, measure.of);
            if measure.level >= 1.0 {
                if !self.begun.contains(&key) {
                    tell(measure.kind, &key.1, measure.text);
                    self.begun.insert(key);
                }
            } else if measure.level < ENDS {
                self.begun.remove(&key);
            }
        }
        for fill in &appended.fills {
            let did = if fill.action == Action::Buy { "Bought" } else { "Sold" };
            let text = format!(
                "{did} {} {} at {}; now {} held.",
                format::shortest(fill.count.to_contracts()),
                fill.ticker,
                format::cents(fill.price.to_dollars(), 1),
                contracts(fill.position),
            );
            tell(Kind::Fill, &format!("{} {}", fill.ticker, fill.at.micros()), text);
        }
        for alert in appended.alerts.iter().filter(|alert| alert.is_wrong) {
            tell(Kind::Trouble, &alert.at.micros().to_string(), alert.text.clone());
        }
        notices
    }
}

/// Returns hundredths of contracts as contracts.
fn contracts(hundredths: i64) -> String {
    format::shortest(hundredths as f64 / 100.0)
}

/// Returns all that is watched.
fn measures(desk: &DeskView) -> Vec<Measure> {
    let is = |holds: bool| if holds { 1.0 } else { 0.0 };
    let mut all = Vec::new();
    let mut add =
        |kind, of: &str, level: f64, text: String| all.push(Measure { kind, of: of.to_owned(), level, text });
    let is_killed = desk.is_killing || desk.state == DeskState::Killed;
    add(Kind::Killed, "desk", is(is_killed), "The desk was killed: nothing of it is to rest.".to_owned());
    if desk.state != DeskState::Starting && desk.state != DeskState::Ended {
        let age = desk.feed_age_ms.unwrap_or(u32::MAX);
        let text = match desk.feed_age_ms {
            Some(age) => format!("The exchange has said nothing for {}.", format::age(f64::from(age))),
            None => "There is no connection to the exchange.".to_owned(),
        };
        add(Kind::StaleFeed, "feed", f64::from(age) / f64::from(STALE_MS), text);
    }
    let limits = Config::from_text(&desk.config).map(|config| config.limits).ok();
    if let Some(limits) = &limits {
        let lost = math::max(desk.start_equity.to_dollars() - desk.equity.to_dollars(), 0.0);
        let most = desk.start_equity.to_dollars() * limits.max_daily_loss_pct.units() as f64 / 1_000.0;
        let text = format!(
            "{} are lost since the start, of {} that a day may cost.",
            format::dollars(lost, 2),
            format::dollars(most, 2)
        );
        add(Kind::Limit, "max_daily_loss_pct", if most > 0.0 { lost / most / NEAR } else { 0.0 }, text);
    }
    for markout in &desk.markouts {
        let text = format!(
            "What fills are worth {} later lies below what is expected: {}.",
            markout.horizon, markout.verdict
        );
        add(Kind::Markouts, &markout.horizon, is(markout.is_alarm), text);
    }
    for row in &desk.rows {
        let name = row.ticker.as_str();
        let toxic = matches!(row.regime, Regime::Alarmed | Regime::Pulled);
        let text = format!(
            "{}: the last print surprised (z {}), and its quotes are out.",
            row.name,
            format::fixed(row.z, 1)
        );
        add(Kind::Toxicity, name, is(toxic), text);
        if let Some(limits) = &limits {
            let most = limits.max_position_per_ticker.hundredths() as f64;
            let held = row.position.unsigned_abs() as f64;
            let text = format!(
                "{}: {} held, of {} that may be.",
                row.name,
                contracts(row.position),
                contracts(limits.max_position_per_ticker.hundredths()),
            );
            add(Kind::Limit, name, if most > 0.0 { held / most / NEAR } else { 0.0 }, text);
        }
        let (edge, text) = edge(row);
        add(Kind::Edge, name, edge / EDGE_CENTS, text);
    }
    all
}

/// Returns by how many cents somebody else's price is on the wrong side of what is believed, and says so.
fn edge(row: &DeskRow) -> (f64, String) {
    let Some([fair, ..]) = row.fair else { return (0.0, String::new()) };
    let [bid, offer] = row.others.map(|price| price.map(|price| price.to_dollars()));
    let sells = bid.map_or(f64::NEG_INFINITY, |bid| 100.0 * (bid - fair));
    let buys = offer.map_or(f64::NEG_INFINITY, |offer| 100.0 * (fair - offer));
    let (side, price, edge) = if sells > buys { ("bid", bid, sells) } else { ("offered", offer, buys) };
    let Some(price) = price else { return (0.0, String::new()) };
    let text = format!(
        "{}: {} at {}, believed to be worth {}: {}¢ before fees.",
        row.name,
        side,
        format::cents(price, 1),
        format::cents(fair, 1),
        format::fixed(edge, 1),
    );
    (edge, text)
}
