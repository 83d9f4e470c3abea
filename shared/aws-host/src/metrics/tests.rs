use super::*;

#[test]
fn every_metric_that_a_line_declares_has_its_value_and_its_dimensions() {
    let metrics = Metrics::default();
    metrics.count(|counts| {
        counts.records = 7;
        counts.rejects.extend([("bad-field", 2), ("too-long", 1)]);
        counts.saw(9_000);
        counts.saw(4_000);
        counts.judged(2, Learning::Provisional);
        counts.flows = 6;
        counts.without.insert("tcp-flags", 4);
    });
    let line = metrics.counts().line("prod", "flow-logs", 10_000);
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Weir");
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
    }
    for dimension in directive["Dimensions"][0].as_array().unwrap() {
        assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}");
    }
    let values = ["Records", "Rejects", "Rejects/bad-field", "Rejects/too-long", "WindowsProvisional", "Lag"];
    assert_eq!(values.map(|name| line[name].as_u64()), [7, 3, 2, 1, 2, 1_000].map(Some));
    // What the doctor alone reads is no metric.
    assert_eq!((&line["Flows"], &line["Without/tcp-flags"]), (&6.into(), &4.into()));
    assert!(!directive["Metrics"].to_string().contains("Without"), "{directive}");
}

#[test]
fn a_run_without_records_reports_that_and_no_lag() {
    let line = Metrics::default().counts().line("prod", "flow-logs", 10_000);
    assert!(line.get("Lag").is_none() && line["Records"] == 0);
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().len(), 1);
}
