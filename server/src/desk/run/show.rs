//! Telling those who watch.

use std::time::{Duration, Instant};

use shared::stream::{Appended, DeskState};
use shared::units::Timestamp;

use super::Run;
use crate::desk::session::Supervisor;

/// The least time between two things that they are told.
pub(super) const EVERY: Duration = Duration::from_millis(50);
/// The same if nobody watches.
const UNSEEN: Duration = Duration::from_millis(500);

impl Run {
    pub(super) fn show_in_time(&mut self, desk: &Supervisor, now: Timestamp) {
        let (is_watched, _) = desk.face.wanted();
        let every = if is_watched { EVERY } else { UNSEEN };
        if self.shown.is_none_or(|at| at.elapsed() >= every) {
            self.show(desk, now);
        }
    }

    /// Tells those who watch.
    pub(super) fn show(&mut self, desk: &Supervisor, now: Timestamp) {
        self.core.now = now.max(self.core.now);
        self.core.note_brought();
        self.core.note_equity();
        self.shown = Some(Instant::now());
        let mut view = desk.face.desk();
        self.core.show(&mut view);
        let silence = self.feed.silence().as_millis();
        view.feed_age_ms = Some(u32::try_from(silence).unwrap_or(u32::MAX));
        view.latency_us = self.latency.quantiles();
        let parameters = desk.settings.config.parameters();
        let (_, wanted) = desk.face.wanted();
        let places = self.core.contracts.iter().zip(0..);
        let books = places
            .filter(|(contract, _)| wanted.contains(&contract.ticker))
            .filter_map(|(_, place)| self.core.show_book(place, &parameters))
            .collect();
        self.core.say_unsaid();
        let appended: Appended = std::mem::take(&mut self.core.appended);
        let pulled = self.core.pulled().map(|(_, why)| why).unwrap_or_default();
        let is = match self.books_missing {
            true => (DeskState::Blind, "Not all books are here yet."),
            false => (DeskState::Quoting, pulled.as_str()),
        };
        desk.face.tell(view, books, appended, is, *desk.wish.borrow());
    }
}
