//! The book venue and `hftbacktest` on the same tapes with the same trader, in one process: whether they fill alike, and
//! what an event takes. A JSON line each, as benchmarks of `shared` print them; what is compared goes to standard error.
//!
//! Rules are `hftbacktest`'s: a price that goes through an order fills all of it, cancellations are behind us
//! (`RiskAdverseQueueModel`) or by a power (`ProbQueueModel`), depth is its array (`ROIVectorMarketDepth`).

#[path = "../../../../shared/benches/support/books.rs"]
mod books;
#[path = "../../../../shared/benches/support/recorded_books.rs"]
mod recorded_books;

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{anyhow, ensure};
use books::{ANSWER, FEED, ORDER, Offset, SIZE, TICK};
use hftbacktest::backtest::assettype::LinearAsset;
use hftbacktest::backtest::data::{Data, DataSource};
use hftbacktest::backtest::models::{
    CommonFees, ConstantLatency, PowerProbQueueFunc, ProbQueueModel, QueueModel as PeerQueue,
    RiskAdverseQueueModel, TradingValueFeeModel,
};
use hftbacktest::backtest::{Backtest, ExchangeKind, L2AssetBuilder};
use hftbacktest::depth::{MarketDepth as _, ROIVectorMarketDepth};
use hftbacktest::types::{
    BUY_EVENT, Bot as _, DEPTH_EVENT, EXCH_EVENT, ElapseResult, Event, LOCAL_EVENT, OrdType, SELL_EVENT,
    Status, TRADE_EVENT, TimeInForce,
};
use shared::exchange::Charge;
use shared::exchange::books::{
    BookTape, BookVenue, Delays, Pessimistic, Power, QueueModel, Rules, Through, What, run,
};
use shared::market::Action;
use shared::units::Cash;

/// When, which order, and how many hundredths it has traded by then.
type Notes = Vec<(i64, u64, i64)>;

/// How often each is run, in turn; the fastest counts.
const ROUNDS: usize = 40;

fn main() -> anyhow::Result<()> {
    let mut tapes = vec![("an invented book".to_owned(), books::invented(1, 50_000)?, 10_000)];
    for name in recorded_books::FILES {
        if let Some(tape) = recorded_books::read(name, TICK, FEED) {
            tapes.push((name.trim_end_matches(".ws").to_owned(), tape.with_decreases_traded(), 100_000));
        }
    }
    for (name, tape, every) in &tapes {
        let rows = rows(tape)?;
        let risk = || RiskAdverseQueueModel::new();
        compare(&format!("{name}, pessimistic"), tape, &rows, *every, Pessimistic, risk, true)?;
        let power = || ProbQueueModel::new(PowerProbQueueFunc::new(2.0));
        compare(&format!("{name}, power"), tape, &rows, *every, Power(2.0), power, false)?;
    }
    Ok(())
}

/// Runs both on a tape. Where they must fill alike, anything else is an error.
fn compare<Q, P>(
    name: &str,
    tape: &BookTape,
    rows: &[Event],
    every: i64,
    ours: Q,
    peer_queue: impl Fn() -> P,
    must_agree: bool,
) -> anyhow::Result<()>
where
    Q: QueueModel + Clone,
    P: PeerQueue<ROIVectorMarketDepth> + 'static,
{
    let (mut mine, mut other) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        mine = mine.min(book_venue(tape, ours.clone(), every, false)?.0);
        other = other.min(peer(tape, rows, peer_queue(), every, false)?.0);
    }
    let events = rows.len() as f64;
    println!(r#"{{"name":"books: {name}","ns":{:.3}}}"#, mine / events * 1e9);
    println!(r#"{{"name":"hftbacktest: {name}","ns":{:.3}}}"#, other / events * 1e9);
    let end = rows.last().map_or(0, |row| row.exch_ts / 1_000);
    let upto = |notes: Notes| -> Notes { notes.into_iter().filter(|note| note.0 < end).collect() };
    let our_fills = upto(book_venue(tape, ours, every, true)?.1);
    let their_fills = upto(peer(tape, rows, peer_queue(), every, true)?.1);
    let theirs: BTreeSet<_> = their_fills.iter().collect();
    let same = our_fills.iter().filter(|note| theirs.contains(note)).count();
    eprintln!(
        "{name}: {:.1} M events/s, hftbacktest {:.1} ({:.2} times); fills {} and {}, {same} the same",
        events / mine / 1e6,
        events / other / 1e6,
        other / mine,
        our_fills.len(),
        their_fills.len(),
    );
    if let Some(place) = (0..our_fills.len().max(their_fills.len()))
        .find(|place| our_fills.get(*place) != their_fills.get(*place))
    {
        eprintln!("  first differs: {:?} and {:?}", our_fills.get(place), their_fills.get(place));
        ensure!(!must_agree, "fills differ under equal rules");
    }
    Ok(())
}

/// Runs our venue; returns the seconds and, if asked for, the fills.
fn book_venue<Q: QueueModel>(
    tape: &BookTape,
    queue: Q,
    every: i64,
    notes: bool,
) -> anyhow::Result<(f64, Notes)> {
    let rules = Rules { through: Through::Whole };
    let mut venue = BookVenue::new(tape, queue, rules, vec![Charge::Flat(Cash::ZERO); tape.contracts()])?;
    let mut trader = Offset::new(tape.event(0)?.at.micros(), every, 0);
    trader.notes = notes.then(Vec::new);
    let start = Instant::now();
    run(tape, &mut venue, &mut trader, Delays::constant(ORDER, ANSWER))?;
    Ok((start.elapsed().as_secs_f64(), trader.notes.unwrap_or_default()))
}

/// Returns a tape as the peer reads it.
fn rows(tape: &BookTape) -> anyhow::Result<Vec<Event>> {
    let row = |place| {
        let event = tape.event(place)?;
        let is_bid = event.side == Action::Buy;
        // Of a trade it says the taker's side.
        let (kind, is_bought) = match event.what {
            What::Trade => (TRADE_EVENT, !is_bid),
            What::Level | What::Snapshot => (DEPTH_EVENT, is_bid),
        };
        let side = if is_bought { BUY_EVENT } else { SELL_EVENT };
        Ok(Event {
            ev: kind | side | EXCH_EVENT | LOCAL_EVENT,
            exch_ts: event.at.micros() * 1_000,
            local_ts: event.heard.micros() * 1_000,
            px: event.price.to_dollars(),
            qty: event.size.to_contracts(),
            order_id: 0,
            ival: 0,
            fval: 0.0,
        })
    };
    (0..tape.len()).map(row).collect()
}

/// Runs the peer with the same trader; returns the seconds and, if asked for, the fills.
fn peer<P>(tape: &BookTape, rows: &[Event], queue: P, every: i64, notes: bool) -> anyhow::Result<(f64, Notes)>
where
    P: PeerQueue<ROIVectorMarketDepth> + 'static,
{
    let tick = tape.ladders().unit().to_dollars();
    let asset = L2AssetBuilder::new()
        .data(vec![DataSource::Data(Data::from_data(rows))])
        .latency_model(ConstantLatency::new(ORDER * 1_000, ANSWER * 1_000))
        .asset_type(LinearAsset::new(1.0))
        .fee_model(TradingValueFeeModel::new(CommonFees::new(0.0, 0.0)))
        .exchange(ExchangeKind::PartialFillExchange)
        .queue_model(queue)
        .depth(move || ROIVectorMarketDepth::new(tick, 0.01, 0.0, 1.0))
        .build()
        .map_err(|why| anyhow!("{why:?}"))?;
    let mut bot = Backtest::builder().add_asset(asset).build().map_err(|why| anyhow!("{why:?}"))?;
    let levels = (1.0 / tick).round() as i64;
    let size = SIZE as f64 / 100.0;
    // By side: our order, and how many hundredths of it were noted.
    let mut ours = [(0_u64, 0_i64); 2];
    let mut next = 1;
    let mut found = Notes::new();
    let failed = |why| anyhow!("hftbacktest: {why:?}");
    let start = Instant::now();
    while bot.elapse(every * 1_000).map_err(failed)? == ElapseResult::Ok {
        let best = [bot.depth(0).best_bid_tick(), bot.depth(0).best_ask_tick()];
        for (side, ours) in ours.iter_mut().enumerate() {
            let order = bot
                .orders(0)
                .get(&ours.0)
                .map(|order| (order.price_tick, order.status, order.req, order.qty - order.leaves_qty));
            if let (true, Some((.., traded))) = (notes, order) {
                let traded = (traded * 100.0).round() as i64;
                if traded != ours.1 {
                    found.push((bot.current_timestamp() / 1_000, ours.0, traded));
                    ours.1 = traded;
                }
            }
            let wanted = best[side];
            if !(1..levels).contains(&wanted) {
                continue;
            }
            match order {
                Some((_, _, req, _)) if req != Status::None => {}
                Some((price, Status::New | Status::PartiallyFilled, ..)) => {
                    if price != wanted {
                        bot.cancel(0, ours.0, false).map_err(failed)?;
                    }
                }
                _ => {
                    *ours = (next, 0);
                    next += 1;
                    let price = wanted as f64 * tick;
                    let (gtx, limit) = (TimeInForce::GTX, OrdType::Limit);
                    if side == 0 {
                        bot.submit_buy_order(0, ours.0, price, size, gtx, limit, false).map_err(failed)?;
                    } else {
                        bot.submit_sell_order(0, ours.0, price, size, gtx, limit, false).map_err(failed)?;
                    }
                }
            }
        }
        bot.clear_inactive_orders(Some(0));
    }
    Ok((start.elapsed().as_secs_f64(), found))
}
