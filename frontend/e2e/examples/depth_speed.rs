//! How fast the depth page is under a hand: a benchmark, run by `cargo xtask bench depth`.
//!
//! Prints, as JSON lines, the time between animation frames while the slider is dragged for ten seconds along a recorded
//! session of more than 100,000 changes, and the long tasks meanwhile; with all of the time shown, and with a part of it that moves along.

#![allow(clippy::print_stdout, reason = "what it prints is its result")]

#[path = "../tests/support/mod.rs"]
mod support;

use anyhow::{Context, Result, bail};
use serde_json::json;
use support::recording::{CONTRACT, NAME, twice};
use support::{Page, drag};

const WATCH: &str = "
    window.frames = []; window.long = [];
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.long.push(entry.duration)))
        .observe({ type: 'longtask' });
    let last = performance.now();
    const look = now => { window.frames.push(now - last); last = now; requestAnimationFrame(look); };
    requestAnimationFrame(look);";

#[tokio::main]
async fn main() -> Result<()> {
    let Some(file) = twice()? else { bail!("the depth page's benchmark needs the recorded books") };
    let page = Page::start(std::slice::from_ref(&file), (1440, 900)).await?;
    let address = format!("/depth?recording={NAME}&contract={CONTRACT}");
    for (name, is_zoomed) in [("all of the time", false), ("a part of it", true)] {
        page.open(&address).await?;
        page.until("document.querySelector('#ladder tbody tr')").await?;
        if is_zoomed {
            page.script(
                "const over = document.querySelectorAll('.depth-plot canvas')[1];
                 for (let k = 0; k < 8; k += 1)
                     over.dispatchEvent(new WheelEvent('wheel', { deltaY: -100, bubbles: true, cancelable: true }));",
            )
            .await?;
        }
        page.script(WATCH).await?;
        drag::slider(&page, "depth-frame").await?;
        let read = page.script("return [window.frames.slice(1).sort((a, b) => a - b), window.long]").await?;
        let numbers = |i: usize| -> Result<Vec<f64>> {
            let list = read.get(i).and_then(serde_json::Value::as_array).context("a list")?;
            Ok(list.iter().filter_map(serde_json::Value::as_f64).collect())
        };
        let (frames, long) = (numbers(0)?, numbers(1)?);
        let quantile = |q: f64| {
            frames.get((q * frames.len().saturating_sub(1) as f64) as usize).copied().unwrap_or(f64::NAN)
        };
        println!(
            "{}",
            json!({"name": format!("depth/frames, {name}"), "frames": frames.len(), "p50_ms": quantile(0.5),
                "p95_ms": quantile(0.95), "bar_p95_ms": 17, "long_tasks": long.len(),
                "longest_ms": long.iter().copied().fold(0.0, f64::max)})
        );
    }
    page.driver.clone().quit().await?;
    std::fs::remove_dir_all(file.parent().context("its folder")?)?;
    Ok(())
}
