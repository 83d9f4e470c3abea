//! Bytes as counters: of a host's interface, a process, a container.

use std::collections::BTreeMap;

use serde_json::json;

use super::Line;
use crate::fleet::act::{Act, What};
use crate::fleet::host::Host;

/// Seconds between two samples.
pub(super) const SAMPLE: i64 = 300;

/// Bytes sent and received in each sample of a day, by whatever name `of` gives to an act.
pub(super) fn moved(
    start: i64,
    acts: &[Act],
    of: impl Fn(&Act) -> Option<String>,
) -> BTreeMap<String, BTreeMap<i64, (u64, u64)>> {
    let mut all: BTreeMap<String, BTreeMap<i64, (u64, u64)>> = BTreeMap::new();
    let last = start + 86_400 - SAMPLE;
    for act in acts {
        let What::Talk(talk) = &act.what else { continue };
        let Some(name) = of(act) else { continue };
        let cells = all.entry(name).or_default();
        let (from, until) = (act.at, act.at + talk.lasts);
        let mut slot = from.div_euclid(SAMPLE) * SAMPLE;
        while slot < until {
            let (begin, end) = (slot.max(from), (slot + SAMPLE).min(until));
            let share = |bytes: u64| (bytes as f64 * (end - begin) as f64 / talk.lasts as f64) as u64;
            // What runs past midnight is counted with the day's last sample.
            let cell = cells.entry(slot.min(last)).or_default();
            *cell = (cell.0 + share(talk.sent), cell.1 + share(talk.received));
            slot += SAMPLE;
        }
    }
    all
}

/// Adds to a counter of the host, and says where it stands.
pub(super) fn count(host: &mut Host, name: &str, moved: (u64, u64)) -> (u64, u64) {
    let stand = host.counters.entry(name.to_owned()).or_insert((4_096, 9_216));
    *stand = (stand.0 + moved.0, stand.1 + moved.1);
    *stand
}

/// collectd's `interface` plugin, one value list a sample.
pub(super) fn interfaces(host: &mut Host, start: i64, acts: &[Act], lines: &mut Vec<Line>) {
    let cells = moved(start, acts, |_| Some("eth0".to_owned())).remove("eth0").unwrap_or_default();
    for n in 0..86_400 / SAMPLE {
        let slot = start + n * SAMPLE;
        let (sent, received) = count(host, "eth0", cells.get(&slot).copied().unwrap_or_default());
        let text =
            json!([{"values": [received, sent], "dstypes": ["derive", "derive"], "dsnames": ["rx", "tx"],
            "time": slot + SAMPLE - 1, "interval": SAMPLE, "host": host.name, "plugin": "interface",
            "plugin_instance": "eth0", "type": "if_octets", "type_instance": ""}])
            .to_string();
        lines.push(Line { at: slot + SAMPLE - 1, file: "collectd.json", text });
    }
}
