//! Handing over to the next run, and going on from what the one before has handed over.

use super::Trading;
use crate::desk::entry::{Entry, Setting, Written};
use crate::desk::{HandedOver, Handover};
use crate::engine::Record;
use crate::exchange::OrderId;
use crate::market::Position;
use crate::units::Timestamp;

impl Trading {
    /// Returns what the next run may go on from; none while something is on its way or isn't known.
    pub(in crate::desk) fn hand_over(&self) -> Option<Handover> {
        let maker = self.maker()?;
        let orders = self.orders.handed_over(|place| self.ticker(place))?;
        let held = self.contracts.iter().enumerate();
        let held = held.map(|(place, contract)| (contract.ticker.clone(), maker.position(place)));
        let held = held.filter(|(_, held)| *held != Position::FLAT).collect();
        Some(Handover { cash: maker.ledger().balance(), held, orders })
    }

    /// Goes on with orders of the run before.
    pub(in crate::desk) fn adopt(&mut self, now: Timestamp, orders: &[HandedOver]) {
        for (left, number) in orders.iter().zip(1..) {
            let Some(place) = self.places.get(&left.ticker).copied() else { continue };
            let HandedOver { name, side: action, price, total, traded, .. } = left;
            let (order, action, price, total, traded) = (OrderId(number), *action, *price, *total, *traded);
            let adopted = Setting::Adopted { client_order_id: name.clone(), order, traded };
            self.entries.push(Entry { at: self.now, what: Written::Setting(adopted) });
            self.tell(now, &Record::Adopted { place, action, order, price, total, traded });
            self.orders.adopt(now, (place, order), left);
        }
        let number = orders.len();
        self.alert(
            false,
            format!("The run before has left {number} orders resting: this one goes on with them."),
        );
    }
}
