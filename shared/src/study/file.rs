//! What a study's file says.

use serde::Deserialize;

use super::Side;
use crate::Invalid;
use crate::backtest::{Config, Preset};
use crate::exchange::FillModel;
use crate::format::{counted, percent};
use crate::market::EventTicker;
use crate::units::Date;

/// A study's file as it is written, in TOML; [`Unchecked::check`] makes a [`Study`] of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unchecked {
    hypothesis: String,
    falsified_by: Option<String>,
    preset: String,
    #[serde(default)]
    set: Vec<String>,
    #[serde(default)]
    explore: Vec<String>,
    confirm: Vec<String>,
    metric: UncheckedMetric,
    stop: Stop,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedMetric {
    net: String,
    coverage: f64,
}

/// What decides: net profit an event under a fill model, and how sure its interval is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// The fill model of the headline; the others stand beside it.
    pub model: FillModel,
    /// The interval's coverage before it is deflated by the number of looks.
    pub coverage: f64,
}

/// When a study ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The most looks, on either side together.
    pub looks: usize,
    /// The fewest events that a confirmation is made of.
    #[serde(default)]
    pub events: usize,
}

/// A registered study.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// What is claimed, in a sentence that could be wrong.
    pub hypothesis: String,
    /// What would show that it is wrong, beside what the metric asks for, if that is said.
    pub falsified_by: Option<String>,
    /// What is run: a preset and what is set differently.
    pub config: Config,
    /// The events that may be looked at while the hypothesis is made.
    pub explore: Vec<EventTicker>,
    /// The events that say whether it holds.
    pub confirm: Vec<EventTicker>,
    /// What decides.
    pub metric: Metric,
    /// When it ends.
    pub stop: Stop,
}

impl Unchecked {
    /// Returns the study, if it is one.
    ///
    /// # Errors
    ///
    /// Names the field: an empty `hypothesis` or `falsified_by`, an unknown `preset`, a setting of `set` as [`Config::set`] does, an event that
    /// is none, is named twice or is on both sides, as `explore` or `confirm`, and so two events of the two sides that settle
    /// by the same date; a `metric` that is none, and a `stop` that allows no look or asks for more events than there are.
    pub fn check(self) -> Result<Study, Invalid> {
        if self.hypothesis.trim().is_empty() {
            return Err(Invalid::new("hypothesis", "is empty"));
        }
        let mut config = Config::preset(self.preset.parse::<Preset>()?);
        for pair in &self.set {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| Invalid::new("set", format!("{pair:?} is not KEY=VALUE")))?;
            config.set(key, value).map_err(|invalid| invalid.within("set"))?;
        }
        config.check().map_err(|invalid| invalid.within("set"))?;
        let (explore, confirm) = (events("explore", &self.explore)?, events("confirm", &self.confirm)?);
        if confirm.is_empty() {
            return Err(Invalid::new("confirm", "names no event: there would be nothing to confirm with"));
        }
        apart(&explore, &confirm)?;
        let model = self
            .metric
            .net
            .parse::<FillModel>()
            .map_err(|invalid| Invalid::new("metric.net", invalid.reason))?;
        let coverage = self.metric.coverage;
        if !(0.5..1.0).contains(&coverage) {
            return Err(Invalid::new(
                "metric.coverage",
                format!("must be from 0.5 to below 1, got {coverage}"),
            ));
        }
        if self.stop.looks == 0 {
            return Err(Invalid::new("stop.looks", "must be at least 1"));
        }
        if self.stop.events > confirm.len() {
            let why = format!("{} are asked for, and confirm names {}", self.stop.events, confirm.len());
            return Err(Invalid::new("stop.events", why));
        }
        let metric = Metric { model, coverage };
        if self.falsified_by.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Invalid::new(
                "falsified_by",
                "is empty: leave it out, or say what would show that the claim is wrong",
            ));
        }
        let Self { hypothesis, falsified_by, .. } = self;
        Ok(Study { hypothesis, falsified_by, config, explore, confirm, metric, stop: self.stop })
    }
}

impl Study {
    /// Says what would falsify the claim: what the file says, and what a confirmation is asked to pass after so many looks, this
    /// one included.
    pub fn falsified_by(&self, looks: usize) -> String {
        let coverage = super::coverage_after(self.metric.coverage, looks.max(1));
        let own = self.falsified_by.as_ref().map_or_else(String::new, |text| format!("{} ", text.trim()));
        format!(
            "{own}On the {} of confirm: an interval of {} of the net profit by `{}` that is not all above zero, or prices that \
             are right and would have paid as much with a probability above {}.",
            counted(self.confirm.len(), "event"),
            percent(coverage, 2),
            self.metric.model,
            percent(1.0 - coverage, 2)
        )
    }

    /// Returns the events of a side.
    pub fn events(&self, side: Side) -> &[EventTicker] {
        match side {
            Side::Explore => &self.explore,
            Side::Confirm => &self.confirm,
        }
    }
}

fn events(field: &'static str, named: &[String]) -> Result<Vec<EventTicker>, Invalid> {
    let mut events: Vec<EventTicker> = Vec::with_capacity(named.len());
    for name in named {
        let event: EventTicker = name.parse().map_err(|invalid: Invalid| invalid.within(field))?;
        if events.contains(&event) {
            return Err(Invalid::new(field, format!("names {event} twice")));
        }
        events.push(event);
    }
    Ok(events)
}

/// Checks that no event is on both sides, and no two of them settle by the same date, as far as their names tell it.
fn apart(explore: &[EventTicker], confirm: &[EventTicker]) -> Result<(), Invalid> {
    for event in explore {
        if confirm.contains(event) {
            return Err(Invalid::new("explore", format!("{event} is in confirm too")));
        }
        let date: Option<Date> = event.month_end();
        let shares = |other: &&EventTicker| date.is_some() && other.month_end() == date;
        if let Some(other) = confirm.iter().find(shares) {
            return Err(Invalid::new(
                "explore",
                format!("{event} settles by the same date as {other} in confirm"),
            ));
        }
    }
    Ok(())
}
