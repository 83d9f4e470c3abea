//! A host beside the flows of its interface: one incident, whichever speaks first.

use weir_detection::Finding;
use weir_detection::finding::Severity;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::Source;
use weir_records::telemetry::{Conversation, End, Fact, How, Launch, Process, Telemetry, Way};

use super::traffic::{ENTITY, START, batch, minute, scan};
use super::{Bench, LIFE, NOW, Run};
use crate::embedded::EmbeddedStore;
use crate::engine::hosts::Hosted;
use crate::resident::Resident;
use crate::store::Store;

pub(super) const ACCOUNT: &str = "123456789012";

/// Proxyware by its name at a minute of the traffic, on the host that has the interface's address.
fn launch(minute: i64) -> Telemetry {
    let process =
        Process { pid: Some(7), user: Some("root".to_owned()), ..Process::at(Some("/opt/hg/honeygain")) };
    of(Fact::Launch(Launch { time: START + minute * 60_000, how: How::Started, process }))
}

/// The same program dials.
fn dials(minute: i64, remote: &str) -> Telemetry {
    let time = START + minute * 60_000;
    of(Fact::Conversation(Conversation {
        start: time,
        end: time,
        dst: End { ip: remote.parse().ok(), port: Some(443) },
        way: Way::Outbound,
        process: Some(Process::at(Some("/opt/hg/honeygain"))),
        ..Conversation::default()
    }))
}

pub(super) fn of(fact: Fact) -> Telemetry {
    let mut telemetry = Telemetry::of(Source::Auditd, fact);
    telemetry.device.hostname = Some("ip-10-0-0-5.eu-west-1.compute.internal".to_owned());
    telemetry
}

pub(super) fn hosted<S: Store>(bench: &Bench<S>, id: u64, telemetry: &[Telemetry]) -> Hosted {
    hosted_at(bench, id, telemetry, NOW)
}

fn hosted_at<S: Store>(bench: &Bench<S>, id: u64, telemetry: &[Telemetry], now: i64) -> Hosted {
    hosted_as(bench, "web", id, telemetry, now)
}

fn hosted_as<S: Store>(bench: &Bench<S>, host: &str, id: u64, telemetry: &[Telemetry], now: i64) -> Hosted {
    let batch: Vec<&Telemetry> = telemetry.iter().collect();
    let run = Run { batch: id, settings: &bench.settings, intel: &bench.intel, now, deadline: now + LIFE };
    crate::finish_now(bench.engine.hosts(ACCOUNT, host, &batch, &run)).unwrap().unwrap()
}

/// All reports of 260 minutes of traffic with scans at minutes 150 and 200, of a host that speaks at a minute: over the
/// engine, and of a resident.
fn told(host_at: i64) -> [Vec<Finding>; 2] {
    let (settings, intel) = (Settings::default(), Intel::default());
    let bench = Bench::new();
    let mut resident = Resident::default();
    let (mut alerted, mut said): (Vec<Finding>, Vec<Finding>) = (Vec::new(), Vec::new());
    for n in 0..260 {
        if n == host_at {
            let telemetry = [launch(n)];
            let hosted = hosted(&bench, 1_000, &telemetry);
            alerted.extend(hosted.alerts.into_iter().map(|(_, alert)| alert.finding));
            let batch: Vec<&Telemetry> = telemetry.iter().collect();
            let hosted = resident.hosts("web", &batch, None, &settings, &intel).unwrap();
            said.extend(hosted.findings.into_iter().map(|(_, finding)| finding));
        }
        let flows = [minute(n), if n == 150 || n == 200 { scan(n, 26) } else { Vec::new() }].concat();
        // The interface is not known before minute 20.
        if n >= 20 {
            let applied = bench.apply(n as u64 + 1, &batch(&flows), NOW).unwrap();
            alerted.extend(applied.alerts.into_iter().map(|alert| alert.finding));
            said.extend(resident.apply(&batch(&flows), &settings, &intel).unwrap().findings);
        }
    }
    [alerted, said]
}

#[test]
fn a_host_and_its_interface_are_one_incident_whichever_speaks_first() {
    use Severity::{High, Medium};
    for (host_at, expected) in [
        (i64::MAX, vec![Medium]),
        (10, vec![Medium, High]),
        (60, vec![Medium, High]),
        (180, vec![Medium, High]),
    ] {
        for reports in told(host_at) {
            let severities: Vec<Severity> = reports.iter().map(|finding| finding.severity).collect();
            let uid = &reports[0].uid;
            assert_eq!(severities, expected, "host at minute {host_at}: {reports:#?}");
            assert!(
                reports.iter().all(|finding| finding.uid == *uid),
                "host at minute {host_at}: {reports:#?}"
            );
            let counts: Vec<u32> = reports.iter().map(|finding| finding.count).collect();
            assert_eq!(counts, (1..=expected.len() as u32).collect::<Vec<_>>(), "host at minute {host_at}");
            let last = reports.last().unwrap();
            let named = last.actors.first().and_then(|actor| actor.path.as_deref());
            assert_eq!(
                named,
                (host_at != i64::MAX).then_some("/opt/hg/honeygain"),
                "host at minute {host_at}"
            );
        }
    }
}

#[test]
fn a_batch_of_a_host_counts_once_and_its_alert_waits_until_it_is_confirmed() {
    counts_once(&Bench::new());
    let folder = tempfile::tempdir().unwrap();
    counts_once(&Bench::over(EmbeddedStore::open(&folder.path().join("state")).unwrap()));
}

fn counts_once<S: Store>(bench: &Bench<S>) {
    let first = hosted(bench, 5, &[launch(1)]);
    let [(owner, alert)] = &first.alerts[..] else { panic!("{first:?}") };
    assert_eq!((alert.finding.severity, first.taken), (Severity::Medium, 1));

    let again = hosted(bench, 5, &[launch(1)]);
    assert_eq!((again.repeated, again.alerts.len(), again.elsewhere), (true, 0, 1));
    crate::finish_now(bench.engine.confirm(owner, &[alert.id], NOW)).unwrap().unwrap();
    let later = hosted(bench, 5, &[launch(1)]);
    assert_eq!((later.repeated, later.alerts.len(), later.elsewhere), (true, 0, 0));
    // A connection outside is a second reason: the incident rises once.
    let rise = hosted(bench, 6, &[dials(2, "203.0.113.7")]);
    assert_eq!(rise.alerts.len(), 1);
    assert_eq!(rise.alerts[0].1.finding.severity, Severity::High);
    assert!(hosted(bench, 7, &[dials(3, "203.0.113.7")]).alerts.is_empty());
}

#[test]
fn the_retry_sends_what_was_left_in_the_interfaces_document() {
    let bench = Bench::new();
    for n in 0..60 {
        bench.apply(n as u64 + 1, &batch(&minute(n)), NOW).unwrap();
    }
    let first = hosted(&bench, 1_000, &[launch(60)]);
    let [(owner, alert)] = &first.alerts[..] else { panic!("{first:?}") };
    assert!(!owner.id.starts_with("host/"), "{owner:?}");

    // The delivery died with the alert in hand: until its deadline nobody else sends it, then whoever retries does.
    let early = hosted_at(&bench, 1_000, &[launch(60)], NOW + 1);
    assert_eq!((early.repeated, early.alerts.len(), early.elsewhere), (true, 0, 1));
    let retry = hosted_at(&bench, 1_000, &[launch(60)], NOW + LIFE + 1);
    assert_eq!((retry.repeated, &retry.alerts), (true, &first.alerts));
    crate::finish_now(bench.engine.confirm(owner, &[alert.id], NOW + LIFE + 1)).unwrap().unwrap();
    let done = hosted_at(&bench, 1_000, &[launch(60)], NOW + 3 * LIFE);
    assert_eq!((done.alerts.len(), done.elsewhere), (0, 0));
}

#[test]
fn the_order_and_the_batches_of_a_hosts_records_do_not_matter() {
    let records: Vec<Telemetry> =
        std::iter::once(launch(0)).chain((1..15).map(|n| dials(n, "203.0.113.7"))).collect();
    let state = |batches: Vec<Vec<Telemetry>>| {
        let bench = Bench::new();
        for (id, batch) in batches.iter().enumerate() {
            hosted(&bench, id as u64 + 1, batch);
        }
        let key = weir_detection::host::host_key(ACCOUNT, "web");
        let read = bench.engine.read::<weir_detection::host::HostState>(&key);
        let state = crate::finish_now(read).unwrap().unwrap().0.state;
        (state.programs, state.addresses, state.latest, state.incidents.len())
    };
    let back: Vec<Telemetry> = records.iter().rev().cloned().collect();
    let one = state(vec![records.clone()]);
    assert_eq!(state(records.iter().map(|record| vec![record.clone()]).collect()), one);
    assert_eq!(state(back.chunks(4).map(<[Telemetry]>::to_vec).collect()), one);
}

#[test]
fn records_that_a_forwarder_sends_again_among_others_count_once() {
    // What the unified log says of a connection that closed, and an audit log's execve with its serial.
    let closed = |n: i64, sent: u64| {
        let mut telemetry = dials(n, "203.0.113.7");
        if let Fact::Conversation(conversation) = &mut telemetry.fact {
            (conversation.sent.bytes, conversation.received.bytes) = (Some(sent), Some(100));
        }
        telemetry
    };
    let numbered = |serial: u32| Telemetry { uid: Some(format!("1.000:{serial}")), ..launch(1) };
    let records: Vec<Telemetry> =
        (0..10).map(|n| closed(n, 1_000)).chain([closed(3, 2_000), numbered(1), numbered(2)]).collect();
    let programs = |batches: &[&[Telemetry]]| {
        let bench = Bench::new();
        for (id, batch) in batches.iter().enumerate() {
            hosted(&bench, id as u64 + 1, batch);
        }
        let key = weir_detection::host::host_key(ACCOUNT, "web");
        let read = bench.engine.read::<weir_detection::host::HostState>(&key);
        crate::finish_now(read).unwrap().unwrap().0.state.programs
    };
    let once = programs(&[&records]);
    let bytes: u64 =
        once[0].trace.last(weir_detection::observation::bucket_of(START) + 300_000, 4).map(|it| it.out).sum();
    assert_eq!(bytes, 12_000);
    assert_eq!(once[0].starts.iter().map(|(_, count)| count).sum::<u32>(), 2);
    assert_eq!(programs(&[&records[..7], &records[2..11], &records]), once);
}

#[test]
fn a_machine_that_takes_over_an_address_inherits_nothing_of_the_host_that_had_it() {
    // The flows name `eni-1`; the instance on it was launched before the host spoke at minute 10, or after.
    // Minute 0 is 2026-12-11 14:40.
    for (launched, expected) in [("2026-12-11T14:45:00+00:00", true), ("2026-12-11T14:55:00+00:00", false)] {
        let inventory = format!(
            r#"{{"Reservations":[{{"Instances":[{{"InstanceId":"i-1","LaunchTime":"{launched}"}}]}}],
                "NetworkInterfaces":[{{"NetworkInterfaceId":"{ENTITY}","Attachment":{{"InstanceId":"i-1"}}}}]}}"#
        );
        let mut bench = Bench::new();
        bench.intel.inventory.merge(inventory.as_bytes()).unwrap();
        let mut resident = Resident::default();
        hosted(&bench, 1_000, &[launch(10)]);
        resident.hosts("web", &[&launch(10)], None, &bench.settings, &bench.intel).unwrap();
        let (mut named, mut named_too) = (false, false);
        for n in 20..60 {
            let flows = [minute(n), if n == 40 { scan(n, 26) } else { Vec::new() }].concat();
            let applied = bench.apply(n as u64, &batch(&flows), NOW).unwrap();
            named |= applied.alerts.iter().any(|alert| !alert.finding.actors.is_empty());
            let stepped = resident.apply(&batch(&flows), &bench.settings, &bench.intel).unwrap();
            named_too |= stepped.findings.iter().any(|finding| !finding.actors.is_empty());
        }
        assert_eq!((named, named_too), (expected, expected), "launched at {launched}");
    }
}

#[test]
fn an_address_is_of_the_host_that_was_last_seen_with_it_also_without_an_inventory() {
    // "web" runs proxyware at minute 10 on the address that the flows show from a minute on. Another host may be seen
    // with it in between.
    for (other, flows_from, named) in
        [(None, 20, true), (Some(15), 20, false), (Some(5), 20, true), (None, 69, true), (None, 76, false)]
    {
        let bench = Bench::new();
        let mut resident = Resident::default();
        let mut speak = |host: &str, id: u64, telemetry: Telemetry| {
            hosted_as(&bench, host, id, std::slice::from_ref(&telemetry), NOW);
            resident.hosts(host, &[&telemetry], None, &bench.settings, &bench.intel).unwrap();
        };
        let newcomer = |minute| {
            let mut telemetry = dials(minute, "203.0.113.7");
            if let Fact::Conversation(conversation) = &mut telemetry.fact {
                conversation.process = Some(Process::at(Some("/usr/bin/rsync")));
            }
            telemetry
        };
        if let Some(minute) = other.filter(|minute| *minute < 10) {
            speak("new", 1, newcomer(minute));
        }
        speak("web", 2, launch(10));
        if let Some(minute) = other.filter(|minute| *minute > 10) {
            speak("new", 3, newcomer(minute));
        }
        let accuses = |findings: &[Finding]| {
            let actors = findings.iter().flat_map(|finding| &finding.actors);
            actors.filter_map(|actor| actor.path.as_deref()).any(|path| path == "/opt/hg/honeygain")
        };
        let (mut by_engine, mut by_resident) = (false, false);
        for n in flows_from..flows_from + 45 {
            let flows = [minute(n), if n == flows_from + 25 { scan(n, 26) } else { Vec::new() }].concat();
            let alerts = bench.apply(n as u64, &batch(&flows), NOW).unwrap().alerts;
            by_engine |= accuses(&alerts.into_iter().map(|alert| alert.finding).collect::<Vec<_>>());
            by_resident |=
                accuses(&resident.apply(&batch(&flows), &bench.settings, &bench.intel).unwrap().findings);
        }
        assert_eq!((by_engine, by_resident), (named, named), "{other:?}, flows from {flows_from}");
    }
}
