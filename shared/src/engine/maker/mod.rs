//! Trading one event, from its beliefs on.
//!
//! `told` takes in what happened, `decide` says what should rest, `gate` asks the limits, `hand` has what a person places,
//! `look` says when to look again, `preview` says what other settings would come to, `together` holds what all outcomes are
//! worth as one.

mod decide;
mod gate;
mod hand;
mod look;
mod preview;
mod together;
mod told;

use serde::{Deserialize, Serialize};

pub use self::hand::Unplaced;
pub use self::preview::Previewed;
use self::together::Together;
use super::state::Contract;
use super::{Error, Explained, Input, Outputs, Parameters};
use crate::Invalid;
use crate::belief::Belief;
use crate::exchange::{OrderId, OrderReport};
use crate::execution::{Execution, Hand, Patience};
use crate::ledger::{self, Ledger};
use crate::market::Position;
use crate::quoting::{self, Fair, Quotes, Regime, Terms, UsualSigmaB, Widening};
use crate::risk::{Bounds, Closures, EventSoFar, Gate, Halt};
use crate::settings::Fee;
use crate::units::Timestamp;

/// Makes the market in one event: keeps its belief, its orders and its account, and says what the exchange is to be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Maker {
    settings: Numbers,
    contracts: Vec<Contract>,
    /// What all outcomes are worth together, where the rules say so.
    together: Option<Together>,
    gate: Gate,
    /// What closed the gate when it was last looked at, if anything did, and when that may change by itself.
    halted: Option<Halt>,
    look_again: Timestamp,
    execution: Execution,
    /// What a person has placed beside the quotes.
    hand: Hand,
    ledger: Ledger,
    /// What belief volatility was so far.
    usual: UsualSigmaB,
    /// No regime ends and nothing held back is due before this.
    due: Option<Timestamp>,
    /// Whether all that was held at first has a value.
    is_valued: bool,
    /// What runs before have lost, until what was held at first has a value, and what of that they have not paid for.
    #[serde(default)]
    carried: Option<(EventSoFar, Vec<Position>)>,
    /// Whether a fill waits for its decision: the belief that includes its print comes first.
    undecided: bool,
    /// Whether each decision's way to its prices is kept.
    explains: bool,
}

/// The settings, converted once.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Numbers {
    quoting: quoting::Numbers,
    patience: Patience,
    bounds: Bounds,
    /// What a fill is reckoned to be charged.
    fee: Fee,
}

impl Maker {
    /// Returns a maker of the market in `contracts` that holds nothing and quotes nothing yet.
    ///
    /// # Errors
    ///
    /// As [`quoting::Settings::check`], or names `fair` if it isn't the belief: a maker quotes about the fair value that it is
    /// told. Whoever tells it finds that ([`crate::fair::Values`]) and says so with [`Parameters::as_told`].
    pub fn new(parameters: &Parameters, contracts: Vec<Terms>) -> Result<Self, Invalid> {
        check(parameters)?;
        let numbers = Numbers::of(parameters);
        let (count, start) = (contracts.len(), parameters.limits.start_balance);
        Ok(Self {
            settings: numbers,
            together: Together::of(parameters, &contracts),
            contracts: contracts.into_iter().map(Contract::new).collect(),
            gate: Gate::new(numbers.bounds, start),
            halted: None,
            look_again: Timestamp::MIN,
            execution: Execution::new(count, OrderId(1)),
            hand: Hand::new(count),
            ledger: Ledger::new(start, count),
            usual: UsualSigmaB::default(),
            due: None,
            is_valued: false,
            carried: None,
            undecided: false,
            explains: false,
        })
    }

    /// Keeps each decision's way to its prices from now on, for [`Maker::explained`].
    pub fn keep_explanations(&mut self) {
        self.explains = true;
    }

    /// Takes in what happened at `now` and adds to `out` what follows from it.
    ///
    /// Quotes change when the value they were made for drifts by more than `drift_cents`, when one of our orders trades,
    /// when a print surprises or the move it was part of settles, when a limit is passed, and when something is changed
    /// from outside; all else leaves them their place in the queue. Inputs come in order of time. After a fill the quotes
    /// are decided on the belief that comes next, which includes the print that filled us; if none comes, on a
    /// [`Input::Tick`].
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if the input can't be, and says what holds then.
    #[inline]
    pub fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        // Most of what happens, and in a backtest nearly all of it.
        if let Input::Belief { contract, ref belief, agreed } = *input {
            self.believe(now, (contract, belief, agreed), out)
        } else {
            self.take(now, input, out)
        }?;
        if self.hand.is_idle() { Ok(()) } else { self.look_at_hand(now, out) }
    }

    /// Takes in what isn't a belief, as [`Maker::step`] does.
    fn take(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        match *input {
            Input::Belief { contract, ref belief, agreed } => {
                self.believe(now, (contract, belief, agreed), out)?;
            }
            Input::Fair { contract, fair } => self.revalue(contract, now, fair, out)?,
            Input::Book { contract, bid, ask } => self.book(contract, now, (bid, ask), out)?,
            Input::Last { contract, price } => {
                self.contract_mut(contract)?.last = Some(price);
                self.mark_if_asked(contract, now, out)?;
            }
            Input::Order(OrderReport::Fill(ref fill)) => self.fill(fill)?,
            Input::Order(OrderReport::Answer { contract, action, order, verdict }) => {
                self.answer(now, (contract, action), (order, verdict), out)?;
            }
            Input::Adopted { contract, action, order, rests } => {
                self.execution.adopt(contract, action, order, rests)?;
            }
            Input::Position { contract, position } => self.told_position(contract, now, position, out)?,
            Input::Balance(balance) => {
                self.ledger.told_balance(balance)?;
                self.account(now, out)?;
                if self.tell_if_beyond()? {
                    self.react_all(now, out)?;
                }
            }
            Input::Carried(carried, brought) => {
                self.gate.carry(carried);
                self.carried = carried.event.map(|event| (event, brought.to_vec()));
                (self.is_valued, self.look_again) = (false, Timestamp::MIN);
                self.account(now, out)?;
                if self.tell_if_beyond()? {
                    self.react_all(now, out)?;
                }
            }
            Input::ByHand { contract, action, asked } => {
                self.ask_by_hand(now, (contract, action), asked, out)?;
            }
            Input::Listed(ref terms) => self.list(terms),
            Input::Terms { contract, ref terms } => {
                self.open_mut(contract)?.terms = terms.clone();
                if let Some(together) = &mut self.together {
                    together.coherent.set_terms(contract, terms);
                }
                self.tell(contract)?;
                self.react(contract, now, out)?;
                // Its fees may be others.
                if self.tell_if_beyond()? {
                    self.react_all(now, out)?;
                }
            }
            Input::Status { contract, status } => {
                self.open_mut(contract)?.terms.status = status;
                self.tell(contract)?;
                self.react(contract, now, out)?;
            }
            Input::Settled { contract, value } => self.settle(contract, now, value, out)?,
            Input::Settings(parameters) => {
                check(parameters)?;
                self.set(parameters, now, out)?;
            }
            Input::Pull { until } => {
                self.gate.pull(until);
                self.look_again = Timestamp::MIN;
                self.account(now, out)?;
            }
            Input::Widen { contract, widening } => self.widen(contract, now, widening, out)?,
            Input::Paused(paused) => {
                self.gate.pause(paused);
                self.look_again = Timestamp::MIN;
                self.account(now, out)?;
            }
            Input::Closed { contract, why } => {
                self.close(contract, now, |closures| closures.close_or_lift(why), out)?;
            }
            Input::Lifted { contract, why } => {
                self.close(contract, now, |closures| closures.lift(why), out)?;
            }
            Input::Publication => {
                (0..self.contracts.len()).try_for_each(|contract| self.tell(contract))?;
                self.react_all(now, out)?;
            }
            Input::Tick => {
                if self.undecided || self.due.is_some_and(|due| now >= due) {
                    self.due = None;
                    self.account(now, out)?;
                    if core::mem::take(&mut self.undecided) {
                        self.react_all(now, out)?;
                    }
                    self.react_in_time(now, out)?;
                }
            }
        }
        Ok(())
    }

    /// Checks that all parts are of `contracts` contracts, as those of a snapshot must be.
    ///
    /// # Errors
    ///
    /// Names `maker` if they aren't.
    pub(crate) fn check(&self, contracts: usize) -> Result<(), Invalid> {
        let together = self.together.as_ref().is_none_or(|together| together.fits(contracts));
        let orders = [self.execution.contracts(), self.hand.contracts()];
        if together
            && [self.contracts.len(), self.ledger.contracts()] == [contracts; 2]
            && orders == [contracts; 2]
        {
            Ok(())
        } else {
            Err(Invalid::new("maker", format!("is not of {contracts} contracts in all its parts")))
        }
    }

    /// Returns when a [`Input::Tick`] will change something if nothing else happens before: a driver that knows no other
    /// clock sends one then.
    pub fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Returns what is held and what it is worth.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns what the event has cost and lost so far, for a run after this one to count on from, once all that was held at first
    /// has a value.
    pub fn so_far(&self) -> Option<EventSoFar> {
        self.is_valued.then(|| self.gate.so_far(self.ledger.cash()))
    }

    /// Returns the orders that work.
    pub const fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Returns what a person has placed beside the quotes.
    pub const fn hand(&self) -> &Hand {
        &self.hand
    }

    /// Returns the limits, and what halts quoting.
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Returns for what nothing of a contract is quoted, whether it was said of the contract or of the event.
    pub fn closures(&self, contract: usize) -> Closures {
        let own = self.contracts.get(contract).map_or(Closures::NONE, |state| state.closures);
        self.gate.closures().and(own)
    }

    /// Returns what is held of a contract.
    pub fn position(&self, contract: usize) -> Position {
        self.ledger.position(contract)
    }

    /// Returns what is believed of a contract, once something is.
    pub fn belief(&self, contract: usize) -> Option<&Belief> {
        self.contracts.get(contract)?.belief.as_ref()
    }

    /// Returns how a contract's quotes are made at `now`; halted before anything is believed.
    pub fn regime(&self, contract: usize, now: Timestamp) -> Regime {
        match self.contracts.get(contract) {
            Some(state) if state.belief.is_some() => self.regime_of(state, now),
            _ => Regime::Halted,
        }
    }

    #[inline]
    fn regime_of(&self, state: &Contract, now: Timestamp) -> Regime {
        match self.halted {
            None if state.can_be_quoted() => state.toxicity.regime(now, &self.settings.quoting),
            Some(Halt::Catalyst) if state.can_be_quoted() => Regime::Catalyst,
            _ => Regime::Halted,
        }
    }

    /// Returns what widens a contract's quotes from outside at `now`.
    pub fn widening(&self, contract: usize, now: Timestamp) -> Option<Widening> {
        self.contracts.get(contract)?.widenings.at(now)
    }

    /// Returns what should rest for a contract: what was decided, less what traded of it.
    pub fn quotes(&self, contract: usize) -> Quotes {
        self.contracts.get(contract).map_or_else(Quotes::default, |state| state.quotes)
    }

    /// Returns how bid and ask of a contract were last decided, if that is kept.
    pub fn explained(&self, contract: usize) -> Option<&[Explained; 2]> {
        self.contracts.get(contract)?.explained.as_deref()
    }

    fn contract_mut(&mut self, contract: usize) -> Result<&mut Contract, Error> {
        let count = self.contracts.len();
        self.contracts.get_mut(contract).ok_or_else(|| unknown(contract, count).into())
    }

    /// Returns a contract that has not settled.
    fn open_mut(&mut self, contract: usize) -> Result<&mut Contract, Error> {
        if self.ledger.settled(contract).is_some() {
            return Err(ledger::Error::Settled { contract }.into());
        }
        self.contract_mut(contract)
    }
}

impl Numbers {
    fn of(parameters: &Parameters) -> Self {
        let patience = Patience::new(&parameters.execution);
        Self {
            quoting: quoting::Numbers::new(&parameters.quoting, patience.refresh),
            patience,
            bounds: Bounds::new(&parameters.limits),
            fee: parameters.fee,
        }
    }
}

#[cold]
fn unknown(contract: usize, count: usize) -> Invalid {
    Invalid::new("contract", format!("{contract} is none of the {count} contracts"))
}

/// Checks what a maker can be set to.
fn check(parameters: &Parameters) -> Result<(), Invalid> {
    parameters.quoting.check()?;
    if parameters.quoting.fair == Fair::Belief {
        return Ok(());
    }
    Err(Invalid::new("fair", "must be belief where beliefs are told as they are"))
}
