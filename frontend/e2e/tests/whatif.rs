//! The what-if page as an analyst uses it: its numbers are the native ones, and a link brings them back.

mod support;

use anyhow::{Context, Result, ensure};
use shared::pricing::winner::Workspace;
use shared::scenario::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Evaluation, Scenario};
use support::{Page, recorded_trades, with_page};
use thirtyfour::prelude::*;

const DESK: (u32, u32) = (1440, 900);

/// A link with three artists and every parameter at a value of its own.
const LINK: &str = "/whatif?v=1&event=KXTOPMONTHLY-26FEB&days=12&correlation=0.35&tiktok_gamma=0.4&other=0.015\
    &a=BRU,0.6200,121300000,0.1,0.2,0.31,1.1,6,0.01,0.05,117465088\
    &a=BAD,0.3000,117465088,-0.3,0.5,0.42,1,3,-0.02,0.08,121300000\
    &a=TAY,0.0900,108000000,0.7,0.1,0.27,1.6,9,0.03,0.03,121300000&artist=BAD";

/// Evaluates natively what the browser's address says.
async fn natively(page: &Page) -> Result<Evaluation> {
    let url = page.driver.current_url().await?;
    let scenario = Scenario::from_link(url.query().context("a query")?)?;
    Ok(scenario.evaluate(&mut Workspace::new())?)
}

/// Reads a column of the table, with every bit.
async fn column(page: &Page, place: usize) -> Result<Vec<f64>> {
    let script = format!(
        "return [...document.querySelectorAll('tbody tr')].map(row => row.querySelectorAll('td')[{place}].dataset.value)"
    );
    let cells = page.script(&script).await?;
    let cells = cells.as_array().context("cells")?;
    cells.iter().map(|cell| Ok(cell.as_str().context("text")?.parse()?)).collect()
}

/// Fails unless every number of the table is the native one, to the last bit.
async fn assert_native(page: &Page) -> Result<()> {
    let native = natively(page).await?;
    let columns: [(usize, Vec<f64>); 7] = [
        (0, native.rows.iter().map(|row| row.fair).collect()),
        (2, native.rows.iter().filter_map(|row| row.edge).collect()),
        (4, native.rows.iter().filter_map(|row| Some(row.trade?.earns.to_dollars())).collect()),
        (5, native.rows.iter().map(|row| row.digital.merton).collect()),
        (6, native.rows.iter().map(|row| row.digital.black_scholes).collect()),
        (8, native.rows.iter().filter_map(|row| Some(row.implied.as_ref()?.forward)).collect()),
        (11, native.rows.iter().map(|row| row.median).collect()),
    ];
    for (place, expected) in columns {
        let shown = column(page, place).await?;
        let same = shown.iter().map(|x| x.to_bits()).eq(expected.iter().map(|x| x.to_bits()));
        ensure!(same, "column {place}: {shown:?} instead of {expected:?}");
    }
    Ok(())
}

#[tokio::test]
async fn sliders_move_and_every_number_is_the_native_one() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open(LINK).await?;
        page.find("tbody tr").await?;
        assert_native(&page).await?;
        // The address follows once the hand rests: it must come to say what the slider said.
        let mut scenario = Scenario::from_link(LINK.split_once('?').context("a query")?.1)?;
        for (place, value) in [(0, "119500000"), (2, "1.2"), (5, "11.5"), (7, "0.11")] {
            page.slide(ARTIST_PARAMETERS[place].key, value).await?;
            scenario = scenario.with_artist(1, place, value.parse()?);
            page.until(&format!("location.search.includes('{}')", scenario.to_link())).await?;
            assert_native(&page).await?;
        }
        for (place, value) in [(0, "5"), (1, "0.6"), (2, "1.1"), (3, "0.5"), (4, "0.05")] {
            page.slide(EVENT_PARAMETERS[place].key, value).await?;
            scenario = scenario.with(place, value.parse()?);
            page.until(&format!("location.search.includes('{}')", scenario.to_link())).await?;
            assert_native(&page).await?;
        }
        let shares = page
            .script("return [...document.querySelectorAll('#winner-bar .segment')].map(s => Number(s.dataset.share)).reduce((a, b) => a + b)")
            .await?;
        let sum = shares.as_f64().context("a sum")?;
        ensure!((sum - 1.0).abs() < 1e-12, "the bar sums to {sum}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_reopens_the_same_numbers_and_the_chosen_artist() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open(LINK).await?;
        page.slide("sigma_base", "0.77").await?;
        page.until("location.search.includes('0.77')").await?;
        let (link, before) = (page.driver.current_url().await?, column(&page, 0).await?);
        page.driver.goto("about:blank").await?;
        page.driver.goto(link.as_str()).await?;
        page.find("tbody tr").await?;
        let after = column(&page, 0).await?;
        ensure!(
            before.iter().map(|x| x.to_bits()).eq(after.iter().map(|x| x.to_bits())),
            "{before:?} became {after:?}"
        );
        let chosen = page.find("#chosen-artist").await?.text().await?;
        ensure!(chosen == "Bad Bunny", "{chosen}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn undo_takes_changes_back_one_by_one_and_reset_all_of_them() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        let opened = column(&page, 0).await?;
        page.slide("spot", "150000000").await?;
        page.until("document.querySelectorAll('.changes li').length === 1").await?;
        let once = column(&page, 0).await?;
        page.slide("correlation", "0.9").await?;
        page.until("document.querySelectorAll('.changes li').length === 2").await?;
        page.find("#undo").await?.click().await?;
        ensure!(column(&page, 0).await? == once, "undo did not bring the first change back");
        page.driver.action_chain().send_keys("u").perform().await?;
        page.until("!document.querySelector('.changes')").await?;
        ensure!(column(&page, 0).await? == opened, "the second undo did not bring the opening back");
        page.slide("spot", "150000000").await?;
        page.slide("other", "0.2").await?;
        page.find("#reset").await?.click().await?;
        ensure!(column(&page, 0).await? == opened, "reset did not bring the opening back");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_number_box_takes_numbers_and_says_what_it_refuses() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open(LINK).await?;
        let before = column(&page, 0).await?;
        let field = page.find("#sigma_base-box").await?;
        field.clear().await?;
        field.send_keys("lots" + Key::Enter).await?;
        let notice = page.find(".notice").await?.text().await?;
        ensure!(notice.contains("Base volatility takes a number from 0.01 to 1"), "{notice}");
        ensure!(column(&page, 0).await? == before, "a refused text changed the numbers");
        field.clear().await?;
        field.send_keys("0.55" + Key::Enter).await?;
        page.until("location.search.includes('0.55')").await?;
        assert_native(&page).await
    })
    .await
}

#[tokio::test]
async fn the_table_is_saved_as_it_stands() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open(LINK).await?;
        // The page hands a blob to the browser's downloads: read it where it is handed over.
        page.script(
            "window.saved = []; const make = URL.createObjectURL;
             URL.createObjectURL = blob => { blob.text().then(text => window.saved.push(text)); return make.call(URL, blob); };",
        )
        .await?;
        page.driver.action_chain().send_keys("e").perform().await?;
        page.until("window.saved.length === 1").await?;
        let saved = page.script("return window.saved[0]").await?;
        let saved = saved.as_str().context("text")?;
        let native = natively(&page).await?;
        let mut lines = saved.lines();
        ensure!(lines.next().is_some_and(|head| head.starts_with("Artist,Fair,Market,Edge")), "{saved}");
        for (line, row) in lines.zip(&native.rows) {
            let fair: f64 = line.split(',').nth(1).context("a field")?.parse()?;
            ensure!(fair.to_bits() == row.fair.to_bits(), "{line}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn absurd_addresses_say_what_is_wrong_and_show_the_event() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        for (address, word) in [
            ("/whatif?v=9", "version"),
            ("/whatif?v=1&event=%00", "event"),
            ("/whatif?v=1&event=KXTOPMONTHLY-26FEB&days=1e99", "days"),
            (
                "/whatif?v=1&event=KXTOPMONTHLY-26FEB&days=5&correlation=NaN&tiktok_gamma=0&other=0&a=BAD",
                "correlation",
            ),
            (&format!("/whatif?v=1&a={}", "x".repeat(7_000)), "event"),
            (&format!("/whatif?v=1&{}", "a=b&".repeat(2_500)), "link"),
        ] {
            page.open(address).await?;
            let notice = page.find(".notice").await?.text().await?;
            ensure!(notice.contains(word), "{address}: {notice}");
            page.find("tbody tr").await?;
            ensure!(column(&page, 0).await?.len() >= 10, "{address}: the event is not shown");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn everything_is_reached_by_the_keyboard() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open(LINK).await?;
        page.find("tbody tr").await?;
        let wanted = page.script("return [...document.querySelectorAll('button, select, input, a[href]')].filter(e => e.offsetParent).length").await?;
        let wanted = wanted.as_u64().context("a count")?;
        page.script("window.reached = new Set(); document.addEventListener('focusin', event => window.reached.add(event.target));").await?;
        for _ in 0..wanted + 10 {
            page.driver.action_chain().send_keys(Key::Tab).perform().await?;
        }
        let missed = page
            .script("return [...document.querySelectorAll('button, select, input, a[href]')].filter(e => e.offsetParent && !window.reached.has(e)).map(e => e.outerHTML.slice(0, 90))")
            .await?;
        ensure!(missed.as_array().is_some_and(Vec::is_empty), "Tab never came to {missed:#}");
        page.script("document.activeElement.blur()").await?;
        page.driver.action_chain().send_keys("?").perform().await?;
        page.find(".help").await?;
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        page.until("!document.querySelector('.help')").await?;
        page.driver.action_chain().send_keys("j").perform().await?;
        page.until("document.querySelector('#chosen-artist').textContent === 'Taylor Swift'").await?;
        page.driver.action_chain().send_keys("gm").perform().await?;
        page.until("location.pathname === '/market'").await
    })
    .await
}

#[tokio::test]
async fn recorded_events_open_at_the_market() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    with_page(&[folder], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("#event option").await?;
        let event = page.script("return document.querySelector('#event').value").await?;
        ensure!(event == "KXTOPMONTHLY-26FEB", "{event}");
        let (fair, market) = (column(&page, 0).await?, column(&page, 1).await?);
        let sum: f64 = market.iter().sum();
        for (fair, market) in fair.iter().zip(&market) {
            ensure!((fair - 0.99 * market / sum).abs() < 0.02, "{fair} for a market of {market}");
        }
        // All four charts are drawn, the slower ones too.
        page.until(
            "document.querySelectorAll('.plot').length === 4 && [...document.querySelectorAll('.plot')].every(plot => {
                const canvas = plot.querySelectorAll('canvas')[1], blank = document.createElement('canvas');
                [blank.width, blank.height] = [canvas.width, canvas.height];
                return canvas.width > 100 && canvas.toDataURL() !== blank.toDataURL();
            })",
        )
        .await
    })
    .await
}

#[tokio::test]
async fn a_phone_sees_everything_without_scrolling_sideways() -> Result<()> {
    with_page(&[], (500, 844), |page| async move {
        page.narrow(390, 844).await?;
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.until("document.documentElement.scrollWidth <= innerWidth && innerWidth === 390").await
    })
    .await
}
