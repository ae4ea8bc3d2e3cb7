//! The digitals that are priced, natively and as WebAssembly.

use shared::Invalid;
use shared::pricing::digital::{Drift, Jumps, Parameters};

/// Returns digitals around a strike of 100 million, all with the same number of expected jumps.
///
/// # Errors
///
/// As [`Jumps::new`].
pub(crate) fn digitals(expected_jumps: f64, days: f64) -> Result<Vec<Parameters>, Invalid> {
    let jumps = Jumps::new(expected_jumps * 365.0 / days, 0.02, 0.04)?;
    let at = |i: u32| Parameters {
        spot: 85e6 + 1.2e5 * f64::from(i),
        strike: 100e6,
        days,
        drift: Drift::Compensated { b: 0.05 },
        sigma: 0.3 + 0.001 * f64::from(i),
        jumps,
        rate: 0.05,
    };
    Ok((0..256).map(at).collect())
}
