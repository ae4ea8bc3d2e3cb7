//! That what follows from the journal is the same whether it was written as it happened or is made again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use shared::engine::Record;
use shared::exchange::{Fill, OrderId};
use shared::market::{Action, EventTicker, Position, PriceGrid, Ticker, Trade};
use shared::quoting::{Status, Terms};
use shared::units::{Cash, Price, Quantity};

use super::places::Place;
use super::*;
use crate::store::derived::TABLES;
use crate::store::digest::Digest;
use crate::store::table::{Value, Which};
use crate::store::{Store, Writer};

const CONTRACTS: [&str; 3] = ["KXTOPMONTHLY-26NOV-BRU", "KXTOPMONTHLY-26NOV-WEE", "KXTOPMONTHLY-26NOV-DRA"];

/// What may happen.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// An order is asked for: in which contract, to buy or sell, at how many cents, of how many hundredths of a contract.
    Place(usize, bool, i64, i64),
    /// One of the orders is asked to be something else, or taken back, or its life is made longer.
    Amend(usize, i64, i64),
    Cancel(usize),
    Renew(usize),
    /// It is answered: with one of so many answers.
    Answer(usize, usize),
    /// So many hundredths of it trade; told once or twice.
    Fill(usize, i64, bool),
    /// The exchange says what is held.
    Position(usize, i64),
    /// A contract pays.
    Settled(usize, i64),
    /// Something that nothing follows from.
    Told,
    /// The program ends in order, or in the middle of it, and another run begins.
    End(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let order = 0usize..12;
    prop_oneof![
        4 => (0usize..3, any::<bool>(), 1i64..99, 1i64..2_000).prop_map(|(c, b, p, q)| Step::Place(c, b, p, q)),
        2 => (order.clone(), 1i64..99, 1i64..2_000).prop_map(|(o, p, q)| Step::Amend(o, p, q)),
        2 => order.clone().prop_map(Step::Cancel),
        1 => order.clone().prop_map(Step::Renew),
        6 => (order.clone(), 0usize..8).prop_map(|(o, a)| Step::Answer(o, a)),
        4 => (order, 1i64..900, any::<bool>()).prop_map(|(o, q, twice)| Step::Fill(o, q, twice)),
        1 => (0usize..3, -5_000i64..5_000).prop_map(|(c, q)| Step::Position(c, q)),
        1 => (0usize..3, 0i64..=100).prop_map(|(c, p)| Step::Settled(c, p)),
        3 => Just(Step::Told),
        1 => any::<bool>().prop_map(Step::End),
    ]
}

/// What happens as it is written down, and what must follow from it.
struct Life {
    run: i64,
    now: i64,
    trades: u64,
    orders: Vec<(String, OrderId, usize, Action, Price)>,
    held: BTreeMap<&'static str, (i64, i64, i64)>,
    traded: BTreeMap<String, i64>,
}

fn price(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn quantity(hundredths: i64) -> Quantity {
    Quantity::from_hundredths(hundredths).unwrap()
}

impl Life {
    fn entry(&mut self, kind: Kind, data: &impl serde::Serialize) -> Entry {
        self.now += 1;
        Entry::new(Timestamp::from_micros(self.now).unwrap(), kind, data)
    }

    /// Begins a run: with its settings, its contracts and what is held.
    fn begin(&mut self, run: i64) -> Vec<Entry> {
        self.run = run;
        self.orders.clear();
        let mut entries =
            vec![self.entry(Kind::Setting, &json!({ "config": format!("preset={}", run % 2) }))];
        for (place, ticker) in CONTRACTS.into_iter().enumerate() {
            let terms =
                Terms { grid: PriceGrid::linear_cent(), fees: None, settles: None, status: Status::Open };
            let event: EventTicker = "KXTOPMONTHLY-26NOV".parse().unwrap();
            let listed = Record::List { event, ticker: ticker.parse().unwrap(), terms };
            entries.push(self.entry(Kind::Input, &listed));
            let (position, ..) = *self.held.entry(ticker).or_default();
            let position = Position::from_hundredths(position).unwrap();
            entries.push(self.entry(Kind::Input, &Record::Position { place, position }));
        }
        entries
    }

    /// Returns what is written down of a step.
    fn take(&mut self, step: Step) -> Vec<Entry> {
        let (Step::Amend(order, ..)
        | Step::Cancel(order)
        | Step::Renew(order)
        | Step::Answer(order, _)
        | Step::Fill(order, ..)) = step
        else {
            return self.take_other(step);
        };
        let Some((name, id, place, action, at)) = self.orders.get(order).cloned() else { return Vec::new() };
        let command = |what: serde_json::Value, price: Price, count: Quantity, expires: i64| {
            json!({
                "client_order_id": name, "order_id": null, "ticker": CONTRACTS[place], "side": action, "what": what,
                "price": price, "count": count, "expires": Timestamp::from_micros(expires).unwrap(),
            })
        };
        let until = self.now + 120_000_000;
        match step {
            Step::Amend(_, cents, count) => {
                let (price, total) = (price(cents), quantity(count));
                let what = json!({ "amend": { "price": price, "total": total } });
                vec![self.entry(Kind::Command, &command(what, price, total, until))]
            }
            Step::Cancel(_) => {
                vec![self.entry(Kind::Command, &command(json!("cancel"), at, quantity(1), until))]
            }
            Step::Renew(_) => {
                vec![self.entry(Kind::Command, &command(json!("renew"), at, quantity(1), until))]
            }
            Step::Answer(_, which) => {
                let (what, answer) = match which {
                    0 => (json!("place"), json!({ "placed": { "order_id": format!("id-{name}") } })),
                    1 => {
                        let amend = json!({ "amend": { "price": price(7), "total": quantity(700) } });
                        (amend, json!({ "amended": { "order_id": format!("id-{name}") } }))
                    }
                    2 => (json!("renew"), json!({ "amended": {} })),
                    3 => (json!("cancel"), json!({ "cancelled": { "reduced_by": "1.00" } })),
                    4 => (json!({ "look": { "times": 1 } }), json!({ "found": null })),
                    5 => (json!("cancel"), json!({ "found": { "order_id": "x", "status": "canceled" } })),
                    6 => (json!("reconciled"), json!("executed, 1 of 1 traded")),
                    _ => (json!("place"), json!({ "failed": "refused: 400 invalid_price" })),
                };
                let answer = json!({ "client_order_id": name, "what": what, "answer": answer });
                vec![self.entry(Kind::Answer, &answer)]
            }
            Step::Fill(_, count, twice) => {
                self.trades += 1;
                let (count, fee) = (quantity(count), Cash::from_microdollars(1_234));
                let trade = Some(format!("trade-{}", self.trades).parse().unwrap());
                let fill =
                    Fill { contract: place, order: id, action, quoted: at, price: at, count, fee, trade };
                let ticker: Ticker = CONTRACTS[place].parse().unwrap();
                let told = Timestamp::from_micros(self.now).unwrap();
                let public = Trade {
                    ticker,
                    at: told,
                    price: at,
                    count,
                    taker_side: None,
                    id: trade,
                    is_block: false,
                };
                let (position, flow, fills) = self.held.entry(CONTRACTS[place]).or_default();
                let sign = if action == Action::Buy { 1 } else { -1 };
                *position += sign * count.hundredths();
                *flow -= sign * at.cost(count).microdollars() + fee.microdollars();
                *fills += 1;
                *self.traded.entry(name).or_default() += count.hundredths();
                let record = Record::Fill { fill, trade: public };
                let times = if twice { 2 } else { 1 };
                (0..times).map(|_| self.entry(Kind::Input, &record)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn take_other(&mut self, step: Step) -> Vec<Entry> {
        match step {
            Step::Place(place, buys, cents, count) => {
                let id = OrderId(self.orders.len() as u64);
                let name = format!("tauroi-{:x}-{id}", self.run);
                let action = if buys { Action::Buy } else { Action::Sell };
                let (price, count) = (price(cents), quantity(count));
                self.orders.push((name.clone(), id, place, action, price));
                self.traded.insert(name.clone(), 0);
                let command = json!({
                    "client_order_id": name, "order_id": null, "ticker": CONTRACTS[place], "side": action,
                    "what": { "place": { "price": price, "count": count } }, "price": price, "count": count,
                    "expires": Timestamp::from_micros(self.now + 120_000_000).unwrap(),
                });
                vec![self.entry(Kind::Command, &command)]
            }
            Step::Position(place, hundredths) => {
                self.held.entry(CONTRACTS[place]).or_default().0 = hundredths;
                let position = Position::from_hundredths(hundredths).unwrap();
                vec![self.entry(Kind::Input, &Record::Position { place, position })]
            }
            Step::Settled(place, cents) => {
                let (position, flow, _) = self.held.entry(CONTRACTS[place]).or_default();
                *flow += Position::from_hundredths(*position).unwrap().worth(price(cents)).microdollars();
                *position = 0;
                vec![self.entry(Kind::Input, &Record::Settled { place, value: price(cents) })]
            }
            _ => vec![self.entry(Kind::Decision, &json!({}))],
        }
    }
}

/// Lives a life in a store, and returns what is there of what follows from its journal, as it was written.
async fn live(place: &Place, steps: &[Step]) -> (Vec<Digest>, Life) {
    let mut life = Life {
        run: 0,
        now: 1_796_000_000_000_000,
        trades: 0,
        orders: Vec::new(),
        held: BTreeMap::new(),
        traded: BTreeMap::new(),
    };
    let mut journal = place.open().await;
    let run = journal.begin(1).await.unwrap();
    journal.commit(&life.begin(run)).await.unwrap();
    let mut writer = Writer::new(journal);
    for (number, step) in steps.iter().enumerate() {
        if let Step::End(in_order) = step {
            if *in_order {
                writer.close().await;
            } else {
                // As a program that ends has it: what is committed is there, and what follows from it may not be.
                writer.in_the_table().await;
                drop(writer);
            }
            let mut journal = place.open().await;
            let run = journal.begin(1).await.unwrap();
            journal.commit(&life.begin(run)).await.unwrap();
            writer = Writer::new(journal);
            continue;
        }
        let entries = life.take(*step);
        writer.write(entries, number % 7 == 0).await.unwrap();
        if number % 7 == 0 {
            assert!(writer.before().committed().await);
        }
    }
    writer.close().await;
    let mut connection = place.connect().await;
    let mut digests = Vec::new();
    for table in TABLES {
        digests.push(connection.digest(table).await.unwrap());
    }
    connection.close().await;
    (digests, life)
}

/// What a table has in two columns.
async fn column(place: &Place, table: &str, columns: &[usize]) -> Vec<Vec<Value>> {
    let mut connection = place.connect().await;
    let table = TABLES.into_iter().find(|known| known.name == table).unwrap();
    let rows = connection.rows(table, Which::All).await.unwrap();
    rows.into_iter().map(|row| columns.iter().map(|column| row[*column].clone()).collect()).collect()
}

#[test]
fn what_is_written_as_it_happens_is_what_is_made_again_on_both_engines() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig {
        cases: 12,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let number = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(&proptest::collection::vec(step(), 0..160), |steps| {
            number.set(number.get() + 1);
            runtime.block_on(async {
                let mut found = Vec::new();
                for place in Place::both(&format!("derived_{}", number.get())).await {
                    let (digests, life) = live(&place, &steps).await;
                    let mut store = Store::open(&place.address).await.unwrap();
                    let report = store.check().await.unwrap();
                    assert_eq!((report.problems, report.notes), (Vec::new(), Vec::new()));
                    assert_eq!(report.tables[7..], digests);
                    assert_eq!(store.rebuild().await.unwrap().unread, 0);
                    assert_eq!(store.check().await.unwrap().tables[7..], digests);
                    // And it is what happened.
                    let held: Vec<Vec<Value>> = life
                        .held
                        .iter()
                        .map(|(ticker, (position, flow, fills))| {
                            vec![(*ticker).into(), (*position).into(), (*flow).into(), (*fills).into()]
                        })
                        .collect();
                    assert_eq!(column(&place, "positions", &[0, 3, 4, 6]).await, held);
                    let traded: Vec<Vec<Value>> = life
                        .traded
                        .iter()
                        .map(|(name, traded)| vec![name.as_str().into(), (*traded).into()])
                        .collect();
                    assert_eq!(column(&place, "orders", &[0, 7]).await, traded);
                    found.push(digests);
                }
                assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn an_order_goes_from_asked_to_over() {
    for place in Place::both("states").await {
        // Asked; then, one after the other: placed, amended, half traded, taken back; refused; never heard of; traded in full.
        let steps = [
            Step::Place(0, true, 50, 400),
            Step::Answer(0, 0),
            Step::Amend(0, 7, 700),
            Step::Answer(0, 1),
            Step::Fill(0, 300, true),
            Step::Answer(0, 3),
            Step::Place(1, false, 50, 400),
            Step::Answer(1, 7),
            Step::Place(2, false, 50, 400),
            Step::Answer(2, 4),
            Step::Place(2, true, 40, 400),
            Step::Answer(3, 0),
            Step::Fill(3, 400, false),
            Step::Place(1, true, 40, 100),
            Step::Place(1, true, 41, 100),
            Step::Answer(5, 0),
            Step::Place(0, true, 41, 100),
            Step::Answer(6, 6),
        ];
        live(&place, &steps).await;
        let states: Vec<String> = column(&place, "orders", &[8])
            .await
            .iter()
            .map(|row| row[0].text().unwrap_or_default().to_owned())
            .collect();
        let expected = ["cancelled", "failed", "never", "executed", "asked", "resting", "reconciled"];
        assert_eq!(states, expected);
        let first = column(&place, "orders", &[4, 5, 6, 7]).await.swap_remove(0);
        assert_eq!(first, ["id-tauroi-1-0".into(), Value::Int(700), Value::Int(700), Value::Int(300)]);
    }
}
