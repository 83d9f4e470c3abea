use proptest::prelude::*;

use super::template::{RESOURCES, render_template};
use super::*;

fn faults(values: &[(&str, &str)]) -> Vec<String> {
    match Settings::from_values(values.iter().copied()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.faults().iter().map(ToString::to_string).collect(),
    }
}

fn with(path: &str, text: &str) -> Settings {
    Settings::from_values([(path, text)]).unwrap()
}

#[test]
fn every_default_is_within_its_own_range_and_reads_back_as_itself() {
    for entry in registry() {
        let text = entry.default_text();
        let mut settings = Settings::default();
        entry.apply(&mut settings, &text).unwrap_or_else(|error| panic!("{}: {error}", entry.path));
        assert_eq!(settings, Settings::default(), "{}", entry.path);
    }
    assert_eq!(faults(&[]), [""; 0]);
}

#[test]
fn every_path_leads_to_a_place_of_its_own() {
    let changed = |kind: Kind| match kind {
        Kind::BusinessHours => "Sat 10:00-12:00",
        Kind::Count => "9",
        Kind::Countries => "KP",
        Kind::Duration => "1d",
        Kind::Factor => "7.5",
        Kind::Families => "m7i",
        Kind::Feeds => "http://feeds.example/list.txt",
        Kind::Hourly => "24MB",
        Kind::KofM => "1/3",
        Kind::Mode => "off",
        Kind::Monthly => "3USD/month",
        Kind::Networks => "198.51.100.0/24",
        Kind::PacketRate => "77packets/s",
        Kind::Percentile => "99",
        Kind::Principals => "arn:aws:iam::123456789012:role/ci*",
        Kind::Rate => "3Mbit/s",
        Kind::Ratio => "0.33",
        Kind::Tags => "role=crawler",
        Kind::TimeZone => "Europe/Berlin",
        Kind::Words => "relayd",
    };
    for entry in registry() {
        let mut settings = Settings::default();
        let other = changed(entry.kind());
        let fits = other != entry.default_text() && entry.apply(&mut settings, other).is_ok();
        if !fits {
            // A default of a day, or a time that is shorter than one.
            let other = if other == entry.default_text() { "2d" } else { "10m" };
            entry.apply(&mut settings, other).unwrap();
        }
        let moved: Vec<&str> = registry()
            .iter()
            .filter(|other| other.render(&settings) != other.default_text())
            .map(|other| other.path)
            .collect();
        assert_eq!(moved, [entry.path]);
    }
}

#[test]
fn paths_are_unique_and_none_is_the_folder_of_another() {
    for entry in registry() {
        let folder = format!("{}/", entry.path);
        let same = registry().iter().filter(|other| other.path == entry.path).count();
        assert_eq!(same, 1, "{}", entry.path);
        assert!(!registry().iter().any(|other| other.path.starts_with(&folder)), "{}", entry.path);
        assert!(entry.meaning.ends_with('.') && !entry.meaning.contains('|'), "{}", entry.path);
    }
}

#[test]
fn units_are_read_exactly() {
    let bytes = |text| with("an0084/upload/min-bytes", text).an0084.upload.min_bytes;
    for (text, value) in [
        ("20MB", 20_000_000),
        ("20 MB", 20_000_000),
        ("20MB/h", 20_000_000),
        ("1.5GB", 1_500_000_000),
        ("0.001kB", 1),
        ("1MiB", 1_048_576),
        ("0B", 0),
    ] {
        assert_eq!(bytes(text), value, "{text}");
    }
    assert_eq!(with("lateness", "1.5h").lateness, 5_400_000);
    assert_eq!(with("an0084/flood/rate", "10MB/s").an0084.flood.rate, 80_000_000);
    assert_eq!(with("an0084/flood/packets", "20kpps").an0084.flood.packets, 20_000);
    assert_eq!(with("an0084/intel-share", "25%").an0084.intel_share, 0.25);
    let egress = with("an0084/traffic-egress-threshold/billing-alert", "12.5USD/month").an0084;
    assert_eq!(egress.traffic_egress_threshold.billing_alert, 12.5);
    let hours = with("an0084/relay/hours", "1/2").an0084.relay.hours;
    assert_eq!((hours.k(), hours.m()), (1, 2));
}

#[test]
fn a_value_without_its_unit_or_with_another_is_refused_with_an_example() {
    assert_eq!(
        faults(&[("an0084/relay/min-bytes", "100")]),
        [r#"an0084/relay/min-bytes: expected bytes an hour with their unit such as 100MB, found "100""#]
    );
    for (path, text) in [
        ("an0084/relay/min-bytes", "5Mb"),
        ("an0084/relay/min-bytes", "5Mbit/s"),
        ("an0084/relay/min-bytes", "-5MB"),
        ("an0084/relay/min-bytes", "0.3B"),
        ("an0084/relay/min-bytes", ".MB"),
        ("an0084/relay/min-bytes", "99999999999999999999TB"),
        ("an0084/relay/min-bytes", "1.000000000000000000000000GB"),
        ("an0084/flood/rate", "100MB"),
        ("an0084/flood/rate", "none"),
        ("lateness", "20"),
        ("lateness", "20 minutes"),
        ("an0084/intel-share", "NaN"),
        ("an0084/intel-share", "1e-1"),
        ("an0084/scan/hosts", "+25"),
        ("an0084/scan/hosts", "2.5"),
        ("an0084/traffic-egress-threshold/billing-alert", "50"),
        ("an0084/traffic-egress-threshold/billing-alert", "50EUR/month"),
        ("an0084/mode", "on"),
        ("an0084/relay/hours", "4/3"),
        ("an0084/relay/hours", "0/3"),
        ("intel/feeds/tor", "ftp://feeds.example/tor.txt"),
        ("intel/feeds/tor", "https://feeds.example/?fields=a,b"),
        ("intel/feeds/tor", "https://user:word@feeds.example/tor.txt"),
        ("intel/feeds/tor", "https:///tor.txt"),
        ("networks/own", "10.0.0.0/8,office"),
        ("networks/own", ""),
        ("roles/declared", "relay"),
        ("an0084/instance-type/burstable", "t3.micro"),
        ("business-hours", "Mon-Fri 7-19"),
        ("business-hours", "Mon-Fri 07:00-07:00"),
        ("business-hours", "Mon-Fri 07:00-25:00"),
        ("time-zone", "Mars/Olympus"),
    ] {
        assert_eq!(faults(&[(path, text)]).len(), 1, "{path} = {text}");
    }
}

#[test]
fn bounds_are_inclusive_and_named_when_passed() {
    assert_eq!(faults(&[("an0084/flood/windows", "12"), ("an0084/flood/windows", "1")]), [""; 0]);
    assert_eq!(
        faults(&[("an0084/flood/windows", "13"), ("lateness", "25h"), ("an0084/relay/hours", "2/7")]),
        [
            r#"an0084/flood/windows: expected 1 to 12, found "13""#,
            r#"lateness: expected 0ms to 1d, found "25h""#,
            r#"an0084/relay/hours: expected 1/1 to 3/3, found "2/7""#,
        ]
    );
    assert_eq!(faults(&[("an0084/traffic-egress-threshold/percentile", "91")]).len(), 1);
}

#[test]
fn all_faults_come_together_and_an_unknown_path_gets_the_nearest_one() {
    assert_eq!(
        faults(&[
            ("an0084/relay/min-byte", "5MB"),
            ("an0084/scan/host", "3"),
            ("late", "20m"),
            ("lateness", "soon"),
            ("something/else/entirely", "1"),
        ]),
        [
            "an0084/relay/min-byte: no such setting, did you mean an0084/relay/min-bytes?",
            "an0084/scan/host: no such setting, did you mean an0084/scan/hosts?",
            "late: no such setting, did you mean lateness?",
            r#"lateness: expected a time with its unit such as 20m, 6h or 14d, found "soon""#,
            "something/else/entirely: no such setting",
        ]
    );
}

#[test]
fn two_settings_that_contradict_each_other_are_named_together() {
    assert_eq!(
        faults(&[("baseline/warm-up", "14d")]),
        ["baseline/warm-up: 14d must be below baseline/mature, which is 14d"]
    );
    assert_eq!(
        faults(&[("an0084/traffic-egress-threshold/min-bytes", "10MB")]),
        ["an0084/traffic-egress-threshold/dormant-min-bytes: 25MB must not be above \
          an0084/traffic-egress-threshold/min-bytes, which is 10MB"]
    );
    // The fault of the one value is news; that its default contradicts the other is not.
    assert_eq!(faults(&[("baseline/warm-up", "20d"), ("baseline/mature", "long")]).len(), 1);
}

#[test]
fn of_two_values_for_one_path_the_later_counts() {
    let settings = Settings::from_values([("lateness", "10m"), ("lateness", "30m")]).unwrap();
    assert_eq!(settings.lateness, 1_800_000);
}

#[test]
fn lists_can_be_emptied_and_own_networks_hold_their_addresses() {
    let settings = with("networks/own", "198.51.100.0/25, 198.51.100.128/25,2001:db8::/32");
    assert!(settings.networks.own.contains("198.51.100.200".parse().unwrap()));
    assert_eq!(settings.value("networks/own").unwrap(), "198.51.100.0/24,2001:db8::/32");
    assert_eq!(with("roles/declared", "none").roles.declared, [""; 0]);
    assert_eq!(with("roles/declared", "role=turn, app = web").roles.declared, ["role=turn", "app=web"]);
}

#[test]
fn nested_tables_slashed_keys_and_bare_numbers_say_the_same() {
    let nested = "lateness = '30m'\n[an0084.relay]\nmin-bytes = '6MB'\norigins = 20\ntolerance = 0.5\n\
                  [networks]\nown = ['198.51.100.0/24', '2001:db8::/32']\n[roles]\ndeclared = []\n";
    let slashed = "'an0084/relay/min-bytes' = '6MB'\nlateness = '30m'\n'an0084/relay/origins' = '20'\n\
                   'networks/own' = '198.51.100.0/24,2001:db8::/32'\n'roles/declared' = 'none'\n\
                   [an0084]\n'relay/tolerance' = '50%'\n";
    let settings = Settings::from_toml(nested).unwrap();
    assert_eq!(settings, Settings::from_toml(slashed).unwrap());
    assert_eq!(settings.an0084.relay.min_bytes, 6_000_000);
    assert_eq!(settings.an0084.relay.origins, 20);
}

#[test]
fn a_broken_document_is_named_by_line_and_a_nested_list_by_path() {
    let text = |document| Settings::from_toml(document).unwrap_err().to_string();
    assert!(
        text("lateness = '30m'\nbroken\n").starts_with("line 2: "),
        "{}",
        text("lateness = '30m'\nbroken\n")
    );
    assert_eq!(
        text("[networks]\nown = [['10.0.0.0/8']]"),
        "networks/own: expected a list of texts without commas or of numbers, found a list"
    );
    assert_eq!(
        text("[an0084]\nrelay = 5\n'mode' = 'loud'"),
        "an0084/mode: expected off, dry-run or live, found \"loud\"\nan0084/relay: no such setting, \
         did you mean an0084/relay/min-bytes?"
    );
}

#[test]
fn business_hours_follow_the_clock_of_the_zone_through_daylight_saving() {
    let berlin = with("time-zone", "Europe/Berlin");
    // Friday 2026-01-16 06:30 UTC is 07:30 there; Friday 2026-07-17 17:30 UTC is 19:30 there.
    assert!(
        berlin.in_business_hours(1_768_545_000_000)
            && !Settings::default().in_business_hours(1_768_545_000_000)
    );
    assert!(
        !berlin.in_business_hours(1_784_309_400_000)
            && Settings::default().in_business_hours(1_784_309_400_000)
    );
    assert!(!Settings::default().in_business_hours(i64::MAX), "far out of the calendar is no panic");
}

#[test]
fn a_night_shift_belongs_to_the_day_it_begins_and_a_week_may_begin_on_sunday() {
    let at = |weekday, hour: u16| LocalTime { weekday, minute: hour * 60 };
    let night: BusinessHours = "Fri 22:00-06:00".parse().unwrap();
    assert!(night.contains(at(4, 23)) && night.contains(at(5, 5)));
    assert!(!night.contains(at(4, 5)) && !night.contains(at(5, 23)));
    let week: BusinessHours = "Sun-Thu 08:00-24:00".parse().unwrap();
    assert!(week.contains(at(6, 8)) && week.contains(at(0, 23)) && !week.contains(at(4, 12)));
    assert_eq!(week.to_string(), "Sun-Thu 08:00-24:00");
}

#[test]
fn the_reference_page_is_what_the_registry_says() {
    committed("docs/settings.md", &render_markdown());
}

#[test]
fn the_deployed_parameters_are_what_the_registry_says() {
    let template = render_template();
    committed("infra/settings.json", &template);
    let template: serde_json::Value = serde_json::from_str(&template).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(resources.len(), registry().len(), "two paths share a logical id");
    assert!(resources.len() <= RESOURCES, "divide the template: it would be refused");
    for parameter in resources.values().map(|resource| &resource["Properties"]) {
        let (value, description) = (&parameter["Value"], &parameter["Description"]);
        assert!((1..=4_096).contains(&value.as_str().unwrap().len()), "{value}");
        assert!(description.as_str().unwrap().len() <= 1_024, "{description}");
    }
}

/// Holds a file of the repository against what it should be, or writes it so.
fn committed(path: &str, expected: &str) {
    let file = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting of the program")]
    let rewrite = std::env::var("WEIR_REWRITE").is_ok();
    if rewrite {
        std::fs::write(&file, expected).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "{path} is behind: set WEIR_REWRITE=1 and run this test again");
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_accepted_reads_back_as_itself(
        at in 0..registry().len(),
        text in "[0-9]{1,25}(\\.[0-9]{1,3})?( ?(ms|s|m|h|d|B|kB|MB|TB|MiB|%|bit/s|Gbit/s|USD/month|packets/s|/[0-9]{1,3}))?|\\PC{0,40}",
    ) {
        let entry = &registry()[at];
        let mut settings = Settings::default();
        if entry.apply(&mut settings, &text).is_ok() {
            let mut again = Settings::default();
            entry.apply(&mut again, &entry.render(&settings)).unwrap();
            prop_assert_eq!(settings, again, "{} = {}", entry.path, text);
        }
    }

    #[test]
    fn no_path_and_no_document_panics(path in "\\PC{0,120}", document in "[a-z0-9=\\[\\]{}'\",./\n -]{0,120}") {
        let _ = Settings::from_values([(path, "1")]).map_err(|errors| errors.to_string());
        let _ = Settings::from_toml(&document).map_err(|errors| errors.to_string());
    }
}
