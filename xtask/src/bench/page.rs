//! `cargo xtask bench page`: how fast the what-if page is under a hand, in Chromium with the release bundle.

use std::process::Command;

use crate::chromium::Chromium;
use crate::step::show;
use crate::{bundle, demo, workspace};

/// Drags a slider for ten seconds and prints what that took, as JSON lines.
pub fn run() -> anyhow::Result<()> {
    let chromium = Chromium::find_or_install()?;
    bundle::build(bundle::Kind::Optimised)?;
    demo::build_server()?;
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "--locked", "-p", "e2e", "--example", "page_speed"])
        .current_dir(workspace::root())
        .env("CHROMIUM", &chromium.browser)
        .env("CHROMEDRIVER", &chromium.driver)
        .env("TAUROI_BINARY", workspace::target().join("debug/tauroi"));
    show("dragging a slider for ten seconds", &mut command)
}
