//! How the parts of a finding are called, for machines (kebab-case, stable) and for people.

use weir_detection::finding::{
    Activity, BaselineLevel, Finding, Group, Kernel, Learning, Missing, Mode, Role, Subject,
};

/// Evidence group, as in `unmapped.weir.contributions[].group`.
pub(crate) const fn group(group: Group) -> &'static str {
    match group {
        Group::Volume => "volume",
        Group::Structure => "structure",
        Group::Session => "session",
        Group::Reachability => "reachability",
        Group::Intel => "intel",
        Group::Context => "context",
        Group::Name => "name",
    }
}

/// Mode, with the names of the setting of the same name.
pub(crate) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::DryRun => "dry-run",
    }
}

/// Activity, as OCSF names it.
pub(crate) const fn activity(activity: Activity) -> &'static str {
    match activity {
        Activity::Create => "Create",
        Activity::Update => "Update",
        Activity::Close => "Close",
    }
}

/// Learning state.
pub(crate) const fn learning(state: Learning) -> &'static str {
    match state {
        Learning::Learning => "learning",
        Learning::Provisional => "provisional",
        Learning::Mature => "mature",
    }
}

/// Baseline level.
pub(crate) const fn level(level: BaselineLevel) -> &'static str {
    match level {
        BaselineLevel::Slot => "slot",
        BaselineLevel::Entity => "entity",
        BaselineLevel::Group => "group",
        BaselineLevel::Absolute => "absolute",
    }
}

/// Baseline level in words: whose history it is.
pub(crate) const fn history(level: BaselineLevel) -> &'static str {
    match level {
        BaselineLevel::Slot => "its own history at this hour",
        BaselineLevel::Entity => "its own history at all hours",
        BaselineLevel::Group => "the history of its peer group",
        BaselineLevel::Absolute => "no history, the settings' floor",
    }
}

/// Role of a remote.
pub(crate) const fn role(role: Role) -> &'static str {
    match role {
        Role::Gateway => "gateway",
        Role::Origin => "origin",
        Role::Client => "client",
        Role::Target => "target",
        Role::Peer => "peer",
    }
}

/// What such a remote is to the entity, for who does not know the word.
pub(crate) const fn dialled(role: Role) -> &'static str {
    match role {
        Role::Gateway => "dialled and pushed to",
        Role::Origin => "dialled and pulled from",
        Role::Target => "tried",
        Role::Client => "dials in",
        Role::Peer => "either dials",
    }
}

/// What limited the judgement.
pub(crate) const fn missing(missing: Missing) -> &'static str {
    match missing {
        Missing::TcpFlags => "tcp-flags",
        Missing::FlowDirection => "flow-direction",
        Missing::TenMinuteRecords => "ten-minute-records",
        Missing::SkippedRecords => "skipped-records",
        Missing::Lists => "lists",
        Missing::FreshLists => "fresh-lists",
        Missing::History => "history",
        Missing::Inventory => "inventory",
        Missing::Lookups => "lookups",
        Missing::Bytes => "bytes-unavailable",
        Missing::FreshInventory => "fresh-inventory",
    }
}

/// What limited the judgement, in words, with what would mend it.
pub(crate) const fn limit(missing: Missing) -> &'static str {
    match missing {
        Missing::TcpFlags => {
            "no tcp-flags in the log format: who dialled is guessed from ports (add version 3 fields)"
        }
        Missing::FlowDirection => {
            "no flow-direction in the log format: direction is guessed from addresses (add version 5 fields)"
        }
        Missing::TenMinuteRecords => {
            "records span 10 minutes: time coupling is blurred (set the aggregation interval to 60 s)"
        }
        Missing::SkippedRecords => "SKIPDATA: flow logs dropped records, so the figures are lower bounds",
        Missing::Lists => "no Tor, VPN or proxy list was given: remotes carry no such label",
        Missing::FreshLists => "an address list is older than it should be and counts half: refresh it",
        Missing::History => "the entity's own history is still too short to judge by",
        Missing::Inventory => "no inventory was given: instance type, tags and interface type are unknown",
        Missing::FreshInventory => {
            "the inventory is hours old: what was launched, changed or tagged since is unknown"
        }
        Missing::Lookups => {
            "no Resolver query log of this host: whether it looked up what it dials is unknown"
        }
        Missing::Bytes => {
            "bytes_unavailable: the host's logs count none, and no flow log of its interface is read (add it)"
        }
    }
}

/// The protocol's name, or its number where it has none that people use.
pub(crate) fn protocol(number: u8) -> String {
    match number {
        1 => "icmp".to_owned(),
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        47 => "gre".to_owned(),
        50 => "esp".to_owned(),
        58 => "icmp6".to_owned(),
        132 => "sctp".to_owned(),
        _ => format!("ip{number}"),
    }
}

/// The finding's type: the technique and the kernel, as in `bandwidth-hijacking/relay`.
pub(crate) fn finding_type(kernel: Kernel) -> String {
    format!("bandwidth-hijacking/{}", kernel.name())
}

/// What the subject is: `instance`, `interface`, `host`, `address`, or `account` where nothing finer is known.
pub(crate) fn entity_type(finding: &Finding) -> &'static str {
    let subject: &Subject = &finding.subject;
    if given(&subject.instance).is_some() {
        "instance"
    } else if !subject.interfaces.is_empty() {
        "interface"
    } else if given(&finding.host).is_some() {
        "host"
    } else if !subject.addresses.is_empty() {
        "address"
    } else {
        "account"
    }
}

/// The finest name that the subject has.
pub(crate) fn entity(finding: &Finding) -> String {
    let subject = &finding.subject;
    given(&subject.instance)
        .or_else(|| subject.interfaces.iter().map(String::as_str).find(|name| !name.is_empty()))
        .or_else(|| given(&finding.host))
        .map(str::to_owned)
        .or_else(|| subject.addresses.first().map(ToString::to_string))
        .or_else(|| given(&subject.account).map(|account| format!("account {account}")))
        .unwrap_or_else(|| "an unknown entity".to_owned())
}

/// The value where it says something: an empty string is as good as none.
pub(crate) fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|text| !text.is_empty())
}
