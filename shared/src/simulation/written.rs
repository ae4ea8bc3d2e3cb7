//! Faults of a file, as a simulation understands them: it has one desk's requests and one stream, and tells no paths apart.

use super::fault::{Fault, Kind};
use super::schedule::Schedule;
use super::world::{begins, desk_ticker};
use crate::faults::{self, At, Delay, Target, What};
use crate::market::PriceGrid;
use crate::wire::Channel;

/// For how long what a file says to strike once is there, in microseconds.
const ONCE: i64 = 1_000_000;

impl Schedule {
    /// Adds what a file says goes wrong, and returns what of it can't be simulated or is more than it says, in words.
    pub fn add(&mut self, written: &[faults::Fault]) -> Vec<String> {
        let mut words = Vec::new();
        for (fault, number) in written.iter().zip(1..) {
            match self.meant(fault) {
                Ok(all) => self.faults.extend(all),
                Err(why) => words.push(format!("fault {number}, {}: {why}; it is left out", fault.kind())),
            }
            if matches!(fault.target, Target::Orders | Target::Reads | Target::Path(..)) {
                let target = &fault.target;
                words.push(format!(
                    "fault {number}, {}: it befalls all requests, not only {target}",
                    fault.kind()
                ));
            }
        }
        self.faults.sort_by_key(|fault| fault.at);
        words
    }

    /// Returns what a fault of a file is here.
    fn meant(&self, fault: &faults::Fault) -> Result<Vec<Fault>, &'static str> {
        let calm = self.micros - self.calm();
        let at = match fault.when.at {
            None => 0,
            Some(At::After(micros)) => micros,
            Some(At::Time(time)) => time.micros_since(begins(self)),
        };
        if !(0..calm).contains(&at) {
            return Err("it begins before the simulation does or when that is all but over");
        }
        let (kind, value) = kind(fault)?;
        let lasts = match (fault.when.lasts, fault.when.at) {
            (Some(lasts), _) => lasts,
            (None, None) => calm,
            (None, Some(_)) if matches!(kind, Kind::Skew | Kind::Grid) => calm,
            (None, Some(_)) if kind == Kind::Settle => 0,
            (None, Some(_)) => ONCE,
        };
        let all = 0..self.contracts;
        let contracts = match &fault.target {
            Target::Market(ticker) => {
                let is_it = |place: &usize| desk_ticker(0, *place) == ticker.as_str();
                vec![
                    all.into_iter()
                        .find(is_it)
                        .ok_or("there is no such contract: they are KXSIM-0-C0 and so on")?,
                ]
            }
            _ if kind == Kind::Grid => all.collect(),
            _ => vec![0],
        };
        let share = fault.when.probability;
        let one = |contract| Fault { kind, at, lasts: lasts.min(calm - at), share, value, contract };
        Ok(contracts.into_iter().map(one).collect())
    }
}

/// Returns the kind of a fault of a file, and how much.
fn kind(fault: &faults::Fault) -> Result<(Kind, i64), &'static str> {
    let is_timed = fault.when.at.is_some();
    let is_stream = fault.target.is_of_stream();
    Ok(match &fault.what {
        What::Latency(delay) if fault.when.probability >= 1.0 => (Kind::Latency, most(*delay)),
        What::Latency(_) => return Err("here all or nothing is late"),
        What::Drop { .. } if is_stream => return Err("frames are lost by `gap`"),
        What::Drop { is_request: true } => (Kind::DropRequest, 0),
        What::Drop { is_request: false } | What::Unanswered => (Kind::DropAnswer, 0),
        What::Duplicate if is_stream => (Kind::RepeatFills, 0),
        What::Duplicate => (Kind::Duplicate, 0),
        What::Http { .. } if is_stream => return Err("handshakes fail by `cut`"),
        What::Http { status: 429, is_done: false } => (Kind::TooMany, 0),
        What::Http { status: 500.., is_done: false } => (Kind::Failing, 0),
        What::Http { status: 500.., is_done: true } => (Kind::FailingDone, 0),
        What::Http { .. } => return Err("only 429 and failures of the server are simulated"),
        What::Cut | What::Gap(_) if !is_timed => return Err("it needs `at`"),
        What::Cut => (Kind::Cut, 0),
        What::Gap(frames) => {
            let kind = match fault.target {
                Target::Channel(Channel::Fill | Channel::UserOrders) => Kind::GapOwn,
                Target::Channel(Channel::Trade | Channel::MarketLifecycle) => Kind::GapPublic,
                _ => Kind::GapBooks,
            };
            (kind, i64::from(*frames))
        }
        What::LateRead(delay) => (Kind::LateRead, most(*delay)),
        // The exchange's clock is ahead, so that the desk's is behind.
        What::Skew(ms) => (Kind::Skew, -ms.saturating_mul(1_000)),
        What::Crash => (Kind::Crash, 0),
        What::DiskFull => (Kind::DiskFull, 0),
        What::Pause => match fault.target {
            Target::Exchange => (Kind::PauseExchange, 0),
            Target::Market(_) => (Kind::PauseContract, 0),
            _ => (Kind::PauseTrading, 0),
        },
        What::Grid(grid) if *grid == PriceGrid::deci_cent() => (Kind::Grid, 0),
        What::Grid(grid) if *grid == PriceGrid::tapered_deci_cent() => (Kind::Grid, 1),
        What::Grid(_) => return Err("that is the grid that all contracts have"),
        What::Restate(value) => (Kind::Settle, value.centicents()),
    })
}

/// Returns how much longer it takes at most, in microseconds: what is drawn is anything up to that.
fn most(delay: Delay) -> i64 {
    let ms = match delay {
        Delay::Fixed(ms) => ms,
        Delay::Uniform { uniform: [_, most] } => most,
        Delay::Lognormal { p99, .. } => p99,
    };
    (ms * 1_000.0) as i64
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use crate::simulation::{Looks, simulate};

    const MINUTE: i64 = 60_000_000;

    fn added(text: &str) -> (Schedule, Vec<String>) {
        #[derive(serde::Deserialize)]
        struct File {
            fault: Vec<faults::Fault>,
        }
        let File { fault } = toml::from_str(text).unwrap();
        let mut schedule = Schedule::draw(3, 20 * MINUTE).unwrap();
        schedule.faults.clear();
        (schedule.closes, schedule.desks, schedule.contracts) = (None, 1, 4);
        let words = schedule.add(&fault);
        (schedule, words)
    }

    #[test]
    fn what_a_file_says_goes_wrong_then_and_for_so_long() {
        let (schedule, words) = added(
            "[[fault]]\nkind = \"disk_full\"\nat = 120000\nfor_ms = 2000\n\n\
             [[fault]]\nkind = \"unanswered\"\nat = 60000\nfor_ms = 30000\nprobability = 0.5\n\n\
             [[fault]]\nkind = \"pause\"\nat = \"2026-11-16T12:00:00Z\"\n\n\
             [[fault]]\nkind = \"skew\"\nat = 1000\nvalue = 3000\n\n\
             [[fault]]\nkind = \"grid\"\nat = 1000\ntarget = \"KXSIM-0-C2\"\nvalue = \"deci_cent\"\n\n\
             [[fault]]\nkind = \"crash\"\nat = 240000\n",
        );
        let seen: Vec<(Kind, i64, i64, usize)> = schedule
            .faults
            .iter()
            .map(|one| (one.kind, one.at / 1_000_000, one.value, one.contract))
            .collect();
        assert_eq!(
            seen,
            [
                (Kind::Skew, 1, -3_000_000, 0),
                (Kind::Grid, 1, 0, 2),
                (Kind::DropAnswer, 60, 0, 0),
                (Kind::DiskFull, 120, 0, 0),
                (Kind::Crash, 240, 0, 0),
            ]
        );
        // It begins in 2026, but not at noon.
        let begins = ["fault 2, unanswered: it befalls all", "fault 3, pause: it begins before"];
        assert!(
            words.len() == 2 && words.iter().zip(begins).all(|(word, begins)| word.starts_with(begins)),
            "{words:?}"
        );
        let report = simulate::<Desk>(&schedule, Looks::default()).unwrap();
        assert_eq!(report.violations, [], "{schedule}");
        assert_eq!(report.faults.values().sum::<u64>(), 5, "{report:?}");
        assert!(report.runs > 1);
    }

    #[test]
    fn what_can_not_be_simulated_is_named() {
        for (text, why) in [
            ("kind = \"http\"\nprobability = 1.0\nvalue = 404", "only 429"),
            ("kind = \"cut\"\nprobability = 0.1", "it needs `at`"),
            ("kind = \"drop\"\nprobability = 0.1\ntarget = \"fill\"", "by `gap`"),
            ("kind = \"pause\"\nat = 0\ntarget = \"KXA-B-C\"", "no such contract"),
            (
                "kind = \"drop\"\nprobability = 0.1\ntarget = \"orders\"",
                "befalls all requests, not only orders",
            ),
        ] {
            let (_, words) = added(&format!("[[fault]]\n{text}\n"));
            assert!(words.len() == 1 && words[0].contains(why), "{text}: {words:?}");
        }
    }
}
