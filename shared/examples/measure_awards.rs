//! What `tails` and `coherent` make of hourly candles of award events before their ceremonies:
//! `cargo run --release -p shared --example measure_awards -- markets.csv candles.csv.gz`
//!
//! There are no prints. An hour in which something traded stands as three of them at its end, at its lowest, its mean and its
//! highest price, each of a third of its contracts: an order is filled only where the hour's range trades through it. So
//! only `through` is run. Hours after 22:00 UTC of the day of a ceremony are left out, as they may know the winner. Events of one
//! night are not independent: they are summed, and there is no interval of two nights.

use std::io::{Read as _, Write as _};

use shared::backtest::{Config, Prepared, Preset, Record, run};
use shared::belief::{Calibration, settlements, walk_forward};
use shared::exchange::FillModel;
use shared::market::csv::{read_markets, read_trades};
use shared::market::{EventTape, doubts};
use shared::units::Timestamp;

/// The ceremonies: how their events' tickers begin, and until when nobody knows the winners.
const CEREMONIES: [(&str, &str); 2] =
    [("KXTONYAWARDS", "2026-06-07T22:00:00Z"), ("KXBET", "2026-06-28T22:00:00Z")];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [markets, candles] = [1, 2].map(|nth| std::env::args().nth(nth));
    let (markets, candles) = markets.zip(candles).ok_or("no markets.csv and candles.csv.gz")?;
    // What was inferred there is taken as true: exactly one outcome of each event won.
    let text = std::fs::read_to_string(&markets)?.replace(",inferred,", ",true,");
    let markets = read_markets(text.as_bytes(), &markets)?.contracts;
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&candles)?).read_to_string(&mut text)?;
    let trades = read_trades(prints(&text)?.as_bytes(), &candles)?;
    let events = EventTape::regrouped(EventTape::group(trades)?, &markets);
    let mut out = std::io::stdout().lock();
    for doubt in doubts(&events, &markets) {
        writeln!(out, "doubtful: {doubt}")?;
    }
    let tracks = walk_forward(&events, &settlements(&events, &markets), Calibration::Ml, &mut |_| ())?;
    let prepared = Prepared::new(&events, &tracks, &markets)?;
    for preset in [Preset::Tails, Preset::Coherent] {
        for fee in ["flat:0", "maker"] {
            let mut config = Config::preset(preset);
            config.set("fee", fee)?;
            let results = run(&prepared, &config, &[FillModel::Through], Record::Totals)?;
            let result = results.first().ok_or("no result")?;
            for (ceremony, _) in CEREMONIES {
                let (mut events, mut above, mut fills, mut net) = (0, 0, 0, 0.0);
                for (event, own) in prepared.events().iter().zip(result.events(&prepared)) {
                    if event.ticker.as_str().starts_with(ceremony) {
                        let contracts = result.contracts.get(event.contracts.clone()).unwrap_or_default();
                        fills += contracts.iter().map(|money| money.fills).sum::<i64>();
                        events += 1;
                        above += usize::from(own.microdollars() > 0);
                        net += own.to_dollars();
                    }
                }
                writeln!(
                    out,
                    "{:<9} fee {fee:<7} {ceremony:<13} {events:>2} events, {above:>2} above zero, {fills:>4} fills, net {net:+.2}",
                    preset.name(),
                )?;
            }
        }
    }
    Ok(())
}

/// Returns candles as prints.
fn prints(candles: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut lines = candles.lines();
    let head: Vec<&str> = lines.next().ok_or("no candles")?.split(',').collect();
    let place = |name: &str| head.iter().position(|column| *column == name).ok_or(format!("no {name}"));
    let (ticker, at, volume) = (place("ticker")?, place("end_time")?, place("volume")?);
    let prices = [place("price_low")?, place("price_mean")?, place("price_high")?];
    let mut text = "ticker,timestamp,price,count\n".to_owned();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let field = |place: usize| fields.get(place).copied().ok_or(format!("a short line: {line}"));
        let (name, end) = (field(ticker)?, field(at)?);
        let ceremony = CEREMONIES.iter().find(|(begins, _)| name.starts_with(begins));
        let Some((_, known)) = ceremony else { continue };
        if end.parse::<Timestamp>()? > known.parse()? {
            continue;
        }
        let third = field(volume)?.parse::<f64>()? / 3.0;
        for price in prices {
            let price = field(price)?;
            // Less than a hundredth of a contract is none.
            if let Ok(dollars) = price.parse::<f64>()
                && third >= 0.005
                && dollars > 0.0
                && dollars < 1.0
            {
                text += &format!("{name},{end},{dollars:.4},{third:.2}\n");
            }
        }
    }
    Ok(text)
}
