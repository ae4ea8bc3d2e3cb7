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
    shrinkage: f64,
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
        Self { loadings: loadings(&matrix), matrix, shrinkage }
    }

    /// Returns the correlations, a row for each artist in the nowcaster's order, with ones on the diagonal.
    pub fn matrix(&self) -> &[Vec<f64>] {
        &self.matrix
    }

    /// Returns each artist's correlation with the one common factor that comes closest to the matrix.
    pub fn loadings(&self) -> &[f64] {
        &self.loadings
    }

    /// Returns how far each correlation was moved towards their mean, from 0 to 1.
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
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

/// Returns the logarithm of each artist's listeners on the day an event settles, in the nowcaster's order, as
/// [`WinnerTakeAll`](crate::pricing::winner::WinnerTakeAll) takes it.
///
/// Each is the fan's distribution of that day, in years of 365 publication days. Of its standard deviation without
/// jumps, `correlation` decides how much is common; jumps are each artist's own, and centred.
///
/// # Errors
///
/// When `settlement` is not after the last day known or more than two months later, an artist has no count, or
/// `correlation` is of another number of artists.
pub fn outcomes(
    nowcaster: &Nowcaster,
    correlation: &Correlation,
    settlement: Date,
) -> Result<Vec<Outcome>, Invalid> {
    if correlation.loadings.len() != nowcaster.len() {
        let reason = format!("must be of {} artists, got {}", nowcaster.len(), correlation.loadings.len());
        return Err(Invalid::new("correlation", reason));
    }
    let of = |(i, &loading)| Ok(outcome(nowcaster, i, loading, settlement, &[])?.1);
    correlation.loadings.iter().enumerate().map(of).collect()
}

/// Returns the fan of artist `i` up to settlement, given the events `scheduled` for it, and the law of its last day.
pub(super) fn outcome(
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
}
