use super::*;
use crate::finding::{BaselineFacts, BaselineLevel};

const MB: u64 = 1_000_000;

/// A mature host whose buckets hold 4 MB, 6 MB, 8 MB and 10 MB at the four percentiles.
fn usual() -> Usual {
    let facts = BaselineFacts {
        state: Learning::Mature,
        level: BaselineLevel::Slot,
        samples: 200,
        age_days: 30.0,
        p50: 4 * MB,
        p90: 6 * MB,
        p95: 8 * MB,
        p99: 10 * MB,
        observed: 0,
    };
    Usual { facts, peak: 10 * MB, ceiling: None, ..Usual::default() }
}

/// An hour whose last `many` buckets hold `bytes`, the others 3 MB.
fn hour(many: usize, bytes: u64) -> [u64; 12] {
    let mut egress = [3 * MB; 12];
    egress[12 - many..].fill(bytes);
    egress
}

fn set(values: &[(&str, &str)]) -> Settings {
    let prefix = "an0084/traffic-egress-threshold/";
    Settings::from_values(values.iter().map(|(path, value)| (format!("{prefix}{path}"), value))).unwrap()
}

fn judged(egress: [u64; 12], usual: &Usual, settings: &Settings) -> Option<Verdict> {
    let buckets = egress.map(|egress| Bucket { egress, demand: 0, usual });
    judge(&buckets, None, settings)
}

fn severity(egress: [u64; 12], usual: &Usual, values: &[(&str, &str)]) -> Option<Severity> {
    judged(egress, usual, &set(values)).map(|verdict| verdict.severity)
}

/// Without the rule about money, which speaks about any large excess.
const NO_COST: (&str, &str) = ("billing-alert", "100000000USD/month");

#[test]
fn eight_unusual_buckets_of_twelve_speak_and_seven_are_silent() {
    let verdict = judged(hour(8, 30 * MB), &usual(), &set(&[])).unwrap();

    assert_eq!((verdict.kernel, verdict.severity), (Kernel::Volume, Severity::Low));
    assert!(verdict.facts.iter().any(|fact| fact.contains("252 MB and more left")), "{:?}", verdict.facts);
    assert_eq!(severity(hour(7, 300 * MB), &usual(), &[]), None);
}

#[test]
fn k_of_m_is_a_setting() {
    assert_eq!(severity(hour(4, 60 * MB), &usual(), &[]), None);
    assert_eq!(severity(hour(4, 60 * MB), &usual(), &[("k-of-m", "4/6")]), Some(Severity::Low));
}

#[test]
fn twice_the_usual_speaks_and_just_below_is_silent() {
    let above = severity(hour(12, 16 * MB), &usual(), &[NO_COST]);
    let below = severity(hour(12, 16 * MB - 1), &usual(), &[NO_COST]);

    assert_eq!((above, below), (Some(Severity::Low), None));
    assert_eq!(severity(hour(12, 16 * MB), &usual(), &[NO_COST, ("ratio", "3"), ("z", "100")]), None);
}

#[test]
fn far_out_on_the_log_scale_speaks_where_the_ratio_does_not() {
    let steady = Usual {
        facts: BaselineFacts { p50: 40 * MB, p90: 42 * MB, p95: 43 * MB, p99: 44 * MB, ..usual().facts },
        peak: 44 * MB,
        ceiling: None,
        ..Usual::default()
    };
    let z_only = |z| severity([90 * MB; 12], &steady, &[NO_COST, ("ratio", "1000"), ("z", z)]);

    assert_eq!(z_only("4"), Some(Severity::Low));
    assert_eq!(z_only("4.1"), None);
}

#[test]
fn a_steady_shipper_with_a_fifth_more_is_no_anomaly() {
    let steady = Usual {
        facts: BaselineFacts { p50: 40 * MB, p90: 40 * MB, p95: 41 * MB, p99: 41 * MB, ..usual().facts },
        peak: 41 * MB,
        ceiling: None,
        ..Usual::default()
    };

    assert_eq!(severity([48 * MB; 12], &steady, &[NO_COST]), None);
}

#[test]
fn the_percentile_is_a_setting() {
    // Seven buckets far above, and an eighth between two percentiles.
    let mut egress = hour(7, 40 * MB);
    egress[0] = 9 * MB;

    assert_eq!(severity(egress, &usual(), &[("percentile", "95")]), Some(Severity::Low));
    assert_eq!(severity(egress, &usual(), &[("percentile", "99")]), None);
    egress[0] = 7 * MB;
    assert_eq!(severity(egress, &usual(), &[("percentile", "90")]), Some(Severity::Low));
    assert_eq!(severity(egress, &usual(), &[("percentile", "95")]), None);
}

#[test]
fn below_the_floor_volume_is_never_a_finding() {
    let quiet = Usual {
        facts: BaselineFacts { p50: 100_000, p90: 200_000, p95: 300_000, p99: 400_000, ..usual().facts },
        peak: 400_000,
        ceiling: None,
        ..Usual::default()
    };
    let egress = |hourly: u64| [hourly.div_ceil(12); 12];

    assert_eq!(severity(egress(100 * MB), &quiet, &[]), Some(Severity::Low));
    assert_eq!(severity(egress(99 * MB), &quiet, &[]), None);
    assert_eq!(severity(egress(99 * MB), &quiet, &[("min-bytes", "90MB")]), Some(Severity::Low));
}

#[test]
fn a_dormant_host_has_a_lower_floor() {
    let dormant = Usual {
        facts: BaselineFacts { p50: 49_999, p90: 60_000, p95: 70_000, p99: 80_000, ..usual().facts },
        peak: 80_000,
        ceiling: None,
        ..Usual::default()
    };
    let awake = Usual { facts: BaselineFacts { p50: 50_000, ..dormant.facts }, ..dormant };
    let egress = [25 * MB / 12 + 1; 12];

    assert_eq!(severity(egress, &dormant, &[]), Some(Severity::Low));
    assert_eq!(severity(egress, &awake, &[]), None);
    assert_eq!(severity(egress, &dormant, &[("dormant-min-bytes", "26MB")]), None);
}

#[test]
fn an_absolute_rate_speaks_whatever_the_history() {
    // 3.75 MB in five minutes are 100 kbit/s.
    let egress = [3_750_000; 12];
    let unknown = Usual::default();

    assert_eq!(severity(egress, &unknown, &[("absolute", "100kbit/s")]), Some(Severity::Low));
    assert_eq!(severity(egress, &unknown, &[("absolute", "101kbit/s")]), None);
    assert_eq!(severity(egress, &unknown, &[]), None);
}

fn on_a_small_instance(egress: u64, demand: u64, usual: &Usual, values: &[(&str, &str)]) -> Option<Severity> {
    let buckets = [Bucket { egress, demand, usual }; 12];
    judge(&buckets, Some(0.032), &set(values)).map(|verdict| verdict.severity)
}

#[test]
fn half_of_what_the_instance_type_may_use_speaks_whatever_the_history() {
    // Half of 32 Mbit/s for five minutes.
    let half = 600 * MB;
    let unknown = Usual::default();

    assert_eq!(on_a_small_instance(half, 0, &unknown, &[]), Some(Severity::Low));
    assert_eq!(on_a_small_instance(half - 1, 0, &unknown, &[]), None);
    assert_eq!(on_a_small_instance(half, 0, &unknown, &[("quota-share", "0.51")]), None);
    assert_eq!(on_a_small_instance(half, half, &unknown, &[]), None, "served on demand");
}

#[test]
fn a_host_that_always_uses_half_of_its_bandwidth_is_worth_a_line_only() {
    let busy = Usual {
        facts: BaselineFacts { p50: 600 * MB, p90: 640 * MB, p95: 650 * MB, p99: 660 * MB, ..usual().facts },
        peak: 660 * MB,
        ceiling: None,
        ..Usual::default()
    };

    assert_eq!(on_a_small_instance(620 * MB, 0, &busy, &[]), Some(Severity::Info));
}

#[test]
fn what_the_unusual_part_would_cost_is_reported_from_the_alert_on() {
    // A host of 20 GB an hour with 63 MB in each bucket above its 95th percentile: 0.757 GB an hour, 49.7 USD.
    let busy = Usual {
        facts: BaselineFacts {
            p50: 1_600 * MB,
            p90: 1_640 * MB,
            p95: 1_650 * MB,
            p99: 1_660 * MB,
            ..usual().facts
        },
        peak: 1_660 * MB,
        ceiling: None,
        ..Usual::default()
    };
    let month = |above| severity([1_650 * MB + above; 12], &busy, &[]);

    assert_eq!(month(64 * MB), Some(Severity::Info));
    assert_eq!(month(63 * MB), None);
    assert_eq!(severity([1_713 * MB; 12], &busy, &[("billing-alert", "49USD/month")]), Some(Severity::Info));
}

#[test]
fn one_big_upload_of_minutes_is_silent_however_big_and_whatever_surrounds_it() {
    // Three buckets that are just unusual make it eight, and no large hour.
    let mut egress = hour(5, 30_000 * MB);
    egress[..3].fill(7 * MB);

    assert_eq!(severity(egress, &usual(), &[]), None);
    assert_eq!(severity(hour(6, 30_000 * MB), &usual(), &[]), None);
}

#[test]
fn a_release_surge_on_a_web_server_is_demand_and_an_upload_beside_it_is_not() {
    let usual = usual();
    let judge_one = |egress: u64, demand: u64| {
        judge(&[Bucket { egress, demand, usual: &usual }; 12], None, &set(&[]))
            .map(|verdict| verdict.severity)
    };

    assert_eq!(judge_one(100 * MB, 97 * MB), None);
    assert_eq!(judge_one(200 * MB, 97 * MB), Some(Severity::Low));
}

#[test]
fn each_bucket_is_judged_by_its_own_hour() {
    // Five past three: eleven buckets of the nightly backup, whose hour is over, and one of the next.
    let backup = Usual {
        facts: BaselineFacts { p50: 390 * MB, p90: 400 * MB, p95: 400 * MB, p99: 410 * MB, ..usual().facts },
        peak: 410 * MB,
        ceiling: None,
        ..Usual::default()
    };
    let quiet = Usual { peak: 410 * MB, ..usual() };
    let mut buckets = [Bucket { egress: 395 * MB, demand: 0, usual: &backup }; 12];
    buckets[11] = Bucket { egress: 3 * MB, demand: 0, usual: &quiet };

    assert_eq!(judge(&buckets, None, &set(&[])), None);
}

#[test]
fn a_size_that_is_usual_at_another_hour_is_worth_a_line_only() {
    let ci = Usual { peak: 200 * MB, ..usual() };

    assert_eq!(severity([300 * MB; 12], &ci, &[]), Some(Severity::Info));
    assert_eq!(severity([301 * MB; 12], &ci, &[]), Some(Severity::Low));
}

#[test]
fn a_host_without_any_history_is_not_called_unusual() {
    assert_eq!(severity([500 * MB; 12], &Usual::default(), &[]), None);
}

#[test]
fn what_only_peers_speak_against_is_worth_a_line_only() {
    let young = Usual {
        facts: BaselineFacts { state: Learning::Learning, level: BaselineLevel::Group, ..usual().facts },
        ..usual()
    };

    assert_eq!(severity([100 * MB; 12], &young, &[]), Some(Severity::Info));
}

#[test]
fn no_hour_however_long_or_large_panics() {
    let usual = Usual {
        facts: BaselineFacts { p95: u64::MAX, p99: u64::MAX, ..usual().facts },
        peak: u64::MAX,
        ceiling: Some(0),
        ..Usual::default()
    };
    for count in [0, 1, 12, 40] {
        let buckets = vec![Bucket { egress: u64::MAX, demand: u64::MAX, usual: &usual }; count];
        for bandwidth in [f64::NAN, f64::INFINITY, -1.0] {
            let said = judge(&buckets, Some(bandwidth), &set(&[]));
            assert!(said.is_none_or(|verdict| verdict.severity <= Severity::Low));
        }
    }
}
