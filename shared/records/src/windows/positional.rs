//! The names of values that a forwarder sends as a list.
//!
//! # Source
//!
//! Sysmon's manifest (`sysmon -s`), schemas 4.2 and later; the security log's event definitions.

const CONNECTION: &[&str] = &[
    "RuleName",
    "UtcTime",
    "ProcessGuid",
    "ProcessId",
    "Image",
    "User",
    "Protocol",
    "Initiated",
    "SourceIsIpv6",
    "SourceIp",
    "SourceHostname",
    "SourcePort",
    "SourcePortName",
    "DestinationIsIpv6",
    "DestinationIp",
    "DestinationHostname",
    "DestinationPort",
    "DestinationPortName",
];

const PROCESS: &[&str] = &[
    "RuleName",
    "UtcTime",
    "ProcessGuid",
    "ProcessId",
    "Image",
    "FileVersion",
    "Description",
    "Product",
    "Company",
    "OriginalFileName",
    "CommandLine",
    "CurrentDirectory",
    "User",
    "LogonGuid",
    "LogonId",
    "TerminalSessionId",
    "IntegrityLevel",
    "Hashes",
    "ParentProcessGuid",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
    "ParentUser",
];

const CREATED: &[&str] = &[
    "SubjectUserSid",
    "SubjectUserName",
    "SubjectDomainName",
    "SubjectLogonId",
    "NewProcessId",
    "NewProcessName",
    "TokenElevationType",
    "ProcessId",
    "CommandLine",
    "TargetUserSid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonId",
    "ParentProcessName",
    "MandatoryLabel",
];

const TASK: &[&str] =
    &["SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "TaskName", "TaskContent"];

const SERVICE: &[&str] = &["ServiceName", "ImagePath", "ServiceType", "StartType", "AccountName"];

/// The names of an event's `count` values; `None` where the order is not certain.
pub(super) fn names(id: u64, is_sysmon: bool, count: usize) -> Option<&'static [&'static str]> {
    match (id, is_sysmon) {
        // Before schema 4.2 the name of the rule was not there.
        (3, true) if count == CONNECTION.len() - 1 => CONNECTION.get(1..),
        (3, true) if count == CONNECTION.len() => Some(CONNECTION),
        // The parent's user came last, with schema 4.8.
        (1, true) if count == PROCESS.len() || count == PROCESS.len() - 1 => Some(PROCESS),
        (4688, false) if (9..=CREATED.len()).contains(&count) => Some(CREATED),
        (4698, false) if count >= TASK.len() => Some(TASK),
        (7045, false) if count == SERVICE.len() => Some(SERVICE),
        _ => None,
    }
}
