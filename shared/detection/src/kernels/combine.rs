//! One judgement from many verdicts: each group of evidence counts once, at its strongest (threats.md 6.5).
//!
//! The score is a noisy-or over groups. The severity is not read from it: it comes from which groups agree.
//! - A strong group (structure, reachability) is medium by itself, and high where a second, independent one agrees:
//!   the other strong group, an address list, or context as strong as an unusual launch. Volume and sessions are not
//!   independent of a relay, whose bytes and gateways they are: they raise its score alone.
//! - Sustained volume is low at most by itself; medium where two of reuse, a list and strong context speak with it.
//!   An upload to a destination of its own, which is low confidence by nature, is medium where one of the latter does.
//! - A name of proxyware is low by itself, and high where the host holds on to its address. It makes high of a strong
//!   group and medium of a long session; not so where the host asks for everything.
//! - Whatever else a verdict asks for by itself stands; from medium on it is high where strong context agrees. Context
//!   alone opens nothing.

use crate::finding::{Contribution, Group, Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::instance::Context;

/// Context from which it is a group of evidence of its own (a prelude of API calls, a fleet twin).
pub(crate) const STRONG_CONTEXT: f64 = 0.3;

/// Score of a name from which it was not one of many that a checker or a resolver asks for.
const IN_EARNEST: f32 = 0.5;

/// Most that all context together adds.
const MOST_CONTEXT: f64 = 0.45;

/// What all that was seen comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// How much it asks of its reader.
    pub severity: Severity,
    /// Strength in [0, 1].
    pub score: f64,
    /// Per group, strongest first; context stands under the kernel that it is context of.
    pub contributions: Vec<Contribution>,
    /// Why the severity is what it is, one reason each.
    pub why: Vec<String>,
}

/// Combines what the kernels said of one entity; `None` where no kernel spoke.
#[must_use]
pub fn combine(verdicts: &[Verdict], context: &[Context]) -> Option<Judgement> {
    let lead = verdicts.iter().max_by(|a, b| strength(a).total_cmp(&strength(b)))?;
    let mut why = vec![format!("{} asks for {} by itself", lead.kernel.name(), own(lead).name())];
    let mut severity = own(lead);
    let mut contributions: Vec<Contribution> = Vec::new();
    for verdict in verdicts {
        let group = verdict.kernel.group();
        let score = verdict.score.clamp(0.0, 1.0);
        match contributions.iter_mut().find(|have| have.group == group) {
            Some(have) if have.score >= score => {}
            Some(have) => *have = contribution(verdict, score),
            None => contributions.push(contribution(verdict, score)),
        }
    }
    let has = |group: Group| verdicts.iter().any(|verdict| verdict.kernel.group() == group);
    let is_strong = |group: Group| {
        verdicts.iter().any(|verdict| verdict.kernel.group() == group && own(verdict) >= Severity::Medium)
    };
    let strongest_context = context.iter().map(|context| context.weight).fold(0.0, f64::max);
    let mut raise = |to: Severity, reason: &str| {
        if severity < to {
            severity = to;
            why.push(reason.to_owned());
        }
    };
    let is_context_strong = strongest_context >= STRONG_CONTEXT;
    let agreeing =
        [has(Group::Session), has(Group::Intel), is_context_strong].into_iter().filter(|is| *is).count();
    if has(Group::Volume) && agreeing >= 2 {
        raise(Severity::Medium, "egress agrees with two of frequent reuse, an address list and the context");
    } else if verdicts.iter().any(is_upload) && (has(Group::Intel) || is_context_strong) {
        raise(Severity::Medium, "an upload agrees with an address list or the context");
    } else if has(Group::Volume) && agreeing == 1 {
        raise(Severity::Low, "sustained egress and a second group agree");
    }
    if is_strong(Group::Structure) && is_strong(Group::Reachability) {
        raise(Severity::High, "structure and reachability agree, two independent groups");
    }
    if (is_strong(Group::Structure) || is_strong(Group::Reachability)) && has(Group::Intel) {
        raise(Severity::High, "an address list agrees, an independent group");
    }
    if is_context_strong && own(lead) >= Severity::Medium {
        raise(Severity::High, "the context agrees, an independent group");
    }
    let named = verdicts.iter().any(|verdict| match verdict.kernel {
        Kernel::Name => verdict.score >= IN_EARNEST,
        // What honest users run too says what it is, and not that it is misused.
        Kernel::Program | Kernel::Container => {
            verdict.score >= IN_EARNEST && verdict.severity >= Severity::Low
        }
        _ => false,
    });
    if named && (is_strong(Group::Structure) || is_strong(Group::Reachability)) {
        raise(Severity::High, "a name of proxyware agrees, an independent group");
    } else if named && has(Group::Session) {
        raise(Severity::Medium, "a name of proxyware and frequent reuse of a long session agree");
    }
    let together = 1.0 - context.iter().map(|context| 1.0 - context.weight.clamp(0.0, 1.0)).product::<f64>();
    if !context.is_empty() {
        contributions.push(Contribution {
            group: Group::Context,
            kernel: lead.kernel,
            score: 1.0,
            weight: together.min(MOST_CONTEXT) as f32,
            facts: context.iter().map(|context| context.fact.clone()).collect(),
        });
    }
    let share = |have: &Contribution| f64::from(have.weight) * f64::from(have.score);
    contributions.sort_by(|a, b| share(b).total_cmp(&share(a)).then(a.group.cmp(&b.group)));
    let score = 1.0 - contributions.iter().map(|have| 1.0 - share(have)).product::<f64>();
    Some(Judgement { severity, score, contributions, why })
}

/// A group's weight in the noisy-or.
#[must_use]
pub const fn weight(group: Group) -> f32 {
    match group {
        Group::Reachability => 0.75,
        Group::Structure => 0.7,
        Group::Intel | Group::Name => 0.6,
        Group::Volume | Group::Context => 0.45,
        Group::Session => 0.35,
    }
}

fn contribution(verdict: &Verdict, score: f32) -> Contribution {
    let group = verdict.kernel.group();
    Contribution { group, kernel: verdict.kernel, score, weight: weight(group), facts: verdict.facts.clone() }
}

/// What a verdict may ask for by itself.
fn own(verdict: &Verdict) -> Severity {
    match verdict.kernel {
        Kernel::Volume => verdict.severity.min(Severity::Low),
        Kernel::Session => verdict.severity.min(Severity::Info),
        _ => verdict.severity,
    }
}

/// A kernel that knows where the egress goes.
const fn is_upload(verdict: &Verdict) -> bool {
    matches!(verdict.kernel, Kernel::Dormant | Kernel::SlowGrowth | Kernel::Upload)
}

/// Order of verdicts: severity, then weighted score.
fn strength(verdict: &Verdict) -> f64 {
    let weighted = weight(verdict.kernel.group()) * verdict.score.clamp(0.0, 1.0);
    f64::from(own(verdict) as u8) + f64::from(weighted) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kernel: Kernel, severity: Severity, score: f32) -> Verdict {
        Verdict { kernel, severity, score, facts: vec![kernel.name().to_owned()] }
    }

    fn context(weight: f64) -> Context {
        Context { weight, fact: "launched by a stranger".into() }
    }

    fn severity(verdicts: &[Verdict], context: &[Context]) -> Severity {
        combine(verdicts, context).unwrap().severity
    }

    fn volume() -> Verdict {
        said(Kernel::Volume, Severity::Low, 1.0)
    }

    fn session() -> Verdict {
        said(Kernel::Session, Severity::Info, 0.8)
    }

    fn relay() -> Verdict {
        said(Kernel::Relay, Severity::Medium, 0.8)
    }

    fn vpn() -> Verdict {
        said(Kernel::Intel, Severity::Low, 0.7)
    }

    #[test]
    fn volume_and_sessions_alone_stay_low_whatever_they_ask_for() {
        assert_eq!(severity(&[said(Kernel::Volume, Severity::Critical, 1.0)], &[]), Severity::Low);
        assert_eq!(severity(&[said(Kernel::Session, Severity::High, 1.0)], &[]), Severity::Info);
        assert_eq!(severity(&[volume(), session()], &[]), Severity::Low);
    }

    #[test]
    fn sustained_egress_with_reuse_and_a_list_is_medium_and_with_one_of_them_low() {
        let info = said(Kernel::Volume, Severity::Info, 0.5);

        assert_eq!(severity(&[volume(), session(), vpn()], &[]), Severity::Medium);
        assert_eq!(severity(&[info.clone(), session()], &[]), Severity::Low);
        assert_eq!(severity(&[volume(), vpn()], &[]), Severity::Low);
        assert_eq!(severity(&[info], &[]), Severity::Info);
    }

    #[test]
    fn an_upload_is_medium_with_a_list_or_strong_context_and_low_without() {
        let upload = said(Kernel::Upload, Severity::Low, 0.6);

        assert_eq!(severity(std::slice::from_ref(&upload), &[context(0.29)]), Severity::Low);
        assert_eq!(severity(&[upload.clone(), session()], &[]), Severity::Low);
        assert_eq!(severity(&[upload.clone(), vpn()], &[]), Severity::Medium);
        assert_eq!(severity(&[upload], &[context(0.3)]), Severity::Medium);
    }

    #[test]
    fn strong_context_counts_as_one_of_the_two_that_volume_needs() {
        assert_eq!(severity(&[volume()], &[context(0.3)]), Severity::Low);
        assert_eq!(severity(&[volume(), session()], &[context(0.3)]), Severity::Medium);
        assert_eq!(severity(&[volume(), session()], &[context(0.29)]), Severity::Low);
    }

    #[test]
    fn one_strong_group_is_medium_and_a_second_independent_one_makes_it_high() {
        let scan = said(Kernel::Scan, Severity::Medium, 0.7);

        assert_eq!(severity(&[relay()], &[]), Severity::Medium);
        assert_eq!(severity(&[relay(), vpn()], &[]), Severity::High);
        assert_eq!(severity(&[relay(), scan.clone()], &[]), Severity::High);
        assert_eq!(severity(&[scan], &[context(0.3)]), Severity::High);
    }

    #[test]
    fn whatever_is_medium_by_itself_is_high_with_strong_context_and_what_is_low_is_not() {
        let tor = said(Kernel::Intel, Severity::Medium, 0.75);

        assert_eq!(severity(std::slice::from_ref(&tor), &[context(0.3)]), Severity::High);
        assert_eq!(severity(&[tor], &[context(0.29)]), Severity::Medium);
        assert_eq!(severity(&[vpn()], &[context(0.9)]), Severity::Low);
    }

    #[test]
    fn a_relays_own_bytes_and_gateways_are_no_second_group() {
        assert_eq!(severity(&[relay(), volume(), session()], &[]), Severity::Medium);
        assert_eq!(severity(&[relay(), said(Kernel::Torrent, Severity::Medium, 0.8)], &[]), Severity::Medium);
    }

    #[test]
    fn a_name_is_low_alone_medium_with_a_session_and_high_with_a_relay_unless_the_host_asks_for_everything() {
        let name = |severity, score| said(Kernel::Name, severity, score);
        let (once, checker) = (name(Severity::Info, 0.95), name(Severity::Info, 0.475));

        assert_eq!(severity(&[name(Severity::Low, 0.95)], &[]), Severity::Low);
        assert_eq!(severity(&[once.clone(), session()], &[]), Severity::Medium);
        assert_eq!(severity(&[once, relay()], &[]), Severity::High);
        assert_eq!(severity(&[checker.clone(), session()], &[]), Severity::Info);
        assert_eq!(severity(&[checker, relay()], &[]), Severity::Medium);
    }

    #[test]
    fn instance_facts_raise_the_score_and_not_the_severity_and_open_nothing() {
        let plain = combine(&[relay()], &[]).unwrap();
        let large = combine(&[relay()], &[context(0.1), context(0.15)]).unwrap();

        assert!(large.score > plain.score);
        assert_eq!(large.severity, plain.severity);
        assert_eq!(combine(&[], &[context(0.45)]), None);
    }

    #[test]
    fn context_together_is_bounded() {
        let judgement = combine(&[session()], &[context(0.9), context(0.9)]).unwrap();
        let have = judgement.contributions.iter().find(|have| have.group == Group::Context).unwrap();

        assert_eq!(have.weight, 0.45);
    }

    #[test]
    fn a_group_counts_once_at_its_strongest() {
        let judgement =
            combine(&[relay(), said(Kernel::ServedRelay, Severity::Medium, 0.9), volume()], &[]).unwrap();
        let groups: Vec<_> = judgement.contributions.iter().map(|have| (have.group, have.kernel)).collect();

        assert_eq!(groups, [(Group::Structure, Kernel::ServedRelay), (Group::Volume, Kernel::Volume)]);
        let expected = 1.0 - (1.0 - 0.7 * 0.9) * (1.0 - 0.45);
        assert!((judgement.score - expected).abs() < 1e-6, "{}", judgement.score);
    }

    #[test]
    fn the_order_of_the_verdicts_does_not_matter() {
        let mut verdicts = vec![vpn(), volume(), relay(), session()];
        let one = combine(&verdicts, &[context(0.1)]);
        verdicts.reverse();

        assert_eq!(combine(&verdicts, &[context(0.1)]), one);
    }
}
