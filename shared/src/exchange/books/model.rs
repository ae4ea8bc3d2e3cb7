//! How fills are found in recorded books.

use super::{Bound, Queue};

/// How fills are found in recorded books: who of a queue gives up and, where no trades are told, what a decrease was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookModel {
    /// Where in the queue others give up.
    pub queue: Queue,
    /// What a decrease at the best price is taken for; nothing where the tape tells trades.
    pub bound: Option<Bound>,
}

impl BookModel {
    /// Iterates over all of them: those of tapes with trades, then the lower and the upper bounds of tapes without.
    pub fn all() -> impl Iterator<Item = Self> {
        let bounds = [None, Some(Bound::Least), Some(Bound::Most)];
        let queues = || Queue::ALL.into_iter().chain([Queue::First]);
        bounds.into_iter().flat_map(move |bound| queues().map(move |queue| Self { queue, bound }))
    }

    /// Returns those that a tape is run under: of a tape with trades the queue from pessimistic over the usual one to
    /// optimistic, of one without the lower and the upper bound; where a queue is named, of that one alone.
    pub fn of(queue: Option<Queue>, has_trades: bool) -> Vec<Self> {
        let (low, high) = (queue.unwrap_or(Queue::Pessimistic), queue.unwrap_or(Queue::Optimistic));
        if has_trades {
            let mut queues = vec![low, queue.unwrap_or_default(), high];
            queues.dedup();
            queues.into_iter().map(|queue| Self { queue, bound: None }).collect()
        } else {
            [(low, Bound::Least), (high, Bound::Most)]
                .map(|(queue, bound)| Self { queue, bound: Some(bound) })
                .to_vec()
        }
    }

    /// Returns its name in files and options: the queue's, and the bound's behind it.
    pub const fn name(self) -> &'static str {
        let [plain, least, most] = match self.queue {
            Queue::Pessimistic => ["pessimistic", "pessimistic-least", "pessimistic-most"],
            Queue::Proportional => ["proportional", "proportional-least", "proportional-most"],
            Queue::Square => ["square", "square-least", "square-most"],
            Queue::Logarithm => ["logarithm", "logarithm-least", "logarithm-most"],
            Queue::BySize => ["by-size", "by-size-least", "by-size-most"],
            Queue::Optimistic => ["optimistic", "optimistic-least", "optimistic-most"],
            Queue::First => ["first", "first-least", "first-most"],
        };
        match self.bound {
            None => plain,
            Some(Bound::Least) => least,
            Some(Bound::Most) => most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_its_queues() {
        for model in BookModel::all() {
            let bound = match model.bound {
                None => "",
                Some(Bound::Least) => "-least",
                Some(Bound::Most) => "-most",
            };
            assert_eq!(model.name(), format!("{}{bound}", model.queue));
        }
    }

    #[test]
    fn a_tape_without_trades_has_two_ends() {
        let names = |queue, has_trades| {
            BookModel::of(queue, has_trades).into_iter().map(BookModel::name).collect::<Vec<_>>()
        };
        assert_eq!(names(None, true), ["pessimistic", "by-size", "optimistic"]);
        assert_eq!(names(Some(Queue::Square), true), ["square"]);
        assert_eq!(names(None, false), ["pessimistic-least", "optimistic-most"]);
        assert_eq!(names(Some(Queue::BySize), false), ["by-size-least", "by-size-most"]);
    }
}
