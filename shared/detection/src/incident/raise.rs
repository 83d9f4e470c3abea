//! What would have raised a finding: the same judgement again, with evidence that was not there.
//!
//! Nothing is guessed. Each kind of evidence that is missing is added to what was said and all is combined anew; what
//! then asks for more is told, with how far the entity was from it. Where no single kind is enough, two are tried.

use weir_intel::Intel;

use crate::finding::{Group, Kernel, Learning, Severity};
use crate::kernels::Verdict;
use crate::kernels::combine::{STRONG_CONTEXT, combine};
use crate::kernels::instance::Context;
use crate::observation::BUCKET;
use crate::settings::Settings;
use crate::state::{EntityState, HOUR};

/// Buckets of an hour.
const AN_HOUR: usize = 12;

/// Ways that are told at most.
const TOLD: usize = 4;

/// What was said of a bucket, and what it was said of.
pub(super) struct Case<'a> {
    pub(super) state: &'a EntityState,
    pub(super) bucket: i64,
    pub(super) said: &'a [Verdict],
    pub(super) context: &'a [Context],
    pub(super) severity: Severity,
    pub(super) settings: &'a Settings,
    pub(super) intel: &'a Intel,
}

/// Evidence that was not there.
struct Missed {
    verdict: Option<Verdict>,
    context: Option<Context>,
    words: String,
}

/// Each way in which the finding would have asked for more, in words with numbers.
pub(super) fn would_raise(case: &Case<'_>) -> Vec<String> {
    let missed = missed(case);
    let with = |added: &[&Missed]| {
        let said: Vec<Verdict> =
            case.said.iter().cloned().chain(added.iter().filter_map(|it| it.verdict.clone())).collect();
        let context: Vec<Context> =
            case.context.iter().cloned().chain(added.iter().filter_map(|it| it.context.clone())).collect();
        combine(&said, &context).map_or(case.severity, |judgement| judgement.severity)
    };
    let mut ways: Vec<String> = missed
        .iter()
        .map(|one| (one, with(&[one])))
        .filter(|(_, severity)| *severity > case.severity)
        .map(|(one, severity)| format!("{}: {}", severity.name(), one.words))
        .collect();
    if ways.is_empty() {
        for (place, one) in missed.iter().enumerate() {
            for other in missed.iter().skip(place + 1) {
                let severity = with(&[one, other]);
                if severity > case.severity {
                    ways.push(format!("{}: {}; and {}", severity.name(), one.words, other.words));
                }
            }
        }
    }
    ways.truncate(TOLD);
    ways
}

/// The kinds of evidence that were not there, likeliest first, each as weak as it counts.
fn missed(case: &Case<'_>) -> Vec<Missed> {
    let hour = Hour::of(case);
    let an0084 = &case.settings.an0084;
    let value = |path: &str| case.settings.value(path).unwrap_or_default();
    let verdict = |kernel, severity| Some(Verdict { kernel, severity, score: 0.6, facts: Vec::new() });
    let has = |group: Group| case.said.iter().any(|said| said.kernel.group() == group);
    let context = case.context.iter().map(|it| it.weight).fold(0.0, f64::max);
    let list = if case.intel.has_lists() {
        format!(
            "an address list that agrees: {} an hour with listed addresses ({} were seen)",
            value("an0084/intel-min-bytes"),
            megabytes(hour.listed)
        )
    } else {
        "an address list that agrees (none was given)".to_owned()
    };
    let relay = format!(
        "traffic that looks relayed: {} an hour from {} origins that leave again ({} left to those that were pushed to, \
         {} origins answered)",
        value("an0084/relay/min-bytes"),
        an0084.relay.origins,
        megabytes(hour.pushed),
        case.state.origins.count()
    );
    let volume = format!(
        "sustained egress above its usual: {} an hour and {} times its 95th percentile in {} buckets ({} left, {})",
        value("an0084/traffic-egress-threshold/min-bytes"),
        an0084.traffic_egress_threshold.ratio,
        value("an0084/traffic-egress-threshold/k-of-m"),
        megabytes(hour.sent),
        hour.ratio()
    );
    let all = [
        (Group::Intel, verdict(Kernel::Intel, Severity::Low), None, list),
        (
            Group::Reachability,
            verdict(Kernel::Scan, Severity::Medium),
            None,
            format!(
                "{} hosts on one port in five minutes that do not answer ({} destinations did not within the hour)",
                an0084.scan.hosts, hour.failed
            ),
        ),
        (Group::Structure, verdict(Kernel::Relay, Severity::Medium), None, relay),
        (Group::Volume, verdict(Kernel::Volume, Severity::Low), None, volume),
        (
            Group::Session,
            verdict(Kernel::Session, Severity::Info),
            None,
            format!(
                "one conversation with a new and rare remote, in {:.0} % of the buckets of {} (the longest goes on for {:.1} h)",
                an0084.reuse.presence * 100.0,
                value("an0084/reuse/min-duration"),
                hour.longest as f64 / HOUR as f64
            ),
        ),
    ];
    let mut missed: Vec<Missed> = all
        .into_iter()
        .filter(|(group, ..)| !has(*group))
        .map(|(_, verdict, context, words)| Missed { verdict, context, words })
        .collect();
    missed.extend(of_the_lead(case));
    if context < STRONG_CONTEXT {
        missed.push(Missed {
            verdict: None,
            context: Some(Context { weight: STRONG_CONTEXT, fact: String::new() }),
            words: format!(
                "context of weight {STRONG_CONTEXT}, as an unusual launch or API call just before ({context:.2} was known)"
            ),
        });
    }
    missed
}

/// What the strongest kernel itself would have needed to say more.
fn of_the_lead(case: &Case<'_>) -> Option<Missed> {
    let lead = case.said.first()?;
    let usual = case.state.season.usual_of(case.bucket);
    let (severity, words) = match lead.kernel {
        Kernel::Intel if lead.severity < Severity::Medium => {
            (Severity::Medium, "the same traffic with addresses of a fresh Tor list".to_owned())
        }
        Kernel::Volume if lead.severity < Severity::Low && usual.facts.state == Learning::Learning => (
            Severity::Low,
            format!(
                "a history of its own: {} old, and it is known for {:.1} d",
                case.settings.value("baseline/warm-up").unwrap_or_default(),
                usual.facts.age_days
            ),
        ),
        Kernel::Volume if lead.severity < Severity::Low => (
            Severity::Low,
            format!(
                "one and a half times what it sends at its busiest hour ({} in five minutes)",
                megabytes(usual.peak)
            ),
        ),
        _ => return None,
    };
    Some(Missed { verdict: Some(Verdict { severity, ..lead.clone() }), context: None, words })
}

/// Sums of the last hour.
struct Hour {
    sent: u64,
    usual: u64,
    pushed: u64,
    listed: u64,
    failed: u32,
    longest: i64,
}

impl Hour {
    fn of(case: &Case<'_>) -> Self {
        let cells = case.state.ring.last(case.bucket, AN_HOUR);
        let going_on = case.state.destinations.iter().filter(|entry| case.bucket - entry.last <= 2 * BUCKET);
        Self {
            sent: cells.iter().map(|cell| cell.external.out).sum(),
            usual: case.state.season.usual_of(case.bucket).facts.p95.saturating_mul(AN_HOUR as u64),
            pushed: cells.iter().map(|cell| cell.push.out).sum(),
            listed: cells.iter().map(|cell| cell.listed.total()).sum(),
            failed: cells.iter().map(|cell| u32::from(cell.failed)).sum(),
            longest: going_on.map(|entry| entry.last - entry.first + BUCKET).max().unwrap_or(0),
        }
    }

    fn ratio(&self) -> String {
        match self.usual {
            0 => "with no history to compare".to_owned(),
            usual => format!("{:.1} times", self.sent as f64 / usual as f64),
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_does_raise_and_says_to_what() {
        let relay = said(Kernel::Relay, Severity::Medium);
        let scan = said(Kernel::Scan, Severity::Medium);
        let session = said(Kernel::Session, Severity::Info);
        let cases: [(&[Verdict], &[&str]); 5] = [
            (std::slice::from_ref(&relay), &["high: an address list", "high: 25 hosts", "high: context"]),
            (
                std::slice::from_ref(&scan),
                &["high: an address list", "high: traffic that looks relayed", "high: context"],
            ),
            (&[relay.clone(), scan.clone()], &[]),
            (&[said(Kernel::Upload, Severity::Low)], &["medium: an address list", "medium: 25 hosts"]),
            (&[said(Kernel::Volume, Severity::Low), session], &["medium: an address list"]),
        ];
        for (said, ways) in cases {
            let told = told(said);
            assert!(ways.is_empty() == told.is_empty(), "{said:?}: {told:?}");
            for way in ways {
                assert!(told.iter().any(|line| line.starts_with(way)), "{way} of {told:?}");
            }
        }
    }

    #[test]
    fn two_kinds_are_named_where_one_is_not_enough() {
        let told =
            told_of(&[said(Kernel::Volume, Severity::Low)], &[], |severity| severity.max(Severity::Medium));

        assert!(told.iter().all(|way| way.starts_with("high: ")), "{told:?}");
        let low = told_of(&[said(Kernel::Volume, Severity::Low)], &[], |severity| severity);
        assert!(low.iter().any(|way| way.starts_with("medium: 25 hosts")), "{low:?}");
    }

    #[test]
    fn how_far_it_was_is_the_entitys_own_number() {
        let mut state = EntityState::default();
        state.ring.push(
            0,
            crate::ring::Cell {
                listed: crate::ring::Pair { out: 1_400_000, into: 0 },
                ..crate::ring::Cell::default()
            },
        );
        let intel = Intel { tor: weir_intel::RangeSet::parse("192.0.2.1").0, ..Intel::default() };
        let settings = Settings::default();
        let verdicts = [said(Kernel::Relay, Severity::Medium)];
        let case = Case {
            state: &state,
            bucket: 0,
            said: &verdicts,
            context: &[],
            severity: Severity::Medium,
            settings: &settings,
            intel: &intel,
        };

        assert!(would_raise(&case)[0].contains("2MB an hour with listed addresses (1.4 MB were seen)"));
    }

    fn told(said: &[Verdict]) -> Vec<String> {
        told_of(said, &[], |severity| severity)
    }

    fn told_of(
        said: &[Verdict],
        context: &[Context],
        severity: impl Fn(Severity) -> Severity,
    ) -> Vec<String> {
        let (state, settings, intel) = (EntityState::default(), Settings::default(), Intel::default());
        let severity = severity(combine(said, context).unwrap().severity);
        would_raise(&Case {
            state: &state,
            bucket: 0,
            said,
            context,
            severity,
            settings: &settings,
            intel: &intel,
        })
    }

    fn said(kernel: Kernel, severity: Severity) -> Verdict {
        Verdict { kernel, severity, score: 0.8, facts: Vec::new() }
    }
}
