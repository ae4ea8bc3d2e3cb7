//! Files as a person opens them.

use std::io::Read as _;
use std::path::Path;

use anyhow::Result;

use super::Page;

/// Opens files through the page's own field for them.
pub(crate) async fn open_files(page: &Page, field: &str, files: &[(&str, &[u8])]) -> Result<()> {
    page.find(field).await?;
    let list: Vec<_> = files.iter().map(|(name, bytes)| serde_json::json!([name, base64(bytes)])).collect();
    let script = "const carried = new DataTransfer();
        for (const [name, text] of arguments[1]) {
            carried.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], name));
        }
        const input = document.querySelector(arguments[0]);
        input.files = carried.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));";
    page.driver.execute(script, vec![field.into(), serde_json::Value::Array(list)]).await?;
    Ok(())
}

/// Returns what a file packed with gzip holds.
pub(crate) fn unzipped(path: &Path) -> Result<Vec<u8>> {
    let (packed, mut text) = (std::fs::read(path)?, Vec::new());
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut text)?;
    Ok(text)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for three in bytes.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

/// Returns the script that makes a file of `rows` trades, at most 28 days' of them, and drops it on the page.
pub(crate) fn drops_generated(name: &str, rows: usize, is_zipped: bool) -> String {
    format!(
        "const done = arguments[0];
         (async () => {{
             const head = new Blob(['ticker,created_time,yes_price_dollars,count_fp,taker_side\\n']);
             const row = i => `KXBIG-26NOV-${{'ABCDE'[i % 5]}},2026-11-${{String(1 + i % 28).padStart(2, '0')}}T10:00:00.${{String(i % 1000).padStart(3, '0')}}Z,0.${{10 + i % 80}},${{1 + i % 9}}.00,yes\\n`;
             const block = new Blob([Array.from({{ length: 1000 }}, (_, i) => row(i)).join('')]);
             let file = new Blob([head, ...Array.from({{ length: {rows} / 1000 }}, () => block)]);
             if ({is_zipped}) file = await new Response(file.stream().pipeThrough(new CompressionStream('gzip'))).blob();
             const carried = new DataTransfer();
             carried.items.add(new File([file], {name:?}));
             // What making it took is no part of opening it.
             await new Promise(rested => requestIdleCallback(rested));
             window.long?.splice(0);
             document.querySelector('main').dispatchEvent(
                 new DragEvent('drop', {{ dataTransfer: carried, bubbles: true, cancelable: true }}));
             done(file.size);
         }})();"
    )
}
