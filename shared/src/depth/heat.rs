//! What stood at each price through time.

use super::walk::{Depth, Walk};
use crate::market::Action;
use crate::units::Price;

/// A part of time and of prices, in columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it begins, in microseconds.
    pub from: i64,
    /// When it ends.
    pub until: i64,
    /// How many columns its time has.
    pub columns: usize,
    /// The lowest price of the lowest row, in hundredths of a cent.
    pub low: i64,
    /// How many hundredths of a cent a row covers.
    pub step: i64,
    /// How many rows there are.
    pub rows: usize,
}

/// What stood in a [`Window`].
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Of what.
    pub window: Window,
    /// Contracts bid for and offered, column by column and the lowest row first: the mean over that part of the column's
    /// time of which the book is known. What stood for a tenth of the time counts a tenth: nothing that comes and goes is
    /// lost, or drawn as if it had stayed.
    pub cells: Vec<[f32; 2]>,
    /// Of each column best bid and best offer at its end; nothing where nothing of the column is known.
    pub best: Vec<Option<[Option<Price>; 2]>>,
}

/// What stands in the rows, and what stood there since the column began.
struct Rows {
    now: Vec<[i64; 2]>,
    sum: Vec<[f64; 2]>,
    since: Vec<i64>,
}

impl Rows {
    /// Counts what stood in a row until a time.
    fn count(&mut self, row: usize, until: i64) {
        let (Some(now), Some(sum), Some(since)) =
            (self.now.get(row), self.sum.get_mut(row), self.since.get_mut(row))
        else {
            return;
        };
        let time = (until - *since) as f64;
        for (sum, now) in sum.iter_mut().zip(now) {
            *sum += *now as f64 * time;
        }
        *since = until;
    }

    fn count_all(&mut self, until: i64) {
        (0..self.now.len()).for_each(|row| self.count(row, until));
    }
}

impl Depth {
    /// Returns what stood in a window. Every change in it is looked at once.
    pub fn heat(&self, window: Window) -> Heat {
        let Window { from, until, columns, low, step, rows } = window;
        let (step, span) = (step.max(1), i128::from(until.saturating_sub(from).max(0)));
        let row_of = |centicents: u32| usize::try_from((i64::from(centicents) - low).div_euclid(step)).ok();
        let mut heat =
            Heat { window, cells: Vec::with_capacity(columns * rows), best: Vec::with_capacity(columns) };
        let mut walk = Walk::before(self, from);
        let mut all = Rows { now: vec![[0; 2]; rows], sum: vec![[0.0; 2]; rows], since: vec![from; rows] };
        for (place, size) in walk.levels.places() {
            if let Some(now) = row_of(place.centicents()).and_then(|row| all.now.get_mut(row)) {
                now[place.side()] += size;
            }
        }
        // Nothing is known before the first frame, and nothing behind the last.
        let (first, last) = (self.time(0), self.time(usize::MAX));
        let mut known_since = (self.frames() > 0).then_some(from).filter(|from| *from >= first);
        for column in 1..=columns {
            let end = from.saturating_add((span * column as i128 / columns as i128) as i64);
            let (begun, mut known) = (all.since.first().copied().unwrap_or(from), 0);
            let mut best =
                known_since.map(|_| [Action::Buy, Action::Sell].map(|action| walk.levels.best(action)));
            loop {
                if let Some(gap) = walk.gap().filter(|gap| *gap < end) {
                    let gap = gap.max(known_since.unwrap_or(gap));
                    all.count_all(gap);
                    known += known_since.take().map_or(0, |since| gap - since);
                    walk.forget();
                    all.now.fill([0; 2]);
                    continue;
                }
                let Some(at) = walk.next_at().filter(|at| *at < end) else { break };
                walk.step(|place, before, after| {
                    let Some(row) = row_of(place.centicents()).filter(|row| *row < rows) else { return };
                    all.count(row, at);
                    if let Some(now) = all.now.get_mut(row) {
                        now[place.side()] += after - before;
                    }
                });
                known_since.get_or_insert(at);
                best = Some([Action::Buy, Action::Sell].map(|action| walk.levels.best(action)));
            }
            let edge = if walk.next.is_none() { end.min(last).max(begun) } else { end };
            all.count_all(edge);
            if let Some(since) = &mut known_since {
                known += (edge - *since).max(0);
                *since = end;
            }
            let mean = |sum: f64| (sum / known as f64 / 100.0) as f32;
            heat.cells.extend(all.sum.iter().map(|sums| match known {
                0 => [f32::NAN; 2],
                _ => sums.map(mean),
            }));
            heat.best
                .push(best.filter(|_| known > 0).map(|best| best.map(|level| level.map(|(price, _)| price))));
            all.sum.fill([0.0; 2]);
            all.since.fill(end);
        }
        heat
    }
}

impl Heat {
    /// Returns what stood in a column of a row, if both are in it.
    pub fn cell(&self, column: usize, row: usize) -> Option<[f32; 2]> {
        if row >= self.window.rows { None } else { self.cells.get(column * self.window.rows + row).copied() }
    }

    /// Returns the size, in contracts, that so large a share of all that stood was below: what a scale of colours may end at
    /// without a wall hiding all else.
    pub fn quantile(&self, share: f64) -> f32 {
        let mut sizes: Vec<f32> = self.cells.iter().flatten().copied().filter(|size| *size > 0.0).collect();
        let Some(last) = sizes.len().checked_sub(1) else { return 1.0 };
        let place = ((last as f64 * share) as usize).min(last);
        *sizes.select_nth_unstable_by(place, f32::total_cmp).1
    }
}
