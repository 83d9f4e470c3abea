//! Well-formed inputs: those under `events/`, and one small log of each source under `seeds/logs`.

use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

/// Bytes of a seed at most: a change of a small one reaches more.
const SIZE: usize = 4 << 10;

/// Bytes of a seed of noise.
const NOISE: usize = 512;

/// A small log of every source.
pub fn sources() -> Vec<Vec<u8>> {
    files(&here().join("seeds/logs"))
}

/// Logs of every source, the host log beside the shipped scenario, and Lambda events.
pub fn logs() -> Vec<Vec<u8>> {
    let mut all = sources();
    all.extend(files(&events().join("host")));
    all.extend(files(&events().join("lambda")));
    all.iter_mut().for_each(|seed| seed.truncate(SIZE));
    all
}

/// Rows of the default format.
pub fn rows() -> Vec<Vec<u8>> {
    sources().into_iter().filter(|log| log.starts_with(b"version account-id")).collect()
}

/// Lambda events, and what is inside one of them.
pub fn events_and_payloads() -> Vec<Vec<u8>> {
    let mut all = files(&events().join("lambda"));
    all.extend(files(&here().join("seeds/payloads")));
    all
}

/// A little of each compression.
pub fn compressed() -> Vec<Vec<u8>> {
    files(&here().join("seeds/compressed"))
}

/// Lists, an inventory and feeds.
pub fn intel() -> Vec<Vec<u8>> {
    let mut all = files(&events().join("scenario/intel"));
    all.iter_mut().for_each(|seed| seed.truncate(SIZE));
    all.extend(files(&here().join("seeds/intel")));
    all
}

/// Settings files and values of each kind.
pub fn settings() -> Vec<Vec<u8>> {
    files(&here().join("seeds/settings"))
}

/// Documents of the entities that the logs speak of.
pub fn documents() -> Vec<Vec<u8>> {
    logs().iter().flat_map(|log| crate::pipeline::documents(log)).collect()
}

/// Bytes without a meaning, the same on every run.
pub fn noise() -> Vec<Vec<u8>> {
    let mut rng = Rng::with_seed(1);
    let mut draw = |bytes: usize| std::iter::repeat_with(|| rng.u8(..)).take(bytes).collect();
    vec![draw(8), draw(64), draw(NOISE), draw(NOISE)]
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let found = fs::read_dir(folder).map(|found| found.flatten().map(|file| file.path()).collect());
    let mut paths: Vec<PathBuf> = found.unwrap_or_default();
    paths.sort();
    paths.into_iter().filter_map(|path| fs::read(path).ok()).collect()
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn events() -> PathBuf {
    here().join("../../events")
}
