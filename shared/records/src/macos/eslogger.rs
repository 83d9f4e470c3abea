//! eslogger: events of Endpoint Security as JSON.
//!
//! The message of an `exec` holds the program that was replaced, and not the parent's: whose program runs under which
//! pid is remembered from one event to the next.
//!
//! # Source
//!
//! `eslogger(1)`, <https://developer.apple.com/documentation/endpointsecurity/es_message_t>

use std::collections::{HashMap, VecDeque};

use crate::endpoint::Sink;
use crate::json::{Object, Value, count_of, object};
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Fact, How, Launch, Process, Signature, Telemetry};

/// Programs that are remembered.
const PROGRAMS: usize = 16_384;

/// Which program runs under which pid.
#[derive(Debug, Default)]
pub(crate) struct Running {
    path: HashMap<u64, String>,
    oldest: VecDeque<u64>,
}

impl Running {
    fn learn(&mut self, pid: Option<u64>, path: Option<&str>) {
        let (Some(pid), Some(path)) = (pid, path) else { return };
        if self.path.insert(pid, path.to_owned()).is_none() {
            self.oldest.push_back(pid);
        }
        while self.oldest.len() > PROGRAMS {
            if let Some(pid) = self.oldest.pop_front() {
                self.path.remove(&pid);
            }
        }
    }
}

/// Whether an object is an event.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.has(&["event_type", "process", "mach_time"]) && object.object("event").is_some()
}

/// Reads an event.
pub(crate) fn read(message: Object<'_>, running: &mut Running, sink: &mut Sink) {
    running.learn(pid(message.get("process.audit_token")), message.text("process.executable.path"));
    if let Some(child) = message.object("event.fork.child") {
        running.learn(pid(child.get("audit_token")), child.text("executable.path"));
    }
    let Some(exec) = message.object("event.exec") else { return sink.unused() };
    let telemetry = launch(message, exec, running, sink);
    if let Ok(telemetry) = &telemetry
        && let Some(process) = telemetry.process()
    {
        running.learn(process.pid, process.path.as_deref());
    }
    sink.push_or_reject(Source::Eslogger, telemetry);
}

fn launch(
    message: Object<'_>,
    exec: Object<'_>,
    running: &Running,
    sink: &Sink,
) -> Result<Telemetry, Reason> {
    let time = sink.time(message.time("time")).ok_or(Reason::MissingField { field: "time" })?;
    let target = exec.object("target").ok_or(Reason::MissingField { field: "event.exec.target" })?;
    let text = |path: &str| target.text(path).map(ToOwned::to_owned);
    let signature = Signature {
        valid: target.count("codesigning_flags").map(|flags| flags & CS_VALID != 0),
        signer: text("signing_id"),
        team: text("team_id"),
        platform: target.flag("is_platform_binary") == Some(true),
    };
    let parent_pid = target.count("ppid");
    let parent = Process {
        pid: parent_pid,
        ..Process::at(parent_pid.and_then(|pid| running.path.get(&pid)).map(String::as_str))
    };
    let strings = |list: &[Value<'_>]| list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    let names: Vec<String> = strings(exec.list("env"));
    let process = Process {
        pid: pid(target.get("audit_token")),
        user: user(target.get("audit_token")),
        env: names
            .iter()
            .filter_map(|pair| pair.split('=').next())
            .take(256)
            .map(ToOwned::to_owned)
            .collect(),
        signature: (signature != Signature::default()).then_some(signature),
        parent: parent.known().map(Box::new),
        ..Process::at(target.text("executable.path"))
    };
    let process = process.with_args(strings(exec.list("args")));
    let mut telemetry =
        Telemetry::of(Source::Eslogger, Fact::Launch(Launch { time: time.ms, how: How::Started, process }));
    telemetry.zone_unknown = !time.zoned;
    telemetry.uid = message.word("global_seq_num").map(std::borrow::Cow::into_owned);
    Ok(telemetry)
}

/// `CS_VALID` of `kern/cs_blobs.h`: the signature holds.
const CS_VALID: u64 = 1;

/// The pid of an audit token: a member, or the sixth of eight numbers.
fn pid(token: Option<&Value<'_>>) -> Option<u64> {
    of_token(token?, "pid", 5)
}

/// The effective user of an audit token.
fn user(token: Option<&Value<'_>>) -> Option<String> {
    of_token(token?, "euid", 1).map(|uid| uid.to_string())
}

fn of_token(token: &Value<'_>, name: &str, place: usize) -> Option<u64> {
    match token {
        Value::Array(numbers) => numbers.get(place).and_then(count_of),
        other => object(other)?.count(name),
    }
}
