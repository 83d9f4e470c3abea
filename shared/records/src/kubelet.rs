//! kubelet's summary: network counters of the node and of its pods.
//!
//! A pod on the host's network shows the node's own counters: it is marked, so that nobody adds it to them.
//!
//! # Source
//!
//! `k8s.io/kubelet/pkg/apis/stats/v1alpha1`, `GET /stats/summary`

use crate::endpoint::Sink;
use crate::json::Object;
use crate::source::Source;
use crate::telemetry::{Container, Counter, Fact, Telemetry, Usage};

/// Whether an object is a summary.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.get("node.nodeName").is_some() && object.get("pods").is_some()
}

/// Reads the counters of the node and of each pod.
pub(crate) fn read(summary: Object<'_>, sink: &mut Sink) {
    let node = summary.text("node.nodeName");
    let own = summary.object("node.network").map(|network| usage(network, sink));
    if let Some(own) = &own {
        let mut telemetry = Telemetry::of(Source::Kubelet, Fact::Usage(own.clone()));
        telemetry.device.hostname = node.map(ToOwned::to_owned);
        telemetry.device.interface_name = summary.text("node.network.name").map(ToOwned::to_owned);
        sink.push(telemetry);
    }
    for pod in summary.objects("pods") {
        // Windows and some runtimes have no network block.
        let Some(network) = pod.object("network") else {
            sink.unused();
            continue;
        };
        let mut usage = usage(network, sink);
        usage.of_host = own.as_ref().is_some_and(|own| is_same(own, &usage));
        let mut telemetry = Telemetry::of(Source::Kubelet, Fact::Usage(usage));
        telemetry.device.hostname = node.map(ToOwned::to_owned);
        let text = |path: &str| pod.text(path).map(ToOwned::to_owned);
        telemetry.container = Container {
            uid: text("podRef.uid"),
            name: text("podRef.name"),
            namespace: text("podRef.namespace"),
            image: None,
        }
        .known();
        sink.push(telemetry);
    }
    if own.is_none() && summary.list("pods").is_empty() {
        sink.unused();
    }
}

fn usage(network: Object<'_>, sink: &Sink) -> Usage {
    let time = sink.time(network.time("time")).map(|time| time.ms);
    Usage::of(time, Counter::Cumulative, network.count("rxBytes"), network.count("txBytes"))
}

/// Both counters within a hundredth of the node's: they were read some seconds apart.
fn is_same(node: &Usage, pod: &Usage) -> bool {
    let near = |node: Option<u64>, pod: Option<u64>| match (node, pod) {
        (Some(node), Some(pod)) => node > 0 && node.abs_diff(pod) <= node / 100,
        _ => false,
    };
    near(node.bytes_in, pod.bytes_in) && near(node.bytes_out, pod.bytes_out)
}
