//! Findings as people and machines get them, held against the files under `golden/`: two made by hand, and one of each
//! kernel as the shipped scenario gave it (`incidents/<kernel>.finding.json`, a [`Finding`] of `weir-detection`).
//!
//! `WEIR_REWRITE_GOLDEN=1 cargo test -p weir-alerting golden` writes the files anew; the difference is then for review.

use std::path::PathBuf;

use weir_detection::finding::{Finding, Kernel};

use crate::asff::HubProduct;
use crate::sample::{ended, flood, grown, relay};
use crate::table::{Style, render_table};
use crate::{Product, to_asff, to_chat, to_html, to_ocsf, to_text};

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
    holds("grown.txt", &to_text(&grown(), &product()));
    holds("ended.txt", &to_text(&ended(), &product()));
    holds("ended.html", &to_html(&ended(), &product()));
}

#[test]
fn the_detection_finding_reads_as_reviewed() {
    for (name, finding) in [("relay.json", relay()), ("flood.json", flood()), ("ended.json", ended())] {
        let pretty = serde_json::to_string_pretty(&to_ocsf(&finding, &product())).unwrap();
        holds(name, &format!("{pretty}\n"));
    }
}

#[test]
fn the_table_reads_as_reviewed() {
    holds("table.txt", &render_table(&[relay(), flood(), ended()], Style::default()));
}

#[test]
fn the_chat_reads_as_reviewed() {
    for (name, finding) in [("relay.chat.json", relay()), ("ended.chat.json", ended())] {
        let value: serde_json::Value = serde_json::from_str(&to_chat(&finding, &product())).unwrap();
        holds(name, &format!("{}\n", serde_json::to_string_pretty(&value).unwrap()));
    }
}

#[test]
fn the_finding_of_security_hub_reads_as_reviewed() {
    let arn = "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default";
    let hub = HubProduct::parse(arn).unwrap();
    for (name, finding) in [("relay.asff.json", relay()), ("ended.asff.json", ended())] {
        let value: serde_json::Value =
            serde_json::from_str(&to_asff(&finding, &product(), &hub).unwrap()).unwrap();
        holds(name, &format!("{}\n", serde_json::to_string_pretty(&value).unwrap()));
    }
}

#[test]
fn an_incident_of_each_kernel_reads_as_reviewed_in_every_form() {
    // The scenario has no resolver's logs, so no incident begins with a name.
    for kernel in Kernel::ALL.into_iter().filter(|kernel| *kernel != Kernel::Name) {
        let name = kernel.name();
        let path = format!("{}/golden/incidents/{name}.finding.json", env!("CARGO_MANIFEST_DIR"));
        let finding: Finding = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(finding.kernel, kernel);

        holds(&format!("incidents/{name}.txt"), &to_text(&finding, &product()));
        holds(&format!("incidents/{name}.html"), &to_html(&finding, &product()));
        let ocsf = to_ocsf(&finding, &product()).to_json().unwrap();
        holds(&format!("incidents/{name}.json"), &format!("{ocsf}\n"));
    }
}
