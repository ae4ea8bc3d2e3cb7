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
        let whole = div("strip").set("role", "img").node().clone();
        let _ = node.append_child(&whole);
        whole
    });
    let _ = whole.set_attribute("aria-label", words);
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
