//! What would rest under other settings.

use super::Maker;
use crate::engine::{Error, Input, Outputs, Parameters};
use crate::quoting::Quote;
use crate::risk::{ClosedFor, Halt};
use crate::units::Timestamp;

/// What would rest on one side of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// What would, if anything.
    pub quote: Option<Quote>,
    /// Why nothing would, in words; nothing where something does.
    pub why: String,
    /// Whether a limit of the gate is why.
    pub is_refused: bool,
}

impl Maker {
    /// Returns what would rest of each contract, bid and ask, if it were told `parameters` at `now`: a copy of it is, by the same
    /// step, and what that says the exchange is to be asked is forgotten. Where a pause or a kill keeps everything out, what
    /// would rest without it.
    ///
    /// # Errors
    ///
    /// As [`Maker::step`] of other settings.
    pub fn preview(&self, now: Timestamp, parameters: &Parameters) -> Result<Vec<[Previewed; 2]>, Error> {
        let (mut maker, out) = (self.clone(), &mut Outputs::silent());
        maker.keep_explanations();
        if maker.gate.closures().holds(ClosedFor::Killed) {
            maker.step(now, &Input::Lifted { contract: None, why: ClosedFor::Killed }, out)?;
        }
        if maker.gate.halted(now) == Some(Halt::Paused) {
            maker.step(now, &Input::Paused(false), out)?;
        }
        maker.step(now, &Input::Settings(&parameters.as_told()), out)?;
        Ok((0..maker.contracts.len()).map(|contract| maker.previewed(contract, parameters)).collect())
    }

    fn previewed(&self, contract: usize, parameters: &Parameters) -> [Previewed; 2] {
        let Some(sides) = self.explained(contract) else {
            let why = "nothing is believed of it yet".to_owned();
            let none = Previewed { quote: None, why, is_refused: false };
            return [none.clone(), none];
        };
        sides.each_ref().map(|side| Previewed {
            quote: side.quote.ok(),
            why: side.explain(parameters).outcome.err().map_or_else(String::new, |(_, why)| why),
            is_refused: side.refusal.is_some(),
        })
    }
}
