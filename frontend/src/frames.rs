//! One animation-frame loop for the page: drawing is asked for at any time and done once a frame.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

type Draw = Rc<dyn Fn()>;

#[derive(Default)]
struct Loop {
    next_id: u32,
    painters: Vec<(u32, Draw)>,
    dirty: Vec<u32>,
    scheduled: bool,
}

thread_local! {
    static LOOP: RefCell<Loop> = RefCell::default();
}

/// Something that is drawn in frames; dropping it stops that.
pub(crate) struct Painter(u32);

impl Painter {
    /// Registers what draws it.
    pub(crate) fn new(draw: impl Fn() + 'static) -> Self {
        LOOP.with_borrow_mut(|frames| {
            frames.next_id += 1;
            let id = frames.next_id;
            frames.painters.push((id, Rc::new(draw)));
            Self(frames.next_id)
        })
    }

    /// Asks for it to be drawn in the next frame; asking twice draws once.
    pub(crate) fn request(&self) {
        let schedule = LOOP.with_borrow_mut(|frames| {
            if !frames.dirty.contains(&self.0) {
                frames.dirty.push(self.0);
            }
            !std::mem::replace(&mut frames.scheduled, true)
        });
        if schedule && let Some(window) = web_sys::window() {
            let callback = Closure::once_into_js(draw_dirty);
            // A page that can't schedule a frame has no window to draw to either.
            let _ = window.request_animation_frame(callback.unchecked_ref());
        }
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        LOOP.with_borrow_mut(|frames| {
            frames.painters.retain(|(id, _)| *id != self.0);
        });
    }
}

fn draw_dirty() {
    let draws: Vec<Draw> = LOOP.with_borrow_mut(|frames| {
        frames.scheduled = false;
        let dirty = std::mem::take(&mut frames.dirty);
        let painters = frames.painters.iter();
        painters.filter(|(id, _)| dirty.contains(id)).map(|(_, draw)| Rc::clone(draw)).collect()
    });
    // The loop is not borrowed while drawing: a painter may ask for the next frame.
    for draw in draws {
        draw();
    }
}
