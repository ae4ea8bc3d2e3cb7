//! With jumps: every root in a range of volatilities.

use super::{ImpliedVolatility, Peak, Quote, Root, Roots, SCANNED, Top, Vega, bracket};
use crate::Invalid;
use crate::math::{exp, ln, max, min};
use crate::pricing::digital::{Against, Drift, MertonDigital, Parameters};

/// Volatilities evenly spaced in their logarithm.
const SPACED: usize = 64;
/// The most components whose own critical point is a node.
const COMPONENTS: usize = 64;
/// Room for the nodes and a critical point of the sum after each.
const KNOTS: usize = 2 * (SPACED + COMPONENTS);

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
/// point of the mixture, which is located; between neighbours among all of these the probability is taken
/// to be monotone, and a change of the excess's sign shows a root.
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
    let knots = &knots[..count];
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
