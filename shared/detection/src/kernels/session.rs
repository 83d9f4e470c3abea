//! K5: frequent reuse of one long-lived conversation with a rare and new destination.
//!
//! Keepalives alone mean nothing: long connections and beacons gave 93 false alerts per 1,000 entity-days, more than
//! half of the benign hosts have one. By itself this is a line in a report; beside another group it is a reason.

use std::net::IpAddr;

use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::prevalence::Users;
use crate::settings::Settings;
use crate::state::{DAY, Destination, HOUR};

/// Wire bytes an hour, both ways, below which a conversation only keeps itself alive.
const KEEPALIVE: u64 = 100_000;

/// Buckets of silence after which a conversation is over.
const SILENCE: i64 = 2;

/// An entity's conversations.
#[derive(Clone, Copy)]
pub struct Sessions<'a> {
    /// The destinations that it pushes to.
    pub destinations: &'a [Destination],
    /// Start of its first bucket, ms since the epoch: what it talked to on its first day is no news.
    pub first_seen: i64,
    /// Start of the bucket that was closed last, ms since the epoch.
    pub now: i64,
    /// Who else uses a destination.
    pub users: &'a dyn Fn(IpAddr) -> Users,
    /// Whether a destination is known to have been in no answer to a lookup.
    pub bare: &'a dyn Fn(IpAddr) -> bool,
}

/// Judges the conversations; the longest that is reused frequently, rare and new speaks for all.
#[must_use]
pub fn judge(sessions: &Sessions<'_>, settings: &Settings) -> Option<Verdict> {
    let reuse = &settings.an0084.reuse;
    let unusual = |entry: &&Destination| {
        let age = sessions.now.saturating_sub(entry.first);
        let is_new =
            age <= i64::from(reuse.new_days) * DAY && entry.first.saturating_sub(sessions.first_seen) >= DAY;
        let goes_on = sessions.now.saturating_sub(entry.last) <= SILENCE * BUCKET;
        let users = (sessions.users)(entry.ip);
        let is_rare = f64::from(users.others) <= reuse.prevalence * f64::from(users.entities);
        is_new && goes_on && is_rare && span(entry) >= reuse.min_duration && presence(entry) >= reuse.presence
    };
    let found: Vec<&Destination> = sessions.destinations.iter().filter(unusual).collect();
    let longest = found.iter().max_by_key(|entry| (span(entry), entry.wire.total()))?;
    let users = (sessions.users)(longest.ip);
    let hours = span(longest) as f64 / HOUR as f64;
    let hourly = longest.wire.total() as f64 / hours;
    let keepalive = hourly < KEEPALIVE as f64;
    let mut facts = vec![
        format!(
            "pushed to {} port {} in {:.0} % of the five-minute buckets of {hours:.1} h, {:.1} MB an hour both ways",
            longest.ip,
            longest.port,
            presence(longest) * 100.0,
            hourly / 1e6
        ),
        format!(
            "first seen {:.1} days ago, used by {} of {} other entities",
            sessions.now.saturating_sub(longest.first) as f64 / DAY as f64,
            users.others,
            users.entities.saturating_sub(1)
        ),
    ];
    if found.len() > 1 {
        facts.push(format!("{} such conversations", found.len()));
    }
    let bare = (sessions.bare)(longest.ip);
    if bare {
        facts.push("its address was in no answer to what this host looked up".to_owned());
    }
    let score = (band(hours) * if keepalive { 0.5 } else { 1.0 } * if bare { 1.25 } else { 1.0 }).min(1.0);
    Some(Verdict { kernel: Kernel::Session, severity: Severity::Info, score, facts })
}

/// How long a conversation lasts, ms.
const fn span(entry: &Destination) -> i64 {
    entry.last.saturating_sub(entry.first).saturating_add(BUCKET)
}

/// Share of its buckets in which it was pushed to.
fn presence(entry: &Destination) -> f64 {
    let elapsed = span(entry) / BUCKET;
    f64::from(entry.buckets) / elapsed.max(1) as f64
}

/// The score of a duration: 1, 4, 8 and 12 hours are the bands of long connections (threats.md 2.2).
fn band(hours: f64) -> f32 {
    match hours {
        hours if hours >= 12.0 => 0.8,
        hours if hours >= 8.0 => 0.6,
        hours if hours >= 4.0 => 0.4,
        _ => 0.2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::Pair;

    /// A Monday some time after the epoch.
    const START: i64 = 20_000 * DAY;

    /// A conversation of so many buckets out of so many, that goes on.
    fn conversation(present: u32, elapsed: i64) -> Destination {
        Destination {
            ip: "203.0.113.9".parse().unwrap(),
            port: 443,
            protocol: 6,
            first: START + 2 * DAY,
            last: START + 2 * DAY + (elapsed - 1) * BUCKET,
            buckets: present,
            wire: Pair { out: 40_000_000, into: 40_000_000 },
            weight: 0,
            days: Vec::new(),
        }
    }

    fn judged(entry: &Destination, others: u32, values: &[(&str, &str)]) -> Option<Verdict> {
        let sessions = Sessions {
            destinations: std::slice::from_ref(entry),
            first_seen: START,
            now: entry.last,
            users: &|_| Users { others, entities: 100 },
            bare: &|_| false,
        };
        judge(&sessions, &Settings::from_values(values.iter().copied()).unwrap())
    }

    #[test]
    fn frequent_reuse_speaks_from_three_hours_on_and_never_above_info() {
        let verdict = judged(&conversation(36, 36), 0, &[]).unwrap();

        assert_eq!((verdict.kernel, verdict.severity), (Kernel::Session, Severity::Info));
        assert!(verdict.score <= 0.45);
        assert_eq!(judged(&conversation(35, 35), 0, &[]), None);
        assert!(judged(&conversation(12, 12), 0, &[("an0084/reuse/min-duration", "1h")]).is_some());
    }

    #[test]
    fn four_buckets_in_five_are_frequent_and_less_is_not() {
        assert!(judged(&conversation(32, 40), 0, &[]).is_some());
        assert_eq!(judged(&conversation(31, 40), 0, &[]), None);
        assert!(judged(&conversation(31, 40), 0, &[("an0084/reuse/presence", "0.7")]).is_some());
    }

    #[test]
    fn a_destination_that_two_in_a_hundred_use_is_rare_and_three_make_it_a_service() {
        assert!(judged(&conversation(36, 36), 2, &[]).is_some());
        assert_eq!(judged(&conversation(36, 36), 3, &[]), None);
        assert!(judged(&conversation(36, 36), 3, &[("an0084/reuse/prevalence", "0.05")]).is_some());
    }

    #[test]
    fn after_a_week_a_destination_is_no_longer_new() {
        let week = 7 * 288;
        let entry = |elapsed: i64| conversation(u32::try_from(elapsed).unwrap(), elapsed);

        assert!(judged(&entry(week), 0, &[]).is_some());
        assert_eq!(judged(&entry(week + 2), 0, &[]), None);
        assert!(judged(&entry(week + 2), 0, &[("an0084/reuse/new-days", "8")]).is_some());
        assert_eq!(judged(&entry(3 * 288), 0, &[("an0084/reuse/new-days", "2")]), None);
    }

    #[test]
    fn the_telemetry_that_a_host_is_born_with_is_no_news() {
        let entry = Destination { first: START + HOUR, ..conversation(100, 100) };

        assert_eq!(judged(&entry, 0, &[]), None);
    }

    #[test]
    fn a_conversation_that_ended_is_history() {
        let entry = conversation(36, 36);
        let sessions = Sessions {
            destinations: std::slice::from_ref(&entry),
            first_seen: START,
            now: entry.last + 3 * BUCKET,
            users: &|_| Users::default(),
            bare: &|_| false,
        };

        assert_eq!(judge(&sessions, &Settings::default()), None);
    }

    #[test]
    fn an_address_that_nobody_looked_up_weighs_more_and_says_so() {
        let entry = conversation(50, 50);
        let judged = |bare: bool| {
            let sessions = Sessions {
                destinations: std::slice::from_ref(&entry),
                first_seen: START,
                now: entry.last,
                users: &|_| Users { others: 0, entities: 100 },
                bare: &|_| bare,
            };
            judge(&sessions, &Settings::default()).unwrap()
        };
        let (bare, other) = (judged(true), judged(false));
        assert!(bare.score > other.score && bare.severity == Severity::Info);
        assert_eq!(bare.facts.len(), other.facts.len() + 1);
    }

    #[test]
    fn longer_is_stronger_and_a_keepalive_counts_half() {
        let score = |entry: &Destination| judged(entry, 0, &[]).unwrap().score;
        let day = conversation(288, 288);
        let whisper = Destination { wire: Pair { out: 700_000, into: 700_000 }, ..day.clone() };

        assert!(score(&day) > score(&conversation(50, 50)));
        assert_eq!(score(&whisper) * 2.0, score(&day));
    }
}
