//! A report as one page that asks nothing of the network: its frame, its tables and its plots.

mod markup;
mod svg;

use std::fmt::Display;

pub(super) use markup::{Attributes, Markup};
pub(super) use svg::{Plot, range_with_zero};

/// Returns the document up to its first heading.
pub(in crate::cli) fn head(title: &str) -> Markup {
    let mut page = Markup::literal(BEFORE);
    page.add(&Markup::element("title", &[], title)).add(&Markup::literal(STYLE));
    page
}

/// Returns its end.
pub(in crate::cli) fn foot() -> Markup {
    Markup::literal("</main></body></html>\n")
}

/// Returns a table of a head and rows of texts, the first of each row being its name.
pub(in crate::cli) fn grid(head: &[String], rows: &[Vec<String>]) -> Markup {
    let rows: Vec<Vec<Markup>> = rows.iter().map(cells).collect();
    grid_of(head, &rows)
}

/// Returns a table of a head and rows of cells, the first of each row being its name.
pub(in crate::cli) fn grid_of(head: &[String], rows: &[Vec<Markup>]) -> Markup {
    let mut table = Markup::literal("<table><thead><tr>");
    for cell in head {
        table.add(&Markup::element("th", &[], cell));
    }
    table.add(&Markup::literal("</tr></thead><tbody>"));
    for row in rows {
        table.start("tr", &[]);
        for (k, cell) in row.iter().enumerate() {
            let tag = if k == 0 { "th" } else { "td" };
            table.start(tag, &[]).add(cell).end(tag);
        }
        table.end("tr");
    }
    table.add(&Markup::literal("</tbody></table>"));
    table
}

/// Returns texts as the cells of a row.
pub(in crate::cli) fn cells(texts: impl IntoIterator<Item = impl Display>) -> Vec<Markup> {
    texts.into_iter().map(Markup::of).collect()
}

/// Returns a heading of a part.
pub(in crate::cli) fn heading(text: &str) -> Markup {
    Markup::element("h2", &[], text)
}

/// Returns texts as a table's head.
pub(in crate::cli) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Returns text as it is typed.
pub(in crate::cli) fn code(text: impl Display) -> Markup {
    Markup::element("code", &[], text)
}

/// The document up to its title.
const BEFORE: &str = r##"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">"##;

/// What comes after it, up to the first heading.
const STYLE: &str = r##"<style>
:root{color-scheme:light dark;--back:#f8f9fb;--text:#1a2230;--dim:#5b6675;--line:#ccd3dc;--through:#1f6fd6;--queue:#8a63d2;--front:#1c9a6c;--touch:#c2701c;--gain:#1c9a6c;--loss:#d64545}
@media(prefers-color-scheme:dark){:root{--back:#0d1015;--text:#e8ecf2;--dim:#8b96a5;--line:#2a313d;--through:#5aa9ff;--queue:#b69cff;--front:#4fd1a5;--touch:#ff9d4d;--gain:#4fd1a5;--loss:#ff6b6b}}
body{margin:0;background:var(--back);color:var(--text);font:14px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1360px;margin:0 auto;padding:16px}h1{font-size:22px}h2{font-size:16px;margin:28px 0 8px}code{font-size:12px;overflow-wrap:anywhere}
table{border-collapse:collapse;display:block;overflow-x:auto;max-width:100%}th,td{padding:3px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
thead th{color:var(--dim);font-size:12px}tbody th,thead th:first-child{text-align:left}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:16px;margin-top:20px}
figure{margin:0}figcaption{color:var(--dim);font-size:12px}figcaption b{color:var(--text);font-size:14px;margin-right:6px}
svg{width:100%;height:auto}svg text{fill:var(--dim);font-size:11px}.grid{stroke:var(--line)}.zero{stroke:var(--dim)}
.line{fill:none;stroke-width:1.5;stroke:currentColor}.band{fill:currentColor;fill-opacity:.14}.fill{fill:currentColor}
.live,.paper,.demo,.desk,.through{color:var(--through)}.queue{color:var(--queue)}.front{color:var(--front)}.touch{color:var(--touch)}.pessimistic,[class$=-least]{color:var(--through)}.square,.logarithm,.proportional,.by-size{color:var(--queue)}.optimistic,.first,[class$=-most]{color:var(--front)}.gain{color:var(--gain)}.loss{color:var(--loss)}.dim{color:var(--dim)}
td i,th i{display:inline-block;width:10px;height:10px;border-radius:2px;background:currentColor;margin-right:6px}.headline b{font-size:26px}.log{list-style:none;margin:0;padding:0}.log li{padding:3px 0;border-bottom:1px solid var(--line)}.log time{color:var(--dim);margin-right:10px;white-space:nowrap}.wrong{color:var(--loss)}footer{color:var(--dim);margin-top:28px}
</style></head><body><main>
"##;
