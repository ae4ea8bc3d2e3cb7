//! The nowcast's part of the grid whose answers must have the same bits natively and as WebAssembly.

use super::{Digest, ParityBlock};
use crate::nowcast::calibration::{Calibrated, calibrate};
use crate::nowcast::evaluate::{Settings, evaluate};
use crate::nowcast::fit::Fit;
use crate::nowcast::forecast::{Fan, MAX_HORIZON, Nowcaster, Scheduled};
use crate::nowcast::joint::{Correlation, outcome};
use crate::nowcast::series::{AsOf, History};
use crate::pricing::winner::{Unlisted, WinnerTakeAll, Workspace};
use crate::units::Date;
use crate::{Invalid, world};

/// The simulated histories: as long as two seasons and a bit, so that a fit takes a fraction of a second.
const ARTISTS: usize = 3;
const DAYS: usize = 600;
const FIRST: Date = Date::from_unix_days(19_000).expect("a date");

/// The first origin of the evaluation: with three weekly fits after the first.
const EVALUATED_FROM: Date = FIRST.plus_days(575);

/// Returns the digests of the nowcast's blocks. Two builds that agree on them agree on every bit.
///
/// On simulated artists: what is fitted, the fans to two months ahead, the winner's probabilities made of them, and
/// a walk-forward evaluation.
///
/// # Errors
///
/// If a block can't be computed, which would be a mistake in this module.
pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let histories = world::histories(11, FIRST, ARTISTS, DAYS)?;
    let views: Vec<AsOf<'_>> = histories.iter().map(|history| history.as_of(history.end())).collect();
    let nowcaster = Nowcaster::fit(&views)?;

    let mut fans = Digest::new();
    for artist in 0..nowcaster.len() {
        let release = Scheduled { day: nowcaster.last_day(artist)?.plus_days(9), impact: 2.5 };
        for scheduled in [&[][..], &[release]] {
            add_fan(&mut fans, &nowcaster.fan(artist, MAX_HORIZON, scheduled)?);
        }
    }
    let mut calibration = Digest::new();
    for Calibrated { now, found } in calibrate(nowcaster.parameters(), &views) {
        calibration.add(&[now.0, now.1]);
        let Some((found, velocity)) = found.and_then(|found| Some((found, found.velocity?))) else {
            continue;
        };
        for one in [found.sigma, found.lambda, velocity.gamma_share, velocity.beta, velocity.jumps] {
            calibration.add(&[one.value, one.error]);
        }
    }
    Ok(vec![
        calibration.block("nowcast/calibration"),
        fit(nowcaster.parameters()).block("nowcast/fit"),
        fans.block("nowcast/fans"),
        winner(&nowcaster)?.block("nowcast/winner"),
        evaluation(&histories)?.block("nowcast/evaluation"),
    ])
}

fn fit(fit: &Fit) -> Digest {
    let mut digest = Digest::new();
    let (dynamics, volatility) = (fit.model().dynamics, fit.model().volatility);
    digest.add(&[dynamics.persistence(), dynamics.gain(), dynamics.echo()]);
    digest.add(&dynamics.slopes());
    digest.add(&[volatility.reaction(), volatility.persistence()]);
    digest.add(&[volatility.velocity(), volatility.velocity_persistence()]);
    for horizon in 1..=MAX_HORIZON {
        let shape = fit.error_shapes().at(horizon);
        digest.add(&[shape.core(), shape.tail_weight(), shape.tail()]);
    }
    digest
}

fn add_fan(digest: &mut Digest, fan: &Fan) {
    digest.add(&[fan.official.1]);
    for step in &fan.steps {
        let law = step.listeners;
        digest.add(&[law.mean, law.sd, law.jump_intensity, law.jump_sd]);
        digest.add(&[step.trend, step.echo, step.velocity, step.event_factor]);
        digest.add(&[0.025, 0.1, 0.5, 0.9, 0.975].map(|p| law.quantile(p)));
        digest.add(&[law.cdf(1.01 * fan.official.1), law.crps(1.01 * fan.official.1)]);
    }
}

fn winner(nowcaster: &Nowcaster) -> Result<Digest, Invalid> {
    let mut digest = Digest::new();
    let correlation = Correlation::estimate(nowcaster);
    correlation.matrix().iter().for_each(|row| digest.add(row));
    digest.add(correlation.loadings());
    let settlement = nowcaster.last_day(0)?.plus_days(16);
    let law = |(i, &loading)| Ok(outcome(nowcaster, i, loading, settlement, &[])?.1);
    let laws: Vec<_> = correlation.loadings().iter().enumerate().map(law).collect::<Result<_, Invalid>>()?;
    let event = WinnerTakeAll::new(&laws, Unlisted::Mass(0.0625))?;
    let won = event.probabilities(&mut Workspace::new())?;
    digest.add(won.listed());
    digest.add(&[won.error_estimate()]);
    Ok(digest)
}

fn evaluation(histories: &[History]) -> Result<Digest, Invalid> {
    let mut digest = Digest::new();
    let settings = Settings { horizons: vec![1, 7], ..Settings::new(EVALUATED_FROM) };
    for scored in evaluate(histories, &settings)?.scored {
        digest.add(&[scored.outcome, scored.median, scored.damped, scored.crps, scored.pit]);
        digest.add(scored.velocity.as_slice());
    }
    Ok(digest)
}
