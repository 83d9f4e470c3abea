//! What a finding tells its reader, in order, whatever it is shown on: the e-mail and the report say the same.
//!
//! Every text is safe to show as a line (see `plain`); markup is the renderer's matter. What is not known is left out.

use weir_detection::finding::{Activity, Finding, Kernel, Missing, Remote};

use crate::facts;
use crate::guidance::guidance;
use crate::names;
use crate::ocsf::Product;
use crate::plain;
use crate::steps::{self, Step};
use crate::units;

/// One piece of the story.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// Severity and title.
    Title(String),
    /// Begins a section.
    Heading(String),
    /// A sentence or several.
    Paragraph(String),
    /// A fact under its name.
    Fact(&'static str, String),
    /// The same, to be copied: it stays whole.
    Whole(&'static str, String),
    /// One of several reasons.
    Item(String),
    /// With whom the entity talks.
    Remotes(Vec<RemoteRow>),
    /// One of the next steps.
    Step(Step),
}

/// A remote in words.
#[derive(Clone, Debug)]
pub(crate) struct RemoteRow {
    /// Address, port and protocol.
    pub endpoint: String,
    /// What it is, who dialled, since when it is known.
    pub relation: String,
    /// Bytes to it.
    pub out: String,
    /// Bytes from it.
    pub into: String,
    /// Country, network and list, as far as known.
    pub about: String,
}

/// The story of one report.
pub(crate) fn story(finding: &Finding, product: &Product) -> Vec<Block> {
    let mut blocks = vec![Block::Title(format!("[{}] {}", facts::headline(finding), facts::title(finding)))];
    what(&mut blocks, finding);
    who(&mut blocks, finding);
    if finding.activity == Activity::Close {
        blocks.push(Block::Heading("What it came to".to_owned()));
        blocks.extend(facts::total(finding).map(|total| Block::Fact("In all", total)));
        blocks.push(Block::Fact("Reports", format!("{}, this one included", finding.count)));
    } else {
        how_much(&mut blocks, finding);
        with_whom(&mut blocks, finding);
        why(&mut blocks, finding);
    }
    blocks.push(Block::Heading("What to do".to_owned()));
    blocks.extend(steps::steps(finding).into_iter().map(Block::Step));
    in_force(&mut blocks, finding);
    blocks.push(Block::Heading("Reference".to_owned()));
    blocks.push(Block::Whole("Runbook", plain::line(&product.runbook(finding), 200)));
    blocks.push(Block::Fact("Technique", "T1496.002 Resource Hijacking: Bandwidth Hijacking".to_owned()));
    blocks.push(Block::Fact("Analytic", plain::line(&finding.analytic, 32)));
    blocks.push(Block::Whole("Finding", plain::line(&finding.uid, 200)));
    blocks
}

/// In a sentence first, then in figures: who is woken reads the sentence.
fn what(blocks: &mut Vec<Block>, finding: &Finding) {
    blocks.push(Block::Heading("What happened".to_owned()));
    let is_over = finding.activity == Activity::Close;
    let seen = if is_over { "What was seen on" } else { "Seen on" };
    let behaviour = guidance(finding.kernel).behaviour;
    let sentence = Block::Paragraph(format!("{seen} {}: {behaviour}.", facts::entity(finding)));
    let measured = plain::line(&finding.description, 1_000);
    let measured = (!measured.is_empty()).then_some(measured);
    if is_over {
        blocks.extend(measured.map(Block::Paragraph));
        blocks.push(sentence);
        return;
    }
    blocks.push(sentence);
    blocks.extend(in_short(finding).map(Block::Paragraph));
    blocks.extend(measured.map(|measured| Block::Paragraph(format!("Measured: {measured}"))));
}

/// Since when, how much and what it costs, where its bytes are counted.
fn in_short(finding: &Finding) -> Option<String> {
    if !is_counted(finding) {
        return None;
    }
    let cost = facts::month(finding).map(|cost| format!("; {cost}")).unwrap_or_default();
    Some(format!("Since {}: {}{cost}.", units::utc(finding.start), facts::rate(finding)))
}

/// Whether the bytes of what is found are known.
fn is_counted(finding: &Finding) -> bool {
    finding.kernel != Kernel::Blinding && !finding.missing.contains(&Missing::Bytes)
}

fn who(blocks: &mut Vec<Block>, finding: &Finding) {
    blocks.push(Block::Heading("Who".to_owned()));
    let known = [
        ("Host", facts::host(finding)),
        ("Instance", facts::instance(finding)),
        ("Interface", facts::interfaces(finding)),
        ("Account", facts::place(finding)),
        ("Network", facts::network(finding)),
        ("Tags", facts::tags(finding)),
        ("Since", Some(facts::since(finding))),
        ("Last seen", Some(units::utc(finding.end))),
    ];
    let known = known.into_iter().filter_map(|(label, value)| Some(Block::Fact(label, value?)));
    blocks.extend(known);
    let actors = facts::actors(finding);
    if !actors.is_empty() {
        blocks.push(Block::Heading("Likely behind it".to_owned()));
        blocks.extend(actors.into_iter().map(Block::Item));
    }
}

fn how_much(blocks: &mut Vec<Block>, finding: &Finding) {
    if !is_counted(finding) {
        return;
    }
    blocks.push(Block::Heading("How much leaves".to_owned()));
    blocks.push(Block::Fact("Now", facts::egress(finding)));
    blocks.push(Block::Fact("Usual", facts::usual(finding)));
    blocks.push(Block::Fact("History", facts::history(finding)));
    blocks.extend(facts::cost(finding).map(|cost| Block::Fact("Cost", cost)));
}

fn with_whom(blocks: &mut Vec<Block>, finding: &Finding) {
    if finding.remotes.is_empty() {
        return;
    }
    blocks.push(Block::Heading("With whom".to_owned()));
    blocks.push(Block::Remotes(finding.remotes.iter().take(10).map(remote).collect()));
}

fn remote(remote: &Remote) -> RemoteRow {
    let about = [facts::country(remote), facts::operator(remote), facts::label(remote)];
    let about: Vec<String> = about.into_iter().flatten().collect();
    RemoteRow {
        endpoint: facts::endpoint(remote),
        relation: facts::relation(remote),
        out: units::bytes(remote.bytes_out),
        into: units::bytes(remote.bytes_in),
        about: about.join(", "),
    }
}

fn why(blocks: &mut Vec<Block>, finding: &Finding) {
    let confidence = finding.confidence.min(100);
    blocks.push(Block::Heading(format!("Why {} (confidence {confidence} of 100)", finding.severity.name())));
    let limits = finding.missing.iter().map(|missing| names::limit(*missing).to_owned()).collect();
    let groups = [
        ("", facts::lines(&finding.why)),
        ("Measured:", facts::evidence(finding)),
        ("What would have raised it:", facts::would_raise(finding)),
        ("What limited the judgement:", limits),
    ];
    for (label, items) in groups {
        if items.is_empty() {
            continue;
        }
        if !label.is_empty() {
            blocks.push(Block::Paragraph(label.to_owned()));
        }
        blocks.extend(items.into_iter().take(8).map(Block::Item));
    }
}

fn in_force(blocks: &mut Vec<Block>, finding: &Finding) {
    let settings = facts::settings(finding);
    if !settings.is_empty() {
        blocks.push(Block::Heading("Settings in force".to_owned()));
        blocks.push(Block::Paragraph(settings.join(", ")));
    }
}
