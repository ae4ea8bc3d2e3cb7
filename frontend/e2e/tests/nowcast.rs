//! The nowcast page: its numbers are the native ones, on the demo's histories and on files that a person opens.

mod support;

use anyhow::{Context, Result, ensure};
use shared::api::EventSummary;
use shared::format;
use shared::market::EventTape;
use shared::market::csv::read_trades;
use shared::nowcast::event::{EventNowcast, Standing, settlement_after};
use shared::nowcast::fit::Fits;
use shared::nowcast::forecast::Nowcaster;
use shared::nowcast::other::OutsiderRate;
use shared::nowcast::series::{AsOf, History, Source, read_histories};
use shared::pricing::winner::Workspace;
use shared::scenario::{Scenario, of_nowcast_event};
use shared::units::Date;
use support::files::{open_files, unzipped};
use support::{Page, recorded, with_page};

const DESK: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

/// Where files of listeners are opened.
const FIELD: &str = "#listeners-file";

/// True once the fit is done and everything is shown.
const READY: &str = "document.querySelector('#drivers li') && !document.querySelector('.nowcast.stale')";

/// Returns the histories that the server gave the page.
async fn served(page: &Page) -> Result<Vec<History>> {
    let script = "const done = arguments[0]; fetch('/api/listeners').then(answer => answer.json()).then(found => done(found.csv));";
    let csv = page.driver.execute_async(script, vec![]).await?;
    let csv = csv.json().as_str().context("a text")?.to_owned();
    Ok(read_histories(&[Source::new("served", csv.as_bytes())], &[])?.histories)
}

/// Computes natively what the page shows: its artists, as of `day`, fitted to what was known on `fitted`.
async fn natively(page: &Page, histories: &[History], fitted: Date, day: Date) -> Result<EventNowcast> {
    let names = page
        .script("return [...document.querySelectorAll('.row-name')].map(name => name.textContent.trim())")
        .await?;
    let names: Vec<&str> =
        names.as_array().context("names")?.iter().filter_map(|name| name.as_str()).collect();
    let of = |day: Date| -> Result<Vec<AsOf<'_>>> {
        let find = |name: &&str| histories.iter().find(|history| history.artist() == *name);
        names.iter().map(|name| Ok(find(name).with_context(|| (*name).to_owned())?.as_of(day))).collect()
    };
    let fit = *Nowcaster::fit(&of(fitted)?)?.parameters();
    let nowcaster = Nowcaster::with(fit, &of(day)?);
    let rate = OutsiderRate::recorded()?;
    Ok(EventNowcast::new(&nowcaster, settlement_after(day), &[], &rate, &mut Workspace::new())?)
}

/// Fails unless every number of the table is the native one, to the last bit, and the figures say the same.
async fn assert_native(page: &Page, native: &EventNowcast) -> Result<()> {
    type Read = fn(&Standing) -> f64;
    let columns: [(usize, Read); 6] = [
        (0, |s| s.fan.official.1),
        (1, |s| s.today().listeners.median()),
        (2, |s| s.settles().median()),
        (3, |s| s.settles().quantile(0.1)),
        (4, |s| s.settles().quantile(0.9)),
        (5, |s| s.win),
    ];
    for (place, read) in columns {
        let script = format!(
            "return [...document.querySelectorAll('table.numbers tbody tr')].map(row => row.querySelectorAll('td')[{place}].dataset.value)"
        );
        let shown = page.script(&script).await?;
        let shown: Vec<&str> =
            shown.as_array().context("cells")?.iter().filter_map(|cell| cell.as_str()).collect();
        let expected: Vec<String> = native.standings.iter().map(|s| read(s).to_string()).collect();
        ensure!(shown == expected, "column {place}: {shown:?} instead of {expected:?}");
    }
    let chosen = page
        .script("return [...document.querySelectorAll('table.numbers tbody tr')].findIndex(row => row.classList.contains('chosen'))")
        .await?;
    let standing = &native.standings[usize::try_from(chosen.as_u64().context("a place")?)?];
    for (css, expected) in [
        ("#figure-official", format::millions(standing.fan.official.1, 2)),
        ("#figure-settles", format::millions(standing.settles().median(), 2)),
        ("#figure-wins", format::probability(standing.win)),
    ] {
        let shown = page.find(css).await?.text().await?;
        ensure!(shown == expected, "{css}: {shown} instead of {expected}");
    }
    // The fan ends with the day that settles, and the parts add up to its change.
    let says = page.find(".nowcast .plot").await?.attr("aria-label").await?.unwrap_or_default();
    ensure!(says.contains(&format!("at settlement on {}", native.settlement)), "{says}");
    let drivers = standing.drivers();
    let parts = page
        .script("return [...document.querySelectorAll('#drivers [data-amount]')].map(part => Number(part.dataset.amount)).reduce((a, b) => a + b)")
        .await?;
    let off = parts.as_f64().context("a sum")? - (drivers.end - drivers.start);
    ensure!(off.abs() < 1e-6 * drivers.end, "the drivers are {off} off");
    let sum = page
        .script("return [...document.querySelectorAll('#winner-bar .segment')].map(s => Number(s.dataset.share)).reduce((a, b) => a + b)")
        .await?;
    ensure!((sum.as_f64().context("a sum")? - 1.0).abs() < 1e-12, "the bar sums to {sum}");
    Ok(())
}

#[tokio::test]
async fn the_demo_opens_with_the_native_numbers() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/whatif").await?;
        page.find("tbody tr").await?;
        page.driver.action_chain().send_keys("gn").perform().await?;
        page.until(READY).await?;
        ensure!(page.find(".source").await?.text().await?.contains("DEMO"), "the demo is not marked");
        let histories = served(&page).await?;
        let last = "2026-11-15".parse::<Date>()?;
        assert_native(&page, &natively(&page, &histories, last, last).await?).await?;
        let left = page.find("#publications-left").await?.text().await?;
        ensure!(left == "15", "{left} publications to 30 November");
        // The counts are the ones that What-if starts from.
        page.driver.action_chain().send_keys("j").perform().await?;
        page.until("document.querySelector('#nowcast-artist').textContent === 'Bram Okafor'").await?;
        page.until("location.search.includes('of=Bram%20Okafor')").await
    })
    .await
}

#[tokio::test]
async fn an_earlier_day_knows_nothing_later_and_is_told_what_came() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/nowcast?asof=2026-10-20&of=Bram%20Okafor").await?;
        page.until(READY).await?;
        let histories = served(&page).await?;
        // Twenty-six days back: the parameters are those of the week before.
        let native =
            natively(&page, &histories, "2026-10-18".parse::<Date>()?, "2026-10-20".parse::<Date>()?).await?;
        assert_native(&page, &native).await?;
        let verdict = page.find("#verdict").await?.text().await?;
        let settles = "2026-10-31".parse::<Date>()?;
        let history = histories.iter().find(|h| h.artist() == "Bram Okafor").context("the artist")?;
        let came = history.as_of(settles).on(settles).and_then(|day| day.listeners).context("a count")?;
        ensure!(verdict.contains(&format!("{} came", format::millions(came, 2))), "{verdict}");
        page.slide("asof", "0").await?;
        page.until(&format!("({READY}) && document.querySelector('#verdict').textContent === ''")).await?;
        page.until("location.search.includes('asof=2026-11-15')").await
    })
    .await
}

#[tokio::test]
async fn a_release_widens_the_chosen_artist_alone() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/nowcast").await?;
        page.until(READY).await?;
        let high = "[...document.querySelectorAll('table.numbers tbody tr')].map(row => Number(row.querySelectorAll('td')[4].dataset.value))";
        page.script(&format!("window.before = {high};")).await?;
        page.slide("release", "4").await?;
        page.until(&format!("{high}[0] > window.before[0]")).await?;
        page.until(&format!("{high}[1] === window.before[1]")).await?;
        page.slide("release", "1").await?;
        page.until(&format!("{high}[0] === window.before[0]")).await
    })
    .await
}

#[tokio::test]
async fn a_recorded_file_is_read_in_the_page_and_quotes_the_native_numbers() -> Result<()> {
    let Some(file) = recorded("data/listeners/artist_daily_vintage_2026-02-12.csv.gz") else { return Ok(()) };
    let (packed, text) = (std::fs::read(&file)?, unzipped(&file)?);
    with_page(&[], DESK, |page| async move {
        page.open("/nowcast").await?;
        page.until(READY).await?;
        page.script("window.asked = []; const ask = fetch; window.fetch = (...all) => { window.asked.push(all[0]); return ask(...all); };")
            .await?;
        open_files(&page, FIELD, &[("recorded.csv.gz", &packed)]).await?;
        page.until("document.querySelector('#source').textContent === 'recorded.csv.gz'").await?;
        page.until(READY).await?;
        let histories = read_histories(&[Source::new("recorded", &text)], &[])?.histories;
        let last = "2026-02-12".parse::<Date>()?;
        assert_native(&page, &natively(&page, &histories, last, last).await?).await?;
        let asked = page.script("return window.asked.filter(asked => !asked.url?.endsWith('/api/tapes')).length").await?;
        ensure!(asked.as_u64() == Some(0), "opening a file asked the server for something");
        // What the nowcast says is where What-if starts.
        let wins = page.number("table.numbers tbody tr:first-child td:nth-child(7)", "data-value").await?;
        page.find("#use-in-whatif").await?.click().await?;
        page.until("location.pathname === '/whatif'").await?;
        page.until("document.querySelector('#chosen-artist')?.textContent === 'Bruno Mars'").await?;
        page.until("location.search.includes('event=KXTOPMONTHLY-26FEB&days=16')").await?;
        let fair = page.number("table.numbers tbody tr:first-child td", "data-value").await?;
        ensure!((fair - wins).abs() < 1e-4, "What-if says {fair}, the nowcast {wins}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_bad_file_is_named_and_changes_nothing_and_a_bad_row_is_skipped() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/nowcast").await?;
        page.until(READY).await?;
        let state = "[document.querySelector('#source'), document.querySelector('table.numbers')].map(e => e.textContent).join()";
        page.script(&format!("window.before = {state};")).await?;
        let head = "artist,date,spotify_monthly_listeners\nA,2026-01-01,5\n";
        let cases = [
            ("other.csv", "a,b\n1,2\n".to_owned(), "other.csv, line 1, column date"),
            ("empty.csv", "artist,date,spotify_monthly_listeners\n".to_owned(), "empty.csv holds no count"),
            ("bad.csv.gz", "\u{1f}\u{8b}this is no gzip".to_owned(), "bad.csv.gz"),
        ];
        for (name, text, says) in cases {
            let bytes: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
            open_files(&page, FIELD, &[(name, &bytes)]).await?;
            page.until(&format!("document.querySelector('.notice')?.textContent.includes({says:?})")).await?;
            let is_same = page.script(&format!("return window.before === {state}")).await?;
            ensure!(is_same.as_bool() == Some(true), "{name} changed the page");
        }
        // A malformed row is named and skipped. What is left is too short to be forecast: that is said, and the page goes on.
        let rows = [
            ("bad.csv", format!("{head}A,2026-01-02,many\n"), "bad.csv, line 3, column spotify_monthly_listeners"),
            ("day.csv", format!("{head}A,2026-02-30,5\n"), "day.csv, line 3, column date"),
            ("short.csv", format!("{head}A,2026-01-02\n"), "short.csv, line 3"),
        ];
        for (name, text, says) in rows {
            open_files(&page, FIELD, &[(name, text.as_bytes())]).await?;
            page.until(&format!("document.querySelector('.notice')?.textContent.includes({says:?})")).await?;
            page.until("document.querySelector('.nowcast-controls [role=alert]')?.textContent.includes('too short')")
                .await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_score_is_the_native_one() -> Result<()> {
    with_page(&[], DESK, |page| async move {
        page.open("/nowcast").await?;
        page.until(READY).await?;
        // Few artists and a short year, so that it takes seconds.
        let histories = shared::world::histories(9, "2025-01-01".parse::<Date>()?, 2, 500)?;
        let mut csv = String::from("artist,date,spotify_monthly_listeners,tiktok_sound_posts_change\n");
        for history in &histories {
            for (i, day) in (0..).zip(history.as_of(history.end()).days()) {
                let text = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
                let date = history.first().plus_days(i);
                csv += &format!(
                    "{},{date},{},{}\n",
                    history.artist(),
                    text(day.listeners),
                    text(day.sound_posts)
                );
            }
        }
        open_files(&page, FIELD, &[("two.csv", csv.as_bytes())]).await?;
        page.until("document.querySelector('#source').textContent === 'two.csv'").await?;
        page.until(READY).await?;
        page.find("#score-it").await?.click().await?;
        page.until("document.querySelectorAll('#score tbody tr').length === 3").await?;
        let shown = page
            .script("return [...document.querySelectorAll('#score tbody tr')].map(row => row.cells[1].dataset.value)")
            .await?;
        let shown: Vec<&str> =
            shown.as_array().context("rows")?.iter().filter_map(|row| row.as_str()).collect();

        let names = page
            .script("return [...document.querySelectorAll('.row-name')].map(name => name.textContent.trim())")
            .await?;
        let names: Vec<&str> =
            names.as_array().context("names")?.iter().filter_map(|name| name.as_str()).collect();
        let ordered: Vec<History> =
            names.iter().filter_map(|name| histories.iter().find(|h| h.artist() == *name).cloned()).collect();
        use shared::nowcast::evaluate::{Settings, evaluate};
        let settings = Settings {
            horizons: vec![3, 7, 14],
            ..Settings::new("2025-01-01".parse::<Date>()?.plus_days(400))
        };
        let found = evaluate(&ordered, &settings)?;
        let pooled = found.rows.iter().filter(|row| row.artist == "pooled");
        let expected: Vec<String> = pooled.map(|row| row.ratio_rw.to_string()).collect();
        ensure!(shown == expected, "{shown:?} instead of {expected:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_phone_shows_all_of_it_without_scrolling_sideways() -> Result<()> {
    with_page(&[], PHONE, |page| async move {
        page.narrow(390, 844).await?;
        page.open("/nowcast").await?;
        page.until(READY).await?;
        page.until("document.documentElement.scrollWidth <= innerWidth && innerWidth === 390").await
    })
    .await
}

#[tokio::test]
async fn an_event_opens_on_the_nowcast_of_its_artists() -> Result<()> {
    let (Some(tape), Some(file)) = (
        recorded("data/kxtopmonthly/KXTOPMONTHLY-26FEB.trades.csv.gz"),
        recorded("data/listeners/artist_daily_vintage_2026-02-12.csv.gz"),
    ) else {
        return Ok(());
    };
    let events = EventTape::group(read_trades(&unzipped(&tape)?, "tape")?)?;
    let event = EventSummary::recorded(events.first().context("an event")?);
    let histories = read_histories(&[Source::new("recorded", &unzipped(&file)?)], &[])?.histories;
    let now = event.contracts.iter().map(|contract| contract.last_at).max().context("a contract")?;
    let joined = of_nowcast_event(&event, &histories, &[], now, &Fits::default()).finish()?;

    with_page(&[tape], DESK, |page| async move {
        page.open("/nowcast").await?;
        page.until(READY).await?;
        open_files(&page, FIELD, &[("recorded.csv.gz", &std::fs::read(&file)?)]).await?;
        page.until("document.querySelector('#source').textContent === 'recorded.csv.gz'").await?;
        page.driver.action_chain().send_keys("gw").perform().await?;
        page.until("document.querySelector('#ground')?.textContent.includes('nowcast\\'s as of 2026-02-12')")
            .await?;
        let url = page.driver.current_url().await?;
        page.until("location.search.includes('event=KXTOPMONTHLY-26FEB')").await?;
        let shown = Scenario::from_link(url.query().context("a query")?)?;
        ensure!(shown == joined.scenario, "{} is not {}", shown.to_link(), joined.scenario.to_link());
        // Six of the eleven have no history, and it is said which.
        page.until("document.querySelector('#ground').textContent.includes('share of the market')").await?;
        // Market says the same of its prices.
        page.driver.action_chain().send_keys("gm").perform().await?;
        page.until(
            "document.querySelector('.market-note').textContent.includes('nowcast\\'s as of 2026-02-12')",
        )
        .await
    })
    .await
}
