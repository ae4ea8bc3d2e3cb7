//! What is known of an event at an instant, and what each source makes of it.

use serde::{Deserialize, Serialize};

use super::pool::{Pool, Sources};
use crate::Invalid;
use crate::calibrated::{Category, Prior};
use crate::quoting::Fair;

/// What is known of one contract, probabilities and prices from 0 to 1 dollar. Written down it keeps all bits.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "[Option<u64>; 4]", into = "[Option<u64>; 4]")]
pub struct Known {
    /// The last price.
    pub last: Option<f64>,
    /// The middle of its book, where both sides are quoted.
    pub middle: Option<f64>,
    /// What the prints make believed.
    pub belief: Option<f64>,
    /// What the nowcast says.
    pub nowcast: Option<f64>,
}

/// What is known of an event at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Instant {
    /// What it is about.
    pub category: Category,
    /// How many days are left until it settles.
    pub days_left: f64,
    /// Whether at most one of its contracts comes true.
    pub is_exclusive: bool,
    /// Its contracts.
    pub contracts: Vec<Known>,
}

impl From<[Option<u64>; 4]> for Known {
    fn from(bits: [Option<u64>; 4]) -> Self {
        let [last, middle, belief, nowcast] = bits.map(|bits| bits.map(f64::from_bits));
        Self { last, middle, belief, nowcast }
    }
}

impl From<Known> for [Option<u64>; 4] {
    fn from(Known { last, middle, belief, nowcast }: Known) -> Self {
        [last, middle, belief, nowcast].map(|value| value.map(f64::to_bits))
    }
}

impl Known {
    /// Returns what is known after something of which no price is told, as a change of a book: the last one was `before`'s.
    #[must_use]
    pub(crate) fn after(self, before: Self) -> Self {
        Self { last: self.last.or(before.last), ..self }
    }

    /// Returns what the market says: the middle of the book where there is one, else the last price.
    pub fn market(&self) -> Option<f64> {
        self.middle.or(self.last)
    }
}

impl Instant {
    /// Returns what one of the sources says of each contract; `None` of a contract of which it knows nothing.
    ///
    /// In the blend a source that knows nothing of a contract says what the market does: without a nowcast it is of the
    /// others.
    ///
    /// # Errors
    ///
    /// Names `fair` if the nowcast is asked and says nothing of any contract: it needs the listeners of the artists.
    pub fn said(&self, fair: Fair, prior: &Prior, pool: &Pool) -> Result<Vec<Option<f64>>, Invalid> {
        let of = |of: fn(&Known) -> Option<f64>| self.contracts.iter().map(of).collect();
        Ok(match fair {
            Fair::Belief => of(|known| known.belief),
            Fair::Market => of(Known::market),
            Fair::Nowcast if self.contracts.iter().all(|known| known.nowcast.is_none()) => {
                return Err(Invalid::new(
                    "fair",
                    "nowcast needs the listeners of the event's artists, and there are none",
                ));
            }
            Fair::Nowcast => of(|known| known.nowcast),
            Fair::Calibrated => self.spread(&self.corrected(prior)),
            Fair::Blend => {
                let blend = |sources: Sources| pool.blend(&sources);
                let together = if self.is_exclusive {
                    blend(self.sources(prior))
                } else {
                    // Each is an event of its own.
                    let alone = |priced: usize| {
                        let Sources(all) = self.sources(prior);
                        blend(Sources(all.map(|own| own.get(priced).copied().into_iter().collect())))
                    };
                    (0..self.priced().len()).flat_map(alone).collect()
                };
                self.spread(&together)
            }
        })
    }

    /// Returns what each source says of the contracts that have a price, in their order.
    pub fn sources(&self, prior: &Prior) -> Sources {
        let of = |of: fn(&Known) -> Option<f64>| {
            let own = |known: &&Known| of(known).or(known.market()).unwrap_or(0.0);
            self.priced().iter().map(own).collect()
        };
        Sources([
            of(|known| known.belief),
            of(|known| known.nowcast),
            of(Known::market),
            self.corrected(prior),
        ])
    }

    /// Returns the contracts that have a price.
    fn priced(&self) -> Vec<&Known> {
        self.contracts.iter().filter(|known| known.market().is_some()).collect()
    }

    /// Returns the corrected prices of those.
    fn corrected(&self, prior: &Prior) -> Vec<f64> {
        let prices: Vec<f64> = self.priced().iter().filter_map(|known| known.market()).collect();
        if self.is_exclusive {
            let corrected = prior.correct_event(self.category, &prices, self.days_left);
            return corrected.iter().map(|own| own.p).collect();
        }
        prices.iter().map(|price| prior.correct(self.category, *price, self.days_left).p).collect()
    }

    /// Gives those back to the contracts that have a price, and nothing to the others.
    fn spread(&self, of_priced: &[f64]) -> Vec<Option<f64>> {
        let mut of_priced = of_priced.iter();
        self.contracts.iter().map(|known| known.market().and_then(|_| of_priced.next().copied())).collect()
    }
}
