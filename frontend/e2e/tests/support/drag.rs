//! A hand on a slider, for benchmarks.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::Page;

/// Drags the slider of a parameter there and back again, a few pixels a move, for ten seconds.
pub(crate) async fn slider(page: &Page, key: &str) -> Result<()> {
    let slider = page.find(&format!("[data-parameter={key}] input[type=range]")).await?.rect().await?;
    let (middle, y) = (slider.x + slider.width / 2.0, slider.y + slider.height / 2.0);
    let reach = (slider.width * 0.35) as i64;
    let mouse = async |kind: &str, x: f64| {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
        page.driver.cdp().send_raw("Input.dispatchMouseEvent", event).await
    };
    mouse("mousePressed", middle).await?;
    let (begun, mut step) = (Instant::now(), 0_i64);
    while begun.elapsed() < Duration::from_secs(10) {
        step += 1;
        let way = (step * 3).rem_euclid(4 * reach) - 2 * reach;
        mouse("mouseMoved", middle + (way.abs() - reach) as f64).await?;
    }
    mouse("mouseReleased", middle).await?;
    Ok(())
}
