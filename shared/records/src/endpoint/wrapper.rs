//! Objects that forwarders and consoles put around the record that they carry.

use crate::json::{Object, object};

/// Members that hold the original line.
const TEXTS: [&str; 12] = [
    "message",
    "MESSAGE",
    "log",
    "msg",
    "SyslogMessage",
    "RawData",
    "event.original",
    "_raw",
    "body",
    "line",
    "@message",
    "Message",
];

/// Members that hold the original object: Elasticsearch and Splunk exports, Docker and Kubernetes logs, Wazuh.
const OBJECTS: [&str; 8] = ["_source", "result", "log", "data", "event", "json", "message", "body"];

const HOSTS: [&str; 9] = [
    "HOST",
    "host.name",
    "host",
    "hostname",
    "Hostname",
    "HostName",
    "Computer",
    "agent.name",
    "beat.hostname",
];

const TIMES: [&str; 8] =
    ["@timestamp", "timestamp", "ISODATE", "EventTime", "TimeGenerated", "time", "date", "_time"];

pub(super) fn texts(wrapper: Object<'_>) -> impl Iterator<Item = &str> {
    TEXTS.into_iter().filter_map(move |name| wrapper.text(name))
}

pub(super) fn objects(wrapper: Object<'_>) -> impl Iterator<Item = Object<'_>> {
    OBJECTS.into_iter().filter_map(move |name| wrapper.get(name).and_then(object))
}

pub(super) fn host(wrapper: Object<'_>) -> Option<&str> {
    wrapper.first(&HOSTS)
}

pub(super) fn time(wrapper: Object<'_>) -> Option<i64> {
    wrapper.first_time(&TIMES).map(|moment| moment.ms)
}
