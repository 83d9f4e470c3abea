//! Findings on a terminal: one block each, then a line each to sum up.

use textwrap::{Options, WordSplitter, wrap};
use weir_detection::finding::{Activity, Finding, Missing, Severity};

use crate::columns::{Column, lay_out};
use crate::facts;
use crate::names;
use crate::plain;
use crate::steps;
use crate::units;

#[cfg(test)]
mod tests;

/// How a table is drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Style {
    /// Columns of the terminal; fewer than 60 count as 60.
    pub width: usize,
    /// Whether the severity is coloured with ANSI escape sequences; it is always written out too.
    pub colour: bool,
}

/// Draws findings in the order given: a block each and a summary, or nothing where there are none.
pub fn render_table(findings: &[Finding], style: Style) -> String {
    let mut sheet = Sheet { text: String::new(), width: style.width.max(60) };
    for finding in findings {
        block(&mut sheet, finding, style.colour);
    }
    if !findings.is_empty() {
        summary(&mut sheet, findings);
    }
    sheet.text
}

impl Default for Style {
    /// 100 columns, no colour.
    fn default() -> Self {
        Self { width: 100, colour: false }
    }
}

fn block(sheet: &mut Sheet, finding: &Finding, colour: bool) {
    let headline = facts::headline(finding);
    let first = format!(
        "{headline}  {}  ({}, confidence {})",
        facts::title(finding),
        finding.kernel.name(),
        finding.confidence.min(100)
    );
    let start = sheet.text.len();
    sheet.wrapped("", "  ", &first);
    if colour {
        paint(&mut sheet.text, start, headline.len(), finding.severity);
    }
    let who = [facts::instance(finding), facts::interfaces(finding), facts::place(finding)];
    let who: Vec<String> = who.into_iter().flatten().collect();
    let who: Vec<String> = facts::host(finding).into_iter().chain(who).collect();
    let who = if who.is_empty() { facts::entity(finding) } else { who.join(", ") };
    sheet.labelled("who", &who);
    for (label, value) in [("network", facts::network(finding)), ("tags", facts::tags(finding))] {
        if let Some(value) = value {
            sheet.labelled(label, &value);
        }
    }
    sheet.list("likely by", &facts::actors(finding));
    if let Some(suppression) = &finding.suppressed {
        sheet.labelled("held back", &plain::line(suppression, 200));
    }
    sheet.labelled("since", &facts::since(finding));
    if finding.activity == Activity::Close {
        sheet.labelled("over", &plain::line(&finding.description, 300));
    } else if !finding.missing.contains(&Missing::Bytes) {
        sheet.labelled("egress", &facts::egress(finding));
        sheet.labelled("usual", &facts::usual(finding));
        sheet.labelled("history", &facts::history(finding));
    }
    if let Some(cost) = facts::cost(finding) {
        sheet.labelled("cost", &cost);
    }
    remotes(sheet, finding);
    sheet.list("why", &facts::lines(&finding.why));
    sheet.list("measured", &facts::evidence(finding));
    let limits: Vec<String> =
        finding.missing.iter().map(|missing| names::limit(*missing).to_owned()).collect();
    sheet.list("missing", &limits);
    todo(sheet, finding);
    sheet.labelled("id", &plain::line(&finding.uid, 200));
    sheet.text.push('\n');
}

fn remotes(sheet: &mut Sheet, finding: &Finding) {
    if finding.remotes.is_empty() {
        return;
    }
    let columns = [
        Column::words("REMOTE"),
        Column::words("ROLE"),
        Column::words("CC"),
        Column::cut_to("OPERATOR", 8),
        Column::words("LIST"),
        Column::figures("OUT"),
        Column::figures("IN"),
    ];
    let rows: Vec<[String; 7]> = finding
        .remotes
        .iter()
        .take(10)
        .map(|remote| {
            [
                facts::endpoint(remote),
                names::role(remote.role).to_owned(),
                facts::country(remote).unwrap_or_default(),
                facts::operator(remote).unwrap_or_default(),
                facts::label(remote).unwrap_or_default(),
                units::bytes(remote.bytes_out),
                units::bytes(remote.bytes_in),
            ]
        })
        .collect();
    // Indented less than the rest: an IPv6 address needs the room.
    for line in lay_out(columns, &rows, sheet.width.saturating_sub(4)) {
        sheet.text.push_str(&format!("    {line}\n"));
    }
}

/// The first three steps; the runbook has the rest. A command stays on one line, so that it can be pasted.
fn todo(sheet: &mut Sheet, finding: &Finding) {
    for (place, step) in steps::steps(finding).into_iter().take(3).enumerate() {
        let label = if place == 0 { "do" } else { "" };
        sheet.wrapped(&format!("  {label:<10}{}. ", place + 1), &" ".repeat(INDENT + 3), &step.text);
        if !step.command.is_empty() {
            sheet.text.push_str(&format!("{:INDENT$}   {}\n", "", steps::one_line(&step.command)));
        }
    }
}

fn summary(sheet: &mut Sheet, findings: &[Finding]) {
    let columns = [
        Column::words("SEVERITY"),
        Column::words("KERNEL"),
        // A resource id has 17 digits; cut, it names nothing.
        Column::cut_to("ENTITY", 22),
        Column::words("SINCE (UTC)"),
        Column::figures("PER 5 MIN"),
        Column::figures("USD/MONTH"),
        Column::cut_to("REGION", 9),
    ];
    let rows: Vec<[String; 7]> = findings
        .iter()
        .map(|finding| {
            [
                facts::state(finding),
                finding.kernel.name().to_owned(),
                facts::entity(finding),
                units::utc(finding.start).trim_end_matches(" UTC").to_owned(),
                units::bytes(finding.baseline.observed),
                units::usd(finding.usd_month).unwrap_or_default(),
                names::given(&finding.subject.region).unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    for line in lay_out(columns, &rows, sheet.width) {
        sheet.text.push_str(&line);
        sheet.text.push('\n');
    }
}

/// Wraps the headline in the colour of its severity.
fn paint(text: &mut String, start: usize, length: usize, severity: Severity) {
    let code = match severity {
        Severity::Info | Severity::Low => "\u{1b}[1m",
        Severity::Medium => "\u{1b}[1;33m",
        Severity::High | Severity::Critical => "\u{1b}[1;31m",
    };
    text.insert_str(start + length, "\u{1b}[0m");
    text.insert_str(start, code);
}

/// Columns of a label with its margin.
const INDENT: usize = 12;

/// Text that grows by labelled, wrapped lines.
struct Sheet {
    text: String,
    width: usize,
}

impl Sheet {
    fn labelled(&mut self, label: &str, value: &str) {
        self.wrapped(&format!("  {label:<10}"), &" ".repeat(INDENT), value);
    }

    /// The label stands at the first item only.
    fn list(&mut self, label: &str, items: &[String]) {
        for (place, item) in items.iter().take(8).enumerate() {
            let label = if place == 0 { label } else { "" };
            self.wrapped(&format!("  {label:<10}- "), &" ".repeat(INDENT + 2), item);
        }
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in wrap(text, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}
