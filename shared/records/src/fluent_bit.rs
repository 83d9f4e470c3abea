//! Fluent Bit's `netif` input: bytes of an interface since the last sample, as `eth0.rx.bytes`.
//!
//! # Source
//!
//! <https://docs.fluentbit.io/manual/data-pipeline/inputs/network-io-metrics>

use crate::endpoint::Sink;
use crate::json::{Object, count_of};
use crate::source::Source;
use crate::telemetry::{Counter, Fact, Telemetry, Usage};

/// Whether an object is a sample.
pub(crate) fn is(object: Object<'_>) -> bool {
    interface(object).is_some()
}

fn interface(object: Object<'_>) -> Option<&str> {
    object.members().find_map(|(name, _)| name.strip_suffix(".rx.bytes"))
}

/// Reads a sample.
pub(crate) fn read(sample: Object<'_>, sink: &mut Sink) {
    let Some(interface) = interface(sample) else { return sink.unused() };
    // The name of an interface may have dots, so its members are no path.
    let count = |what: &str| {
        let name = format!("{interface}.{what}");
        sample.members().find(|(have, _)| **have == name).and_then(|(_, value)| count_of(value))
    };
    let time = sink.time(sample.first_time(&["date", "@timestamp"])).map(|time| time.ms);
    let usage = Usage {
        packets_in: count("rx.packets"),
        packets_out: count("tx.packets"),
        ..Usage::of(time, Counter::Delta, count("rx.bytes"), count("tx.bytes"))
    };
    let mut telemetry = Telemetry::of(Source::FluentBit, Fact::Usage(usage));
    telemetry.device.interface_name = Some(interface.to_owned());
    sink.push(telemetry);
}
