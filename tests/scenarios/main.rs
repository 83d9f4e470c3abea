//! Worlds as their readers see them: the same for the same seed, physically right, and fully labelled.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod arrows;
mod batches;
mod docs;
mod eval;
mod fleet;
mod judged;
mod kept;
mod names;
mod physics;
mod prelude;
mod recorded;
mod truth;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use weir_tests::labels::Labels;
use weir_tests::scenario::run::generate;
use weir_tests::scenario::world::{Kind, World};

/// One row by column name.
type Row = BTreeMap<String, String>;

/// A world made small enough for a test: `entities` instances, hijacks from noon of the first day.
fn small(hijacks: &[Kind], entities: usize) -> World {
    let mut world = World::named("shipped").unwrap();
    (world.days, world.entities, world.first_day) = (1, entities, 0.5);
    world.hijacks = hijacks.to_vec();
    world
}

/// Generates a world and reads back its labels and rows, in file order.
fn made(world: &World) -> (Labels, Vec<Row>) {
    let folder = tempfile::tempdir().unwrap();
    let (labels, _) = generate(world, folder.path()).unwrap();
    let mut rows = Vec::new();
    for (_, bytes) in files(&folder.path().join("flow-logs")) {
        let mut text = String::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap().split(' ').collect();
        for line in lines {
            let values: Vec<&str> = line.split(' ').collect();
            assert_eq!(values.len(), names.len(), "{line}");
            rows.push(names.iter().zip(values).map(|(n, v)| ((*n).to_owned(), v.to_owned())).collect());
        }
    }
    (labels, rows)
}

/// Every file below a folder with its bytes, by relative path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, fs::read(&path).unwrap());
        }
    }
    all
}

fn number(row: &Row, column: &str) -> i64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?} is no number"))
}

/// Payload of a TCP row: bytes without headers, within the options of a handshake.
fn payload(row: &Row) -> i64 {
    let head = match (row["protocol"].as_str(), row["type"].as_str()) {
        ("6", "IPv6") => 72,
        ("6", _) => 52,
        (_, "IPv6") => 48,
        _ => 28,
    };
    number(row, "bytes") - head * number(row, "packets")
}
