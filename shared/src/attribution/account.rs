//! The running account of one contract.

use std::collections::VecDeque;

use super::Markouts;
use crate::backtest::{HORIZONS, Money, Tally};
use crate::exchange::Fill;
use crate::ledger::Error;
use crate::market::{Action, Position, Ticker};
use crate::units::{Cash, Price, Timestamp};

/// A contract's account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) ticker: Ticker,
    tally: Tally,
    /// The fair mark from a time on.
    marks: Vec<(Timestamp, Price)>,
    /// Fills of which not every later mark is known.
    open: VecDeque<Open>,
    /// What was there before and hasn't been marked yet.
    waiting: Position,
    /// What was there before was worth that at its first mark.
    pub(super) brought: Cash,
    /// What buying, selling and the settlement have added to the cash.
    pub(super) cash: Cash,
    /// What the position has cost without fees, by the average of what made it.
    basis: Cash,
    pub(super) settled: Option<Price>,
}

/// A fill, and the first of the horizons whose mark is not known.
#[derive(Debug, Clone, Copy)]
struct Open {
    at: Timestamp,
    fill: Fill,
    next: usize,
}

/// How much of a profit is realised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// What is held, at its mark, less what it has cost by the average of what made it.
    pub open: Cash,
    /// The rest of the profit, fees taken off.
    pub realised: Cash,
    /// The mark that it is valued at; none before anything is believed of it.
    pub mark: Option<Price>,
}

impl Default for Holding {
    fn default() -> Self {
        Self { open: Cash::ZERO, realised: Cash::ZERO, mark: None }
    }
}

impl Account {
    pub(super) fn new(ticker: Ticker) -> Self {
        Self {
            ticker,
            tally: Tally::new(),
            marks: Vec::new(),
            open: VecDeque::new(),
            waiting: Position::FLAT,
            brought: Cash::ZERO,
            cash: Cash::ZERO,
            basis: Cash::ZERO,
            settled: None,
        }
    }

    /// Returns what is held.
    pub(super) fn position(&self) -> Position {
        if self.settled.is_some() {
            return Position::FLAT;
        }
        let held = self.tally.position.hundredths().saturating_add(self.waiting.hundredths());
        Position::from_hundredths(held).unwrap_or(self.tally.position)
    }

    /// Takes the exchange's word for what is held: what was not traded here is brought, at its next mark.
    pub(super) fn told(&mut self, position: Position) -> Result<(), Error> {
        let more = position.hundredths().saturating_sub(self.tally.position.hundredths());
        self.waiting = Position::from_hundredths(more).map_err(|_| Error::TooMuch("position"))?;
        Ok(())
    }

    /// Values the position, and returns by how much that moved equity.
    pub(super) fn mark(&mut self, now: Timestamp, mark: Price) -> Result<Cash, Error> {
        if self.settled.is_some() {
            return Ok(Cash::ZERO);
        }
        self.bring(mark)?;
        match self.marks.last_mut() {
            Some((_, last)) if *last == mark => return Ok(Cash::ZERO),
            Some((at, last)) if *at == now => *last = mark,
            last => {
                let at = last.map_or(now, |(at, _)| now.max(*at));
                self.marks.push((at, mark));
            }
        }
        self.tally.mark(mark)
    }

    /// Takes in what was there before, once it is known what it is worth.
    fn bring(&mut self, mark: Price) -> Result<(), Error> {
        if self.waiting == Position::FLAT {
            return Ok(());
        }
        let waiting = std::mem::replace(&mut self.waiting, Position::FLAT);
        let worth = waiting.worth(mark);
        // What turns it over or shrinks it is a trade that nobody told of, at the mark.
        self.cost(waiting, mark)?;
        self.tally.bring(waiting, mark)?;
        add(&mut self.brought, worth)
    }

    /// Books a fill of ours that traded at a time, with the mark just before it; returns by how much that moved equity.
    pub(super) fn trade(&mut self, fill: &Fill, at: Timestamp, before: Price) -> Result<Cash, Error> {
        self.bring(before)?;
        let change = Position::FLAT.checked_after(fill.action, fill.count);
        let change = change.ok_or(Error::TooMuch("position"))?;
        self.cost(change, fill.price)?;
        self.tally.trade(fill, before)?;
        let cost = fill.price.cost(fill.count).microdollars();
        let paid = if fill.action == Action::Buy { cost } else { -cost };
        add(&mut self.cash, Cash::from_microdollars(-paid))?;
        add(&mut self.cash, Cash::from_microdollars(-fill.fee.microdollars()))?;
        self.open.push_back(Open { at, fill: *fill, next: 0 });
        if self.marks.is_empty() {
            self.marks.push((at, before));
        }
        self.tally.mark(self.marks.last().map_or(before, |(_, mark)| *mark))
    }

    /// Books what a change of the position at a price does to what it has cost.
    fn cost(&mut self, change: Position, price: Price) -> Result<(), Error> {
        let (held, change) = (self.tally.position.hundredths(), change.hundredths());
        let closes = if held.signum() * change.signum() < 0 { held.abs().min(change.abs()) } else { 0 };
        if closes > 0 {
            // Of both at most i64: their product fits, and the quotient is no more than the first.
            let part = i128::from(self.basis.microdollars()) * i128::from(closes) / i128::from(held.abs());
            let part = i64::try_from(part).map_err(|_| Error::TooMuch("cost"))?;
            add(&mut self.basis, Cash::from_microdollars(-part))?;
        }
        let opens = change - change.signum() * closes;
        let opens = Position::from_hundredths(opens).map_err(|_| Error::TooMuch("position"))?;
        add(&mut self.basis, opens.worth(price))
    }

    /// Books the settlement, and returns by how much that moved equity.
    pub(super) fn settle(&mut self, value: Price) -> Result<Cash, Error> {
        if self.settled.is_some() {
            return Ok(Cash::ZERO);
        }
        // Nothing was ever believed of it: it is worth what it pays.
        self.bring(value)?;
        let held = self.tally.position;
        let residue = held.residue(value);
        self.tally.round_away(residue)?;
        add(&mut self.cash, held.worth(value))?;
        add(&mut self.cash, Cash::from_microdollars(-residue.microdollars()))?;
        self.settled = Some(value);
        self.tally.mark(value)
    }

    /// Returns when the next markout can be known.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.open.iter().filter_map(Open::due).min()
    }

    /// Books the markouts whose time has come by `now`.
    pub(super) fn advance(&mut self, now: Timestamp, markouts: &mut Markouts) -> Result<(), Error> {
        for open in &mut self.open {
            while let Some(due) = open.due().filter(|due| *due < now) {
                // Nothing was believed of it: it was worth what it traded at.
                let mark = latest(&self.marks, due).unwrap_or(open.fill.price);
                self.tally.mark_out(&open.fill, open.next, mark)?;
                markouts.add(open.next, open.at, &open.fill, mark);
                open.next += 1;
            }
        }
        self.open.retain(|open| open.next < HORIZONS.len());
        Ok(())
    }

    /// Returns what the fills have brought in: markouts that are not known yet at the mark now.
    pub(super) fn money(&self) -> Result<Money, Error> {
        let mut tally = self.tally;
        let last = self.marks.last().map(|(_, mark)| *mark);
        for open in &self.open {
            let mark = last.unwrap_or(open.fill.price);
            for horizon in open.next..HORIZONS.len() {
                tally.mark_out(&open.fill, horizon, mark)?;
            }
        }
        let end = self.settled.or(last).unwrap_or(Price::ZERO);
        tally.close(end, self.settled.is_some())
    }

    /// Returns how much of that is realised.
    pub(super) fn holding(&self) -> Result<Holding, Error> {
        let mark = self.marks.last().map(|(_, mark)| *mark);
        let net = self.money()?.net;
        let worth = self.tally.position.worth(mark.unwrap_or(Price::ZERO));
        let open = match self.settled {
            Some(_) => Cash::ZERO,
            None => worth.checked_sub(self.basis).ok_or(Error::TooMuch("worth"))?,
        };
        let realised = net.checked_sub(open).ok_or(Error::TooMuch("profit"))?;
        Ok(Holding { open, realised, mark: self.settled.or(mark) })
    }
}

impl Open {
    fn due(&self) -> Option<Timestamp> {
        self.at.checked_add_micros(*HORIZONS.get(self.next)?)
    }
}

/// Returns what held at a time, of what holds from a time on.
fn latest(marks: &[(Timestamp, Price)], at: Timestamp) -> Option<Price> {
    let place = marks.partition_point(|one| one.0 <= at);
    Some(marks.get(place.checked_sub(1)?)?.1)
}

fn add(sum: &mut Cash, more: Cash) -> Result<(), Error> {
    *sum = sum.checked_add(more).ok_or(Error::TooMuch("an amount"))?;
    Ok(())
}
