//! Destination countries of AN0080, over a database that knows two.

use std::net::IpAddr;

use serde_json::json;
use weir_intel::geo::Database;

use super::windows::{TEMP, connects, sessions, started};
use super::*;
use Severity::{Low, Medium};

/// A MaxMind DB of one node: the lower half of the v4 addresses is in the Netherlands, the upper in Japan.
fn countries() -> Database {
    let text = |text: &str| [&[0x40 | text.len() as u8], text.as_bytes()].concat();
    let country = |code: &str| [vec![0xe1], text("country_code"), text(code)].concat();
    let (lower, upper) = (country("NL"), country("JP"));
    // A record beyond the one node and the gap of 16 bytes is an offset into the data.
    let mut bytes = vec![0, 0, 1 + 16, 0, 0, 1 + 16 + lower.len() as u8];
    bytes.extend([0; 16]);
    bytes.extend(lower.into_iter().chain(upper));
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let short = |number: u8| vec![0xa2, 0, number];
    let members: [(&str, Vec<u8>); 9] = [
        ("node_count", vec![0xc4, 0, 0, 0, 1]),
        ("record_size", short(24)),
        ("ip_version", short(4)),
        ("database_type", text("Test")),
        ("binary_format_major_version", short(2)),
        ("binary_format_minor_version", short(0)),
        ("build_epoch", vec![0x01, 2, 1]),
        ("languages", vec![0x00, 4]),
        ("description", vec![0xe0]),
    ];
    bytes.push(0xe0 | members.len() as u8);
    members.into_iter().for_each(|(name, value)| bytes.extend([text(name), value].concat()));
    Database::open(bytes).unwrap()
}

fn loudest(log: &str, values: &[(&str, &str)]) -> Option<Severity> {
    let intel = Intel { countries: Some(countries().into()), ..Intel::default() };
    let place = |ip: &str| intel.country(ip.parse::<IpAddr>().unwrap()).unwrap().as_str().to_owned();
    assert_eq!((place("8.8.8.8"), place("203.0.113.9")), ("NL".to_owned(), "JP".to_owned()));
    let findings = findings_with(log, values, &intel).into_iter();
    findings.map(|finding| finding.severity).filter(|severity| *severity > Severity::Info).max()
}

#[test]
fn a_destination_country_makes_an_odd_session_medium_and_nothing_of_an_ordinary_one() {
    let odd = started(0, TEMP, TEMP, json!({})) + &sessions(TEMP, 200);
    let (allow, deny) = ("an0080/destination-country/allow", "an0080/destination-country/deny");
    for (values, expected) in [
        (vec![], Low),
        (vec![(deny, "JP")], Medium),
        (vec![(deny, "NL,KR")], Low),
        (vec![(allow, "NL")], Medium),
        (vec![(allow, "JP,NL")], Low),
        (vec![(allow, "JP"), (deny, "JP")], Medium),
    ] {
        assert_eq!(loudest(&odd, &values), Some(expected), "{values:?}");
    }
    let browser = "C:\\Program Files\\Mozilla Firefox\\firefox.exe";
    let browsing = started(0, browser, browser, json!({})) + &sessions(browser, 300);
    assert_eq!(loudest(&browsing, &[(deny, "JP"), (allow, "NL")]), None);
}

#[test]
fn a_tool_of_honest_users_that_dials_a_denied_country_needs_one_oddity_less() {
    let plink = "C:\\Users\\Public\\plink.exe";
    let log =
        started(0, plink, "plink -R 8080:localhost:80 host", json!({})) + &connects(5, plink, "203.0.113.9");
    let deny = "an0080/destination-country/deny";
    assert_eq!(loudest(&log, &[]), None);
    assert_eq!(loudest(&log, &[(deny, "NL")]), None);
    assert_eq!(loudest(&log, &[(deny, "JP")]), Some(Low));
}
