//! An event, from its lines to what it tells.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::line::{Line, Value};
use super::sockaddr;
use crate::endpoint::Sink;
use crate::source::Source;
use crate::telemetry::{Container, Conversation, End, Fact, How, Launch, Process, Telemetry, Way};

/// Arguments of a program that are kept.
const ARGUMENTS: usize = 1_024;

/// Bytes of arguments that are kept: longer ones are cut, as the kernel cuts them too.
const LENGTH: usize = 64 << 10;

/// An event that is not over yet.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) time: i64,
    serial: u64,
    node: Option<String>,
    call: Option<Call>,
    failed: bool,
    process: Process,
    ppid: Option<u64>,
    arguments: BTreeMap<u32, String>,
    length: usize,
    title: Option<String>,
    remote: Option<(IpAddr, u16)>,
    container: Option<String>,
}

/// What was asked of the kernel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Call {
    Execute,
    Connect,
    Other,
}

impl Event {
    /// The event that a line is the first of.
    pub(super) fn of(line: &Line<'_>) -> Self {
        Self {
            time: line.time,
            serial: line.serial,
            node: line.node.map(ToOwned::to_owned),
            call: None,
            failed: false,
            process: Process::default(),
            ppid: None,
            arguments: BTreeMap::new(),
            length: 0,
            title: None,
            remote: None,
            container: None,
        }
    }

    /// Whether a line is of this event.
    pub(super) fn is_of(&self, line: &Line<'_>) -> bool {
        (self.serial, self.time, self.node.as_deref()) == (line.serial, line.time, line.node)
    }

    /// Takes what a line says.
    pub(super) fn take(&mut self, line: &Line<'_>) {
        match line.kind {
            "SYSCALL" => self.system_call(line),
            "EXECVE" => {
                self.call.get_or_insert(Call::Execute);
                for (name, value) in line.values() {
                    self.argument(name, value);
                }
            }
            "PROCTITLE" => {
                let title = line.values().find(|(name, _)| *name == "proctitle");
                self.title = title.and_then(|(_, value)| value.text()).map(|text| text.replace('\0', " "));
            }
            "SOCKADDR" => {
                let address = line.values().find(|(name, _)| *name == "saddr");
                self.remote = address.and_then(|(_, value)| sockaddr::read(&value.bytes()?));
            }
            kind if kind.starts_with("AUOMS_") => {
                self.system_call(line);
                // The title is last, unquoted, with blanks.
                let title = line.values.split_once(" proctitle=").map(|(_, title)| title);
                let title = title.map(|title| title.split(" redactors=").next().unwrap_or(title).trim());
                self.title = title.map(|title| title.trim_matches('"').to_owned());
            }
            _ => {}
        }
    }

    fn system_call(&mut self, line: &Line<'_>) {
        let (mut arch, mut number, mut name_of_call) = (None, None, None);
        let (mut success, mut exit) = (None, None);
        for (name, value) in line.values() {
            let text = || value.text().map(std::borrow::Cow::into_owned);
            match name {
                "arch" => arch = value.word(),
                // Azure's plugin has the name here and the number beside it.
                "syscall" => number = value.word(),
                "syscall_r" => name_of_call = number.replace(value.word().unwrap_or_default()),
                "SYSCALL" => name_of_call = value.word(),
                "success" => success = value.word(),
                "exit" => exit = value.word(),
                "pid" => self.process.pid = value.word().and_then(|pid| pid.parse().ok()),
                "ppid" => self.ppid = value.word().and_then(|pid| pid.parse().ok()),
                "comm" if self.process.name.is_none() => self.process.name = text(),
                "exe" => self.process.path = text(),
                "uid" if self.process.user.is_none() => {
                    self.process.user = value.word().map(ToOwned::to_owned)
                }
                "UID" | "user" => self.process.user = value.word().map(ToOwned::to_owned),
                "node" if self.node.is_none() => self.node = value.word().map(ToOwned::to_owned),
                "containerid" => self.container = value.word().map(ToOwned::to_owned),
                _ => {}
            }
        }
        self.call = Some(call(arch, number, name_of_call));
        // A connection that is under way has not failed.
        self.failed = success == Some("no")
            && !(self.call == Some(Call::Connect) && matches!(exit, Some("-115" | "EINPROGRESS")));
    }

    /// `a0`, `a1`, or a piece of one: `a1[0]`.
    fn argument(&mut self, name: &str, value: Value<'_>) {
        let Some(place) = name.strip_prefix('a') else { return };
        let place = place.split_once('[').map_or(place, |(place, _)| place);
        let Ok(place) = place.parse::<u32>() else { return };
        let Some(text) = value.text() else { return };
        if self.length + text.len() > LENGTH || self.arguments.len() >= ARGUMENTS {
            return;
        }
        self.length += text.len();
        self.arguments.entry(place).or_default().push_str(&text);
    }

    /// Tells what the event was.
    pub(super) fn finish(self, sink: &mut Sink) {
        let (time, call, failed) = (self.time, self.call, self.failed);
        let remote = self.remote;
        let uid = format!("{}.{:03}:{}", time.div_euclid(1000), time.rem_euclid(1000), self.serial);
        let node = self.node.clone();
        let container = self.container.clone();
        let fact = match (call, remote) {
            (Some(Call::Execute), _) if !failed => {
                Fact::Launch(Launch { time, how: How::Started, process: self.process() })
            }
            (Some(Call::Connect), Some(remote)) if !failed => {
                Fact::Conversation(connection(time, remote, self.process()))
            }
            _ => return sink.unused(),
        };
        let mut telemetry = Telemetry::of(Source::Auditd, fact);
        telemetry.uid = Some(uid);
        telemetry.device.hostname = node;
        telemetry.container = Container { uid: container, ..Container::default() }.known();
        sink.push(telemetry);
    }

    fn process(self) -> Process {
        let mut process = self.process;
        if process.name.is_none() {
            process.name = process.path.as_deref().map(|path| crate::telemetry::base_name(path).to_owned());
        }
        let parent = Process { pid: self.ppid, ..Process::default() };
        process.parent = parent.known().map(Box::new);
        // The title is cut after 128 bytes, so it only stands in.
        process.cmd_line = if self.arguments.is_empty() { self.title } else { None };
        process.with_args(self.arguments.into_values().collect())
    }
}

/// A connection of which only the remote end is known.
pub(super) fn connection(time: i64, remote: (IpAddr, u16), process: Process) -> Conversation {
    Conversation {
        start: time,
        end: time,
        dst: End { ip: Some(remote.0), port: Some(remote.1) },
        way: Way::Outbound,
        process: process.known(),
        ..Conversation::default()
    }
}

/// # Source
///
/// `arch/x86/entry/syscalls/syscall_{32,64}.tbl` and `include/uapi/asm-generic/unistd.h` of Linux; `linux/audit.h` for
/// the architectures.
fn call(arch: Option<&str>, number: Option<&str>, name: Option<&str>) -> Call {
    match name {
        Some("execve" | "execveat") => return Call::Execute,
        Some("connect") => return Call::Connect,
        _ => {}
    }
    match (arch.map(|arch| arch.trim_start_matches("0x")), number) {
        (_, Some("execve" | "execveat")) => Call::Execute,
        (_, Some("connect")) => Call::Connect,
        (Some("c000003e" | "x86_64"), Some("59" | "322")) => Call::Execute,
        (Some("c000003e" | "x86_64"), Some("42")) => Call::Connect,
        (Some("c00000b7" | "aarch64"), Some("221" | "281")) => Call::Execute,
        (Some("c00000b7" | "aarch64"), Some("203")) => Call::Connect,
        (Some("40000003" | "i386"), Some("11" | "358")) => Call::Execute,
        (Some("40000003" | "i386"), Some("362")) => Call::Connect,
        _ => Call::Other,
    }
}
