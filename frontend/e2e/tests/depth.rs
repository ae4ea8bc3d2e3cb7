//! The depth page: a recorded session under a slider, against the books that the server's recording says.

mod support;

use anyhow::{Context, Result, ensure};
use shared::codec::{Codec, Message};
use shared::depth::{Depth, Session};
use shared::format;
use shared::market::Action;
use support::axe::assert_accessible;
use support::recording::{CONTRACT, NAME, twice};
use support::with_page;

#[tokio::test]
async fn the_ladder_under_the_slider_is_the_recorded_book() -> Result<()> {
    let Some(file) = twice()? else { return Ok(()) };
    with_page(std::slice::from_ref(&file), (1440, 900), |page| async move {
        page.open(&format!("/depth?recording={NAME}&contract={CONTRACT}")).await?;
        page.until("document.querySelector('#ladder tbody tr')").await?;
        let bytes = page
            .driver
            .execute_async(
                format!(
                    "const done = arguments[0];
                     fetch('api/books/{NAME}/{CONTRACT}').then(answer => answer.arrayBuffer())
                         .then(buffer => done(Array.from(new Uint8Array(buffer))));"
                ),
                vec![],
            )
            .await?;
        let bytes: Vec<u8> = serde_json::from_value(bytes.json().clone())?;
        let depth = Depth::open(Session::from_message(Message { bytes, columns: Vec::new() })?)?;
        ensure!(depth.frames() > 100_000, "{} frames", depth.frames());
        for frame in [0, 1, 4_321, 50_000, depth.frames() / 2 + 1, depth.frames() - 1] {
            page.slide("depth-frame", &frame.to_string()).await?;
            let number = format::grouped(frame as i64 + 1);
            page.until(&format!(
                "document.querySelector('#depth-time').textContent.includes('· {number} of ')"
            ))
            .await?;
            let levels = depth.at(frame);
            for (action, column) in [(Action::Buy, 2), (Action::Sell, 4)] {
                for (price, size) in levels.of(action).take(5) {
                    let size = format::shortest(size.to_contracts());
                    let cell =
                        format!("#ladder tbody tr[data-key='{price}'] > :nth-child({column}) [aria-label]");
                    page.until(&format!(
                        "document.querySelector(\"{cell}\").getAttribute('aria-label') === '{size}'"
                    ))
                    .await
                    .with_context(|| format!("frame {frame}, {size} at {price}"))?;
                }
            }
        }
        // An order placed there is answered, and the address shows a colleague the same instant.
        page.script("document.querySelector('#ladder .row-name').click()").await?;
        page.until("/one contract at/.test(document.querySelector('#depth-order').textContent)").await?;
        page.until("new URLSearchParams(location.search).get('at') !== null").await?;
        for theme in ["dark", "light"] {
            page.script(&format!("localStorage.setItem('tauroi-theme', '{theme}'); location.reload()"))
                .await?;
            page.until(&format!("document.documentElement.dataset.theme === '{theme}'")).await?;
            page.until("document.querySelector('#ladder tbody tr')").await?;
            assert_accessible(&page, &format!("/depth, {theme}")).await?;
        }
        Ok(())
    })
    .await?;
    std::fs::remove_dir_all(file.parent().context("its folder")?)?;
    Ok(())
}
