//! Weir with one thing off: a kernel, a condition, or something that it knows.
//!
//! Everything here is what settings allow, or what a runner may leave out; the conditions that no setting reaches are
//! taken out of the source by `tests/ablation.py`.

use weir_detection::settings::{Settings, SettingsErrors};

/// One way to run Weir.
#[derive(Debug, Clone)]
pub struct Variant {
    /// What is off.
    pub name: String,
    /// Settings.
    pub settings: Settings,
    /// Whether it knows the address lists.
    pub lists: bool,
    /// Whether each entity is judged as if it were the only one of its account: no prevalence, no peers.
    pub alone: bool,
}

/// Weir as it is shipped.
pub const SHIPPED: &str = "weir";

/// Settings that take out one thing each.
const OFF: [(&str, &[(&str, &str)]); 21] = [
    ("relay and served relay", &[("an0084/relay/min-bytes", "1000TB")]),
    ("scan", &[("an0084/scan/hosts", "1000000"), ("an0084/scan/ports", "65535")]),
    ("flood", &[("an0084/flood/packets", "1000000000packets/s"), ("an0084/flood/rate", "1000Gbit/s")]),
    ("torrent", &[("an0084/torrent/peers", "100000")]),
    ("upload", &[("an0084/upload/min-bytes", "1000TB")]),
    ("volume", &[("an0084/traffic-egress-threshold/min-bytes", "1000TB")]),
    (
        "volume and dormant",
        &[
            ("an0084/traffic-egress-threshold/min-bytes", "1000TB"),
            ("an0084/traffic-egress-threshold/dormant-min-bytes", "1000TB"),
        ],
    ),
    ("session", &[("an0084/reuse/presence", "1"), ("an0084/reuse/min-duration", "7d")]),
    ("ratios of the relay laws", &[("an0084/relay/tolerance", "1")]),
    ("coupling in time", &[("an0084/relay/correlation", "0")]),
    ("fan-out of origins", &[("an0084/relay/origins", "1")]),
    ("ratios and coupling", &[("an0084/relay/tolerance", "1"), ("an0084/relay/correlation", "0")]),
    (
        "ratios, coupling and fan-out",
        &[("an0084/relay/tolerance", "1"), ("an0084/relay/correlation", "0"), ("an0084/relay/origins", "1")],
    ),
    ("persistence of relays", &[("an0084/relay/hours", "1/1")]),
    ("least bytes of relays", &[("an0084/relay/min-bytes", "0B")]),
    ("share of failures in scans", &[("an0084/scan/fail-ratio", "0")]),
    ("silence of a flood's target", &[("an0084/flood/reply-ratio", "1")]),
    ("length of floods", &[("an0084/flood/windows", "1")]),
    ("length of uploads", &[("an0084/upload/hours", "1")]),
    ("warm-up of baselines", &[("baseline/warm-up", "1h")]),
    ("declared roles", &[("roles/declared", "none")]),
];

/// Weir as it is shipped.
pub fn shipped() -> Variant {
    Variant { name: SHIPPED.to_owned(), settings: Settings::default(), lists: true, alone: false }
}

/// Weir as it is shipped, and with each thing off.
///
/// # Errors
/// A setting that is gone or takes no such value.
pub fn all() -> Result<Vec<Variant>, SettingsErrors> {
    let without = |what: &str| Variant { name: format!("without {what}"), ..shipped() };
    let mut variants = vec![
        shipped(),
        Variant { lists: false, ..without("address lists") },
        Variant { alone: true, ..without("prevalence and peers") },
    ];
    for (what, values) in OFF {
        let settings = Settings::from_values(values.iter().copied())?;
        variants.push(Variant { settings, ..without(what) });
    }
    Ok(variants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_a_name_of_its_own_and_differs_from_what_is_shipped() {
        let variants = all().unwrap();
        let mut names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), variants.len());
        for variant in &variants[1..] {
            let same = variant.settings == Settings::default();
            assert!(!same || !variant.lists || variant.alone, "{} is what is shipped", variant.name);
        }
    }
}
