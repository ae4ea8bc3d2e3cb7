//! A real browser on a real server: Chromium driven by ChromeDriver, over the release bundle.
//!
//! `cargo xtask test browser` names the programs in `CHROMIUM`, `CHROMEDRIVER` and `TAUROI_BINARY`.

#![allow(dead_code, reason = "each test uses a part of this module")]

pub(crate) mod axe;
pub(crate) mod drag;
pub(crate) mod files;
mod proxy;
pub(crate) mod recording;
pub(crate) mod script;

use std::env;
use std::future::Future;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// How long a condition may take to come true: far beyond what any takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// A page under test: the server, the driver and the browser behind it.
pub(crate) struct Page {
    /// The browser's session.
    pub(crate) driver: WebDriver,
    /// Where the server is reached, without a slash at the end.
    pub(crate) address: String,
    /// What the browser asked the server for.
    pub(crate) requests: proxy::Requests,
    /// The way to the server, which may be cut.
    pub(crate) place: proxy::Server,
    server: Mutex<Child>,
    has_desk: bool,
    chromedriver: Child,
}

impl Page {
    /// Starts server and browser; `tapes` are the recorded trades to show.
    pub(crate) async fn start(tapes: &[PathBuf], size: (u32, u32)) -> Result<Self> {
        Self::start_with(tapes, size, false).await
    }

    async fn start_with(tapes: &[PathBuf], size: (u32, u32), has_desk: bool) -> Result<Self> {
        Self::show(serve(tapes, has_desk).await?, size, has_desk).await
    }

    /// Starts a browser on a server at an address.
    async fn show((server, address): (Child, String), size: (u32, u32), has_desk: bool) -> Result<Self> {
        let place = proxy::Server::at(address);
        let (address, requests) = proxy::start(place.clone()).await?;

        let mut command = Command::new(program("CHROMEDRIVER")?);
        command.arg("--port=0");
        let (chromedriver, line) = start(command, "started successfully on port").await?;
        let port: u16 = line.trim_end_matches('.').rsplit(' ').next().context("a port")?.parse()?;

        let mut capabilities = ChromeCapabilities::new();
        capabilities.set_binary(&program("CHROMIUM")?)?;
        let window = format!("window-size={},{}", size.0, size.1);
        for argument in [
            "headless=new",
            "no-sandbox",
            "disable-gpu",
            "disable-dev-shm-usage",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            "force-prefers-reduced-motion",
            &window,
        ] {
            capabilities.add_arg(&format!("--{argument}"))?;
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        Ok(Self { driver, address, requests, server: Mutex::new(server), has_desk, place, chromedriver })
    }

    /// Kills the server: nothing answers from then on.
    pub(crate) async fn kill_server(&self) -> Result<()> {
        Ok(self.server.lock().await.kill().await?)
    }

    /// Starts a server in the place of the one that was killed.
    pub(crate) async fn start_server(&self, tapes: &[PathBuf]) -> Result<()> {
        let (server, address) = serve(tapes, self.has_desk).await?;
        *self.server.lock().await = server;
        self.place.move_to(address);
        Ok(())
    }

    /// Runs JavaScript in every document from now on, before the document's own.
    pub(crate) async fn before_all(&self, script: &str) -> Result<()> {
        let source = serde_json::json!({ "source": script });
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await?;
        Ok(())
    }

    /// Returns the number of the driver's process, whose children the browser's are.
    pub(crate) fn driver_process(&self) -> Option<u32> {
        self.chromedriver.id()
    }

    /// Opens a path of the server and waits for the page to show something.
    pub(crate) async fn open(&self, path: &str) -> Result<()> {
        self.driver.goto(format!("{}{path}", self.address)).await?;
        self.find("main").await?;
        Ok(())
    }

    /// Returns the element, once it is there.
    pub(crate) async fn find(&self, css: &str) -> Result<WebElement> {
        let found = self.driver.query(By::Css(css)).wait(PATIENCE, Duration::from_millis(20)).first().await;
        found.with_context(|| format!("nothing on the page is {css:?}"))
    }

    /// Runs JavaScript and returns what it returns.
    pub(crate) async fn script(&self, script: &str) -> Result<serde_json::Value> {
        Ok(self.driver.execute(script, vec![]).await?.json().clone())
    }

    /// Waits until the JavaScript expression is true.
    pub(crate) async fn until(&self, expression: &str) -> Result<()> {
        // In the browser, at each frame: the page's own clock decides, and nothing sleeps here.
        let script = format!(
            "const done = arguments[0], end = performance.now() + {};
             const look = () => {{
                 let met = false;
                 try {{ met = !!({expression}); }} catch (error) {{}}
                 if (met) done(true); else if (performance.now() > end) done(false); else requestAnimationFrame(look);
             }};
             look();",
            PATIENCE.as_millis()
        );
        let met = self.driver.execute_async(script, vec![]).await?.json().as_bool();
        ensure!(met == Some(true), "this never came true: {expression}");
        Ok(())
    }

    /// Moves a slider as a hand would: sets the input and tells the page.
    pub(crate) async fn slide(&self, parameter: &str, value: &str) -> Result<()> {
        self.find(&format!("[data-parameter={parameter}] input[type=range]")).await?;
        self.script(&format!(
            "const slider = document.querySelector('[data-parameter={parameter}] input[type=range]');
             slider.value = '{value}';
             slider.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        ))
        .await?;
        Ok(())
    }

    /// Makes the page this narrow, as a phone's screen: windows themselves have a least width.
    pub(crate) async fn narrow(&self, width: u32, height: u32) -> Result<()> {
        let metrics =
            serde_json::json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Returns an attribute's number, with every bit it has.
    pub(crate) async fn number(&self, css: &str, attribute: &str) -> Result<f64> {
        let text = self
            .find(css)
            .await?
            .attr(attribute)
            .await?
            .with_context(|| format!("{css} has no {attribute}"))?;
        text.parse().with_context(|| format!("{css} {attribute} is {text:?}"))
    }

    /// Fails when the browser's console holds an error, a warning or a violation of the content policy.
    pub(crate) async fn assert_quiet(&self) -> Result<()> {
        let entries = self.driver.browser_log().await?;
        let loud: Vec<_> =
            entries.iter().filter(|entry| entry.level == "SEVERE" || entry.level == "WARNING").collect();
        ensure!(loud.is_empty(), "the console is not quiet: {loud:#?}");
        Ok(())
    }
}

/// Runs a browser test: the page is closed whether the test passes or not.
pub(crate) async fn with_page<F, T>(tapes: &[PathBuf], size: (u32, u32), test: F) -> Result<()>
where
    F: FnOnce(std::sync::Arc<Page>) -> T,
    T: Future<Output = Result<()>>,
{
    run(Page::start(tapes, size).await?, true, test).await
}

/// Runs a browser test of a failure, of which the browser's console tells.
pub(crate) async fn with_loud_page<F, T>(tapes: &[PathBuf], size: (u32, u32), test: F) -> Result<()>
where
    F: FnOnce(std::sync::Arc<Page>) -> T,
    T: Future<Output = Result<()>>,
{
    run(Page::start(tapes, size).await?, false, test).await
}

/// Runs a browser test on a server whose desk makes the market; what the console tells counts where it `is_quiet`.
pub(crate) async fn with_desk_page<F, T>(size: (u32, u32), is_quiet: bool, test: F) -> Result<()>
where
    F: FnOnce(std::sync::Arc<Page>) -> T,
    T: Future<Output = Result<()>>,
{
    run(Page::start_with(&[], size, true).await?, is_quiet, test).await
}

async fn run<F, T>(page: Page, is_quiet: bool, test: F) -> Result<()>
where
    F: FnOnce(std::sync::Arc<Page>) -> T,
    T: Future<Output = Result<()>>,
{
    let page = std::sync::Arc::new(page);
    let outcome = test(std::sync::Arc::clone(&page)).await;
    let quiet = if is_quiet { page.assert_quiet().await } else { Ok(()) };
    page.driver.clone().quit().await?;
    outcome?;
    quiet
}

/// Runs a browser test on a server whose desk trades, by these settings, in a market that goes as the test says.
pub(crate) async fn with_scripted_page<F, T>(size: (u32, u32), config: &str, test: F) -> Result<()>
where
    F: FnOnce(std::sync::Arc<Page>, script::Script) -> T,
    T: Future<Output = Result<()>>,
{
    let script = script::Script::begin().await?;
    let mut serve = command_to_serve()?;
    serve.args(["--series", script::SERIES, "--config", config, "--paper"]).arg(&script.env);
    serve.arg("--journal").arg(script.env.with_extension("sqlite"));
    let page = Page::show(listening(serve).await?, size, true).await?;
    run(page, true, |page| test(page, script)).await
}

/// What everybody's passphrase is on a server of [`with_people_page`].
pub(crate) const PASSPHRASE: &str = "coral tuning lantern vacuum";

/// Runs a browser test on a server with a desk to which people sign in: `ROLE@example.com` for each of these.
pub(crate) async fn with_people_page<F, T>(size: (u32, u32), roles: &[&str], test: F) -> Result<()>
where
    F: FnOnce(std::sync::Arc<Page>) -> T,
    T: Future<Output = Result<()>>,
{
    let people = env::temp_dir().join(format!("tauroi-people-{}.sqlite", std::process::id()));
    for end in ["", "-wal", "-shm"] {
        let mut file = people.clone().into_os_string();
        file.push(end);
        let _ = std::fs::remove_file(file);
    }
    for role in roles {
        let mut add = Command::new(program("TAUROI_BINARY")?);
        add.args(["user", "add", "--role", role, &format!("{role}@example.com"), "--people"]).arg(&people);
        let mut child = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        let mut typed = child.stdin.take().context("a way to type")?;
        typed.write_all(format!("{PASSPHRASE}\n").as_bytes()).await?;
        drop(typed);
        ensure!(child.wait().await?.success(), "no account of a {role}");
    }
    let mut serve = command_to_serve()?;
    serve.args(["--sign-in", "--people"]).arg(&people);
    // The browser tells of each answer that is a refusal.
    run(Page::show(listening(serve).await?, size, true).await?, false, test).await
}

/// Returns a command that starts a server.
fn command_to_serve() -> Result<Command> {
    let mut serve = Command::new(program("TAUROI_BINARY")?);
    // What it keeps is the test's, not a user's.
    serve.env("TAUROI_CACHE", env::temp_dir().join(format!("tauroi-pages-{}", std::process::id())));
    serve.args(["serve", "--addr", "127.0.0.1:0"]);
    Ok(serve)
}

/// Starts a server and returns it with its address, as `127.0.0.1:8080`.
async fn listening(serve: Command) -> Result<(Child, String)> {
    let (server, line) = start(serve, "http://").await?;
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).context("an address")?;
    Ok((server, address.trim_end_matches('/').trim_start_matches("http://").to_owned()))
}

/// Starts a server on tapes, with a desk on the simulated month or without one.
async fn serve(tapes: &[PathBuf], has_desk: bool) -> Result<(Child, String)> {
    let mut serve = command_to_serve()?;
    if !has_desk {
        serve.arg("--no-desk");
    }
    if !tapes.is_empty() {
        serve.arg("--tapes").args(tapes);
    }
    listening(serve).await
}

/// Returns the folder of recorded trades, or says which test is skipped without it.
pub(crate) fn recorded_trades() -> Option<PathBuf> {
    recorded("data/kxtopmonthly")
}

/// Returns a file or folder of what was recorded, or says which test is skipped without it.
pub(crate) fn recorded(path: &str) -> Option<PathBuf> {
    let root = env::var_os("TAUROI_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(env::var_os("CI").is_none(), "nothing is recorded at {}", found.display());
    #[expect(clippy::print_stdout, reason = "the only way for a test to say that it was skipped")]
    {
        println!("skipped: {}: no {path}", std::thread::current().name().unwrap_or("a test"));
    }
    None
}

/// Runs the binary natively, with these arguments, and returns what it prints.
pub(crate) async fn natively(arguments: &[&str]) -> Result<String> {
    let output = Command::new(program("TAUROI_BINARY")?).args(arguments).output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{arguments:?} failed: {said}");
    Ok(String::from_utf8(output.stdout)?)
}

fn program(variable: &str) -> Result<String> {
    env::var(variable).with_context(|| format!("{variable} names no program: run `cargo xtask test browser`"))
}

/// Starts a program and returns it with the first line of its output that contains `sign`.
async fn start(mut command: Command, sign: &str) -> Result<(Child, String)> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
    while let Some(line) = lines.next_line().await? {
        if line.contains(sign) {
            // What it prints from now on is read and dropped, so that it never waits for a reader.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((child, line));
        }
    }
    anyhow::bail!("{command:?} ended before it said {sign:?}")
}
