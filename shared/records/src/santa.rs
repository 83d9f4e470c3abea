//! Santa, an authoriser of macOS programs: its text log and its protobuf records as JSON.
//!
//! # Source
//!
//! <https://northpole.dev/deployment/event-logs>, `santa.proto` of <https://github.com/northpolesec/santa>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::endpoint::Sink;
use crate::json::{Object, Value, count_in, given};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{Fact, How, Launch, Process, Signature, Telemetry};

/// Whether an object is a record, with its envelope or bare.
pub(crate) fn is(object: Object<'_>) -> bool {
    object.get("instigator.id.pid").is_some()
        || (object.has(&["machine_id", "event_time"]) && object.get("processed_time").is_some())
}

/// Reads a record.
pub(crate) fn read(object: Object<'_>, sink: &mut Sink) {
    let execution = object.object("execution").unwrap_or(object);
    if execution.get("target.executable").is_none() {
        return sink.unused();
    }
    let telemetry = execution_of(execution, object, sink);
    sink.push_or_reject(Source::Santa, telemetry);
}

fn execution_of(execution: Object<'_>, envelope: Object<'_>, sink: &Sink) -> Result<Telemetry, Reason> {
    let time = envelope.time("event_time").or_else(|| execution.time("target.start_time"));
    let time = sink.time(time).ok_or(Reason::MissingField { field: "event_time" })?;
    let text = |path: &str| execution.text(path).map(ToOwned::to_owned);
    let signature = Signature {
        valid: None,
        signer: text("target.code_signature.signing_id"),
        team: text("target.code_signature.team_id"),
        platform: execution.flag("target.is_platform_binary") == Some(true),
    };
    let parent = Process {
        pid: execution.count("instigator.id.pid"),
        user: text("instigator.effective_user.name"),
        ..Process::at(execution.text("instigator.executable.path"))
    };
    let is_sha256 = execution.text("target.executable.hash.type") == Some("HASH_ALGO_SHA256");
    let process = Process {
        pid: execution.count("target.id.pid"),
        user: text("target.effective_user.name"),
        env: environment(execution.list("envs")),
        sha256: text("target.executable.hash.hash").filter(|_| is_sha256),
        signature: (signature != Signature::default()).then_some(signature),
        parent: parent.known().map(Box::new),
        ..Process::at(execution.text("target.executable.path"))
    };
    let process = process.with_args(execution.list("args").iter().filter_map(decoded).collect());
    let launch = Launch { time: time.ms, how: How::Started, process };
    let mut telemetry = Telemetry::of(Source::Santa, Fact::Launch(launch));
    telemetry.device.hostname = envelope.text("machine_id").map(ToOwned::to_owned);
    Ok(telemetry)
}

/// Bytes in base64, as protobuf writes them in JSON.
fn decoded(value: &Value<'_>) -> Option<String> {
    let text = value.as_str()?;
    Some(
        STANDARD
            .decode(text)
            .map_or_else(|_| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned()),
    )
}

/// Names of variables; the values stay behind.
fn environment(list: &[Value<'_>]) -> Vec<String> {
    let names =
        list.iter().filter_map(decoded).map(|pair| pair.split('=').next().unwrap_or_default().to_owned());
    names.filter(|name| !name.is_empty()).take(256).collect()
}

/// Reads a line of the text log; false for a line of another.
///
/// # Shape
///
/// `[2022-05-12T11:38:03.923Z] I santad: action=EXEC|decision=ALLOW|…|path=…|args=…`: the arguments come last, since
/// they may hold the separator.
pub(crate) fn line(text: &str, sink: &mut Sink) -> bool {
    let Some((head, fields)) = text.split_once("santad: action=") else { return false };
    if !fields.starts_with("EXEC|") {
        sink.unused();
        return true;
    }
    let (fields, args) = match fields.split_once("|args=") {
        Some((fields, args)) => (fields, Some(args)),
        None => (fields, None),
    };
    let get = |name: &str| {
        let field = fields.split('|').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        field.and_then(given)
    };
    // A denied program did not run.
    if get("decision") == Some("DENY") {
        sink.unused();
        return true;
    }
    let own =
        head.trim_start().strip_prefix('[').and_then(|head| head.split(']').next()).and_then(Moment::of_text);
    let Some(time) = sink.time(own) else {
        sink.reject(
            Source::Santa,
            Reason::BadField { field: "time", expected: "[2022-05-12T11:38:03.923Z]" },
        );
        return true;
    };
    let owned = |name: &str| get(name).map(ToOwned::to_owned);
    let signature = Signature {
        valid: None,
        signer: owned("signingid").or_else(|| owned("cert_cn")),
        team: owned("teamid"),
        platform: get("cert_cn") == Some("Software Signing"),
    };
    let parent = Process { pid: get("ppid").and_then(count_in), ..Process::default() };
    let process = Process {
        pid: get("pid").and_then(count_in),
        cmd_line: args.and_then(given).map(ToOwned::to_owned),
        user: owned("user").or_else(|| owned("uid")),
        sha256: owned("sha256"),
        // Santa has looked at what it has a hash of: without a certificate nobody signed it.
        signature: (signature != Signature::default() || get("sha256").is_some()).then_some(signature),
        parent: parent.known().map(Box::new),
        ..Process::at(get("path"))
    };
    let mut telemetry =
        Telemetry::of(Source::Santa, Fact::Launch(Launch { time: time.ms, how: How::Started, process }));
    telemetry.zone_unknown = !time.zoned;
    telemetry.device.hostname = owned("machineid");
    sink.push(telemetry);
    true
}
