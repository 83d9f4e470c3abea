//! Telegraf's JSON: the inputs `net` and `docker` (`docker_container_net`), one metric or a batch.
//!
//! # Source
//!
//! <https://docs.influxdata.com/telegraf/v1/data_formats/output/json/>

use crate::endpoint::Sink;
use crate::json::Object;
use crate::source::Source;
use crate::telemetry::{Container, Counter, Fact, Telemetry, Usage};

/// Whether an object is a metric or a batch of them.
pub(crate) fn is(object: Object<'_>) -> bool {
    is_metric(object) || object.objects("metrics").next().is_some_and(is_metric)
}

fn is_metric(object: Object<'_>) -> bool {
    object.object("fields").is_some() && object.object("tags").is_some() && object.has(&["name", "timestamp"])
}

/// Reads each metric.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    if is_metric(object) {
        return metric(object, sink);
    }
    object.objects("metrics").for_each(|object| metric(object, sink));
}

fn metric(metric: Object<'_>, sink: &mut Sink) {
    let names = match metric.text("name") {
        Some("net") => ["bytes_recv", "bytes_sent", "packets_recv", "packets_sent"],
        Some("docker_container_net") => ["rx_bytes", "tx_bytes", "rx_packets", "tx_packets"],
        _ => return sink.unused(),
    };
    let [into, out, packets_in, packets_out] = names.map(|name| metric.count(&format!("fields.{name}")));
    let tag = |name: &str| metric.text(&format!("tags.{name}")).map(ToOwned::to_owned);
    // Each interface has a row of its own, and both have one that adds them up.
    let interface = tag("interface").or_else(|| tag("network"));
    if (into.is_none() && out.is_none()) || matches!(interface.as_deref(), Some("all" | "total")) {
        return sink.unused();
    }
    let time = sink.time(metric.time("timestamp")).map(|time| time.ms);
    let usage = Usage { packets_in, packets_out, ..Usage::of(time, Counter::Cumulative, into, out) };
    let mut telemetry = Telemetry::of(Source::Telegraf, Fact::Usage(usage));
    telemetry.device.hostname = tag("host");
    telemetry.device.interface_name = interface;
    telemetry.container = Container {
        uid: metric.text("fields.container_id").map(ToOwned::to_owned),
        name: tag("container_name"),
        image: tag("container_image").map(|image| match tag("container_version") {
            Some(version) => format!("{image}:{version}"),
            None => image,
        }),
        namespace: None,
    }
    .known()
    .filter(|_| metric.text("name") != Some("net"));
    sink.push(telemetry);
}
