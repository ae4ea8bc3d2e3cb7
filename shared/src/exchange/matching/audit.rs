//! Where all the money is.

use super::Matching;
use crate::units::Cash;

/// All money of an exchange: `cash + pledged + fees + rounding = paid_in - paid_out`, always and to the microdollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// What was paid in.
    pub paid_in: Cash,
    /// What was paid out.
    pub paid_out: Cash,
    /// Free and reserved cash of all accounts, less what accounts owe.
    pub cash: Cash,
    /// A dollar for every pair of a YES and a NO contract that is open.
    pub pledged: Cash,
    /// What the exchange has charged.
    pub fees: Cash,
    /// What was left of settled pairs, as positions are paid in whole cents.
    pub rounding: Cash,
}

impl Matching {
    /// Counts all money anew, from every account.
    pub fn audit(&self) -> Audit {
        let sum = |amounts: &mut dyn Iterator<Item = i64>| {
            Cash::from_microdollars(amounts.fold(0, i64::saturating_add))
        };
        let held = self.accounts.iter().flat_map(|account| account.holdings());
        // As many NO contracts are held as YES.
        let mut yes = held.map(|(_, holding)| holding.position.hundredths().max(0).saturating_mul(10_000));
        Audit {
            paid_in: Cash::from_microdollars(self.paid_in),
            paid_out: Cash::from_microdollars(self.paid_out),
            cash: sum(&mut self.accounts.iter().map(|account| account.cash)),
            pledged: sum(&mut yes),
            fees: Cash::from_microdollars(self.fees),
            rounding: Cash::from_microdollars(self.rounding),
        }
    }

    /// Returns how many pairs of a YES and a NO contract are open, by contract, in hundredths.
    pub fn open_interest(&self) -> Vec<i64> {
        let mut open = vec![0; self.markets.len()];
        for (market, holding) in self.accounts.iter().flat_map(|account| account.holdings()) {
            if let Some(open) = open.get_mut(market) {
                *open += holding.position.hundredths().max(0);
            }
        }
        open
    }
}

impl Audit {
    /// Returns whether it adds up.
    pub fn balances(&self) -> bool {
        let [paid_in, paid_out, cash, pledged, fees, rounding] =
            [self.paid_in, self.paid_out, self.cash, self.pledged, self.fees, self.rounding]
                .map(|amount| i128::from(amount.microdollars()));
        cash + pledged + fees + rounding == paid_in - paid_out
    }
}
