//! How often a study was looked at.

use serde::{Deserialize, Serialize};

use super::{Side, Study};
use crate::Invalid;
use crate::backtest::{DeflatedSharpe, Sharpe, sha256};
use crate::units::Timestamp;

/// One run of a study: a line of its registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The SHA-256 of the study's file.
    pub study: String,
    /// On which side.
    pub side: Side,
    /// When.
    pub at: Timestamp,
    /// The events.
    pub events: Vec<String>,
    /// The hash of the tape that was run.
    pub tape: String,
    /// The SHA-256 of what was found: [`StudyReport::findings`](super::StudyReport::findings).
    pub result: String,
    /// The Sharpe ratio of the metric's profits an event, its skewness and its kurtosis, and of how many; none of fewer than
    /// three or of equal ones.
    pub sharpe: Option<(f64, f64, f64, usize)>,
    /// The SHA-256 of the line before, so that none can be taken out or changed without a trace; of nothing for the first.
    pub before: String,
}

/// All runs of a study, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    looks: Vec<Look>,
    last: String,
}

impl Looks {
    /// Takes note of the next line of a study's registry, which says `look`.
    ///
    /// # Errors
    ///
    /// Names `looks` and the line if it is of another study than `study` or doesn't follow from the one before.
    pub fn take(&mut self, study: &str, look: Look, line: &str) -> Result<(), Invalid> {
        let wrong = |why: String| Invalid::new("looks", format!("line {}: {why}", self.looks.len() + 1));
        if look.study != study {
            return Err(wrong(format!("is of study {}, not of {study}", look.study)));
        }
        if look.before != self.last {
            return Err(wrong(
                "doesn't follow from the line before it: something was changed or taken out".into(),
            ));
        }
        self.last = sha256(line.as_bytes());
        self.looks.push(look);
        Ok(())
    }

    /// Returns a registry without a look.
    pub fn none() -> Self {
        Self { looks: Vec::new(), last: sha256(b"") }
    }

    /// Returns the looks, the first one first.
    pub fn all(&self) -> &[Look] {
        &self.looks
    }

    /// Returns how many there were on a side.
    pub fn on(&self, side: Side) -> usize {
        self.looks.iter().filter(|look| look.side == side).count()
    }

    /// Returns what names the last line.
    pub fn last(&self) -> &str {
        &self.last
    }

    /// Checks that the study may be looked at once more on that side.
    ///
    /// # Errors
    ///
    /// Names `stop.looks` if it has been looked at as often as it may be, and the side if it has no events there.
    pub fn allow(&self, study: &Study, side: Side) -> Result<(), Invalid> {
        if study.events(side).is_empty() {
            return Err(Invalid::new(
                side.name(),
                "names no event in the study's file: there is nothing to look at",
            ));
        }
        let (looks, most) = (self.looks.len(), study.stop.looks);
        if looks >= most {
            let times: Vec<String> = self.looks.iter().map(|look| look.at.to_string()).collect();
            let why =
                format!("{looks} of {most} looks were taken, at {}: the study is over", times.join(", "));
            return Err(Invalid::new("stop.looks", why));
        }
        Ok(())
    }

    /// Returns the deflated Sharpe ratio of `latest` as one more of all looks.
    pub fn deflated(&self, latest: Option<Sharpe>) -> Option<DeflatedSharpe> {
        let earlier = self.looks.iter().map(|look| {
            look.sharpe.map(|(ratio, skewness, kurtosis, n)| Sharpe { n, ratio, skewness, kurtosis })
        });
        let all: Vec<Option<Sharpe>> = earlier.chain([latest]).collect();
        DeflatedSharpe::of(&all, all.len() - 1)
    }
}
