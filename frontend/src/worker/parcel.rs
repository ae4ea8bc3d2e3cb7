//! How a message travels between the page and its worker: its columns are handed over rather than copied.

use js_sys::{Array, Float64Array, Uint8Array};
use shared::codec::{Codec, Message};
use wasm_bindgen::prelude::*;
use web_sys::File;

/// A message as it travels.
#[derive(Default)]
pub(super) struct Parcel {
    /// The question that it is, or answers.
    pub(super) id: u32,
    /// What it says.
    pub(super) message: Message,
    /// What only the browser can carry.
    pub(super) files: Vec<File>,
}

impl Parcel {
    /// Packs what a question or an answer says.
    pub(super) fn of(id: u32, said: &impl Codec) -> Self {
        Self { id, message: said.to_message(), files: Vec::new() }
    }

    /// Returns what is sent, and what is handed over with it.
    pub(super) fn encode(&self) -> (JsValue, JsValue) {
        let bytes = Uint8Array::from(self.message.bytes.as_slice());
        let (columns, handed) = (Array::new(), Array::of1(&bytes.buffer()));
        for column in &self.message.columns {
            let column = Float64Array::from(column.as_slice());
            handed.push(&column.buffer());
            columns.push(&column);
        }
        let files: Array = self.files.iter().collect();
        (Array::of4(&self.id.into(), &bytes, &columns, &files).into(), handed.into())
    }

    /// Unpacks what [`Parcel::encode`] packed at the other end; nothing of what else may be sent.
    pub(super) fn decode(sent: &JsValue) -> Option<Self> {
        let sent: &Array = sent.dyn_ref()?;
        let columns: Array = sent.get(2).dyn_into().ok()?;
        let files: Array = sent.get(3).dyn_into().ok()?;
        let column = |column: JsValue| Some(column.dyn_into::<Float64Array>().ok()?.to_vec());
        Some(Self {
            id: sent.get(0).as_f64()? as u32,
            message: Message {
                bytes: sent.get(1).dyn_into::<Uint8Array>().ok()?.to_vec(),
                columns: columns.iter().map(column).collect::<Option<_>>()?,
            },
            files: files.iter().filter_map(|file| file.dyn_into().ok()).collect(),
        })
    }
}
