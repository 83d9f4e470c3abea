//! Docker statistics: the engine's API, `docker stats --format json`, Podman's.
//!
//! # Source
//!
//! <https://docs.docker.com/reference/api/engine/> (`GET /containers/{id}/stats`),
//! <https://docs.docker.com/reference/cli/docker/container/stats/>

use crate::endpoint::Sink;
use crate::json::{Object, object};
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Container, Counter, Fact, Telemetry, Usage};

/// Whether an object is a sample of either.
pub(crate) fn is(sample: Object<'_>) -> bool {
    is_api(sample) || is_line(sample)
}

fn is_api(sample: Object<'_>) -> bool {
    sample.get("read").is_some()
        && ["networks", "network", "cpu_stats", "memory_stats"].iter().any(|name| sample.get(name).is_some())
}

fn is_line(sample: Object<'_>) -> bool {
    (sample.get("NetIO").is_some()
        && ["ID", "Container", "Name"].iter().any(|name| sample.get(name).is_some()))
        || (sample.get("net_io").is_some() && ["id", "name"].iter().any(|name| sample.get(name).is_some()))
}

/// Reads a sample.
pub(crate) fn read(sample: Object<'_>, sink: &mut Sink) {
    let found = if is_api(sample) { api(sample, sink) } else { line(sample, sink) };
    match found {
        Ok(Some(telemetry)) => sink.push(telemetry),
        Ok(None) => sink.unused(),
        Err(reason) => sink.reject(Source::DockerStats, reason),
    }
}

/// `None` for a container without a network of its own: it shares the host's, or has exited.
fn api(sample: Object<'_>, sink: &Sink) -> Result<Option<Telemetry>, Reason> {
    let time = sample.time("read").ok_or(Reason::BadField { field: "read", expected: "an RFC 3339 time" })?;
    // The last sample of a container that exited is of the year 1.
    if time.ms < 0 {
        return Ok(None);
    }
    let mut usage =
        Usage::of(Some(sink.time(Some(time)).unwrap_or(time).ms), Counter::Cumulative, None, None);
    let interfaces = sample
        .object("networks")
        .into_iter()
        .flat_map(Object::members)
        .filter_map(|(_, value)| object(value));
    // Before API 1.21 there was one, without a name.
    for interface in interfaces.chain(sample.object("network")) {
        let add = |sum: &mut Option<u64>, name: &str| {
            if let Some(count) = interface.count(name) {
                *sum = Some(sum.unwrap_or(0).saturating_add(count));
            }
        };
        add(&mut usage.bytes_in, "rx_bytes");
        add(&mut usage.bytes_out, "tx_bytes");
        add(&mut usage.packets_in, "rx_packets");
        add(&mut usage.packets_out, "tx_packets");
    }
    if usage.bytes_in.is_none() && usage.bytes_out.is_none() {
        return Ok(None);
    }
    Ok(Some(of_container(
        usage,
        Container {
            uid: sample.text("id").map(ToOwned::to_owned),
            name: sample.text("name").map(|name| name.trim_start_matches('/').to_owned()),
            ..Container::default()
        },
    )))
}

/// `None` for a container that stands still: `--`.
fn line(sample: Object<'_>, sink: &Sink) -> Result<Option<Telemetry>, Reason> {
    let Some(text) = sample.first(&["NetIO", "net_io"]).filter(|text| !text.contains("--")) else {
        return Ok(None);
    };
    let wrong =
        Reason::BadField { field: "NetIO", expected: "bytes received and sent, such as 2.19MB / 126B" };
    let (into, out) = text.split_once('/').ok_or(wrong)?;
    let (into, out) = (bytes(into).ok_or(wrong)?, bytes(out).ok_or(wrong)?);
    let usage =
        Usage { rounded: true, ..Usage::of(sink.received, Counter::Cumulative, Some(into), Some(out)) };
    Ok(Some(of_container(
        usage,
        Container {
            uid: sample.first(&["ID", "id", "Container"]).map(ToOwned::to_owned),
            name: sample.first(&["Name", "name"]).map(ToOwned::to_owned),
            ..Container::default()
        },
    )))
}

fn of_container(usage: Usage, container: Container) -> Telemetry {
    let mut telemetry = Telemetry::of(Source::DockerStats, Fact::Usage(usage));
    telemetry.container = container.known();
    telemetry
}

/// `2.19MB` in powers of 1000, `1.5GiB` in powers of 1024.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let number: f64 = text.get(..end)?.parse().ok()?;
    let unit = text.get(end..)?.trim();
    let (base, unit) = match unit.strip_suffix("iB") {
        Some(prefix) => (1024.0, prefix),
        None => (1000.0, unit.strip_suffix('B').unwrap_or(unit)),
    };
    let power = match unit {
        "" => 0,
        "k" | "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        "P" => 5,
        _ => return None,
    };
    let bytes = number * f64::powi(base, power);
    (0.0..1.8e19).contains(&bytes).then_some(bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_or_binary_by_their_unit() {
        for (text, expected) in [
            ("126B", Some(126)),
            ("2.19MB ", Some(2_190_000)),
            ("1.5kB", Some(1_500)),
            ("1GiB", Some(1 << 30)),
            ("0B", Some(0)),
            ("", None),
            ("1XB", None),
            ("1e99PB", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
