//! Ticks put together in buckets of equal length: the lowest, the highest, the first and the last price, and how much was traded.

use anyhow::Context as _;

/// What happened in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    /// How many ticks there are; of the other numbers nothing is said where there are none.
    pub(super) ticks: u64,
    /// Prices, in $0.0001.
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) first: i64,
    pub(super) last: i64,
    /// How much was traded, in 0.01 contract.
    pub(super) volume: i64,
    /// When the first and the last tick was, in microseconds since 1970.
    first_at: i64,
    last_at: i64,
}

impl Bucket {
    const EMPTY: Self = Self {
        ticks: 0,
        low: i64::MAX,
        high: i64::MIN,
        first: 0,
        last: 0,
        volume: 0,
        first_at: i64::MAX,
        last_at: i64::MIN,
    };

    /// Takes in what happened in the same bucket, and is told later.
    fn add(&mut self, later: &Self) -> Option<()> {
        self.ticks += later.ticks;
        self.low = self.low.min(later.low);
        self.high = self.high.max(later.high);
        if later.first_at < self.first_at {
            (self.first, self.first_at) = (later.first, later.first_at);
        }
        // Of several at one instant the one that is told last is the last.
        if later.ticks > 0 && later.last_at >= self.last_at {
            (self.last, self.last_at) = (later.last, later.last_at);
        }
        self.volume = self.volume.checked_add(later.volume)?;
        Some(())
    }
}

/// A span of time in buckets of equal length, of which the last one may reach over its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buckets {
    from: i64,
    /// Before it.
    to: i64,
    width: i64,
    buckets: Vec<Bucket>,
}

impl Buckets {
    /// Returns at most `count` empty buckets from an instant until before another one; none where there is no time between them.
    pub(super) fn new(from: i64, to: i64, count: u16) -> Self {
        let span = to.saturating_sub(from).max(0);
        let count = i64::from(count.max(1));
        // Rounded up, so that no more are needed.
        let width = (span / count + i64::from(span % count > 0)).max(1);
        let needed = span / width + i64::from(span % width > 0);
        let buckets = vec![Bucket::EMPTY; usize::try_from(needed).unwrap_or(0)];
        Self { from, to: from.saturating_add(span), width, buckets }
    }

    /// Returns how long a bucket is, in microseconds.
    pub(super) const fn width(&self) -> i64 {
        self.width
    }

    /// Takes in ticks, columns of one length. Those outside of the time are passed over.
    ///
    /// # Errors
    ///
    /// Says that more was traded than can be counted.
    pub(super) fn take(&mut self, times: &[i64], prices: &[i64], counts: &[i64]) -> anyhow::Result<()> {
        let Self { from, to, width, buckets } = self;
        let (from, to, width) = (*from, *to, *width);
        let mut ticks = times.iter().zip(prices).zip(counts).peekable();
        while let Some(&((&time, _), _)) = ticks.peek() {
            if time < from || time >= to {
                ticks.next();
                continue;
            }
            let place = (time - from) / width;
            let start = from + place * width;
            let end = start.saturating_add(width).min(to);
            // Ticks come in order of time, so that a bucket is looked for once for all of those that lie in it.
            let mut own = Bucket::EMPTY;
            while let Some(((&time, &price), &count)) =
                ticks.next_if(|((time, _), _)| (start..end).contains(*time))
            {
                own.ticks += 1;
                own.low = own.low.min(price);
                own.high = own.high.max(price);
                if time < own.first_at {
                    (own.first, own.first_at) = (price, time);
                }
                if time >= own.last_at {
                    (own.last, own.last_at) = (price, time);
                }
                own.volume = own.volume.checked_add(count).context(TOO_MUCH)?;
            }
            let bucket = usize::try_from(place).ok().and_then(|place| buckets.get_mut(place));
            bucket.context("a bucket is missing")?.add(&own).context(TOO_MUCH)?;
        }
        Ok(())
    }

    /// Takes in other ticks of the same buckets, which are told after these.
    ///
    /// # Errors
    ///
    /// As [`Self::take`].
    pub(super) fn join(&mut self, later: &Self) -> anyhow::Result<()> {
        for (own, later) in self.buckets.iter_mut().zip(&later.buckets) {
            own.add(later).context(TOO_MUCH)?;
        }
        Ok(())
    }

    /// Returns the buckets that have ticks, by their numbers.
    pub(super) fn known(&self) -> impl Iterator<Item = (u32, &Bucket)> {
        (0_u32..).zip(&self.buckets).filter(|(_, bucket)| bucket.ticks > 0)
    }
}

const TOO_MUCH: &str = "more was traded than can be counted";
