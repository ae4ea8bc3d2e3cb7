//! The parts that pages share: files dropped anywhere, tables, charts under new data, and what the page says.

mod support;

use anyhow::{Result, ensure};
use support::{Page, with_page};

const DESK: (u32, u32) = (1440, 900);

/// Returns a tape of one contract, with a print an hour.
fn tape(prints: usize) -> String {
    let print = |i: usize| format!("KXMINE-26NOV-ONE,2026-11-01T{i:02}:00:00Z,0.{},{}\n", 35 + i % 7, 1 + i);
    std::iter::once("ticker,timestamp,price,count\n".to_owned()).chain((0..prints).map(print)).collect()
}

/// Drops a file on the page; returns whether the page took it from the browser, which else would leave to show it.
async fn drop_file(page: &Page, name: &str, text: &str) -> Result<bool> {
    let left = page
        .script(&format!(
            "const carried = new DataTransfer(); carried.items.add(new File([{text:?}], {name:?}));
             const event = kind => new DragEvent(kind, {{ dataTransfer: carried, bubbles: true, cancelable: true }});
             const target = document.querySelector('main');
             return [target.dispatchEvent(event('dragover')), target.dispatchEvent(event('drop'))];"
        ))
        .await?;
    Ok(left == serde_json::json!([false, false]))
}

/// True once the newest notice says this.
fn says(text: &str) -> String {
    format!("document.querySelector('.notice')?.textContent.includes({text:?})")
}

#[tokio::test]
async fn a_file_dropped_on_any_page_is_opened_or_refused_with_a_reason() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        let opened = "Opened mine.csv: 4 prints of 1 contract in KXMINE-26NOV";
        for (path, reason) in [
            ("/whatif", opened),
            ("/market", opened),
            ("/lab", opened),
            // That page is about listeners.
            ("/nowcast", "mine.csv, line 1, column date: no such column"),
        ] {
            page.open(path).await?;
            page.until("document.querySelector('#event').options.length > 0").await?;
            ensure!(drop_file(&page, "mine.csv", &tape(4)).await?, "{path} left the file to the browser");
            page.until(&says(reason)).await?;
            ensure!(
                drop_file(&page, "none.csv", "a,b\n1,2\n").await?,
                "{path} left the bad file to the browser"
            );
            page.until(&says("none.csv, line 1, column")).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn rows_are_sorted_walked_and_saved_in_any_table() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        drop_file(&page, "mine.csv", &tape(9)).await?;
        page.until("document.querySelectorAll('#latest tbody tr').length === 9").await?;
        // By size: the largest is the last print's, and each has one more than the one before.
        let sizes = "[...document.querySelectorAll('#latest tbody tr')].map(row => Number(row.cells[3].dataset.value)).join()";
        let heading = "document.querySelector('#latest th:nth-child(4)')";
        page.script(&format!("{heading}.querySelector('button').click()")).await?;
        page.until(&format!("{sizes} === '9,8,7,6,5,4,3,2,1' && {heading}.ariaSort === 'descending'")).await?;
        page.script(&format!("{heading}.querySelector('button').click()")).await?;
        page.until(&format!("{sizes} === '1,2,3,4,5,6,7,8,9' && {heading}.ariaSort === 'ascending'")).await?;

        // Rows are walked by the keys, and the one with the focus is chosen by Enter.
        page.open("/market").await?;
        page.until("document.querySelectorAll('.market-contracts tbody tr').length > 3").await?;
        page.script("document.querySelector('.market-contracts .table-scroll').focus()").await?;
        let keys = async |keys: &str| page.driver.action_chain().send_keys(keys).perform().await;
        keys("jjjk").await?;
        let row = "document.querySelectorAll('.market-contracts tbody tr')[1]";
        page.until(&format!("document.activeElement === {row}")).await?;
        page.until("document.querySelectorAll('.market-contracts tbody tr')[0].classList.contains('chosen')").await?;
        keys("\u{e007}").await?;
        page.until(&format!("{row}.classList.contains('chosen')")).await?;

        // What is saved is in the order that is shown.
        page.script(
            "window.saved = []; const make = URL.createObjectURL;
             URL.createObjectURL = blob => { blob.text().then(text => window.saved.push(text)); return make.call(URL, blob); };
             [...document.querySelectorAll('.market-contracts th button')].find(head => head.textContent === 'Volume').click();",
        )
        .await?;
        page.until("document.querySelector('.market-contracts th[aria-sort]')").await?;
        page.script("document.querySelector('.market-contracts [data-export]').click()").await?;
        page.until("window.saved.length === 1").await?;
        page.until(
            "window.saved[0].split('\\r\\n').slice(1, -1).map(line => line.split(',')[2]).join() ===
             [...document.querySelectorAll('.market-contracts tbody tr')].map(row => row.cells[2].dataset.value).join()",
        )
        .await?;
        page.until("window.saved[0].startsWith('Artist,Last,Volume,Prints,Fair,Side,Earns')").await
    })
    .await
}

#[tokio::test]
async fn zoom_survives_new_data_and_follows_only_where_it_is_asked_to() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        drop_file(&page, "mine.csv", &tape(8)).await?;
        page.until("document.querySelectorAll('#latest tbody tr').length === 8").await?;
        // What the middle of the chart reads: the time there says which part of the axis is shown.
        let over = "const over = document.querySelectorAll('.market-tape canvas')[2], box = over.getBoundingClientRect();
                    const at = { clientX: box.left + box.width / 2, clientY: box.top + 20, bubbles: true, cancelable: true };";
        let read = |is: &str| format!("document.querySelector('.market-tape .chart-at').textContent {is}");
        page.until("document.querySelectorAll('.market-tape canvas')[2].width > 300").await?;
        for _ in 0..4 {
            page.script(&format!("{over} over.dispatchEvent(new WheelEvent('wheel', {{ ...at, deltaY: -100 }}));")).await?;
        }
        page.until("document.querySelector('.market-tape .chart-zoom button')").await?;
        let point = format!("{over} over.dispatchEvent(new PointerEvent('pointermove', at));");
        page.script(&point).await?;
        page.until(&read("!== ''")).await?;
        let before = page.script(&format!("return {}", read(""))).await?;

        // The same contract's tape has grown: the part that is looked at stays.
        drop_file(&page, "mine.csv", &tape(20)).await?;
        page.until("document.querySelectorAll('#latest tbody tr').length === 20").await?;
        page.script(&point).await?;
        ensure!(page.script(&format!("return {}", read(""))).await? == before, "the zoom moved: {before}");
        page.find(".market-tape .chart-zoom button").await?;

        // Asked to follow, it moves on to the newest.
        page.script("document.querySelector('.market-tape .chart-zoom button').click()").await?;
        drop_file(&page, "mine.csv", &tape(23)).await?;
        page.until("document.querySelectorAll('#latest tbody tr').length === 23").await?;
        page.script(&point).await?;
        page.until(&read(&format!("!== {before}"))).await?;

        // Another contract is looked at as a whole.
        page.script("document.querySelector('#event').selectedIndex = 1; document.querySelector('#event').dispatchEvent(new Event('change', { bubbles: true }))").await?;
        page.until("!document.querySelector('.market-tape .chart-zoom button')").await
    })
    .await
}

#[tokio::test]
async fn notices_queue_and_failures_stay() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/market").await?;
        page.find("#latest tbody tr").await?;
        drop_file(&page, "first.csv", "a,b\n1,2\n").await?;
        page.until(&says("first.csv")).await?;
        drop_file(&page, "mine.csv", &tape(4)).await?;
        page.until(&says("Opened mine.csv")).await?;
        drop_file(&page, "second.csv", "a,b\n1,2\n").await?;
        page.until(&says("second.csv")).await?;
        let said = "[...document.querySelectorAll('.notices[aria-live] .notice')].map(notice => notice.textContent.match(/\\w+\\.csv/)[0]).join()";
        page.until(&format!("{said} === 'second.csv,mine.csv,first.csv'")).await?;
        page.until("document.querySelectorAll('.notice[role=alert]').length === 2").await?;
        // What was only told goes once it was read; what failed does not.
        page.script("document.getAnimations().forEach(animation => animation.finish())").await?;
        page.until(&format!("{said} === 'second.csv,first.csv'")).await?;
        // Each goes alone.
        page.script("document.querySelectorAll('.notice button')[1].click()").await?;
        page.until(&format!("{said} === 'second.csv'")).await?;
        page.driver.action_chain().send_keys("\u{e00c}").perform().await?;
        page.until("!document.querySelector('.notice')").await
    })
    .await
}
