//! Audit events that were joined before they came: Auditbeat and laurel.
//!
//! # Source
//!
//! <https://www.elastic.co/docs/reference/beats/auditbeat/exported-fields-auditd>,
//! <https://github.com/threathunters-io/laurel>

use super::event::connection;
use super::sockaddr;
use crate::endpoint::Sink;
use crate::json::{Object, Value, address_of, given};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Container, Fact, How, Launch, Process, Telemetry};

/// Whether an object is an event.
pub(crate) fn is(object: Object<'_>) -> bool {
    is_laurel(object) || object.get("auditd").is_some() || object.text("event.module") == Some("auditd")
}

fn is_laurel(object: Object<'_>) -> bool {
    object.text("ID").is_some_and(|id| id.contains(':'))
        && ["SYSCALL", "EXECVE", "PROCTITLE", "SOCKADDR", "EOE", "PATH"]
            .iter()
            .any(|name| object.get(name).is_some())
}

/// Reads an event.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    let telemetry = if is_laurel(object) { laurel(object) } else { auditbeat(object, sink) };
    match telemetry {
        Ok(Some(telemetry)) => sink.push(telemetry),
        Ok(None) => sink.unused(),
        Err(reason) => sink.reject(Source::Auditd, reason),
    }
}

fn laurel(event: Object<'_>) -> Result<Option<Telemetry>, Reason> {
    let id = event.text("ID").ok_or(Reason::MissingField { field: "ID" })?;
    let time = id.split_once(':').and_then(|(time, _)| Moment::of_text(time));
    let time = time.ok_or(Reason::BadField { field: "ID", expected: "seconds.millis:serial" })?;
    let call = event.object("SYSCALL");
    let text = |path: &str| call.and_then(|call| call.word(path)).map(std::borrow::Cow::into_owned);
    let executes =
        event.get("EXECVE").is_some() || matches!(text("SYSCALL").as_deref(), Some("execve" | "execveat"));
    let arguments = strings(event.list("EXECVE.ARGV"));
    let title = strings(event.list("PROCTITLE.ARGV"));
    let line = event.text("EXECVE.ARGV_STR").map(ToOwned::to_owned);
    let parent = Process {
        pid: call.and_then(|call| call.count("ppid")),
        cmd_line: joined(strings(event.list("PARENT_INFO.ARGV"))),
        ..Process::at(event.first(&["PARENT_INFO.exe", "SYSCALL.PPID.exe"]))
    };
    let path = text("exe");
    let process = Process {
        pid: call.and_then(|call| call.count("pid")),
        user: text("UID").or_else(|| text("uid")),
        cmd_line: line.or_else(|| if arguments.is_empty() { joined(title) } else { None }),
        parent: parent.known().map(Box::new),
        ..Process::at(path.as_deref())
    };
    let mut process = process.with_args(arguments);
    process.name = text("comm").or(process.name);
    let failed = matches!(text("success").as_deref(), Some("no" | "false"))
        && !matches!(text("exit").as_deref(), Some("-115" | "EINPROGRESS"));
    let remote = event.objects("SOCKADDR").find_map(|end| {
        if let (Some(address), Some(port)) = (end.text("addr").and_then(address_of), end.port("port")) {
            return Some((address, port));
        }
        sockaddr::read(&hex(end.text("saddr")?)?)
    });
    let fact = match remote {
        _ if failed => return Ok(None),
        _ if executes => Fact::Launch(Launch { time: time.ms, how: How::Started, process }),
        Some(remote) if text("SYSCALL").is_none_or(|call| call == "connect") => {
            Fact::Conversation(connection(time.ms, remote, process))
        }
        _ => return Ok(None),
    };
    let mut telemetry = Telemetry::of(Source::Auditd, fact);
    telemetry.uid = Some(id.to_owned());
    telemetry.device.hostname = event.text("NODE").map(ToOwned::to_owned);
    telemetry.container = Container {
        uid: event.first(&["CONTAINER_INFO.ID", "CONTAINER_INFO.id"]).map(ToOwned::to_owned),
        ..Container::default()
    }
    .known();
    Ok(Some(telemetry))
}

fn auditbeat(event: Object<'_>, sink: &Sink) -> Result<Option<Telemetry>, Reason> {
    let call = event.first(&["auditd.data.syscall", "auditd.data.SYSCALL"]);
    let action = event.first(&["event.action", "auditd.summary.action"]);
    let executes =
        matches!(call, Some("execve" | "execveat")) || matches!(action, Some("executed" | "process_started"));
    let connects = call == Some("connect") || matches!(action, Some("connected-to"));
    let failed = matches!(event.first(&["auditd.result", "event.outcome"]), Some("fail" | "failure"))
        && event.word("auditd.data.exit").is_none_or(|exit| !matches!(exit.as_ref(), "EINPROGRESS" | "-115"));
    if failed || !(executes || connects) {
        return Ok(None);
    }
    let time = sink.time(event.time("@timestamp")).ok_or(Reason::MissingField { field: "@timestamp" })?;
    let parent = Process {
        pid: event.count("process.parent.pid").or_else(|| event.count("process.ppid")),
        ..Process::at(event.text("process.parent.executable"))
    };
    let process = Process {
        pid: event.count("process.pid"),
        uid: event.text("process.entity_id").map(ToOwned::to_owned),
        user: event.word("user.name").or_else(|| event.word("user.id")).map(std::borrow::Cow::into_owned),
        cmd_line: event.first(&["process.title", "process.command_line"]).map(ToOwned::to_owned),
        sha256: event.text("process.hash.sha256").map(str::to_ascii_lowercase),
        parent: parent.known().map(Box::new),
        ..Process::at(event.text("process.executable"))
    };
    let mut process = process.with_args(strings(event.list("process.args")));
    process.name = event.text("process.name").map(ToOwned::to_owned).or(process.name);
    let fact = if executes {
        Fact::Launch(Launch { time: time.ms, how: How::Started, process })
    } else {
        let remote = event.address("destination.ip").zip(event.port("destination.port"));
        let Some(remote) = remote else { return Ok(None) };
        Fact::Conversation(connection(time.ms, remote, process))
    };
    let mut telemetry = Telemetry::of(Source::Auditd, fact);
    telemetry.uid = event.word("auditd.sequence").map(std::borrow::Cow::into_owned);
    telemetry.device.hostname =
        event.first(&["host.name", "host.hostname", "agent.hostname"]).map(ToOwned::to_owned);
    telemetry.container = Container {
        uid: event.text("container.id").map(ToOwned::to_owned),
        name: event.text("container.name").map(ToOwned::to_owned),
        image: event.text("container.image.name").map(ToOwned::to_owned),
        namespace: event.text("kubernetes.namespace").map(ToOwned::to_owned),
    }
    .known();
    Ok(Some(telemetry))
}

fn strings(list: &[Value<'_>]) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn joined(list: Vec<String>) -> Option<String> {
    given(&list.join(" ")).map(ToOwned::to_owned)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
