//! A row of the default format, read straight through, is the row that the table of columns reads.

use weir_records::vpc_flow::{Line, Lines};

const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start \
                       end action log-status";

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut fast = Lines::new(None);
    let mut plain = Lines::new(None);
    // The same columns and one that no row has to have: nothing is read straight through.
    let Line::Header = plain.read(&format!("{DEFAULT} ecs-cluster-name"), None) else {
        panic!("a header that is none");
    };
    for row in text.lines() {
        let row = row.trim_end();
        if row.split(' ').count() != 14 || !row.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        // Rows of a transit gateway are told by this where no format was given, and have other fields.
        if row.split(' ').nth(1) == Some("TransitGateway") {
            continue;
        }
        let slow = words(plain.read(&format!("{row} -"), None));
        assert_eq!(words(fast.read(row, None)), slow, "{row:?}");
    }
}

fn words(line: Line<'_>) -> String {
    match line {
        Line::Flow(flow) => format!("{flow:?}"),
        Line::Loss(loss) => format!("{loss:?}"),
        Line::Reject(reason) => format!("{reason:?}"),
        _ => "no record".to_owned(),
    }
}
