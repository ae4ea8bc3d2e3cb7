//! The market page: a recorded tape, zoom, and files of trades that a person opens.

mod support;

use anyhow::{Result, ensure};
use support::{recorded_trades, with_page};

const DESK: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

/// The pixels of the first chart's series, as text.
const PIXELS: &str = "document.querySelectorAll('.market-tape canvas')[1].toDataURL()";

/// Returns the script that opens a file with this name and text, dropped or chosen.
fn opens(name: &str, text: &str, is_dropped: bool) -> String {
    let how = if is_dropped {
        "document.querySelector('main').dispatchEvent(
            new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));"
    } else {
        "const input = document.querySelector('#tape-file');
         input.files = carried.files;
         input.dispatchEvent(new Event('change', { bubbles: true }));"
    };
    format!("const carried = new DataTransfer(); carried.items.add(new File([{text:?}], {name:?})); {how}")
}

#[tokio::test]
async fn a_recorded_tape_is_shown_and_zoomed() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    with_page(&[folder], DESK, |page| async move {
        page.open("/market?event=KXTOPMONTHLY-26FEB").await?;
        page.until("document.querySelectorAll('.market-contracts tbody tr').length === 11").await?;
        page.script(
            "[...document.querySelectorAll('.row-name')].find(row => row.textContent.includes('Bruno')).click()",
        )
        .await?;
        page.until("document.querySelector('#tape-name').dataset.ticker === 'KXTOPMONTHLY-26FEB-BRU'").await?;
        let shown = page.find("#tape-name").await?.text().await?;
        ensure!(shown.ends_with(&format!("{} prints", shared::format::grouped(5381))), "{shown}");
        page.until("document.querySelectorAll('#latest tbody tr').length === 100").await?;
        page.until("document.querySelectorAll('.market-tape canvas')[1].width > 300").await?;
        // The first frame after the tape came has drawn it.
        page.script(
            "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))",
        )
        .await?;
        page.script(&format!("window.before = {PIXELS};")).await?;
        let over = "const over = document.querySelectorAll('.market-tape canvas')[2];";
        page.script(&format!(
            "{over} over.dispatchEvent(new WheelEvent('wheel', {{ deltaY: -100, bubbles: true, cancelable: true }}));"
        ))
        .await?;
        page.until(&format!("{PIXELS} !== window.before")).await?;
        page.script(&format!("{over} over.dispatchEvent(new MouseEvent('dblclick', {{ bubbles: true }}));"))
            .await?;
        page.until(&format!("{PIXELS} === window.before")).await
    })
    .await
}

#[tokio::test]
async fn a_dropped_file_is_an_event_of_its_own() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#tape-file").await?;
        let text = "ticker,timestamp,price,count\n\
                    KXMINE-26NOV-ONE,2026-11-01T10:00:00Z,0.35,5\n\
                    KXMINE-26NOV-ONE,2026-11-01T11:00:00Z,0.37,7\n\
                    KXMINE-26NOV-TWO,2026-11-01T12:00:00Z,0.60,1\n";
        page.script(&opens("mine.csv", text, true)).await?;
        page.until("document.querySelector('#tape-name').dataset.ticker === 'KXMINE-26NOV-ONE'").await?;
        page.until("document.querySelector('.notice').textContent.includes('Opened mine.csv: 3 prints of 2 contracts')")
            .await?;
        page.until("document.querySelectorAll('#latest tbody tr').length === 2").await?;
        page.until("document.querySelector('#event').options[0].value === 'KXMINE-26NOV'").await?;
        page.until("document.querySelector('#last-sum').textContent === '97.0¢'").await
    })
    .await
}

#[tokio::test]
async fn a_bad_file_is_told_of_and_changes_nothing() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#tape-file").await?;
        let head = "ticker,timestamp,price,count\nKXMINE-26NOV-ONE,2026-11-01T10:00:00Z,";
        let cases = [
            ("bad.csv", format!("{head}1.35,5\n"), "bad.csv, line 2, column price"),
            ("short.csv", format!("{head}0.35\n"), "short.csv, line 2"),
            ("other.csv", "a,b\n1,2\n".to_owned(), "other.csv, line 1, column ticker"),
            ("not.csv.gz", "this is no gzip".to_owned(), "not.csv.gz can't be read as gzip"),
        ];
        let state = "JSON.stringify([...document.querySelectorAll('#event option, #tape-name')].map(e => e.textContent))";
        page.script(&format!("window.before = {state};")).await?;
        for (name, text, says) in cases {
            page.script(&opens(name, &text, false)).await?;
            page.until(&format!("document.querySelector('.notice').textContent.includes({says:?})")).await?;
            let is_same = page.script(&format!("return window.before === {state}")).await?;
            ensure!(is_same.as_bool() == Some(true), "{name} changed the page");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_phone_shows_all_of_it_without_scrolling_sideways() -> Result<()> {
    with_page(&[], PHONE, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        page.until("document.documentElement.scrollWidth <= innerWidth").await
    })
    .await
}
