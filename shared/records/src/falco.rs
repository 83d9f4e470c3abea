//! Falco alerts: the process, its container, and the connection where the rule is about one.
//!
//! # Source
//!
//! <https://falco.org/docs/reference/rules/supported-fields/>

use crate::endpoint::{Sink, protocol};
use crate::json::{Object, address_of};
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Container, Conversation, End, Fact, How, Launch, Process, Telemetry, Way};

/// Whether an object is an alert.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.object("output_fields").is_some() && object.has(&["rule", "priority"])
}

/// Reads an alert.
pub(crate) fn read(alert: Object<'_>, sink: &mut Sink) {
    let Some(fields) = alert.object("output_fields") else { return sink.unused() };
    let Some(process) = process(fields) else { return sink.unused() };
    let time = alert.first_time(&["time", "output_fields.evt.time", "output_fields.evt.time.iso8601"]);
    let Some(time) = sink.time(time) else {
        return sink.reject(Source::Falco, Reason::MissingField { field: "time" });
    };
    let fact = match conversation(fields) {
        Some(conversation) => Fact::Conversation(Conversation {
            start: time.ms,
            end: time.ms,
            process: Some(process),
            ..conversation
        }),
        None => {
            let started = matches!(fields.text("evt.type"), Some("execve" | "execveat" | "spawned_process"));
            let how = if started { How::Started } else { How::Running };
            Fact::Launch(Launch { time: time.ms, how, process })
        }
    };
    let mut telemetry = Telemetry::of(Source::Falco, fact);
    telemetry.zone_unknown = !time.zoned;
    telemetry.device.hostname =
        alert.first(&["hostname", "output_fields.evt.hostname"]).map(ToOwned::to_owned);
    let text = |names: &[&str]| fields.first(names).map(ToOwned::to_owned);
    telemetry.container = Container {
        uid: text(&["container.full_id", "container.id"]).filter(|id| id != "host"),
        name: text(&["container.name"]).filter(|name| name != "host"),
        image: text(&["container.image"]).or_else(|| {
            let repository = fields.text("container.image.repository")?;
            Some(match fields.text("container.image.tag") {
                Some(tag) => format!("{repository}:{tag}"),
                None => repository.to_owned(),
            })
        }),
        namespace: text(&["k8s.ns.name"]),
    }
    .known();
    sink.push(telemetry);
}

fn process(fields: Object<'_>) -> Option<Process> {
    let text = |names: &[&str]| fields.first(names).map(ToOwned::to_owned);
    let parent = Process {
        pid: fields.count("proc.ppid"),
        name: text(&["proc.pname"]),
        path: text(&["proc.pexepath"]),
        cmd_line: text(&["proc.pcmdline"]),
        ..Process::default()
    };
    let named = Process::at(fields.first(&["proc.exepath", "proc.exe"]));
    Process {
        pid: fields.count("proc.pid"),
        name: text(&["proc.name"]).or(named.name),
        path: named.path,
        cmd_line: text(&["proc.cmdline"]),
        user: text(&["user.name", "user.loginname"]).or_else(|| fields.word("user.uid").map(Into::into)),
        parent: parent.known().map(Box::new),
        ..Process::default()
    }
    .known()
}

/// The ends that a rule about a connection shows: `fd.name` as `10.0.0.2:51234->1.2.3.4:443`, or `fd.rip` and `fd.lip`.
fn conversation(fields: Object<'_>) -> Option<Conversation> {
    let incoming =
        matches!(fields.text("evt.type"), Some("accept" | "accept4" | "recvfrom" | "recvmsg" | "listen"));
    let (src, dst) = match fields.text("fd.name").and_then(|name| name.split_once("->")) {
        Some((client, server)) => (end(client)?, end(server)?),
        None => {
            let of = |ip: &str, port: &str| End { ip: fields.address(ip), port: fields.port(port) };
            let (client, server) = (of("fd.cip", "fd.cport"), of("fd.sip", "fd.sport"));
            let (local, remote) = (of("fd.lip", "fd.lport"), of("fd.rip", "fd.rport"));
            match (server.ip, remote.ip) {
                (Some(_), _) => (client, server),
                (None, Some(_)) if incoming => (remote, local),
                (None, Some(_)) => (local, remote),
                _ => return None,
            }
        }
    };
    Some(Conversation {
        src,
        dst,
        protocol: fields.text("fd.l4proto").and_then(protocol),
        way: if incoming { Way::Inbound } else { Way::Outbound },
        ..Conversation::default()
    })
}

fn end(text: &str) -> Option<End> {
    let (address, port) = text.rsplit_once(':')?;
    Some(End { ip: Some(address_of(address)?), port: port.parse().ok() })
}
