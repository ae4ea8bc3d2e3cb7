//! Taking back whatever rests of ours in an event, whoever placed it.

use super::orders::PREFIX;
use super::{Answer, Ask, Event, Failure, Handover};
use crate::units::Timestamp;
use crate::wire;

/// How often it is looked whether anything rests, and the pause between two looks: what is listed may be a little behind. The
/// first pause and the longest, in microseconds.
const ROUNDS: u32 = 40;
const PAUSE: i64 = 50_000;
const LONGEST: i64 = 1_000_000;

/// Taking back what rests, round by round.
#[derive(Debug, Default)]
pub(super) struct Clearing {
    round: u32,
    /// How many cancellations are on their way.
    waiting: usize,
    /// When the next look is due.
    next: Option<Timestamp>,
    /// How many orders rested at first.
    pub(super) taken: usize,
    /// What is left alone as it was handed over in this order group.
    but: Option<(String, Handover)>,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// These are to be asked.
    Ask(Vec<Ask>),
    /// Nothing rests.
    Clear,
    /// It can't be made sure of, for this reason.
    Failed(String),
}

impl Clearing {
    /// Takes back all but what was handed over in an order group.
    pub(super) fn but(group: &str, handover: &Handover) -> Self {
        Self { but: Some((group.to_owned(), handover.clone())), ..Self::default() }
    }

    /// Takes in an answer.
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        event: &Event,
        answer: Result<Answer, Failure>,
    ) -> Next {
        match answer {
            Ok(Answer::Orders(resting)) => self.listed(event, &resting),
            // That it is gone, or what became of the request, the next look says.
            Ok(Answer::Cancelled(_)) | Err(_) if self.waiting > 0 => {
                self.waiting -= 1;
                if self.waiting == 0 {
                    self.pause(now);
                }
                Next::Ask(Vec::new())
            }
            Err(failure) => Next::Failed(format!("what rests can't be found out: {failure}")),
            Ok(other) => Next::Failed(format!("another question was answered: {other:?}")),
        }
    }

    /// Returns what is to be asked as time passes; `waited` says that the machine has waited for it.
    pub(super) fn tick(&mut self, now: Timestamp, waited: bool) -> Vec<Ask> {
        if self.next.is_some_and(|next| waited || next <= now) {
            self.next = None;
            return vec![Ask::Resting];
        }
        Vec::new()
    }

    pub(super) const fn due(&self) -> Option<Timestamp> {
        self.next
    }

    fn listed(&mut self, event: &Event, resting: &[wire::Order]) -> Next {
        let is_left = |order: &wire::Order| {
            self.but.as_ref().is_some_and(|(group, handover)| handover.has(group, order))
        };
        let is_ours = |order: &&wire::Order| {
            order.client_order_id.starts_with(PREFIX) && event.has(&order.ticker) && !is_left(order)
        };
        let cancels: Vec<Ask> =
            resting.iter().filter(is_ours).map(|order| Ask::Cancel(order.order_id.clone())).collect();
        if cancels.is_empty() {
            return Next::Clear;
        }
        if self.round == 0 {
            self.taken = cancels.len();
        }
        self.round += 1;
        if self.round > ROUNDS {
            return Next::Failed(format!("{} orders of ours still rest", cancels.len()));
        }
        self.waiting = cancels.len();
        Next::Ask(cancels)
    }

    fn pause(&mut self, now: Timestamp) {
        let pause = (PAUSE << self.round.min(8)).min(LONGEST);
        self.next = Some(now.checked_add_micros(pause).unwrap_or(Timestamp::MAX));
    }
}
