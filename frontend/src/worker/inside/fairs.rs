//! What contracts were worth through time: by the belief's filter and by the nowcast.
//!
//! It is asked for beside all else: whatever else is asked ends it, so that nobody who drags a slider waits for it.

use std::cell::Cell;
use std::thread::LocalKey;

use shared::api::{EventSummary, Origin};
use shared::belief::Calibration;
use shared::market::EventTicker;
use shared::nowcast::fit::Fits;
use shared::nowcast::series::History;
use shared::scenario::{Fairs, nowcast_through_time};

use super::bench::{self, STOPPED};
use super::{answer, failed};
use crate::worker::Answer;
use crate::worker::found::{Points, points};

thread_local! {
    /// The questions that are worked on.
    static BELIEVED: Cell<u32> = const { Cell::new(0) };
    static NOWCAST: Cell<u32> = const { Cell::new(0) };
    /// The fits of days that were asked about.
    static FITS: Fits = Fits::default();
}

/// Ends what is worked on.
pub(super) fn stop() {
    BELIEVED.set(0);
    NOWCAST.set(0);
}

fn begin(asked: &'static LocalKey<Cell<u32>>, id: u32) -> impl Fn() -> bool {
    asked.set(id);
    move || asked.get() == id
}

/// Answers with what was believed just before each instant of an event's prints.
pub(super) async fn believed(id: u32, event: EventTicker, is_opened: bool) {
    let told = believed_or_say(id, event, is_opened).await;
    answer(id, told.unwrap_or_else(|told| told));
}

async fn believed_or_say(id: u32, event: EventTicker, is_opened: bool) -> Result<Answer, Answer> {
    let is_wanted = begin(&BELIEVED, id);
    let tape = bench::tape_of(&event, is_opened).await.map_err(failed)?;
    // All of it is found once the last answer is sent.
    let told = |share: f64| answer(id, Answer::Fairs { share: share.min(0.99), lines: Vec::new() });
    let (prepared, _) = bench::filtered(&[tape], Calibration::default(), &told, &is_wanted).await?;
    let line = |(place, ticker)| (ticker, points(&prepared.fair_before_view(place)));
    let tickers = prepared.contracts().iter().map(|contract| contract.ticker.clone());
    Ok(Answer::Fairs { share: 1.0, lines: tickers.enumerate().map(line).collect() })
}

/// Answers with what the nowcast said at the end of each day, and after each day with what was found so far.
pub(super) async fn nowcast(id: u32, event: EventSummary, histories: Vec<History>) {
    let told = nowcast_or_say(id, event, histories).await;
    answer(id, told.unwrap_or_else(|told| told));
}

async fn nowcast_or_say(id: u32, event: EventSummary, histories: Vec<History>) -> Result<Answer, Answer> {
    let is_wanted = begin(&NOWCAST, id);
    let tape = bench::tape_of(&event.event, event.origin == Origin::Opened).await.map_err(failed)?;
    let so_far = move |fairs: &Fairs, share: f64| answer(id, found(fairs, share.min(0.99)));
    let work = FITS.with(|fits| nowcast_through_time(&event, &tape, &histories, fits, Box::new(so_far)));
    match bench::in_slices(work, &|_| (), &is_wanted).await {
        Some(Ok(fairs)) => Ok(found(&fairs, 1.0)),
        Some(Err(invalid)) => Err(failed(invalid.to_string())),
        None => Err(failed(STOPPED)),
    }
}

fn found(fairs: &Fairs, share: f64) -> Answer {
    let line = |(ticker, fairs): &(_, Vec<(shared::units::Timestamp, f64)>)| {
        let line = fairs.iter().map(|(at, fair)| (at.micros() as f64, *fair)).collect();
        (Clone::clone(ticker), Points::new(line))
    };
    Answer::Fairs { share, lines: fairs.iter().map(line).collect() }
}
