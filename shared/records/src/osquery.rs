//! osquery results: events, snapshots and batches, each row told by its columns, since the name of a query is free.
//!
//! # Source
//!
//! <https://osquery.readthedocs.io/en/stable/deployment/logging/>, the schema at <https://osquery.io/schema/>

use crate::endpoint::{Sink, protocol};
use crate::json::{Object, object};
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;
use crate::telemetry::{
    Container, Conversation, Counter, End, Fact, How, Launch, Process, Signature, Telemetry, Usage, Way,
};

/// Whether an object is a result, or the message of the TLS logger with several.
pub(crate) fn is(object: Object<'_>) -> bool {
    let rows = ["columns", "snapshot", "diffResults"].iter().any(|name| object.get(name).is_some());
    (rows && object.text("name").is_some()) || object.has(&["log_type", "data"])
}

/// Reads every row of a result.
pub(crate) fn read(result: Object<'_>, sink: &mut Sink) {
    if result.get("data").is_some() {
        if result.text("log_type") == Some("result") {
            result.objects("data").for_each(|result| rows(result, sink));
        } else {
            sink.unused();
        }
        return;
    }
    rows(result, sink);
}

fn rows(result: Object<'_>, sink: &mut Sink) {
    let mut any = false;
    let removed = result.text("action") == Some("removed");
    if let Some(row) = result.object("columns") {
        any = true;
        // A row that went says nothing new.
        if removed { sink.unused() } else { row_of(row, result, sink) }
    }
    let lists = [result.list("snapshot"), result.list("diffResults.added")];
    for row in lists.into_iter().flatten().filter_map(object) {
        any = true;
        row_of(row, result, sink);
    }
    if !any {
        sink.unused();
    }
}

fn row_of(row: Object<'_>, result: Object<'_>, sink: &mut Sink) {
    // When the row was seen, and not when it was written, where the table says so.
    let time = row.time("time").filter(|time| time.ms > 0);
    let time = sink.time(time.or_else(|| result.time("unixTime")));
    let fact = match fact(row, time) {
        Some(Ok(fact)) => fact,
        Some(Err(reason)) => return sink.reject(Source::Osquery, reason),
        None => return sink.unused(),
    };
    let mut telemetry = Telemetry::of(Source::Osquery, fact);
    telemetry.device.hostname =
        result.first(&["hostIdentifier", "hostname", "decorations.hostname"]).map(ToOwned::to_owned);
    if row.has(&["image", "id"]) || row.get("network_rx_bytes").is_some() {
        telemetry.container = Container {
            uid: row.text("id").map(ToOwned::to_owned),
            name: row.text("name").map(|name| name.trim_start_matches('/').to_owned()),
            image: row.text("image").map(ToOwned::to_owned),
            namespace: None,
        }
        .known();
    } else {
        telemetry.container =
            Container { uid: row.text("container_id").map(ToOwned::to_owned), ..Container::default() }
                .known();
    }
    telemetry.device.interface_name = row.text("interface").map(ToOwned::to_owned);
    sink.push(telemetry);
}

/// What a row tells; `None` for tables that are of no use here.
fn fact(row: Object<'_>, time: Option<Moment>) -> Option<Result<Fact, Reason>> {
    let needed = || time.map(|time| time.ms).ok_or(Reason::MissingField { field: "unixTime" });
    let of_counter = |into: &str, out: &str| {
        Fact::Usage(Usage::of(time.map(|time| time.ms), Counter::Cumulative, row.count(into), row.count(out)))
    };
    if row.get("network_rx_bytes").is_some() {
        return Some(Ok(of_counter("network_rx_bytes", "network_tx_bytes")));
    }
    if row.has(&["interface", "ibytes", "obytes"]) {
        return Some(Ok(of_counter("ibytes", "obytes")));
    }
    if row.get("remote_address").is_some() && row.get("remote_port").is_some() {
        return socket(row).map(|conversation| {
            let time = needed()?;
            Ok(Fact::Conversation(Conversation { start: time, end: time, ..conversation }))
        });
    }
    // docker_containers: a container that runs, and its image.
    let is_container = row.has(&["image", "id", "command"]);
    let is_process = row.get("pid").is_some() && (row.get("cmdline").is_some() || row.get("path").is_some());
    if !(is_container || is_process) {
        return None;
    }
    // es_process_events tells forks and exits too, bpf_process_events failed calls.
    if row.text("event_type").is_some_and(|kind| kind != "exec")
        || row.count("exit_code").is_some_and(|code| code > 0 && row.get("syscall").is_some())
    {
        return None;
    }
    Some(needed().map(|time| {
        let how = if row.get("time").is_some() { How::Started } else { How::Running };
        Fact::Launch(Launch { time, how, process: process(row) })
    }))
}

fn process(row: Object<'_>) -> Process {
    let parent = Process {
        pid: row.count("parent").or_else(|| row.count("ppid")),
        ..Process::at(row.text("parent_path"))
    };
    let signature = Signature {
        valid: None,
        signer: row.text("signing_id").map(ToOwned::to_owned),
        team: row.text("team_id").map(ToOwned::to_owned),
        platform: row.flag("platform_binary") == Some(true),
    };
    let named = Process::at(row.text("path"));
    Process {
        pid: row.count("pid"),
        name: row.text("name").filter(|_| row.get("image").is_none()).map(ToOwned::to_owned).or(named.name),
        cmd_line: row.first(&["cmdline", "command"]).map(ToOwned::to_owned),
        user: row.word("username").or_else(|| row.word("uid")).map(std::borrow::Cow::into_owned),
        // A row with these columns and nothing in them is of a program that nobody signed.
        signature: row.get("signing_id").map(|_| signature),
        parent: parent.known().map(Box::new),
        path: named.path,
        ..Process::default()
    }
}

/// process_open_sockets and socket_events; `None` for a socket without a peer.
fn socket(row: Object<'_>) -> Option<Conversation> {
    let remote = row.address("remote_address").filter(|address| !address.is_unspecified())?;
    let accepted = row.text("action") == Some("accept");
    if matches!(row.text("action"), Some("bind" | "listen")) {
        return None;
    }
    let local =
        End { ip: row.address("local_address"), port: row.port("local_port").filter(|port| *port > 0) };
    let remote = End { ip: Some(remote), port: row.port("remote_port").filter(|port| *port > 0) };
    let (src, dst) = if accepted { (remote, local) } else { (local, remote) };
    Some(Conversation {
        src,
        dst,
        protocol: row.word("protocol").and_then(|name| protocol(&name)).filter(|number| *number > 0),
        way: if accepted { Way::Inbound } else { Way::Outbound },
        process: Process { pid: row.count("pid"), ..Process::at(row.text("path")) }.known(),
        ..Conversation::default()
    })
}
