//! The lab's bench: tapes are loaded and filtered once, and backtests run on them.

use std::cell::RefCell;
use std::rc::Rc;

use shared::Invalid;
use shared::backtest::{
    Axis, Config, Grid, Link, MISSION, OurFill, Outcome, Prepared, Record, Report, Trial, explain, judge,
    run, tape_hash,
};
use shared::belief::{Calibration, settlements, walk_in_pieces};
use shared::exchange::FillModel;
use shared::market::csv::{TradeReader, read_markets};
use shared::market::{Contract, EventTape, EventTicker};
use shared::sort;

use super::{OPENED, OPENED_MARKETS, answer, is_current, now, pause, reply};
use crate::net;
use crate::worker::Answer;
use crate::worker::answer::{BELIEF, COMPARE, EXPLAIN, LINES, REPORT, RUN, SWEEP, TAPE};
use crate::worker::ask::RunAsk;
use crate::worker::found::{FILL, line};
use crate::worker::packet::Packet;

/// How long a slice lasts at least before the worker listens, in milliseconds.
const SLICE: f64 = 40.0;
/// How many filtered tapes are remembered.
const REMEMBERED: usize = 4;
/// How many differing fills are listed.
const LISTED: usize = 100;

/// What is said of a tape that nobody waits for any more.
const STOPPED: &str = "Filtering was stopped.";

/// A filtered tape, and under which calibration it was filtered.
type Filtered = (Calibration, Rc<Prepared>);

#[derive(Default)]
struct Bench {
    /// The server's tapes that were loaded.
    fetched: Vec<EventTape>,
    /// What the server knows of contracts, once it was asked.
    markets: Option<Vec<Contract>>,
    /// What was filtered, the latest last: the current one.
    filtered: Vec<Filtered>,
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::default();
}

/// Loads and filters tapes, and answers with what they are.
pub(super) async fn prepare(id: u32, events: String, is_opened: bool, calibration: String, wanted: String) {
    let told = match prepare_or_say(id, &events, is_opened, &calibration, &wanted).await {
        Ok(packet) => return reply(Packet { id, ..packet }),
        Err(told) => told,
    };
    answer(id, told);
}

async fn prepare_or_say(
    id: u32,
    events: &str,
    is_opened: bool,
    calibration: &str,
    wanted: &str,
) -> Result<Packet, Answer> {
    let refused = |invalid: Invalid| Answer::Failed(invalid.to_string());
    let calibration: Calibration = calibration.parse().map_err(refused)?;
    let mut tapes = Vec::new();
    for event in events.split(' ').filter(|event| !event.is_empty()) {
        let event = event.parse().map_err(refused)?;
        let tape = if is_opened { opened(&event) } else { served(&event).await };
        tapes.push(Some(tape.map_err(Answer::Failed)?));
    }
    // In the order in which files are grouped: the content has one name.
    let name = |place: usize| Some(tapes.get(place)?.as_ref()?.event());
    let places = sort::places(tapes.len(), &|a, b| name(a) < name(b));
    let tapes: Vec<EventTape> = places.into_iter().filter_map(|place| tapes.get_mut(place)?.take()).collect();
    let hash = tape_hash(&tapes);
    if !wanted.is_empty() && wanted != hash {
        return Err(Answer::OtherTape(hash));
    }
    let markets = markets().await.map_err(Answer::Failed)?;
    if !is_current(id) {
        // While files were on their way another tape was asked for: that one is to be the current one.
        return Err(Answer::Failed(STOPPED.into()));
    }
    let known = BENCH.with_borrow_mut(|bench| {
        let is_it = |(other, prepared): &Filtered| *other == calibration && prepared.hash() == hash;
        let found = bench.filtered.iter().find(|one| is_it(one)).cloned()?;
        // The current one is the last.
        bench.filtered.retain(|one| !is_it(one));
        bench.filtered.push(found.clone());
        Some(found.1)
    });
    let begun = now();
    let (prepared, seconds) = match known {
        Some(prepared) => (prepared, 0.0),
        None => {
            let settles = settlements(&tapes, &markets);
            let mut walk = walk_in_pieces(&tapes, &settles, calibration);
            let mut listened = f64::NEG_INFINITY;
            let tracks = loop {
                if let Some(tracks) = walk.step() {
                    break tracks.map_err(|why| refused(why.into()))?;
                }
                if now() - listened > SLICE {
                    answer(id, Answer::Filtering(walk.done()));
                    pause().await;
                    listened = now();
                    if !is_current(id) {
                        return Err(Answer::Failed(STOPPED.into()));
                    }
                }
            };
            let prepared = Rc::new(Prepared::new(&tapes, &tracks, &markets).map_err(refused)?);
            BENCH.with_borrow_mut(|bench| {
                bench.filtered.push((calibration, Rc::clone(&prepared)));
                bench.filtered.drain(..bench.filtered.len().saturating_sub(REMEMBERED));
            });
            (prepared, (now() - begun) / 1e3)
        }
    };
    let mut texts = vec![hash, prepared.markets_hash().unwrap_or_default().to_owned()];
    texts.extend(prepared.contracts().iter().map(|contract| contract.ticker.to_string()));
    let prints = prepared.contracts().iter().map(|contract| contract.prints as f64).collect();
    Ok(Packet { kind: TAPE, texts, columns: vec![vec![seconds], prints], ..Packet::default() })
}

/// Returns the tape of an event that was opened.
fn opened(event: &EventTicker) -> Result<EventTape, String> {
    let found = OPENED.with_borrow(|opened| opened.iter().find(|tape| tape.event() == event).cloned());
    found.ok_or_else(|| format!("The file of {event} is no longer at hand: open it again."))
}

/// Returns the server's tape of an event.
async fn served(event: &EventTicker) -> Result<EventTape, String> {
    let find = |tapes: &[EventTape]| tapes.iter().find(|tape| tape.event() == event).cloned();
    if let Some(tape) = BENCH.with_borrow(|bench| find(&bench.fetched)) {
        return Ok(tape);
    }
    let name = format!("{event}.trades.csv");
    let bytes = net::bytes(&format!("api/events/{event}/trades.csv")).await?;
    let mut reader = TradeReader::new(&name);
    reader.push(&bytes).map_err(|error| error.to_string())?;
    let read = reader.finish().map_err(|error| error.to_string())?;
    let tapes = EventTape::group(read.trades).map_err(|invalid| invalid.to_string())?;
    let tape = find(&tapes).ok_or_else(|| format!("{name} holds no trade of {event}"))?;
    BENCH.with_borrow_mut(|bench| bench.fetched.push(tape.clone()));
    Ok(tape)
}

/// Returns what is known of contracts: by opened files first, then by the server.
async fn markets() -> Result<Vec<Contract>, String> {
    if BENCH.with_borrow(|bench| bench.markets.is_none()) {
        let bytes = net::bytes("api/markets.csv").await?;
        let read = read_markets(&bytes, "markets.csv").map_err(|error| error.to_string())?;
        BENCH.with_borrow_mut(|bench| bench.markets = Some(read));
    }
    let mut markets = OPENED_MARKETS.with_borrow(Clone::clone);
    BENCH.with_borrow(|bench| {
        let others = bench.markets.iter().flatten();
        let news: Vec<Contract> = others
            .filter(|contract| !markets.iter().any(|known| known.ticker == contract.ticker))
            .cloned()
            .collect();
        markets.extend(news);
    });
    Ok(markets)
}

/// Forgets the server's tapes and what it knew of contracts: both are asked for anew. What was filtered stays, by its
/// content.
pub(super) fn forget_served() {
    BENCH.with_borrow_mut(|bench| {
        bench.fetched.clear();
        bench.markets = None;
    });
}

/// Forgets what was filtered with other facts than are known now.
pub(super) fn forget_filtered() {
    BENCH.with_borrow_mut(|bench| bench.filtered.clear());
}

/// Answers with what `act` makes of the current tape, or with why it can't.
pub(super) fn with_tape(id: u32, act: impl FnOnce(&Prepared) -> Result<Packet, Invalid>) {
    let prepared = BENCH.with_borrow(|bench| bench.filtered.last().map(|(_, prepared)| Rc::clone(prepared)));
    match prepared.map(|prepared| act(&prepared)) {
        Some(Ok(packet)) => reply(Packet { id, ..packet }),
        Some(Err(invalid)) => answer(id, Answer::Failed(invalid.to_string())),
        None => answer(id, Answer::Failed("No tape was prepared.".into())),
    }
}

pub(super) fn belief(prepared: &Prepared, contract: usize) -> Packet {
    let view = prepared.belief_view(contract);
    let columns = vec![vec![contract as f64], view.prints, view.fair, view.band];
    Packet { kind: BELIEF, columns, ..Packet::default() }
}

pub(super) fn run_all(prepared: &Prepared, ask: &RunAsk) -> Result<Packet, Invalid> {
    let begun = now();
    let config = Config::from_text(&ask.config)?;
    let mut outcomes = Vec::with_capacity(FillModel::ALL.len());
    for model in FillModel::ALL {
        let record = if model == ask.model { Record::All } else { Record::Equity };
        outcomes.extend(run(prepared, &config, &[model], record)?);
    }
    let lines = outcomes.iter().flat_map(|outcome| line(&outcome.total)).collect();
    let mut columns = vec![Vec::new(), lines];
    columns.extend(prepared.equity_view(&outcomes, ask.columns));
    if let Some(outcome) = outcomes.iter().find(|outcome| outcome.model == ask.model) {
        let view = prepared.quote_view(outcome, ask.contract);
        let own = view.fills.iter().map(|place| *place as usize);
        let fills = own.flat_map(|place| fill(prepared, place, &outcome.series.fills[place])).collect();
        columns.extend([view.bid, view.ask, view.bought, view.sold, view.position, fills]);
    }
    columns[0] = vec![now() - begun];
    Ok(Packet { kind: RUN, columns, ..Packet::default() })
}

fn fill(prepared: &Prepared, place: usize, fill: &OurFill) -> [f64; FILL] {
    [
        place as f64,
        prepared.batch_micros(fill.batch as usize) as f64,
        f64::from(u8::from(fill.is_bought())),
        fill.price.to_dollars(),
        fill.fair.to_dollars(),
        fill.count.to_contracts(),
        fill.fee.to_dollars(),
        fill.position.contracts(),
    ]
}

pub(super) fn report(prepared: &Prepared, config: String) -> Result<Packet, Invalid> {
    let link = Link::new(Config::from_text(&config)?);
    let (report, _) = Report::of(prepared, &link, Record::Totals)?;
    let mut texts = vec![config, report.hash(), report.link().to_string()];
    texts.extend(prepared.events().iter().map(|event| event.ticker.to_string()));
    let model = |row: &shared::backtest::Row| {
        let (low, high) =
            row.net_ci95.map_or((f64::NAN, f64::NAN), |(a, b)| (a.to_dollars(), b.to_dollars()));
        let sharpe = row.sharpe.map_or([0.0, f64::NAN, f64::NAN], |sharpe| {
            [sharpe.n as f64, sharpe.ratio, sharpe.probability_above(0.0)]
        });
        [low, high, sharpe[0], sharpe[1], sharpe[2]]
    };
    let models = report.totals().flat_map(model).collect();
    let interval = |found: Option<(f64, f64)>| {
        let (low, high) = found.unwrap_or((f64::NAN, f64::NAN));
        [low / 100.0, high / 100.0]
    };
    let markouts = FillModel::ALL
        .into_iter()
        .flat_map(|model| report.markout_intervals(model))
        .flat_map(interval)
        .collect();
    let events = (0..prepared.events().len())
        .flat_map(|event| report.events().iter().map(move |(_, nets)| nets[event].to_dollars()))
        .collect();
    let (mut scores, mut bins, mut horizons) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(found) = report.calibration() {
        let (fair, last) = (&found.score, &found.last_print);
        let (low, high) = found.brier_ci95.unwrap_or((f64::NAN, f64::NAN));
        scores.extend([
            fair.n as f64,
            found.contracts as f64,
            found.events as f64,
            fair.brier,
            low,
            high,
            last.brier,
        ]);
        scores.extend([fair.log_score_clipped, last.log_score_clipped, fair.reliability, fair.resolution]);
        scores.extend([fair.uncertainty, fair.within_bin_variance, fair.within_bin_covariance]);
        bins.extend(fair.bins.iter().flatten().flat_map(|bin| [bin.n as f64, bin.mean, bin.frequency]));
        let of_days = found.horizons.iter();
        horizons.extend(of_days.flat_map(|h| [h.days as f64, h.n as f64, h.brier, h.brier_last_print]));
    }
    let columns = vec![Vec::new(), models, events, scores, bins, horizons, markouts];
    Ok(Packet { kind: REPORT, texts, columns, ..Packet::default() })
}

/// Runs the mission's four configurations with the assumptions of `config`.
pub(super) fn presets(prepared: &Prepared, config: &str) -> Result<Packet, Invalid> {
    let config = Config::from_text(config)?;
    let mut lines = Vec::new();
    for said in MISSION {
        let config = config.of_preset(said.preset);
        lines.extend(
            run(prepared, &config, &FillModel::ALL, Record::Totals)?
                .iter()
                .flat_map(|outcome| line(&outcome.total)),
        );
    }
    Ok(Packet { kind: LINES, columns: vec![lines], ..Packet::default() })
}

pub(super) fn explain_fill(
    prepared: &Prepared,
    config: &str,
    model: FillModel,
    place: usize,
) -> Result<Packet, Invalid> {
    let Some(found) = explain(prepared, &Config::from_text(config)?, model, place)? else {
        return Err(Invalid::new("fill", "is none of this configuration"));
    };
    let mut texts = vec![format!("{} ({})", found.decided, found.reason)];
    let mut amounts = vec![found.explanation.inputs.len() as f64];
    for (name, value) in found.explanation.inputs {
        texts.extend([name.to_owned(), value]);
    }
    for step in found.explanation.steps {
        amounts.push(step.amount as f64 / 1e9);
        texts.extend([step.stage.label().to_owned(), step.formula]);
    }
    Ok(Packet { kind: EXPLAIN, texts, columns: vec![amounts], ..Packet::default() })
}

/// Runs every combination of two axes' values, and tells now and then how far it is.
pub(super) async fn sweep(id: u32, config: String, axes: [String; 2]) {
    let prepared = BENCH.with_borrow(|bench| bench.filtered.last().map(|(_, prepared)| Rc::clone(prepared)));
    let Some(prepared) = prepared else { return answer(id, Answer::Failed("No tape was prepared.".into())) };
    if let Err(told) = sweep_or_say(id, &prepared, &config, &axes).await {
        answer(id, told);
    }
}

async fn sweep_or_say(id: u32, prepared: &Prepared, config: &str, axes: &[String; 2]) -> Result<(), Answer> {
    let refused = |invalid: Invalid| Answer::Failed(invalid.to_string());
    let [a, b] = axes;
    let axes = vec![Axis::parse(a).map_err(refused)?, Axis::parse(b).map_err(refused)?];
    let mut texts = vec![config.to_owned()];
    texts.extend(axes.iter().map(|axis| axis.key.to_string()));
    texts.extend(axes.iter().map(|axis| axis.values.join(" ")));
    let grid =
        Grid::new(Config::from_text(config).map_err(refused)?, axes, &FillModel::ALL).map_err(refused)?;
    let mut trials: Vec<Option<Vec<Trial>>> = Vec::with_capacity(grid.len());
    let mut nets = Vec::with_capacity(grid.len() * FillModel::ALL.len());
    let told = |nets: &[f64], verdicts: Vec<f64>| {
        let columns = vec![nets.to_vec(), verdicts];
        reply(Packet { kind: SWEEP, id, texts: texts.clone(), columns, ..Packet::default() });
    };
    let mut listened = now();
    for place in 0..grid.len() {
        let outcomes: Option<Vec<Outcome>> = grid
            .config(place)
            .ok()
            .and_then(|config| run(prepared, &config, &FillModel::ALL, Record::Totals).ok());
        match &outcomes {
            Some(outcomes) => nets.extend(outcomes.iter().map(|outcome| outcome.total.net.to_dollars())),
            None => nets.extend([f64::NAN; FillModel::ALL.len()]),
        }
        trials.push(
            outcomes.map(|outcomes| outcomes.iter().map(|outcome| Trial::of(prepared, outcome)).collect()),
        );
        if now() - listened > SLICE {
            told(&nets, Vec::new());
            pause().await;
            listened = now();
            if !is_current(id) {
                return Err(Answer::Failed("The sweep was stopped.".into()));
            }
        }
    }
    let verdict = |model: usize| {
        let of_model: Vec<Option<&Trial>> =
            trials.iter().map(|trials| trials.as_ref().and_then(|trials| trials.get(model))).collect();
        judge(&of_model).map_or([f64::NAN; 3], |verdict| {
            let probability = verdict.deflated.map_or(f64::NAN, |deflated| deflated.probability);
            [verdict.best as f64, probability, verdict.net_held_out().to_dollars()]
        })
    };
    told(&nets, (0..FillModel::ALL.len()).flat_map(verdict).collect());
    Ok(())
}

/// Runs configurations side by side under one fill model.
pub(super) fn compare(
    prepared: &Prepared,
    configs: &[String],
    model: FillModel,
    columns: usize,
) -> Result<Packet, Invalid> {
    let mut outcomes = Vec::new();
    for config in configs {
        outcomes.extend(run(prepared, &Config::from_text(config)?, &[model], Record::All)?);
    }
    let mut packet = Packet { kind: COMPARE, texts: configs.to_vec(), ..Packet::default() };
    packet.columns.push(outcomes.iter().flat_map(|outcome| line(&outcome.total)).collect());
    packet.columns.extend(prepared.equity_view(&outcomes, columns));
    // A fill is the same if the same print filled the same side. Each outcome's come in the order of prints, one or two
    // a print: the outcomes are merged by it.
    let mut at = vec![0; outcomes.len()];
    let key = |fill: &OurFill| (fill.print, fill.is_bought());
    let all = (1_u32 << outcomes.len()) - 1;
    let (mut common, mut differing, mut listed, mut marks) = (0_u32, 0_u32, Vec::new(), Vec::new());
    loop {
        let fills = || outcomes.iter().zip(&at).map(|(outcome, at)| outcome.series.fills.get(*at));
        let Some(next) = fills().flatten().min_by_key(|fill| key(fill)).copied() else { break };
        let mut have = 0_u32;
        let has: Vec<bool> = fills().map(|fill| fill.is_some_and(|fill| key(fill) == key(&next))).collect();
        for (i, has) in has.into_iter().enumerate() {
            if has {
                have |= 1 << i;
                at[i] += 1;
            }
        }
        if have == all {
            common += 1;
        } else {
            differing += 1;
            if marks.len() < 2 * LISTED {
                listed.extend(fill(prepared, 0, &next));
                marks.extend([f64::from(have), f64::from(next.contract)]);
            }
        }
    }
    packet.columns.extend([vec![f64::from(common), f64::from(differing)], listed, marks]);
    Ok(packet)
}
