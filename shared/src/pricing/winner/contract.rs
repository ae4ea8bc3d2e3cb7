//! The checked list of outcomes, and what it answers.

use super::factor::FactorAverage;
use super::outcome::{Component, Contender, Law, Outcome};
use super::workspace::{Totals, Workspace};
use super::{Quantities, Square};
use crate::Invalid;

/// The greatest number of outcomes in a list, OTHER not counted.
pub const MOST_OUTCOMES: usize = 30;

/// The greatest error estimate with which probabilities are given out.
const ACCEPTED_ERROR: f64 = 1e-10;

/// Who else could win than the outcomes listed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unlisted {
    /// Nobody: the probabilities are conditional on the winner being on the list.
    Excluded,
    /// OTHER wins with this probability, in `[0, 1)`, whatever the listed levels turn out to be. The listed share
    /// the rest as if they were alone.
    Mass(f64),
    /// OTHER is one more level in the race: the greatest of all that are not listed.
    Competes(Outcome),
}

/// A winner-take-all contract: a checked list of outcomes, the greatest of whose levels wins.
///
/// Levels are independent given the common factor. Ties between levels that have a density have probability zero;
/// the contract's own rule for ties is not priced.
///
/// ```
/// use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};
///
/// let leader = Outcome::Normal { a: 0.1, s: 0.3, beta: 0.0 };
/// let challenger = Outcome::Normal { a: 0.0, s: 0.4, beta: 0.0 };
/// let contract = WinnerTakeAll::new(&[leader, challenger], Unlisted::Excluded)?;
/// let won = contract.probabilities(&mut Workspace::new())?;
/// // Phi(0.1 / sqrt(0.3^2 + 0.4^2))
/// assert!((won.listed()[0] - 0.579_259_709_439_103).abs() < 1e-14);
/// # Ok::<(), shared::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WinnerTakeAll {
    contenders: Vec<Contender>,
    components: Vec<Component>,
    listed: usize,
    other: Other,
}

/// What became of [`Unlisted`] once checked; a competing OTHER is the last contender.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Other {
    Excluded,
    Mass(f64),
    Competes,
}

impl WinnerTakeAll {
    /// Checks a list of 1 to [`MOST_OUTCOMES`] outcomes. A list of one is certain to win, but for OTHER.
    ///
    /// # Errors
    ///
    /// Names `outcomes` if the list is empty, too long, or its greatest known level (a spread of zero) belongs to two
    /// outcomes; `outcomes[3].s` or the like for a number that is not finite, out of range or of the wrong sign;
    /// `other` or a field of it for OTHER.
    pub fn new(outcomes: &[Outcome], unlisted: Unlisted) -> Result<Self, Invalid> {
        if outcomes.is_empty() || outcomes.len() > MOST_OUTCOMES {
            let reason = format!("must be 1 to {MOST_OUTCOMES}, got {}", outcomes.len());
            return Err(Invalid::new("outcomes", reason));
        }
        let mut components = Vec::new();
        let mut contenders = Vec::with_capacity(outcomes.len() + 1);
        for (i, outcome) in outcomes.iter().enumerate() {
            let checked = outcome.checked(&mut components);
            contenders.push(checked.map_err(|invalid| invalid.within(format_args!("outcomes[{i}]")))?);
        }
        let other = match unlisted {
            Unlisted::Excluded => Other::Excluded,
            Unlisted::Mass(mass) if (0.0..1.0).contains(&mass) => Other::Mass(mass),
            Unlisted::Mass(mass) => {
                return Err(Invalid::new("other", format!("must be a probability below 1, got {mass}")));
            }
            Unlisted::Competes(outcome) => {
                contenders.push(outcome.checked(&mut components).map_err(|invalid| invalid.within("other"))?);
                Other::Competes
            }
        };
        refuse_tie(&contenders)?;
        // Only differences of levels matter, and near zero they keep all their digits.
        let highest = contenders.iter().map(|c| c.centre).fold(f64::NEG_INFINITY, crate::math::max);
        for contender in &mut contenders {
            contender.centre -= highest;
        }
        Ok(Self { contenders, components, listed: outcomes.len(), other })
    }

    /// Returns the probability that each outcome has the greatest level.
    ///
    /// Absolute errors are below 1e-12 for independent levels and about 1e-11 with a common factor; a probability
    /// smaller than its error may be given as zero.
    ///
    /// # Errors
    ///
    /// Names `outcomes` if the error estimate stays above 1e-10, as it does where a common factor moves levels by some
    /// hundred times what they vary on their own.
    pub fn probabilities(&self, workspace: &mut Workspace) -> Result<Probabilities, Invalid> {
        let error_estimate = self.run(Quantities::Probabilities, workspace)?;
        Ok(self.collect(error_estimate, workspace))
    }

    /// Returns the probabilities with their derivatives in every level and every spread.
    ///
    /// `dp_i/da_j = -int f_i f_j prod_{k != i, j} F_k dx` for `i != j`, averaged over the common factor, and the
    /// diagonal makes the rows add up to zero.
    ///
    /// # Errors
    ///
    /// As [`probabilities`](Self::probabilities).
    pub fn sensitivities<'w>(&self, workspace: &'w mut Workspace) -> Result<Sensitivities<'w>, Invalid> {
        let error_estimate = self.run(Quantities::Sensitivities, workspace)?;
        let probabilities = self.collect(error_estimate, workspace);
        let share = self.listed_share();
        let count = self.contenders.len();
        let Totals { level, scale, .. } = &mut workspace.totals;
        for i in 0..count {
            level[i][i] = 0.0;
            scale[i][i] = 0.0;
        }
        for i in 0..count {
            for j in 0..count {
                if i < j {
                    let pair = share * level[i][j];
                    (level[i][j], level[j][i]) = (-pair, -pair);
                    level[i][i] += pair;
                    level[j][j] += pair;
                }
                if i != j {
                    let moved = share * scale[i][j];
                    scale[i][j] = -moved;
                    scale[j][j] += moved;
                }
            }
        }
        Ok(Sensitivities { probabilities, count, level, scale })
    }

    fn run(&self, quantities: Quantities, workspace: &mut Workspace) -> Result<f64, Invalid> {
        let average =
            FactorAverage { contenders: &self.contenders, components: &self.components, quantities };
        let estimate = average.run(workspace);
        if estimate <= ACCEPTED_ERROR {
            Ok(estimate)
        } else {
            let reason =
                format!("the probabilities' error estimate {estimate:.1e} stays above {ACCEPTED_ERROR:e}");
            Err(Invalid::new("outcomes", reason))
        }
    }

    /// Divides the totals by their sum, which is 1 but for the error, and splits off OTHER.
    fn collect(&self, error_estimate: f64, workspace: &Workspace) -> Probabilities {
        let mass = &workspace.totals.mass;
        let total: f64 = mass[..self.contenders.len()].iter().sum();
        let share = self.listed_share();
        let mut listed = [0.0; MOST_OUTCOMES];
        for (probability, mass) in listed.iter_mut().zip(&mass[..self.listed]) {
            *probability = share * (mass / total);
        }
        let other = match self.other {
            Other::Excluded => None,
            Other::Mass(mass) => Some(mass),
            Other::Competes => Some(mass[self.listed] / total),
        };
        Probabilities { listed, count: self.listed, other, error_estimate }
    }

    /// Returns the probability that the race decides.
    fn listed_share(&self) -> f64 {
        match self.other {
            Other::Mass(mass) => 1.0 - mass,
            Other::Excluded | Other::Competes => 1.0,
        }
    }
}

/// Refuses two outcomes that share the greatest known level and move together: the contract's tie rule would decide.
fn refuse_tie(contenders: &[Contender]) -> Result<(), Invalid> {
    let mut known: Option<&Contender> = None;
    let mut tied = false;
    for contender in contenders.iter().filter(|c| c.law == Law::Known) {
        let level = known.map_or(f64::NEG_INFINITY, |k| k.centre);
        if contender.centre > level {
            (known, tied) = (Some(contender), false);
        } else if contender.centre == level && known.is_some_and(|k| k.loading == contender.loading) {
            tied = true;
        }
    }
    if tied { Err(Invalid::new("outcomes", "two share the greatest known level: a tie")) } else { Ok(()) }
}

/// The probability of each outcome, together 1 to within 1e-12.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probabilities {
    listed: [f64; MOST_OUTCOMES],
    count: usize,
    other: Option<f64>,
    error_estimate: f64,
}

impl Probabilities {
    /// Returns the listed outcomes' probabilities, in the list's order.
    #[must_use]
    pub fn listed(&self) -> &[f64] {
        &self.listed[..self.count]
    }

    /// Returns the probability that nobody listed wins, or `None` if the others are conditional on the list.
    #[must_use]
    pub fn other(&self) -> Option<f64> {
        self.other
    }

    /// Returns the estimated error of the probabilities before they were divided by their sum.
    ///
    /// For independent levels it bounds how far that sum was from 1; with a common factor the estimated error of
    /// the average over the factor is added, which the sum can't show.
    #[must_use]
    pub fn error_estimate(&self) -> f64 {
        self.error_estimate
    }
}

/// Probabilities and how they move with the outcomes' levels and spreads.
///
/// Outcomes are numbered as listed; an OTHER that competes comes after the last. The derivatives have the accuracy of
/// the probabilities, divided by the smallest spread, except that only the probabilities' own convergence decides how
/// finely the common factor is averaged. They lie in the workspace until its next use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivities<'w> {
    probabilities: Probabilities,
    count: usize,
    level: &'w Square,
    scale: &'w Square,
}

impl Sensitivities<'_> {
    /// Returns the probabilities.
    #[must_use]
    pub fn probabilities(&self) -> &Probabilities {
        &self.probabilities
    }

    /// Returns the number of rows and of columns of both matrices.
    #[must_use]
    pub fn size(&self) -> usize {
        self.count
    }

    /// Returns the row `dp_i/da_j`, per unit of level, over all `j`; `None` beyond the last outcome.
    ///
    /// The matrix is symmetric, and every row and column adds up to zero.
    #[must_use]
    pub fn level(&self, i: usize) -> Option<&[f64]> {
        self.level[..self.count].get(i).map(|row| &row[..self.count])
    }

    /// Returns the row `dp_i/d ln s_j` over all `j`: the change of `p_i` if all that is outcome `j`'s own, jumps
    /// included, is stretched about `a_j`; `None` beyond the last outcome.
    ///
    /// Every column adds up to zero. For a normal outcome, divide by `s_j` for the derivative in `s_j`.
    #[must_use]
    pub fn scale(&self, i: usize) -> Option<&[f64]> {
        self.scale[..self.count].get(i).map(|row| &row[..self.count])
    }
}
