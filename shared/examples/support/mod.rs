//! Recorded events that have settled, as the calibration prior learns from them. Each reader heeds what its data's notes
//! warn of.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read as _;

use shared::calibrated::{Category, Outcome, Settled};
use shared::market::EventTicker;
use shared::math::max;
use shared::units::Timestamp;

pub(crate) type Failure = Box<dyn Error>;

/// Microseconds in an hour.
pub(crate) const HOUR: i64 = 3_600_000_000;

/// An event of a recorded set.
pub(crate) struct Recorded {
    pub(crate) event: EventTicker,
    /// What it depends on: events of one cluster are not independent.
    pub(crate) cluster: String,
    pub(crate) settled: Settled,
}

/// A set of recorded events.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) category: Category,
    pub(crate) events: Vec<Recorded>,
}

impl Set {
    /// Returns each event with how much it counts: of `n` in one cluster, `1 / sqrt(n)`.
    pub(crate) fn weighed(&self) -> impl Iterator<Item = (&Settled, f64)> {
        let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
        for event in &self.events {
            *sizes.entry(&event.cluster).or_default() += 1.0;
        }
        self.events.iter().map(move |event| {
            let size = sizes.get(event.cluster.as_str()).copied().unwrap_or(1.0);
            (&event.settled, 1.0 / size.sqrt())
        })
    }
}

/// Reads all sets of the corpus, which lies beside the checkout or where `TAUROI_CORPUS` says.
pub(crate) fn read_all() -> Result<Vec<Set>, Failure> {
    Ok(vec![top_monthly()?, awards()?, golf()?, econstat()?, weather()?, binaries()?])
}

pub(crate) fn text(path: &str) -> Result<String, Failure> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var("TAUROI_CORPUS").unwrap_or_else(|_| beside.to_owned());
    let bytes =
        std::fs::read(format!("{folder}/{path}")).map_err(|error| format!("{folder}/{path}: {error}"))?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
    } else {
        text = String::from_utf8(bytes)?;
    }
    Ok(text)
}

/// A row by the names of its columns.
pub(crate) struct Row<'a>(BTreeMap<&'a str, String>);

impl Row<'_> {
    pub(crate) fn text(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok()
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, Failure> {
        Ok(self.text(column).parse()?)
    }
}

pub(crate) fn rows(text: &str) -> Vec<Row<'_>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    lines.map(|line| Row(names.iter().copied().zip(fields(line)).collect())).collect()
}

/// Cuts a line at commas that no quotes are around.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => fields.last_mut().into_iter().for_each(|last| last.push(letter)),
        }
    }
    fields
}

/// What a result pays: yes, no, or its value.
fn pays(row: &Row<'_>) -> Option<f64> {
    match row.text("result") {
        "yes" => Some(1.0),
        "no" => Some(0.0),
        _ => row.number("settlement_value"),
    }
}

fn before(at: Timestamp, micros: i64) -> Result<Timestamp, Failure> {
    Ok(at.checked_add_micros(-micros).ok_or("no such time")?)
}

/// The six settled events of KXTOPMONTHLY, by their prints. They settle at 00:00 UTC after the month's end.
pub(crate) fn top_monthly() -> Result<Set, Failure> {
    let markets = text("data/kxtopmonthly/markets.csv")?;
    let mut events: Vec<Recorded> = Vec::new();
    let mut tapes: BTreeMap<String, BTreeMap<String, Vec<(Timestamp, f64)>>> = BTreeMap::new();
    for row in rows(&markets).iter().filter(|row| matches!(row.text("result"), "yes" | "no")) {
        let name = row.text("event_ticker").to_owned();
        if !tapes.contains_key(&name) {
            let tape = text(&format!("data/kxtopmonthly/{name}.trades.csv.gz"))?;
            let mut own: BTreeMap<String, Vec<(Timestamp, f64)>> = BTreeMap::new();
            for print in rows(&tape) {
                let price = print.number("mid_price").ok_or("no price")?;
                own.entry(print.text("ticker").to_owned())
                    .or_default()
                    .push((print.time("timestamp")?, price));
            }
            tapes.insert(name.clone(), own);
            let event: EventTicker = name.parse()?;
            let end = event.month_end().ok_or("no month")?.plus_days(1).midnight();
            events.push(exclusive(event, name.clone(), Category::Entertainment, end, end));
        }
        let mut prices =
            tapes.get_mut(&name).and_then(|own| own.remove(row.text("ticker"))).unwrap_or_default();
        prices.sort_by_key(|(at, _)| *at);
        let event = events.iter_mut().find(|event| event.event.as_str() == name).ok_or("no event")?;
        event.settled.outcomes.push(Outcome { pays: pays(row).ok_or("no result")?, prices });
    }
    events.sort_by_key(|event| event.settled.at);
    Ok(Set { name: "kxtopmonthly", category: Category::Entertainment, events })
}

fn exclusive(
    event: EventTicker,
    cluster: String,
    category: Category,
    at: Timestamp,
    until: Timestamp,
) -> Recorded {
    Recorded {
        event,
        cluster,
        settled: Settled { category, is_exclusive: true, at, until, outcomes: Vec::new() },
    }
}

/// Awards up to their ceremonies: in the last hours before the close the winner is known. A price is the middle of the book,
/// where both sides are quoted, else the last trade.
pub(crate) fn awards() -> Result<Set, Failure> {
    let (markets, candles) = (text("data/awards/markets.csv")?, text("data/awards/candles.csv.gz")?);
    let mut prices: BTreeMap<String, Vec<(Timestamp, f64)>> = BTreeMap::new();
    for row in rows(&candles) {
        let (bid, ask) = (row.number("bid_close").unwrap_or(0.0), row.number("ask_close").unwrap_or(1.0));
        let middle = (bid > 0.0 && ask < 1.0).then_some(0.5 * (bid + ask));
        if let Some(price) = middle.or_else(|| row.number("price_close")) {
            prices.entry(row.text("ticker").to_owned()).or_default().push((row.time("end_time")?, price));
        }
    }
    let mut events: Vec<Recorded> = Vec::new();
    for row in rows(&markets) {
        let name = row.text("event_ticker");
        if !events.iter().any(|event| event.event.as_str() == name) {
            let night = if name.starts_with("KXTONY") { "2026-06-07" } else { "2026-06-28" };
            let ceremony = format!("{night}T22:00:00Z").parse()?;
            let at = row.time("settlement_ts")?;
            events.push(exclusive(name.parse()?, night.to_owned(), Category::Entertainment, at, ceremony));
        }
        let mut prices = prices.remove(row.text("ticker")).unwrap_or_default();
        prices.sort_by_key(|(at, _)| *at);
        let event = events.iter_mut().find(|event| event.event.as_str() == name).ok_or("no event")?;
        event.settled.outcomes.push(Outcome { pays: pays(&row).ok_or("no result")?, prices });
    }
    Ok(Set { name: "awards", category: Category::Entertainment, events })
}

/// Golf rounds by the prints of their last twelve hours: which contracts are here was chosen by their prices just before.
/// Not all of an event's are; dead heats pay a part.
pub(crate) fn golf() -> Result<Set, Failure> {
    let (markets, trades) = (text("data/golf/markets.csv.gz")?, text("data/golf/trades.csv.gz")?);
    let mut prints: BTreeMap<String, Vec<(Timestamp, f64)>> = BTreeMap::new();
    for row in rows(&trades) {
        let price = row.number("price").ok_or("no price")?;
        prints.entry(row.text("ticker").to_owned()).or_default().push((row.time("timestamp")?, price));
    }
    let mut events: Vec<Recorded> = Vec::new();
    for row in rows(&markets) {
        let Some(mut own) = prints.remove(row.text("ticker")) else { continue };
        let close = row.time("close_time")?;
        let from = before(close, 12 * HOUR)?;
        own.sort_by_key(|(at, _)| *at);
        own.retain(|(at, _)| *at > from && *at < close);
        let (Some(pays), false) = (pays(&row), own.is_empty()) else { continue };
        let name = row.text("event_ticker");
        let place = events.iter().position(|event| event.event.as_str() == name).map_or_else(
            || {
                let tournament = name.rsplit('-').next().unwrap_or(name).to_owned();
                events.push(exclusive(name.parse()?, tournament, Category::Sports, close, close));
                Ok::<_, Failure>(events.len() - 1)
            },
            Ok,
        )?;
        let event = &mut events[place].settled;
        // Contracts of one round close within minutes of each other, now and then a day apart: the last is the round's.
        (event.at, event.until) = (event.at.max(close), event.until.max(close));
        event.outcomes.push(Outcome { pays, prices: own });
    }
    Ok(Set { name: "golf", category: Category::Sports, events })
}

/// Exact figures of the economy, whose markets close a minute before the release: their last prices are forecasts, of
/// unknown age. One event settled all NO.
pub(crate) fn econstat() -> Result<Set, Failure> {
    let markets = text("data/closing-prices/markets.csv.gz")?;
    let mut events: Vec<Recorded> = Vec::new();
    for row in rows(&markets).iter().filter(|row| row.text("family") == "econstat-exact") {
        let (name, close) = (row.text("event_ticker"), row.time("close_time")?);
        if !events.iter().any(|event| event.event.as_str() == name) {
            let at = close.checked_add_micros(HOUR / 6).ok_or("no such time")?;
            events.push(exclusive(name.parse()?, close.date().to_string(), Category::Finance, at, at));
        }
        let prices = row.number("last_price").map(|price| (close, price)).into_iter().collect();
        let event = events.iter_mut().find(|event| event.event.as_str() == name).ok_or("no event")?;
        event.settled.outcomes.push(Outcome { pays: pays(row).ok_or("no result")?, prices });
    }
    Ok(Set { name: "econstat", category: Category::Finance, events })
}

/// Temperatures by the middles of their books.
pub(crate) fn weather() -> Result<Set, Failure> {
    let (results, books) =
        (text("data/settled/weather-results.csv")?, text("data/settled/weather-books.jsonl.gz")?);
    let mut prices: BTreeMap<String, Vec<(Timestamp, f64)>> = BTreeMap::new();
    for line in books.lines() {
        let book: serde_json::Value = serde_json::from_str(line)?;
        let best = |side: &str| {
            let levels = book["raw_orderbook"][side].as_array()?;
            let prices = levels.iter().filter_map(|level| level[0].as_str()?.parse::<f64>().ok());
            prices.fold(None, |most: Option<f64>, own| Some(most.map_or(own, |most| max(most, own))))
        };
        let (Some(yes), Some(no)) = (best("yes_dollars"), best("no_dollars")) else { continue };
        let at: Timestamp = book["captured_at"].as_str().ok_or("no time")?.replace("+00:00", "Z").parse()?;
        let ticker = book["ticker"].as_str().ok_or("no ticker")?.to_owned();
        prices.entry(ticker).or_default().push((at, 0.5 * (yes + 1.0 - no)));
    }
    let mut events: Vec<Recorded> = Vec::new();
    for row in rows(&results) {
        let (name, close) = (row.text("event_ticker"), row.time("close_time")?);
        if !events.iter().any(|event| event.event.as_str() == name) {
            events.push(exclusive(name.parse()?, close.date().to_string(), Category::Weather, close, close));
        }
        let mut prices = prices.remove(row.text("ticker")).unwrap_or_default();
        prices.sort_by_key(|(at, _)| *at);
        let event = events.iter_mut().find(|event| event.event.as_str() == name).ok_or("no event")?;
        event.settled.outcomes.push(Outcome { pays: pays(&row).ok_or("no result")?, prices });
    }
    Ok(Set { name: "weather", category: Category::Weather, events })
}

/// Fifteen-minute binaries whose official result is known: the others' is guessed from their last price.
pub(crate) fn binaries() -> Result<Set, Failure> {
    let (markets, trades) =
        (text("data/trades/kxeth15m.markets.csv")?, text("data/trades/kxeth15m.trades.csv.gz")?);
    let mut prints: BTreeMap<String, Vec<(Timestamp, f64)>> = BTreeMap::new();
    for row in rows(&trades) {
        let price = row.number("yes_price_dollars").ok_or("no price")?;
        prints.entry(row.text("ticker").to_owned()).or_default().push((row.time("created_time")?, price));
    }
    let mut events = Vec::new();
    for row in rows(&markets) {
        let pays = match row.text("result_settlements_cache") {
            "yes" => 1.0,
            "no" => 0.0,
            _ => continue,
        };
        let mut prices = prints.remove(row.text("ticker")).unwrap_or_default();
        prices.sort_by_key(|(at, _)| *at);
        let Some((last, _)) = prices.last() else { continue };
        let quarter = HOUR / 4;
        let at = Timestamp::from_micros((last.micros() / quarter + 1) * quarter)?;
        let event = row.text("ticker").rsplit_once('-').ok_or("no event")?.0.parse()?;
        let outcomes = vec![Outcome { pays, prices }];
        let settled = Settled { category: Category::Crypto, is_exclusive: false, at, until: at, outcomes };
        events.push(Recorded { event, cluster: at.date().to_string(), settled });
    }
    Ok(Set { name: "binaries", category: Category::Crypto, events })
}
