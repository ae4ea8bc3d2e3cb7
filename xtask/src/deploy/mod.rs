//! `cargo xtask test deploy`: what an operator is given, tried: schedules, units, compose files, scripts and the image.

mod base;
mod image;
mod lint;
mod sbom;
#[cfg(all(test, target_os = "linux"))]
mod scripts;
mod served;
mod units;

use std::path::PathBuf;

use clap::Args;

use crate::{bundle, demo, workspace};

pub use sbom::write as sbom;

#[derive(Args)]
pub struct ImageOptions {
    /// Try and weigh `target/release/tauroi` as it is, instead of building it first
    #[arg(long)]
    as_it_is: bool,
}

/// Builds the image of the release, tries and weighs it, and measures how long it takes to serve and what it holds.
pub fn image(options: &ImageOptions) -> anyhow::Result<()> {
    if !options.as_it_is {
        bundle::dist()?;
    }
    let release = workspace::target().join("release/tauroi");
    image::Image::build(&release)?.tried()?.weigh()?;
    served::measure(&release)
}

/// Checks everything that is not Rust of what is shipped. The image is made of the release where that is there, else of the binary that
/// the tests have built: then it is tried and not weighed.
pub fn check() -> anyhow::Result<()> {
    lint::workflows_and_compose()?;
    units::check()?;
    if let Some(why) = base::missing()? {
        eprintln!("  · skipped: the image ({why})");
        return Ok(());
    }
    image::Image::build(&binary()?)?.tried()?;
    eprintln!("  · not weighed: `cargo xtask image` does that, on a release");
    Ok(())
}

/// Returns the binary of the tests, which is built if it isn't there.
fn binary() -> anyhow::Result<PathBuf> {
    demo::build_server()?;
    Ok(workspace::target().join("debug/tauroi"))
}
