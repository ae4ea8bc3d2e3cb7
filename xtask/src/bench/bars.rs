//! What each figure is compared with: its bar, and its peers'.

use super::sources::{PYTHON, QUANTLIB, Source, WASM};
use super::{Figure, Figures};

/// What a figure must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bar {
    /// At least so many calls a second.
    PerSecond(f64),
    /// At most so many nanoseconds a call.
    Nanoseconds(f64),
    /// At least so many times faster than the peer.
    Ratio(f64),
    /// This value, to twelve digits.
    Truth(f64),
}

/// The figures that have a bar of their own.
const BARS: &[(&str, Bar)] = &[
    ("backtest: recorded tape, four fill models, seed", Bar::Nanoseconds(8e6)),
    ("backtest: recorded tape, sweep of 100 on two cores", Bar::Nanoseconds(0.5e9)),
    ("belief: fair value and toxicity of a print", Bar::PerSecond(3e6)),
    ("books: an event, proportional queue", Bar::PerSecond(25e6)),
    ("digital: price, lambda T = 0.5", Bar::PerSecond(5e6)),
    ("digital: price and Greeks, lambda T = 0.5", Bar::PerSecond(1.5e6)),
    ("wasm: fair value and toxicity of a print", Bar::PerSecond(2e6)),
    ("wasm: price and Greeks, lambda T = 0.5", Bar::PerSecond(1.2e6)),
    ("wasm: an event of a book", Bar::PerSecond(8e6)),
    ("wasm: an order action at the exchange", Bar::PerSecond(2e6)),
    ("implied: volatility, no jumps", Bar::PerSecond(20e6)),
    ("matching: an order action", Bar::PerSecond(5e6)),
    ("matching: an order action, p99", Bar::Nanoseconds(1e3)),
    ("winner: 10 normals", Bar::Nanoseconds(30e3)),
    ("winner: 30 normals", Bar::Nanoseconds(120e3)),
    ("winner: 30 with jumps", Bar::Nanoseconds(1e6)),
    ("winner: 30 with one factor", Bar::Nanoseconds(4e6)),
    ("winner: 30 with jumps and one factor", Bar::Nanoseconds(8e6)),
    // A sum to 50 digits; the inversion of the characteristic function (Gil-Pelaez, 1951) gives the same.
    (OUT_OF_REACH, Bar::Truth(0.038_414_360_316_669_19)),
];

const OUT_OF_REACH: &str = "digital: out of reach without a jump";

/// The figures that are set beside a peer's.
const PEERS: &[(&str, &str)] = &[
    (JUMPS[0].0, JUMPS[0].1),
    (JUMPS[1].0, JUMPS[1].1),
    (JUMPS[2].0, JUMPS[2].1),
    ("digital: price, T = 0.25, lambda = 1", "QuantLib: JumpDiffusionEngine(1e-08), lambda = 1"),
    ("digital: price, T = 0.25, lambda = 5", "QuantLib: JumpDiffusionEngine(1e-08), lambda = 5"),
    ("digital: price, T = 0.25, lambda = 10", "QuantLib: JumpDiffusionEngine(1e-08), lambda = 10"),
    ("digital: price and Greeks, T = 0.25, lambda = 1", JUMPS[0].1),
    ("digital: price and Greeks, T = 0.25, lambda = 5", JUMPS[1].1),
    ("digital: price and Greeks, T = 0.25, lambda = 10", JUMPS[2].1),
    (OUT_OF_REACH, "QuantLib: JumpDiffusionEngine(1e-08), out of reach without a jump"),
    ("digital: price, no jumps", "Python: price"),
    ("implied: volatility, no jumps", "Python: implied volatility"),
];

/// The prices whose ratios to QuantLib's, at its own default accuracy, have a bar together.
const JUMPS: [(&str, &str); 3] = [
    ("digital: price, T = 0.25, lambda = 1", "QuantLib: JumpDiffusionEngine(1e-04), lambda = 1"),
    ("digital: price, T = 0.25, lambda = 5", "QuantLib: JumpDiffusionEngine(1e-04), lambda = 5"),
    ("digital: price, T = 0.25, lambda = 10", "QuantLib: JumpDiffusionEngine(1e-04), lambda = 10"),
];

/// The bars on those ratios, sorted: which of the three counts.
const RATIOS: [(&str, usize, f64); 2] = [
    ("QuantLib's time to ours: the middle of the three", 1, 70.0),
    ("QuantLib's time to ours: the worst", 0, 50.0),
];

/// One line of the report.
#[derive(Debug, Default, PartialEq)]
pub struct Row {
    /// What is measured.
    pub name: String,
    /// Our figure, unless the row is a ratio alone.
    pub ours: Option<Figure>,
    /// The peer, and what of it.
    pub peer: Option<&'static str>,
    /// The peer's figure.
    pub peers: Option<Figure>,
    /// The peer's time divided by ours.
    pub ratio: Option<f64>,
    /// What must be reached.
    pub bar: Option<Bar>,
    /// Why a figure is missing.
    pub note: Option<String>,
}

impl Row {
    /// Returns whether the bar is met; nothing without a bar or without a figure.
    pub fn met(&self) -> Option<bool> {
        match (self.bar?, self.ours, self.ratio) {
            (Bar::PerSecond(least), Some(Figure::Nanoseconds(ns)), _) => Some(1e9 / ns >= least),
            (Bar::Nanoseconds(most), Some(Figure::Nanoseconds(ns)), _) => Some(ns <= most),
            (Bar::Ratio(least), _, Some(ratio)) => Some(ratio >= least),
            (Bar::Truth(truth), Some(Figure::Value(value)), _) => Some((value / truth - 1.0).abs() <= 1e-12),
            _ => None,
        }
    }
}

/// Returns whether any row that `filter` selects needs the source of this label.
pub fn uses(label: &str, filter: &str) -> bool {
    let of = |name: &str| name.split(':').next() == Some(label);
    BARS.iter().any(|(name, _)| of(name) && selects(filter, name))
        || PEERS.iter().any(|(ours, peer)| of(peer) && (selects(filter, ours) || selects(filter, peer)))
        || label == QUANTLIB && RATIOS.iter().any(|(name, ..)| selects(filter, name))
}

/// Returns the filters that make our benchmarks measure what `filter` selects, and what is compared with it.
pub fn measured(filter: &str) -> Vec<String> {
    if filter.is_empty() {
        return Vec::new();
    }
    let compared = PEERS.iter().filter(|(_, peer)| selects(filter, peer)).map(|(ours, _)| *ours);
    let together = RATIOS.iter().any(|(name, ..)| selects(filter, name)).then_some(JUMPS);
    let together = together.iter().flatten().map(|(ours, _)| *ours);
    [filter].into_iter().chain(compared).chain(together).map(str::to_owned).collect()
}

fn selects(filter: &str, name: &str) -> bool {
    name.to_lowercase().contains(filter)
}

/// Returns the rows that `filter` selects.
pub fn rows(figures: &Figures, sources: &[Source], filter: &str) -> Vec<Row> {
    let missing = |label: &str| {
        sources
            .iter()
            .find(|source| source.label == label)
            .and_then(|source| source.missing())
            .map(str::to_owned)
    };
    let of_peers = |name: &str| [QUANTLIB, PYTHON].iter().any(|peer| name.starts_with(peer));
    let mut rows = Vec::new();
    for (name, &ours) in figures.iter().filter(|(name, _)| !of_peers(name)) {
        let bar = BARS.iter().find(|(of, _)| of == name).map(|&(_, bar)| bar);
        let mut row = Row { name: name.clone(), ours: Some(ours), bar, ..Row::default() };
        let mut peers =
            PEERS.iter().filter(|(of, peer)| of == name && (selects(filter, name) || selects(filter, peer)));
        if let Some((_, peer)) = peers.next() {
            compare(&mut row, peer, figures, &missing);
        } else if !selects(filter, name) {
            continue;
        }
        rows.push(row);
        for (_, peer) in peers {
            let mut row = Row { name: name.clone(), ours: Some(ours), ..Row::default() };
            compare(&mut row, peer, figures, &missing);
            rows.push(row);
        }
    }
    if uses(WASM, filter)
        && let Some(note) = missing(WASM)
    {
        let absent = BARS.iter().filter(|(name, _)| name.starts_with(WASM));
        rows.extend(absent.map(|&(name, bar)| Row {
            name: name.to_owned(),
            bar: Some(bar),
            note: Some(note.clone()),
            ..Row::default()
        }));
    }
    let mut ratios: Vec<f64> =
        JUMPS.iter().filter_map(|(ours, peer)| ratio(*figures.get(*ours)?, *figures.get(*peer)?)).collect();
    ratios.sort_by(f64::total_cmp);
    rows.extend(RATIOS.iter().filter(|(name, ..)| selects(filter, name)).map(|&(name, which, least)| Row {
        name: name.to_owned(),
        ratio: ratios.get(which).copied(),
        bar: Some(Bar::Ratio(least)),
        note: missing(QUANTLIB),
        ..Row::default()
    }));
    rows
}

fn compare(row: &mut Row, peer: &'static str, figures: &Figures, missing: &impl Fn(&str) -> Option<String>) {
    row.peer = Some(peer);
    row.peers = figures.get(peer).copied();
    row.ratio = row.ours.zip(row.peers).and_then(|(ours, peers)| ratio(ours, peers));
    row.note = peer.split(':').next().and_then(missing);
}

fn ratio(ours: Figure, peers: Figure) -> Option<f64> {
    match (ours, peers) {
        (Figure::Nanoseconds(ours), Figure::Nanoseconds(peers)) => Some(peers / ours),
        _ => None,
    }
}
