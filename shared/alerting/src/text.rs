//! The plain text of a finding: the body of the e-mail.
//!
//! Wrapped at 78 columns, without escape sequences. Sections whose facts are not known are left out.

use textwrap::{Options, WordSplitter, wrap};
use weir_detection::finding::{Finding, Kernel};

use crate::facts;
use crate::guidance::guidance;
use crate::names;
use crate::ocsf::Product;
use crate::plain;
use crate::steps;
use crate::units;

#[cfg(test)]
mod tests;

/// Columns of a line. What is copied out of the text (a command's part, the runbook's URL, the finding's id) stays whole
/// where it is longer.
pub const WIDTH: usize = 78;

/// Writes the text of one report.
pub fn to_text(finding: &Finding, product: &Product) -> String {
    let mut page = Page::default();
    page.paragraph(&format!("[{}] {}", facts::headline(finding), facts::title(finding)));
    what(&mut page, finding);
    who(&mut page, finding);
    how_much(&mut page, finding);
    with_whom(&mut page, finding);
    why(&mut page, finding);
    next_steps(&mut page, finding);
    page.text.push('\n');
    page.whole("Runbook", &plain::line(&product.runbook(finding), 200));
    page.labelled("Technique", "T1496.002 Resource Hijacking: Bandwidth Hijacking");
    page.labelled("Analytic", &plain::line(&finding.analytic, 32));
    page.whole("Finding", &plain::line(&finding.uid, 200));
    page.text
}

fn what(page: &mut Page, finding: &Finding) {
    page.heading("What happened");
    if !finding.description.trim().is_empty() {
        page.paragraph(&plain::line(&finding.description, 1_000));
    }
    page.paragraph(&format!("Seen on {}: {}.", facts::entity(finding), guidance(finding.kernel).behaviour));
}

fn who(page: &mut Page, finding: &Finding) {
    page.heading("Who");
    let known = [
        ("Instance", facts::instance(finding)),
        ("Interface", facts::interfaces(finding)),
        ("Account", facts::place(finding)),
        ("Network", facts::network(finding)),
        ("Tags", facts::tags(finding)),
        ("Since", Some(facts::since(finding))),
        ("Last seen", Some(units::utc(finding.end))),
    ];
    for (label, value) in known {
        if let Some(value) = value {
            page.labelled(label, &value);
        }
    }
}

fn how_much(page: &mut Page, finding: &Finding) {
    if finding.kernel == Kernel::Blinding {
        return;
    }
    page.heading("How much leaves");
    page.labelled("Now", &facts::egress(finding));
    page.labelled("Usual", &facts::usual(finding));
    page.labelled("History", &facts::history(finding));
    if let Some(cost) = facts::cost(finding) {
        page.labelled("Cost", &cost);
    }
}

fn with_whom(page: &mut Page, finding: &Finding) {
    if finding.remotes.is_empty() {
        return;
    }
    page.heading("With whom");
    for remote in finding.remotes.iter().take(10) {
        let about = [facts::country(remote), facts::operator(remote), facts::label(remote)];
        let about: Vec<String> = about.into_iter().flatten().collect();
        page.item(&format!(
            "{} ({}): {} out, {} in{}",
            facts::endpoint(remote),
            names::role(remote.role),
            units::bytes(remote.bytes_out),
            units::bytes(remote.bytes_in),
            if about.is_empty() { String::new() } else { format!("; {}", about.join(", ")) }
        ));
    }
}

fn why(page: &mut Page, finding: &Finding) {
    page.heading(&format!(
        "Why {} (confidence {} of 100)",
        finding.severity.name(),
        finding.confidence.min(100)
    ));
    let limits: Vec<String> =
        finding.missing.iter().map(|missing| names::limit(*missing).to_owned()).collect();
    let groups = [
        ("", facts::lines(&finding.why)),
        ("Measured:", facts::evidence(finding)),
        ("What would have raised it:", facts::lines(&finding.would_raise)),
        ("What limited the judgement:", limits),
    ];
    for (label, items) in groups {
        if items.is_empty() {
            continue;
        }
        if !label.is_empty() {
            page.paragraph(label);
        }
        for item in items.iter().take(8) {
            page.item(item);
        }
    }
}

fn next_steps(page: &mut Page, finding: &Finding) {
    page.heading("What to do");
    for (place, step) in steps::steps(finding).into_iter().enumerate() {
        page.hanging(&format!("{}. ", place + 1), &step.text);
        page.command(&step.command);
    }
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
