//! With jumps: every root in a range of volatilities.

use super::{ImpliedVolatility, Peak, Quote, Root, Roots, SCANNED, Top, Vega, bracket};
use crate::Invalid;
use crate::math::{exp, ln, max, min};
use crate::pricing::digital::{Against, Drift, MertonDigital, Parameters};
use crate::sort;

/// Volatilities evenly spaced in their logarithm.
const SPACED: usize = 64;
/// The most components whose own critical point is a node.
const COMPONENTS: usize = 64;
/// Room for the nodes and a critical point of the sum after each.
const KNOTS: usize = 2 * (SPACED + COMPONENTS);
/// How often the place where the vega is least is narrowed down, by the golden section.
const NARROWINGS: usize = 40;

/// The part of an interval that the golden section goes into it.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// A volatility and the model there.
#[derive(Debug, Clone, Copy, Default)]
struct Knot {
    log_sigma: f64,
    model: Against,
}

/// Returns every root in [`SCANNED`], and the peak there.
///
/// The probability is a mixture of digitals, each with at most one critical point of its own:
/// `sigma^2 = -2 (m + n (muJ + sigJ^2)) / T` where that is positive, `m` being the log-moneyness without
/// `-sigma^2/2`. Between these and evenly spaced volatilities, a change of the vega's sign shows a critical
/// point of the mixture, which is located. Where the vega nears 0 without a change of its sign, and the quote is near,
/// it is followed to its least, which may lie beyond 0: a shallow dip. Between neighbours among all of these the
/// probability is taken to be monotone, and a change of the excess's sign shows a root.
pub(super) fn solve(quote: &Quote, expected_jumps: f64) -> Result<ImpliedVolatility, Invalid> {
    let &Quote { prob, spot, strike, days, drift, jumps } = quote;
    let sigma = SCANNED[0];
    let digital = MertonDigital::new(&Parameters { spot, strike, days, drift, sigma, jumps, rate: 0.0 })?;
    let curve = Curve { prob, digital, convex: drift != Drift::Median, expected_jumps };
    let mut nodes = [0.0; SPACED + COMPONENTS];

    let mut knots = [Knot::default(); KNOTS];
    let mut count = 0;
    let mut last: Option<Knot> = None;
    for &log_sigma in curve.nodes(&mut nodes) {
        let knot = curve.knot(log_sigma);
        if let Some(last) = last
            && (last.model.vega > 0.0 && knot.model.vega < 0.0
                || last.model.vega < 0.0 && knot.model.vega > 0.0)
        {
            let vega = |log_sigma| curve.knot(log_sigma).model.vega;
            let critical = bracket::root(last.log_sigma, last.model.vega, log_sigma, knot.model.vega, vega);
            knots[count] = curve.knot(critical);
            count += 1;
        }
        knots[count] = knot;
        count += 1;
        last = Some(knot);
    }
    let mut dips = Vec::new();
    for three in knots[..count].windows(3) {
        if let [left, middle, right] = three {
            dips.extend(curve.dip(left, middle, right).into_iter().flatten());
        }
    }
    let with_dips: Vec<Knot>;
    let mut knots = &knots[..count];
    if !dips.is_empty() {
        dips.extend_from_slice(knots);
        let places = sort::places(dips.len(), &|a, b| dips[a].log_sigma < dips[b].log_sigma);
        with_dips = places.into_iter().map(|place| dips[place]).collect();
        knots = &with_dips;
    }
    Ok(ImpliedVolatility { roots: curve.roots(knots), top: Top::Scanned(peak(knots)) })
}

/// The model as a function of the volatility.
struct Curve {
    prob: f64,
    digital: MertonDigital,
    convex: bool,
    expected_jumps: f64,
}

impl Curve {
    fn knot(&self, log_sigma: f64) -> Knot {
        Knot { log_sigma, model: self.digital.with_sigma(exp(log_sigma)).against(self.prob) }
    }

    /// Returns the two critical points of a dip or a bump about `middle`, three neighbours between which the vega's sign
    /// seems not to change, if there is one that may reach the quote.
    fn dip(&self, left: &Knot, middle: &Knot, right: &Knot) -> Option<[Knot; 2]> {
        let sign = if middle.model.vega > 0.0 { 1.0 } else { -1.0 };
        let slope = |knot: &Knot| sign * knot.model.vega * exp(knot.log_sigma);
        let (l, m, r) = (slope(left), slope(middle), slope(right));
        if !(m > 0.0 && l >= m && r >= m) {
            return None;
        }
        // Where the vega is convex, it is nowhere further below 0 than it is above 0 at the ends.
        let reach = max(l, r) * (right.log_sigma - left.log_sigma);
        let nearest = [left, middle, right].map(|knot| knot.model.excess.abs());
        if nearest.iter().all(|excess| *excess > reach) {
            return None;
        }
        let (mut a, mut b, mut best) = (left.log_sigma, right.log_sigma, *middle);
        for _ in 0..NARROWINGS {
            let from = best.log_sigma;
            let into_right = b - from > from - a;
            let x = from + GOLDEN * if into_right { b - from } else { a - from };
            let knot = self.knot(x);
            let s = slope(&knot);
            if s < 0.0 {
                let vega = |x| self.knot(x).model.vega;
                let between = |end: &Knot| {
                    let place = bracket::root(x, knot.model.vega, end.log_sigma, end.model.vega, vega);
                    self.knot(place)
                };
                return Some([between(left), between(right)]);
            }
            if s < slope(&best) {
                if into_right {
                    a = from;
                } else {
                    b = from;
                }
                best = knot;
            } else if into_right {
                b = x;
            } else {
                a = x;
            }
        }
        None
    }

    fn excess(&self, log_sigma: f64) -> f64 {
        self.digital.with_sigma(exp(log_sigma)).value().excess(self.prob)
    }

    /// Fills in the nodes, ascending, and returns them.
    fn nodes<'n>(&self, nodes: &'n mut [f64; SPACED + COMPONENTS]) -> &'n [f64] {
        let (low, high) = (ln(SCANNED[0]), ln(SCANNED[1]));
        for (i, node) in nodes[..SPACED].iter_mut().enumerate() {
            *node = low + (high - low) * i as f64 / (SPACED - 1) as f64;
        }
        let mut count = SPACED;
        if self.convex {
            let a = self.expected_jumps;
            let reach = 8.0 * a.sqrt() + 8.0;
            let first = max((a - reach).floor(), 0.0);
            let stride = max(((a + reach - first) / COMPONENTS as f64).ceil(), 1.0);
            for i in 0..COMPONENTS {
                let variance = self.digital.critical_variance(first + stride * i as f64);
                if variance > SCANNED[0] * SCANNED[0] && variance < SCANNED[1] * SCANNED[1] {
                    nodes[count] = 0.5 * ln(variance);
                    count += 1;
                }
            }
        }
        let nodes = &mut nodes[..count];
        // The log grid is ascending already and few points join it: each moves down to its place.
        for i in 1..nodes.len() {
            let mut at = i;
            while at > 0 && nodes[at - 1] > nodes[at] {
                nodes.swap(at - 1, at);
                at -= 1;
            }
        }
        nodes
    }

    fn roots(&self, knots: &[Knot]) -> Roots {
        // What rounding leaves of an excess of 0.
        let noise = 4.0 * f64::EPSILON * min(self.prob, 1.0 - self.prob);
        let mut roots = Roots::None;
        let mut last: Option<Knot> = None;
        let mut touching: Option<Knot> = None;
        for &knot in knots {
            if knot.model.excess.abs() <= noise {
                touching = Some(knot);
                continue;
            }
            let above = knot.model.excess > 0.0;
            let vega = if above { Vega::Positive } else { Vega::Negative };
            match (last, touching) {
                (Some(last), _) if (last.model.excess > 0.0) != above => {
                    let (a, b) = (last.log_sigma, knot.log_sigma);
                    let log_sigma =
                        bracket::root(a, last.model.excess, b, knot.model.excess, |x| self.excess(x));
                    roots.push(Root { sigma: exp(log_sigma), vega });
                }
                (Some(_), Some(at)) => roots.push(Root { sigma: exp(at.log_sigma), vega: Vega::Zero }),
                // The range begins on the quote.
                (None, Some(at)) => roots.push(Root { sigma: exp(at.log_sigma), vega }),
                (_, None) => {}
            }
            last = Some(knot);
            touching = None;
        }
        // The range ends on the quote.
        if let Some(at) = touching {
            let vega = match last {
                Some(last) if last.model.excess > 0.0 => Vega::Negative,
                Some(_) => Vega::Positive,
                None => Vega::Zero,
            };
            roots.push(Root { sigma: exp(at.log_sigma), vega });
        }
        roots
    }
}

fn peak(knots: &[Knot]) -> Peak {
    let mut best = Knot::default();
    for &knot in knots {
        if knot.model.prob > best.model.prob {
            best = knot;
        }
    }
    Peak { sigma: exp(best.log_sigma), prob: best.model.prob }
}
