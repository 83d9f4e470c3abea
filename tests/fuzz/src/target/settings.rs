//! Settings files and single values: what is taken can be said again and means the same.

use weir_detection::settings::{Settings, registry, values_from_toml};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = values_from_toml(text);
    let _ = Settings::from_toml(text);
    for entry in registry() {
        let mut settings = Settings::default();
        if entry.apply(&mut settings, text).is_err() {
            continue;
        }
        let rendered = entry.render(&settings);
        let mut again = Settings::default();
        assert!(
            entry.apply(&mut again, &rendered).is_ok(),
            "{}: {text:?} is said as {rendered:?}",
            entry.path
        );
        assert_eq!(entry.render(&again), rendered, "{}", entry.path);
    }
    for folder in ["suppressions/x", "overrides/x"] {
        let _ = Settings::from_values([(folder, text)]);
    }
}
