//! collectd's JSON (`write_http`): octets of an interface.
//!
//! # Source
//!
//! <https://github.com/collectd/collectd/wiki/JSON>

use crate::endpoint::Sink;
use crate::json::{Object, Value, count_of};
use crate::source::Source;
use crate::telemetry::{Counter, Fact, Telemetry, Usage};

/// Whether an object is a value list.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["values", "dstypes", "dsnames", "plugin"])
}

/// Reads a value list.
pub(crate) fn read(list: Object<'_>, sink: &mut Sink) {
    let octets = matches!(list.text("type"), Some("if_octets" | "if_rx_octets" | "if_tx_octets"));
    // With `StoreRates` the values are bytes a second of some moment, which add up to nothing.
    let is_rate =
        list.list("values").iter().any(|value| matches!(value, Value::Number(number) if number.is_f64()));
    if !octets || is_rate {
        return sink.unused();
    }
    let names = list.list("dsnames").iter().map(Value::as_str);
    let (mut into, mut out) = (None, None);
    for (name, value) in names.zip(list.list("values")) {
        let value = count_of(value);
        match (name, list.text("type")) {
            (Some("rx"), _) | (_, Some("if_rx_octets")) => into = value,
            (Some("tx"), _) | (_, Some("if_tx_octets")) => out = value,
            _ => {}
        }
    }
    if into.is_none() && out.is_none() {
        return sink.unused();
    }
    let time = sink.time(list.time("time")).map(|time| time.ms);
    let mut telemetry =
        Telemetry::of(Source::Collectd, Fact::Usage(Usage::of(time, Counter::Cumulative, into, out)));
    telemetry.device.hostname = list.text("host").map(ToOwned::to_owned);
    telemetry.device.interface_name =
        list.first(&["plugin_instance", "type_instance"]).map(ToOwned::to_owned);
    sink.push(telemetry);
}
