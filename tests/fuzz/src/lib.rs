//! Hostile bytes for everything that reads what others wrote.
//!
//! A [`Target`] takes any bytes and panics where Weir breaks a promise: no panic, no output beyond a cap, the fast way
//! says what the plain way says, what was written can be read again. `tests/smoke.rs` runs every target over its seeds
//! and changes of them; `fuzz_targets/any.rs` gives the same targets to libFuzzer.

pub mod change;
mod pipeline;
pub mod seeds;
mod target;

/// One thing that reads bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called on a command line.
    pub name: &'static str,
    /// Reads `bytes`.
    ///
    /// # Panics
    ///
    /// Where a promise is broken.
    pub run: fn(&[u8]),
    /// Well-formed inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "decode", run: target::decode::run, seeds: seeds::compressed },
    Target { name: "document", run: target::document::run, seeds: seeds::documents },
    Target { name: "envelope", run: target::envelope::run, seeds: seeds::events_and_payloads },
    Target { name: "intel", run: target::intel::run, seeds: seeds::intel },
    Target { name: "read", run: target::read::run, seeds: seeds::logs },
    Target { name: "replay", run: target::replay::run, seeds: seeds::logs },
    Target { name: "rows", run: target::rows::run, seeds: seeds::rows },
    Target { name: "settings", run: target::settings::run, seeds: seeds::settings },
    Target { name: "step", run: target::step::run, seeds: seeds::noise },
];
