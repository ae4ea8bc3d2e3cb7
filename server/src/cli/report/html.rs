//! `report.html` of a session: the lab's page, with what else a session has to say.

use anyhow::Context;
use shared::attribution::{Markouts, Verdict};
use shared::backtest::Money;
use shared::format::{counted, dollars, fixed, grouped, instant, shortest, time_label};
use shared::session::Session;
use shared::stream::Parts;
use shared::thin::min_max;
use shared::units::Cash;

use super::happened::{closures, log, messages, times, unknown};
use super::{again, ends, of_run};
use crate::cli::backtest::html::{figures, totals, two};
use crate::cli::backtest::plots::{self, Titled};
use crate::cli::page::{self, Markup, Plot, cells, code, grid, grid_of, heading, range_with_zero, words};

/// The columns of pixels that the line of equity is thinned to.
const COLUMNS: usize = 500;
/// How many entries of a list are shown: report.json has all, fills.csv all fills.
pub(super) const LISTED: usize = 200;

/// Returns the page. `by` says what is expected, if anything is; so many decisions were others than then.
///
/// # Errors
///
/// Says that an amount doesn't fit.
pub(super) fn render(session: &Session, by: Option<&str>, differ: usize) -> anyhow::Result<String> {
    let total = session.total().context("the total")?;
    let mut page = page::head("Session");
    let config = session.config().0.map(|config| config.text()).unwrap_or_default();
    page.start("h1", &[]).text(format_args!("Session, {}: ", session.mode())).add(&code(config)).end("h1");
    page.add(&said(session, &total, differ));
    page.add(&totals(&[(session.mode(), &total, None)]));
    let named = [(session.mode(), &total)];
    page.add(&figures(vec![equity(session), plots::parts(&named), plots::markouts(&named)]));
    page.add(&contracts(session, &total)?);
    page.add(&markouts(session, by));
    page.add(&heading("Whether it adds up"));
    page.add(&log(session.runs().iter().map(|run| (String::new(), of_run(run), !run.reckoning.is_exact()))));
    page.add(&times(session.diary()));
    page.add(&messages(session));
    page.add(&closures(session.diary()));
    page.add(&unknown(session.diary()));
    page.add(&fills(session));
    page.start("footer", &[]).start("p", &[]).text("Result hash ");
    page.add(&code(session.hash().context("the total")?))
        .text(", the SHA-256 of report.json. Configuration ");
    page.add(&code(session.configuration())).text(".").end("p").end("footer").add(&page::foot());
    Ok(page.into_string())
}

/// Says in sentences what there is.
fn said(session: &Session, total: &Money, differ: usize) -> Markup {
    let (runs, parts) = (session.runs(), Parts::from(*total));
    let ends = (runs.first().and_then(|run| run.began), runs.last().and_then(|run| run.ended));
    let event = session.event().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let when = match ends {
        (Some(began), Some(ended)) => format!("{} to {} UTC", instant(began), instant(ended)),
        _ => "at no time".to_owned(),
    };
    let others = match session.config().1 {
        0 => String::new(),
        _ => " Earlier runs had other configurations; shown is the last one's.".to_owned(),
    };
    let mut text = Markup::element(
        "p",
        &[],
        format_args!(
            "{event}, {when}, in {}. Fills are those of the mode {}, not of a fill model.{others}",
            counted(runs.len(), "run"),
            session.mode(),
        ),
    );
    text.start("p", &[("class", &"headline")]).text("Profit ").add(&Markup::element(
        "b",
        &[],
        dollars(dollar(parts.pnl()), 2),
    ));
    text.text(format_args!(
        " = spread {} + markout {} + inventory {} − fees {}. Spread is what quoting away from fair earned, markout how fair moved \
         within 30 minutes of a fill, inventory how it moved later, at the settlement where there is one.",
        two(parts.spread),
        two(parts.markout),
        two(parts.inventory),
        two(parts.fees)
    ));
    text.end("p");
    if differ > 0 {
        text.add(&Markup::element("p", &[("class", &"wrong")], again(differ).trim()));
    }
    text
}

fn dollar(cash: Cash) -> f64 {
    cash.to_dollars()
}

fn equity(session: &Session) -> Titled {
    let points = session.equity().iter().map(|(at, profit)| (at.micros() as f64, dollar(*profit)));
    let points = min_max(&points.collect::<Vec<_>>(), COLUMNS);
    let ends = (points.first().map_or(0.0, |point| point.0), points.last().map_or(1.0, |point| point.0));
    let mut plot = Plot::new(ends, range_with_zero(points.iter().map(|point| point.1)));
    plot.grid_y(|value| fixed(value, 2));
    let span = (ends.1 - ends.0) as i64;
    let ticks = (0..5).map(|k| ends.0 + f64::from(k) * (ends.1 - ends.0) / 4.0);
    plot.labels_x(&ticks.map(|at| (at, time_label(at as i64, span))).collect::<Vec<_>>());
    plot.line(session.mode(), &points);
    ("Profit", "dollars, positions at their marks".into(), plot.finish("Profit"))
}

fn contracts(session: &Session, total: &Money) -> anyhow::Result<Markup> {
    let rows = session.rows().context("the contracts")?;
    let head = words(&[
        "contract",
        "fills",
        "spread",
        "markout 30 min",
        "inventory",
        "fees",
        "net $",
        "realised",
        "open",
        "position",
        "mark ¢",
        "paid ¢",
    ]);
    let line = |name: String, money: &Money| {
        let parts = Parts::from(*money);
        let mut line = cells([name, grouped(money.fills)]);
        line.extend(cells([parts.spread, parts.markout, parts.inventory, parts.fees].map(two)));
        line.push(Markup::element("b", &[], two(parts.pnl())));
        line
    };
    let price = |price: Option<shared::units::Price>| {
        price.map_or_else(|| "–".to_owned(), |price| fixed(price.to_dollars() * 100.0, 1))
    };
    let sum = |part: fn(&shared::attribution::Holding) -> Cash| {
        let sum = rows.iter().map(|row| part(&row.holding).microdollars()).fold(0, i64::saturating_add);
        two(Cash::from_microdollars(sum))
    };
    let mut lines: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            let mut line = line(row.ticker.outcome().to_owned(), &row.money);
            let held = if row.pays.is_some() { 0.0 } else { row.money.position.contracts() };
            line.extend(cells([two(row.holding.realised), two(row.holding.open), shortest(held)]));
            line.extend(cells([price(row.holding.mark), price(row.pays)]));
            line
        })
        .collect();
    let mut all = line("TOTAL".to_owned(), total);
    all.extend(cells([sum(|holding| holding.realised), sum(|holding| holding.open)]));
    all.extend(cells(["", "", ""]));
    lines.push(all);
    let mut page = heading("Contracts");
    page.add(&grid_of(&head, &lines));
    page.add(&Markup::element(
        "p",
        &[],
        "Spread, markout and inventory less fees are the net profit, and so are the realised part and the open one: what is held at \
         its mark, less what it cost on average.",
    ));
    Ok(page)
}

fn markouts(session: &Session, by: Option<&str>) -> Markup {
    let mut page = heading("What fills were worth later, beside what is expected");
    let by = by.map_or_else(|| "There is no expectation".to_owned(), |by| format!("Expected by {by}"));
    page.add(&Markup::element(
        "p",
        &[],
        format_args!(
            "Cents a contract, against the fills' own prices; fills whose time had come. {by}. The interval holds the truth at all \
             horizons and looks together with 95 %; there is none of fills in fewer than 50 blocks of time as long as the horizon."
        ),
    ));
    let head = words(&["after", "fills", "blocks", "mean ¢", "95 % ¢", "expected ¢", ""]);
    let told = session.markouts();
    let rows = told.iter().zip(Markouts::NAMES).enumerate().map(|(place, (told, name))| {
        let expected = session.expects().and_then(|known| known.intervals.get(place).copied().flatten());
        let verdict = Verdict::of(told.interval, expected);
        let mark = if verdict.is_alarm() { "⚠ " } else { "" };
        let mean = told.mean.map_or_else(|| "–".to_owned(), super::cents);
        let counts = [name.to_owned(), grouped(told.fills.into()), grouped(told.blocks as i64)];
        counts
            .into_iter()
            .chain([mean, ends(told.interval), ends(expected), format!("{mark}{}", verdict.words(told))])
            .collect()
    });
    page.add(&grid(&head, &rows.collect::<Vec<_>>()));
    page
}

fn fills(session: &Session) -> Markup {
    let mut page = heading("Fills");
    let all = session.fills();
    let head =
        words(&["when", "contract", "side", "count", "price ¢", "fair ¢", "spread ¢", "fee $", "position"]);
    let rows = all.iter().rev().take(LISTED).map(|fill| {
        let is_bought = fill.action == shared::market::Action::Buy;
        let sign = if is_bought { 1.0 } else { -1.0 };
        let cents = |price: shared::units::Price| price.to_dollars() * 100.0;
        vec![
            instant(fill.at),
            fill.ticker.outcome().to_owned(),
            if is_bought { "bought" } else { "sold" }.to_owned(),
            shortest(fill.count.to_contracts()),
            fixed(cents(fill.price), 1),
            fixed(cents(fill.fair), 2),
            fixed(sign * (cents(fill.fair) - cents(fill.price)), 2),
            fixed(dollar(fill.fee), 4),
            shortest(fill.position.contracts()),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let note = match all.len() {
        0 => "There was none.".to_owned(),
        n if n > LISTED => format!("The latest {LISTED} of {}; fills.csv has all.", grouped(n as i64)),
        n => format!("{}, the latest first.", counted(n, "fill")),
    };
    page.add(&Markup::element("p", &[], note));
    if !rows.is_empty() {
        page.add(&grid(&head, &rows));
    }
    page
}

#[cfg(test)]
mod tests {
    use shared::desk::{Answered, Entry, Label, Said, Setting, Written};
    use shared::units::Timestamp;

    use super::*;

    /// What a journal has of texts from outside: names of orders, reasons of the exchange, what it calls its mode.
    #[test]
    fn whatever_a_journal_says_stays_text() {
        let evil = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";
        let mut session = Session::default();
        session.begin(1);
        let label = Label { mode: evil.to_owned(), configuration: evil.to_owned() };
        let answered = |name: &str, answer| {
            Written::Answer(Answered { client_order_id: name.to_owned(), what: None, answer })
        };
        let unknown = shared::desk::Failure::Unknown(evil.to_owned()).to_string();
        for what in [
            Written::Setting(Setting::Config("preset=seed-fixed3".to_owned())),
            Written::Setting(Setting::Label(label)),
            answered(evil, Said::Failed(unknown)),
            answered("other", Said::Failed(evil.to_owned())),
            answered("earlier", Said::Reconciled(evil.to_owned())),
        ] {
            session.note(&Entry { at: Timestamp::MIN, what }).unwrap();
        }
        let page = render(&session, Some(evil), 3).unwrap();
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        // Each of the places where it was put is there, as text.
        assert!(page.matches("&lt;script&gt;").count() >= 6, "{page}");
        assert!(page.contains("3 DECISIONS ARE OTHERS THAN THEN"));
        let json = session.json().unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }
}
