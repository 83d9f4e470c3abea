use super::parameters::setting;
use super::*;

fn parameters(values: &[(&str, &str)]) -> Result<Vec<Parameter>, SettingsError> {
    Ok(values
        .iter()
        .filter_map(|(path, value)| setting("/weir/test/", Some(&format!("/weir/test/{path}")), Some(value)))
        .collect())
}

fn rejected(metrics: &Metrics) -> u64 {
    metrics.counts().settings_rejected
}

const HOSTS: &str = "an0084/scan/hosts";

#[test]
fn a_bad_value_keeps_the_last_good_set_whole_and_is_counted() {
    let (mut held, metrics) = (Held::default(), Metrics::default());
    let first = held.take(parameters(&[(HOSTS, "40")]), 1, &metrics).unwrap();
    assert_eq!((first.an0084.scan.hosts, rejected(&metrics)), (40, 0));

    let second = held.take(parameters(&[(HOSTS, "50"), ("lateness", "soon")]), 2, &metrics).unwrap();
    assert_eq!((second.an0084.scan.hosts, rejected(&metrics)), (40, 1));

    let third = held.take(parameters(&[(HOSTS, "50"), ("lateness", "30m")]), 3, &metrics).unwrap();
    assert_eq!((third.an0084.scan.hosts, rejected(&metrics)), (50, 1));
}

#[test]
fn a_bad_value_before_any_good_set_leaves_the_defaults_in_force() {
    let (mut held, metrics) = (Held::default(), Metrics::default());
    let settings = held.take(parameters(&[(HOSTS, "many"), ("no/such", "1")]), 1, &metrics).unwrap();
    assert_eq!((settings.as_ref(), rejected(&metrics)), (&Settings::default(), 2));
}

#[test]
fn an_unreachable_store_is_an_error_only_while_nothing_was_ever_read() {
    let (mut held, metrics) = (Held::default(), Metrics::default());
    assert!(held.take(Err(SettingsError::example()), 1, &metrics).is_err());

    held.take(parameters(&[(HOSTS, "40")]), 2, &metrics).unwrap();
    let settings = held.take(Err(SettingsError::example()), 3, &metrics).unwrap();
    assert_eq!((settings.an0084.scan.hosts, metrics.counts().settings_unreachable), (40, 1));
}

#[test]
fn parameters_of_other_stages_are_no_settings() {
    assert!(setting("/weir/a/", Some("/weir/ab/lateness"), Some("20m")).is_none());
    assert_eq!(setting("/weir/a/", Some("/weir/a/lateness"), Some("20m")).unwrap().path, "lateness");
}

#[test]
fn a_set_is_kept_for_four_fifths_of_its_time_at_least_and_never_longer() {
    for _ in 0..1_000 {
        assert!((96_000..=120_000).contains(&spread(120_000)));
    }
}
