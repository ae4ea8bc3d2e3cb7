//! What a message is made of: numbers in columns that are handed over rather than copied, and a few texts.

use js_sys::{Array, Float64Array};
use wasm_bindgen::prelude::*;

/// A message as it travels.
#[derive(Default)]
pub(super) struct Packet {
    /// What kind of message it is: each end's own enum gives it its meaning.
    pub(super) kind: u8,
    /// The question that it is, or answers.
    pub(super) id: u32,
    /// Texts.
    pub(super) texts: Vec<String>,
    /// Columns of numbers; counts of microseconds are exact in them until the year 2255.
    pub(super) columns: Vec<Vec<f64>>,
    /// What only the browser can carry: files.
    pub(super) handle: JsValue,
}

impl Packet {
    /// Returns the message, and what is handed over with it.
    pub(super) fn encode(&self) -> (JsValue, JsValue) {
        let (columns, handed) = (Array::new(), Array::new());
        for column in &self.columns {
            let column = Float64Array::from(column.as_slice());
            handed.push(&column.buffer());
            columns.push(&column);
        }
        let texts: Array = self.texts.iter().map(|text| JsValue::from_str(text)).collect();
        let message = Array::of5(&self.kind.into(), &self.id.into(), &texts, &columns, &self.handle);
        (message.into(), handed.into())
    }

    /// Reads a message that [`Packet::encode`] wrote at the other end.
    pub(super) fn decode(message: &JsValue) -> Self {
        let message: &Array = message.unchecked_ref();
        let number = |place| message.get(place).as_f64().unwrap_or(0.0);
        let texts: Array = message.get(2).unchecked_into();
        let columns: Array = message.get(3).unchecked_into();
        Self {
            kind: number(0) as u8,
            id: number(1) as u32,
            texts: texts.iter().filter_map(|text| text.as_string()).collect(),
            columns: columns.iter().map(|column| column.unchecked_into::<Float64Array>().to_vec()).collect(),
            handle: message.get(4),
        }
    }

    /// Takes the next text, from the front.
    pub(super) fn text(&mut self) -> String {
        self.texts.drain(..self.texts.len().min(1)).next().unwrap_or_default()
    }

    /// Takes the next column, from the front.
    pub(super) fn column(&mut self) -> Vec<f64> {
        self.columns.drain(..self.columns.len().min(1)).next().unwrap_or_default()
    }
}
