//! Order groups.

use super::*;

const LATER: &str = "2026-11-28T12:00:14.999999Z";
const TOO_LATE: &str = "2026-11-28T12:00:15Z";

impl Desk {
    fn group(&mut self, who: usize, limit: &str) -> GroupNumber {
        self.exchange.open_group(at(NOON), self.accounts[who], count(limit)).unwrap()
    }

    fn in_group(group: GroupNumber, action: Action, at: &str, contracts: &str) -> NewOrder {
        NewOrder { group: Some(group), ..Self::order(action, at, contracts) }
    }

    fn rests(&self, group: GroupNumber) -> Vec<OrderNumber> {
        self.exchange.group(group).unwrap().orders().collect()
    }

    fn changes(&mut self) -> Vec<GroupChange> {
        let events = self.exchange.drain().into_iter();
        events
            .filter_map(|event| match event.what {
                What::Group { change, .. } => Some(change),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn the_fill_that_reaches_the_limit_takes_out_the_rest_even_of_the_same_sweep() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let group = desk.group(0, "5");
    for price in ["0.50", "0.51", "0.52"] {
        desk.place(0, &Desk::in_group(group, Action::Sell, price, "3")).unwrap();
    }
    let other = desk.sell(1, "0.53", "2").order;
    assert_eq!(desk.rests(group).len(), 3);
    let taken = desk.buy(2, "0.53", "9");
    // Three, then two of three would do: the whole order trades, the third is gone, and the other account's is next.
    assert_eq!((taken.filled, taken.left), (count("8"), count("1")));
    assert!(desk.exchange.order(other).is_none() && desk.rests(group).is_empty());
    assert_eq!(desk.changes(), [GroupChange::Created(count("5")), GroupChange::Triggered]);
    assert_eq!(desk.free(0), "97.030000");
    let again = Desk::in_group(group, Action::Sell, "0.60", "1");
    assert_eq!(desk.place(0, &again), Err(Refusal::GroupTriggered));
    let account = desk.accounts[0];
    desk.exchange.reset_group(at(NOON), account, group).unwrap();
    assert_eq!(desk.place(0, &again).unwrap().left, count("1"));
}

#[test]
fn a_fill_counts_for_fifteen_seconds() {
    for (when, is_triggered) in [(LATER, true), (TOO_LATE, false)] {
        let mut desk = Desk::new(FeeType::Quadratic);
        let group = desk.group(0, "2");
        desk.place(0, &Desk::in_group(group, Action::Sell, "0.50", "3")).unwrap();
        desk.buy(1, "0.50", "1.99");
        let order = Desk::order(Action::Buy, "0.50", "0.01");
        desk.exchange.place(at(when), desk.accounts[1], &order).unwrap();
        let group = desk.exchange.group(group).unwrap();
        assert_eq!(
            (group.is_triggered(), group.orders().count()),
            (is_triggered, usize::from(!is_triggered))
        );
    }
}

#[test]
fn a_taker_stops_where_its_own_group_is_triggered() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let group = desk.group(0, "2");
    let rests = desk.place(0, &Desk::in_group(group, Action::Buy, "0.30", "1")).unwrap().order;
    for price in ["0.50", "0.51", "0.52"] {
        desk.sell(1, price, "1");
    }
    // Too few for one that wants all.
    let mut takes = Desk::in_group(group, Action::Buy, "0.52", "3");
    takes.time_in_force = TimeInForce::FillOrKill;
    assert_eq!(desk.place(0, &takes), Err(Refusal::FillOrKill));
    takes.time_in_force = TimeInForce::GoodTillCancelled;
    let taken = desk.place(0, &takes).unwrap();
    assert_eq!((taken.filled, taken.left), (count("2"), Quantity::ZERO));
    assert!(desk.exchange.order(rests).is_none());
    let last = desk.exchange.drain().pop().unwrap().what;
    assert!(matches!(&last, What::Order { order, reason: Reason::Group } if order.number == taken.order));
}

#[test]
fn a_group_is_triggered_limited_and_deleted_by_its_owner_alone() {
    let mut desk = Desk::new(FeeType::Quadratic);
    let [owner, stranger, _] = desk.accounts;
    let group = desk.group(0, "5");
    assert_eq!(desk.exchange.trigger_group(at(NOON), stranger, group), Err(Refusal::NoSuchGroup));
    assert_eq!(desk.place(1, &Desk::in_group(group, Action::Buy, "0.3", "1")), Err(Refusal::NoSuchGroup));
    desk.place(0, &Desk::in_group(group, Action::Sell, "0.50", "4")).unwrap();
    desk.buy(1, "0.50", "3");
    for limit in ["0.99", "1000000.01"] {
        let refused = desk.exchange.limit_group(at(NOON), owner, group, count(limit));
        assert_eq!(refused, Err(Refusal::GroupLimit));
        assert_eq!(desk.exchange.open_group(at(NOON), owner, count(limit)), Err(Refusal::GroupLimit));
    }
    desk.exchange.limit_group(at(NOON), owner, group, count("3.01")).unwrap();
    assert_eq!(desk.rests(group).len(), 1);
    desk.exchange.limit_group(at(NOON), owner, group, count("3")).unwrap();
    assert_eq!(desk.rests(group), []);
    desk.exchange.reset_group(at(NOON), owner, group).unwrap();
    let order = desk.place(0, &Desk::in_group(group, Action::Sell, "0.50", "4")).unwrap().order;
    desk.exchange.trigger_group(at(NOON), owner, group).unwrap();
    desk.exchange.trigger_group(at(NOON), owner, group).unwrap();
    assert!(desk.exchange.order(order).is_none());
    desk.exchange.reset_group(at(NOON), owner, group).unwrap();
    let order = desk.place(0, &Desk::in_group(group, Action::Sell, "0.50", "4")).unwrap().order;
    desk.exchange.delete_group(at(NOON), owner, group).unwrap();
    assert!(desk.exchange.order(order).is_none() && desk.exchange.group(group).is_none());
    assert_eq!(desk.exchange.groups(owner).count(), 0);
    use GroupChange::{Created, Deleted, Limit, Reset, Triggered};
    let limits = [Limit(count("3.01")), Limit(count("3"))];
    let expected = [Created(count("5")), limits[0], limits[1], Triggered, Reset, Triggered, Reset, Deleted];
    assert_eq!(desk.changes(), expected);
    assert_eq!(desk.exchange.reset_group(at(NOON), owner, group), Err(Refusal::NoSuchGroup));
}
