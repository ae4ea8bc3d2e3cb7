//! Cells that are a small line: how a number went.

use leptos::prelude::document;

const SVG: &str = "http://www.w3.org/2000/svg";
/// The picture's own measures; it is stretched to its cell.
const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 24.0;

/// Draws a line through `points`, of which NaN is a gap, with the words that say the same.
pub(super) fn spark(node: &web_sys::Element, points: &[f64], words: &str) {
    let line = node.last_element_child().and_then(|picture| picture.last_element_child()).or_else(|| {
        let picture = document().create_element_ns(Some(SVG), "svg").ok()?;
        let line = document().create_element_ns(Some(SVG), "path").ok()?;
        for (name, value) in
            [("class", "spark"), ("viewBox", "0 0 100 24"), ("preserveAspectRatio", "none"), ("role", "img")]
        {
            picture.set_attribute(name, value).ok()?;
        }
        picture.append_child(&line).ok()?;
        node.append_child(&picture).ok()?;
        Some(line)
    });
    let Some(line) = line else { return };
    let _ = line.set_attribute("d", &path(points));
    if let Some(picture) = line.parent_element() {
        let _ = picture.set_attribute("aria-label", words);
    }
    let _ = node.set_attribute("title", words);
}

/// Returns the path of a line from the left to the right, the least at the bottom and the greatest at the top.
fn path(points: &[f64]) -> String {
    let known = || points.iter().copied().filter(|point| !point.is_nan());
    let (low, high) = known().fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
    let (step, scale) = (WIDTH / (points.len().max(2) - 1) as f64, (HEIGHT - 2.0) / (high - low).max(1e-9));
    let (mut path, mut pen_is_up) = (String::new(), true);
    for (i, y) in points.iter().enumerate() {
        if y.is_nan() {
            pen_is_up = true;
            continue;
        }
        let tenths = |x: f64| ((10.0 * x).round() / 10.0).to_string();
        path.push(if pen_is_up { 'M' } else { 'L' });
        path.push_str(&tenths(step * i as f64));
        path.push(' ');
        path.push_str(&tenths(HEIGHT - 1.0 - scale * (y - low)));
        pen_is_up = false;
    }
    path
}
