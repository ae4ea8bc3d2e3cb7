//! A recorded book, looked at.

use super::levels::{Levels, Place};
use super::session::{Print, Session};
use crate::Invalid;
use crate::market::Action;
use crate::units::{Price, Timestamp};

/// After so many changes the whole book is kept: half as many are made again at most to find any other, on average.
const EVERY: usize = 256;

/// A recorded book that can be looked at anywhere.
#[derive(Debug, Clone)]
pub struct Depth {
    session: Session,
    /// Whole books, by the frame after which they were so.
    keys: Vec<(usize, Levels)>,
    tick: i64,
}

impl Depth {
    /// Takes a session as it came.
    ///
    /// # Errors
    ///
    /// As [`Session::check`].
    pub fn open(session: Session) -> Result<Self, Invalid> {
        session.check()?;
        let prices = session.places.iter().map(|place| i64::from(Place(*place).centicents()));
        // The largest step that all prices are multiples of.
        let tick = prices.fold(0, common).max(1);
        let mut depth = Self { session, keys: Vec::new(), tick };
        let (mut keys, mut changes) = (Vec::new(), usize::MAX);
        let mut walk = Walk::new(&depth);
        while let Some(frame) = walk.next {
            changes = changes.saturating_add(depth.session.changes(frame).count());
            walk.step(|_, _, _| {});
            if changes >= EVERY {
                keys.push((frame, walk.levels.clone()));
                changes = 0;
            }
        }
        depth.keys = keys;
        Ok(depth)
    }

    /// Returns what it was made of.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Returns how many frames there are.
    pub fn frames(&self) -> usize {
        self.session.frames()
    }

    /// Returns the largest step that all prices are multiples of, in hundredths of a cent.
    pub const fn tick(&self) -> i64 {
        self.tick
    }

    /// Returns when a frame came, in microseconds; the last one's time behind it.
    pub fn time(&self, frame: usize) -> i64 {
        let at = &self.session.at;
        at.get(frame).or(at.last()).copied().unwrap_or(0)
    }

    /// Returns the last frame that had come at a time, or the first.
    pub fn frame_at(&self, time: i64) -> usize {
        self.session.at.partition_point(|at| *at <= time).saturating_sub(1)
    }

    /// Returns the book as a frame left it.
    pub fn at(&self, frame: usize) -> Levels {
        Walk::behind(self, frame).levels
    }

    /// Returns the trades between two frames: behind the first, up to the second.
    pub fn trades(&self, from: usize, until: usize) -> &[Print] {
        let place = |frame: usize| self.session.trades.partition_point(|trade| trade.frame as usize <= frame);
        self.session.trades.get(place(from)..place(until)).unwrap_or_default()
    }

    /// Returns the price of the last trade before a frame was followed by another.
    pub fn last_trade(&self, frame: usize) -> Option<Price> {
        let until = self.session.trades.partition_point(|trade| trade.frame as usize <= frame + 1);
        until.checked_sub(1).and_then(|last| self.session.trades.get(last)).map(|trade| trade.price)
    }

    /// Returns the lowest best bid and the highest best offer of some frames between two, in hundredths of a cent: as many
    /// are looked at as there is time for.
    pub fn reach(&self, from: usize, until: usize) -> Option<(i64, i64)> {
        const LOOKS: usize = 48;
        let frames = (0..=LOOKS).map(|k| from + until.saturating_sub(from) * k / LOOKS);
        let mut found = None::<(i64, i64)>;
        for frame in frames {
            let levels = self.at(frame);
            for best in [Action::Buy, Action::Sell].into_iter().filter_map(|action| levels.best(action)) {
                let price = best.0.centicents();
                found = Some(found.map_or((price, price), |(low, high)| (low.min(price), high.max(price))));
            }
        }
        found
    }
}

const fn common(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A walk along the frames.
pub(super) struct Walk<'a> {
    depth: &'a Depth,
    pub(super) levels: Levels,
    /// The frame that comes next, if one does.
    pub(super) next: Option<usize>,
    /// How many gaps are behind.
    gaps: usize,
}

impl<'a> Walk<'a> {
    fn new(depth: &'a Depth) -> Self {
        Self { depth, levels: Levels::default(), next: (depth.frames() > 0).then_some(0), gaps: 0 }
    }

    /// Returns one that has just passed a frame, the last one where there are fewer.
    pub(super) fn behind(depth: &'a Depth, frame: usize) -> Self {
        let key = depth
            .keys
            .partition_point(|(of, _)| *of <= frame)
            .checked_sub(1)
            .and_then(|key| depth.keys.get(key));
        let mut walk = match key {
            Some((of, levels)) => {
                let gaps = depth.session.gaps.partition_point(|gap| gap.frame as usize <= *of);
                let next = Some(of + 1).filter(|next| *next < depth.frames());
                Self { depth, levels: levels.clone(), next, gaps }
            }
            None => Self::new(depth),
        };
        while walk.next.is_some_and(|next| next <= frame) {
            walk.step(|_, _, _| {});
        }
        walk
    }

    /// Returns one that has passed all frames before a time.
    pub(super) fn before(depth: &'a Depth, time: i64) -> Self {
        match depth.session.at.partition_point(|at| *at < time).checked_sub(1) {
            Some(frame) => Self::behind(depth, frame),
            None => Self::new(depth),
        }
    }

    /// Returns when the book is known no more, if that is before the next frame.
    pub(super) fn gap(&self) -> Option<i64> {
        let next = self.next.unwrap_or_else(|| self.depth.frames());
        let gap = self.depth.session.gaps.get(self.gaps)?;
        (gap.frame as usize <= next).then_some(gap.from.micros())
    }

    /// Forgets the book at a gap.
    pub(super) fn forget(&mut self) {
        self.gaps += 1;
        self.levels.clear();
    }

    /// Passes the next frame. `hear` is told of each change where it is, what stood there, and what stands there now, in
    /// hundredths of contracts.
    pub(super) fn step(&mut self, mut hear: impl FnMut(Place, i64, i64)) -> Option<()> {
        let frame = self.next?;
        while self.gap().is_some() {
            self.forget();
        }
        for (place, size) in self.depth.session.changes(frame) {
            let before = self.levels.set(place, size);
            hear(place, before, size);
        }
        self.next = Some(frame + 1).filter(|next| *next < self.depth.frames());
        Some(())
    }

    /// Returns when the next frame comes.
    pub(super) fn next_at(&self) -> Option<i64> {
        self.depth.session.at.get(self.next?).copied()
    }
}

/// Returns a time as the calendar has it.
pub(super) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
}
