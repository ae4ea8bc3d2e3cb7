//! HTML and SVG text in which nothing that was read can become a tag.

use std::fmt::{Display, Write};

use serde::{Deserialize, Serialize};

/// Markup in the making.
///
/// Names of tags and attributes are literals of this program; all other text goes through [`text`](Self::text) or
/// stands as an attribute's value, and both escape it. So there is no place where escaping can be forgotten. What is read
/// back as markup, of a part of a sweep, was made by this program and is trusted as its pages are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Markup(String);

/// Attributes of a tag: names, and values of any kind.
pub(in crate::cli) type Attributes<'a> = &'a [(&'static str, &'a dyn Display)];

impl Markup {
    /// Returns markup that is a piece of this program, as it is.
    pub(in crate::cli) fn literal(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Returns `text`, escaped.
    pub(in crate::cli) fn of(text: impl Display) -> Self {
        let mut markup = Self::default();
        markup.text(text);
        markup
    }

    /// Returns an element with `text` in it.
    pub(in crate::cli) fn element(tag: &'static str, attributes: Attributes<'_>, text: impl Display) -> Self {
        let mut markup = Self::default();
        markup.start(tag, attributes).text(text).end(tag);
        markup
    }

    /// Adds markup.
    pub(in crate::cli) fn add(&mut self, markup: &Self) -> &mut Self {
        self.0.push_str(&markup.0);
        self
    }

    /// Adds text, escaped.
    pub(in crate::cli) fn text(&mut self, text: impl Display) -> &mut Self {
        // Writing to a string can't fail.
        let _ = write!(Escaped(&mut self.0), "{text}");
        self
    }

    /// Opens an element.
    pub(in crate::cli) fn start(&mut self, tag: &'static str, attributes: Attributes<'_>) -> &mut Self {
        self.open(tag, attributes);
        self.0.push('>');
        self
    }

    /// Closes the element that was opened last.
    pub(in crate::cli) fn end(&mut self, tag: &'static str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
        self
    }

    /// Adds an element without content, as SVG has them.
    pub(in crate::cli) fn empty(&mut self, tag: &'static str, attributes: Attributes<'_>) -> &mut Self {
        self.open(tag, attributes);
        self.0.push_str("/>");
        self
    }

    /// Returns the text.
    pub(in crate::cli) fn into_string(self) -> String {
        self.0
    }

    fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
    }
}

/// Writes text so that it reads the same inside an element and inside a quoted attribute.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, from) = rest.split_at(at);
            self.0.push_str(plain);
            self.0.push_str(match from.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#39;",
            });
            // Each of these is one byte long.
            rest = from.get(1..).unwrap_or_default();
        }
        self.0.push_str(rest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_stays_text() {
        let odd = "a&quote_size=2 <script>\"x\" 'y' é";
        let escaped = "a&amp;quote_size=2 &lt;script&gt;&quot;x&quot; &#39;y&#39; é";
        assert_eq!(Markup::of(odd).into_string(), escaped);
        let element = Markup::element("td", &[("title", &odd), ("colspan", &2)], odd);
        assert_eq!(element.into_string(), format!("<td title=\"{escaped}\" colspan=\"2\">{escaped}</td>"));
        let mut inside = Markup::default();
        inside
            .start("g", &[])
            .add(&Markup::of("<"))
            .empty("line", &[("x1", &format_args!("{:.1}", 1.0))])
            .end("g");
        assert_eq!(inside.into_string(), "<g>&lt;<line x1=\"1.0\"/></g>");
    }
}
