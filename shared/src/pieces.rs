//! Long work in short pieces, so that a page can go on between them.
//!
//! The work is an `async` function that rests between pieces. Nothing here waits for anything: who holds the [`Pieces`]
//! decides when the next one runs, and the result has the same bits however many there are.

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

/// Where the work may rest, and how far it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pace(Rc<Cell<f64>>);

impl Pace {
    /// Says how far the work is, as a fraction of all of it.
    pub(crate) fn reach(&self, done: f64) {
        self.0.set(done);
    }

    /// Ends a piece.
    pub(crate) async fn rest(&self) {
        let mut rested = false;
        poll_fn(|_| {
            if rested {
                return Poll::Ready(());
            }
            rested = true;
            Poll::Pending
        })
        .await;
    }
}

/// Work that is done piece by piece.
pub struct Pieces<'a, T> {
    work: Pin<Box<dyn Future<Output = T> + 'a>>,
    pace: Pace,
}

impl<'a, T> Pieces<'a, T> {
    /// Returns the work that `begin` describes; nothing of it is done yet.
    pub(crate) fn new<F: Future<Output = T> + 'a>(begin: impl FnOnce(Pace) -> F) -> Self {
        let pace = Pace::default();
        Self { work: Box::pin(begin(pace.clone())), pace }
    }

    /// Does the next piece, and returns the result if it was the last one: after that there is none.
    ///
    /// # Panics
    ///
    /// When it is called again after it returned the result.
    pub fn step(&mut self) -> Option<T> {
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    /// Returns how much is done, as a fraction; roughly, for a search ends when it has found.
    pub fn done(&self) -> f64 {
        self.pace.0.get()
    }

    /// Does all pieces one after another.
    pub fn finish(mut self) -> T {
        loop {
            if let Some(result) = self.step() {
                return result;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_stops_at_each_rest_and_says_how_far_it_is() {
        let mut pieces = Pieces::new(|pace| async move {
            let mut sum = 0;
            for i in 1..=3 {
                sum += i;
                pace.reach(f64::from(i) / 3.0);
                pace.rest().await;
            }
            sum
        });
        assert_eq!((pieces.done(), pieces.step(), pieces.done()), (0.0, None, 1.0 / 3.0));
        assert_eq!([pieces.step(), pieces.step(), pieces.step()], [None, None, Some(6)]);
    }
}
