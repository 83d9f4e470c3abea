//! OCSF network activity (4001) and process activity (1007): Security Lake's, other producers', and Weir's own.
//!
//! # Source
//!
//! <https://schema.ocsf.io/1.8.0/>; VPC flow logs in Security Lake,
//! <https://docs.aws.amazon.com/security-lake/latest/userguide/vpc-flow-logs.html>

use crate::endpoint::Sink;
use crate::flow::Action;
use crate::json::Object;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{
    Container, Conversation, Counter, Device, End, Fact, Half, How, Launch, Process, Signature, Telemetry,
    Usage, Way,
};

/// Whether an object is an event.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.get("class_uid").is_some() && object.object("metadata").is_some()
}

/// Reads an event.
pub(crate) fn read(event: Object<'_>, sink: &mut Sink) {
    let fact = match event.count("class_uid") {
        Some(4001) => network(event, sink),
        Some(1007) => launch(event, sink).map(Some),
        _ => Ok(None),
    };
    match fact {
        Ok(Some(fact)) => sink.push(telemetry(event, fact)),
        Ok(None) => sink.unused(),
        Err(reason) => sink.reject(Source::Ocsf, reason),
    }
}

fn telemetry(event: Object<'_>, fact: Fact) -> Telemetry {
    let text = |paths: &[&str]| event.first(paths).map(ToOwned::to_owned);
    // The monitored end of a flow log in Security Lake is the one that has an interface.
    let device = Device {
        hostname: text(&["device.hostname", "device.name"]),
        ip: event.address("device.ip"),
        instance_uid: text(&[
            "device.instance_uid",
            "src_endpoint.instance_uid",
            "dst_endpoint.instance_uid",
        ]),
        interface_uid: text(&[
            "device.interface_uid",
            "src_endpoint.interface_uid",
            "dst_endpoint.interface_uid",
        ]),
        interface_name: text(&["device.interface_name"]),
    };
    let mut telemetry = Telemetry::of(Source::Ocsf, fact);
    telemetry.uid = text(&["metadata.uid", "metadata.event_code"]);
    telemetry.zone_unknown = event.text("unmapped.time_zone") == Some("unknown");
    telemetry.device = device;
    telemetry.container = Container {
        uid: text(&["container.uid", "process.container.uid"]),
        name: text(&["container.name", "process.container.name"]),
        image: text(&["container.image.name", "process.container.image.name"]),
        namespace: text(&["container.pod_namespace"]),
    }
    .known();
    telemetry
}

/// `None` for an event without addresses and bytes.
fn network(event: Object<'_>, sink: &Sink) -> Result<Option<Fact>, Reason> {
    let end = |name: &str| End {
        ip: event.address(&format!("{name}.ip")),
        port: event.port(&format!("{name}.port")),
    };
    let (src, dst) = (end("src_endpoint"), end("dst_endpoint"));
    let count = |name: &str| event.count(&format!("traffic.{name}"));
    let process = event.object("actor.process").map(process);
    let time = sink.time(event.first_time(&["end_time", "time", "start_time"]));
    if src.ip.is_none() && dst.ip.is_none() {
        let (into, out) = (count("bytes_in"), count("bytes_out"));
        if into.is_none() && out.is_none() {
            return Ok(None);
        }
        let counter = match event.text("unmapped.counter") {
            Some("cumulative") => Counter::Cumulative,
            _ => Counter::Delta,
        };
        return Ok(Some(Fact::Usage(Usage {
            packets_in: count("packets_in"),
            packets_out: count("packets_out"),
            rounded: event.flag("unmapped.rounded") == Some(true),
            of_host: event.text("unmapped.scope") == Some("host"),
            process,
            ..Usage::of(time.map(|time| time.ms), counter, into, out)
        })));
    }
    let time = time.ok_or(Reason::MissingField { field: "time" })?.ms;
    let way = match event.count("connection_info.direction_id") {
        Some(1) => Way::Inbound,
        Some(2) => Way::Outbound,
        Some(3) => Way::Lateral,
        Some(_) => Way::Unknown,
        None => Conversation::way_of(src.ip, dst.ip),
    };
    let into = Half { bytes: count("bytes_in"), packets: count("packets_in") };
    let out = Half { bytes: count("bytes_out"), packets: count("packets_out") };
    let whole = Half { bytes: count("bytes"), packets: count("packets") };
    let (sent, received) = if into == Half::default() && out == Half::default() {
        let half = |name: &str| event.count(&format!("unmapped.{name}"));
        match (half("src_bytes"), half("dst_bytes")) {
            // A flow log tells one direction a record: what the source sent.
            (None, None) => (whole, Half::default()),
            (src, dst) => (Half { bytes: src, packets: None }, Half { bytes: dst, packets: None }),
        }
    } else if way == Way::Inbound {
        (into, out)
    } else {
        (out, into)
    };
    Ok(Some(Fact::Conversation(Conversation {
        start: event.time("start_time").map_or(time, |start| start.ms),
        end: time,
        src,
        dst,
        protocol: event.count("connection_info.protocol_num").and_then(|number| number.try_into().ok()),
        sent,
        received,
        way,
        tcp_flags: event.count("connection_info.tcp_flags").map(|flags| (flags & 0xff) as u8),
        action: match event.count("action_id").or_else(|| event.count("disposition_id")) {
            Some(1) => Some(Action::Accept),
            Some(2) => Some(Action::Reject),
            _ => None,
        },
        running: event.text("unmapped.counter") == Some("running"),
        process,
    })))
}

fn launch(event: Object<'_>, sink: &Sink) -> Result<Fact, Reason> {
    let time = sink.time(event.time("time")).ok_or(Reason::MissingField { field: "time" })?.ms;
    let process = process(event.object("process").ok_or(Reason::MissingField { field: "process" })?);
    let how = match (event.count("activity_id"), event.text("activity_name")) {
        (Some(1) | None, _) => How::Started,
        (_, Some("Service Installed")) => How::Service,
        (_, Some("Task Scheduled")) => How::Task,
        _ => How::Running,
    };
    Ok(Fact::Launch(Launch { time, how, process }))
}

fn process(object: Object<'_>) -> Process {
    let text = |path: &str| object.text(path).map(ToOwned::to_owned);
    let signature = Signature {
        valid: object.count("file.signature.state_id").map(|state| state == 1),
        signer: text("file.signature.certificate.subject"),
        team: text("file.signature.developer_uid"),
        platform: object.flag("file.signature.is_platform") == Some(true),
    };
    let sha256 = object.objects("file.hashes").find(|hash| hash.count("algorithm_id") == Some(3));
    let named = Process::at(object.text("file.path"));
    Process {
        pid: object.count("pid"),
        uid: text("uid"),
        name: text("name").or(named.name),
        path: named.path,
        cmd_line: text("cmd_line"),
        user: text("user.name"),
        original_name: text("file.internal_name"),
        company: text("file.company_name"),
        sha256: sha256.and_then(|hash| hash.text("value")).map(ToOwned::to_owned),
        signature: (signature != Signature::default()).then_some(signature),
        env: object
            .objects("environment_variables")
            .filter_map(|variable| variable.text("name").map(ToOwned::to_owned))
            .collect(),
        parent: object.object("parent_process").map(|parent| {
            let named = Process::at(parent.text("file.path"));
            Box::new(Process {
                pid: parent.count("pid"),
                uid: parent.text("uid").map(ToOwned::to_owned),
                name: parent.text("name").map(ToOwned::to_owned).or(named.name),
                path: named.path,
                cmd_line: parent.text("cmd_line").map(ToOwned::to_owned),
                user: parent.text("user.name").map(ToOwned::to_owned),
                ..Process::default()
            })
        }),
        args: Vec::new(),
    }
}
