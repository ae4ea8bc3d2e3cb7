//! What the page asks for.

use js_sys::Array;
use shared::exchange::FillModel;
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
    /// Forget what the server sent: it has other tapes now.
    Forget,
    /// Stop what is going on, if it can be stopped.
    Stop,
    /// Load the tapes of these events, opened ones before the server's, and filter them: what is asked from then on is
    /// about them.
    Prepare {
        /// The events' tickers with spaces between.
        events: String,
        /// Whether they are of opened files; else they are the server's.
        is_opened: bool,
        /// How the filter is calibrated.
        calibration: String,
        /// The content that the tapes must have; any, if empty.
        tape: String,
    },
    /// Return what was printed and believed of a contract.
    Belief(usize),
    /// Run a configuration under all fill models.
    Run(RunAsk),
    /// Return the evidence of a configuration, and its result's hash.
    Report(String),
    /// Run the mission's configurations, with the assumptions of this one.
    Presets(String),
    /// Tell how the order of a fill was decided.
    Explain {
        /// The configuration.
        config: String,
        /// The fill model.
        model: FillModel,
        /// The fill's place in the outcome.
        fill: usize,
    },
    /// Run every combination of two settings' values: `key=a:b:n` each.
    Sweep {
        /// All else.
        config: String,
        /// The axes.
        axes: [String; 2],
    },
    /// Run configurations side by side.
    Compare {
        /// The configurations.
        configs: Vec<String>,
        /// The fill model.
        model: FillModel,
        /// How many columns of pixels their equity has.
        columns: usize,
    },
}

/// What to run, and what of it to show.
#[derive(Clone, PartialEq)]
pub(crate) struct RunAsk {
    /// The configuration's text.
    pub(crate) config: String,
    /// The contract whose quotes and fills are shown.
    pub(crate) contract: usize,
    /// The fill model that they are shown of.
    pub(crate) model: FillModel,
    /// How many columns of pixels the equity has.
    pub(crate) columns: usize,
}

const OPEN: u8 = 0;
const PRINTS: u8 = 1;
const STOP: u8 = 2;
const PREPARE: u8 = 3;
const BELIEF: u8 = 4;
const RUN: u8 = 5;
const REPORT: u8 = 6;
const PRESETS: u8 = 7;
const EXPLAIN: u8 = 8;
const SWEEP: u8 = 9;
const COMPARE: u8 = 10;
const FORGET: u8 = 11;

impl Ask {
    pub(super) fn encode(self, id: u32) -> Packet {
        let of = |kind, texts: Vec<String>, numbers: &[f64]| Packet {
            kind,
            id,
            texts,
            columns: vec![numbers.to_vec()],
            ..Packet::default()
        };
        match self {
            Self::Open(files) => {
                let files: Array = files.into_iter().collect();
                Packet { handle: files.into(), ..of(OPEN, Vec::new(), &[]) }
            }
            Self::Prints(ticker) => of(PRINTS, vec![ticker.to_string()], &[]),
            Self::Forget => of(FORGET, Vec::new(), &[]),
            Self::Stop => of(STOP, Vec::new(), &[]),
            Self::Prepare { events, is_opened, calibration, tape } => {
                of(PREPARE, vec![events, calibration, tape], &[f64::from(u8::from(is_opened))])
            }
            Self::Belief(contract) => of(BELIEF, Vec::new(), &[contract as f64]),
            Self::Run(RunAsk { config, contract, model, columns }) => {
                of(RUN, vec![config], &[contract as f64, place_of(model), columns as f64])
            }
            Self::Report(config) => of(REPORT, vec![config], &[]),
            Self::Presets(config) => of(PRESETS, vec![config], &[]),
            Self::Explain { config, model, fill } => {
                of(EXPLAIN, vec![config], &[place_of(model), fill as f64])
            }
            Self::Sweep { config, axes: [a, b] } => of(SWEEP, vec![config, a, b], &[]),
            Self::Compare { configs, model, columns } => {
                of(COMPARE, configs, &[place_of(model), columns as f64])
            }
        }
    }

    pub(super) fn decode(mut packet: Packet) -> Option<Self> {
        let numbers = packet.column();
        let number = |place: usize| numbers.get(place).copied().unwrap_or(0.0) as usize;
        let model = |place: usize| FillModel::ALL.get(number(place)).copied();
        Some(match packet.kind {
            OPEN => {
                let files: Array = packet.handle.unchecked_into();
                Self::Open(files.iter().map(JsCast::unchecked_into).collect())
            }
            PRINTS => Self::Prints(packet.text().parse().ok()?),
            FORGET => Self::Forget,
            STOP => Self::Stop,
            PREPARE => {
                let (events, calibration, tape) = (packet.text(), packet.text(), packet.text());
                Self::Prepare { events, is_opened: number(0) == 1, calibration, tape }
            }
            BELIEF => Self::Belief(number(0)),
            RUN => Self::Run(RunAsk {
                config: packet.text(),
                contract: number(0),
                model: model(1)?,
                columns: number(2),
            }),
            REPORT => Self::Report(packet.text()),
            PRESETS => Self::Presets(packet.text()),
            EXPLAIN => Self::Explain { config: packet.text(), model: model(0)?, fill: number(1) },
            SWEEP => {
                let (config, a, b) = (packet.text(), packet.text(), packet.text());
                Self::Sweep { config, axes: [a, b] }
            }
            COMPARE => Self::Compare { configs: packet.texts, model: model(0)?, columns: number(1) },
            _ => return None,
        })
    }
}

fn place_of(model: FillModel) -> f64 {
    FillModel::ALL.iter().position(|other| *other == model).unwrap_or(0) as f64
}
