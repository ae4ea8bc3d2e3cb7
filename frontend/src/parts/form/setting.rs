//! The control of a setting, as its declaration says.

use std::rc::Rc;

use shared::settings::{Kind, Setting};

use super::{Choice, Dial, flag, item};
use crate::parts::element::Element;
use crate::reactive::{Memo, memo};

/// A setting under the hand.
pub(crate) struct Control {
    /// What it is.
    pub(crate) setting: &'static Setting,
    /// Its value as text.
    pub(crate) value: Memo<String>,
    /// What it is without a hand.
    pub(crate) usual: Memo<String>,
    /// Takes a value; tells whether it is one.
    pub(crate) take: Rc<dyn Fn(&str) -> bool>,
}

impl Control {
    /// Returns its elements.
    pub(crate) fn build(self) -> Element {
        let Self { setting, value, usual, take } = self;
        let control = match setting.kind {
            Kind::Number { range: (low, high), step, .. } => {
                let back = Rc::clone(&take);
                Dial {
                    key: setting.key,
                    label: setting.label,
                    unit: setting.unit,
                    meaning: setting.meaning,
                    ends: (low, reach(setting.key).unwrap_or(high)),
                    step,
                    text: value,
                    changed: memo(move || value.with(|value| usual.with(|usual| value != usual))),
                    turn: Rc::new(move |text, _| take(text)),
                    restore: Box::new(move || {
                        back(&usual.get_untracked());
                    }),
                }
                .build()
            }
            Kind::Flag => {
                let set = move |on: bool| {
                    take(if on { "true" } else { "false" });
                };
                flag(setting.label, setting.meaning, move || value.get() == "true", set)
            }
            Kind::Choice(words) => choice(setting, words, value, take),
            Kind::Fee => choice(setting, &["exact", "maker", "flat:0.015"], value, take),
        };
        control.set("data-parameter", setting.key)
    }
}

/// Returns where a slider ends whose range ends beyond what a hand would ever want.
fn reach(key: &str) -> Option<f64> {
    match key {
        "z_widen" | "z_pull" => Some(10.0),
        "latency_ms" | "feed_ms" | "answer_ms" | "refresh_s" => Some(10_000.0),
        "queue_ahead" | "blackout_h" | "max_event_loss" => Some(1_000.0),
        "pull_at" | "max_position_per_ticker" | "quote_size" | "max_order_size" => Some(100.0),
        "min_balance_floor_cents" => Some(100_000.0),
        _ => None,
    }
}

fn choice(
    setting: &'static Setting,
    words: &'static [&'static str],
    value: Memo<String>,
    take: Rc<dyn Fn(&str) -> bool>,
) -> Element {
    let items = move || words.iter().map(|word| item(*word, *word)).collect();
    let choose = move |word: String| {
        take(&word);
    };
    let mut choice = Choice::of("", setting.label, items, move || value.get(), choose);
    choice.meaning = setting.meaning;
    choice.build()
}
