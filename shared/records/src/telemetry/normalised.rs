//! Telemetry as the normalised record that `weir parse` prints.
//!
//! # Source
//!
//! Attribute names of OCSF 1.8, classes Network Activity (4001) and Process Activity (1007),
//! <https://schema.ocsf.io/1.8.0/>. What OCSF has no place for is under `unmapped`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Container, Conversation, Counter, End, Fact, How, Process, Signature, Telemetry, Usage, Way};
use crate::flow::Action;

impl Serialize for Telemetry {
    /// The attributes of OCSF 1.8; what the log did not carry is left out.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_map(None)?;
        let mut unmapped = Members::default();
        record
            .serialize_entry("class_uid", if matches!(self.fact, Fact::Launch(_)) { &1007 } else { &4001 })?;
        let mut metadata = Members::default();
        metadata.put("log_name", Some(self.source.name()));
        metadata.put("uid", self.uid.as_deref());
        record.serialize_entry("metadata", &metadata.0)?;
        let members = match &self.fact {
            Fact::Conversation(conversation) => of_conversation(conversation, &mut unmapped),
            Fact::Launch(launch) => {
                let mut members = Members::default();
                let (id, name) = match launch.how {
                    How::Started => (1, None),
                    How::Running => (99, Some("Running")),
                    How::Service => (99, Some("Service Installed")),
                    How::Task => (99, Some("Task Scheduled")),
                };
                members.put("activity_id", Some(id));
                members.put("activity_name", name);
                members.put("time", Some(launch.time));
                members.put("process", Some(of_process(&launch.process)));
                members
            }
            Fact::Usage(usage) => of_usage(usage, &mut unmapped),
        };
        for (name, value) in &members.0 {
            record.serialize_entry(name, value)?;
        }
        if self.device != super::Device::default() {
            record.serialize_entry("device", &self.device)?;
        }
        if let Some(container) = &self.container {
            record.serialize_entry("container", &of_container(container))?;
        }
        if self.zone_unknown {
            unmapped.put("time_zone", Some("unknown"));
        }
        if !unmapped.0.is_empty() {
            record.serialize_entry("unmapped", &unmapped.0)?;
        }
        record.end()
    }
}

/// A JSON object that has no absent members.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn object(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }
}

fn of_conversation(conversation: &Conversation, unmapped: &mut Members) -> Members {
    let mut members = Members::default();
    members.put("start_time", Some(conversation.start));
    members.put("end_time", Some(conversation.end));
    members.put("src_endpoint", of_end(&conversation.src));
    members.put("dst_endpoint", of_end(&conversation.dst));
    let mut info = Members::default();
    info.put("protocol_num", conversation.protocol);
    let direction = match conversation.way {
        Way::Unknown => 0,
        Way::Inbound => 1,
        Way::Outbound => 2,
        Way::Lateral => 3,
    };
    info.put("direction_id", Some(direction));
    info.put("tcp_flags", conversation.tcp_flags);
    members.put("connection_info", info.object());
    let mut traffic = Members::default();
    match conversation.out_and_in() {
        Some((out, into)) => {
            traffic.put("bytes_in", into.bytes);
            traffic.put("bytes_out", out.bytes);
            traffic.put("packets_in", into.packets);
            traffic.put("packets_out", out.packets);
        }
        None => {
            let (sent, received) = (conversation.sent, conversation.received);
            traffic.put("bytes", sum(sent.bytes, received.bytes));
            traffic.put("packets", sum(sent.packets, received.packets));
            unmapped.put("src_bytes", sent.bytes);
            unmapped.put("dst_bytes", received.bytes);
        }
    }
    members.put("traffic", traffic.object());
    members.put(
        "action_id",
        conversation.action.map(|action| match action {
            Action::Accept => 1,
            Action::Reject => 2,
        }),
    );
    members.put("actor", of_actor(conversation.process.as_ref()));
    if conversation.running {
        unmapped.put("counter", Some("running"));
    }
    members
}

fn of_usage(usage: &Usage, unmapped: &mut Members) -> Members {
    let mut members = Members::default();
    members.put("time", usage.time);
    let mut traffic = Members::default();
    traffic.put("bytes_in", usage.bytes_in);
    traffic.put("bytes_out", usage.bytes_out);
    traffic.put("packets_in", usage.packets_in);
    traffic.put("packets_out", usage.packets_out);
    members.put("traffic", traffic.object());
    members.put("actor", of_actor(usage.process.as_ref()));
    let counter = match usage.counter {
        Counter::Cumulative => "cumulative",
        Counter::Delta => "delta",
    };
    unmapped.put("counter", Some(counter));
    if usage.rounded {
        unmapped.put("rounded", Some(true));
    }
    if usage.of_host {
        unmapped.put("scope", Some("host"));
    }
    members
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, other) => one.or(other),
    }
}

fn of_end(end: &End) -> Option<Value> {
    let mut members = Members::default();
    members.put("ip", end.ip.map(|ip| ip.to_string()));
    members.put("port", end.port);
    members.object()
}

fn of_actor(process: Option<&Process>) -> Option<Value> {
    process.map(|process| json!({"process": of_process(process)}))
}

fn of_process(process: &Process) -> Value {
    let mut members = Members::default();
    members.put("pid", process.pid);
    members.put("uid", process.uid.as_deref());
    members.put("name", process.name.as_deref());
    let mut file = Members::default();
    file.put("path", process.path.as_deref());
    file.put("internal_name", process.original_name.as_deref());
    file.put("company_name", process.company.as_deref());
    file.put("hashes", process.sha256.as_deref().map(|hash| json!([{"algorithm_id": 3, "value": hash}])));
    file.put("signature", process.signature.as_ref().and_then(of_signature));
    members.put("file", file.object());
    members.put("cmd_line", process.cmd_line.as_deref());
    members.put("user", process.user.as_deref().map(|name| json!({"name": name})));
    if !process.env.is_empty() {
        let names: Vec<Value> = process.env.iter().map(|name| json!({"name": name})).collect();
        members.put("environment_variables", Some(names));
    }
    members.put("parent_process", process.parent.as_deref().map(of_process));
    Value::Object(members.0)
}

fn of_signature(signature: &Signature) -> Option<Value> {
    let mut members = Members::default();
    members.put("state_id", signature.valid.map(|valid| if valid { 1 } else { 0 }));
    members.put("state", if signature.valid == Some(false) { Some("Unsigned") } else { None });
    members.put("developer_uid", signature.team.as_deref());
    members.put("certificate", signature.signer.as_deref().map(|subject| json!({"subject": subject})));
    members.put("is_platform", signature.platform.then_some(true));
    members.object()
}

fn of_container(container: &Container) -> Value {
    let mut members = Members::default();
    members.put("uid", container.uid.as_deref());
    members.put("name", container.name.as_deref());
    members.put("image", container.image.as_deref().map(|name| json!({"name": name})));
    members.put("pod_namespace", container.namespace.as_deref());
    Value::Object(members.0)
}
