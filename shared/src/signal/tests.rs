//! Tests of the lines that an event's signals are.

use super::*;
use crate::nowcast::fit::Fits;
use crate::nowcast::series::{EventKind, History, ListenerEvent};
use crate::units::{Date, Price, Timestamp};
use crate::world;

const EXAMPLE: &str = r#"{"artist": "Bad Bunny", "date": "2026-02-12", "spot_official": 101419370,
    "spot_nowcast": 117465088, "strike": 133758600, "leader": "Bruno Mars", "market_type": "winner_take_all",
    "fair_value": 0.2319, "market_price": 0.19, "edge": 0.0419, "signal": "HOLD", "sigma_adj": 0.9717,
    "ticker": "KXTOPMONTHLY-26FEB-BAD", "T_days": 15.9, "logged_at": "2026-02-12T19:01:19Z"}"#;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn histories() -> Vec<History> {
    world::histories(5, day("2024-01-01"), 4, 505).unwrap()
}

fn candidate(place: usize, artist: &str, bid: i64, ask: i64) -> Candidate {
    let cents = |cents: i64| Some(Price::from_cents(cents).unwrap());
    Candidate {
        ticker: format!("KXTOPMONTHLY-25MAY-A{place}").parse().unwrap(),
        artist: artist.to_owned(),
        quote: Quote { bid: cents(bid), ask: cents(ask), last: None },
        listeners: None,
        listeners_stale_since: None,
        prices_stale_since: None,
    }
}

fn candidates(histories: &[History]) -> Vec<Candidate> {
    let names = histories.iter().map(History::artist).chain(["Nobody"]);
    names.enumerate().map(|(place, name)| candidate(place, name, 18, 20)).collect()
}

fn question<'a>(histories: &'a [History], candidates: &'a [Candidate]) -> Question<'a> {
    Question {
        event: "KXTOPMONTHLY-25MAY".parse().unwrap(),
        settles: day("2025-05-31"),
        settles_at: None,
        candidates,
        histories,
        events: &[],
        overrides: Overrides::default(),
        stake: None,
        target: None,
        now: "2025-05-20T12:00:00Z".parse::<Timestamp>().unwrap(),
        dry_run: false,
        run: "one",
    }
}

fn ask(question: &Question<'_>) -> Vec<Signal> {
    evaluate(question, &Fits::default()).unwrap()
}

#[test]
fn the_missions_line_is_read_and_written_under_its_names_in_its_order() {
    let line: Signal = serde_json::from_str(EXAMPLE).unwrap();
    let read: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
    let text = serde_json::to_string(&line).unwrap();
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names = [
        "artist",
        "date",
        "spot_official",
        "spot_nowcast",
        "strike",
        "leader",
        "market_type",
        "fair_value",
        "market_price",
        "edge",
        "signal",
        "sigma_adj",
        "ticker",
        "T_days",
        "logged_at",
    ];
    for name in names {
        assert_eq!(read[name], written[name], "{name}");
    }
    let places: Vec<usize> = names.iter().map(|name| text.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted() && places[0] == 1, "{text}");
    assert!(text.find("\"publications_left\"").unwrap() > places[14]);
}

#[test]
fn each_contract_has_a_line_and_with_other_they_sum_to_one() {
    let histories = histories();
    let candidates = candidates(&histories);
    let lines = ask(&question(&histories, &candidates));
    assert_eq!(lines.len(), 5);
    let sum: f64 = lines.iter().map(|line| line.fair_value).sum::<f64>() + lines[0].other.unwrap();
    assert!((sum - 1.0).abs() < 5e-6, "{sum}");
    for line in &lines {
        let (price, edge) = (line.market_price.unwrap(), line.edge.unwrap());
        assert!((edge - (line.fair_value - price)).abs() < 1e-9, "{line:?}");
        assert_eq!((line.days, line.publications_left), (11.5, Some(12)));
        assert_eq!((line.price_basis, price), (PriceBasis::Mid, 0.19));
        let text = serde_json::to_string(line).unwrap();
        assert_eq!(serde_json::from_str::<Signal>(&text).unwrap(), *line);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(value.as_object().unwrap().values().all(|value| !value.is_object() && !value.is_array()));
    }
    let (known, unknown) = (&lines[0], &lines[4]);
    assert_eq!((known.fair_basis, unknown.fair_basis), (FairBasis::Nowcast, FairBasis::MarketShare));
    assert_eq!(unknown.signal, Action::Hold);
    assert!(unknown.reason.starts_with("no history"), "{}", unknown.reason);
    assert_eq!((unknown.spot_official, unknown.sigma_adj, unknown.leader_strike_value), (None, None, None));
    let within = known.fair_low.unwrap()..=known.fair_high.unwrap();
    assert!(within.contains(&known.fair_value) && known.fair_high > known.fair_low, "{known:?}");
    // Whose line alone is wanted gets the same one, with the assumptions that the first of a run has.
    let mut alone = ask(&Question {
        target: Some(&histories[1].artist().to_uppercase()),
        ..question(&histories, &candidates)
    });
    assert_eq!((alone[0].scenario.take(), &lines[1].scenario), (lines[0].scenario.clone(), &None));
    assert_eq!(alone, lines[1..2]);
    let nobody = Question { target: Some("Who"), ..question(&histories, &candidates) };
    assert_eq!(evaluate(&nobody, &Fits::default()).unwrap_err().field, "target");
}

#[test]
fn a_strike_is_the_leaders_count_and_the_leaders_own_the_runner_ups() {
    let histories = histories();
    let candidates = candidates(&histories);
    let lines = ask(&question(&histories, &candidates));
    let mut counts: Vec<(u64, &str)> =
        lines[..4].iter().map(|line| (line.spot_official.unwrap(), line.artist.as_str())).collect();
    counts.sort_unstable();
    let ((first, leader), (second, _)) = (counts[3], counts[2]);
    for line in &lines {
        assert_eq!(line.leader.as_deref(), Some(leader));
        let (strike, basis) = if line.artist == leader {
            (second, StrikeBasis::RunnerUp)
        } else {
            (first, StrikeBasis::Leader)
        };
        assert_eq!((line.strike, line.strike_basis), (Some(strike), basis));
    }
    // Every number of the leader-strike value is in the line.
    let line = &lines[0];
    let again = leader_strike::LeaderStrike {
        spot: line.spot_nowcast.unwrap() as f64,
        strike: line.strike.unwrap() as f64,
        days: line.days,
        sigma: line.sigma_adj.unwrap(),
        rate: line.leader_strike_rate.unwrap(),
    };
    assert!((again.value().unwrap() - line.leader_strike_value.unwrap()).abs() < 1e-6);
}

#[test]
fn a_strike_that_is_given_moves_the_leader_strike_value_alone() {
    let histories = histories();
    let candidates = candidates(&histories);
    let lines = ask(&question(&histories, &candidates));
    let overrides = Overrides { strike: Some(1e8), ..Overrides::default() };
    for (line, before) in ask(&Question { overrides, ..question(&histories, &candidates) }).iter().zip(&lines)
    {
        assert_eq!((line.strike, line.strike_basis), (Some(100_000_000), StrikeBasis::Override));
        assert_eq!((line.fair_value, line.edge), (before.fair_value, before.edge));
        assert!(line.leader_strike_value.is_none() || line.leader_strike_value != before.leader_strike_value);
    }
    let overrides = Overrides { strike: Some(f64::NAN), ..Overrides::default() };
    let refused = Question { overrides, ..question(&histories, &candidates) };
    assert_eq!(evaluate(&refused, &Fits::default()).unwrap_err().field, "strike");
    // Without a competitor it is a hundred million.
    let alone = ask(&question(&histories, &candidates[..1]));
    assert_eq!((alone[0].strike, alone[0].strike_basis), (Some(100_000_000), StrikeBasis::Default));
}

#[test]
fn a_competitors_count_that_is_given_moves_everything() {
    let histories = histories();
    let candidates = candidates(&histories);
    let lines = ask(&question(&histories, &candidates));
    // Whoever leads is the target, so that the runner-up's count is replaced.
    let target = lines.iter().find(|line| line.leader.as_ref() == Some(&line.artist)).unwrap();
    assert!(target.fair_value > 0.1, "{target:?}");
    let overrides = Overrides { competitor_listeners: Some(3e8), ..Overrides::default() };
    let asked = Question { overrides, target: Some(&target.artist), ..question(&histories, &candidates) };
    let moved = &ask(&asked)[0];
    assert_eq!((moved.strike, moved.competitor_listeners), (Some(300_000_000), Some(300_000_000)));
    assert!(moved.fair_value < target.fair_value && moved.leader_strike_value < target.leader_strike_value);
    // It may be less than another's, and is the strike all the same.
    let overrides = Overrides { competitor_listeners: Some(1e6), ..Overrides::default() };
    let asked = Question { overrides, ..asked };
    assert_eq!(ask(&asked)[0].strike, Some(1_000_000));
}

#[test]
fn without_any_history_all_hold_at_the_share_of_their_price() {
    let candidates = candidates(&histories());
    let lines = ask(&question(&[], &candidates));
    for line in &lines {
        assert_eq!((line.fair_basis, line.signal), (FairBasis::MarketShare, Action::Hold));
        assert!((line.fair_value - 0.99 / 5.0).abs() < 1e-6, "{line:?}");
        assert!(line.reason.starts_with("no nowcast (histories: "), "{}", line.reason);
    }
}

#[test]
fn a_count_alone_is_a_history_where_others_have_one() {
    let histories = histories();
    let mut candidates = candidates(&histories);
    candidates[4].listeners = Some(5e8);
    let lines = ask(&question(&histories, &candidates));
    let line = &lines[4];
    assert_eq!((line.fair_basis, line.spot_official), (FairBasis::Nowcast, Some(500_000_000)));
    assert!(line.fair_value > 0.9 && line.signal == Action::Buy, "{line:?}");
}

#[test]
fn what_is_stale_or_only_tried_is_marked() {
    let histories = histories();
    let mut candidates = candidates(&histories);
    let since = "2025-05-19T10:00:00Z".parse::<Timestamp>().unwrap();
    candidates[0].prices_stale_since = Some(since);
    let asked = Question { dry_run: true, ..question(&histories, &candidates) };
    let lines = ask(&asked);
    assert_eq!((lines[0].prices_stale_since, lines[0].dry_run), (Some(since), true));
    assert!(
        lines[0].reason.ends_with("prices are stale since 2025-05-19T10:00:00.000000Z"),
        "{}",
        lines[0].reason
    );
    assert_eq!((lines[1].prices_stale_since, lines[1].listeners_stale_since), (None, None));
    assert_eq!([&lines[0], &lines[1]].map(|line| SignalRow::from(line).is_stale), [true, false]);
    // Counts that stopped a week ago should have come since.
    let later = Question { now: "2025-05-26T12:00:00Z".parse().unwrap(), ..asked };
    let last = lines[1].counts_as_of.unwrap();
    assert_eq!(ask(&later)[1].listeners_stale_since, Some(last.plus_days(3).midnight()));
}

#[test]
fn an_announced_album_widens_what_its_artist_may_do() {
    let histories = histories();
    let candidates = candidates(&histories);
    let lines = ask(&question(&histories, &candidates));
    let on = day("2025-05-24");
    let album = ListenerEvent::new(histories[2].artist(), on, EventKind::Album, None).unwrap();
    let loud = ask(&Question { events: std::slice::from_ref(&album), ..question(&histories, &candidates) });
    assert_eq!(lines[2].event_impact, Some(1.0));
    assert!(loud[2].event_impact.unwrap() > 1.1, "{:?}", loud[2]);
    assert!(loud[2].sigma_adj.unwrap() > 1.1 * lines[2].sigma_adj.unwrap(), "{:?}", loud[2]);
    assert_eq!(loud[1].sigma_adj, lines[1].sigma_adj);
}
