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
            found.check()?;
            return Ok(found);
        }
        let what = "Chromium and its driver";
        if cfg!(target_os = "macos") {
            tools::system_install(what, "brew install --cask chromium chromedriver", "1 min", REMEDY)?;
        } else if is_ubuntu() {
            // Ubuntu's apt package of Chromium is an empty stand-in for the snap, which brings its driver along.
            let script = "snap install chromium || sudo -n snap install chromium";
            tools::system_install(what, script, "1 min", REMEDY)?;
        } else {
            tools::apt_install(what, &["chromium", "chromium-driver", "fonts-dejavu-core"], "1 min", REMEDY)?;
        }
        match Self::find() {
            Some(found) => found.check().map(|()| found),
            None => bail!("Chromium was installed but can't be found.\n  What to do: {REMEDY}."),
        }
    }

    /// Refuses a driver of another version than the browser's: it would refuse every test, each after a while.
    fn check(&self) -> anyhow::Result<()> {
        let said = |program: &Path| {
            let output = Command::new(program).arg("--version").output().ok()?;
            major(&String::from_utf8_lossy(&output.stdout))
        };
        // What doesn't tell its version is left to the tests to find out.
        if let (Some(browser), Some(driver)) = (said(&self.browser), said(&self.driver))
            && browser != driver
        {
            bail!(
                "{} is of version {browser}, {} of {driver}.\n  What to do: {REMEDY}.",
                self.browser.display(),
                self.driver.display()
            );
        }
        Ok(())
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

/// Returns the first number of the version that a program says it is: `Chromium 150.0.7204.49 built on Debian`.
fn major(said: &str) -> Option<u32> {
    said.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_a_program_says() {
        assert_eq!(major("Chromium 150.0.7204.49 built on Debian GNU/Linux 12 (bookworm)"), Some(150));
        assert_eq!(major("ChromeDriver 150.0.7204.183 (0f3e3c9a)"), Some(150));
        assert_eq!(major("no version"), None);
    }
}
