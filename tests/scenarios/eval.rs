//! The measuring itself: a small world before everybody, and what is kept and printed of it.

use std::process::Command;

use weir_tests::eval::ablation;
use weir_tests::eval::measure::{Measured, measure};
use weir_tests::eval::tables::markdown;
use weir_tests::scenario::world::Kind;

use crate::small;

#[test]
fn a_small_world_is_judged_by_everybody_and_what_is_off_misses() {
    let mut world = small(&[Kind::Scan1k, Kind::UdpFlood, Kind::TorUpload], 8);
    world.messy = true;

    let measured = measure(&world, &ablation::all().unwrap(), true).unwrap();

    let missed = |judge: &str| -> Vec<&str> {
        let one = measured.iter().find(|one| one.judge == judge).unwrap();
        one.score.misses.iter().map(|miss| miss.kind.as_str()).collect()
    };
    assert_eq!(missed("weir"), [""; 0]);
    assert_eq!(missed("without scan"), ["scan-1k"]);
    assert_eq!(missed("without flood"), ["udp-flood"]);
    assert_eq!(missed("without address lists"), ["tor-upload"]);
    // Nothing is told in three days of learning.
    assert_eq!(missed("own p90").len(), 3);

    let text = markdown(&measured);
    assert!(text.contains("| weir | 3/3 = 1.000 (0.439 to 1.000) |"), "{text}");
    assert!(text.contains("| scan | 2/3 | 2 |"), "{text}");
    assert!(text.contains("| beacon score | 0/3"), "{text}");
    assert!(text.contains("| *scans and floods* | 2/2 | 2 | 2 |"), "{text}");
    assert_eq!(kept_and_printed(&measured), text);
}

#[test]
fn seeds_and_worlds_that_are_none_are_named() {
    let refused = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_weir-eval")).args(arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };

    let empty = refused(&["run", "--seeds", "5..5"]);
    assert!(empty.contains("expected seeds as 100..105, found \"5..5\""), "{empty}");
    let unknown = refused(&["run", "--seeds", "1..2", "--world", "nowhere"]);
    assert!(unknown.contains("no world is called \"nowhere\""), "{unknown}");
    let missing = refused(&["tables", "/nowhere.jsonl"]);
    assert!(missing.contains("cannot read /nowhere.jsonl"), "{missing}");
}

/// What `weir-eval tables` prints of measurements that were kept.
fn kept_and_printed(measured: &[Measured]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.jsonl");
    let lines: Vec<String> = measured.iter().map(|one| serde_json::to_string(one).unwrap()).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    // A world that is in several files counts once.
    let mut tables = Command::new(env!("CARGO_BIN_EXE_weir-eval"));
    let output = tables.arg("tables").args([&file, &file]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
