//! Prices and counts as numbers instead of strings, as the stream was once seen to send them.

use serde_json::Value;

use crate::paper::faults::Draws;

/// Which share of the frames has numbers.
#[derive(Debug)]
pub(in crate::paper) struct Numbers {
    share: f64,
    draws: Draws,
}

impl Numbers {
    /// Returns that of this share of the frames, drawn from the exchange's seed.
    pub(in crate::paper) fn of(rng_seed: u64, share: f64) -> Self {
        Self { share, draws: Draws::named(rng_seed, "numbers") }
    }

    /// Returns a frame as it is sent.
    pub(in crate::paper) fn write(&mut self, frame: &impl serde::Serialize) -> Option<String> {
        if self.share <= 0.0 || !self.draws.is_within(self.share) {
            return serde_json::to_string(frame).ok();
        }
        let mut frame = serde_json::to_value(frame).ok()?;
        if let Some(fields) = frame.get_mut("msg").and_then(Value::as_object_mut) {
            for (name, field) in fields {
                if name.ends_with("_fp") || name.ends_with("_dollars") {
                    unquote(field);
                }
            }
        }
        serde_json::to_string(&frame).ok()
    }
}

/// Makes numbers of strings, also of those in lists.
fn unquote(field: &mut Value) {
    match field {
        Value::String(text) => {
            if let Ok(number) = serde_json::from_str(text) {
                *field = Value::Number(number);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(unquote),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_and_counts_become_numbers_and_all_else_stays() {
        let frame = serde_json::json!({
            "type": "x",
            "msg": { "yes_dollars_fp": [["0.0800", "300.00"]], "price_dollars": "0.9600", "side": "yes" }
        });
        let told = Numbers::of(1, 1.0).write(&frame).unwrap();
        let read: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(
            read["msg"],
            serde_json::json!({ "yes_dollars_fp": [[0.08, 300.0]], "price_dollars": 0.96, "side": "yes" })
        );
        assert_eq!(Numbers::of(1, 0.0).write(&frame).unwrap(), frame.to_string());
    }
}
