//! The parts of a session's page that are of what happened besides fills.

use std::collections::BTreeMap;

use shared::format::{counted, fixed, grouped, instant};
use shared::session::{Closing, Diary, Session};

use super::html::LISTED;
use crate::cli::page::{Markup, grid, heading, words};

/// Returns a list of what was when; what is wrong is marked.
pub(super) fn log(lines: impl Iterator<Item = (String, String, bool)>) -> Markup {
    let mut list = Markup::default();
    list.start("ul", &[("class", &"log")]);
    let (mut shown, mut left) = (0, 0);
    for (at, text, is_wrong) in lines {
        if shown == LISTED {
            left += 1;
            continue;
        }
        shown += 1;
        list.start("li", &[]);
        if !at.is_empty() {
            list.start("time", &[]).text(at).end("time").text(" ");
        }
        let class = if is_wrong { "wrong" } else { "" };
        let mark = if is_wrong { "⚠ " } else { "" };
        list.start("span", &[("class", &class)]).text(mark).text(text).end("span").end("li");
    }
    if left > 0 {
        list.start("li", &[]).text(format_args!("{} more are in report.json.", grouped(left))).end("li");
    }
    list.end("ul");
    list
}

/// Lists what people said and what the desk did, by time.
pub(super) fn times(diary: &Diary) -> Markup {
    let mut page = heading("What happened");
    let alarms =
        |text: &str| diary.alarms.iter().any(|(_, alarm)| alarm.verdict.is_alarm() && alarm.text() == text);
    page.add(&log(diary.times.iter().map(|(at, text)| (instant(*at), text.clone(), alarms(text)))));
    page
}

/// Says what was sent and what was refused.
pub(super) fn messages(session: &Session) -> Markup {
    let (diary, sent) = (session.diary(), session.diary().messages);
    let mut page = heading("Messages and refusals");
    let budget = session
        .budget()
        .map_or_else(|| "no limit is set".to_owned(), |budget| format!("{budget} are allowed"));
    page.add(&Markup::element(
        "p",
        &[],
        format_args!(
            "{} decisions; {} orders placed, {} moved, {} taken back, {} kept up, {} looked up. At most {} of the first three within a \
             minute; {budget}.",
            grouped(diary.decisions as i64),
            grouped(sent.placed as i64),
            grouped(sent.amended as i64),
            grouped(sent.cancelled as i64),
            grouped(sent.renewed as i64),
            grouped(sent.looked as i64),
            grouped(sent.most_a_minute as i64),
        ),
    ));
    let limits =
        diary.refusals.iter().map(|(limit, count)| vec![(*limit).to_owned(), grouped(*count as i64)]);
    let limits: Vec<Vec<String>> = limits.collect();
    if limits.is_empty() {
        page.add(&Markup::element("p", &[], "No limit refused a quote."));
    } else {
        page.add(&grid(&words(&["refused by the limit", "sides of decisions"]), &limits));
    }
    let refused = diary
        .refused
        .iter()
        .map(|(why, count)| (format!("{} ×", grouped(*count as i64)), why.clone(), false));
    if !diary.refused.is_empty() {
        page.add(&Markup::element("p", &[], "What the exchange refused:")).add(&log(refused));
    }
    page
}

/// Says what was closed, why and for how long.
pub(super) fn closures(diary: &Diary) -> Markup {
    let mut page = heading("Closed to quotes");
    if diary.closings.is_empty() {
        page.add(&Markup::element("p", &[], "Nothing ever was."));
        return page;
    }
    // Of contracts that are closed for one reason, as all are while no book is here, one row; report.json has each.
    let mut reasons: BTreeMap<&str, (Vec<String>, Closing)> = BTreeMap::new();
    for ((ticker, why), closing) in &diary.closings {
        let (names, sum) = reasons.entry(*why).or_default();
        names.push(ticker.as_ref().map_or_else(|| "all".to_owned(), |ticker| ticker.outcome().to_owned()));
        sum.times += closing.times;
        sum.lasted = sum.lasted.saturating_add(closing.lasted);
        sum.longest = sum.longest.max(closing.longest);
    }
    let seconds = |micros: i64| fixed(micros as f64 / 1e6, 1);
    let rows = reasons.into_iter().map(|(why, (names, sum))| {
        let name = if names.len() > 3 { counted(names.len(), "contract") } else { names.join(", ") };
        let (lasted, longest) = (seconds(sum.lasted), seconds(sum.longest));
        vec![why.to_owned(), name, grouped(sum.times as i64), lasted, longest]
    });
    let head = words(&["why", "contract", "times", "seconds in all", "longest"]);
    page.add(&grid(&head, &rows.collect::<Vec<_>>()));
    page
}

/// Says which orders were unknown or of earlier runs, and what became of them.
pub(super) fn unknown(diary: &Diary) -> Markup {
    let mut page = heading("Unknown and earlier orders");
    if diary.unknown.is_empty() && diary.reconciled.is_empty() {
        page.add(&Markup::element("p", &[], "Each request was answered, and no earlier run left an order."));
        return page;
    }
    let unknown = diary.unknown.iter().map(|order| {
        let became = match &order.ended {
            Some((at, became)) => {
                let lasted = at.micros_since(order.since) as f64 / 1e6;
                format!("{} was unknown for {} s: {became}", order.name, fixed(lasted, 1))
            }
            None => format!("{} was never known again", order.name),
        };
        (instant(order.since), became, order.ended.is_none())
    });
    let earlier = diary.reconciled.iter();
    let earlier =
        earlier.map(|(name, became)| (String::new(), format!("{name} of an earlier run: {became}"), false));
    page.add(&log(unknown.chain(earlier)));
    page
}
