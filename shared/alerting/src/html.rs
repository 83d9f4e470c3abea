//! A finding as a piece of HTML: the same story as the e-mail, for a page.
//!
//! Everything that came from a log is text here: it is escaped for HTML, and what could reorder or hide its surroundings
//! is written out (see `plain`). There are no styles, no scripts and no attributes whose value came from a log.

use std::fmt::Write;

use weir_detection::finding::Finding;

use crate::ocsf::Product;
use crate::plain;
use crate::steps::one_line;
use crate::story::{Block, RemoteRow, story};

#[cfg(test)]
mod tests;

/// Writes one report as sections of HTML, headings from `<h3>` on, without the element around them.
#[must_use]
pub fn to_html(finding: &Finding, product: &Product) -> String {
    let mut page = Page::default();
    for block in story(finding, product) {
        page.add(&block);
    }
    page.list("");
    page.section_end();
    page.text
}

/// Text as it may stand between tags and in a quoted attribute: one line, cut at `columns`.
#[must_use]
pub fn escape(text: &str, columns: usize) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in plain::line(text, columns).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A JSON text as it may stand in a `<script>` element: no tag can be opened or closed in it, and no character of it
/// can reorder what is around. Its value is unchanged.
#[must_use]
pub fn script_json(text: &str) -> String {
    // The three can stand inside of JSON strings only.
    plain::json(text).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Longest text shown in one place, in columns.
const LONG: usize = 2_000;

/// HTML that grows by blocks; neighbours of one kind share a list.
#[derive(Default)]
struct Page {
    text: String,
    open: &'static str,
    section: bool,
}

impl Page {
    fn add(&mut self, block: &Block) {
        let list = match block {
            Block::Fact(..) | Block::Whole(..) => "dl",
            Block::Item(_) => "ul",
            Block::Step(_) => "ol",
            Block::Title(_) | Block::Heading(_) | Block::Paragraph(_) | Block::Remotes(_) => "",
        };
        self.list(list);
        match block {
            Block::Title(text) => self.element("h3", text),
            Block::Heading(text) => {
                self.section_end();
                self.text.push_str("<section>");
                self.section = true;
                self.element("h4", text);
            }
            Block::Paragraph(text) => self.element("p", text),
            Block::Fact(label, value) | Block::Whole(label, value) => {
                self.element("dt", label);
                self.element("dd", value);
            }
            Block::Item(text) => self.element("li", text),
            Block::Remotes(rows) => self.remotes(rows),
            Block::Step(step) => {
                self.text.push_str("<li>");
                self.element("p", &step.text);
                if !step.command.is_empty() {
                    let _ = write!(
                        self.text,
                        "<pre><code>{}</code></pre>",
                        escape(&one_line(&step.command), LONG)
                    );
                }
                self.text.push_str("</li>\n");
            }
        }
    }

    fn remotes(&mut self, rows: &[RemoteRow]) {
        self.text.push_str(
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Remotes\"><table><caption>Remotes that show it \
             best, most bytes first</caption><thead><tr><th scope=\"col\">Remote</th><th scope=\"col\">What it is</th>\
             <th scope=\"col\" class=\"figure\">To it</th><th scope=\"col\" class=\"figure\">From it</th>\
             <th scope=\"col\">Where</th></tr></thead><tbody>\n",
        );
        for row in rows {
            let _ = writeln!(
                self.text,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"figure\">{}</td><td class=\"figure\">{}</td><td>{}</td></tr>",
                escape(&row.endpoint, LONG),
                escape(&row.relation, LONG),
                escape(&row.out, LONG),
                escape(&row.into, LONG),
                escape(&row.about, LONG),
            );
        }
        self.text.push_str("</tbody></table></div>\n");
    }

    fn element(&mut self, tag: &str, text: &str) {
        let _ = writeln!(self.text, "<{tag}>{}</{tag}>", escape(text, LONG));
    }

    /// Goes on in a list of this kind, or in none.
    fn list(&mut self, tag: &'static str) {
        if self.open == tag {
            return;
        }
        if !self.open.is_empty() {
            let _ = writeln!(self.text, "</{}>", self.open);
        }
        if !tag.is_empty() {
            let _ = writeln!(self.text, "<{tag}>");
        }
        self.open = tag;
    }

    fn section_end(&mut self) {
        if self.section {
            self.text.push_str("</section>\n");
        }
        self.section = false;
    }
}
