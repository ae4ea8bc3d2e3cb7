//! What the page asks for.

use js_sys::Array;
use shared::market::Ticker;
use wasm_bindgen::prelude::*;
use web_sys::File;

use super::packet::Packet;

/// A question to the worker.
pub(crate) enum Ask {
    /// Read files of trades and keep what they hold.
    Open(Vec<File>),
    /// Return the trades of a contract that was opened.
    Prints(Ticker),
    /// Stop what is going on, if it can be stopped.
    Stop,
}

const OPEN: u8 = 0;
const PRINTS: u8 = 1;
const STOP: u8 = 2;

impl Ask {
    pub(super) fn encode(self, id: u32) -> Packet {
        let packet = Packet { id, ..Packet::default() };
        match self {
            Self::Open(files) => {
                let files: Array = files.into_iter().collect();
                Packet { kind: OPEN, handle: files.into(), ..packet }
            }
            Self::Prints(ticker) => Packet { kind: PRINTS, texts: vec![ticker.to_string()], ..packet },
            Self::Stop => Packet { kind: STOP, ..packet },
        }
    }

    pub(super) fn decode(mut packet: Packet) -> Option<Self> {
        Some(match packet.kind {
            OPEN => {
                let files: Array = packet.handle.unchecked_into();
                Self::Open(files.iter().map(JsCast::unchecked_into).collect())
            }
            PRINTS => Self::Prints(packet.text().parse().ok()?),
            STOP => Self::Stop,
            _ => return None,
        })
    }
}
