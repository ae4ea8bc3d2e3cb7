//! The changes: mistakes that cost money, each in a line or two.

/// A change of the sources.
pub struct Change {
    pub name: &'static str,
    /// What is wrong then.
    pub why: &'static str,
    /// The file, from the root of the workspace.
    pub file: &'static str,
    /// What stands there, once, and what is put in its place.
    pub from: &'static str,
    pub to: &'static str,
}

pub const CHANGES: &[Change] = &[
    Change {
        name: "position limit",
        why: "a position limit lets one more contract through",
        file: "shared/src/risk/checks.rs",
        from: "Quantity::saturating(most.saturating_sub(exposed))",
        to: "Quantity::saturating((most + 100).saturating_sub(exposed))",
    },
    Change {
        name: "message budget",
        why: "a message more is sent within a minute",
        file: "shared/src/risk/checks.rs",
        from: "if sends && sent >= most {",
        to: "if sends && sent > most {",
    },
    Change {
        name: "worst outcome",
        why: "of outcomes of which one comes true, only the one that is asked for is looked at",
        file: "shared/src/risk/worst.rs",
        from: "self.one_pays.max(one - none).max(0),",
        to: "(one - none).max(0),",
    },
    Change {
        name: "fill twice",
        why: "a fill that is told twice is booked twice",
        file: "shared/src/desk/orders/answers.rs",
        from: "if live.heard.contains(&trade) {",
        to: "if live.heard.is_empty() && live.heard.contains(&trade) {",
    },
    Change {
        name: "unknown for refused",
        why: "a request of which nothing was heard is taken for refused",
        file: "shared/src/desk/orders/answers.rs",
        from: "let is_unknown = matches!(failure, Failure::Unknown(_));",
        to: "let is_unknown = false;",
    },
    Change {
        name: "partial fill",
        why: "a fill of a part of an order is booked as all of it",
        file: "shared/src/desk/trading/heard.rs",
        from: "let Traded { action, price, count, fee, .. } = *traded;",
        to: "let Traded { action, price, count, fee, .. } = *traded;
        let count = self.orders.of(place).find(|live| live.order == order).map_or(count, |live| live.total);",
    },
    Change {
        name: "cancel not found",
        why: "an order that is not found as it is taken back is said never to have traded more than was heard",
        file: "shared/src/desk/orders/answers.rs",
        from: "follows.alert = told(sent, failure).filter(|_| !failure.is_not_found());",
        to: "follows.alert = told(sent, failure).filter(|_| !failure.is_not_found());
                if failure.is_not_found() {
                    let traded = self.live.get(&order).map_or(Quantity::ZERO, |live| live.traded);
                    return self.end(now, order, traded, follows);
                }",
    },
    Change {
        name: "expiry",
        why: "orders don't end by themselves",
        file: "shared/src/desk/orders/ask.rs",
        from: "let expires = Some(Seconds(self.expires));",
        to: "let expires = None::<Seconds>;",
    },
    Change {
        name: "kill once",
        why: "a kill whose requests are lost doesn't ask again",
        file: "shared/src/desk/killing.rs",
        from: "let pause = if self.waiting < MANY { AGAIN } else { RARELY };",
        to: "let pause = if self.waiting < MANY { AGAIN + i64::MAX / 2 } else { RARELY };",
    },
    Change {
        name: "no fence",
        why: "after a crash the order group of the run before is not triggered",
        file: "shared/src/desk/starting.rs",
        from: "(Step::Fencing(id.clone(), after(now, AGAIN)), None, Ask::TriggerGroup(id.clone()))",
        to: "(Step::Grouping, Some(id.clone()).filter(|_| false), Ask::CreateGroup(limit))",
    },
    Change {
        name: "settlement",
        why: "a contract that settles pays NO as YES",
        file: "shared/src/ledger/mod.rs",
        from: "let (worth, residue) = (holding.position.worth(value), holding.position.residue(value));",
        to: "let value = value.complement();
        let (worth, residue) = (holding.position.worth(value), holding.position.residue(value));",
    },
    Change {
        name: "journal",
        why: "what is sent is not written down before",
        file: "shared/src/desk/trading/mod.rs",
        from: "self.entries.push(sent.entry(self.now, &contract.ticker));",
        to: "let _ = sent.entry(self.now, &contract.ticker);",
    },
    Change {
        name: "sign of NO",
        why: "contracts that were sold are paid for",
        file: "shared/src/ledger/mod.rs",
        from: "Action::Sell => Cash::from_microdollars(-cost.microdollars()),",
        to: "Action::Sell => cost,",
    },
    Change {
        name: "amendment in flight",
        why: "an order that is made smaller counts as the smaller one before that is known to be so",
        file: "shared/src/execution/order.rs",
        from: "OrderState::Amending { total, .. } | OrderState::Unknown { total, .. } => self.total.max(total),",
        to: "OrderState::Amending { total, .. } | OrderState::Unknown { total, .. } => total,",
    },
];
