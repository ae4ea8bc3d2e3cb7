//! The desk's page where a limit stops the desk, in a market that is written for it, and where the network is cut.

mod support;

use anyhow::{Result, ensure};
use support::script::{Script, ask};
use support::{Page, with_desk_page, with_scripted_page};

const DESK: (u32, u32) = (1440, 900);
/// What lets nothing but the limits decide.
const PLAIN: &str = "preset=seed-fixed3&skew_cents=0&pull_at=500&z_widen=100&z_pull=100&max_order_size=100";

/// True once the desk bids and offers, and the page shows that it does.
const QUOTES: &str = "document.querySelector('#desk-state')?.dataset.state === 'quoting'
    && document.querySelector('#desk-rows td:nth-child(4)[data-value]')
    && document.querySelector('#desk-rows td:nth-child(5)[data-value]')
    && document.querySelector('#desk-why').textContent === ''
    && !document.querySelector('.desk.stale')";
/// True once the desk quotes something, and the page shows that it does.
const QUOTES_SOME: &str = "document.querySelector('#desk-state')?.dataset.state === 'quoting'
    && +document.querySelector('#desk-resting').textContent > 0 && !document.querySelector('.desk.stale')";

/// True once nothing of ours rests, in the figures, the rows and the ladder.
const NOTHING_RESTS: &str = "document.querySelector('#desk-resting')?.textContent === '0'
    && !document.querySelector('#desk-rows td:nth-child(4)[data-value], #desk-rows td:nth-child(5)[data-value]')
    && !document.querySelector('#ladder .own')";

/// Returns what is true once the line below the state says all of these.
fn says(words: &[&str]) -> String {
    let all: Vec<String> = words.iter().map(|word| format!("why.includes({word:?})")).collect();
    format!("(why => {})(document.querySelector('#desk-why').textContent)", all.join(" && "))
}

#[tokio::test]
async fn the_page_says_which_position_keeps_a_side_out_and_until_when() -> Result<()> {
    let config = format!("{PLAIN}&quote_size=1&max_position_per_ticker=2");
    with_scripted_page(DESK, &config, |page, script| async move {
        page.open("/desk").await?;
        for held in ["1", "2"] {
            page.until(QUOTES).await?;
            script.takes("sell", 30, 1).await?;
            page.until(&format!(
                "document.querySelector('#desk-rows td:nth-child(9)').textContent === '{held}'"
            ))
            .await?;
        }
        let words =
            "max_position_per_ticker is 2.00: no bid of A (would be 3.00), until the position is smaller.";
        page.until(&says(&[words])).await?;
        page.until(
            "!document.querySelector('#desk-rows td:nth-child(4)[data-value]')
             && document.querySelector('#desk-rows td:nth-child(5)[data-value]')",
        )
        .await?;
        // Somebody buys one of them: it is over, without a reload.
        script.takes("buy", 59, 1).await?;
        page.until(QUOTES).await
    })
    .await
}

/// Lets the price fall by a cent a trade, with the desk buying all the way, until the page says that the day has lost too much.
async fn falls(page: &Page, script: &Script) -> Result<()> {
    for cents in (5..47).rev() {
        script.withdraw().await?;
        script.rests("buy", cents, 1).await?;
        script.takes("sell", cents, 60).await?;
        page.until(&format!(
            "Math.abs(document.querySelector('#desk-rows td:nth-child(8)').dataset.value - 0.{cents:02}) < 1e-9"
        ))
        .await?;
        if page.script(&format!("return {}", says(&["max_daily_loss_pct"]))).await?.as_bool() == Some(true) {
            break;
        }
    }
    page.until(&says(&["max_daily_loss_pct"])).await
}

#[tokio::test]
async fn the_page_says_that_the_days_loss_halts_and_until_when() -> Result<()> {
    let config = format!("{PLAIN}&quote_size=50&max_position_per_ticker=500&max_daily_loss_pct=0.2");
    with_scripted_page(DESK, &config, |page, script| async move {
        page.open("/desk").await?;
        page.until(QUOTES).await?;
        falls(&page, &script).await?;
        let until = "nothing is quoted until 2026-11-21 00:00:00 UTC.";
        page.until(&says(&["max_daily_loss_pct is 0.2 %, and it is 0.", until])).await?;
        page.until(NOTHING_RESTS).await?;
        page.until("document.querySelector('.alerts').textContent.includes('max_daily_loss_pct is 0.2 %')")
            .await?;
        // A pause and its end change nothing of it.
        page.find("#desk-pause").await?.click().await?;
        page.until("document.querySelector('#desk-state').dataset.state === 'paused'").await?;
        page.until(&says(&["Resume puts them back.", until])).await?;
        page.find("#desk-resume").await?.click().await?;
        page.until("document.querySelector('#desk-state').dataset.state === 'quoting'").await?;
        page.until(&says(&[until])).await?;
        page.until(NOTHING_RESTS).await?;
        // Nor does a page that is opened anew.
        page.open("/desk").await?;
        page.until(&says(&[until])).await?;
        page.until(NOTHING_RESTS).await
    })
    .await
}

/// True while the page says that it hears nothing: grey, since when, and nothing to press but Kill.
const IS_CUT: &str = "document.querySelector('.desk.stale')
    && document.querySelector('#desk-why').textContent.includes('is cut since')
    && [...document.querySelectorAll('.desk-bar button:enabled')].map(button => button.textContent).join() === 'Kill'";

/// How old the page says that what it shows is, in seconds; it is not a number where it doesn't say so.
const AGE: &str =
    "+(/^as of ([\\d.]+)\\ss ago$/.exec(document.querySelector('#feed-age').textContent) ?? [])[1]";

#[tokio::test]
async fn a_network_that_is_cut_greys_the_page_and_one_that_is_back_is_followed_without_a_reload() -> Result<()>
{
    with_desk_page(DESK, false, |page| async move {
        page.open("/desk").await?;
        page.until(QUOTES_SOME).await?;
        page.script("window.isTheSame = true;").await?;
        let kept = "[...document.querySelectorAll('#desk-rows td')].map(cell => cell.textContent).join()";
        let server = page.place.address();
        for (command, state, enabled) in
            [("pause", "paused", "Resume,Flatten…,Kill"), ("resume", "quoting", "Pause,Flatten…,Kill")]
        {
            let before = page.script("return document.querySelector('#desk-state').dataset.state").await?;
            page.place.cut();
            page.until(IS_CUT).await?;
            // What was heard stays, and says that it grows older.
            page.script(&format!("window.kept = {kept}; window.age = {AGE};")).await?;
            page.until(&format!("{AGE} >= 2 && !({AGE} <= window.age)")).await?;
            // The server is alive: somebody else gives its desk a command, of which this page can't know.
            let json = "Accept: application/json\r\n";
            let (status, text) = ask(&server, "POST", &format!("/api/desk/{command}"), json, "").await?;
            ensure!(status == 200, "{command}: {status} {text}");
            page.script(&format!("window.age = {AGE};")).await?;
            page.until(&format!("{AGE} > window.age && {IS_CUT} && {kept} === window.kept")).await?;
            let shown = page.script("return document.querySelector('#desk-state').dataset.state").await?;
            ensure!(shown == before, "{shown} is shown, and {before} was heard");

            page.place.mend();
            page.until(&format!(
                "!document.querySelector('.desk.stale') && document.querySelector('#desk-state').dataset.state === '{state}'
                 && !document.querySelector('#desk-why').textContent.includes('is cut since')
                 && [...document.querySelectorAll('.desk-bar button:enabled')].map(button => button.textContent).join() === '{enabled}'"
            ))
            .await?;
            page.until(if command == "pause" { NOTHING_RESTS } else { QUOTES_SOME }).await?;
            page.until(&format!("!({AGE} > 5)")).await?;
        }
        page.until("window.isTheSame").await
    })
    .await
}
