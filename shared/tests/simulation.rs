//! The simulator: what it simulates is repeatable and right, and desks that are broken on purpose are noticed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use shared::desk::{Answer, Ask, Desk, Effect, Entry, Event, Failure, Heard, Input, Left, Settings, Wish};
use shared::market::{Position, Ticker};
use shared::simulation::{Fault, Kind, Looks, Rule, Schedule, Trader, Violation, shrink, simulate};
use shared::units::{Cash, Quantity, Timestamp};
use shared::wire::Seconds;

const MINUTES: i64 = 60_000_000;
const ALL: Looks = Looks { traces: true, keeps: false, replays: true };

fn schedule(seed: u64) -> Schedule {
    Schedule::draw(seed, 4 * MINUTES).unwrap()
}

#[test]
fn nothing_is_violated_whatever_goes_wrong() {
    let (mut fills, mut kinds) = (0, std::collections::BTreeSet::new());
    for seed in 1..=150 {
        let schedule = schedule(seed);
        let report = simulate::<Desk>(&schedule, ALL).unwrap();
        assert_eq!(report.violations, [], "{schedule}");
        fills += report.fills;
        kinds.extend(report.faults.into_keys());
    }
    // It is not for lack of trades or faults.
    assert!(fills > 300, "{fills}");
    assert!(kinds.len() + 2 > Kind::ALL.len(), "{kinds:?}");
}

#[test]
fn a_kill_past_the_desk_while_it_waits_to_trade_again_is_a_kill_of_its_own() {
    // A person has armed the desk again, which waits a minute; meanwhile somebody kills the account past it. The mark of that
    // was taken away as if it had been there before.
    let mut schedule = schedule(1);
    let fault = |kind, at, lasts, value| Fault { kind, at, lasts, share: 1.0, value, contract: 0 };
    schedule.faults =
        vec![fault(Kind::Kill, 5_000_000, 2_000_000, 0), fault(Kind::KillOutside, 30_000_000, 0, 200_000)];
    (schedule.closes, schedule.desks) = (None, 1);
    let report = simulate::<Desk>(&schedule, ALL).unwrap();
    assert_eq!(report.violations, [], "{schedule}");
}

#[test]
fn a_kill_goes_on_as_soon_as_requests_get_through() {
    // So long a cut that all that a kill may have on its way is lost.
    let mut schedule = schedule(1);
    let fault = |kind, at, lasts| Fault { kind, at, lasts, share: 1.0, value: 0, contract: 0 };
    schedule.faults =
        vec![fault(Kind::Partition, 40_000_000, 6_500_000), fault(Kind::Kill, 41_000_000, 20_000_000)];
    (schedule.closes, schedule.desks) = (None, 1);
    let report = simulate::<Desk>(&schedule, ALL).unwrap();
    assert_eq!(report.violations, [], "{schedule}");
}

#[test]
fn the_same_seed_is_the_same_simulation_and_another_one_is_another() {
    let hash = |seed| simulate::<Desk>(&schedule(seed), ALL).unwrap().trace.unwrap();
    for seed in 1..=20 {
        assert_eq!(hash(seed), hash(seed), "seed {seed}");
    }
    assert_ne!(hash(1), hash(2));
}

#[test]
fn to_look_changes_nothing() {
    for seed in 1..=10 {
        let seen = simulate::<Desk>(&schedule(seed), ALL).unwrap();
        let unseen = simulate::<Desk>(&schedule(seed), Looks::default()).unwrap();
        assert_eq!((seen.events, seen.requests, seen.fills), (unseen.events, unseen.requests, unseen.fills));
    }
}

#[test]
fn a_desk_at_which_nothing_goes_wrong_quotes_all_the_time() {
    let mut schedule = Schedule::draw(3, 120 * MINUTES).unwrap();
    schedule.faults.clear();
    schedule.closes = None;
    let report = simulate::<Desk>(&schedule, ALL).unwrap();
    assert_eq!(report.violations, []);
    assert_eq!(report.runs, schedule.desks as u64);
    assert!(report.orders > 10, "{report:?}");
}

/// How a desk is broken.
trait Flaw {
    /// Changes what it is told, or keeps it from it.
    fn hear(input: Input) -> Option<Input> {
        Some(input)
    }

    /// Changes what follows.
    fn follow(_effects: &mut Vec<Effect>) {}
}

/// A desk that is broken.
struct Broken<F>(Desk, std::marker::PhantomData<F>);

impl<F: Flaw> Trader for Broken<F> {
    fn begin(
        now: Timestamp,
        run: i64,
        settings: Settings,
        event: Event,
        left: Left,
        wish: Wish,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let desk = Desk::begin(now, run, settings, event, left, wish, effects);
        F::follow(effects);
        Self(desk, std::marker::PhantomData)
    }

    fn step(&mut self, now: Timestamp, input: Input, effects: &mut Vec<Effect>) {
        if let Some(input) = F::hear(input) {
            self.0.step(now, input, effects);
            F::follow(effects);
        }
    }

    fn due(&self) -> Option<Timestamp> {
        self.0.due()
    }

    fn hears(&self) -> bool {
        self.0.hears()
    }

    fn wanted(&self) -> Wish {
        self.0.wanted()
    }

    fn cash(&self) -> Option<Cash> {
        self.0.cash()
    }

    fn position(&self, ticker: &Ticker) -> Option<Position> {
        self.0.position(ticker)
    }

    fn drift(&self) -> Option<&str> {
        self.0.drift()
    }

    fn start(&self) -> Option<Cash> {
        self.0.start()
    }
}

/// Simulates a broken desk until it is noticed; returns what was violated, and where.
fn noticed<F: Flaw>() -> (Schedule, Violation) {
    let found = (1..=300).find_map(|seed| {
        let schedule = schedule(seed);
        let report = simulate::<Broken<F>>(&schedule, ALL).unwrap();
        Some((schedule, report.violations.into_iter().next()?))
    });
    found.expect("nothing was noticed in 300 seeds")
}

macro_rules! flaws {
    ($($(#[$doc:meta])* $flaw:ident: $name:ident, $rule:pat, { $($body:tt)* })+) => {
        $(
            $(#[$doc])*
            struct $flaw;

            impl Flaw for $flaw {
                $($body)*
            }

            #[test]
            fn $name() {
                let (schedule, violation) = noticed::<$flaw>();
                assert!(matches!(violation.rule, $rule), "{violation}\n{schedule}");
            }
        )+
    };
}

flaws! {
    /// It hears of no kill.
    DeafToKills: a_kill_that_is_not_heard_is_noticed, Rule::Kill, {
        fn hear(input: Input) -> Option<Input> {
            (!matches!(input, Input::Wish(Wish::Kill))).then_some(input)
        }
    }
    /// Its orders are in no group.
    Unfenced: a_kill_without_the_order_group_is_noticed, Rule::Kill, {
        fn follow(effects: &mut Vec<Effect>) {
            for effect in effects {
                if let Effect::Ask(_, Ask::Create(order)) = effect {
                    order.order_group_id = None;
                }
            }
        }
    }
    /// What it sends was not written down.
    Unwritten: an_order_that_was_not_written_down_is_noticed, Rule::Journal, {
        fn follow(effects: &mut Vec<Effect>) {
            effects.retain(|effect| !matches!(effect, Effect::Write(entries) if entries.iter().any(is_command)));
        }
    }
    /// What it changes orders to was not written down.
    Unnoted: a_change_that_was_not_written_down_is_noticed, Rule::Journal, {
        fn follow(effects: &mut Vec<Effect>) {
            for effect in effects {
                if let Effect::Write(entries) = effect {
                    entries.retain(|entry| !is_change(entry));
                }
            }
        }
    }
    /// It hears of nothing that may move an artist.
    Oblivious: quotes_that_are_not_pulled_are_noticed, Rule::Pull, {
        fn hear(input: Input) -> Option<Input> {
            (!matches!(input, Input::Catalyst(_))).then_some(input)
        }
    }
    /// Its orders end later than they may.
    Undying: an_order_that_lives_too_long_is_noticed, Rule::Expiry, {
        fn follow(effects: &mut Vec<Effect>) {
            for effect in effects {
                if let Effect::Ask(_, Ask::Create(order)) = effect {
                    let later = order.expiration_time.and_then(|at| at.0.checked_add_micros(3_000_000));
                    order.expiration_time = later.map(Seconds);
                }
            }
        }
    }
    /// Its orders have a contract too many.
    Large: an_order_that_is_too_large_is_noticed, Rule::Limit, {
        fn follow(effects: &mut Vec<Effect>) {
            for effect in effects {
                if let Effect::Ask(_, Ask::Create(order)) = effect {
                    order.count = Quantity::from_hundredths(order.count.hundredths() + 1_000).unwrap();
                }
            }
        }
    }
    /// It takes what is unknown for refused.
    Careless: an_unknown_order_that_is_taken_for_refused_is_noticed, Rule::Doubled | Rule::Limit | Rule::Account | Rule::Stop, {
        fn hear(input: Input) -> Option<Input> {
            Some(match input {
                Input::Answered(number, Err(Failure::Unknown(text))) => {
                    let refused = Failure::Refused { status: 400, code: "invalid_order".to_owned(), text };
                    Input::Answered(number, Err(refused))
                }
                other => other,
            })
        }
    }
    /// It takes an order that was taken in for refused.
    Forgetful: an_order_that_is_forgotten_is_noticed, Rule::Doubled | Rule::Limit | Rule::Account | Rule::Stop, {
        fn hear(input: Input) -> Option<Input> {
            Some(match input {
                Input::Answered(number, Ok(Answer::Created(order))) if order.order_id.ends_with('7') => {
                    let text = "lost".to_owned();
                    let refused = Failure::Refused { status: 400, code: "invalid_order".to_owned(), text };
                    Input::Answered(number, Err(refused))
                }
                other => other,
            })
        }
    }
    /// It writes down each of its trades twice.
    Greedy: a_trade_that_is_booked_twice_is_noticed, Rule::Fills, {
        fn follow(effects: &mut Vec<Effect>) {
            for entries in effects.iter_mut().filter_map(|effect| match effect {
                Effect::Write(entries) => Some(entries),
                _ => None,
            }) {
                let fills: Vec<Entry> = entries.iter().filter(|entry| is_fill(entry)).cloned().collect();
                entries.extend(fills);
            }
        }
    }
    /// It hears only a half of some trades: it sees that the account is another, and halts where nothing went wrong.
    Deaf: a_trade_of_which_only_a_half_is_heard_is_noticed,
        Rule::Account | Rule::Limit | Rule::Stop | Rule::Recovery | Rule::Calm, {
        fn hear(input: Input) -> Option<Input> {
            Some(match input {
                Input::Heard(Heard::Fill(mut fill)) if fill.trade_id.ends_with(['0', '2', '4', '6', '8']) => {
                    fill.count_fp = Quantity::from_hundredths(fill.count_fp.hundredths().div_euclid(2).max(1)).unwrap();
                    Input::Heard(Heard::Fill(fill))
                }
                other => other,
            })
        }
    }
    /// It never ends.
    Restless: a_desk_that_does_not_stop_is_noticed, Rule::Stop, {
        fn hear(input: Input) -> Option<Input> {
            (!matches!(input, Input::Wish(Wish::Stop))).then_some(input)
        }
    }
    /// It waits for an answer for ever where none came.
    Patient: a_desk_that_waits_for_ever_is_noticed, Rule::Recovery | Rule::Stop | Rule::Kill, {
        fn hear(input: Input) -> Option<Input> {
            (!matches!(input, Input::Answered(_, Err(Failure::Unknown(_))))).then_some(input)
        }
    }
}

fn is_command(entry: &Entry) -> bool {
    matches!(entry.what, shared::desk::Written::Command(_))
}

fn is_change(entry: &Entry) -> bool {
    use shared::desk::{Command, What, Written};
    matches!(&entry.what, Written::Command(Command { what: What::Amend { .. } | What::Renew, .. }))
}

fn is_fill(entry: &Entry) -> bool {
    matches!(entry.what, shared::desk::Written::Input(shared::engine::Record::Fill { .. }))
}

#[test]
fn what_fails_shrinks_to_less_that_fails_in_the_same_way() {
    let (schedule, violation) = noticed::<DeafToKills>();
    let (least, still) = shrink::<Broken<DeafToKills>>(&schedule, &violation, Looks::default()).unwrap();
    assert_eq!(still.rule, violation.rule);
    // A kill is all that it takes.
    assert!(least.contracts <= schedule.contracts && least.micros <= schedule.micros, "{least}");
    assert_eq!(least.faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [Kind::Kill]);
    let again = simulate::<Broken<DeafToKills>>(&least, Looks::default()).unwrap();
    assert_eq!(again.violations.first(), Some(&still));
}
