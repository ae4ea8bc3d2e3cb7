//! The market page: a recorded tape, zoom, and files of trades that a person opens.

mod support;

use anyhow::{Context, Result, ensure};
use shared::api::EventSummary;
use shared::format;
use shared::market::EventTape;
use shared::market::csv::read_trades;
use shared::nowcast::fit::Fits;
use shared::nowcast::series::{Source, read_histories};
use shared::pricing::winner::Workspace;
use shared::scenario::of_nowcast_event;
use support::axe::assert_accessible;
use support::files::{open_files, unzipped};
use support::{Page, natively, recorded, recorded_trades, with_desk_page, with_page};

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
        ensure!(shown.ends_with(&format!("{} prints", format::grouped(5381))), "{shown}");
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
            // Told by its first bytes, whatever its name says: text.
            ("not.csv.gz", "this is no gzip".to_owned(), "not.csv.gz, line 1, column ticker"),
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

/// So many times as long as anything else takes may a line through time take: it is minutes of work where others work too.
const PATIENCE: usize = 15;

/// Waits until a line through time no longer says that it goes on.
async fn until_through(page: &Page, what: &str) -> Result<()> {
    let is_through = format!("!document.querySelector('#fairs').textContent.includes('{what}: ')");
    for _ in 1..PATIENCE {
        if page.until(&is_through).await.is_ok() {
            return Ok(());
        }
    }
    page.until(&is_through).await
}

#[tokio::test]
async fn the_belief_and_the_nowcast_are_drawn_through_time() -> Result<()> {
    let (Some(tape), Some(file)) = (
        recorded("data/kxtopmonthly/KXTOPMONTHLY-26FEB.trades.csv.gz"),
        recorded("data/listeners/artist_daily_vintage_2026-02-12.csv.gz"),
    ) else {
        return Ok(());
    };
    // What the command line believed just before the contract's last print.
    let out = std::env::temp_dir().join(format!("tauroi-belief-{}.csv", std::process::id()));
    let [tape_path, out_path] = [&tape, &out].map(|path| path.display().to_string());
    natively(&["belief", "--tape", &tape_path, "--out", &out_path]).await?;
    let believed = std::fs::read_to_string(&out)?;
    std::fs::remove_file(&out)?;
    let last = believed.lines().rfind(|line| line.starts_with("KXTOPMONTHLY-26FEB-BRU,"));
    let believed: f64 = last.and_then(|line| line.split(',').nth(4)).context("a belief")?.parse()?;
    // What What-if opens with, which is the last that the nowcast says.
    let events = EventTape::group(read_trades(&unzipped(&tape)?, "tape")?)?;
    let event = EventSummary::recorded(events.first().context("an event")?);
    let histories = read_histories(&[Source::new("recorded", &unzipped(&file)?)], &[])?.histories;
    let now = event.contracts.iter().map(|contract| contract.last_at).max().context("a contract")?;
    let joined = of_nowcast_event(&event, &histories, &[], now, &Fits::default()).finish()?;
    let found = joined.scenario.evaluate(&mut Workspace::new())?;
    let place = joined.scenario.artists().iter().position(|artist| artist.ticker.outcome() == "BRU");
    let nowcast = found.rows.get(place.context("Bruno Mars")?).context("a row")?.fair;

    with_page(&[tape], DESK, |page| async move {
        let choose = |name: &str| {
            format!("[...document.querySelectorAll('.row-name')].find(row => row.textContent.includes({name:?})).click()")
        };
        let says = |name: &str, value: &str| {
            format!(
                "[...document.querySelectorAll('.market-tape .legend-item')].some(item =>
                     item.querySelector('.legend-name').textContent === {name:?}
                     && item.querySelector('.num').textContent === {value:?})"
            )
        };
        page.open("/market?event=KXTOPMONTHLY-26FEB").await?;
        page.until("document.querySelectorAll('.market-contracts tbody tr').length === 11").await?;
        page.script(&choose("Bruno")).await?;
        page.until("document.querySelector('#fairs').textContent.includes('filters')").await?;
        until_through(&page, "prints").await?;
        page.until(&says("Belief before a print", &format::cents(believed, 1))).await?;
        // There is no nowcast of artists whom no history is of, and it is said why.
        ensure!(!page.find(".market-tape .legend").await?.text().await?.contains("Nowcast"), "a nowcast of nothing");
        page.until("document.querySelector('#fairs').textContent.includes('No nowcast through time')").await?;
        page.driver.action_chain().send_keys("gn").perform().await?;
        open_files(&page, "#listeners-file", &[("recorded.csv.gz", &std::fs::read(&file)?)]).await?;
        page.until("document.querySelector('#source')?.textContent === 'recorded.csv.gz'").await?;
        page.driver.action_chain().send_keys("gm").perform().await?;
        // A day after the other, each of which takes a fit.
        until_through(&page, "days").await?;
        page.script(&choose("Bruno")).await?;
        page.until(&says("Nowcast", &format::cents(nowcast, 1))).await?;
        page.until(&says("Belief before a print", &format::cents(believed, 1))).await?;
        page.until("document.querySelector('#fairs').textContent === ''").await?;
        // Under the pointer stands what was said then: before the middle of the month, most of it.
        page.script(
            "const plot = document.querySelector('.market-tape .plot'), box = plot.getBoundingClientRect();
             const at = { clientX: box.left + box.width / 3, clientY: box.top + 50, bubbles: true };
             plot.lastChild.dispatchEvent(new PointerEvent('pointermove', at));",
        )
        .await?;
        page.until(&format!("!({})", says("Nowcast", &format::cents(nowcast, 1)))).await?;
        // Of an artist without a history the belief alone is there.
        let unknown = event.contracts.iter().find(|contract| histories.iter().all(|h| h.artist() != contract.name));
        let name = &unknown.context("an artist without a history")?.name;
        page.script(&choose(name)).await?;
        page.until(&format!("document.querySelector('#fairs').textContent === 'No listener history of {name} is here, so the nowcast says nothing of it.'")).await?;
        Ok(())
    })
    .await
}

/// True once the open event is shown as it happens: every contract with its book, and what its prices say adds up to one.
const LIVE: &str = "(() => {
    const rows = [...document.querySelectorAll('#live-rows tbody tr')];
    const said = rows.map(row => +row.querySelector('td:nth-child(2)').dataset.value);
    return document.querySelector('#live-badge')?.dataset.state === 'STREAM' && rows.length > 3
        && !rows.some(row => row.textContent.includes('no book'))
        && Math.abs(said.reduce((a, b) => a + b, 0) - 1) < 1e-6;
})()";

#[tokio::test]
async fn the_open_event_is_shown_as_it_happens() -> Result<()> {
    with_desk_page(DESK, false, |page| async move {
        page.open("/market").await?;
        page.until(LIVE).await?;
        // It lives: prices move, and trades come.
        page.script("window.bids = () => [...document.querySelectorAll('#live-rows td:nth-child(3)')].map(cell => cell.textContent).join();
            window.before = window.bids();")
            .await?;
        page.until("window.bids() !== window.before").await?;
        page.until("document.querySelectorAll('#live-trades tbody tr').length > 0").await?;
        page.until("document.querySelectorAll('.live-depth #ladder tbody tr').length > 3").await?;
        page.until("['live-offers', 'live-bids', 'live-arbitrage'].every(id => document.getElementById(id).textContent)")
            .await?;
        // Another contract's book.
        page.script("document.querySelectorAll('#live-rows tbody tr')[2].querySelector('.row-name').click()").await?;
        page.until(
            "document.querySelector('#live-name').textContent.endsWith(
                document.querySelectorAll('#live-rows tbody tr')[2].dataset.key)",
        )
        .await?;
        page.until("document.querySelectorAll('.live-depth #ladder tbody tr').length > 3").await?;
        assert_accessible(&page, "the market, live").await?;
        page.narrow(PHONE.0, PHONE.1).await?;
        page.until("document.scrollingElement.scrollWidth <= innerWidth").await?;
        // Without the server nothing is called live any more.
        page.kill_server().await?;
        page.until(
            "document.querySelector('#live-badge').dataset.state === 'STALE'
             && document.querySelector('#live-age').textContent.includes('not connected')",
        )
        .await
    })
    .await
}
