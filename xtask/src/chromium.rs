//! The browser that the tests drive.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use crate::tools;

/// Chromium and the driver that speaks WebDriver for it.
pub struct Chromium {
    /// The browser.
    pub browser: PathBuf,
    /// Its driver, of the same version.
    pub driver: PathBuf,
}

const REMEDY: &str = "install Chromium (or Chrome) with its ChromeDriver, of the same version, and name them in CHROMIUM and CHROMEDRIVER";

impl Chromium {
    /// Finds a browser with its driver, or installs both.
    pub fn find_or_install() -> anyhow::Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        if cfg!(target_os = "macos") {
            crate::step::Step {
                doing: "Installing Chromium and its driver".into(),
                usually: "1 min",
                remedy: REMEDY,
            }
            .run(Command::new("brew").args(["install", "--cask", "chromium", "chromedriver"]))?;
        } else if is_ubuntu() {
            // Ubuntu's apt package of Chromium is an empty stand-in for the snap, which brings its driver along.
            crate::step::Step {
                doing: "Installing Chromium and its driver".into(),
                usually: "1 min",
                remedy: REMEDY,
            }
            .run(Command::new("sh").args(["-c", "snap install chromium || sudo -n snap install chromium"]))?;
        } else {
            tools::apt_install(
                "Chromium and its driver",
                &["chromium", "chromium-driver", "fonts-dejavu-core"],
                "1 min",
                REMEDY,
            )?;
        }
        match Self::find() {
            Some(found) => Ok(found),
            None => bail!("Chromium was installed but can't be found.\n  What to do: {REMEDY}."),
        }
    }

    fn find() -> Option<Self> {
        let browser = named("CHROMIUM").or_else(|| {
            first(&[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            ])
        })?;
        let driver = named("CHROMEDRIVER").or_else(|| first(&["chromedriver", "chromium.chromedriver"]))?;
        Some(Self { browser, driver })
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn first(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .chain([Path::new(name).to_path_buf()].into_iter().filter(|path| path.is_absolute()))
            .find(|candidate| candidate.is_file())
    })
}

fn is_ubuntu() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"))
}
