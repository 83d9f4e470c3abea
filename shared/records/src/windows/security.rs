//! The security and system logs: process creations, scheduled tasks, services.

use super::{Event, time_of, xml};
use crate::endpoint::Sink;
use crate::json::count_in;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Fact, How, Launch, Process, Telemetry};

/// 4688: a process was created. The command line is there where the policy asks for it.
pub(super) fn launch(event: &Event<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let path = event.get("NewProcessName").ok_or(Reason::MissingField { field: "NewProcessName" })?;
    // `ProcessId` is the creator here.
    let parent = Process {
        pid: event.get("ProcessId").and_then(count_in),
        ..Process::at(event.get("ParentProcessName"))
    };
    let target = user(event, "TargetDomainName", "TargetUserName");
    let process = Process {
        pid: event.get("NewProcessId").and_then(count_in),
        cmd_line: event.get("CommandLine").map(ToOwned::to_owned),
        user: target.or_else(|| user(event, "SubjectDomainName", "SubjectUserName")),
        parent: parent.known().map(Box::new),
        ..Process::at(Some(path))
    };
    telemetry(event, sink, How::Started, process)
}

/// 4698: a scheduled task was created; what it runs is in its XML.
pub(super) fn task(event: &Event<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let content = event.get("TaskContent").ok_or(Reason::MissingField { field: "TaskContent" })?;
    let inside = |tag: &str| {
        let start = content.find(&format!("<{tag}>"))? + tag.len() + 2;
        let rest = content.get(start..)?;
        let text = rest.get(..rest.find(&format!("</{tag}>"))?)?;
        Some(xml::unescaped(text.trim())).filter(|text| !text.is_empty())
    };
    let command = inside("Command").ok_or(Reason::MissingField { field: "TaskContent/Command" })?;
    let program = command.trim_matches('"');
    let cmd_line = match inside("Arguments") {
        Some(arguments) => format!("{command} {arguments}"),
        None => command.clone(),
    };
    let process = Process {
        cmd_line: Some(cmd_line),
        user: user(event, "SubjectDomainName", "SubjectUserName"),
        ..Process::at(Some(program))
    };
    telemetry(event, sink, How::Task, process)
}

/// 7045 and 4697: a service was installed.
pub(super) fn service(event: &Event<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let line = event
        .get("ImagePath")
        .or_else(|| event.get("ServiceFileName"))
        .ok_or(Reason::MissingField { field: "ImagePath" })?;
    let process = Process {
        cmd_line: Some(line.to_owned()),
        user: event.get("AccountName").or_else(|| event.get("ServiceAccount")).map(ToOwned::to_owned),
        ..Process::at(Some(program_of(line)))
    };
    telemetry(event, sink, How::Service, process)
}

/// The program that a command line runs: quoted, or up to its `.exe`, or its first word.
fn program_of(line: &str) -> &str {
    let line = line.trim();
    if let Some(quoted) = line.strip_prefix('"') {
        return quoted.split('"').next().unwrap_or(quoted);
    }
    let lower = line.to_ascii_lowercase();
    match lower.find(".exe") {
        Some(at) => line.get(..at + 4).unwrap_or(line),
        None => line.split_whitespace().next().unwrap_or(line),
    }
}

fn user(event: &Event<'_>, domain: &str, name: &str) -> Option<String> {
    let name = event.get(name)?;
    Some(event.get(domain).map_or_else(|| name.to_owned(), |domain| format!("{domain}\\{name}")))
}

fn telemetry(event: &Event<'_>, sink: &Sink, how: How, process: Process) -> Result<Telemetry, Reason> {
    let time = time_of(event, sink)?;
    let launch = Launch { time: time.ms, how, process };
    let mut telemetry = Telemetry::of(Source::Sysmon, Fact::Launch(launch));
    telemetry.zone_unknown = !time.zoned;
    Ok(telemetry)
}
