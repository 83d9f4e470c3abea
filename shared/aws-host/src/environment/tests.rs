use super::*;

fn read(extra: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
    let base = [
        ("WEIR_STAGE", "prod"),
        ("WEIR_TABLE", "weir"),
        ("WEIR_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:weir"),
    ];
    Environment::read(|name| {
        let pairs = extra.iter().rev().chain(&base);
        pairs.clone().find(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn three_variables_are_enough_and_the_rest_has_its_declared_default() {
    let environment = read(&[]).unwrap();
    assert_eq!((environment.stage.as_str(), environment.table.as_str()), ("prod", "weir"));
    assert_eq!((environment.settings_ttl, environment.concurrency), (120_000, 16));
    assert_eq!((environment.log, environment.quarantine_raw), (Some(Level::INFO), false));
    assert_eq!((environment.flow_format, environment.quarantine_url), (None, None));
}

#[test]
fn a_required_variable_that_is_missing_or_blank_is_named_with_its_meaning() {
    for name in VARIABLES.iter().filter(|variable| variable.default.is_none()).map(|variable| variable.name) {
        let error = read(&[(name, " ")]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("missing; set it to the"), "{error}");
    }
}

#[test]
fn a_malformed_variable_says_what_was_expected_and_quotes_little_of_what_was_found() {
    for (name, value, expected) in [
        ("WEIR_STAGE", "a/b", "letters"),
        ("WEIR_TOPIC_ARN", "arn:aws:sqs:eu-west-1:111122223333:weir", "standard SNS topic"),
        ("WEIR_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:weir.fifo", "standard SNS topic"),
        ("WEIR_SETTINGS_TTL", "59", "60 to 300"),
        ("WEIR_SETTINGS_TTL", "301", "60 to 300"),
        ("WEIR_CONCURRENCY", "0", "1 to 64"),
        ("WEIR_QUARANTINE_RAW", "yes", "`true` or `false`"),
        ("WEIR_QUARANTINE_URL", "queue", "URL"),
        ("WEIR_LOG", "loud\nand very much longer than that", "`warn`"),
    ] {
        let error = read(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(expected), "{error}");
        assert!(!error.contains('\n') && !error.contains("longer than that"), "{error}");
    }
    assert_eq!(read(&[("WEIR_LOG", "off"), ("WEIR_SETTINGS_TTL", "60")]).unwrap().log, None);
}
