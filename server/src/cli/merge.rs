//! `tauroi merge`: parts of a sweep, put together.

use std::path::PathBuf;

use clap::Args;

use super::backtest;

pub(super) const ABOUT: &str = "\
Put the parts of a backtest together, as if it had been run at once

Parts are what `tauroi backtest … --shard I/N --out DIR` writes, on one machine or many. They must be of one sweep:
of the same program, tape, settlements, settings, fill models and axes. Each file must have the hash that its name
says, none may be missing, and a job that was done twice must have come to the same bytes. The files are then those
of the same backtest without --shard, byte for byte, and the table is its table.";

pub(super) const MORE: &str = "\
Example: two parts side by side
  tauroi backtest --tape kxtopmonthly --sweep skew_cents=0:3:31 --shard 1/2 --out part-1 &
  tauroi backtest --tape kxtopmonthly --sweep skew_cents=0:3:31 --shard 2/2 --out part-2
  wait
  tauroi merge part-1 part-2 --out result";

#[derive(Args)]
pub(super) struct Options {
    /// The parts' folders
    #[arg(value_name = "DIR", required = true)]
    parts: Vec<PathBuf>,
    /// The folder for the report; made if it isn't there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Checks the parts, writes the files and prints the table.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    backtest::merge(&options.parts, &options.out)
}
