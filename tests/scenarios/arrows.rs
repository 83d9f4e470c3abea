//! The crates' arrows, as ARCHITECTURE.md draws them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Which weir crates each crate may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("weir", &["weir-alerting", "weir-detection", "weir-intel", "weir-records", "weir-state"]),
    ("weir-alerting", &["weir-detection", "weir-intel"]),
    ("weir-aws-host", &["weir-alerting", "weir-detection", "weir-intel", "weir-records", "weir-state"]),
    ("weir-benches", &["weir-detection", "weir-intel", "weir-records", "weir-state"]),
    (
        "weir-cloudtrail",
        &[
            "weir-alerting",
            "weir-aws-host",
            "weir-detection",
            "weir-dynamodb",
            "weir-intel",
            "weir-records",
            "weir-state",
        ],
    ),
    ("weir-detection", &["weir-intel", "weir-records"]),
    ("weir-dynamodb", &["weir-state"]),
    (
        "weir-flow-logs",
        &[
            "weir-alerting",
            "weir-aws-host",
            "weir-detection",
            "weir-dynamodb",
            "weir-intel",
            "weir-records",
            "weir-state",
        ],
    ),
    ("weir-feeds", &["weir-intel", "weir-records"]),
    (
        "weir-ingest",
        &[
            "weir-alerting",
            "weir-aws-host",
            "weir-detection",
            "weir-dynamodb",
            "weir-intel",
            "weir-records",
            "weir-state",
        ],
    ),
    ("weir-fuzz", &["weir-alerting", "weir-detection", "weir-intel", "weir-records", "weir-state"]),
    ("weir-intel", &[]),
    ("weir-intel-refresh", &["weir-aws-host", "weir-feeds", "weir-intel"]),
    ("weir-lambda", &["weir-dynamodb"]),
    ("weir-records", &[]),
    ("weir-state", &["weir-detection", "weir-intel", "weir-records"]),
    ("weir-tests", &["weir-detection", "weir-intel", "weir-records", "weir-state"]),
    (
        "weirctl",
        &[
            "weir-alerting",
            "weir-aws-host",
            "weir-detection",
            "weir-dynamodb",
            "weir-intel",
            "weir-records",
            "weir-state",
        ],
    ),
];

#[test]
fn arrows_point_down_only() {
    let metadata = metadata();
    for package in members(&metadata) {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) =
            ARROWS.iter().find(|(have, _)| *have == name).unwrap_or_else(|| panic!("draw {name}"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            if dependency["kind"].is_null() && other.starts_with("weir") {
                assert!(allowed.contains(&other), "{name} uses {other}");
            }
        }
    }
}

#[test]
fn the_pure_crates_and_weir_reach_no_runtime_and_no_sdk() {
    let metadata = metadata();
    for name in ["weir-records", "weir-intel", "weir-detection", "weir"] {
        for reached in reached(&metadata, name) {
            assert!(!reached.starts_with("aws-") && reached != "tokio", "{name} reaches {reached}");
        }
    }
}

/// Names of all packages that a normal build of `root` compiles.
fn reached(metadata: &Value, root: &str) -> BTreeSet<String> {
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let mut todo: Vec<&str> = names.iter().filter(|(_, name)| **name == root).map(|(id, _)| *id).collect();
    assert_eq!(todo.len(), 1, "one package is called {root}");
    let mut seen = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let normal =
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null());
            if normal {
                todo.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    seen.iter().map(|id| names[id].to_owned()).collect()
}

fn members(metadata: &Value) -> Vec<&Value> {
    let ids: BTreeSet<&str> =
        metadata["workspace_members"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().filter(|package| ids.contains(package["id"].as_str().unwrap())).collect()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
