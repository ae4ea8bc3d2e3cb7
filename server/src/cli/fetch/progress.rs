//! How far a fetch is.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::history::Step;

/// How often a line says how far it is where standard error is no terminal: often enough that nobody takes it for dead.
const EVERY: Duration = Duration::from_secs(10);
/// How often on a terminal, where the line is written over.
const OVER: Duration = Duration::from_millis(200);
/// After how many contracts it is said how long it takes: before, nobody knows.
const ENOUGH: usize = 3;

/// Says on standard error how far a fetch is, what it waits for, and what it leaves out.
pub(super) struct Progress {
    is_terminal: bool,
    told: Told,
}

/// What is to be told, apart from where.
struct Told {
    began: Instant,
    last: Option<Instant>,
    every: Duration,
    contract: Option<(usize, usize, String)>,
    /// When the first contract's turn came.
    contracts_began: Option<Instant>,
    doing: String,
    trades: usize,
}

/// Something that is said.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    /// How far it is: on a terminal the next one is written over it.
    State(String),
    /// Something that stays.
    Line(String),
}

impl Progress {
    /// Begins to say it.
    pub(super) fn start() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let every = if is_terminal { OVER } else { EVERY };
        Self { is_terminal, told: Told::new(Instant::now(), every) }
    }

    /// Takes in what is done.
    ///
    /// # Errors
    ///
    /// Never: what can't be told changes nothing.
    pub(super) fn take(&mut self, step: &Step<'_>) -> anyhow::Result<()> {
        let said = self.told.take(step, Instant::now());
        self.say(said);
        Ok(())
    }

    fn say(&self, what: impl IntoIterator<Item = Said>) {
        let mut stderr = std::io::stderr().lock();
        for said in what {
            // Whoever closes standard error doesn't want to know.
            let _ = match said {
                Said::State(text) if self.is_terminal => write!(stderr, "\r\x1b[2K{text}"),
                Said::Line(text) if self.is_terminal => writeln!(stderr, "\r\x1b[2K{text}"),
                Said::State(text) | Said::Line(text) => writeln!(stderr, "{text}"),
            };
        }
    }

    /// Says how far it is, if that was not said for a while: an answer may be long in coming.
    pub(super) fn tick(&mut self) {
        let said = self.told.state_if_due(Instant::now());
        self.say(said);
    }

    /// Wipes the line.
    pub(super) fn end(&self) {
        if self.is_terminal {
            // As above.
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

impl Told {
    const fn new(now: Instant, every: Duration) -> Self {
        Self {
            began: now,
            last: None,
            every,
            contract: None,
            contracts_began: None,
            doing: String::new(),
            trades: 0,
        }
    }

    /// Returns what is said of a step at a time.
    fn take(&mut self, step: &Step<'_>, now: Instant) -> Vec<Said> {
        match step {
            Step::Asking(what) => (*what).clone_into(&mut self.doing),
            Step::Noted { trades } => self.trades = *trades,
            Step::Contract { number, of, ticker } => {
                self.contracts_began.get_or_insert(now);
                self.contract = Some((*number, *of, (*ticker).to_owned()));
            }
            Step::Waiting { pause, why } => {
                self.last = Some(now);
                return vec![Said::Line(format!("{why}; asked again in {}", span(*pause)))];
            }
            Step::Odd(what) => return vec![Said::Line(format!("left out: {what}"))],
            Step::Writing(path) => self.doing = format!("writing {path}"),
            Step::Wrote(path) => return vec![Said::Line(format!("written: {path}"))],
        }
        self.state_if_due(now).into_iter().collect()
    }

    /// Returns how far it is, if that was not said for a while.
    fn state_if_due(&mut self, now: Instant) -> Option<Said> {
        if self.last.is_some_and(|last| now.duration_since(last) < self.every) {
            return None;
        }
        self.last = Some(now);
        Some(Said::State(self.state(now)))
    }

    /// Returns how far it is.
    fn state(&self, now: Instant) -> String {
        let passed = span(now.duration_since(self.began));
        let Some((number, of, ticker)) = &self.contract else {
            return format!("{}, for {passed}", self.doing);
        };
        let done = number.saturating_sub(1);
        let left = self.contracts_began.filter(|_| done >= ENOUGH).and_then(|began| {
            let each = now.duration_since(began).checked_div(u32::try_from(done).ok()?)?;
            each.checked_mul(u32::try_from(of - done).ok()?)
        });
        let left = left.map_or_else(
            || "how long it takes isn't known yet".to_owned(),
            |left| format!("about {} left, if the others are alike", span(left)),
        );
        format!(
            "contract {number} of {of} ({ticker}), {} trades waiting to be written, for {passed}; {left}",
            self.trades
        )
    }
}

/// Returns a length of time for people.
fn span(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log that stands still is taken for a program that does: while anything happens, a line says so, and a pause says
    /// how long it is.
    #[test]
    fn a_fetch_that_lives_says_so_and_a_pause_is_no_hang() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut told = Told::new(began, EVERY);
        let first = told.take(&Step::Asking("the events of KXA"), at(0));
        assert_eq!(first, [Said::State("the events of KXA, for 0 s".to_owned())]);
        // In between nothing, then a line at least every ten seconds as long as there are steps.
        assert_eq!(told.take(&Step::Noted { trades: 0 }, at(9)), []);
        assert_eq!(told.take(&Step::Asking("x"), at(10)).len(), 1);
        // Also while an answer is long in coming.
        assert_eq!(told.state_if_due(at(19)), None);
        assert_eq!(told.state_if_due(at(20)), Some(Said::State("x, for 20 s".to_owned())));
        let why = "the cutoff: refused (429): too many requests".to_owned();
        let waiting = told.take(&Step::Waiting { pause: Duration::from_secs(8), why }, at(21));
        let said = "the cutoff: refused (429): too many requests; asked again in 8 s";
        assert_eq!(waiting, [Said::Line(said.to_owned())]);
    }

    #[test]
    fn how_long_it_takes_is_said_once_some_are_done() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut told = Told::new(began, EVERY);
        let mut contract = |number, seconds| {
            let said = told.take(&Step::Contract { number, of: 10, ticker: "KXA-26-B" }, at(seconds));
            match said.into_iter().next() {
                Some(Said::State(text)) => text,
                other => panic!("{other:?}"),
            }
        };
        assert!(contract(1, 100).ends_with("how long it takes isn't known yet"));
        assert!(contract(2, 160).ends_with("how long it takes isn't known yet"));
        // Five contracts took 400 s since the first one's turn came.
        assert!(contract(6, 500).ends_with("about 6 min left, if the others are alike"));
    }
}
