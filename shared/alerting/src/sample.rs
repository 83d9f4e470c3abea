//! Findings for this crate's tests: one that is typical, two that know little, and any.

use std::net::{IpAddr, Ipv4Addr};

use weir_detection::finding::{
    Activity, Actor, ActorContainer, BaselineFacts, BaselineLevel, Contribution, Finding, Group, Kernel,
    Learning, Missing, Mode, Remote, Role, Severity, Subject, Window,
};

mod any;

pub(crate) use any::any_finding;

/// Every activity.
pub(crate) const ACTIVITIES: [Activity; 3] = [Activity::Create, Activity::Update, Activity::Close];

/// 2026-11-24 04:15 UTC.
const NOW: i64 = 1_795_493_700_000;
const MINUTE: i64 = 60_000;

/// A relay on a known instance, with all that flow logs, lists and an inventory can tell.
pub(crate) fn relay() -> Finding {
    let remotes = [
        (
            ip4(203, 0, 113, 7),
            443,
            Role::Gateway,
            812_000_000,
            41_000_000,
            "NL",
            64_500,
            "Example Hosting B.V.",
            "proxy",
        ),
        (
            ip4(198, 51, 100, 20),
            443,
            Role::Origin,
            9_300_000,
            301_000_000,
            "US",
            64_496,
            "Example CDN, Inc.",
            "",
        ),
        (
            ip4(198, 51, 100, 77),
            80,
            Role::Origin,
            4_100_000,
            122_000_000,
            "BR",
            64_510,
            "Redes do Exemplo",
            "",
        ),
    ];
    Finding {
        uid: "AN0084:123456789012:eu-central-1:i-0a1b2c3d4e5f60718:relay".to_owned(),
        activity: Activity::Create,
        analytic: "AN0084".to_owned(),
        mode: Mode::Live,
        suppressed: None,
        severity: Severity::High,
        confidence: 86,
        kernel: Kernel::Relay,
        title: "Back-connect relay on i-0a1b2c3d4e5f60718 at 600 kbit/s".to_owned(),
        description:
            "The instance pulls from 212 origins and pushes what it pulls to 3 gateways that it met today. \
                      Requests come back the same way, and both series rise and fall together."
                .to_owned(),
        time: NOW,
        start: NOW - 190 * MINUTE,
        end: NOW,
        created: NOW,
        count: 1,
        subject: Subject {
            account: Some("123456789012".to_owned()),
            region: Some("eu-central-1".to_owned()),
            instance: Some("i-0a1b2c3d4e5f60718".to_owned()),
            interfaces: vec!["eni-0123456789abcdef0".to_owned(), "eni-0fedcba9876543210".to_owned()],
            vpc: Some("vpc-0aa11bb22cc33dd44".to_owned()),
            subnet: Some("subnet-0ee55ff66aa77bb88".to_owned()),
            addresses: vec![ip4(10, 0, 1, 5), "2001:db8:10::5".parse().unwrap()],
            instance_type: Some("t3.micro".to_owned()),
            tags: vec!["Name=build-7".to_owned(), "team=web".to_owned()],
        },
        contributions: vec![
            Contribution {
                group: Group::Structure,
                kernel: Kernel::Relay,
                score: 0.91,
                weight: 0.7,
                facts: vec![
                    "3 of 3 hours with payload pulled from 212 origins and pushed to 3 gateways, ratio 1.04"
                        .to_owned(),
                    "rank correlation of pull and push 0.97".to_owned(),
                ],
            },
            Contribution {
                group: Group::Intel,
                kernel: Kernel::Intel,
                score: 0.5,
                weight: 0.6,
                facts: vec!["34 % of external bytes with addresses listed as proxy".to_owned()],
            },
        ],
        baseline: BaselineFacts {
            state: Learning::Mature,
            level: BaselineLevel::Slot,
            samples: 2_016,
            age_days: 14.2,
            p50: 1_200_000,
            p90: 4_800_000,
            p95: 7_100_000,
            p99: 12_500_000,
            observed: 22_500_000,
        },
        remotes: remotes
            .into_iter()
            .map(|(ip, port, role, bytes_out, bytes_in, country, asn, organisation, label)| Remote {
                ip,
                port,
                protocol: 6,
                role,
                bytes_out,
                bytes_in,
                first_seen: Some(NOW - 185 * MINUTE),
                country: Some(country.to_owned()),
                asn: Some(asn),
                organisation: Some(organisation.to_owned()),
                label: (!label.is_empty()).then(|| label.to_owned()),
            })
            .collect(),
        series: (0..36)
            .map(|bucket| Window {
                start: NOW - (36 - bucket) * 5 * MINUTE,
                bytes_out: 21_000_000 + (bucket as u64 % 4) * 1_000_000,
                bytes_in: 11_000_000,
            })
            .collect(),
        usd_so_far: 0.07,
        usd_month: 17.52,
        missing: Vec::new(),
        why: vec![
            "structure carries it alone: a relay in 3 of 3 hours".to_owned(),
            "a second, independent group agrees: listed proxies".to_owned(),
        ],
        would_raise: vec!["an API call by an unusual principal before it began".to_owned()],
        settings: vec![
            ("an0084/mode".to_owned(), "live".to_owned()),
            ("an0084/relay/hours".to_owned(), "2/3".to_owned()),
        ],
        host: None,
        actors: Vec::new(),
    }
}

/// A flood from an interface that nothing else is known of, over IPv6, out of version 2 records.
pub(crate) fn flood() -> Finding {
    Finding {
        uid: "AN0084:-:-:eni-0123456789abcdef0:flood".to_owned(),
        activity: Activity::Update,
        severity: Severity::Medium,
        confidence: 55,
        kernel: Kernel::Flood,
        title: "UDP flood from eni-0123456789abcdef0".to_owned(),
        description: "41,000 packets a second to one address that never answers.".to_owned(),
        start: NOW - 4 * MINUTE,
        created: NOW - 2 * MINUTE,
        count: 2,
        subject: Subject { interfaces: vec!["eni-0123456789abcdef0".to_owned()], ..Subject::default() },
        contributions: vec![Contribution {
            group: Group::Reachability,
            kernel: Kernel::Flood,
            score: 0.8,
            weight: 0.75,
            facts: vec!["41,000 packets a second in 4 of 4 minutes, 0 answered".to_owned()],
        }],
        baseline: BaselineFacts { observed: 1_230_000_000, ..BaselineFacts::default() },
        remotes: vec![Remote {
            ip: "2001:db8:ffff:1234:5678:9abc:def0:1".parse().unwrap(),
            port: 0,
            protocol: 17,
            role: Role::Target,
            bytes_out: 14_800_000_000,
            bytes_in: 0,
            first_seen: None,
            country: None,
            asn: None,
            organisation: None,
            label: None,
        }],
        series: Vec::new(),
        usd_so_far: 1.33,
        usd_month: f32::INFINITY,
        missing: vec![Missing::TcpFlags, Missing::FlowDirection, Missing::Lists, Missing::History],
        why: vec!["one group only".to_owned()],
        would_raise: Vec::new(),
        settings: Vec::new(),
        ..relay()
    }
}

/// The relay, with the program and the container that are likely behind it.
pub(crate) fn hosted() -> Finding {
    let container = ActorContainer {
        uid: Some("4c01db0b339c".to_owned()),
        name: Some("hg".to_owned()),
        image: Some("honeygain/honeygain:latest".to_owned()),
        namespace: Some("default".to_owned()),
    };
    let program = Actor {
        name: Some("pawns-cli".to_owned()),
        path: Some("/tmp/.x/pawns-cli".to_owned()),
        user: Some("www-data".to_owned()),
        tool: Some("pawns".to_owned()),
        parent: Some("apache2".to_owned()),
        signer: Some("nobody".to_owned()),
        facts: vec!["runs from a folder that anybody may write to".to_owned()],
        ..Actor::default()
    };
    let contained = Actor { container: Some(container), bytes_out: Some(1), ..Actor::default() };
    Finding { host: Some("web-7".to_owned()), actors: vec![program, contained], ..relay() }
}

/// The relay grown, as it is told again.
pub(crate) fn grown() -> Finding {
    let why =
        std::iter::once("told again: 2.1 GB more left since the last report".to_owned()).chain(relay().why);
    Finding { activity: Activity::Update, count: 2, usd_so_far: 0.31, why: why.collect(), ..relay() }
}

/// The relay over, as it is told last.
pub(crate) fn ended() -> Finding {
    Finding {
        activity: Activity::Close,
        description: "It is over: it went on for 7 h 20 min, in which 3.44 GB left, and nothing of it was seen for 1d since"
            .to_owned(),
        time: NOW + 25 * 60 * MINUTE,
        start: NOW - 190 * MINUTE,
        end: NOW + 250 * MINUTE,
        count: 3,
        contributions: Vec::new(),
        baseline: BaselineFacts { observed: 0, ..relay().baseline },
        remotes: Vec::new(),
        series: Vec::new(),
        usd_so_far: 0.31,
        usd_month: 0.0,
        why: Vec::new(),
        would_raise: Vec::new(),
        settings: vec![("incident/quiet".to_owned(), "1d".to_owned())],
        ..relay()
    }
}

/// A finding without subject, evidence or words.
pub(crate) fn bare() -> Finding {
    Finding {
        uid: "x".to_owned(),
        title: String::new(),
        description: String::new(),
        subject: Subject::default(),
        contributions: Vec::new(),
        baseline: BaselineFacts::default(),
        remotes: Vec::new(),
        missing: Vec::new(),
        why: Vec::new(),
        ..flood()
    }
}

const fn ip4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}
