//! Tables as data: sorted by a click on a heading, walked through by keys, saved as CSV.

mod order;
mod shown;
mod spark;
mod strip;

use std::rc::Rc;

use shared::spreadsheet;
use web_sys::KeyboardEvent;

use self::order::ordered;
use self::shown::Shown;
use crate::parts::download;
use crate::parts::element::{Element, button, div, el, text};
use crate::reactive::RwSignal;

/// How a column's cells are written, and what they are.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Words, from the left.
    Words,
    /// A number, from the right, with how it is written.
    Number(fn(f64) -> String),
    /// The same, its sign in colour: bid for positive, ask for negative.
    Signed(fn(f64) -> String),
}

/// One column.
#[derive(Clone)]
pub(crate) struct Column {
    /// The heading.
    pub(crate) name: String,
    /// What it means, in a line; may be empty.
    pub(crate) meaning: &'static str,
    /// What its cells hold.
    pub(crate) kind: Kind,
}

/// Returns a column.
pub(crate) fn column(name: impl Into<String>, meaning: &'static str, kind: Kind) -> Column {
    Column { name: name.into(), meaning, kind }
}

/// What a cell holds.
#[derive(Clone, PartialEq)]
pub(crate) enum Cell {
    /// A number, which its column writes; NaN is a dash.
    Number(f64),
    /// Words, whatever the column.
    Words(String),
    /// A number as these words, which flash the way it went when it changes.
    Moving(f64, String),
    /// Words of a class.
    Marked(&'static str, String),
    /// Bits of a line, and the words that say the same.
    Strip(Vec<Bit>, String),
    /// How a number went, oldest first and NaN where it wasn't known, and the words that say the same.
    Spark(Vec<f64>, String),
}

/// A bit of a strip.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Bit {
    /// What it is: its class.
    pub(crate) class: &'static str,
    /// Where it begins, as a share of the strip.
    pub(crate) from: f64,
    /// How long it is, as a share of the strip.
    pub(crate) length: f64,
}

impl Cell {
    /// Returns what it says.
    fn words(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Words(words)
            | Self::Moving(_, words)
            | Self::Marked(_, words)
            | Self::Strip(_, words)
            | Self::Spark(_, words) => Some(words),
        }
    }

    /// Returns its number, NaN where it has none.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) | Self::Moving(number, _) => Some(*number),
            _ => None,
        }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        Self::Number(number.unwrap_or(f64::NAN))
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

/// One row.
#[derive(Clone, Default)]
pub(crate) struct Row {
    /// The cells, one a column.
    pub(crate) cells: Vec<Cell>,
    /// The token of the colour of its swatch; none is drawn where it is empty.
    pub(crate) colour: &'static str,
    /// What it is for a test or a style: the row's `data-key`; may be empty.
    pub(crate) key: String,
    /// What it means, in a line; may be empty.
    pub(crate) meaning: &'static str,
    /// Where a line goes across it, from 0 at its top to 1 at its bottom.
    pub(crate) line: Option<f64>,
}

/// Returns a row of cells.
pub(crate) fn row(cells: Vec<Cell>) -> Row {
    Row { cells, ..Row::default() }
}

/// What rows are besides what they hold: which is chosen, which is pointed at, and what choosing one does.
pub(crate) struct Choosing {
    /// Does what a row is for, by its place before sorting.
    pub(crate) choose: Rc<dyn Fn(usize)>,
    /// What that is, in a line.
    pub(crate) meaning: &'static str,
    /// Which is chosen.
    pub(crate) chosen: Rc<dyn Fn() -> Option<usize>>,
    /// Which is pointed at, here or in another view.
    pub(crate) pointed: Rc<dyn Fn() -> Option<usize>>,
    /// Hears which is pointed at here.
    pub(crate) point: Rc<dyn Fn(Option<usize>)>,
}

impl Choosing {
    /// Returns rows that can be chosen, and nothing else.
    pub(crate) fn by(meaning: &'static str, choose: impl Fn(usize) + 'static) -> Self {
        Self {
            choose: Rc::new(choose),
            meaning,
            chosen: Rc::new(|| None),
            pointed: Rc::new(|| None),
            point: Rc::new(|_| {}),
        }
    }
}

/// What is saved in the place of what is shown: a head and rows.
pub(crate) type Save = Box<dyn Fn() -> Vec<Vec<String>>>;

/// A table.
pub(crate) struct Table {
    /// What it is: its heading, and its name for who can't see it.
    pub(crate) caption: &'static str,
    /// Whether the caption is shown over it.
    pub(crate) is_headed: bool,
    /// Whether its rows can be put in another order.
    pub(crate) sorts: bool,
    /// The table's id; may be empty.
    pub(crate) id: &'static str,
    /// Its class; may be empty.
    pub(crate) class: &'static str,
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The place of the column that says what a row is.
    pub(crate) head: usize,
    /// The rows: read anew whenever a signal in them changes.
    pub(crate) rows: Box<dyn Fn() -> Vec<Row>>,
    /// What rows are for.
    pub(crate) choosing: Option<Choosing>,
    /// The file it is saved as, without an ending; it isn't saved where it is empty.
    pub(crate) file: &'static str,
    /// What is saved instead of what is shown.
    pub(crate) save: Option<Save>,
}

impl Table {
    /// Returns a table that is only read.
    pub(crate) fn of(
        caption: &'static str,
        columns: Vec<Column>,
        rows: impl Fn() -> Vec<Row> + 'static,
    ) -> Self {
        Self {
            caption,
            is_headed: false,
            sorts: true,
            id: "",
            class: "",
            columns,
            head: 0,
            rows: Box::new(rows),
            choosing: None,
            file: "",
            save: None,
        }
    }

    /// Returns its elements: the heading with its button, and the table.
    pub(crate) fn build(self) -> Element {
        let whole = div("table");
        let sorted = RwSignal::new(None::<(usize, bool)>);
        let mut heads = Vec::new();
        for (place, column) in self.columns.iter().enumerate() {
            heads.push(heading(column, place, self.sorts.then_some(sorted)));
        }
        let mut body = el("tbody");
        let table =
            el("table").id(self.id).class(self.class).child(el("thead").child(el("tr").children(heads)));
        let chooses = self.choosing.is_some();
        let shown = Rc::new(Shown::new(body.node_as(), self.columns, self.head, self.choosing));
        let (followed, read) = (Rc::clone(&shown), self.rows);
        body = body.follow(Box::new(move || {
            let rows = read();
            let order = ordered(&rows, sorted.get());
            followed.show(rows, &order);
        }));
        if chooses {
            let marked = Rc::clone(&shown);
            body = body.follow(Box::new(move || marked.mark()));
        }
        let (file, saved, name, save) = (self.file, Rc::clone(&shown), self.caption, self.save);
        let csv = move || {
            let rows = save.as_ref().map_or_else(|| saved.csv(), |save| save());
            download::save_text(&format!("tauroi-{file}.csv"), "text/csv", &spreadsheet::csv(&rows));
        };
        let mut head = div("table-head");
        if self.is_headed {
            head = head.child(text("h2", name));
        }
        if !file.is_empty() {
            let save = button("quiet", "CSV", csv).title("Save this table as CSV (e)");
            head = head.child(save.set("data-export", ""));
        }
        let walked = Rc::clone(&shown);
        let region = div("table-scroll")
            .set("tabindex", "0")
            .set("role", "region")
            .label(self.caption)
            .on("keydown", move |event: KeyboardEvent| walked.key(&event))
            .on("animationend", |event: web_sys::Event| shown::settle(&event))
            .child(table.child(body));
        let whole = if self.is_headed || !file.is_empty() { whole.child(head) } else { whole };
        whole.child(region)
    }
}

fn heading(column: &Column, place: usize, sorted: Option<RwSignal<Option<(usize, bool)>>>) -> Element {
    let head = el("th").set("scope", "col").title(column.meaning).class(align(column.kind));
    let Some(sorted) = sorted.filter(|_| !column.name.is_empty()) else { return head.text(&column.name) };
    let turn = move || {
        sorted.update(|sorted| {
            *sorted = match *sorted {
                Some((by, true)) if by == place => Some((place, false)),
                Some((by, false)) if by == place => None,
                _ => Some((place, true)),
            }
        });
    };
    let direction = move || {
        let (_, down) = sorted.get().filter(|(by, _)| *by == place)?;
        Some(if down { "descending" } else { "ascending" }.to_owned())
    };
    head.attr("aria-sort", direction).child(button("sort", &column.name, turn))
}

fn align(kind: Kind) -> &'static str {
    match kind {
        Kind::Words => "",
        _ => "num",
    }
}
