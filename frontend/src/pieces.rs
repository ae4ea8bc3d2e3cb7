//! Long work between frames.

use std::time::Duration;

use leptos::prelude::*;
use shared::pieces::Pieces;

use crate::desk;

/// How long the page may be held up at once, in milliseconds: half a frame.
const HELD: f64 = 8.0;
/// Between pieces the browser paints and takes input.
const BREATH: Duration = Duration::from_millis(2);

/// Whether the result is still wanted, how far the work is, and what becomes of it.
pub(crate) struct Work<T> {
    /// What is left to do.
    pub(crate) pieces: Pieces<'static, T>,
    /// Asked before every turn: the work is dropped once this is false.
    pub(crate) is_wanted: Box<dyn Fn() -> bool>,
    /// Told after every turn how much is done, as a fraction.
    pub(crate) progress: Box<dyn Fn(f64)>,
    /// Takes the result.
    pub(crate) done: Box<dyn FnOnce(T)>,
}

impl<T: 'static> Work<T> {
    /// Begins after the next breath, and goes on until it is done or no longer wanted.
    pub(crate) fn begin(self) {
        set_timeout(move || self.turn(), BREATH);
    }

    fn turn(mut self) {
        if !(self.is_wanted)() {
            return;
        }
        let begun = desk::now();
        while desk::now() - begun < HELD {
            if let Some(result) = self.pieces.step() {
                (self.done)(result);
                return;
            }
        }
        (self.progress)(self.pieces.done());
        self.begin();
    }
}
