//! What is committed under `events/` is what the generator writes today.

use std::io::Read;
use std::path::PathBuf;

use flate2::bufread::MultiGzDecoder;
use weir_tests::scenario::envelopes::envelopes;
use weir_tests::scenario::run::generate;
use weir_tests::scenario::world::{ALL, World};

use crate::{files, small};

fn events(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events").join(folder)
}

#[test]
fn the_envelopes_are_regenerated_to_identical_bytes() {
    let kept = files(&events("lambda"));
    for (name, text) in envelopes().unwrap() {
        assert!(
            kept.get(name).is_some_and(|k| k == text.as_bytes()),
            "{name} differs: run `weir-scenario envelopes`"
        );
    }
}

#[test]
fn the_shipped_scenario_is_regenerated_to_identical_text_and_stays_below_4_mb() {
    let folder = tempfile::tempdir().unwrap();
    generate(&World::named("shipped").unwrap(), folder.path()).unwrap();
    let kept = files(&events("scenario"));
    for (name, bytes) in files(folder.path()) {
        let same = kept.get(&name).is_some_and(|k| plain(k) == plain(&bytes));
        assert!(same, "{name} differs: run `weir-scenario generate --world shipped`");
    }
    let flow_logs = |name: &&String| name.starts_with("flow-logs/");
    assert_eq!(kept.keys().filter(flow_logs).count(), files(folder.path()).keys().filter(flow_logs).count());
    let size: usize = kept.values().map(Vec::len).sum();
    assert!(size < 4_000_000, "the shipped scenario weighs {size} bytes");
}

#[test]
fn a_seed_decides_every_byte_and_another_seed_changes_them() {
    let world = small(&ALL[..3], 12);
    let write = |world: &World| {
        let folder = tempfile::tempdir().unwrap();
        generate(world, folder.path()).unwrap();
        files(folder.path())
    };
    let first = write(&world);
    assert!(first == write(&world));
    let other = write(&World { seed: 77, ..world });
    assert!(first.values().all(|bytes| !other.values().any(|o| o == bytes)));
}

/// What a file holds once inflated: a new deflate library may pack the same text otherwise.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match MultiGzDecoder::new(bytes).read_to_end(&mut text) {
        Ok(_) => text,
        Err(_) => bytes.to_vec(),
    }
}
