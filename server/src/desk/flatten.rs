//! Selling what is held, at limits that a person has seen: the plan is made and kept, and that plan and no other is carried
//! out, once.

mod sell;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use shared::api::FlattenPlan;
use shared::backtest::Config;
use shared::fees::{FeeRule, FeeSchedule};
use shared::flatten::{Holding, Plan};
use shared::market::{EventTicker, Ticker};
use shared::quoting::Terms;
use shared::stream::{Alert, DeskState};
use shared::units::{Price, Quantity};
use shared::wire::LevelText;

pub(crate) use self::sell::{Sold, carry_out};
use super::{Desk, Hands};
use crate::kalshi::{Client, Tier, charged, trading_status};
use crate::people::Trader;

/// How long a plan is kept.
const KEPT: Duration = Duration::from_secs(60);
/// How many are.
const MOST: usize = 16;

/// Why nothing was sold.
#[derive(Debug)]
pub(crate) enum Unsold {
    /// The plan is not to be carried out, for this reason.
    Not(String),
    /// It can't be found out whether it may be.
    Failed(anyhow::Error),
}

/// Asks the exchange what is held and what there is to meet it, and returns how it would be sold.
///
/// # Errors
///
/// Says what can't be found out.
pub(crate) async fn plan(hands: &Hands, slippage: Price, max_order: Quantity) -> anyhow::Result<Plan> {
    let held = hands.held().await?;
    let client = hands.reads();
    let tickers: Vec<Ticker> = held.keys().cloned().collect();
    let mut listed = Vec::with_capacity(tickers.len());
    for ticker in &tickers {
        listed.push(match client.market(Tier::Live, ticker).await {
            Ok(market) => Some(market),
            Err(failure) if failure.is_not_found() => None,
            Err(failure) => return Err(failure).with_context(|| format!("the contract {ticker}")),
        });
    }
    let mut fees = BTreeMap::<EventTicker, Option<FeeSchedule>>::new();
    for market in listed.iter().flatten() {
        if !fees.contains_key(&market.event_ticker) {
            let found = fees_of(client, &market.event_ticker).await;
            fees.insert(market.event_ticker.clone(), found);
        }
    }
    let mut books = BTreeMap::new();
    if !tickers.is_empty() {
        // The books last: of all that is asked they change most.
        for book in client.orderbooks(&tickers).await.context("the books")? {
            books.insert(book.ticker, book.orderbook_fp);
        }
    }
    let holdings = held.into_iter().zip(listed).map(|((ticker, position), market)| {
        let level = |level: LevelText| (level.0, level.1);
        let book = books.get(&ticker);
        let terms = market.and_then(|market| {
            let fees = fees.get(&market.event_ticker).copied().flatten();
            Some(Terms {
                grid: market.price_ranges?,
                fees,
                settles: None,
                status: trading_status(&market.status),
            })
        });
        Holding {
            position,
            terms,
            bids: book.map(|book| book.bids().map(level).collect()).unwrap_or_default(),
            offers: book.map(|book| book.offers().map(level).collect()).unwrap_or_default(),
            ticker,
        }
    });
    let holdings: Vec<Holding> = holdings.collect();
    Ok(Plan::new(&holdings, slippage, max_order, FeeRule::at(client.clock().now())))
}

/// Returns what is charged in an event, if that can be found out: nothing is kept from being sold because it can't.
async fn fees_of(client: &Client, event: &EventTicker) -> Option<FeeSchedule> {
    let found = async {
        let event = client.event(event).await?;
        charged(client, &event.series_ticker, &event).await?.now(&event, client.clock().now())
    };
    match found.await {
        Ok(fees) => Some(fees),
        Err(error) => {
            tracing::warn!("what selling costs in {event} is not known: {error:#}");
            None
        }
    }
}

/// The plans that may be carried out.
pub(super) struct Plans {
    max_order: Quantity,
    kept: Mutex<Kept>,
    /// Whoever makes a plan, one after the other: a page that asks without end doesn't ask the exchange more than that.
    asking: tokio::sync::Mutex<()>,
    /// Whoever carries one out.
    selling: Arc<tokio::sync::Mutex<()>>,
}

/// They, each with when it was made, the oldest first.
#[derive(Default)]
struct Kept {
    plans: Vec<(String, Plan, Instant)>,
    last: i64,
}

impl Kept {
    /// Keeps a plan, and returns what it is called; `micros` is the machine's time.
    fn keep(&mut self, plan: Plan, micros: i64, now: Instant) -> String {
        // Above all before, of this program and of those that ran here before it.
        self.last = micros.max(self.last.saturating_add(1));
        let id = format!("{:x}", self.last);
        self.plans.retain(|(_, _, made)| is_fresh(*made, now));
        self.plans.drain(..(self.plans.len() + 1).saturating_sub(MOST));
        self.plans.push((id.clone(), plan, now));
        id
    }

    /// Takes a plan to be carried out: afterwards none of those that were made before it holds any more.
    fn take(&mut self, id: &str, now: Instant) -> Option<Plan> {
        let place = self.plans.iter().position(|(kept, _, made)| kept == id && is_fresh(*made, now))?;
        let (_, plan, _) = self.plans.swap_remove(place);
        self.plans.clear();
        Some(plan)
    }
}

fn is_fresh(made: Instant, now: Instant) -> bool {
    now.saturating_duration_since(made) < KEPT
}

impl Plans {
    /// Returns that there are none, for orders of at most so many contracts where nothing else is set.
    pub(super) fn new(max_order: Quantity) -> Self {
        Self {
            max_order,
            kept: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            selling: Arc::default(),
        }
    }

    /// A panic under the lock could only be of memory that ran out, and leaves it as it was.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Returns how what is held would be sold, at limits that are `slippage` worse than the best prices.
    ///
    /// # Errors
    ///
    /// Says what can't be found out.
    pub(crate) async fn flatten_plan(&self, slippage: Price) -> anyhow::Result<FlattenPlan> {
        let _turn = self.plans.asking.lock().await;
        let plan = plan(&self.hands, slippage, self.max_order()).await?;
        let micros = crate::clock::machine_time().micros();
        let id = self.plans.kept().keep(plan.clone(), micros, Instant::now());
        Ok(FlattenPlan::new(id, &plan))
    }

    /// Returns the most contracts of one order, as that is set now.
    fn max_order(&self) -> Quantity {
        let config = Config::from_text(&self.face.desk().config);
        config.map_or(self.plans.max_order, |config| config.limits.max_order_size)
    }

    /// Carries out a plan that a person has seen, and says what became of each position. Once it has begun it goes on, whoever
    /// waits for it.
    ///
    /// # Errors
    ///
    /// Says why it isn't carried out: nothing was sold then.
    pub(crate) async fn flatten(&self, id: &str, _trader: &Trader) -> Result<String, Unsold> {
        let state = self.face.desk().state;
        if state != DeskState::Killed {
            let why = format!("The desk is {}: kill it first, then look at a plan.", state.name());
            return Err(Unsold::Not(why));
        }
        let selling = Arc::clone(&self.plans.selling).try_lock_owned();
        let selling = selling.map_err(|_| Unsold::Not("Another plan is being carried out.".to_owned()))?;
        let plan = self.plans.kept().take(id, Instant::now()).ok_or_else(|| {
            Unsold::Not(
                "This plan does not hold any more: one is kept for a minute and carried out once. Look at a new one."
                    .to_owned(),
            )
        })?;
        self.still_holds(&plan).await?;
        tracing::info!("a person says: flatten");
        let (hands, face) = (self.hands.clone(), Arc::clone(&self.face));
        let sold = tokio::spawn(async move {
            let _selling = selling;
            let sold = carry_out(&hands, &plan).await;
            let at = hands.clock().now();
            let alert = |sold: &Sold| Alert { at, is_wrong: !sold.is_flat(), text: sold.says() };
            face.tell_alerts(sold.iter().map(alert).collect());
            sold.iter().map(Sold::says).collect::<Vec<_>>().join("\n")
        });
        sold.await.map_err(|error| Unsold::Failed(error.into()))
    }

    /// Checks that nothing rests, and that what is held is what a plan was made for.
    async fn still_holds(&self, plan: &Plan) -> Result<(), Unsold> {
        let resting = self.hands.resting().await.map_err(Unsold::Failed)?;
        if resting > 0 {
            return Err(Unsold::Not(format!(
                "{resting} orders still rest: kill again, then look at a new plan."
            )));
        }
        let held = self.hands.held().await.map_err(Unsold::Failed)?;
        let planned = plan.rows.iter().map(|row| (row.ticker.clone(), row.position)).collect();
        if held != planned {
            return Err(Unsold::Not("What is held has changed since: look at a new plan.".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan { max_order: Quantity::ZERO, rows: Vec::new() }
    }

    #[test]
    fn a_plan_is_kept_for_a_minute_and_taken_once_and_ends_those_before_it() {
        let (mut kept, began) = (Kept::default(), Instant::now());
        let later = |seconds: u64| began + Duration::from_secs(seconds);
        let [first, second] = [0, 1].map(|at| kept.keep(plan(), 7, later(at)));
        assert_ne!(first, second);
        assert_eq!(kept.take("8000", later(2)), None);
        assert_eq!(kept.take(&first, later(60)), None);
        assert_eq!(kept.take(&second, later(60)), Some(plan()));
        assert_eq!(kept.take(&second, later(60)), None);
        let [third, fourth] = [70, 71].map(|at| kept.keep(plan(), 7, later(at)));
        assert_eq!(kept.take(&fourth, later(72)), Some(plan()));
        assert_eq!(kept.take(&third, later(72)), None);
    }

    #[test]
    fn only_the_latest_plans_are_kept() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        let ids: Vec<String> = (0..2 * MOST).map(|_| kept.keep(plan(), 7, now)).collect();
        assert_eq!(kept.plans.len(), MOST);
        assert!(kept.take(&ids[MOST - 1], now).is_none());
        assert!(kept.take(&ids[MOST], now).is_some());
    }
}
