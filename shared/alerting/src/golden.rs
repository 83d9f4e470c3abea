//! Two findings as people and machines get them, held against the files under `golden/`.
//!
//! `WEIR_REWRITE_GOLDEN=1 cargo test -p weir-alerting golden` writes the files anew; the difference is then for review.

use std::path::PathBuf;

use crate::sample::{flood, relay};
use crate::table::{Style, render_table};
use crate::{Product, to_ocsf, to_text};

/// A version that does not change with the crate's.
fn product() -> Product {
    Product { version: "0.0.0".to_owned(), ..Product::default() }
}

fn holds(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("WEIR_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(
        expected == found,
        "golden/{name} differs; set WEIR_REWRITE_GOLDEN=1 to write it anew. Found:\n{found}"
    );
}

#[test]
fn the_email_reads_as_reviewed() {
    holds("relay.txt", &to_text(&relay(), &product()));
    holds("flood.txt", &to_text(&flood(), &product()));
}

#[test]
fn the_detection_finding_reads_as_reviewed() {
    for (name, finding) in [("relay.json", relay()), ("flood.json", flood())] {
        let pretty = serde_json::to_string_pretty(&to_ocsf(&finding, &product())).unwrap();
        holds(name, &format!("{pretty}\n"));
    }
}

#[test]
fn the_table_reads_as_reviewed() {
    holds("table.txt", &render_table(&[relay(), flood()], Style::default()));
}
