//! Facts that make a hijack likelier or dearer, and by themselves say nothing: what the instance is, and when.

use weir_intel::inventory::Instance;

use crate::settings::Settings;

/// What outside working hours adds to a score (threats.md 6.2); it never gates.
const OFF_HOURS: f64 = 0.1;

/// Something that adds to an incident and cannot open one.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// What it adds, in [0, 1].
    pub weight: f64,
    /// What it is, in words.
    pub fact: String,
}

/// What the account knows of an instance's family and region.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct News {
    /// The family was not used in the account before.
    pub family: bool,
    /// The region was not used in the account before.
    pub region: bool,
}

/// What an instance's type and launch add: a high-throughput family, the first use of a family, a burstable one with
/// a public address in a region that was not used before.
#[must_use]
pub fn facts(instance: &Instance, news: News, settings: &Settings) -> Vec<Context> {
    let known = &settings.an0084.instance_type;
    let Some(family) = instance.family() else { return Vec::new() };
    let is_in = |families: &[String]| families.iter().any(|have| have == family);
    let mut facts = Vec::new();
    if is_in(&known.high_families) {
        facts.push(Context { weight: known.weight, fact: format!("{family} is a high-throughput family") });
    }
    let bait = is_in(&known.burstable) && instance.public.is_some() && news.region;
    if news.family {
        facts.push(Context {
            weight: known.new_family,
            fact: format!("{family} was not used in the account before"),
        });
    } else if bait {
        facts.push(Context {
            weight: known.new_family,
            fact: format!("{family}, cheap and with a public address, in a region that was not used before"),
        });
    }
    facts
}

/// What the hour of `time` (ms since the epoch) adds: a little, outside business hours.
#[must_use]
pub fn off_hours(time: i64, settings: &Settings) -> Option<Context> {
    (!settings.in_business_hours(time))
        .then(|| Context { weight: OFF_HOURS, fact: format!("outside {}", settings.business_hours) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(kind: &str) -> Instance {
        Instance {
            instance_type: Some(kind.into()),
            public: Some("198.51.100.7".parse().unwrap()),
            ..Instance::default()
        }
    }

    fn weights(kind: &str, news: News, values: &[(&str, &str)]) -> Vec<f64> {
        let settings = Settings::from_values(values.iter().copied()).unwrap();
        facts(&instance(kind), news, &settings).iter().map(|context| context.weight).collect()
    }

    const NEW_FAMILY: News = News { family: true, region: false };
    const NEW_REGION: News = News { family: false, region: true };

    #[test]
    fn a_high_throughput_family_adds_its_weight_and_a_plain_one_nothing() {
        assert_eq!(weights("c5n.18xlarge", News::default(), &[]), [0.1]);
        assert_eq!(weights("c5n.large", News::default(), &[("an0084/instance-type/weight", "0.3")]), [0.3]);
        assert!(weights("m5.large", News::default(), &[]).is_empty());
        assert_eq!(
            weights("m5.large", News::default(), &[("an0084/instance-type/high-families", "m5")]),
            [0.1]
        );
    }

    #[test]
    fn the_first_use_of_a_family_adds_its_weight() {
        assert_eq!(weights("m5.large", NEW_FAMILY, &[]), [0.15]);
        assert_eq!(weights("m5.large", NEW_FAMILY, &[("an0084/instance-type/new-family", "0.2")]), [0.2]);
    }

    #[test]
    fn a_burstable_instance_counts_only_with_a_public_address_in_a_new_region() {
        let private = Instance { public: None, ..instance("t3.micro") };

        assert_eq!(weights("t3.micro", NEW_REGION, &[]), [0.15]);
        assert!(weights("t3.micro", News::default(), &[]).is_empty());
        assert!(facts(&private, NEW_REGION, &Settings::default()).is_empty());
        assert!(weights("t3.micro", NEW_REGION, &[("an0084/instance-type/burstable", "none")]).is_empty());
    }

    #[test]
    fn an_instance_of_unknown_type_adds_nothing() {
        assert!(facts(&Instance::default(), NEW_FAMILY, &Settings::default()).is_empty());
    }

    #[test]
    fn what_is_outside_business_hours_depends_on_them_and_on_the_clock() {
        // Monday 2026-11-02, 18:30 UTC.
        let evening = 1_793_577_600_000 + 18 * 3_600_000 + 1_800_000;
        let off = |values: &[(&str, &str)]| {
            off_hours(evening, &Settings::from_values(values.iter().copied()).unwrap()).is_some()
        };

        assert!(!off(&[]));
        assert!(off(&[("business-hours", "Mon-Fri 07:00-18:00")]));
        assert!(off(&[("time-zone", "Europe/Berlin")]));
    }
}
