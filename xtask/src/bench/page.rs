//! `cargo xtask bench page` and `cargo xtask bench lab`: how fast these pages are under a hand, in Chromium with the
//! release bundle.

use std::process::Command;

use crate::chromium::Chromium;
use crate::step::show;
use crate::{bundle, demo, workspace};

/// Drags sliders and prints what that took, as JSON lines; `example` is the browser tests' program that does it.
pub fn run(example: &str) -> anyhow::Result<()> {
    let chromium = Chromium::find_or_install()?;
    bundle::build(bundle::Kind::Optimised)?;
    demo::build_server()?;
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "--locked", "-p", "e2e", "--example", example])
        .current_dir(workspace::root())
        .env("CHROMIUM", &chromium.browser)
        .env("CHROMEDRIVER", &chromium.driver)
        .env("TAUROI_BINARY", workspace::target().join("debug/tauroi"));
    if let Some(corpus) = workspace::corpus() {
        command.env("TAUROI_CORPUS", corpus);
    }
    show("dragging sliders", &mut command)
}
