//! Many configurations, and what is left of the best of them once it is said how many there were.

use serde::{Deserialize, Serialize};

use super::config::Config;
use super::entries::Entry;
use super::prepared::Prepared;
use super::preset::Preset;
use super::run_result::RunResult;
use super::sharpe::{DeflatedSharpe, Sharpe};
use crate::Invalid;
use crate::decimal;
use crate::exchange::FillModel;
use crate::invalid::quoted;
use crate::settings::Kind;
use crate::units::Cash;

/// The most configurations of one sweep.
const MOST_POINTS: usize = 100_000;

/// One setting and the values it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The setting's name.
    pub key: &'static str,
    /// Its values, as text.
    pub values: Vec<String>,
}

impl Axis {
    /// Reads `key=a:b:n`, n values from a to b evenly apart, or `key=x,y,z`, these values.
    ///
    /// # Errors
    ///
    /// Names `sweep` if the text is neither, or the key if it names no number or a value isn't in its range.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let Some((name, values)) = text.split_once('=') else {
            return Err(Invalid::new("sweep", format!("{} is not key=a:b:n", quoted(text))));
        };
        let (key, decimals) = swept(name)?;
        let mut parts = values.split(':');
        let values = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(from), Some(to), Some(count), None) => {
                let Some(decimals) = decimals else {
                    return Err(Invalid::new(key, "is no number: name its values, a,b"));
                };
                spaced(key, decimals, from, to, count)?
            }
            (Some(list), None, ..) if !list.is_empty() => list.split(',').map(str::to_owned).collect(),
            _ => return Err(Invalid::new(key, format!("must be a:b:n or x,y,z, got {}", quoted(values)))),
        };
        let mut probe = Config::preset(Preset::Seed);
        values.iter().try_for_each(|value| probe.set(key, value))?;
        Ok(Self { key, values })
    }
}

/// Returns the name of what may be swept, and its decimals if it is a number.
fn swept(name: &str) -> Result<(&'static str, Option<usize>), Invalid> {
    let entry = Entry::find(name);
    let setting = entry
        .ok_or_else(|| Invalid::new("sweep", format!("{} is no setting and no assumption", quoted(name))))?
        .setting;
    match setting.kind {
        Kind::Number { decimals, .. } => Ok((setting.key, Some(decimals))),
        // Every calibration has beliefs of its own, which take long to find.
        Kind::Choice(_) if setting.key == "calibration" => {
            Err(Invalid::new("calibration", "can't be swept: run each by itself"))
        }
        Kind::Flag | Kind::Choice(_) | Kind::Fee => Ok((setting.key, None)),
    }
}

/// Returns `count` values from `from` to `to`, rounded to `decimals`.
fn spaced(
    key: &'static str,
    decimals: usize,
    from: &str,
    to: &str,
    count: &str,
) -> Result<Vec<String>, Invalid> {
    let (from, to) = (decimal::parse(key, from)?, decimal::parse(key, to)?);
    let count: usize =
        count.parse().ok().filter(|count| (2..=MOST_POINTS).contains(count)).ok_or_else(|| {
            Invalid::new(key, format!("must have 2 to {MOST_POINTS} values, got {}", quoted(count)))
        })?;
    let step = (to - from) / (count - 1) as f64;
    let mut values: Vec<String> =
        (0..count).map(|i| decimal::text(from + step * i as f64, decimals)).collect();
    values.dedup();
    Ok(values)
}

/// All combinations of the axes' values.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    base: Config,
    axes: Vec<Axis>,
}

impl Grid {
    /// Returns the combinations of `axes` that are possible, everything else being as in `base`, to be run under `models`.
    ///
    /// # Errors
    ///
    /// Names `sweep` if there are too many combinations, or none; or a setting that is swept twice, or that matters in
    /// none of them, with when it would.
    pub fn new(base: Config, axes: Vec<Axis>, models: &[FillModel]) -> Result<Self, Invalid> {
        let product = |n: usize, axis: &Axis| n.checked_mul(axis.values.len());
        let Some(1..=MOST_POINTS) = axes.iter().try_fold(1_usize, product) else {
            return Err(Invalid::new("sweep", format!("must have 1 to {MOST_POINTS} combinations")));
        };
        let grid = Self { base, axes };
        for (place, axis) in grid.axes.iter().enumerate() {
            if grid.axes[..place].iter().any(|other| other.key == axis.key) {
                return Err(Invalid::new(axis.key, "can't be swept twice"));
            }
            if let Some(when) = grid.idle(axis, models) {
                return Err(Invalid::new(axis.key, format!("can't be swept: {when}")));
            }
        }
        Ok(grid)
    }

    /// Returns when an axis would matter, if it does in no combination.
    fn idle(&self, axis: &Axis, models: &[FillModel]) -> Option<&'static str> {
        let entry = Entry::find(axis.key)?;
        let mut when = None;
        // What doesn't go together is not run.
        for config in (0..self.len()).filter_map(|place| self.config(place).ok()) {
            when = when.or(Some(config.idle(entry, models)?));
        }
        when
    }

    /// Returns the axes.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Returns how many combinations there are.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// Returns whether there is none, which no grid is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the combination at `place`, the last axis turning fastest.
    ///
    /// # Errors
    ///
    /// Names the settings that don't go together.
    pub fn config(&self, place: usize) -> Result<Config, Invalid> {
        let mut config = self.base;
        let mut rest = place;
        for axis in self.axes.iter().rev() {
            config.set(axis.key, &axis.values[rest % axis.values.len()])?;
            rest /= axis.values.len();
        }
        config.check()?;
        Ok(config)
    }

    /// Returns the values of the combination at `place`, in the order of the axes.
    pub fn values(&self, place: usize) -> Vec<&str> {
        let mut values = Vec::with_capacity(self.axes.len());
        let mut rest = place;
        for axis in self.axes.iter().rev() {
            values.push(axis.values[rest % axis.values.len()].as_str());
            rest /= axis.values.len();
        }
        values.reverse();
        values
    }
}

/// What one configuration made under one fill model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The rule for fills.
    pub model: FillModel,
    /// How many prints filled us.
    pub fills: i64,
    /// Fees.
    pub fees: Cash,
    /// Net profit.
    pub net: Cash,
    /// The net profit of each event.
    pub events: Vec<Cash>,
    /// The Sharpe ratio of the daily profits.
    pub sharpe: Option<Sharpe>,
}

impl Trial {
    /// Returns what is kept of a result.
    pub fn of(prepared: &Prepared, outcome: &RunResult) -> Self {
        let profits: Vec<i64> = outcome.days.iter().map(|day| day.1.microdollars()).collect();
        Self {
            model: outcome.model,
            fills: outcome.total.fills,
            fees: outcome.total.fees,
            net: outcome.total.net,
            events: outcome.events(prepared),
            sharpe: Sharpe::of(&profits),
        }
    }
}

/// The best of a sweep under one fill model, and what to think of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The rule for fills.
    pub model: FillModel,
    /// The best configuration's place.
    pub best: usize,
    /// Its net profit.
    pub net: Cash,
    /// What it is worth once the number of trials is accounted for.
    pub deflated: Option<DeflatedSharpe>,
    /// The net profit on each event of the configuration that was best on all the others: out of sample.
    pub held_out: Vec<Cash>,
}

impl Verdict {
    /// Returns the net profit out of sample, over all events.
    pub fn net_held_out(&self) -> Cash {
        // As many events as these add up to no more than what their own totals hold.
        let net = self.held_out.iter().fold(0_i64, |sum, net| sum.saturating_add(net.microdollars()));
        Cash::from_microdollars(net)
    }
}

/// Judges the best of the trials of one fill model, in the order of the grid; `None` without one, or of a configuration
/// that could not be run only.
///
/// The best is the one with the greatest net profit, the first of equals.
pub fn judge(trials: &[Option<&Trial>]) -> Option<Verdict> {
    let best_by = |profit: &dyn Fn(&Trial) -> i64| {
        let mut best: Option<(usize, i64)> = None;
        for (place, trial) in trials.iter().enumerate() {
            if let Some(value) = trial.map(profit)
                && best.is_none_or(|(_, most)| value > most)
            {
                best = Some((place, value));
            }
        }
        best.map(|(place, _)| place)
    };
    let best = best_by(&|trial| trial.net.microdollars())?;
    let chosen = trials[best]?;
    let held_out = (0..chosen.events.len()).map(|event| {
        let others =
            best_by(&|trial| trial.net.microdollars().saturating_sub(trial.events[event].microdollars()));
        others.and_then(|place| trials[place]).map_or(Cash::ZERO, |trial| trial.events[event])
    });
    let sharpes: Vec<Option<Sharpe>> =
        trials.iter().map(|trial| trial.and_then(|trial| trial.sharpe)).collect();
    Some(Verdict {
        model: chosen.model,
        best,
        net: chosen.net,
        deflated: DeflatedSharpe::of(&sharpes, best),
        held_out: held_out.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::{Record, SETTINGS};

    #[test]
    fn a_grid_has_every_combination_once() {
        let axes = ["half_spread_cents=1:4:4", "dynamic=true,false", "queue_ahead=0:50:3"];
        let axes = axes.map(|axis| Axis::parse(axis).unwrap()).to_vec();
        let grid = Grid::new(Config::preset(Preset::Seed), axes, &FillModel::ALL).unwrap();
        assert_eq!(grid.len(), 24);
        let texts: std::collections::BTreeSet<String> =
            (0..24).map(|place| grid.config(place).unwrap().text()).collect();
        assert_eq!(texts.len(), 24);
        assert_eq!(grid.values(1), ["1", "true", "25"]);
        assert_eq!(grid.config(1).unwrap().assumptions.queue_ahead.hundredths(), 2_500);
    }

    #[test]
    fn what_is_no_axis_is_refused() {
        for (text, field) in [
            ("skew_cents", "sweep"),
            ("skew=1:2:3", "sweep"),
            ("skew_cents=1:2", "skew_cents"),
            ("skew_cents=1:2:1", "skew_cents"),
            ("skew_cents=1:2:x", "skew_cents"),
            ("skew_cents=", "skew_cents"),
            ("skew_cents=0:11:3", "skew_cents"),
            ("dynamic=0:1:2", "dynamic"),
            ("dynamic=maybe", "dynamic"),
            ("calibration=ml,em", "calibration"),
        ] {
            assert_eq!(Axis::parse(text).unwrap_err().field, field, "{text}");
        }
        let many =
            vec![Axis::parse("skew_cents=0:10:1000").unwrap(), Axis::parse("drift_cents=0:10:1000").unwrap()];
        let refused = Grid::new(Config::preset(Preset::Seed), many, &FillModel::ALL).unwrap_err();
        assert_eq!(refused.field, "sweep");
    }

    /// What a sweep of `axes` around `config` is refused for.
    fn refusal(config: &str, axes: &[&str], models: &[FillModel]) -> Option<String> {
        let axes = axes.iter().map(|axis| Axis::parse(axis).unwrap()).collect();
        Grid::new(Config::from_text(config).unwrap(), axes, models).err().map(|invalid| invalid.to_string())
    }

    #[test]
    fn a_setting_that_can_not_matter_is_not_swept() {
        let (all, front) = (&FillModel::ALL[..], &[FillModel::Front][..]);
        for (config, axis, models, why) in [
            ("preset=coherent", "skew_cents=0:2:3", all, "it acts only with rules=seed"),
            ("preset=coherent", "half_spread_cents=1,2", all, "it acts only with rules=seed"),
            ("preset=coherent", "dynamic=true,false", all, "it acts only with rules=seed"),
            ("preset=coherent", "half_spread_min_cents=1,2", all, "it acts only with rules=seed"),
            ("preset=seed-fixed3", "half_spread_min_cents=1,2", all, "it acts only with dynamic=true"),
            ("preset=seed-fixed3", "half_spread_max_cents=4,5", all, "it acts only with dynamic=true"),
            ("preset=seed", "risk_aversion=0.01,0.02", all, "it acts only with rules=coherent"),
            ("preset=seed", "other=0,0.1", all, "it acts only with rules=coherent or rules=tails"),
            ("preset=seed", "offset=as,glft", all, "it acts only with rules=coherent"),
            ("preset=seed", "fill_decay=1:100:5", all, "it acts only with rules=coherent"),
            ("preset=seed", "horizon_h=0,24", all, "it acts only with rules=coherent"),
            ("preset=seed", "fill_rate=1:9:3", all, "it acts only with rules=coherent"),
            ("preset=coherent", "fill_rate=1:9:3", all, "it acts only with offset=glft"),
            ("preset=seed", "queue_ahead=0:50:3", front, "it acts only under the fill model queue"),
            ("preset=seed", "max_order_size=1:11:3", all, "it acts only below quote_size"),
        ] {
            let key = axis.split('=').next().unwrap();
            assert_eq!(refusal(config, &[axis], models), Some(format!("{key}: can't be swept: {why}")));
        }
        assert_eq!(
            refusal("preset=seed", &["skew_cents=0,1", "skew_cents=1,2"], all).unwrap(),
            "skew_cents: can't be swept twice"
        );
    }

    #[test]
    fn a_setting_that_matters_in_some_combination_is_swept() {
        let all = &FillModel::ALL[..];
        for (config, axes) in [
            ("preset=seed", &["skew_cents=0:2:3"][..]),
            ("preset=seed-fixed3", &["dynamic=true,false", "half_spread_min_cents=1,2"]),
            ("preset=coherent", &["rules=seed,coherent", "skew_cents=0,1", "risk_aversion=0.01,0.02"]),
            ("preset=coherent", &["fill_rate=1:9:3", "offset=as,glft"]),
            ("preset=seed", &["max_order_size=0.5,1"]),
            ("preset=seed", &["quote_size=1:20:3", "max_order_size=5,30"]),
            ("preset=seed", &["queue_ahead=0:50:3", "max_daily_loss_pct=1,10"]),
        ] {
            assert_eq!(refusal(config, axes, all), None, "{axes:?}");
        }
    }

    #[test]
    fn what_is_refused_changes_no_trial() {
        let tape = crate::world::Month::simulate(2, "2026-11-01".parse().unwrap(), 10).unwrap().tape;
        let tapes = std::slice::from_ref(&tape);
        let calibration = crate::belief::Calibration::Ml;
        let tracks = crate::belief::walk_forward(tapes, &[], calibration, &mut |_| {}).unwrap();
        let prepared = Prepared::new(tapes, &tracks, &[]).unwrap();
        let trials = |config: &Config| -> Vec<Trial> {
            let outcomes = crate::backtest::run(&prepared, config, &FillModel::ALL, Record::Totals).unwrap();
            outcomes.iter().map(|outcome| Trial::of(&prepared, outcome)).collect()
        };
        for text in [
            "preset=seed-fixed3",
            "half_spread_min_cents=0.5&half_spread_max_cents=1",
            "preset=coherent",
            "preset=coherent&offset=glft",
        ] {
            let config = Config::from_text(text).unwrap();
            let known = trials(&config);
            assert!(known.iter().any(|trial| trial.fills > 0), "{text}");
            for entry in SETTINGS.iter().filter(|entry| config.idle(entry, &FillModel::ALL).is_some()) {
                // From one end of its range to the other, as far as the others let it.
                let values = match entry.setting.kind {
                    Kind::Number { range: (low, high), .. } => vec![low.to_string(), high.to_string()],
                    Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
                    Kind::Choice(words) => words.iter().map(|word| (*word).to_owned()).collect(),
                    Kind::Fee => Vec::new(),
                };
                for value in values {
                    let mut other = config;
                    other.set(entry.setting.key, &value).unwrap();
                    if other.check().is_ok() && other.idle(entry, &FillModel::ALL).is_some() {
                        assert_eq!(trials(&other), known, "{text}, {}={value}", entry.setting.key);
                    }
                }
            }
        }
    }

    #[test]
    fn the_best_is_judged_on_events_it_was_not_chosen_by() {
        let trial = |events: [i64; 3]| Trial {
            model: FillModel::Through,
            fills: 1,
            fees: Cash::ZERO,
            net: Cash::from_microdollars(events.iter().sum()),
            events: events.map(Cash::from_microdollars).to_vec(),
            sharpe: None,
        };
        let trials = [trial([90, -20, -20]), trial([10, 10, 10]), trial([0, 0, 0])];
        let verdict = judge(&[Some(&trials[0]), None, Some(&trials[1]), Some(&trials[2])]).unwrap();
        // The first is best by one event alone: without that one it is not chosen, and with it it fails.
        assert_eq!((verdict.best, verdict.net.microdollars()), (0, 50));
        assert_eq!(verdict.held_out, [10, -20, -20].map(Cash::from_microdollars));
        assert_eq!(judge(&[None]), None);
    }
}
