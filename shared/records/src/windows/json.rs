//! Events as JSON, as each forwarder has them.

use std::borrow::Cow;

use super::{Event, positional, xml};
use crate::json::{Object, Value, object, parse};
use crate::moment::Moment;

/// The event that an object is; `None` for any other object.
pub(crate) fn event(whole: Object<'_>) -> Option<Event<'static>> {
    let mut event = shape(whole)?;
    if !event.positional.is_empty() {
        let values = std::mem::take(&mut event.positional);
        if let Some(names) = positional::names(event.id, event.is_sysmon(), values.len()) {
            event.data.extend(names.iter().map(|name| Cow::Borrowed(*name)).zip(values));
        }
    }
    Some(event)
}

fn shape(whole: Object<'_>) -> Option<Event<'static>> {
    if let Some(winlog) = whole.object("winlog") {
        return Some(winlogbeat(whole, winlog));
    }
    if whole.has(&["event_data", "event_id"]) {
        return Some(winlogbeat(whole, whole));
    }
    for path in ["data.win", "win"] {
        if let Some(win) = whole.object(path) {
            return wazuh(win);
        }
    }
    if let Some(nested) = whole.object("Event")
        && nested.object("System").is_some()
    {
        return Some(converted(nested));
    }
    // Fluent Bit with `render_event_as_xml`.
    if let Some(text) = whole.text("System").filter(|text| xml::is(text)) {
        return xml::parse(text);
    }
    let named = ["SourceName", "ProviderName", "Provider", "Channel", "ProviderGuid", "Source"];
    let is_flat = whole.get("EventID").is_some() && named.iter().any(|name| whole.get(name).is_some());
    is_flat.then(|| flat(whole))
}

/// Winlogbeat 6 (members at the top) and later (under `winlog`), and the OpenTelemetry receiver of the same shape.
fn winlogbeat(whole: Object<'_>, log: Object<'_>) -> Event<'static> {
    let mut event = Event {
        provider: word(log, &["provider_name", "source_name", "provider.name"]),
        channel: word(log, &["channel", "log_name"]),
        id: log
            .count("event_id")
            .or_else(|| log.count("event_id.id"))
            .or_else(|| whole.count("event.code"))
            .unwrap_or(0),
        computer: word(log, &["computer_name", "computer"]).or_else(|| word(whole, &["host.name"])),
        time: whole.first_time(&["@timestamp", "system_time"]),
        record: word(log, &["record_id", "record_number"]),
        // Texts that are made on another host than the event's say `ProcessId: 0`.
        ..Event::default()
    };
    values(log.get("event_data"), &mut event);
    event
}

/// Wazuh writes the first letter of each name small.
fn wazuh(win: Object<'_>) -> Option<Event<'static>> {
    let system = win.object("system")?;
    let mut event = Event {
        provider: word(system, &["providerName"]),
        channel: word(system, &["channel"]),
        id: system.count("eventID").unwrap_or(0),
        computer: word(system, &["computer"]),
        time: system.time("systemTime"),
        record: word(system, &["eventRecordID"]),
        ..Event::default()
    };
    for (name, _) in win.object("eventdata").into_iter().flat_map(Object::members) {
        if let Some(value) = win.object("eventdata").and_then(|data| data.word(name)) {
            let mut letters = name.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            event.data.push((Cow::Owned(first.chain(letters).collect()), Cow::Owned(value.into_owned())));
        }
    }
    Some(event)
}

/// XML that the `evtx` tools turned into JSON.
fn converted(nested: Object<'_>) -> Event<'static> {
    let mut event = Event {
        provider: word(nested, &["System.Provider.#attributes.Name", "System.Provider_attributes.Name"]),
        channel: word(nested, &["System.Channel"]),
        id: nested.count("System.EventID").or_else(|| nested.count("System.EventID.#text")).unwrap_or(0),
        computer: word(nested, &["System.Computer"]),
        time: nested.first_time(&[
            "System.TimeCreated.#attributes.SystemTime",
            "System.TimeCreated_attributes.SystemTime",
        ]),
        record: word(nested, &["System.EventRecordID"]),
        ..Event::default()
    };
    values(nested.get("EventData"), &mut event);
    event
}

/// NXLog, Logstash, Azure Monitor, Fluent Bit, fluentd: one flat object, the values beside the rest or under
/// `EventData`.
fn flat(whole: Object<'_>) -> Event<'static> {
    let mut event = Event {
        provider: word(whole, &["SourceName", "ProviderName", "Provider", "Source"]),
        channel: word(whole, &["Channel"]),
        id: whole.count("EventID").unwrap_or(0),
        computer: word(whole, &["Hostname", "Computer", "ComputerName", "host"]),
        // NXLog and Logstash write local time, Logstash with a `Z` that is not true: what says its zone comes first.
        time: time(whole),
        record: word(whole, &["RecordNumber", "EventRecordID", "EventRecordId"]),
        message: word(whole, &["Message", "Description"]),
        ..Event::default()
    };
    match whole.get("EventData").or_else(|| whole.get("StringInserts")) {
        Some(Value::Str(text)) => match parse(text) {
            Some(inner) => values(Some(&inner), &mut event),
            None => data_item(text, &mut event),
        },
        Some(list) => values(Some(list), &mut event),
        None => {}
    }
    // Only what is a value of the event: `ProcessID` beside it is the service's.
    for (name, value) in whole.members() {
        if !matches!(value, Value::Object(_) | Value::Array(_) | Value::Null)
            && let Some(word) = whole.word(name)
        {
            event.data.push((Cow::Owned(name.to_owned()), Cow::Owned(word.into_owned())));
        }
    }
    event
}

fn time(whole: Object<'_>) -> Option<Moment> {
    let times = ["TimeGenerated", "@timestamp", "TimeCreated", "EventTime"];
    let zoned = times.iter().filter_map(|name| whole.time(name)).find(|time| time.zoned);
    zoned.or_else(|| whole.first_time(&times))
}

/// The values of an event: by name, by position, or as pairs of both.
fn values(data: Option<&Value<'_>>, event: &mut Event<'static>) {
    match data {
        Some(value @ Value::Object(_)) => {
            let Some(members) = object(value) else { return };
            for (name, inner) in members.members() {
                match inner {
                    // OpenTelemetry: `data` is a list of one-member objects; evtx: unnamed `Data`.
                    Value::Array(_) => values(Some(inner), event),
                    _ => {
                        if let Some(word) = members.word(name) {
                            event.data.push((Cow::Owned(name.to_owned()), Cow::Owned(word.into_owned())));
                        }
                    }
                }
            }
        }
        Some(Value::Array(list)) => {
            for value in list {
                match value {
                    Value::Str(text) => event.positional.push(Cow::Owned(text.as_ref().to_owned())),
                    Value::Number(number) => {
                        event
                            .positional
                            .push(Cow::Owned(number.as_u64().map_or_else(String::new, |n| n.to_string())));
                    }
                    Value::Bool(flag) => event.positional.push(Cow::Owned(flag.to_string())),
                    Value::Object(_) => values(Some(value), event),
                    _ => event.positional.push(Cow::Borrowed("")),
                }
            }
        }
        _ => {}
    }
}

/// The old `Event` table of Azure Monitor keeps the values as XML.
fn data_item(text: &str, event: &mut Event<'static>) {
    let Some(start) = text.find("<EventData") else { return };
    let end = text.find("</EventData>").unwrap_or(text.len());
    let inner = text.get(start..end).unwrap_or_default();
    if let Some(parsed) =
        xml::parse(&format!("<Event><System><EventID>1</EventID></System>{inner}</EventData></Event>"))
    {
        event.data.extend(parsed.data);
        event.positional.extend(parsed.positional);
    }
}

fn word(object: Object<'_>, names: &[&str]) -> Option<Cow<'static, str>> {
    names.iter().find_map(|name| object.word(name)).map(|word| Cow::Owned(word.into_owned()))
}
