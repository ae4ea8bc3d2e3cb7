//! Whether what is reported is what the desk had, to the microdollar.

use crate::attribution::Attribution;
use crate::desk::{Entry, Reckoned, Setting, Written};
use crate::engine::Maker;
use crate::units::{Cash, Timestamp};

/// A run of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number in the journal.
    pub number: i64,
    /// When it began.
    pub began: Option<Timestamp>,
    /// When something was last written down.
    pub ended: Option<Timestamp>,
    /// Whether it let go of its orders as it ended.
    pub is_in_order: bool,
    /// What its account came to.
    pub reckoning: Reckoning,
}

/// What an account came to in a run: by its fills and payments, by the engine that was told them again, and by the desk's own word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reckoning {
    /// The free cash as the run began, in the exchange's words; none where the run never learned it.
    pub told: Option<Cash>,
    /// The free cash in the end, of the engine that did the run again.
    pub free: Option<Cash>,
    /// The cash as the run began, collateral not taken off, and what fills and payments had come to.
    began: Option<(Cash, Cash)>,
    /// What the cash changed by beyond fills, fees and payments: nothing, if each cent is explained.
    pub unexplained: Option<Cash>,
    /// How many contracts' positions are not what was held at first and traded since.
    pub positions_differ: usize,
    /// What the desk wrote down itself in the end; none where it broke off.
    pub desk: Option<Reckoned>,
    /// Whether the engine that did the run again has the same cash and the same positions; none where the desk broke off.
    pub agrees: Option<bool>,
}

impl Run {
    pub(super) fn new(number: i64) -> Self {
        Self { number, began: None, ended: None, is_in_order: false, reckoning: Reckoning::default() }
    }

    pub(super) fn note(&mut self, entry: &Entry) {
        self.began.get_or_insert(entry.at);
        self.ended = self.ended.max(Some(entry.at));
        match &entry.what {
            Written::Setting(Setting::Released(_)) => self.is_in_order = true,
            Written::Setting(Setting::Reckoned(reckoned)) => self.reckoning.desk = Some(reckoned.clone()),
            _ => {}
        }
    }
}

impl Reckoning {
    /// Takes the exchange's word for the cash: that is where a run begins.
    pub(super) fn begin(&mut self, told: Cash, cash: Option<Cash>, flow: Cash) {
        self.told = Some(told);
        self.began = cash.map(|cash| (cash, flow));
    }

    /// Compares what the engine has in the end.
    pub(super) fn end(&mut self, maker: &Maker, attribution: &Attribution) {
        let ledger = maker.ledger();
        self.free = Some(ledger.balance());
        self.unexplained = self.began.and_then(|(cash, flow)| {
            let explained = attribution.cash().checked_sub(flow)?;
            ledger.cash().checked_sub(cash)?.checked_sub(explained)
        });
        let places = 0..ledger.contracts();
        let reported = |place| attribution.place(place).map(|of| attribution.position(of));
        let differs = |place: &usize| reported(*place) != Some(maker.position(*place));
        self.positions_differ = places.clone().filter(differs).count();
        self.agrees = self.desk.as_ref().map(|desk| {
            let is_held = |place: usize| {
                let ticker = attribution.place(place).and_then(|of| attribution.ticker(of));
                let held = desk.held.iter().find(|(held, _)| Some(held) == ticker);
                held.map_or(0, |(_, held)| held.hundredths()) == maker.position(place).hundredths()
            };
            desk.free == ledger.balance() && places.clone().all(is_held)
        });
    }

    /// Returns whether each cent of the run is explained, and the desk had the same.
    pub fn is_exact(&self) -> bool {
        self.unexplained == Some(Cash::ZERO) && self.positions_differ == 0 && self.agrees != Some(false)
    }

    /// Says it to people.
    pub fn text(&self) -> String {
        let Some(free) = self.free.filter(|_| self.told.is_some()) else {
            return "it never learned what the account has, and traded nothing".to_owned();
        };
        let mut text = match (self.unexplained, self.positions_differ) {
            (Some(Cash::ZERO), 0) => {
                "cash and positions follow from fills and payments, to the microdollar".to_owned()
            }
            (Some(cash), positions) => {
                format!(
                    "{cash} dollars of cash and {positions} positions do not follow from fills and payments"
                )
            }
            (None, _) => "cash can't be followed".to_owned(),
        };
        text.push_str(match self.agrees {
            Some(true) => "; the desk's own last word is the same",
            Some(false) => "; THE DESK'S OWN LAST WORD IS ANOTHER",
            None => "; the desk broke off before its last word",
        });
        format!("{text}; free in the end {free}")
    }
}
