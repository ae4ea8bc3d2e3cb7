//! What a desk asks of the exchange, from the frame that it came of to its answer.

use std::time::Instant;

use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use shared::desk::{Answer, Ask, Failure};

use super::{time_of, tracer};

/// Something that is asked, as its trace names it.
#[derive(Debug)]
pub(crate) struct Asked {
    name: &'static str,
    run: i64,
    /// Our own name of the order that it is about.
    order: Option<String>,
    ticker: Option<String>,
    /// When it was decided.
    at: Instant,
}

impl Asked {
    /// Takes note of something that a run asks; nothing where no traces are collected.
    pub(crate) fn now(run: i64, ask: &Ask) -> Option<Self> {
        tracer()?;
        let (name, order, ticker) = match ask {
            Ask::Create(order) => ("create", order.client_order_id.clone(), Some(&order.ticker)),
            Ask::Amend(_, order) => ("amend", order.updated_client_order_id.clone(), Some(&order.ticker)),
            Ask::Cancel(_) => ("cancel", None, None),
            Ask::Look { name, ticker, .. } => ("look", Some(name.clone()), Some(ticker)),
            Ask::Resting => ("resting", None, None),
            Ask::Orders { .. } => ("orders", None, None),
            Ask::Fills { .. } => ("fills", None, None),
            Ask::Account => ("account", None, None),
            Ask::Trades(ticker) => ("trades", None, Some(ticker)),
            Ask::CancelAll => ("cancel all", None, None),
            Ask::Groups => ("groups", None, None),
            Ask::CreateGroup(_) => ("create group", None, None),
            Ask::TriggerGroup(_) => ("trigger group", None, None),
            Ask::ResetGroup(_) => ("reset group", None, None),
            Ask::DeleteGroup(_) => ("delete group", None, None),
        };
        let ticker = ticker.map(|ticker| ticker.as_str().to_owned());
        Some(Self { name, run, order, ticker, at: Instant::now() })
    }

    /// Returns when it was decided.
    pub(crate) const fn at(&self) -> Instant {
        self.at
    }

    /// Makes its trace, now that it is answered: a span from when the first of these steps began, and one
    /// of each step, named, with when it began and ended.
    pub(crate) fn answered(
        self,
        steps: &[(&'static str, Instant, Instant)],
        answer: &Result<Answer, Failure>,
    ) {
        let Some(tracer) = tracer() else { return };
        let began = steps.first().map_or(self.at, |(_, began, _)| *began);
        let about = [("tauroi.order", self.order), ("tauroi.ticker", self.ticker)];
        let about = about.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key, value?)));
        let span = tracer
            .span_builder(self.name)
            .with_kind(SpanKind::Client)
            .with_start_time(time_of(began))
            .with_attributes(about.chain([KeyValue::new("tauroi.run", self.run)]));
        let mut span = span.start(tracer);
        if let Err(failure) = answer {
            span.set_status(Status::error(failure.to_string()));
        }
        let context = Context::new().with_span(span);
        for (name, began, ended) in steps {
            let step = tracer.span_builder(*name).with_start_time(time_of(*began));
            step.start_with_context(tracer, &context).end_with_timestamp(time_of(*ended));
        }
        context.span().end();
    }
}
