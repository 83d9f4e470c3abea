//! Any target under libFuzzer: `WEIR_FUZZ` names it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use weir_fuzz::{TARGETS, Target};

static TARGET: OnceLock<Target> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| (TARGET.get_or_init(named).run)(bytes));

#[expect(clippy::disallowed_methods, reason = "libFuzzer takes the command line for itself")]
fn named() -> Target {
    let name = std::env::var("WEIR_FUZZ").unwrap_or_default();
    let found = TARGETS.into_iter().find(|target| target.name == name);
    found.unwrap_or_else(|| {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        panic!("WEIR_FUZZ should name a target, found {name:?}; there are {}", known.join(", "))
    })
}
