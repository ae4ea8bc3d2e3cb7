//! The page's end: it starts the worker when it is first needed, asks, and hears the answers.
//!
//! A worker can end at any moment. Then whoever waits is told, and the next worker reads the files again that the last
//! one had opened, before anything else is asked of it.

use std::cell::RefCell;
use std::rc::Rc;

use shared::codec::Codec;
use wasm_bindgen::prelude::*;
use web_sys::{File, Worker};

use super::parcel::Parcel;
use super::{Answer, Ask};
use crate::{desk, host};

type Heard = Rc<dyn Fn(Answer)>;

/// So many ends within [`SOON`] are no accident any more: what is asked ends the worker, and it isn't asked again.
const MOST_ENDS: usize = 3;
/// How long an end counts, in milliseconds.
const SOON: f64 = 60_000.0;

/// What became of the worker.
pub(crate) enum Fate {
    /// It ended, for this reason.
    Ended(String),
    /// Another one is there.
    Replaced {
        /// The files that could not be read again, and why; they are of no worker now.
        lost: Vec<String>,
    },
    /// It ended so often that no other one was started: the next question does.
    GivenUp,
}

/// The worker, and who waits for which answer.
#[derive(Default)]
struct Office {
    worker: Option<Worker>,
    /// Counts the workers: what is heard of an earlier one is dropped.
    turn: u32,
    last_id: u32,
    waiting: Vec<(u32, Heard)>,
    /// Questions that wait until the files are read again; nothing where none are.
    held: Option<Vec<Parcel>>,
    /// Files that are being opened, by the question.
    opening: Vec<(u32, Vec<File>)>,
    /// Files that were opened.
    opened: Vec<File>,
    /// When workers ended.
    ends: Vec<f64>,
    watcher: Option<Rc<dyn Fn(Fate)>>,
}

thread_local! {
    static OFFICE: RefCell<Office> = RefCell::default();
}

/// Tells `watcher` from now on when the worker ends and another one is there.
pub(crate) fn watch(watcher: impl Fn(Fate) + 'static) {
    OFFICE.with_borrow_mut(|office| office.watcher = Some(Rc::new(watcher)));
}

/// Returns whether there is a worker.
pub(crate) fn is_there() -> bool {
    OFFICE.with_borrow(|office| office.worker.is_some())
}

/// Asks the worker and returns the question's number; `heard` gets every answer to it, the last one last.
pub(crate) fn ask(ask: Ask, heard: impl Fn(Answer) + 'static) -> u32 {
    post(ask, Vec::new(), Rc::new(heard))
}

/// Has the worker read files and keep what they hold; `heard` gets every answer, the last one last.
pub(crate) fn open(files: Vec<File>, heard: impl Fn(Answer) + 'static) -> u32 {
    post(Ask::Open {}, files, Rc::new(heard))
}

fn post(ask: Ask, files: Vec<File>, heard: Heard) -> u32 {
    if !is_there() {
        start();
    }
    OFFICE.with_borrow_mut(|office| {
        office.last_id += 1;
        let id = office.last_id;
        office.waiting.push((id, heard));
        if !files.is_empty() {
            office.opening.push((id, files.clone()));
        }
        let parcel = Parcel { files, ..Parcel::of(id, &ask) };
        match (&mut office.held, &office.worker) {
            (Some(held), _) => held.push(parcel),
            (None, Some(worker)) => send(worker, &parcel),
            // Where none starts, its end is heard in the next task, and who waits is told.
            (None, None) => {}
        }
        id
    })
}

fn send(worker: &Worker, parcel: &Parcel) {
    let (message, handed) = parcel.encode();
    // Fails only for what can't be copied, and parcels can; one that ended takes messages, too.
    let _ = worker.post_message_with_transfer(&message, &handed);
}

/// Starts a worker with the module that this page runs on: nothing is fetched or compiled a second time.
fn start() {
    let turn = OFFICE.with_borrow_mut(|office| {
        office.turn += 1;
        office.turn
    });
    // Each lives as long as the page: there are few.
    let heard = Closure::<dyn FnMut(JsValue)>::new(move |data: JsValue| hear(turn, &data)).into_js_value();
    let ended = Closure::<dyn FnMut(JsValue)>::new(move |why: JsValue| {
        end(turn, &why.as_string().unwrap_or_default());
    })
    .into_js_value();
    match host::hire(&wasm_bindgen::module(), &heard, &ended) {
        Ok(worker) => {
            let files = OFFICE.with_borrow_mut(|office| {
                office.worker = Some(worker);
                office.opened.clone()
            });
            read_again(turn, files);
        }
        Err(_) => leptos::prelude::queue_microtask(move || end(turn, "this browser starts none")),
    }
}

/// Has the files read again that an earlier worker had opened, and holds all questions back until then.
fn read_again(turn: u32, files: Vec<File>) {
    if files.is_empty() {
        if turn > 1 {
            tell(Fate::Replaced { lost: Vec::new() });
        }
        return;
    }
    OFFICE.with_borrow_mut(|office| {
        office.last_id += 1;
        let id = office.last_id;
        office.waiting.push((
            id,
            Rc::new(move |answer| {
                let lost = match answer {
                    Answer::Opened { unreadable, .. } => unreadable,
                    Answer::Failed { reason } => vec![reason],
                    _ => return,
                };
                let goes_on = OFFICE.with_borrow_mut(|office| {
                    let held = office.held.take().unwrap_or_default();
                    // Without one, this worker has ended meanwhile, too.
                    let worker = office.worker.as_ref()?;
                    held.iter().for_each(|parcel| send(worker, parcel));
                    Some(())
                });
                if goes_on.is_some() {
                    tell(Fate::Replaced { lost });
                }
            }),
        ));
        office.held = Some(Vec::new());
        if let Some(worker) = &office.worker {
            send(worker, &Parcel { files, ..Parcel::of(id, &Ask::Open {}) });
        }
    });
}

fn hear(turn: u32, data: &JsValue) {
    let Some(Parcel { id, message, .. }) = Parcel::decode(data) else {
        // Whoever asked would wait for ever.
        return end(turn, "its answer can't be read");
    };
    let answer = Answer::from_message(message).unwrap_or_else(|error| Answer::Failed {
        reason: format!("The worker's answer can't be read: {error}"),
    });
    let heard = OFFICE.with_borrow_mut(|office| {
        if office.turn != turn {
            return None;
        }
        let heard =
            office.waiting.iter().find(|(waiting, _)| *waiting == id).map(|(_, heard)| Rc::clone(heard))?;
        if answer.is_last() {
            office.waiting.retain(|(waiting, _)| *waiting != id);
            let files =
                office.opening.iter().find(|(opening, _)| *opening == id).map(|(_, files)| files.clone());
            office.opening.retain(|(opening, _)| *opening != id);
            if let (Answer::Opened { .. }, Some(files)) = (&answer, files) {
                office.opened.extend(files);
            }
        }
        Some(heard)
    });
    // The office is not borrowed meanwhile: who hears may ask again.
    if let Some(heard) = heard {
        heard(answer);
    }
}

/// Tells everybody who waits that nothing comes, and starts another worker unless they end one after another.
fn end(turn: u32, why: &str) {
    let now = desk::now();
    let (waiting, goes_on) = OFFICE.with_borrow_mut(|office| {
        if office.turn != turn {
            return (Vec::new(), None);
        }
        office.worker = None;
        office.held = None;
        office.opening.clear();
        office.ends.retain(|then| now - then < SOON);
        office.ends.push(now);
        (std::mem::take(&mut office.waiting), Some(office.ends.len() < MOST_ENDS))
    });
    let Some(goes_on) = goes_on else { return };
    tell(Fate::Ended(why.to_owned()));
    for (_, heard) in waiting {
        heard(Answer::Failed { reason: format!("The worker stopped: {why}.") });
    }
    if !goes_on {
        tell(Fate::GivenUp);
    } else if !is_there() {
        start();
    }
}

fn tell(fate: Fate) {
    let watcher = OFFICE.with_borrow(|office| office.watcher.clone());
    if let Some(watcher) = watcher {
        watcher(fate);
    }
}
