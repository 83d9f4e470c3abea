//! The plain text of a finding: the body of the e-mail.
//!
//! Wrapped at 78 columns, without escape sequences. Sections whose facts are not known are left out.

use textwrap::{Options, WordSplitter, wrap};
use weir_detection::finding::Finding;

use crate::ocsf::Product;
use crate::story::{Block, RemoteRow, story};

#[cfg(test)]
mod tests;

/// Columns of a line. What is copied out of the text (a command's part, the runbook's URL, the finding's id) stays whole
/// where it is longer.
pub const WIDTH: usize = 78;

/// Writes the text of one report.
pub fn to_text(finding: &Finding, product: &Product) -> String {
    let mut page = Page::default();
    let mut steps = 0;
    for block in story(finding, product) {
        match block {
            Block::Title(text) | Block::Paragraph(text) => page.paragraph(&text),
            // What is copied out of the end of an e-mail needs no heading.
            Block::Heading(text) if text == "Reference" => page.text.push('\n'),
            Block::Heading(text) => page.heading(&text),
            Block::Fact(label, value) => page.labelled(label, &value),
            Block::Whole(label, value) => page.whole(label, &value),
            Block::Item(text) => page.item(&text),
            Block::Remotes(rows) => rows.iter().for_each(|row| page.item(&remote(row))),
            Block::Step(step) => {
                steps += 1;
                page.hanging(&format!("{steps}. "), &step.text);
                page.command(&step.command);
            }
        }
    }
    page.text
}

fn remote(row: &RemoteRow) -> String {
    let RemoteRow { endpoint, relation, out, into, about } = row;
    let about = if about.is_empty() { String::new() } else { format!("; {about}") };
    // A target that never answered moved nothing.
    let moved = if out == into && out == "0 B" { String::new() } else { format!(": {out} out, {into} in") };
    format!("{endpoint} ({relation}){moved}{about}")
}

/// Text that grows by wrapped blocks.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn heading(&mut self, heading: &str) {
        self.text.push('\n');
        self.paragraph(heading);
        self.text.push_str(&"-".repeat(heading.len().min(WIDTH)));
        self.text.push('\n');
    }

    fn paragraph(&mut self, paragraph: &str) {
        self.block("", "", paragraph);
    }

    fn labelled(&mut self, label: &str, value: &str) {
        self.block(&format!("{label:<11}"), &" ".repeat(11), value);
    }

    /// A value that is copied out of the text, so that it stays on one line whatever its length.
    fn whole(&mut self, label: &str, value: &str) {
        self.text.push_str(&format!("{label:<11}{value}\n"));
    }

    fn item(&mut self, item: &str) {
        self.hanging("- ", item);
    }

    fn hanging(&mut self, mark: &str, text: &str) {
        self.block(mark, &" ".repeat(mark.len()), text);
    }

    fn block(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(rest)
            // Identifiers, addresses and options hold hyphens at which they must not break.
            .word_splitter(WordSplitter::NoHyphenation);
        for line in wrap(text, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// Breaks a command only between its parts, each broken line ended by a backslash.
    fn command(&mut self, parts: &[String]) {
        let mut line = String::from("     ");
        for (place, part) in parts.iter().enumerate() {
            let first = place == 0;
            // Two columns for the space and the backslash.
            if !first && line.len() + 1 + part.len() + 2 > WIDTH {
                self.text.push_str(&line);
                self.text.push_str(" \\\n");
                line = String::from("       ");
            } else if !first {
                line.push(' ');
            }
            line.push_str(part);
        }
        if !parts.is_empty() {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }
}
