//! The search over any functions, which asks for no slope.
//!
//! It fits the belief filter: nine variables, some of which a short tape hardly tells.

use crate::pieces::Pace;

/// Returns a local minimum of `f` near `start`, and the value there, from `evaluations` of `f` or a few more.
///
/// The simplex of Nelder and Mead (Computer Journal 7, 1965) with their coefficients. Its first corners lie `size` from
/// `start`, each along a coordinate. A value that is not a number counts as the worst. Every value of `f` is a piece of
/// the work.
pub(crate) async fn minimise_any<const N: usize>(
    pace: &Pace,
    f: &mut dyn FnMut(&[f64; N]) -> f64,
    start: [f64; N],
    size: f64,
    evaluations: usize,
) -> ([f64; N], f64) {
    let mut asked = Asked { pace, f, spent: 0 };
    let mut simplex = vec![asked.at(start).await];
    for i in 0..N {
        let mut corner = start;
        corner[i] += size;
        simplex.push(asked.at(corner).await);
    }
    loop {
        // An insertion sort: all but one corner, or all after a shrink, are in order already.
        for i in 1..simplex.len() {
            let mut j = i;
            while j > 0 && simplex[j].1 < simplex[j - 1].1 {
                simplex.swap(j, j - 1);
                j -= 1;
            }
        }
        let (worst, centre) = (
            simplex[N],
            core::array::from_fn::<f64, N, _>(|i| {
                simplex[..N].iter().map(|corner| corner.0[i]).sum::<f64>() / N as f64
            }),
        );
        let along = |by: f64| core::array::from_fn(|i| centre[i] + by * (worst.0[i] - centre[i]));
        let reflected = asked.at(along(-1.0)).await;
        if asked.spent >= evaluations {
            break;
        }
        if reflected.1 < simplex[0].1 {
            let expanded = asked.at(along(-2.0)).await;
            simplex[N] = if expanded.1 < reflected.1 { expanded } else { reflected };
        } else if reflected.1 < simplex[N - 1].1 {
            simplex[N] = reflected;
        } else {
            let contracted = asked.at(along(if reflected.1 < worst.1 { -0.5 } else { 0.5 })).await;
            if contracted.1 < crate::math::min(reflected.1, worst.1) {
                simplex[N] = contracted;
            } else {
                let best = simplex[0].0;
                for corner in &mut simplex[1..] {
                    *corner =
                        asked.at(core::array::from_fn(|i| best[i] + 0.5 * (corner.0[i] - best[i]))).await;
                }
            }
        }
    }
    simplex[0]
}

/// A function, and how often it was asked.
struct Asked<'a, const N: usize> {
    pace: &'a Pace,
    f: &'a mut dyn FnMut(&[f64; N]) -> f64,
    spent: usize,
}

impl<const N: usize> Asked<'_, N> {
    /// Returns a corner of the simplex: a place, and the value there.
    async fn at(&mut self, x: [f64; N]) -> ([f64; N], f64) {
        self.spent += 1;
        let value = (self.f)(&x);
        self.pace.rest().await;
        (x, if value.is_nan() { f64::INFINITY } else { value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::Pieces;

    fn minimised<const N: usize>(
        mut f: impl FnMut(&[f64; N]) -> f64,
        start: [f64; N],
        size: f64,
        evaluations: usize,
    ) -> ([f64; N], f64) {
        Pieces::new(|pace| async move { minimise_any(&pace, &mut f, start, size, evaluations).await })
            .finish()
    }

    #[test]
    fn finds_the_minimum_of_a_curved_valley() {
        let rosenbrock = |x: &[f64; 2]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            a * a + 100.0 * b * b
        };
        let (x, value) = minimised(rosenbrock, [-1.2, 1.0], 0.5, 400);
        assert!(value < 1e-12 && (x[0] - 1.0).abs() < 1e-5 && (x[1] - 1.0).abs() < 1e-5, "{x:?} {value}");
    }

    #[test]
    fn turns_away_from_where_there_is_no_value() {
        let (x, _) = minimised(|x: &[f64; 1]| if x[0] > 0.5 { f64::NAN } else { -x[0] }, [0.0], 0.2, 100);
        assert!(x[0] <= 0.5 && x[0] > 0.499, "{x:?}");
    }
}
