//! `tauroi price`: a JSON line in, a JSON line out.

mod answer;
mod digital;
mod fee;
mod fields;
mod help;
mod implied;
mod lines;
mod winner;

use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use answer::{Model, Pricer};
use lines::Lines;

use crate::files;

/// How much output is gathered before it is written, while there is more input.
const BUFFER: usize = 1 << 18;

#[derive(Args)]
#[command(after_long_help = help::text())]
pub(super) struct Options {
    /// The lines to answer; without it, standard input
    file: Option<PathBuf>,
    /// The model of the lines that don't name theirs
    #[arg(long, value_enum)]
    model: Option<Model>,
}

/// Answers every line, and tells at the end how many could not be.
///
/// # Errors
///
/// Fails when the input can't be read or the output not be written. Nobody reading the output any longer is not a
/// failure.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let (input, name): (Box<dyn Read>, _) = match &options.file {
        Some(path) => (files::open(path)?, path.display().to_string()),
        None => (Box::new(io::stdin().lock()), "standard input".to_owned()),
    };
    let mut output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let mut pricer = Pricer::new(options.model);
    match answer_all(input, &mut output, &mut pricer) {
        Ok(Count { errors: 0, .. }) => Ok(()),
        Ok(Count { lines, errors }) => {
            // If even this can't be written there is nowhere left to say so.
            let _ = writeln!(io::stderr(), "{errors} of {lines} lines could not be answered");
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error).with_context(|| format!("pricing {name}")),
    }
}

/// How many lines there were, and how many of them could not be answered.
struct Count {
    lines: u64,
    errors: u64,
}

/// Answers line by line, in order. All answers are out before more input is waited for.
fn answer_all(input: impl Read, output: &mut impl Write, pricer: &mut Pricer) -> io::Result<Count> {
    let mut lines = Lines::new(input);
    let mut count = Count { lines: 0, errors: 0 };
    while let Some(line) = lines.next(|| output.flush())? {
        let answer = pricer.answer(line);
        count.lines += 1;
        count.errors += u64::from(answer.is_error());
        serde_json::to_writer(&mut *output, &answer)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(count)
}
