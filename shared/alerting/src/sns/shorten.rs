//! What may leave a message that is too large, and in which order.
//!
//! The verdict (id, severity, confidence, kernel, times, who, why) stays; only its texts are cut, and last.

use weir_detection::finding::Finding;

/// Each step takes more than the one before; after the last, every message fits.
pub(super) const STEPS: [fn(&mut Finding); 6] = [series, remotes, facts, tags, words, identifiers];

/// The series is the largest list and the easiest to get elsewhere.
fn series(finding: &mut Finding) {
    finding.series.clear();
}

fn remotes(finding: &mut Finding) {
    finding.remotes.truncate(3);
    for remote in &mut finding.remotes {
        for text in [&mut remote.country, &mut remote.organisation, &mut remote.label].into_iter().flatten() {
            cut(text, 64);
        }
    }
}

fn facts(finding: &mut Finding) {
    finding.contributions.truncate(6);
    for actor in &mut finding.actors {
        cut_all(&mut actor.facts, 3, 200);
    }
    for contribution in &mut finding.contributions {
        cut_all(&mut contribution.facts, 3, 200);
    }
    cut_all(&mut finding.would_raise, 3, 200);
    finding.settings.truncate(20);
    for (path, value) in &mut finding.settings {
        cut(path, 100);
        cut(value, 100);
    }
}

fn tags(finding: &mut Finding) {
    finding.subject.tags.clear();
}

fn words(finding: &mut Finding) {
    cut(&mut finding.title, 200);
    cut(&mut finding.description, 1_000);
    cut_all(&mut finding.why, 6, 300);
    finding.missing.truncate(16);
}

/// Only a hostile or broken log gives names of this length.
fn identifiers(finding: &mut Finding) {
    let subject = &mut finding.subject;
    subject.interfaces.truncate(8);
    subject.addresses.truncate(4);
    let named = [
        &mut subject.account,
        &mut subject.region,
        &mut subject.instance,
        &mut subject.vpc,
        &mut subject.subnet,
    ];
    let texts = named.into_iter().chain([&mut subject.instance_type]).flatten();
    for text in texts.chain(&mut subject.interfaces).chain([&mut finding.uid, &mut finding.analytic]) {
        cut(text, 256);
    }
}

fn cut_all(texts: &mut Vec<String>, most: usize, characters: usize) {
    texts.truncate(most);
    for text in texts {
        cut(text, characters);
    }
}

/// Cuts on a character boundary and marks the cut.
fn cut(text: &mut String, characters: usize) {
    if let Some((end, _)) = text.char_indices().nth(characters) {
        text.truncate(end);
        text.push_str("...");
    }
}
