//! One bucket and the line before it, without a clock of its own.

use std::collections::VecDeque;

use shared::units::Timestamp;

/// How many parts of a token are counted: a bucket that gains a token a second gains a part a microsecond.
const PARTS: u64 = 1_000_000;

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    /// In tokens.
    capacity: u64,
    /// In tokens a second, above zero.
    per_second: u64,
}

/// The largest bucket, and the fastest, that is believed: far above Kalshi's, and far below what would overflow.
const MOST: u64 = 1_000_000_000;

impl Rate {
    /// Returns a rate that is known to be one.
    pub(super) const fn new(capacity: u64, per_second: u64) -> Self {
        Self { capacity, per_second }
    }

    /// Returns a rate that somebody names, unless it would never let anything pass.
    pub(super) fn checked(capacity: u64, per_second: u64) -> Option<Self> {
        let fits = |number: u64| (1..=MOST).contains(&number);
        (fits(capacity) && fits(per_second)).then_some(Self { capacity, per_second })
    }
}

/// A place in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// What whoever waits is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The tokens are taken, the place is given up.
    Go,
    /// It is first, and has its tokens then, if nobody passes.
    At(Timestamp),
    /// Somebody is before it.
    Behind,
}

/// Somebody who waits.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    ticket: Ticket,
    tokens: u64,
}

/// A bucket, and who waits for what is in it: the urgent ones first, otherwise whoever came first.
#[derive(Debug)]
pub(super) struct Lane {
    rate: Rate,
    /// What is in it, in parts of a token.
    level: u64,
    /// As of when.
    at: Timestamp,
    urgent: VecDeque<Waiting>,
    others: VecDeque<Waiting>,
    last: u64,
}

impl Lane {
    /// Returns a full bucket.
    pub(super) const fn new(rate: Rate, now: Timestamp) -> Self {
        let level = rate.capacity * PARTS;
        Self { rate, level, at: now, urgent: VecDeque::new(), others: VecDeque::new(), last: 0 }
    }

    /// Returns how much it holds, in tokens.
    pub(super) const fn capacity(&self) -> u64 {
        self.rate.capacity
    }

    /// Has another size and speed from now on; what is in it stays, as far as there is room.
    pub(super) fn resize(&mut self, rate: Rate, now: Timestamp) {
        self.fill(now);
        self.rate = rate;
        self.level = self.level.min(rate.capacity * PARTS);
    }

    /// Is empty from now on.
    pub(super) fn empty(&mut self, now: Timestamp) {
        self.fill(now);
        self.level = 0;
    }

    /// Takes a place in the line. More tokens than the bucket holds are as many as it holds, since there never are more.
    pub(super) fn join(&mut self, tokens: u64, urgent: bool) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        let line = if urgent { &mut self.urgent } else { &mut self.others };
        line.push_back(Waiting { ticket, tokens });
        ticket
    }

    /// Takes the tokens of a place if it is its turn and there are enough.
    pub(super) fn ask(&mut self, ticket: Ticket, now: Timestamp) -> Verdict {
        self.fill(now);
        let line = if self.urgent.is_empty() { &mut self.others } else { &mut self.urgent };
        let Some(first) = line.front().copied().filter(|first| first.ticket == ticket) else {
            return Verdict::Behind;
        };
        let price = first.tokens.min(self.rate.capacity) * PARTS;
        if let Some(left) = self.level.checked_sub(price) {
            self.level = left;
            line.pop_front();
            return Verdict::Go;
        }
        let wait = (price - self.level).div_ceil(self.rate.per_second);
        let at = i64::try_from(wait).ok().and_then(|wait| self.at.checked_add_micros(wait));
        Verdict::At(at.unwrap_or(Timestamp::MAX))
    }

    /// Gives a place up, if it has not been already.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        self.urgent.retain(|waiting| waiting.ticket != ticket);
        self.others.retain(|waiting| waiting.ticket != ticket);
    }

    /// Lets in what has come since.
    fn fill(&mut self, now: Timestamp) {
        let Ok(passed) = u64::try_from(now.micros_since(self.at)) else { return };
        let gained = passed.saturating_mul(self.rate.per_second);
        self.level = self.level.saturating_add(gained).min(self.rate.capacity * PARTS);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate::new(100, 100);

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    #[test]
    fn a_bucket_empties_refills_to_its_brim_and_says_when_there_is_enough() {
        let mut lane = Lane::new(RATE, at(0));
        for _ in 0..10 {
            let ticket = lane.join(10, false);
            assert_eq!(lane.ask(ticket, at(0)), Verdict::Go);
        }
        let (first, second) = (lane.join(10, false), lane.join(3, false));
        assert_eq!(lane.ask(second, at(0)), Verdict::Behind);
        assert_eq!(lane.ask(first, at(0)), Verdict::At(at(100_000)));
        assert_eq!(lane.ask(first, at(99_999)), Verdict::At(at(100_000)));
        assert_eq!(lane.ask(first, at(100_000)), Verdict::Go);
        assert_eq!(lane.ask(second, at(100_000)), Verdict::At(at(130_000)));
        let cancel = lane.join(2, true);
        assert_eq!(lane.ask(second, at(130_000)), Verdict::Behind);
        assert_eq!(lane.ask(cancel, at(130_000)), Verdict::Go);
        assert_eq!(lane.ask(second, at(130_000)), Verdict::At(at(150_000)));
        lane.leave(second);
        // An hour fills no more than a second.
        let all = lane.join(1_000, false);
        assert_eq!(lane.ask(all, at(3_600_000_000)), Verdict::Go);
        let next = lane.join(1, false);
        assert_eq!(lane.ask(next, at(3_600_000_000)), Verdict::At(at(3_600_010_000)));
        // Time that goes back brings nothing and takes nothing.
        assert_eq!(lane.ask(next, at(0)), Verdict::At(at(3_600_010_000)));
    }

    proptest! {
        /// In no stretch of time is more taken than the bucket held and gained, and each line goes in order.
        #[test]
        fn no_more_goes_than_came(
            steps in prop::collection::vec((0_i64..200_000, 1_u64..=10, any::<bool>()), 1..200)
        ) {
            let mut lane = Lane::new(RATE, at(0));
            let (mut now, mut taken) = (0, 0);
            let mut waiting: [VecDeque<(Ticket, u64)>; 2] = [VecDeque::new(), VecDeque::new()];
            for (passed, tokens, urgent) in steps {
                now += passed;
                let ticket = lane.join(tokens, urgent);
                waiting[usize::from(!urgent)].push_back((ticket, tokens));
                // Whoever isn't first gets nothing.
                for line in &waiting {
                    for (ticket, _) in line.iter().skip(1) {
                        prop_assert_eq!(lane.ask(*ticket, at(now)), Verdict::Behind);
                    }
                }
                loop {
                    let place = usize::from(waiting[0].is_empty());
                    let Some((ticket, tokens)) = waiting[place].front().copied() else { break };
                    match lane.ask(ticket, at(now)) {
                        Verdict::Go => {
                            taken += tokens;
                            waiting[place].pop_front();
                        }
                        Verdict::At(then) => {
                            prop_assert!(then > at(now));
                            break;
                        }
                        Verdict::Behind => prop_assert!(false, "the first one is behind"),
                    }
                }
                prop_assert!(taken * PARTS <= RATE.capacity * PARTS + now as u64 * RATE.per_second);
            }
        }
    }
}
