//! Telling those who watch.

use std::time::{Duration, Instant};

use shared::stream::Appended;

use super::Run;
use crate::desk::session::Supervisor;

/// The least time between two things that they are told.
pub(super) const EVERY: Duration = Duration::from_millis(50);
/// The same if nobody watches.
const UNSEEN: Duration = Duration::from_millis(500);

impl Run {
    pub(super) fn show_in_time(&mut self, desk: &Supervisor) {
        let every = if desk.face.is_watched() { EVERY } else { UNSEEN };
        if self.shown.is_none_or(|at| at.elapsed() >= every) {
            self.show(desk);
        }
    }

    /// Tells those who watch.
    pub(in crate::desk) fn show(&mut self, desk: &Supervisor) {
        self.shown = Some(Instant::now());
        let Some(trading) = &mut self.desk else { return };
        self.watched.decided(trading.decided());
        let mut view = desk.face.desk();
        view.title.clone_from(&self.found.title);
        view.closes = Some(self.found.closes);
        trading.show(desk.clock.now(), &mut view);
        let silence = self.feed.silence().as_millis();
        view.feed_age_ms = Some(u32::try_from(silence).unwrap_or(u32::MAX));
        view.latency_us = self.latency.quantiles();
        view.config = trading.config().text();
        let parameters = trading.config().parameters();
        let (_, wanted) = desk.face.wanted();
        let books = wanted.iter().filter_map(|ticker| trading.show_book(ticker, &parameters)).collect();
        let appended: Appended = trading.take_appended();
        for alert in &appended.alerts {
            if alert.is_wrong {
                tracing::warn!("{}", alert.text);
            } else {
                tracing::info!("{}", alert.text);
            }
        }
        let (state, why) = trading.state();
        desk.face.tell(view, books, appended, (state, &why), *desk.wish.borrow());
    }
}
