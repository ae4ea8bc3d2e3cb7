//! When a page whose connection is gone tries again.

/// The longest wait before the first try, and before any, in milliseconds.
const FIRST: f64 = 250.0;
const LONGEST: f64 = 15_000.0;

/// Returns how many milliseconds to wait after `failures` tries that failed one after another.
///
/// `share` is drawn evenly from 0 to 1: all pages lose a server in the same moment, and must not come back in one.
///
/// ```
/// use shared::stream::retry_after;
///
/// assert_eq!(retry_after(0, 1.0), 250.0);
/// assert_eq!(retry_after(2, 0.5), 500.0);
/// assert_eq!(retry_after(1_000, 1.0), 15_000.0);
/// ```
pub fn retry_after(failures: u32, share: f64) -> f64 {
    // Six doublings reach the longest wait.
    let most = FIRST * f64::from(1_u32 << failures.min(6));
    share * if most < LONGEST { most } else { LONGEST }
}
