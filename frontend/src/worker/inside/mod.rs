//! The worker's end: it hears questions and answers them.
//!
//! Long work is done in slices, and between them the worker hears what came meanwhile: a newer question of the same
//! kind, or a stop, ends the older one. So there is never a backlog.

mod bench;
mod fairs;
mod files;
mod lab;

use std::cell::{Cell, RefCell};

use js_sys::{Function, Promise};
use shared::api::Prints;
use shared::codec::Codec;
use shared::market::{Contract, EventTape, Ticker};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::parcel::Parcel;
use super::{Answer, Ask};

thread_local! {
    /// The tapes of the files that were opened.
    static OPENED: RefCell<Vec<EventTape>> = const { RefCell::new(Vec::new()) };
    /// What files of contracts that were opened say.
    static OPENED_MARKETS: RefCell<Vec<Contract>> = const { RefCell::new(Vec::new()) };
    /// The question whose long work is going on.
    static CURRENT: Cell<u32> = const { Cell::new(0) };
}

/// Returns the worker's scope, where this program runs in a worker.
pub(crate) fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// Listens to the page from now on.
pub(crate) fn listen(scope: &DedicatedWorkerGlobalScope) {
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        // What else is sent is not for this program.
        let Some(Parcel { id, message, files }) = Parcel::decode(&event.data()) else { return };
        match Ask::from_message(message) {
            Ok(ask) => hear(id, ask, files),
            Err(error) => answer(id, failed(format!("The worker can't read this question: {error}"))),
        }
    });
    scope.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

/// Tells the page that this worker can't go on, and why.
pub(crate) fn give_up(scope: &DedicatedWorkerGlobalScope, why: &str) {
    // A text that is no answer: the page ends this worker and starts another one. It can be copied, so it is sent.
    let _ = scope.post_message(&JsValue::from_str(why));
}

fn hear(id: u32, ask: Ask, files: Vec<File>) {
    if !matches!(ask, Ask::Believed { .. } | Ask::Nowcast { .. } | Ask::Prints { .. } | Ask::Forget {}) {
        fairs::stop();
    }
    match ask {
        Ask::Open {} => {
            CURRENT.set(id);
            spawn_local(files::open(id, files));
        }
        Ask::Prints { ticker } => answer(id, prints(&ticker)),
        Ask::Forget {} => {
            bench::forget_served();
            answer(id, Answer::Done {});
        }
        Ask::Stop {} => {
            CURRENT.set(id);
            answer(id, Answer::Done {});
        }
        Ask::Prepare { events, is_opened, calibration, tape } => {
            CURRENT.set(id);
            spawn_local(bench::prepare(id, events, is_opened, calibration, tape));
        }
        Ask::Belief { contract } => bench::with_tape(id, |prepared| Ok(lab::belief(prepared, contract))),
        Ask::Run { what } => bench::with_tape(id, |prepared| lab::run_all(prepared, &what)),
        Ask::Report { config } => bench::with_tape(id, |prepared| lab::report(prepared, config)),
        Ask::Presets { config } => bench::with_tape(id, |prepared| lab::presets(prepared, &config)),
        Ask::Explain { config, model, fill } => {
            bench::with_tape(id, |prepared| lab::explain_fill(prepared, &config, model, fill));
        }
        Ask::Sweep { config, axes } => {
            CURRENT.set(id);
            spawn_local(lab::sweep(id, config, axes));
        }
        Ask::Compare { configs, model, columns } => {
            bench::with_tape(id, |prepared| lab::compare(prepared, &configs, model, columns));
        }
        Ask::Believed { event, is_opened } => spawn_local(fairs::believed(id, event, is_opened)),
        Ask::Nowcast { event, histories } => spawn_local(fairs::nowcast(id, event, histories)),
    }
}

fn prints(ticker: &Ticker) -> Answer {
    OPENED.with_borrow(|opened| {
        let tape = opened.iter().flat_map(EventTape::contracts).find(|tape| tape.ticker() == ticker);
        tape.map_or_else(
            || failed(format!("The file with the trades of {ticker} is no longer at hand: open it again.")),
            |tape| Answer::Prints { prints: Prints::from(tape) },
        )
    })
}

/// Returns the answer that there is none, and why.
fn failed(reason: impl Into<String>) -> Answer {
    Answer::Failed { reason: reason.into() }
}

/// Sends an answer to the page.
fn answer(id: u32, answer: Answer) {
    let (message, handed) = Parcel::of(id, &answer).encode();
    if let Some(scope) = scope() {
        // Fails only for what can't be copied, and parcels can.
        let _ = scope.post_message_with_transfer(&message, &handed);
    }
}

/// Returns whether the question is still the one that long work is done for.
fn is_current(id: u32) -> bool {
    CURRENT.get() == id
}

/// Lets the worker hear what came meanwhile.
async fn pause() {
    let mut later = |resolve: Function, _: Function| {
        if let Some(scope) = scope() {
            // A scope that sets no timer is being closed: then nobody waits for the rest.
            let _ = scope.set_timeout_with_callback(&resolve);
        }
    };
    // It is never rejected.
    let _ = JsFuture::from(Promise::new(&mut later)).await;
}

/// Returns milliseconds since the worker started.
fn now() -> f64 {
    scope().and_then(|scope| scope.performance()).map_or(0.0, |performance| performance.now())
}
