//! How far each setting is from changing the finding: the bucket judged again with the setting moved.
//!
//! Nothing knows a kernel's gates here. What the detection says under another value is the answer, whatever it is made
//! of; between the present value and one that changes the outcome the turning point is found by halving.

use anyhow::Result;
use weir_detection::finding::{Finding, Severity};
use weir_detection::settings::{Entry, Settings, registry};

use crate::variation::{Value, of_windows, varied};

/// How far a value is moved either way.
const FAR: f64 = 256.0;

/// What moving one setting does.
pub(super) struct Margin {
    pub(super) path: &'static str,
    pub(super) present: String,
    /// Value and outcome of the first change on the way down and up.
    pub(super) changes: Vec<(String, Outcome)>,
}

/// What becomes of the finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// It is told at this severity.
    Told(Severity),
    /// It is not told.
    Silent,
}

/// The margin of each setting in force that is an amount.
pub(super) fn margins(
    finding: &Finding,
    settings: &Settings,
    mut judge: impl FnMut(&Settings) -> Result<Vec<Finding>>,
) -> Result<Vec<Margin>> {
    let mut outcome = |entry: &Entry, text: &str| -> Result<Option<Outcome>> {
        let Some(with) = varied(settings, entry.path, text) else { return Ok(None) };
        let told = judge(&with)?.into_iter().find(|have| have.uid == finding.uid);
        Ok(Some(told.map_or(Outcome::Silent, |have| Outcome::Told(have.severity))))
    };
    let present = Outcome::Told(finding.severity);
    let mut margins = Vec::new();
    for entry in registry().iter().filter(|it| finding.settings.iter().any(|(path, _)| path == it.path)) {
        let text = entry.render(settings);
        let mut changes = Vec::new();
        if let Some(value) = Value::of(entry, settings) {
            for up in [false, true] {
                changes.extend(turn(&value, up, present, |text| outcome(entry, text))?);
            }
        } else {
            for other in of_windows(&text) {
                match outcome(entry, &other)? {
                    Some(found) if found != present => changes.push((other, found)),
                    _ => {}
                }
            }
            if changes.is_empty() && !text.contains('/') {
                continue;
            }
        }
        margins.push(Margin { path: entry.path, present: text, changes });
    }
    Ok(margins)
}

/// The value nearest to the present one that changes the outcome, on one side of it.
fn turn(
    value: &Value,
    up: bool,
    present: Outcome,
    mut outcome: impl FnMut(&str) -> Result<Option<Outcome>>,
) -> Result<Option<(String, Outcome)>> {
    let at = |factor: f64| value.with(if up { value.number * factor } else { value.number / factor });
    // The farthest value that is allowed.
    let mut far = FAR;
    let mut end = loop {
        match outcome(&at(far).text())? {
            Some(found) => break found,
            None if far > 1.01 => far = far.sqrt(),
            None => return Ok(None),
        }
    };
    if end == present {
        return Ok(None);
    }
    let (mut near, mut best) = (1.0, at(far));
    for _ in 0..24 {
        let middle = at((near * far).sqrt());
        if middle == at(near) || middle == best {
            break;
        }
        match outcome(&middle.text())? {
            Some(found) if found != present => (far, best, end) = ((near * far).sqrt(), middle, found),
            _ => near = (near * far).sqrt(),
        }
    }
    Ok(Some((best.text(), end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turning_point_of_a_threshold_is_found_to_the_whole_number() {
        let settings = Settings::default();
        let entry = registry().iter().find(|entry| entry.path == "an0084/scan/hosts").unwrap();
        let value = Value::of(entry, &settings).unwrap();
        let told = Outcome::Told(Severity::Medium);
        let judge = |text: &str| {
            let hosts = varied(&settings, entry.path, text).map(|with| with.an0084.scan.hosts);
            Ok(hosts.map(|hosts| if hosts <= 53 { told } else { Outcome::Silent }))
        };

        assert_eq!(turn(&value, true, told, judge).unwrap(), Some(("54".to_owned(), Outcome::Silent)));
        assert_eq!(turn(&value, false, told, judge).unwrap(), None);
    }
}
