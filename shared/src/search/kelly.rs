//! The best portfolio for the expected logarithm, with a proof of how good it is.

use super::barrier::{Search, TOLERANCE};
use crate::math::{ln, max};
use crate::{Invalid, invalid};

/// A share of what may be bought that is nothing, or all, but for the barrier.
const SNAP: f64 = 1e-9;

/// Something that can be bought.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// By what one of it changes the wealth in each outcome.
    pub changes: Vec<f64>,
    /// What one of it takes of the budget; negative if it adds to it.
    pub uses: f64,
    /// The most of it, at least zero.
    pub most: f64,
}

/// What can happen, what there is then, and what can be bought before.
#[derive(Debug, Clone, PartialEq)]
pub struct Bets {
    probabilities: Vec<f64>,
    wealth: Vec<f64>,
    columns: Vec<Column>,
    budget: f64,
}

/// The best portfolio.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// How much of each column.
    pub amounts: Vec<f64>,
    /// By what they raise the expected logarithm of the wealth.
    pub growth: f64,
    /// No portfolio raises it by more than `growth + gap`.
    pub gap: f64,
    /// What one more of the budget would raise it by: the multiplier of the budget.
    pub budget_price: f64,
}

impl Bets {
    /// Returns the problem of an account with `wealth` in each outcome, of which `columns` for no more than `budget` may be
    /// bought. Outcomes of probability zero don't count.
    ///
    /// # Errors
    ///
    /// Names `probabilities` that are negative or don't sum to one, `wealth` that is not positive where something is
    /// probable, and `columns` that have not one number an outcome.
    pub fn new(
        probabilities: Vec<f64>,
        wealth: Vec<f64>,
        columns: Vec<Column>,
        budget: f64,
    ) -> Result<Self, Invalid> {
        for p in &probabilities {
            invalid::non_negative("probabilities", *p)?;
        }
        let sum: f64 = probabilities.iter().sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(Invalid::new("probabilities", format!("must sum to one, got {sum}")));
        }
        if wealth.len() != probabilities.len() {
            return Err(Invalid::new("wealth", "must have a number for each outcome"));
        }
        for (wealth, p) in wealth.iter().zip(&probabilities) {
            invalid::finite("wealth", *wealth)?;
            if *p > 0.0 {
                invalid::positive("wealth", *wealth)?;
            }
        }
        for column in &columns {
            let is_finite = column.changes.iter().all(|change| change.is_finite()) && column.uses.is_finite();
            if column.changes.len() != probabilities.len() || !is_finite {
                return Err(Invalid::new("columns", "must have a finite number for each outcome"));
            }
            invalid::non_negative("columns", column.most)?;
        }
        invalid::finite("budget", budget)?;
        Ok(Self { probabilities, wealth, columns, budget })
    }

    /// Returns what there is in each outcome with so much of each column.
    pub fn wealth_with(&self, amounts: &[f64]) -> Vec<f64> {
        let mut wealth = self.wealth.clone();
        for (column, amount) in self.columns.iter().zip(amounts) {
            for (wealth, change) in wealth.iter_mut().zip(&column.changes) {
                *wealth += amount * change;
            }
        }
        wealth
    }

    /// Returns by what so much of each column raises the expected logarithm, or nothing if it could ruin.
    pub fn growth(&self, amounts: &[f64]) -> Option<f64> {
        let after = self.wealth_with(amounts);
        let mut growth = 0.0;
        for ((p, before), after) in self.probabilities.iter().zip(&self.wealth).zip(after) {
            if *p > 0.0 {
                if after <= 0.0 {
                    return None;
                }
                growth += p * ln(after / before);
            }
        }
        Some(growth)
    }

    /// Returns the derivative of the expected logarithm by each amount.
    pub fn gradient(&self, amounts: &[f64]) -> Vec<f64> {
        let after = self.wealth_with(amounts);
        let slope = |column: &Column| {
            let parts = column.changes.iter().zip(&self.probabilities).zip(&after);
            parts.filter(|((_, p), _)| **p > 0.0).map(|((change, p), after)| p * change / after).sum()
        };
        self.columns.iter().map(slope).collect()
    }

    /// Returns the best portfolio.
    ///
    /// The search is a barrier method (S. Boyd and L. Vandenberghe, "Convex Optimization", 2004, section 11.3). What it
    /// finds is proven by duality, however it was found: the expected logarithm is concave, so no portfolio is better than
    /// its linear approximation allows, and by how much that is, is bounded by any price of the budget.
    pub fn solve(&self) -> Optimum {
        // Without a budget only what adds to it can be bought, and needs none.
        let free = self.budget <= 0.0;
        let usable = |column: &&Column| column.most > 0.0 && !(free && column.uses > 0.0);
        let columns: Vec<&Column> = self.columns.iter().filter(usable).collect();
        let search = self.search(&columns, (!free).then_some(self.budget));
        let mut shares = search.run();
        let mut proof = search.proof(&shares);
        let snapped: Vec<f64> = shares.iter().map(|share| snap(*share)).collect();
        if search.is_within(&snapped) {
            let other = search.proof(&snapped);
            if other.gap <= max(proof.gap, TOLERANCE) {
                (shares, proof) = (snapped, other);
            }
        }
        let mut found = shares.iter().zip(&columns).map(|(share, column)| share * column.most);
        let amounts: Vec<f64> = self
            .columns
            .iter()
            .map(|column| if usable(&column) { found.next().unwrap_or(0.0) } else { 0.0 })
            .collect();
        let growth = self.growth(&amounts).unwrap_or(0.0);
        if growth < 0.0 {
            // Nothing is better by the rounding of the logarithm, and no further from the best than this was.
            let amounts = vec![0.0; self.columns.len()];
            return Optimum { amounts, growth: 0.0, gap: proof.gap, budget_price: proof.price };
        }
        Optimum { amounts, growth, gap: proof.gap, budget_price: proof.price }
    }

    /// Returns the problem in shares of `columns`, in the outcomes that can come.
    fn search(&self, columns: &[&Column], budget: Option<f64>) -> Search {
        let probable: Vec<usize> =
            (0..self.probabilities.len()).filter(|j| self.probabilities[*j] > 0.0).collect();
        let pick = |of: &[f64]| -> Vec<f64> { probable.iter().map(|j| of[*j]).collect() };
        let (probabilities, wealth) = (pick(&self.probabilities), pick(&self.wealth));
        let scaled =
            |column: &&Column| pick(&column.changes).iter().map(|change| change * column.most).collect();
        Search {
            changes: columns.iter().map(scaled).collect(),
            uses: budget.map(|b| columns.iter().map(|column| column.uses * column.most / b).collect()),
            budget: budget.unwrap_or(0.0),
            probabilities,
            wealth,
        }
    }
}

fn snap(share: f64) -> f64 {
    match share {
        nothing if nothing < SNAP => 0.0,
        all if all > 1.0 - SNAP => 1.0,
        other => other,
    }
}
