//! What is believed of a contract of recorded books, in the order in which it was heard.

use super::Recorded;
use crate::Invalid;
use crate::backtest::prepared::{Laid, believed, look_ahead, mark, print};
use crate::belief::book::{Reading, Sight};
use crate::belief::{Belief, Track};
use crate::exchange::books::Top;
use crate::market::{Side, Tape, Ticker, Trade};
use crate::units::{Price, Timestamp};

/// By how much the fair value moves, in hundredths of cents, before the book's part in it is told anew.
const MOVES: i64 = 10;

/// The prints of an instant, when they were heard, and what was believed after them.
struct Instant<'a> {
    heard: i64,
    trades: &'a [Trade],
    before: Price,
    belief: Belief,
}

/// Lays out a contract whose trades, if there are any, are a tape with a track, and whose book is observed at `tops`; nothing
/// where neither says anything.
pub(super) fn laid<'a>(
    recorded: &Recorded,
    ticker: &Ticker,
    trades: Option<(&Tape, &Track)>,
    tops: impl Iterator<Item = &'a Top>,
    settles: Option<Timestamp>,
) -> Result<Option<Laid>, Invalid> {
    let instants = match trades {
        Some((tape, track)) => instants(recorded, tape, track)?,
        None => Vec::new(),
    };
    let mut instants = instants.into_iter().peekable();
    let mut laid = Laid::empty(ticker.clone(), (i64::MAX, i64::MIN));
    let mut known = Known { settles, ..Known::default() };
    for top in tops {
        while let Some(instant) = instants.next_if(|instant| instant.heard <= top.heard) {
            known.print(&mut laid, &instant)?;
        }
        known.look(&mut laid, top)?;
    }
    for instant in instants {
        known.print(&mut laid, &instant)?;
    }
    look_ahead(&mut laid.batches);
    if let (Some(first), Some(last)) = (laid.batches.first(), laid.batches.last()) {
        laid.between = (first.at, last.at);
        return Ok(Some(laid));
    }
    Ok(None)
}

/// What is known of a contract on the way.
#[derive(Default)]
struct Known {
    settles: Option<Timestamp>,
    /// What its prints made believed, and when.
    believed: Option<(i64, Belief)>,
    /// The last taker's side, and when.
    taker: Option<(i64, f64)>,
    best: Option<Top>,
    /// What was told last.
    told: Option<Price>,
}

impl Known {
    /// Returns what the book says at a time.
    fn sight(&self, at: i64) -> Option<Sight> {
        let taken = self.taker.map_or((0.0, 0.0), |(when, side)| (side, (at - when) as f64 / 1e6));
        Sight::of(self.best?.best, taken, &Reading::CHOSEN)
    }

    /// Takes in an instant's prints: what they made believed, beside the book where it is observed.
    fn print(&mut self, laid: &mut Laid, instant: &Instant<'_>) -> Result<(), Invalid> {
        let Instant { heard, trades, belief, .. } = *instant;
        self.believed = Some((heard, belief));
        let side = trades.iter().rev().find_map(|trade| trade.taker_side);
        self.taker = side.map(|side| (heard, if side == Side::Yes { 1.0 } else { -1.0 })).or(self.taker);
        // Prints surprise whatever the book says.
        let beside = self.sight(heard).map_or(belief, |sight| Belief {
            z: belief.z,
            weights: belief.weights,
            ..sight.beside(&belief, 0)
        });
        let before = self.told.unwrap_or(instant.before);
        laid.push(heard, before, beside)?;
        laid.prints.extend(trades.iter().map(print));
        self.told = Some(mark(beside.fair)?);
        Ok(())
    }

    /// Takes in the best prices, and tells what is believed then if it is another.
    fn look(&mut self, laid: &mut Laid, top: &Top) -> Result<(), Invalid> {
        self.best = Some(*top);
        let Some(sight) = self.sight(top.heard) else { return Ok(()) };
        let belief = match &self.believed {
            Some((at, belief)) => sight.beside(belief, top.heard - at),
            None => sight.alone(Timestamp::from_micros(top.heard)?, self.settles),
        };
        let fair = mark(belief.fair)?;
        let moves = |told: Price| (told.centicents() - fair.centicents()).abs() >= MOVES;
        if self.told.is_none_or(moves) {
            laid.push(top.heard, self.told.unwrap_or(fair), belief)?;
            self.told = Some(fair);
        }
        Ok(())
    }
}

/// Returns a tape's instants in the order in which they were heard: each when the last of its prints was.
fn instants<'a>(recorded: &Recorded, tape: &'a Tape, track: &Track) -> Result<Vec<Instant<'a>>, Invalid> {
    let own = recorded.trades.iter().filter(|heard| heard.trade.ticker == *tape.ticker());
    let mut heard: Vec<(Timestamp, i64)> =
        own.map(|heard| (heard.trade.instant(), heard.at.micros())).collect();
    // By instant; of one, the last that was heard comes last.
    heard.sort_unstable();
    let mut instants = Vec::new();
    let (mut done, mut last) = (0, i64::MIN);
    for trades in tape.batches() {
        let misfit = || Invalid::new("tracks", format!("don't fit the tapes: {}", tape.ticker()));
        let points = track.points.get(done..done + trades.len()).ok_or_else(misfit)?;
        done += trades.len();
        let at = trades.first().map_or(Timestamp::MIN, Trade::instant);
        let place = heard.partition_point(|(instant, _)| *instant <= at);
        let when = place.checked_sub(1).and_then(|place| heard.get(place)).filter(|heard| heard.0 == at);
        last = last.max(when.map_or(at.micros(), |heard| heard.1));
        let before = mark(points.first().map_or(f64::NAN, |point| point.fair_before))?;
        instants.push(Instant { heard: last, trades, before, belief: believed(points)? });
    }
    Ok(instants)
}
