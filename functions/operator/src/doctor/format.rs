//! The fields that flow logs carry, against those that the deployment is configured for.

use std::collections::BTreeMap;

use super::check::Sheet;

/// What detection does without a field (docs/how-it-decides.md).
const GUESSES: [(&str, &str); 3] = [
    ("tcp-flags", "who dialled and what failed is guessed from ports"),
    ("flow-direction", "direction is guessed from addresses"),
    ("pkt-dstaddr", "hosts behind a NAT are not told apart"),
];

/// Compares what the functions counted in the last hour with `configured`; the default format where that is `None`.
pub(super) fn compare(sums: &BTreeMap<String, u64>, configured: Option<&str>, sheet: &mut Sheet) {
    let count = |name: &str| sums.get(name).copied().unwrap_or_default();
    let flows = count("Flows");
    let mut absent = Vec::new();
    for (field, guess) in GUESSES {
        let without = count(&format!("Without/{field}"));
        let is_configured = configured.is_some_and(|format| names(format).any(|name| name == field));
        // A row may lack any of its values now and then.
        let is_rare = without * 100 < flows;
        match (without, is_configured) {
            (0, _) => {}
            _ if is_rare => {}
            (_, true) => {
                let found = format!("FlowFormat has {field}, and {without} of {flows} flows come without");
                let remedy =
                    "a flow log with other fields is connected: give all of them the fields of FlowFormat";
                sheet.fail("fields", found, remedy);
            }
            (_, false) if without < flows => {
                let found = format!("{without} of {flows} flows come without {field}: {guess} there");
                let remedy =
                    "flow logs of several formats are connected: give all of them the recommended fields";
                sheet.warn("fields", found, remedy);
            }
            (_, false) => absent.push(format!("no {field}: {guess}")),
        }
    }
    if !absent.is_empty() {
        let remedy = "create a flow log with the recommended fields (docs/sources.md)";
        sheet.warn("fields", absent.join("; "), remedy);
    }
}

/// Names of the fields of `${version} ${account-id} …`.
fn names(format: &str) -> impl Iterator<Item = &str> {
    format.split_whitespace().map(|name| name.trim_start_matches("${").trim_end_matches('}'))
}

#[cfg(test)]
mod tests {
    use super::super::check::Level::{Fail, Warn};
    use super::*;

    #[test]
    fn the_fields_seen_are_held_against_those_configured() {
        const BOTH: Option<&str> =
            Some("${version} ${tcp-flags} ${flow-direction} ${pkt-srcaddr} ${pkt-dstaddr}");
        const FLAGS: Option<&str> = Some("version tcp-flags pkt-srcaddr");
        let all = [100, 100, 100];
        for (configured, without, expected) in [
            // The default format as it is, and a custom one that carries what it says.
            (None, all, vec![(Warn, "no tcp-flags: ")]),
            (BOTH, [0, 0, 0], vec![]),
            // Objects name their own fields, and carry more than was said.
            (None, [0, 0, 0], vec![]),
            // A single row of a hundred is no other format; two are.
            (BOTH, [0, 0, 0], vec![]),
            (BOTH, [2, 0, 0], vec![(Fail, "FlowFormat has tcp-flags, and 2 of 200 flows")]),
            (BOTH, [1, 0, 0], vec![]),
            (BOTH, [0, 200, 0], vec![(Fail, "FlowFormat has flow-direction, and 200 of 200")]),
            (FLAGS, [0, 200, 200], vec![(Warn, "no flow-direction: ")]),
            (FLAGS, [0, 100, 0], vec![(Warn, "100 of 200 flows come without flow-direction")]),
        ] {
            let flows = if without == all { 100 } else { 200 };
            let mut sums = BTreeMap::from([("Flows".to_owned(), flows)]);
            sums.extend(
                GUESSES.iter().zip(without).map(|((field, _), count)| (format!("Without/{field}"), count)),
            );
            let mut sheet = Sheet::default();
            compare(&sums, configured, &mut sheet);
            let found: Vec<_> =
                sheet.checks.iter().map(|check| (check.level, check.found.as_str())).collect();
            assert_eq!(found.len(), expected.len(), "{configured:?} {without:?}: {found:?}");
            for ((level, text), (wanted, begins)) in found.iter().zip(&expected) {
                assert!(level == wanted && text.starts_with(begins), "{configured:?} {without:?}: {text}");
            }
        }
    }
}
