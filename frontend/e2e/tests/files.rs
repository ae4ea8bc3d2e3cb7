//! Files that a person opens: read in the worker, as they stream in, and never sent anywhere.

mod support;

use anyhow::{Result, ensure};
use support::files::drops_generated;
use support::{Page, recorded_trades, with_page};

const DESK: (u32, u32) = (1440, 900);

/// Returns what the page says of an opened file.
fn holds(prints: i64, contracts: usize, event: &str) -> String {
    format!("{} prints of {contracts} contracts in {event}", shared::format::grouped(prints))
}

/// Waits for the message that a file was opened.
async fn opened(page: &Page, name: &str) -> Result<String> {
    page.until(&format!("document.querySelector('.notice').textContent.includes({name:?})")).await?;
    page.find(".notice").await?.text().await.map_err(Into::into)
}

#[tokio::test]
async fn the_program_is_fetched_once_for_page_and_worker_and_a_file_is_not_sent() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        let before = page.requests.so_far();
        let size = page.driver.execute_async(drops_generated("big.csv", 200_000, false), vec![]).await?;
        ensure!(size.json().as_u64() > Some(10_000_000), "{:?}", size.json());
        let said = opened(&page, "Opened big.csv").await?;
        ensure!(said.contains(&holds(200_000, 5, "KXBIG-26NOV")), "{said}");
        page.until("document.querySelectorAll('#latest tbody tr').length === 100").await?;
        let after: Vec<_> = page.requests.so_far().split_off(before.len());
        // The worker's start is all that was asked for, beside the server's list, and on a busy machine whether the server
        // is there: no byte of the file left.
        let looks = ["GET /api/tapes", "GET /api/health"];
        ensure!(
            after.iter().all(|request| request.ends_with(".js") || looks.contains(&request.as_str())),
            "{after:?}"
        );
        let requests = page.requests.so_far();
        let count = |end: &str| requests.iter().filter(|request| request.ends_with(end)).count();
        ensure!(count(".wasm") == 1, "{requests:?}");
        ensure!(requests.iter().all(|request| request.starts_with("GET /")), "{requests:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_zipped_file_reads_like_a_plain_one() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        page.driver.execute_async(drops_generated("big.csv.gz", 20_000, true), vec![]).await?;
        let said = opened(&page, "Opened big.csv.gz").await?;
        ensure!(said.contains(&holds(20_000, 5, "KXBIG-26NOV")), "{said}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_recorded_file_opens_as_the_server_reads_it() -> Result<()> {
    let Some(folder) = recorded_trades() else { return Ok(()) };
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        let input = page.find("#tape-file").await?;
        let file = folder.join("KXTOPMONTHLY-26FEB.trades.csv.gz");
        input.send_keys(file.to_str().unwrap_or_default()).await?;
        let said = opened(&page, "Opened KXTOPMONTHLY-26FEB.trades.csv.gz").await?;
        ensure!(said.contains(&holds(19_443, 11, "KXTOPMONTHLY-26FEB")), "{said}");
        page.until("document.querySelector('#last-sum').textContent === '109.0¢'").await
    })
    .await
}

#[tokio::test]
async fn malformed_rows_are_skipped_counted_and_named() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#tape-file").await?;
        let text = "ticker,timestamp,price,count\\n\
                    KXMINE-26NOV-ONE,2026-11-01T10:00:00Z,0.35,5\\n\
                    KXMINE-26NOV-ONE,2026-11-01T10:00:00Z,1.35,5\\n\
                    KXMINE-26NOV-ONE,yesterday,0.35,5\\n\
                    KXMINE-26NOV-ONE,2026-11-01T10:00:00Z,0.36,5\\n";
        page.script(&format!(
            "const carried = new DataTransfer(); carried.items.add(new File([\"{text}\"], 'torn.csv'));
             document.querySelector('main').dispatchEvent(
                 new DragEvent('drop', {{ dataTransfer: carried, bubbles: true, cancelable: true }}));"
        ))
        .await?;
        let said = opened(&page, "Opened torn.csv").await?;
        ensure!(said.contains("2 prints of 1 contract in") && said.contains("2 malformed rows were skipped"), "{said}");
        page.until("document.querySelector('footer .caution').textContent.includes('torn.csv, line 3, column price')")
            .await?;
        page.until("document.querySelector('footer .caution').textContent.includes('torn.csv, line 4, column timestamp')")
            .await
    })
    .await
}
