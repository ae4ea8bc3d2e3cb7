//! What the limits keep out: which limit, its bound, what stands against it, and until when.

use super::trading::Trading;
use crate::engine::Explained;
use crate::format;
use crate::market::Action;
use crate::quoting::Status;
use crate::risk::{Limit, Refusal, Standing};
use crate::units::Timestamp;

impl Trading {
    /// Returns what the limits keep out at `now`, in sentences: all quotes, or which; nothing where they keep out none.
    pub(super) fn limited(&self, now: Timestamp) -> String {
        let Some(maker) = self.maker() else { return String::new() };
        let halts: Vec<String> = maker.gate().standing(now).map(|standing| halts(&standing)).collect();
        if !halts.is_empty() {
            return halts.join(" ");
        }
        let mut texts: Vec<String> = Vec::new();
        let mut refused: Vec<(Refusal, Vec<String>)> = Vec::new();
        for (place, contract) in self.contracts.iter().enumerate() {
            let Some(sides) = maker.explained(place).filter(|_| contract.terms.status == Status::Open) else {
                continue;
            };
            for side in sides {
                let Some(refusal) = side.refusal.filter(|refusal| refusal.limit.is_bound()) else { continue };
                let would =
                    refusal.would_be().map(|would| format!(" (would be {would})")).unwrap_or_default();
                let text = format!("no {} of {}{would}", word(side.action), contract.name);
                let known = refused
                    .iter_mut()
                    .find(|(known, _)| (known.limit, known.bound) == (refusal.limit, refusal.bound));
                match known {
                    Some((_, texts)) => texts.push(text),
                    None => refused.push((refusal, vec![text])),
                }
            }
        }
        texts.extend(refused.iter().map(|(refusal, texts)| {
            let until = until(refusal.limit, maker.gate().room_for_messages(now));
            format!("{}: {}, until {until}.", refusal.bound_says(), texts.join(", "))
        }));
        texts.extend(self.cut());
        texts.join(" ")
    }

    /// Says what is smaller than it was decided to be, as the size of one order is limited.
    fn cut(&self) -> Option<String> {
        let maker = self.maker()?;
        let most = maker.gate().bounds().max_order;
        let sides = (0..self.contracts.len()).filter_map(|place| maker.explained(place)).flatten();
        let is_cut = |side: &&Explained| {
            side.asked.is_some_and(|asked| asked > most) && side.quote.is_ok_and(|quote| quote.count == most)
        };
        let asked = sides.filter(is_cut).filter_map(|side| side.asked).max()?;
        let name = Limit::OrderSize.name();
        Some(format!(
            "{name} is {most}: quotes of {asked} are cut to it, until one of both is set otherwise."
        ))
    }

    /// Says that a limit halts all quoting as that begins, and that it doesn't any more as it ends.
    pub(super) fn say_halts(&mut self) {
        let Some(maker) = self.engine.maker(&self.event) else { return };
        let now: Vec<Standing> = maker.gate().standing(self.now).collect();
        let is_same = |a: &Standing, b: &Standing| (a.limit, a.until) == (b.limit, b.until);
        let before = std::mem::replace(&mut self.halts, now.clone());
        for halt in now.iter().filter(|halt| !before.iter().any(|before| is_same(before, halt))) {
            self.alert(true, halts(halt));
        }
        for halt in before.iter().filter(|halt| !now.iter().any(|now| now.limit == halt.limit)) {
            self.alert(false, format!("{} halts no longer.", halt.limit.name()));
        }
    }
}

/// Says what halts all quoting, and until when.
fn halts(standing: &Standing) -> String {
    let until = match standing.until {
        Some(until) => format!("{} UTC", format::instant(until)),
        None => "the balance is there again".to_owned(),
    };
    format!("{}: nothing is quoted until {until}.", standing.says())
}

/// Says when a limit lets an order pass that it has refused; of messages, the time at which there is room.
fn until(limit: Limit, room: Option<Timestamp>) -> String {
    match (limit, room) {
        (Limit::Messages, Some(room)) => format!("{} UTC", format::instant(room)),
        (Limit::Messages, None) => "the next look".to_owned(),
        (Limit::Position, _) => "the position is smaller".to_owned(),
        (Limit::EventLoss, _) => "less can be lost".to_owned(),
        (Limit::OrderSize, _) => "it is set otherwise".to_owned(),
        _ => "the book has moved".to_owned(),
    }
}

const fn word(action: Action) -> &'static str {
    match action {
        Action::Buy => "bid",
        Action::Sell => "offer",
    }
}
