//! What there is: the series, its events, and the contracts of both tiers.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use serde::Deserialize as _;
use shared::market::EventTicker;
use shared::wire::{Event, Market};

use super::ask::Asker;
use super::journal::{Entry, List, OddEvent, TierName};
use super::question::Series;
use super::staged::Read;
use super::store::Store;
use super::watch::{Step, Watch};
use crate::kalshi::{Cursor, MarketsAsked, Part};

/// Reads all lists that are not read yet.
///
/// # Errors
///
/// Names the series or the event that the exchange doesn't know, and passes on what asking and noting say.
pub(super) async fn list(store: &mut Store, asker: &Asker<'_>, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    let question = store.begun()?.question.clone();
    for name in &question.series {
        series(store, asker, name, watch).await?;
        if question.events.is_empty() {
            events(store, asker, name, watch).await?;
            markets(store, asker, &List::Series(name.clone()), watch).await?;
        }
    }
    for name in &question.events {
        if !event(store, asker, name, watch).await? {
            bail!("--event: the exchange knows no event {name}");
        }
        markets(store, asker, &List::Event(name.clone()), watch).await?;
    }
    // An event that was listed between the two lists; of one that can't be read it was said.
    let staged = &store.staged;
    let events = staged.markets.values().map(|(_, market)| market.event_ticker.clone());
    let is_known = |event: &EventTicker| {
        staged.events.contains_key(event) || staged.odd_events.contains_key(event.as_str())
    };
    let unknown: BTreeSet<EventTicker> = events.filter(|event| !is_known(event)).collect();
    for name in unknown {
        if !event(store, asker, &name, watch).await? {
            let what =
                format!("{name}: the exchange lists contracts of it and doesn't know it: they are left out");
            watch(Step::Odd(&what))?;
        }
    }
    Ok(())
}

/// Reads a series.
async fn series(
    store: &mut Store,
    asker: &Asker<'_>,
    name: &Series,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    if store.staged.series.contains_key(name.as_str()) {
        return Ok(());
    }
    let what = format!("the series {name}");
    let found = asker.ask(&what, watch, async |client| client.series(name.as_str()).await).await?;
    let found = found.with_context(|| format!("--series: the exchange knows no series {name}"))?;
    note(store, Entry::Series(found), watch)
}

/// Reads an event, and its series; returns whether there is one.
async fn event(
    store: &mut Store,
    asker: &Asker<'_>,
    name: &EventTicker,
    watch: &mut Watch<'_>,
) -> anyhow::Result<bool> {
    if !store.staged.events.contains_key(name) {
        let what = format!("the event {name}");
        let found = asker.ask(&what, watch, async |client| client.event(name).await).await?;
        let Some(event) = found else { return Ok(false) };
        let list = List::Event(name.clone());
        note(store, Entry::Events { list, next: None, events: vec![event], odd: Vec::new() }, watch)?;
    }
    let of = store.staged.series_of(name);
    let of = of.with_context(|| format!("{name} is of a series whose name can't be one"))?;
    series(store, asker, &of, watch).await?;
    Ok(true)
}

/// Reads the list of a series' events.
async fn events(
    store: &mut Store,
    asker: &Asker<'_>,
    name: &Series,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    let list = List::Series(name.clone());
    let what = format!("the events of {name}");
    let mut pages = Pages::default();
    while let Some(from) = pages.next(&what, store.staged.events_read(&list))? {
        let request = async |client: &crate::kalshi::Client| {
            client.events_raw_part(name.as_str(), asker.page, from.as_ref()).await
        };
        let page = asker.ask(&what, watch, request).await?;
        let Part { items, next } = page.with_context(|| format!("{what} aren't found"))?;
        let (events, odd) = read_events(&items);
        odd.iter().try_for_each(|odd| watch(Step::Odd(&odd.to_string())))?;
        let next = next.map(|cursor| cursor.as_str().to_owned());
        note(store, Entry::Events { list: list.clone(), next, events, odd }, watch)?;
    }
    Ok(())
}

/// Returns the events that can be read, and what the others are called: one of them spoils no other.
fn read_events(items: &[serde_json::Value]) -> (Vec<Event>, Vec<OddEvent>) {
    let (mut events, mut odd) = (Vec::new(), Vec::new());
    for item in items {
        match Event::deserialize(item) {
            Ok(event) => events.push(event),
            Err(why) => odd.push(OddEvent {
                name: named(item, "event_ticker"),
                why: why.to_string(),
                is_counted: false,
            }),
        }
    }
    (events, odd)
}

/// Reads a list of contracts, of both tiers: the live one first, as contracts move from there to the other.
async fn markets(
    store: &mut Store,
    asker: &Asker<'_>,
    list: &List,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    for tier in [TierName::Live, TierName::Historical] {
        let (name, asked) = match list {
            List::Series(series) => {
                (series.as_str(), MarketsAsked { series: Some(series.as_str()), ..MarketsAsked::default() })
            }
            List::Event(event) => {
                (event.as_str(), MarketsAsked { event: Some(event), ..MarketsAsked::default() })
            }
        };
        let what = format!("the {}contracts of {name}", tier.word());
        let mut pages = Pages::default();
        while let Some(from) = pages.next(&what, store.staged.markets_read(list, tier))? {
            let request = async |client: &crate::kalshi::Client| {
                client.markets_raw_part(tier.tier(), asked, asker.page, from.as_ref()).await
            };
            let page = asker.ask(&what, watch, request).await?;
            let Part { items, next } = page.with_context(|| format!("{what} aren't found"))?;
            let (mut markets, mut odd) = (Vec::new(), Vec::new());
            for item in items {
                match Market::deserialize(&item) {
                    Ok(market) => markets.push(market),
                    Err(why) => {
                        let name = named(&item, "ticker");
                        odd.push(format!("{name}: a contract that can't be read: {why}"));
                    }
                }
            }
            odd.iter().try_for_each(|what| watch(Step::Odd(what)))?;
            let next = next.map(|cursor| cursor.as_str().to_owned());
            note(store, Entry::Markets { list: list.clone(), tier, next, markets, odd }, watch)?;
        }
    }
    Ok(())
}

/// Notes an entry, and tells that one was.
pub(super) fn note(store: &mut Store, entry: Entry, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    store.note(entry)?;
    watch(Step::Noted { trades: store.staged.trades.len() })
}

/// Returns what an object is called that can't be read.
pub(super) fn named(object: &serde_json::Value, field: &str) -> String {
    object.get(field).and_then(serde_json::Value::as_str).unwrap_or("one without a name").to_owned()
}

/// The pages of a list that were asked for.
#[derive(Debug, Default)]
pub(super) struct Pages {
    asked: BTreeSet<Option<String>>,
}

impl Pages {
    /// Returns the cursor of the page that is to be asked for next, which is none for the first page; `None` where all was
    /// read. `read` is how far that is.
    ///
    /// # Errors
    ///
    /// Says that the list goes round in a circle: then part of it would be taken for the whole, or it would never end.
    #[expect(
        clippy::option_option,
        reason = "the first page has no cursor, and after the last there is no page"
    )]
    pub(super) fn next(&mut self, what: &str, read: Option<&Read>) -> anyhow::Result<Option<Option<Cursor>>> {
        let cursor = match read {
            Some(Read::Whole) => return Ok(None),
            Some(Read::Until(cursor)) => Some(cursor.clone()),
            None => None,
        };
        if !self.asked.insert(cursor.clone()) {
            bail!(
                "{what}: the exchange gives the same page again and again, so that nobody knows where they end"
            );
        }
        Ok(Some(cursor.and_then(Cursor::new)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A page that is shorter than it may be, or empty, is not the last one for that: only one without a cursor is.
    #[test]
    fn incomplete_pages_are_not_taken_for_the_whole_and_a_circle_is_no_end() {
        let mut pages = Pages::default();
        assert_eq!(pages.next("x", None).unwrap(), Some(None));
        let read = Read::Until("b".to_owned());
        assert_eq!(pages.next("x", Some(&read)).unwrap(), Some(Cursor::new("b")));
        let refused = pages.next("x", Some(&read)).unwrap_err();
        assert!(refused.to_string().starts_with("x: the exchange gives the same page again"), "{refused}");
        assert_eq!(pages.next("x", Some(&Read::Whole)).unwrap(), None);
    }

    #[test]
    fn an_event_that_cannot_be_read_is_named_and_spoils_no_other() {
        let good = json!({
            "event_ticker": "KXTOPMONTHLY-26NOV", "series_ticker": "KXTOPMONTHLY", "title": "Top artist?", "sub_title": "",
            "mutually_exclusive": true, "category": "Entertainment", "collateral_return_type": "", "strike_period": "",
        });
        assert!(Event::deserialize(&good).is_ok());
        let mut odd = good.clone();
        (odd["event_ticker"], odd["mutually_exclusive"]) = (json!("KXTOPMONTHLY-26DEC"), json!("perhaps"));
        let (events, odd) = read_events(&[good.clone(), odd, json!(7), good]);
        assert_eq!(events.len(), 2);
        let said: Vec<String> = odd.iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with("KXTOPMONTHLY-26DEC: an event that can't be read: "), "{said:?}");
        assert!(said[1].starts_with("one without a name: "), "{said:?}");
    }
}
