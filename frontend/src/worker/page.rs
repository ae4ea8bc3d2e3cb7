//! The page's end: it starts the worker when it is first needed, asks, and hears the answers.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{Element, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::packet::Packet;
use super::{Answer, Ask};

type Heard = Rc<dyn Fn(Answer)>;

/// The worker, and who waits for which answer.
#[derive(Default)]
struct Office {
    worker: Option<Worker>,
    last_id: u32,
    waiting: Vec<(u32, Heard)>,
}

thread_local! {
    static OFFICE: RefCell<Office> = RefCell::default();
}

/// Asks the worker and returns the question's number; `heard` gets every answer to it, the last one last.
pub(crate) fn ask(ask: Ask, heard: impl Fn(Answer) + 'static) -> u32 {
    let (id, worker) = OFFICE.with_borrow_mut(|office| {
        office.last_id += 1;
        office.waiting.push((office.last_id, Rc::new(heard)));
        if office.worker.is_none() {
            office.worker = start().ok();
        }
        (office.last_id, office.worker.clone())
    });
    let (message, handed) = ask.encode(id).encode();
    let sent = worker.and_then(|worker| worker.post_message_with_transfer(&message, &handed).ok());
    if sent.is_none() {
        fail("This browser starts no worker, so files and backtests can't be run here.");
    }
    id
}

/// Starts the worker with the module that this page runs on: nothing is fetched or compiled a second time.
fn start() -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options("/worker.js", &options)?;
    // The bundler names the glue's file in the document, with its hash.
    let glue = document()
        .query_selector("link[rel=modulepreload]")?
        .and_then(|link: Element| link.get_attribute("href"))
        .ok_or("the document names no glue")?;
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let packet = Packet::decode(&event.data());
        let id = packet.id;
        let answer = Answer::decode(packet);
        let heard = OFFICE.with_borrow_mut(|office| {
            let place = office.waiting.iter().position(|(waiting, _)| *waiting == id)?;
            let heard = Rc::clone(&office.waiting[place].1);
            if answer.is_last() {
                office.waiting.remove(place);
            }
            Some(heard)
        });
        // The office is not borrowed meanwhile: who hears may ask again.
        if let Some(heard) = heard {
            heard(answer);
        }
    });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    let failed = Closure::<dyn FnMut(JsValue)>::new(|_| {
        fail(
            "The worker stopped: the file or the backtest may be too large for this browser. What was opened is gone.",
        );
    });
    worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
    // The worker lives as long as the page.
    heard.forget();
    failed.forget();
    worker.post_message(&Array::of2(&JsValue::from_str(&glue), &wasm_bindgen::module()))?;
    Ok(worker)
}

/// Tells everybody who waits that nothing comes; the next question starts another worker.
fn fail(reason: &str) {
    let waiting = OFFICE.with_borrow_mut(|office| {
        if let Some(worker) = office.worker.take() {
            worker.terminate();
        }
        std::mem::take(&mut office.waiting)
    });
    for (_, heard) in waiting {
        heard(Answer::Failed(reason.to_owned()));
    }
}
