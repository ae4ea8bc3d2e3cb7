//! What each limit asks of an order.

use super::{Evidence, Exposure, Gate, Limit, Order, Place, Refusal, Rests};
use crate::market::Action;
use crate::units::{Quantity, Timestamp};

impl Gate {
    /// Returns as many of `count` contracts as no limit speaks against.
    #[inline]
    pub(super) fn within(
        &self,
        now: Timestamp,
        (order, count): (&Order, Quantity),
        exposed: i64,
        place: &Place,
        exposure: impl FnOnce() -> Exposure,
    ) -> Result<Quantity, Refusal> {
        let most = self.bounds.max_position.hundredths();
        let room = Quantity::saturating(most.saturating_sub(exposed));
        if room.is_zero() {
            let would = exposed.saturating_add(count.hundredths());
            return Err(Refusal::new(order, Limit::Position, (most, would)));
        }
        self.rests(order, place)?;
        self.stands(order, place)?;
        let mut count = count.min(room);
        if let Some(most) = self.bounds.max_event_loss {
            let exposure = exposure();
            let fitting = exposure.fits(order.action, order.price, count, most);
            if fitting.is_zero() {
                let worst = exposure.worst(Some((order.action, order.price, count)));
                let worst = i64::try_from(worst).unwrap_or(i64::MAX);
                return Err(Refusal::new(order, Limit::EventLoss, (most.microdollars(), worst)));
            }
            count = fitting;
        }
        self.has_messages(now, (order, count), place)?;
        Ok(count)
    }

    /// Checks that an order would rest.
    #[inline]
    pub(super) fn rests(&self, order: &Order, place: &Place) -> Result<(), Refusal> {
        let price = order.price;
        let (theirs, own) = (place.book.opposite(order.action), place.opposite);
        let meets = |other| match order.action {
            Action::Buy => price >= other,
            Action::Sell => price <= other,
        };
        for (limit, other) in [(Limit::Cross, theirs), (Limit::SelfCross, own)] {
            if let Some(other) = other.filter(|other| meets(*other)) {
                return Err(Refusal::new(order, limit, (other.centicents(), price.centicents())));
            }
        }
        Ok(())
    }

    /// Checks that the book doesn't speak against an order's price.
    #[inline]
    fn stands(&self, order: &Order, place: &Place) -> Result<(), Refusal> {
        let price = order.price;
        let Some(most) = self.bounds.max_past_mid else { return Ok(()) };
        let Evidence::Live { twice_mid } = place.book.evidence(self.bounds.dead_book) else { return Ok(()) };
        let twice_past = match order.action {
            Action::Buy => 2 * price.centicents() - twice_mid,
            Action::Sell => twice_mid - 2 * price.centicents(),
        };
        if twice_past > 2 * most {
            // Half a unit more is more.
            return Err(Refusal::new(order, Limit::PastMid, (most, (twice_past + 1) / 2)));
        }
        Ok(())
    }

    /// Checks that what an order takes may still be sent.
    #[inline]
    fn has_messages(
        &self,
        now: Timestamp,
        (order, count): (&Order, Quantity),
        place: &Place,
    ) -> Result<(), Refusal> {
        let Some(most) = self.bounds.max_messages else { return Ok(()) };
        let sends = match place.rests {
            Rests::Nothing => true,
            Rests::Order(price, left) => (price, left) != (order.price, count),
            Rests::Busy => false,
        };
        let sent = self.messages.sent(now);
        if sends && sent >= most {
            let number = |messages: usize| i64::try_from(messages).unwrap_or(i64::MAX);
            return Err(Refusal::new(order, Limit::Messages, (number(most), number(sent).saturating_add(1))));
        }
        Ok(())
    }

    /// Returns the refusal of what no number of the order decides.
    #[cold]
    pub(super) fn refuse(&self, order: &Order, limit: Limit) -> Refusal {
        let numbers = match limit {
            Limit::OrderSize => (self.bounds.max_order.hundredths(), order.count.hundredths()),
            limit => self.numbers(limit),
        };
        Refusal::new(order, limit, numbers)
    }

    /// Returns the bound of a limit that halts and what stands against it; zeros where it has no number.
    pub(super) const fn numbers(&self, limit: Limit) -> (i64, i64) {
        match limit {
            Limit::DailyLoss => (self.bounds.max_loss, self.halts.lost()),
            Limit::Floor => (self.bounds.floor.microdollars(), self.halts.balance().microdollars()),
            _ => (0, 0),
        }
    }
}
