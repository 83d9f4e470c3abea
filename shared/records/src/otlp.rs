//! OTLP logs as JSON: the bodies of log records, to be read as what they are.
//!
//! # Source
//!
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>

use serde_json_borrow::ObjectAsVec;

use crate::json::{Object, Value, object};
use crate::telemetry::Container;

/// Values inside values that are opened.
const DEEPEST: u8 = 16;

/// Whether an object is an export of logs.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.get("resourceLogs").is_some()
}

/// What is done with a body: its time, its host, its container.
type Each<'e> = &'e mut dyn FnMut(&Value<'_>, Option<i64>, Option<&str>, Option<&Container>);

/// Hands out every body.
pub(crate) fn each(export: Object<'_>, take: Each<'_>) {
    for resource in export.objects("resourceLogs") {
        let attribute = |name: &str| attribute(resource.list("resource.attributes"), name);
        let container = Container {
            uid: attribute("container.id").or_else(|| attribute("k8s.pod.uid")),
            name: attribute("container.name")
                .or_else(|| attribute("k8s.container.name"))
                .or_else(|| attribute("k8s.pod.name")),
            image: attribute("container.image.name"),
            namespace: attribute("k8s.namespace.name"),
        }
        .known();
        let host = attribute("host.name").or_else(|| attribute("k8s.node.name"));
        for scope in resource.objects("scopeLogs") {
            for record in scope.objects("logRecords") {
                let time = record.first_time(&["timeUnixNano", "observedTimeUnixNano"]).map(|time| time.ms);
                let time = time.filter(|time| *time > 0);
                let body = record.object("body").map_or(Value::Null, |body| plain(body, 0));
                take(&body, time, host.as_deref(), container.as_ref());
            }
        }
    }
}

fn attribute(list: &[Value<'_>], name: &str) -> Option<String> {
    let mut attributes = list.iter().filter_map(object);
    let attribute = attributes.find(|attribute| attribute.text("key") == Some(name))?;
    attribute.object("value")?.word("stringValue").map(std::borrow::Cow::into_owned)
}

/// A value as plain JSON has it.
fn plain<'v>(value: Object<'v>, depth: u8) -> Value<'v> {
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(text) = value.get("stringValue").and_then(Value::as_str) {
        return Value::from(text);
    }
    if let Some(members) = value.object("kvlistValue") {
        let pairs = members
            .objects("values")
            .filter_map(|pair| Some((pair.get("key")?.as_str()?, plain(pair.object("value")?, depth + 1))));
        return Value::Object(pairs.collect::<ObjectAsVec<'v>>());
    }
    if let Some(list) = value.object("arrayValue") {
        return Value::Array(list.objects("values").map(|inner| plain(inner, depth + 1)).collect());
    }
    // Integers are text in OTLP.
    if let Some(count) = value.count("intValue") {
        return Value::from(count);
    }
    if let Some(number) = value.float("doubleValue") {
        return Value::from(number);
    }
    value.flag("boolValue").map_or(Value::Null, Value::from)
}
