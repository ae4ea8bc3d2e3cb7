//! The artists of one event together: what the winner's probability integral takes.

use super::forecast::{Fan, Nowcaster, Scheduled};
use crate::pricing::winner::Outcome;
use crate::units::Date;
use crate::{Invalid, math};

/// How far back surprises are compared, in days.
const WINDOW: i32 = 730;

/// Surprises are cut off at so many standard deviations, so that one jump doesn't make a correlation.
const CUT: f64 = 3.0;

/// The days in a year of [`Outcome::Merton`].
const DAYS_PER_YEAR: f64 = 365.0;

/// The correlation of the artists' daily surprises, shrunk towards their mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    matrix: Vec<Vec<f64>>,
    loadings: Vec<f64>,
}

impl Correlation {
    /// Returns the correlation of the artists' standardised surprises over the last two years.
    ///
    /// Each pair's correlation over the days both have is moved towards the mean of all pairs by
    /// `sum Var(r_ij) / sum (r_ij - mean)^2`, at most wholly (the constant-correlation target of Ledoit and Wolf,
    /// J. Portfolio Management 30, 2004, with the intensity of Schäfer and Strimmer, 2005, and
    /// `Var(r) = (1 - r^2)^2 / n`): the fewer days there are, the less artists differ.
    pub fn estimate(nowcaster: &Nowcaster) -> Self {
        let n = nowcaster.len();
        let mut pairs = Vec::new();
        for i in 0..n {
            for j in 0..i {
                pairs.push((i, j, pair(nowcaster, i, j)));
            }
        }
        let count = pairs.len() as f64;
        let mean =
            if pairs.is_empty() { 0.0 } else { pairs.iter().map(|(_, _, (r, _))| r).sum::<f64>() / count };
        let spread: f64 = pairs.iter().map(|(_, _, (r, _))| (r - mean) * (r - mean)).sum();
        let noise: f64 = pairs.iter().map(|(_, _, (_, variance))| variance).sum();
        let shrinkage = if noise < spread { noise / spread } else { 1.0 };
        let mut matrix = vec![vec![1.0; n]; n];
        for (i, j, (r, _)) in pairs {
            matrix[i][j] = r + shrinkage * (mean - r);
            matrix[j][i] = matrix[i][j];
        }
        Self { loadings: loadings(&matrix), matrix }
    }

    /// Returns the correlations, a row for each artist in the nowcaster's order, with ones on the diagonal.
    pub(crate) fn matrix(&self) -> &[Vec<f64>] {
        &self.matrix
    }

    /// Returns each artist's correlation with the one common factor that comes closest to the matrix.
    pub fn loadings(&self) -> &[f64] {
        &self.loadings
    }
}

/// Returns the correlation of two artists' surprises, and its sampling variance; none where there are no days.
fn pair(nowcaster: &Nowcaster, i: usize, j: usize) -> (f64, f64) {
    let ((first_i, a), (first_j, b)) = (nowcaster.surprises(i), nowcaster.surprises(j));
    let on = |first: Date, z: &[Option<f64>], day: Date| {
        let index = usize::try_from(day.days_since(first)).ok()?;
        z.get(index).copied().flatten().map(|z| z.clamp(-CUT, CUT))
    };
    let end = first_i.plus_days(i32::try_from(a.len()).unwrap_or(i32::MAX));
    let (mut n, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0);
    for back in 1..=WINDOW {
        let day = end.plus_days(-back);
        if let (Some(x), Some(y)) = (on(first_i, a, day), on(first_j, b, day)) {
            n += 1.0;
            aa += x * x;
            bb += y * y;
            ab += x * y;
        }
    }
    // Surprises have mean zero under the model: their second moments are about zero.
    let r = ab / libm::sqrt(aa * bb);
    if n > 2.0 && r.is_finite() { (r, (1.0 - r * r) * (1.0 - r * r) / n) } else { (0.0, 1.0) }
}

/// Returns the loadings on one factor by the centroid method (Thurstone, *Multiple-Factor Analysis*, 1947): an
/// artist's mean correlation with the others, over the square root of the mean of all; zero where the mean isn't
/// positive, for then there is nothing common.
fn loadings(matrix: &[Vec<f64>]) -> Vec<f64> {
    let n = matrix.len();
    let others = n.saturating_sub(1) as f64;
    let rows: Vec<f64> =
        (0..n).map(|i| (0..n).filter(|&j| j != i).map(|j| matrix[i][j]).sum::<f64>() / others).collect();
    let mean = rows.iter().sum::<f64>() / n as f64;
    if n < 2 || mean <= 0.0 {
        return vec![0.0; n];
    }
    let root = libm::sqrt(mean);
    rows.iter().map(|row| math::min(math::max(row / root, 0.0), 0.99)).collect()
}

/// Returns the fan of artist `i` up to settlement, given the events `scheduled` for it, and the law of the logarithm of its
/// listeners on that day, as [`WinnerTakeAll`](crate::pricing::winner::WinnerTakeAll) takes it.
///
/// The law is the fan's of that day, in years of 365 publication days. Of its standard deviation without jumps, the
/// part `loading` is common; jumps are each artist's own, and centred.
///
/// # Errors
///
/// When `settlement` is not after the last day known or more than two months later, or the artist has no count.
pub(crate) fn outcome(
    nowcaster: &Nowcaster,
    i: usize,
    loading: f64,
    settlement: Date,
    scheduled: &[Scheduled],
) -> Result<(Fan, Outcome), Invalid> {
    let known = nowcaster.last_day(i)?;
    let horizon = usize::try_from(settlement.days_since(known))
        .ok()
        .filter(|&h| h > 0)
        .ok_or_else(|| Invalid::new("settlement", format!("must be after {known}, got {settlement}")))?;
    let fan = nowcaster.fan(i, horizon, scheduled).map_err(|e| e.within(format_args!("artists[{i}]")))?;
    let forecast = fan.steps[horizon].listeners;
    let years = horizon as f64 / DAYS_PER_YEAR;
    let law = Outcome::Merton {
        a: forecast.mean,
        years,
        sigma: forecast.sd * libm::sqrt((1.0 - loading * loading) / years),
        lambda: forecast.jump_intensity / years,
        mu_j: 0.0,
        sig_j: forecast.jump_sd,
        beta: forecast.sd * loading,
    };
    Ok((fan, law))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loadings_reproduce_a_one_factor_matrix_of_equal_correlations() {
        let r = 0.36;
        let matrix: Vec<Vec<f64>> =
            (0..4).map(|i| (0..4).map(|j| if i == j { 1.0 } else { r }).collect()).collect();
        for loading in loadings(&matrix) {
            assert!((loading - 0.6).abs() < 1e-15);
        }
        assert_eq!(loadings(&[vec![1.0, -0.2], vec![-0.2, 1.0]]), [0.0, 0.0]);
        assert_eq!(loadings(&[vec![1.0]]), [0.0]);
    }

    #[test]
    fn a_law_keeps_the_fans_whole_variance_whatever_part_of_it_is_common() {
        let histories = crate::world::histories(4, Date::new(2025, 1, 1).unwrap(), 2, 400).unwrap();
        let views: Vec<_> = histories.iter().map(|history| history.as_of(history.end())).collect();
        let nowcaster = Nowcaster::fit(&views).unwrap();
        let known = nowcaster.last_day(0).unwrap();
        let (fan, law) = outcome(&nowcaster, 0, 0.6, known.plus_days(16), &[]).unwrap();
        let said = fan.steps[16].listeners;
        let Outcome::Merton { years, sigma, lambda, beta, .. } = law else { panic!("jumps: {law:?}") };
        assert!(((sigma * sigma * years + beta * beta) / (said.sd * said.sd) - 1.0).abs() < 1e-12);
        assert!((beta / said.sd - 0.6).abs() < 1e-12);
        assert!((lambda * years / said.jump_intensity - 1.0).abs() < 1e-12);
        assert_eq!(outcome(&nowcaster, 0, 0.6, known, &[]).unwrap_err().field, "settlement");
    }
}
