//! Falco's word on programs, osquery's on containers, and counters of their network namespaces.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::json;

use super::{Line, counters, stamp};
use crate::fleet::act::{Act, Pod, What};
use crate::fleet::host::Host;

pub(super) fn write(host: &mut Host, start: i64, acts: &[Act], lines: &mut Vec<Line>) {
    let day = start / 86_400;
    let mut pods: BTreeMap<String, Rc<Pod>> = BTreeMap::new();
    for act in acts {
        if let Some(pod) = &act.program.pod {
            pods.entry(pod.id.clone()).or_insert_with(|| Rc::clone(pod));
        }
        if let What::Start(words) = &act.what {
            lines.push(falco(host, day, act, words));
        }
    }
    for pod in pods.values() {
        let at = start.max(pod.lives.0) + 30;
        lines.push(listed(host, at, pod));
    }
    let mut all = counters::moved(start, acts, |act| act.program.pod.as_ref().map(|pod| pod.id.clone()));
    // Who shares a namespace counts what all in it move.
    let spaces = |pod: &Pod| pod.within.clone().unwrap_or_else(|| pod.id.clone());
    let mut sums: BTreeMap<String, BTreeMap<i64, (u64, u64)>> = BTreeMap::new();
    for pod in pods.values() {
        let sum = sums.entry(spaces(pod)).or_default();
        for (slot, bytes) in all.remove(&pod.id).unwrap_or_default() {
            let cell = sum.entry(slot).or_default();
            *cell = (cell.0 + bytes.0, cell.1 + bytes.1);
        }
    }
    for pod in pods.values() {
        let cells = sums.get(&spaces(pod)).cloned().unwrap_or_default();
        for n in 0..86_400 / counters::SAMPLE {
            let at = start + (n + 1) * counters::SAMPLE - 1;
            if at < pod.lives.0 || at > pod.lives.1 {
                continue;
            }
            let moved = cells.get(&(at + 1 - counters::SAMPLE)).copied().unwrap_or_default();
            let stand = counters::count(host, &pod.id, moved);
            lines.push(if host.index.is_multiple_of(2) {
                stats(host, at, pod, stand)
            } else {
                engine(host, at, pod, stand)
            });
        }
    }
    host.counters.retain(|id, _| pods.contains_key(id));
}

fn falco(host: &mut Host, day: i64, act: &Act, words: &[String]) -> Line {
    let program = &act.program;
    let name = program.path.rsplit('/').next().unwrap_or_default();
    let (id, image, pod) = match &program.pod {
        Some(pod) => (pod.id.get(..12).unwrap_or_default(), pod.image.as_str(), pod.name.as_str()),
        None => ("host", "", "host"),
    };
    let (repository, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
    let text = json!({"hostname": host.name, "output": "Process started", "priority": "Notice", "rule": "Process started",
        "source": "syscall", "tags": [], "time": stamp(act.at, "T") + ".114000000Z",
        "output_fields": {"container.id": id, "container.name": pod, "container.image.repository": repository,
            "container.image.tag": tag, "evt.type": "execve", "evt.time": act.at * 1_000_000_000,
            "proc.exepath": program.path, "proc.name": name, "proc.cmdline": words.join(" "),
            "proc.pid": host.pid(&program.path, day), "proc.pname": program.parent.rsplit('/').next(),
            "user.name": program.user}});
    Line { at: act.at, file: "falco.json", text: text.to_string() }
}

fn listed(host: &Host, at: i64, pod: &Pod) -> Line {
    let text = json!({"name": "pack_weir_containers", "hostIdentifier": host.name, "unixTime": at, "action": "added",
        "columns": {"id": pod.id, "name": format!("/{}", pod.name), "image": pod.image, "command": pod.command,
            "created": pod.lives.0.to_string(), "state": "running", "status": "Up", "pid": "77"}});
    Line { at, file: "osquery-containers.json", text: text.to_string() }
}

fn stats(host: &Host, at: i64, pod: &Pod, (sent, received): (u64, u64)) -> Line {
    let text = json!({"name": "pack_weir_stats", "hostIdentifier": host.name, "unixTime": at, "action": "added",
        "columns": {"id": pod.id, "name": format!("/{}", pod.name), "read": at.to_string(),
            "network_rx_bytes": received.to_string(), "network_tx_bytes": sent.to_string()}});
    Line { at, file: "osquery-stats.json", text: text.to_string() }
}

/// The engine's own answer, as Vector's `exec` source hands it on with the name of the host.
fn engine(host: &Host, at: i64, pod: &Pod, (sent, received): (u64, u64)) -> Line {
    let sample = json!({"read": stamp(at, "T") + ".114000000Z", "id": pod.id, "name": format!("/{}", pod.name),
        "networks": {"eth0": {"rx_bytes": received, "tx_bytes": sent}}, "cpu_stats": {}, "memory_stats": {}});
    let text =
        json!({"host": host.name, "timestamp": stamp(at, "T") + ".201Z", "message": sample.to_string()});
    Line { at, file: "docker-stats.json", text: text.to_string() }
}
