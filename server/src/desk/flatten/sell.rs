//! Carrying out a plan: orders that take at once what is there or end, and can only make a position smaller.

use std::time::Duration;

use shared::desk::FLATTENS;
use shared::flatten::{Plan, Row};
use shared::format;
use shared::market::{Action, Position, Ticker};
use shared::units::{Cash, Price, Quantity, Timestamp};
use shared::wire::{CreateOrder, OrderStatus, SelfTradePrevention, TimeInForce};

use crate::clock::machine_time;
use crate::desk::Hands;
use crate::kalshi::{Client, Failure};

/// How often it is asked what became of an order, and the pause between two looks: what is listed may be a little behind.
const LOOKS: usize = 12;
const PAUSE: Duration = Duration::from_millis(250);
/// How often an order is asked for again that the exchange was too busy to take in.
const TRIES: usize = 5;
/// How far back orders are looked for, in microseconds: further than clocks differ.
const BACK: i64 = 600_000_000;

/// What became of a position.
#[derive(Debug)]
pub(crate) struct Sold {
    ticker: Ticker,
    /// What was held.
    position: Position,
    /// How much of it was sold, or bought back.
    filled: Quantity,
    /// What that traded for at YES prices, and what was charged.
    value: Cash,
    fees: Cash,
    /// Why no more was.
    problem: Option<String>,
}

/// Sells what is held as a plan says: contract by contract, order by order, each sent once. What became of one that isn't
/// answered is asked for, and of its contract nothing more is asked until that is known.
pub(crate) async fn carry_out(hands: &Hands, plan: &Plan) -> Vec<Sold> {
    let mut names = Names { began: machine_time().micros(), last: 0 };
    let mut sold = Vec::with_capacity(plan.rows.len());
    for row in &plan.rows {
        let one = sell(hands, row, plan.max_order, &mut names).await;
        tracing::info!("{}", one.says());
        sold.push(one);
    }
    sold
}

/// Names for orders, each of which was never given.
struct Names {
    began: i64,
    last: u32,
}

impl Names {
    fn next(&mut self) -> String {
        self.last += 1;
        format!("{FLATTENS}{:x}-{}", self.began, self.last)
    }
}

/// What an order has traded.
struct Traded {
    count: Quantity,
    value: Cash,
    fees: Cash,
}

async fn sell(hands: &Hands, row: &Row, max_order: Quantity, names: &mut Names) -> Sold {
    let mut sold = Sold {
        ticker: row.ticker.clone(),
        position: row.position,
        filled: Quantity::ZERO,
        value: Cash::ZERO,
        fees: Cash::ZERO,
        problem: None,
    };
    let Some(limit) = row.limit else {
        sold.problem = Some(row.why.clone());
        return sold;
    };
    for count in row.orders(max_order) {
        match order(hands, row, limit, count, names).await {
            Ok(traded) => {
                let is_all = traded.count >= count;
                sold.add(&traded);
                if !is_all {
                    sold.problem = Some("No more is there within the limit.".to_owned());
                    break;
                }
            }
            Err(why) => {
                sold.problem = Some(why);
                break;
            }
        }
    }
    sold
}

/// Sends an order, and returns what it has traded.
///
/// # Errors
///
/// Says why it was not taken in, or that it isn't known what became of it.
async fn order(
    hands: &Hands,
    row: &Row,
    price: Price,
    count: Quantity,
    names: &mut Names,
) -> Result<Traded, String> {
    let since = hands.clock().now().checked_add_micros(-BACK).unwrap_or(Timestamp::MIN);
    let mut refused = String::new();
    for _ in 0..TRIES {
        let name = names.next();
        let order = CreateOrder {
            ticker: row.ticker.clone(),
            client_order_id: Some(name.clone()),
            side: row.action().into(),
            count,
            price,
            time_in_force: TimeInForce::ImmediateOrCancel,
            self_trade_prevention_type: SelfTradePrevention::TakerAtCross,
            post_only: None,
            expiration_time: None,
            cancel_order_on_pause: None,
            reduce_only: Some(true),
            order_group_id: None,
            subaccount: None,
            exchange_index: None,
        };
        match hands.create(&order).await {
            Ok(answer) => {
                let each = |mean: Option<shared::wire::Dollars>| {
                    times(mean.map_or(Cash::ZERO, |mean| mean.0), answer.fill_count)
                };
                return Ok(Traded {
                    count: answer.fill_count,
                    value: each(answer.average_fill_price),
                    fees: each(answer.average_fee_paid),
                });
            }
            Err(Failure::Refused { code, .. }) if code.ends_with("insufficient_resting_volume") => {
                return Ok(Traded { count: Quantity::ZERO, value: Cash::ZERO, fees: Cash::ZERO });
            }
            // It was not taken in, so that another one may be asked for.
            Err(Failure::Refused { status: 429, text, .. }) => refused = text,
            Err(Failure::Unknown(why)) => {
                tracing::warn!("what became of {name} is asked for: {why:#}");
                let found = match hands {
                    Hands::Exchange(client) => look(client, &row.ticker, &name, since).await,
                    Hands::Here(..) => None,
                };
                return found.ok_or_else(|| {
                    format!("What became of the order {name} is not known: look for it at the exchange.")
                });
            }
            Err(failure) => return Err(format!("The exchange was asked in vain: {failure}.")),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(format!("The exchange was too busy: {refused}."))
}

/// Finds an order by its name among those of its contract, and what it has traded; nothing where the exchange doesn't say.
async fn look(client: &Client, ticker: &Ticker, name: &str, since: Timestamp) -> Option<Traded> {
    for round in 0..LOOKS {
        if round > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        let Ok(orders) = client.orders(Some(ticker), Some(since)).await else { continue };
        let Some(order) = orders.into_iter().find(|order| order.client_order_id == name) else { continue };
        if !matches!(order.status, OrderStatus::Executed | OrderStatus::Canceled) {
            continue;
        }
        let Ok(fills) = client.fills(Some(&order.order_id), None).await else { continue };
        let mut traded = Traded { count: Quantity::ZERO, value: Cash::ZERO, fees: Cash::ZERO };
        for fill in fills {
            let count = traded.count.checked_add(fill.count_fp);
            let value = traded.value.checked_add(fill.yes_price_dollars.cost(fill.count_fp));
            let fees = traded.fees.checked_add(fill.fee_cost);
            traded = Traded { count: count?, value: value?, fees: fees? };
        }
        // Fills may be listed later than their order.
        if traded.count == order.fill_count_fp {
            return Some(traded);
        }
    }
    None
}

/// Returns an amount a contract for so many of them, to the nearest millionth of a dollar.
fn times(each: Cash, count: Quantity) -> Cash {
    let hundredths = i128::from(each.microdollars()) * i128::from(count.hundredths());
    let micros = (hundredths + 50).div_euclid(100);
    Cash::from_microdollars(i64::try_from(micros).unwrap_or(i64::MAX))
}

impl Sold {
    fn add(&mut self, traded: &Traded) {
        self.filled = self.filled.checked_add(traded.count).unwrap_or(Quantity::MAX);
        self.value = self.value.checked_add(traded.value).unwrap_or(self.value);
        self.fees = self.fees.checked_add(traded.fees).unwrap_or(self.fees);
    }

    fn is_long(&self) -> bool {
        self.position > Position::FLAT
    }

    /// Returns how much is left of what was held.
    fn left(&self) -> Quantity {
        self.position.size().checked_sub(self.filled).unwrap_or(Quantity::ZERO)
    }

    /// Returns whether nothing is held any more, as far as is known.
    pub(crate) fn is_flat(&self) -> bool {
        self.left().is_zero()
    }

    /// Says what was sold and for how much, and what is left and why.
    pub(crate) fn says(&self) -> String {
        let count = |count: Quantity| format::shortest(count.to_contracts());
        let (verb, action) =
            if self.is_long() { ("sold", Action::Sell) } else { ("bought back", Action::Buy) };
        let whole = count(self.position.size());
        let mut said = if self.filled.is_zero() {
            format!("{}: nothing of {whole} was {verb}.", self.ticker)
        } else {
            let mean = self.value.to_dollars() / self.filled.to_contracts();
            let brought = match action {
                Action::Sell => self.value,
                Action::Buy => Price::ONE.cost(self.filled).checked_sub(self.value).unwrap_or(Cash::ZERO),
            };
            format!(
                "{}: {} of {whole} {verb} at {} in the mean, which brought {} less {} of fees.",
                self.ticker,
                count(self.filled),
                format::cents(mean, 2),
                format::dollars(brought.to_dollars(), 2),
                format::dollars(self.fees.to_dollars(), 2)
            )
        };
        if self.is_flat() {
            said.push_str(" Nothing is left.");
        } else {
            let problem = self.problem.as_deref().unwrap_or_default();
            said.push_str(&format!(" {} left. {problem}", count(self.left())));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sold(hundredths: i64, filled: i64, value: &str) -> Sold {
        Sold {
            ticker: "KXTOPMONTHLY-26NOV-BRU".parse().unwrap(),
            position: Position::from_hundredths(hundredths).unwrap(),
            filled: Quantity::from_hundredths(filled).unwrap(),
            value: value.parse().unwrap(),
            fees: "0.12".parse().unwrap(),
            problem: Some("No more is there within the limit.".to_owned()),
        }
    }

    #[test]
    fn what_was_sold_and_what_is_left_is_said() {
        assert_eq!(
            sold(1_000, 1_000, "4.65").says(),
            "KXTOPMONTHLY-26NOV-BRU: 10 of 10 sold at 46.50¢ in the mean, which brought $4.65 less $0.12 of fees. Nothing is left."
        );
        assert_eq!(
            sold(-1_000, 250, "1.30").says(),
            "KXTOPMONTHLY-26NOV-BRU: 2.5 of 10 bought back at 52.00¢ in the mean, which brought $1.20 less $0.12 of fees. 7.5 left. No more is there within the limit."
        );
        assert_eq!(
            sold(500, 0, "0").says(),
            "KXTOPMONTHLY-26NOV-BRU: nothing of 5 was sold. 5 left. No more is there within the limit."
        );
    }

    #[test]
    fn a_mean_for_so_many_contracts_is_exact_to_the_millionth() {
        let of = |each: &str, count: &str| times(each.parse().unwrap(), count.parse().unwrap()).to_string();
        assert_eq!(of("0.465", "10"), "4.650000");
        assert_eq!(of("0.333333", "0.03"), "0.010000");
        assert_eq!(of("0.00005", "0.01"), "0.000001");
    }
}
