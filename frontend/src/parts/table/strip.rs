//! Cells that are a line of bits, each at its place.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Bit;
use crate::parts::element::{div, el};

/// Returns a share as CSS writes it.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", (1e4 * share).round() / 100.0)
}

/// Draws a strip: its bits are spans, which are moved rather than made anew.
pub(super) fn strip(node: &web_sys::Element, bits: &[Bit], words: &str) {
    let _ = node.set_attribute("title", words);
    let whole = node.last_element_child().unwrap_or_else(|| {
        let whole = div("strip").node().clone();
        let _ = node.append_child(&whole);
        whole
    });
    // A picture of nothing is none.
    for (name, value) in [("role", "img"), ("aria-label", words)] {
        let _ =
            if words.is_empty() { whole.remove_attribute(name) } else { whole.set_attribute(name, value) };
    }
    let mut next = whole.first_element_child();
    for bit in bits {
        let span = next.take().unwrap_or_else(|| {
            let span = el("span").node().clone();
            let _ = whole.append_child(&span);
            span
        });
        span.set_class_name(bit.class);
        let style = span.unchecked_ref::<HtmlElement>().style();
        let _ = style.set_property("left", &percent(bit.from));
        let _ = style.set_property("width", &percent(bit.length));
        next = span.next_element_sibling();
    }
    while let Some(rest) = next {
        next = rest.next_element_sibling();
        rest.remove();
    }
}
