//! A desk as those who watch it see it.

use crate::attribution::{Markout, Markouts, Verdict};
use crate::belief::{logit, sigmoid};
use crate::engine::{Explained, Explanation, Parameters};
use crate::execution::OrderState;
use crate::format;
use crate::market::{Action, Position, Ticker};
use crate::quoting::{Fair, Regime};
use crate::stream::{
    Appended, BookView, Decided, DeskRow, DeskState, DeskView, LadderLevel, MarkoutView, OwnOrder, Parts,
    SideDecided,
};
use crate::units::{Cash, Price, Quantity, Timestamp};

use super::Desk;
use super::book;
use super::killing::Killing;
use super::trading::{Contract, Trading};

/// Half of the interval of 80 % of a normal distribution, in standard deviations.
const Z80: f64 = 1.281_551_565_544_600_5;
/// How many levels of a side are told.
const LEVELS: usize = 40;

impl Desk {
    /// Returns what it is doing whatever a person wants, and why for people.
    pub fn state(&self) -> (DeskState, String) {
        let why = |text: &str| text.to_owned();
        if let Some(why) = self.leaving() {
            return (DeskState::Blind, why.to_owned());
        }
        let Some(trading) = self.trading() else {
            let text = if self.is_about_to_learn() {
                "It learns from past trades."
            } else {
                "It asks the exchange what is there."
            };
            return (DeskState::Starting, why(text));
        };
        if let Some(why) = self.closed.why(trading) {
            let goes_on = match self.closed.drift {
                Some(_) => " Resume takes what the exchange says for what there is.",
                None => "",
            };
            return (DeskState::Blind, format!("{why}{goes_on}"));
        }
        let limited = || {
            let some =
                trading.pulled().map_or_else(|| self.closed.some(trading.now, trading), |(_, why)| why);
            let texts = [some, trading.limited(trading.now)];
            texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
        };
        (DeskState::Quoting, self.why_not_yet().unwrap_or_else(limited))
    }

    /// Returns why nothing is placed yet although a person has started the desk after a kill, if so.
    fn why_not_yet(&self) -> Option<String> {
        let killing = self.killing().filter(|killing| killing.is_over)?;
        if !killing.is_done {
            return Some("The kill is under way: orders are placed when nothing rests of before.".to_owned());
        }
        // The time of day: it is within the next minute.
        let at = format::instant(killing.over_at());
        let at = at.split_once(' ').map_or(at.as_str(), |(_, time)| time);
        Some(format!(
            "Started again; orders are placed from {at} on, as a cancellation of everything may catch those of the minute after it."
        ))
    }

    /// Returns until when a kill lets nothing rest although a person has started the desk again.
    pub fn rearms(&self) -> Option<Timestamp> {
        self.killing().filter(|killing| killing.is_over).map(Killing::over_at)
    }

    /// Writes what is known of the account and the contracts at `now`.
    pub fn show(&mut self, now: Timestamp, desk: &mut DeskView) {
        desk.is_killing = self.killing().is_some_and(|killing| !killing.is_done);
        desk.rearms_at = self.rearms();
        let Some(trading) = self.trading_mut() else { return };
        trading.now = now.max(trading.now);
        trading.note_equity();
        trading.show(desk);
    }

    /// Returns a contract's book with our orders in it; `parameters` say how quotes are explained.
    pub fn show_book(&self, ticker: &Ticker, parameters: &Parameters) -> Option<BookView> {
        let trading = self.trading()?;
        let place = trading.contracts.iter().position(|contract| contract.ticker == *ticker)?;
        trading.show_book(place, parameters)
    }

    /// Returns what is new for those who watch, and forgets it.
    pub fn take_appended(&mut self) -> Appended {
        let Some(trading) = self.trading_mut() else { return Appended::default() };
        trading.say_unsaid();
        std::mem::take(&mut trading.appended)
    }
}

impl Trading {
    /// Writes what is known of the account and the contracts.
    pub(super) fn show(&self, desk: &mut DeskView) {
        let Some(maker) = self.maker() else { return };
        let ledger = maker.ledger();
        desk.event = Some(self.event.clone());
        desk.now = self.now;
        (desk.balance, desk.equity, desk.fees) = (ledger.balance(), ledger.equity(), ledger.fees());
        desk.start_equity = self.start_equity_now();
        desk.fills = self.fills;
        let count = |keep: &dyn Fn(&super::orders::Live) -> bool| {
            u32::try_from(self.orders.all().filter(|live| keep(live)).count()).unwrap_or(u32::MAX)
        };
        desk.resting = count(&|live| live.confirmed && live.unknown.is_none());
        desk.unknown = count(&|live| live.unknown.is_some());
        desk.unknown_since = self.orders.unknown_since();
        desk.pulled_until = maker.gate().pulled(self.now);
        desk.parts = self.attribution.total().map(Parts::from).unwrap_or_default();
        desk.markouts = self.markouts();
        desk.rows = (0..).zip(&self.contracts).map(|(place, contract)| self.row(place, contract)).collect();
    }

    /// Returns the equity that the run began with: cash, and positions as they were first believed in.
    fn start_equity_now(&self) -> Cash {
        let brought = self.attribution.brought().microdollars();
        Cash::from_microdollars(self.start_equity.microdollars().saturating_add(brought))
    }

    /// Returns where a contract's profit comes from.
    fn parts(&self, place: usize) -> Parts {
        let place = self.attribution.place(place);
        // What doesn't add up is said once, as an alert.
        place.and_then(|place| self.attribution.money(place).ok()).map(Parts::from).unwrap_or_default()
    }

    /// Returns what fills were worth later, beside what is expected.
    fn markouts(&self) -> Vec<MarkoutView> {
        let markouts = self.attribution.markouts();
        let told = markouts.read().into_iter().zip(markouts.verdicts()).zip(Markouts::NAMES).enumerate();
        let view = |(place, ((told, verdict), name)): (usize, ((Markout, Verdict), &str))| MarkoutView {
            horizon: name.to_owned(),
            fills: told.fills,
            mean: told.mean,
            interval: told.interval,
            expected: self.expects.and_then(|expected| expected.intervals.get(place).copied().flatten()),
            verdict: verdict.words(&told).to_owned(),
            is_alarm: verdict.is_alarm(),
        };
        told.map(view).collect()
    }

    fn row(&self, place: usize, contract: &Contract) -> DeskRow {
        let maker = self.maker();
        let belief = maker.and_then(|maker| maker.belief(place));
        let position = maker.map_or(Position::FLAT, |maker| maker.position(place));
        let is_without = self.without_fair_value().any(|without| without == place);
        let fair = belief.filter(|_| !is_without).map(|belief| match self.fair {
            Fair::Belief => {
                let (middle, reach) = (logit(belief.fair), Z80 * belief.sd);
                [belief.fair, sigmoid(middle - reach), sigmoid(middle + reach)]
            }
            // The others say nothing of how sure they are.
            _ => [belief.fair; 3],
        });
        let parts = self.parts(place);
        let widened = maker.and_then(|maker| maker.widening(place, self.now));
        let quote = |action| {
            let own = self.own(place).find(|own| own.action == action && !own.is_by_hand)?;
            (!own.left.is_zero()).then_some((own.price, own.left))
        };
        DeskRow {
            ticker: contract.ticker.clone(),
            name: contract.name.clone(),
            status: contract.terms.status,
            fair,
            z: belief.map_or(0.0, |belief| belief.z),
            regime: maker.map_or(Regime::Halted, |maker| maker.regime(place, self.now)),
            widened: widened.and_then(|wide| Some((u32::try_from(wide.percent()).ok()?, wide.until()))),
            quotes: [quote(Action::Buy), quote(Action::Sell)],
            others: contract.others,
            last: contract.last,
            position: position.hundredths(),
            pnl: parts.pnl(),
            parts,
            fills: contract.fills,
        }
    }

    /// Returns a contract's book with our orders in it.
    pub(super) fn show_book(&self, place: usize, parameters: &Parameters) -> Option<BookView> {
        let contract = self.contracts.get(place)?;
        let maker = self.maker()?;
        let mut levels: Vec<LadderLevel> = Vec::new();
        let (mut bids, mut asks) = (0, 0);
        let all = book::levels(&contract.book);
        let offers = all.iter().filter(|(_, [_, ask])| !ask.is_zero()).count();
        for (price, [bid, ask]) in all {
            // Of each side those next to the middle.
            if !ask.is_zero() {
                asks += 1;
                if offers - asks >= LEVELS {
                    continue;
                }
            }
            if !bid.is_zero() {
                bids += 1;
                if bids > LEVELS {
                    break;
                }
            }
            levels.push(LadderLevel { price, bid, ask });
        }
        let orders = self.orders.of(place).filter(|live| live.confirmed).map(|live| OwnOrder {
            action: live.action,
            price: live.price,
            left: live.total.checked_sub(live.traded).unwrap_or(Quantity::ZERO),
            is_settled: [
                maker.execution().working(place, live.action),
                maker.hand().working(place, live.action),
            ]
            .into_iter()
            .flatten()
            .any(|working| working.id == live.order && working.state == OrderState::Resting),
            ahead: live.ahead,
            is_by_hand: live.order.by_hand().is_some(),
        });
        let fair = maker.belief(place).map(|belief| belief.fair);
        let ranges = contract.terms.grid.ranges();
        let middle = fair.map_or(Price::ZERO, Price::nearest);
        let tick = ranges.iter().find(|range| range.end >= middle).or(ranges.last()).map(|range| range.step);
        Some(BookView {
            ticker: contract.ticker.clone(),
            tick: tick.unwrap_or(Price::ZERO),
            levels,
            orders: orders.collect(),
            last: contract.last,
            fair,
            decided: maker.explained(place).map(|sides| decided(sides, parameters)),
        })
    }
}

/// Tells how both sides were decided.
fn decided(sides: &[Explained; 2], parameters: &Parameters) -> Decided {
    let [bid, ask] = sides;
    let told = bid.explain(parameters);
    let inputs = told.inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let side = |told: Explanation| {
        let steps = told.steps.iter();
        SideDecided {
            steps: steps
                .map(|step| (step.stage.label().to_owned(), step.formula.clone(), step.amount as f64 / 1e9))
                .collect(),
            withheld: told.outcome.err().map_or_else(String::new, |(_, why)| why),
        }
    };
    Decided {
        reason: bid.reason.name().to_owned(),
        inputs,
        bid: side(told),
        ask: side(ask.explain(parameters)),
    }
}
