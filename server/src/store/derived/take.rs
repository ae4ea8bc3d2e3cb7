//! What events make of what is known of orders and positions.

use anyhow::Context;
use serde_json::Value as Json;
use shared::exchange::Fill;
use shared::market::{Action, Position};
use shared::units::{Cash, Quantity, Timestamp};

use super::event::{Answer, Command, Event, What};
use super::known::{Known, named};
use super::rows::{Held, Order, State, word};

impl Known {
    /// Takes an event in.
    ///
    /// # Errors
    ///
    /// Says what of it doesn't fit what came before; it is then left out.
    pub(super) fn apply(&mut self, event: &Event) -> anyhow::Result<()> {
        let (run, at) = (event.run, event.at.micros());
        match &event.what {
            What::Setting(data) => {
                let version = match &self.setting {
                    Some((_, last)) if last == data => return Ok(()),
                    Some((version, _)) => version + 1,
                    None => 1,
                };
                self.setting = Some((version, data.clone()));
                self.new.settings.push(vec![version.into(), run.into(), at.into(), data.as_str().into()]);
            }
            What::Listed { event, ticker } => {
                let (event, ticker) = (event.to_string(), ticker.to_string());
                let listed = self.listed.entry(run).or_default();
                let place = i64::try_from(listed.len())?;
                listed.push(ticker.clone());
                self.new.listed.push(vec![
                    run.into(),
                    place.into(),
                    event.as_str().into(),
                    ticker.as_str().into(),
                ]);
                self.new.held.insert(ticker.clone());
                self.held.entry(ticker.clone()).or_insert_with(|| Held {
                    ticker,
                    event,
                    t: at,
                    position: Position::FLAT,
                    flow: Cash::ZERO,
                    fees: Cash::ZERO,
                    fills: 0,
                    paid: None,
                });
            }
            What::Position { place, position } => {
                let held = self.held(run, *place, at)?;
                held.position = *position;
            }
            What::Settled { place, value } => {
                let held = self.held(run, *place, at)?;
                held.flow = add(held.flow, held.position.worth(*value));
                (held.position, held.paid) = (Position::FLAT, Some(*value));
            }
            What::Fill { fill, at } => self.fill(event, fill, *at)?,
            What::Command(command) => self.command(run, event.at, command)?,
            What::Answer(answer) => self.answer(event.at, answer)?,
        }
        Ok(())
    }

    /// Returns what is held of the contract in a place of a run, which is then written.
    fn held(&mut self, run: i64, place: usize, at: i64) -> anyhow::Result<&mut Held> {
        let ticker = self.listed.get(&run).and_then(|listed| listed.get(place));
        let ticker = ticker.with_context(|| format!("nothing is listed in place {place}"))?;
        self.new.held.insert(ticker.clone());
        let held = self.held.get_mut(ticker).with_context(|| format!("{ticker} is not listed"))?;
        held.t = at;
        Ok(held)
    }

    fn fill(&mut self, event: &Event, fill: &Fill, at: Timestamp) -> anyhow::Result<()> {
        let name = named(event.run, fill);
        let trade = fill.trade.map(|trade| serde_json::to_string(&trade)).transpose()?;
        if let Some(trade) = &trade
            && !self.trades.insert((name.clone(), trade.clone()))
        {
            return Ok(());
        }
        let held = self.held(event.run, fill.contract, event.at.micros())?;
        let cost = fill.price.cost(fill.count);
        let flow = match fill.action {
            Action::Buy => Cash::from_microdollars(cost.microdollars().saturating_neg()),
            Action::Sell => cost,
        };
        let after = held.position.checked_after(fill.action, fill.count);
        held.position = after.context("more is held than can be")?;
        held.flow =
            add(add(held.flow, flow), Cash::from_microdollars(fill.fee.microdollars().saturating_neg()));
        held.fees = add(held.fees, fill.fee);
        held.fills = held.fills.saturating_add(1);
        let ticker = held.ticker.clone();
        if let Some(order) = self.orders.get_mut(&name) {
            order.traded = order.traded.checked_add(fill.count).unwrap_or(order.traded);
            order.told = Some(event.at.micros());
            if order.traded >= order.count && order.state != State::Cancelled {
                order.state = State::Executed;
            }
            self.new.orders.insert(name.clone());
        }
        self.new.fills.push(vec![
            event.run.into(),
            event.seq.into(),
            at.micros().into(),
            name.as_str().into(),
            trade.as_deref().into(),
            ticker.as_str().into(),
            word(fill.action).into(),
            fill.price.centicents().into(),
            fill.count.hundredths().into(),
            fill.fee.microdollars().into(),
        ]);
        Ok(())
    }

    fn command(&mut self, run: i64, at: Timestamp, command: &Command) -> anyhow::Result<()> {
        let Command { name, ticker, side, what, price, count, expires } = command;
        let expires = Some(expires.micros());
        self.new.orders.insert(name.clone());
        if what.get("place").is_some() {
            self.orders.insert(
                name.clone(),
                Order {
                    name: name.clone(),
                    run,
                    ticker: ticker.as_ref().context("no contract is named")?.to_string(),
                    action: *side,
                    order_id: None,
                    price: *price,
                    count: *count,
                    traded: Quantity::ZERO,
                    state: State::Asked,
                    why: None,
                    asked: at.micros(),
                    told: None,
                    expires,
                },
            );
        } else if what.get("amend").is_some() || what.as_str() == Some("renew") {
            self.order(name)?.expires = expires;
        }
        Ok(())
    }

    fn answer(&mut self, at: Timestamp, answer: &Answer) -> anyhow::Result<()> {
        let Answer { name, what, answer } = answer;
        let told = Some(at.micros());
        let order = self.order(name)?;
        order.told = told;
        let text = |json: Option<&Json>| json.and_then(Json::as_str).map(str::to_owned);
        if answer.as_str() == Some("over") {
            // How is known where it was said; of an order that was refused, or never came to rest, nothing was.
            if matches!(order.state, State::Asked | State::Resting) {
                order.ends(State::Gone);
            }
        } else if let Some(found) = answer.as_str().or_else(|| answer.get("reconciled")?.as_str()) {
            (order.state, order.why) = (State::Reconciled, Some(found.to_owned()));
        } else if let Some(placed) = answer.get("placed") {
            order.order_id = text(placed.get("order_id"));
            order.rests();
        } else if answer.get("amended").is_some() {
            if let Some(amend) = what.get("amend") {
                let read = |name| amend.get(name).cloned().context("an amendment says not all");
                order.price = serde_json::from_value(read("price")?)?;
                order.count = serde_json::from_value(read("total")?)?;
            }
            order.rests();
        } else if answer.get("cancelled").is_some() {
            order.ends(State::Cancelled);
        } else if let Some(found) = answer.get("found") {
            if let Some(id) = text(found.get("order_id")) {
                order.order_id = Some(id);
            }
            match found.get("status").and_then(Json::as_str) {
                Some("canceled") => order.ends(State::Cancelled),
                Some("executed") => order.ends(State::Executed),
                Some(_) => order.rests(),
                None if order.order_id.is_some() => order.ends(State::Gone),
                None => order.ends(State::Never),
            }
        } else if let Some(failed) = answer.get("failed") {
            order.why = text(Some(failed));
            if order.state == State::Asked {
                order.state = State::Failed;
            }
        }
        self.new.orders.insert(name.clone());
        Ok(())
    }

    fn order(&mut self, name: &str) -> anyhow::Result<&mut Order> {
        self.orders.get_mut(name).with_context(|| format!("{name} was never asked for"))
    }
}

impl Order {
    /// It rests, or has traded before that was heard.
    fn rests(&mut self) {
        if matches!(self.state, State::Asked | State::Failed | State::Resting | State::Never) {
            self.state = if self.traded >= self.count { State::Executed } else { State::Resting };
        }
    }

    /// It is over, and how unless that is known.
    fn ends(&mut self, state: State) {
        if self.state != State::Executed {
            self.state = state;
        }
    }
}

fn add(cash: Cash, more: Cash) -> Cash {
    Cash::from_microdollars(cash.microdollars().saturating_add(more.microdollars()))
}
