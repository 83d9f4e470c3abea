//! Prometheus text: the network counters of cAdvisor and of node exporter, one direction a line.
//!
//! # Source
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>,
//! <https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md>

use crate::endpoint::Sink;
use crate::json::given;
use crate::moment::Moment;
use crate::source::Source;
use crate::telemetry::{Container, Counter, Fact, Telemetry, Usage};

/// Reads a line; false for one of another log.
pub(crate) fn line(text: &str, sink: &mut Sink) -> bool {
    let Some((name, labels, rest)) = split(text) else { return false };
    let (of_container, sent) = match name {
        "container_network_receive_bytes_total" => (true, false),
        "container_network_transmit_bytes_total" => (true, true),
        "node_network_receive_bytes_total" => (false, false),
        "node_network_transmit_bytes_total" => (false, true),
        // Other metrics are passed over where they cannot be anything else.
        _ if labels.is_some() => {
            sink.unused();
            return true;
        }
        _ => return false,
    };
    let mut words = rest.split_whitespace();
    let value = words
        .next()
        .and_then(|word| word.parse::<f64>().ok())
        .filter(|value| value.is_finite() && *value >= 0.0);
    let Some(value) = value else {
        let expected = "a counter of bytes";
        sink.reject(Source::Prometheus, crate::Reason::BadField { field: "value", expected });
        return true;
    };
    let time = sink.time(words.next().and_then(Moment::of_text)).map(|time| time.ms);
    let bytes = Some(value as u64);
    let (into, out) = if sent { (None, bytes) } else { (bytes, None) };
    let mut telemetry =
        Telemetry::of(Source::Prometheus, Fact::Usage(Usage::of(time, Counter::Cumulative, into, out)));
    let mut container = Container::default();
    let mut pod = None;
    for (label, value) in Labels(labels.unwrap_or_default()) {
        let Some(value) = given(&value).map(ToOwned::to_owned) else { continue };
        match label {
            "interface" | "device" => telemetry.device.interface_name = Some(value),
            "instance" | "node" => telemetry.device.hostname = Some(value),
            "namespace" | "container_label_io_kubernetes_pod_namespace" => container.namespace = Some(value),
            "pod" | "pod_name" | "container_label_io_kubernetes_pod_name" => pod = Some(value),
            "image" => container.image = Some(value),
            "id" => {
                container.uid = value.rsplit('/').next().map(ToOwned::to_owned).filter(|id| !id.is_empty())
            }
            // The pause container has a pod's network.
            "name" | "container" | "container_name" if value != "POD" => container.name = Some(value),
            _ => {}
        }
    }
    container.name = pod.or(container.name);
    // The root group of cAdvisor is the host.
    telemetry.container = if of_container { container.known() } else { None };
    sink.push(telemetry);
    true
}

/// Name, labels and the rest of a sample.
fn split(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let end =
        text.find(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '_' | ':')))?;
    let (name, rest) = text.split_at(end);
    let starts =
        name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':'));
    if !starts {
        return None;
    }
    match rest.strip_prefix('{') {
        Some(labels) => {
            let (labels, rest) = labels.rsplit_once('}')?;
            Some((name, Some(labels), rest))
        }
        None => rest.starts_with(' ').then_some((name, None, rest)),
    }
}

/// `name="value",…` with backslashes before quotes, backslashes and line ends.
struct Labels<'a>(&'a str);

impl<'a> Iterator for Labels<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = rest.char_indices();
        loop {
            let (at, character) = characters.next()?;
            match character {
                '"' => {
                    self.0 = rest.get(at + 1..).unwrap_or_default();
                    return Some((name.trim_matches([' ', ',']), value));
                }
                '\\' => match characters.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                other => value.push(other),
            }
        }
    }
}
