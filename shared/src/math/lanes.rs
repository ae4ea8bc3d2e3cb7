//! One number or two at a time, from one source.

use core::ops::{Add, Div, Mul, Sub};

use wide::f64x2;

/// What a kernel may do to its numbers: arithmetic and square roots, which IEEE 754 rounds one way only, and
/// operations on bits. So each lane's result is the same to the bit as that number's alone, on every target.
pub(crate) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The same number in every lane.
    fn splat(x: f64) -> Self;

    /// Applies `f` to the bits of each lane.
    fn map_bits(self, f: impl Fn(u64) -> u64) -> Self;

    /// Collects, column by column, the row that `f` finds for the bits of each lane.
    fn gather<const W: usize>(self, f: impl Fn(u64) -> &'static [f64; W]) -> [Self; W];

    /// Takes `yes` in the lanes that are above `limit`, and `no` in the others.
    fn if_above(self, limit: f64, yes: Self, no: Self) -> Self;

    /// The absolute value.
    fn size(self) -> Self;
}

impl Lanes for f64 {
    #[inline(always)]
    fn splat(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn map_bits(self, f: impl Fn(u64) -> u64) -> Self {
        Self::from_bits(f(self.to_bits()))
    }

    #[inline(always)]
    fn gather<const W: usize>(self, f: impl Fn(u64) -> &'static [f64; W]) -> [Self; W] {
        *f(self.to_bits())
    }

    #[inline(always)]
    fn if_above(self, limit: f64, yes: Self, no: Self) -> Self {
        if self > limit { yes } else { no }
    }

    #[inline(always)]
    fn size(self) -> Self {
        self.abs()
    }
}

impl Lanes for f64x2 {
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self::splat(x)
    }

    #[inline(always)]
    fn map_bits(self, f: impl Fn(u64) -> u64) -> Self {
        let [a, b] = self.to_array();
        Self::new([f64::from_bits(f(a.to_bits())), f64::from_bits(f(b.to_bits()))])
    }

    #[inline(always)]
    fn gather<const W: usize>(self, f: impl Fn(u64) -> &'static [f64; W]) -> [Self; W] {
        let [a, b] = self.to_array();
        let (a, b) = (f(a.to_bits()), f(b.to_bits()));
        core::array::from_fn(|k| Self::new([a[k], b[k]]))
    }

    #[inline(always)]
    fn if_above(self, limit: f64, yes: Self, no: Self) -> Self {
        self.simd_gt(Self::splat(limit)).bitselect(yes, no)
    }

    #[inline(always)]
    fn size(self) -> Self {
        self.abs()
    }
}
