//! What those who watch are told: why nothing is quoted, and until when.

use super::{cash, event, settings};
use crate::desk::{Account, Answer, Ask, Desk, Effect, Heard, Input, Left, Wish};
use crate::stream::DeskState;
use crate::units::Timestamp;
use crate::wire::OrderbookSnapshot;

const TICKER: &str = "KXTOPMONTHLY-26NOV-A";

/// A desk, and an exchange on which nothing rests and nobody trades.
struct Quiet {
    desk: Desk,
    now: Timestamp,
    account: Account,
    effects: Vec<Effect>,
    /// What is asked is not answered, but kept.
    is_mute: bool,
    unanswered: Vec<(u64, Ask)>,
}

impl Quiet {
    /// Begins a run, which knows its book afterwards.
    fn begin() -> Self {
        let now: Timestamp = "2026-11-16T10:30:05Z".parse().unwrap();
        let mut effects = Vec::new();
        let settings = settings("preset=seed-fixed3");
        let desk =
            Desk::begin(now, 1, settings, event(&[TICKER]), Left::default(), Wish::Quote, &mut effects);
        let account = cash("10000");
        let mut quiet = Self { desk, now, account, effects, is_mute: false, unanswered: Vec::new() };
        quiet.answer();
        let book = OrderbookSnapshot {
            market_ticker: TICKER.parse().unwrap(),
            market_id: None,
            clock: None,
            yes_dollars_fp: Vec::new(),
            no_dollars_fp: Vec::new(),
        };
        assert_eq!(quiet.desk.state().1, "No book is here yet.");
        quiet.tell(Input::Heard(Heard::Book(book)));
        quiet.tell(Input::Drained);
        quiet
    }

    fn tell(&mut self, input: Input) {
        self.desk.step(self.now, input, &mut self.effects);
        self.answer();
    }

    /// Lets time pass, and whatever is due then happen.
    fn wait(&mut self, micros: i64) {
        let until = self.now.checked_add_micros(micros).unwrap();
        while let Some(due) = self.desk.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.tell(Input::Tick);
        }
        self.now = until;
        self.tell(Input::Tick);
    }

    fn answer(&mut self) {
        loop {
            let asks = std::mem::take(&mut self.effects).into_iter().filter_map(|effect| match effect {
                Effect::Ask(number, ask) => Some((number, ask)),
                _ => None,
            });
            self.unanswered.extend(asks);
            if self.is_mute || self.unanswered.is_empty() {
                return;
            }
            for (number, ask) in std::mem::take(&mut self.unanswered) {
                let answer = match ask {
                    Ask::Resting | Ask::Orders => Answer::Orders(Vec::new()),
                    Ask::Fills { .. } => Answer::Fills(Vec::new()),
                    Ask::Trades(_) => Answer::Trades(Vec::new()),
                    Ask::Account => Answer::Account(self.account.clone()),
                    Ask::CreateGroup(_) => Answer::Group("group".to_owned()),
                    Ask::Groups => Answer::Groups(Vec::new()),
                    Ask::CancelAll | Ask::TriggerGroup(_) | Ask::ResetGroup(_) => Answer::Done,
                    ask => panic!("{ask:?} of a desk that knows of no trade"),
                };
                self.desk.step(self.now, Input::Answered(number, Ok(answer)), &mut self.effects);
            }
        }
    }
}

#[test]
fn a_kill_says_that_it_is_under_way_and_from_when_on_orders_are_placed_again() {
    let mut quiet = Quiet::begin();
    assert_eq!(quiet.desk.state(), (DeskState::Quoting, String::new()));
    quiet.is_mute = true;
    quiet.tell(Input::Wish(Wish::Kill));
    let is_under_way = |desk: &Desk| desk.killing().is_some_and(|killing| !killing.is_done);
    assert!(is_under_way(&quiet.desk));
    quiet.tell(Input::Wish(Wish::Quote));
    assert!(quiet.desk.state().1.contains("under way"), "{:?}", quiet.desk.state());
    quiet.is_mute = false;
    quiet.wait(1_000_000);
    assert!(!is_under_way(&quiet.desk));
    let (state, why) = quiet.desk.state();
    assert_eq!(state, DeskState::Quoting);
    assert_eq!(
        why,
        "Started again; orders are placed from 10:31:05 on, as a cancellation of everything may catch those of the minute after it."
    );
    let rearms = quiet.desk.rearms().unwrap();
    assert_eq!(rearms.micros_since("2026-11-16T10:31:05Z".parse().unwrap()) / 1_000_000, 0);
    quiet.wait(61_000_000);
    assert_eq!((quiet.desk.state().1.as_str(), quiet.desk.rearms()), ("", None));
}

#[test]
fn an_account_that_is_not_as_was_reckoned_shows_both_sides_and_what_resume_does() {
    let mut quiet = Quiet::begin();
    quiet.account = cash("9990");
    // Once may be a delay.
    quiet.tell(Input::Audit);
    assert_eq!(quiet.desk.state().1, "");
    quiet.tell(Input::Audit);
    let (state, why) = quiet.desk.state();
    assert_eq!(state, DeskState::Blind);
    for part in ["9990.000000", "10000.000000", "Resume takes what the exchange says"] {
        assert!(why.contains(part), "{part} is not in {why}");
    }
    assert_eq!(quiet.desk.wanted(), Wish::Pause);
}
