//! How long something takes, as a distribution.

use crate::math::normal;
use serde::{Deserialize, Serialize};

/// The longest delay, in milliseconds: an hour.
const LONGEST: f64 = 3_600_000.0;
/// The 99th percentile of a standard normal number.
const P99: f64 = 2.326_347_874_040_841;

/// How long something takes, in milliseconds of the exchange's clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Written")]
pub enum Delay {
    /// Always the same.
    Fixed(f64),
    /// Anything between two bounds, as likely.
    Uniform {
        /// The least and the most.
        uniform: [f64; 2],
    },
    /// Lognormal, as the times of networks are: half of them are below the median, and one in a hundred above `p99`.
    Lognormal {
        /// The median.
        median: f64,
        /// The 99th percentile.
        p99: f64,
    },
}

/// A delay as it is written, before its numbers are checked.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a delay is a number of milliseconds, { uniform = [least, most] } or { median = …, p99 = … }"
)]
enum Written {
    Fixed(f64),
    Uniform(Uniform),
    Lognormal(Lognormal),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uniform {
    uniform: [f64; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lognormal {
    median: f64,
    p99: f64,
}

impl TryFrom<Written> for Delay {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let check = |name: &str, ms: f64| {
            let is_right = (0.0..=LONGEST).contains(&ms);
            is_right.then_some(ms).ok_or_else(|| format!("{name} is {ms} ms: a delay is 0 to {LONGEST} ms"))
        };
        match written {
            Written::Fixed(ms) => Ok(Self::Fixed(check("it", ms)?)),
            Written::Uniform(Uniform { uniform: [least, most] }) => {
                let uniform = [check("the least", least)?, check("the most", most)?];
                if least > most {
                    return Err(format!("the least, {least} ms, is more than the most, {most} ms"));
                }
                Ok(Self::Uniform { uniform })
            }
            Written::Lognormal(Lognormal { median, p99 }) => {
                let (median, p99) = (check("the median", median)?, check("p99", p99)?);
                if median <= 0.0 || p99 < median {
                    return Err(format!("0 < median <= p99 must hold, and they are {median} and {p99} ms"));
                }
                Ok(Self::Lognormal { median, p99 })
            }
        }
    }
}

impl Delay {
    /// Returns the same delay each time, in milliseconds.
    ///
    /// # Errors
    ///
    /// Says so if it is less than nothing or more than an hour.
    pub fn fixed(ms: i64) -> Result<Self, String> {
        Written::Fixed(ms as f64).try_into()
    }

    /// Returns a delay in microseconds; `uniform` draws numbers between 0 and 1.
    pub fn draw(self, mut uniform: impl FnMut() -> f64) -> i64 {
        let ms = match self {
            Self::Fixed(ms) => ms,
            Self::Uniform { uniform: [least, most] } => least + (most - least) * uniform(),
            Self::Lognormal { median, p99 } => {
                let spread = crate::math::ln(p99 / median) / P99;
                // Defined on the whole open interval that is drawn from.
                let z = normal::quantile(uniform()).unwrap_or(0.0);
                median * crate::math::exp(spread * z)
            }
        };
        // A conversion saturates.
        (crate::math::min(ms, LONGEST) * 1_000.0) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(text: &str) -> Result<Delay, String> {
        serde_json::from_str(text).map_err(|why| why.to_string())
    }

    #[test]
    fn delays_have_the_distribution_that_they_say() {
        let mut random = crate::random::SplitMix64::new(1);
        let mut all = |text: &str| -> Vec<i64> {
            let delay = delay(text).unwrap();
            let mut all: Vec<i64> = (0..20_000).map(|_| delay.draw(|| random.uniform())).collect();
            all.sort_unstable();
            all
        };
        assert!(all("2.5").iter().all(|drawn| *drawn == 2_500));
        let uniform = all(r#"{"uniform":[1,3]}"#);
        assert!(uniform[0] >= 1_000 && uniform[19_999] <= 3_000);
        assert!((1_950..2_050).contains(&uniform[10_000]), "{}", uniform[10_000]);
        let lognormal = all(r#"{"median":40,"p99":400}"#);
        assert!((39_000..41_000).contains(&lognormal[10_000]), "{}", lognormal[10_000]);
        assert!((360_000..440_000).contains(&lognormal[19_800]), "{}", lognormal[19_800]);
    }

    #[test]
    fn what_is_no_delay_is_refused() {
        for text in [
            "-1",
            "1e9",
            r#"{"uniform":[3,1]}"#,
            r#"{"median":0,"p99":1}"#,
            r#"{"median":2,"p99":1}"#,
            r#"{"mean":2}"#,
            r#""fast""#,
        ] {
            assert!(delay(text).is_err(), "{text}");
        }
    }
}
