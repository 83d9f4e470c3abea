//! Lookups of names that only proxyware uses.
//!
//! A name alone has a high base rate on desktops and a low one on servers: it is low, and says where to look. It is
//! more where the entity also holds on to an address that the name was answered with. A responder who tries a name
//! once, a host that checks indicators, and a resolver that asks for others look the same in the log; what they have
//! in common is that they ask once, or for everything.

use crate::entity::address_hash;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::lookups::{Lookups, Named};
use crate::observation::BUCKET;
use crate::state::{Destination, HOUR};
use weir_intel::names;

/// Span of lookups from which a name is in use and not tried.
const IN_USE: i64 = HOUR;

/// Services whose names one host asks for at most, unless it checks them or asks for others.
const SERVICES: usize = 3;

/// Distinct names an hour from which a host asks for others.
const RESOLVER: u32 = 1_000;

/// Conversation with an answer's address from which it is what the name is for.
const HELD: i64 = HOUR;

/// Judges the names that were looked up within a day of `time`.
#[must_use]
pub fn judge(lookups: &Lookups, destinations: &[Destination], time: i64) -> Option<Verdict> {
    let mut found: Vec<(&Named, names::Name)> =
        lookups.named(time).filter_map(|named| Some((named, names::find(&named.name)?))).collect();
    found.sort_by(|a, b| b.1.kind.score().total_cmp(&a.1.kind.score()).then(a.0.name.cmp(&b.0.name)));
    let (strongest, name) = found.first().copied()?;
    let mut services: Vec<&str> = found.iter().map(|(_, name)| name.tool).collect();
    services.sort_unstable();
    services.dedup();
    let held = destinations.iter().find(|entry| {
        entry.last - entry.first + BUCKET >= HELD
            && found.iter().any(|(named, _)| named.answers.contains(&address_hash(entry.ip)))
    });
    let for_others = services.len() > SERVICES || lookups.names_an_hour() >= RESOLVER;
    let in_use = found.iter().any(|(named, _)| named.last - named.first >= IN_USE);
    let mut facts = vec![format!(
        "looked up {}, a name of {} ({}), {}",
        strongest.name,
        name.tool,
        name.evidence,
        match strongest.last - strongest.first {
            0 => "once".to_owned(),
            span => format!("for {:.1} h", span as f64 / HOUR as f64),
        }
    )];
    if found.len() > 1 {
        facts.push(format!("{} such names of {} services within a day", found.len(), services.len()));
    }
    let severity = match held {
        Some(_) if !for_others => Severity::High,
        _ if in_use && !for_others => Severity::Low,
        _ => Severity::Info,
    };
    if for_others {
        facts.push("it asks for so much that it may check names, or ask for others".to_owned());
    } else if let Some(entry) = held {
        facts.push(format!(
            "holds on to {} port {}, which such a name was answered with, for {:.1} h",
            entry.ip,
            entry.port,
            (entry.last - entry.first + BUCKET) as f64 / HOUR as f64
        ));
    }
    let score = name.kind.score() * if for_others { 0.5 } else { 1.0 };
    Some(Verdict { kernel: Kernel::Name, severity, score, facts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::name_hash;
    use crate::lookups::Note;
    use crate::ring::Pair;
    use crate::state::DAY;

    const START: i64 = 20_000 * DAY;

    fn note(time: i64, name: &str) -> Note {
        let answers = vec!["203.0.113.9".parse().unwrap()];
        Note { time, name: name_hash(name), listed: names::find(name), answers }
    }

    fn held(ip: &str, span: i64) -> Destination {
        Destination {
            ip: ip.parse().unwrap(),
            port: 443,
            protocol: 6,
            first: START,
            last: START + span - BUCKET,
            buckets: 12,
            wire: Pair::default(),
            weight: 0,
            days: Vec::new(),
        }
    }

    fn severity(notes: &[Note], destinations: &[Destination]) -> Option<Severity> {
        let mut lookups = Lookups::default();
        lookups.admit(notes);
        judge(&lookups, destinations, START + HOUR).map(|verdict| verdict.severity)
    }

    #[test]
    fn a_name_in_use_is_low_and_one_that_is_tried_once_is_a_line_in_a_report() {
        let name = "proxy.packetstream.io";
        assert_eq!(severity(&[note(START, name), note(START + HOUR, name)], &[]), Some(Severity::Low));
        assert_eq!(severity(&[note(START, name), note(START + HOUR - 1, name)], &[]), Some(Severity::Info));
        assert_eq!(severity(&[note(START, "packetstream.io"), note(START + HOUR, "example.org")], &[]), None);
    }

    #[test]
    fn a_conversation_of_an_hour_with_the_names_address_is_high_and_a_shorter_or_another_is_not() {
        let once = [note(START, "proxy.packetstream.io")];
        assert_eq!(severity(&once, &[held("203.0.113.9", HOUR)]), Some(Severity::High));
        assert_eq!(severity(&once, &[held("203.0.113.9", HOUR - BUCKET)]), Some(Severity::Info));
        assert_eq!(severity(&once, &[held("203.0.113.10", HOUR)]), Some(Severity::Info));
    }

    #[test]
    fn a_host_that_asks_for_everything_checks_names_or_asks_for_others() {
        let all = ["proxy.packetstream.io", "tm.traffmonetizer.com", "peer.repocket.co", "nodes.bitping.com"];
        let asked = |names: &[&str]| -> Vec<Note> {
            names.iter().flat_map(|name| [note(START, name), note(START + HOUR, name)]).collect()
        };
        let held = [held("203.0.113.9", 3 * HOUR)];
        assert_eq!(severity(&asked(&all), &held), Some(Severity::Info));
        assert_eq!(severity(&asked(&all[..3]), &held), Some(Severity::High));
        let mut forwarded = asked(&all[..1]);
        forwarded.extend((0..1_500).map(|n| note(START + HOUR, &format!("{n}.example"))));
        assert_eq!(severity(&forwarded, &held), Some(Severity::Info));
    }
}
