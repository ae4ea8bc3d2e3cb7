//! Random numbers that are the same on every target: fixed by a seed, with no entropy of their own.
//!
//! Two generators, for two jobs. [`SplitMix64`] chooses what to resample and which quotes are missed: it is a few
//! instructions, can be seeded anew for every print, and is all that the page carries. [`Random`] makes simulated worlds,
//! whose draws must not be told from independent ones by any model that is fitted to them: it is a cipher, `ChaCha8`,
//! which the page has no use for. Each is also a part of recorded results: the seeds of intervals, and of worlds.

mod laws;
mod resampling;

pub(crate) use laws::Random;
pub(crate) use resampling::SplitMix64;
