//! One contract under a slider: the page's numbers are the native ones, and a link brings them back.

mod support;

use anyhow::{Context, Result, ensure};
use shared::pricing::digital::{Drift, Jumps, MertonDigital, Parameters};
use support::{recorded_trades, with_page};

const DESK: (u32, u32) = (1440, 900);

fn natively(spot: f64, strike: f64, sigma: f64, days: f64) -> Result<f64> {
    let parameters =
        Parameters { spot, strike, days, drift: Drift::Median, sigma, jumps: Jumps::NONE, rate: 0.0 };
    Ok(MertonDigital::new(&parameters)?.value().prob_yes)
}

#[tokio::test]
async fn a_slider_moves_and_the_number_is_the_native_one() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/?spot=117400000&strike=133700000&vol=0.5&days=16").await?;
        let before = page.number("#probability", "data-value").await?;
        ensure!(before.to_bits() == natively(117.4e6, 133.7e6, 0.5, 16.0)?.to_bits(), "{before}");
        for (strike, vol) in [(120e6, 0.5), (120e6, 0.83), (99.9e6, 1.37), (180e6, 0.07)] {
            page.slide("strike", strike).await?;
            page.slide("vol", vol).await?;
            let native = natively(117.4e6, strike, vol, 16.0)?;
            page.until(&format!("document.querySelector('#probability').dataset.value === '{native}'"))
                .await?;
            let shown = page.find("#probability").await?.text().await?;
            ensure!(shown == shared::format::probability(native), "{shown}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_address_follows_and_reopens() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/").await?;
        page.slide("strike", 121.5e6).await?;
        page.slide("vol", 0.91).await?;
        page.until("location.search.includes('strike=121500000') && location.search.includes('vol=0.91')")
            .await?;
        let link = page.driver.current_url().await?.to_string();
        let shown = page.number("#probability", "data-value").await?;
        page.driver.goto("about:blank").await?;
        page.driver.goto(link).await?;
        let reopened = page.number("#probability", "data-value").await?;
        ensure!(shown.to_bits() == reopened.to_bits(), "{shown} became {reopened}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn recorded_contracts_are_shown() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    with_page(&[folder], DESK, |page| async move {
        page.open("/?contract=KXTOPMONTHLY-26FEB-BRU").await?;
        let title = page.find(".tape .chart-title").await?.text().await?;
        ensure!(title.contains("KXTOPMONTHLY-26FEB-BRU"), "{title}");
        // Something is drawn on each of the chart's canvases that shows data.
        let drawn = "[...document.querySelectorAll('.tape canvas')].slice(0, 2).every(canvas => {
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return canvas.width > 100 && pixels.some((value, i) => i % 4 === 3 && value > 0);
        })";
        page.until(drawn).await?;
        let options = page.script("return document.querySelectorAll('#contract option').length").await?;
        ensure!(options.as_u64().context("a count")? >= 69, "{options} contracts");
        Ok(())
    })
    .await
}
