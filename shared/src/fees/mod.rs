//! Kalshi's fee schedule, to the last rounding step.
