//! A table's rows on the page: written where they differ, marked, walked through.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use leptos::prelude::untrack;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, Text};

use super::spark::spark;
use super::strip::{percent, strip};
use super::{Cell, Choosing, Column, Kind, Row, align};
use crate::parts::element::{Element, el};

/// A row that is on the page.
struct ShownRow {
    /// Its place before sorting.
    place: usize,
    row: Row,
    element: Element,
    /// What holds each cell's text, and the text.
    cells: Vec<(web_sys::Element, Text)>,
}

/// What is on the page of a table.
pub(super) struct Shown {
    body: web_sys::Element,
    columns: Vec<Column>,
    head: usize,
    choosing: Option<Choosing>,
    rows: RefCell<Vec<ShownRow>>,
}

impl Shown {
    /// Returns an empty body's.
    pub(super) fn new(
        body: web_sys::Element,
        columns: Vec<Column>,
        head: usize,
        choosing: Option<Choosing>,
    ) -> Self {
        Self { body, columns, head, choosing, rows: RefCell::default() }
    }

    /// Puts the rows on the page: where their number is what it was, only the cells that differ are written.
    pub(super) fn show(self: &Rc<Self>, rows: Vec<Row>, order: &[usize]) {
        let mut shown = self.rows.borrow_mut();
        let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
        while shown.len() > order.len() {
            if let Some(line) = shown.pop() {
                line.element.node().remove();
            }
        }
        for (line, &place) in order.iter().enumerate() {
            let Some(row) = rows.get_mut(place).and_then(Option::take) else { continue };
            if let Some(before) = shown.get_mut(line) {
                self.rewrite(before, place, row);
            } else {
                let mut fresh = self.empty_row(line, &row);
                self.rewrite(&mut fresh, place, row);
                let _ = self.body.append_child(fresh.element.node());
                shown.push(fresh);
            }
        }
        drop(shown);
        if self.choosing.is_some() {
            self.mark_lines();
        }
    }

    fn empty_row(self: &Rc<Self>, line: usize, row: &Row) -> ShownRow {
        let mut cells = Vec::new();
        let mut element = el("tr").set("tabindex", "-1");
        for (place, column) in self.columns.iter().enumerate() {
            let is_head = place == self.head;
            let mut cell = el(if is_head { "th" } else { "td" }).class(align(column.kind));
            if is_head {
                cell = cell.set("scope", "row");
            }
            let within = match &self.choosing {
                Some(choosing) if is_head => {
                    let swatch = el("span").class("swatch");
                    let name = el("span");
                    let within = (name.node().clone(), name.blank());
                    // A click on it is one on its row.
                    let mut choose =
                        el("button").set("type", "button").class("row-name").title(choosing.meaning);
                    if !row.colour.is_empty() {
                        choose = choose.child(swatch);
                    }
                    cell = cell.child(choose.child(name));
                    within
                }
                _ => (cell.node().clone(), cell.blank()),
            };
            cells.push(within);
            element = element.child(cell);
        }
        if self.choosing.is_some() {
            // The rows are the table's own: what they hear must not keep it.
            let [clicked, entered, left] = [(); 3].map(|()| Rc::downgrade(self));
            let with = |this: &Weak<Self>, act: &dyn Fn(&Self)| {
                if let Some(this) = this.upgrade() {
                    act(&this);
                }
            };
            element = element
                .class("can")
                .click(move || with(&clicked, &|this| this.choose(line)))
                .on("pointerenter", move |_: web_sys::Event| with(&entered, &|this| this.point(Some(line))))
                .on("pointerleave", move |_: web_sys::Event| with(&left, &|this| this.point(None)));
        }
        ShownRow { place: 0, row: Row::default(), element, cells }
    }

    fn rewrite(&self, line: &mut ShownRow, place: usize, row: Row) {
        let node = line.element.node();
        line.place = place;
        if line.row.key != row.key {
            let _ = node.set_attribute("data-key", &row.key);
        }
        if line.row.colour != row.colour
            && let Ok(Some(swatch)) = node.query_selector(".swatch")
        {
            let colour = format!("var({})", row.colour);
            let _ = swatch.unchecked_ref::<HtmlElement>().style().set_property("background-color", &colour);
        }
        if !row.meaning.is_empty() {
            let _ = node.set_attribute("title", row.meaning);
        }
        if line.row.line != row.line {
            let style = node.unchecked_ref::<HtmlElement>().style();
            let _ = match row.line {
                Some(share) => style.set_property("--line-at", &percent(share)),
                None => style.remove_property("--line-at").map(|_| ()),
            };
            let _ = node.class_list().toggle_with_force("crossed", row.line.is_some());
        }
        for (i, (cell, column)) in row.cells.iter().zip(&self.columns).enumerate() {
            if line.row.cells.get(i) == Some(cell) {
                continue;
            }
            let Some((node, text)) = line.cells.get(i) else { continue };
            match cell {
                Cell::Words(words) => {
                    text.set_data(words);
                    let _ = node.remove_attribute("data-value");
                }
                Cell::Moving(number, words) => {
                    text.set_data(words);
                    let _ = node.set_attribute("data-value", &number.to_string());
                    // Unless another row has taken the line.
                    let before =
                        line.row.cells.get(i).and_then(Cell::number).filter(|_| line.row.key == row.key);
                    let way = match before {
                        Some(before) if *number > before => "up",
                        Some(before) if *number < before => "down",
                        _ => continue,
                    };
                    let _ = node.set_attribute("data-went", way);
                }
                Cell::Marked(class, words) => {
                    text.set_data(words);
                    node.set_class_name(class);
                }
                Cell::Strip(bits, words) => strip(node, bits, words),
                Cell::Spark(points, words) => spark(node, points, words),
                Cell::Number(number) if number.is_nan() => {
                    text.set_data("–");
                    let _ = node.remove_attribute("data-value");
                }
                Cell::Number(number) => {
                    let (Kind::Number(write) | Kind::Signed(write)) = column.kind else { continue };
                    text.set_data(&write(*number));
                    // With every digit it has.
                    let _ = node.set_attribute("data-value", &number.to_string());
                }
            }
            if let (Kind::Signed(_), Cell::Number(number)) = (column.kind, cell) {
                // What reads as nothing has no sign.
                let text = text.data();
                let is_nothing = text.contains('0') && !text.contains(|c| matches!(c, '1'..='9'));
                let sign = match *number {
                    number if number > 0.0 && !is_nothing => "num up",
                    number if number < 0.0 && !is_nothing => "num down",
                    _ => "num",
                };
                node.set_class_name(sign);
            }
        }
        line.row = row;
    }

    /// Follows which row is chosen and which is pointed at.
    pub(super) fn mark(&self) {
        if let Some(choosing) = &self.choosing {
            // Read here, so that the effect hears of both.
            (choosing.chosen)();
            (choosing.pointed)();
        }
        self.mark_lines();
    }

    fn mark_lines(&self) {
        let Some(choosing) = &self.choosing else { return };
        let (chosen, pointed) = untrack(|| ((choosing.chosen)(), (choosing.pointed)()));
        for line in self.rows.borrow().iter() {
            let classes = line.element.node().class_list();
            let _ = classes.toggle_with_force("chosen", chosen == Some(line.place));
            let _ = classes.toggle_with_force("pointed", pointed == Some(line.place));
        }
    }

    fn place(&self, line: usize) -> Option<usize> {
        self.rows.borrow().get(line).map(|line| line.place)
    }

    fn choose(&self, line: usize) {
        if let (Some(choosing), Some(place)) = (&self.choosing, self.place(line)) {
            (choosing.choose)(place);
        }
    }

    fn point(&self, line: Option<usize>) {
        if let Some(choosing) = &self.choosing {
            (choosing.point)(line.and_then(|line| self.place(line)));
        }
    }

    /// Walks from row to row, and chooses the one that has the focus.
    pub(super) fn key(&self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let within = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let row = within.as_ref().and_then(|within| within.closest("tr").ok().flatten());
        let rows = self.rows.borrow();
        let here = rows.iter().position(|line| row.as_ref() == Some(line.element.node()));
        let next = match event.key().as_str() {
            "j" | "ArrowDown" => here.map_or(0, |here| here + 1),
            "k" | "ArrowUp" => here.map_or(0, |here| here.saturating_sub(1)),
            "Enter" if within == row => {
                drop(rows);
                if let Some(here) = here {
                    self.choose(here);
                }
                return;
            }
            _ => return,
        };
        if let Some(line) = rows.get(next.min(rows.len().saturating_sub(1))) {
            let _ = line.element.node_as::<HtmlElement>().focus();
        }
        // Elsewhere on the page these keys step through artists or contracts, and arrows scroll.
        event.prevent_default();
        event.stop_propagation();
    }

    /// Returns what is shown, with every digit it has.
    pub(super) fn csv(&self) -> Vec<Vec<String>> {
        let mut rows = vec![self.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()];
        for line in self.rows.borrow().iter() {
            let cell = |cell: &Cell| match cell.number() {
                Some(number) if number.is_nan() => String::new(),
                Some(number) => number.to_string(),
                None => cell.words().unwrap_or_default().to_owned(),
            };
            rows.push(line.row.cells.iter().map(cell).collect());
        }
        rows
    }
}

/// Ends the flash of a cell, so that the next change shows.
pub(super) fn settle(event: &web_sys::Event) {
    if let Some(cell) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
        let _ = cell.remove_attribute("data-went");
    }
}
