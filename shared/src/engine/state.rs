//! One contract's state in the loop.

use serde::{Deserialize, Serialize};

use super::Explained;
use crate::Invalid;
use crate::belief::Belief;
use crate::execution::Requote;
use crate::quoting::{Quote, Quotes, Status, Terms, Toxicity, Widening, Widenings};
use crate::risk::Closures;
use crate::units::{Price, Quantity, Timestamp};

/// One contract's state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Contract {
    pub(super) terms: Terms,
    #[serde(with = "belief_bits")]
    pub(super) belief: Option<Belief>,
    pub(super) book: (Option<Price>, Option<Price>),
    pub(super) toxicity: Toxicity,
    /// What widens the quotes from outside, and what of it they were last decided with.
    pub(super) widenings: Widenings,
    pub(super) widened: Option<Widening>,
    /// What of it, apart from the event, is not known to be so.
    pub(super) closures: Closures,
    pub(super) requote: Requote,
    /// When the quotes are decided again, as what a limit refused may pass then.
    pub(super) again: Option<Timestamp>,
    /// What it traded at last.
    pub(super) last: Option<Price>,
    /// What should rest: what was decided, less what traded of it.
    pub(super) quotes: Quotes,
    /// How both sides were last decided, where that is kept.
    #[serde(skip)]
    pub(super) explained: Option<Box<[Explained; 2]>>,
}

impl Contract {
    /// Returns the state of a contract that nothing is known of.
    pub(super) fn new(terms: Terms) -> Self {
        Self {
            terms,
            belief: None,
            book: (None, None),
            toxicity: Toxicity::CALM,
            widenings: Widenings::default(),
            widened: None,
            closures: Closures::NONE,
            requote: Requote::NEVER,
            again: None,
            last: None,
            quotes: Quotes::default(),
            explained: None,
        }
    }

    /// Whether it can be traded.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.terms.status == Status::Open
    }

    /// Whether quotes can be decided at all.
    #[inline]
    pub(super) fn can_be_quoted(&self) -> bool {
        self.is_open() && self.closures.is_empty()
    }
}

/// A belief in a snapshot, to the last bit: as JSON numbers, infinities would be lost.
mod belief_bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::belief::Belief;

    pub(super) fn serialize<S: Serializer>(
        belief: &Option<Belief>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let bits = |&Belief { fair, sd, sigma_b, z, weights: [diffusion, stray, jump] }: &Belief| {
            [fair, sd, sigma_b, z, diffusion, stray, jump].map(f64::to_bits)
        };
        belief.as_ref().map(bits).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Belief>, D::Error> {
        let belief = |bits: [u64; 7]| {
            let [fair, sd, sigma_b, z, diffusion, stray, jump] = bits.map(f64::from_bits);
            Belief { fair, sd, sigma_b, z, weights: [diffusion, stray, jump] }
        };
        Ok(Option::<[u64; 7]>::deserialize(deserializer)?.map(belief))
    }
}

/// Takes what traded off a quote. A fill at another price is of an order that was already to be replaced.
pub(super) fn less(quote: Option<Quote>, price: Price, count: Quantity) -> Option<Quote> {
    let quote = quote?;
    if quote.price != price {
        return Some(quote);
    }
    let left = quote.count.checked_sub(count).filter(|left| !left.is_zero())?;
    Some(Quote { count: left, ..quote })
}

/// Checks that a belief's numbers can be.
#[inline]
pub(super) fn possible(belief: &Belief) -> Result<(), Invalid> {
    let fair = belief.fair >= 0.0 && belief.fair <= 1.0;
    if fair && belief.alarm() >= 0.0 && belief.sd >= 0.0 && belief.sigma_b >= 0.0 && !belief.z.is_nan() {
        Ok(())
    } else {
        Err(impossible(belief))
    }
}

#[cold]
fn impossible(belief: &Belief) -> Invalid {
    let Belief { fair, sd, sigma_b, z, weights: [diffusion, stray, jump] } = belief;
    Invalid::new(
        "belief",
        format!(
            "must have fair from 0 to 1, sd, sigma_b and weights not negative and z a number, got fair {fair}, sd {sd}, \
             sigma_b {sigma_b}, z {z} and weights {diffusion}, {stray} and {jump}"
        ),
    )
}
