use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000_000;

fn line(n: usize) -> String {
    format!(
        "2 111122223333 eni-0a 10.0.0.5 93.184.216.{n} 40000 443 6 10 5000 1780300000 1780300059 ACCEPT OK"
    )
}

fn logs(messages: &[String]) -> String {
    let events: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(n, message)| json!({"id": n.to_string(), "timestamp": 1_780_300_060_000_i64, "message": message}))
        .collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "eni-0a-all",
        "subscriptionFilters": ["f"], "logEvents": events})
    .to_string()
}

fn read_with(plain: &str, metrics: &Metrics) -> Option<Payload> {
    let (settings, intel) = (Settings::default(), Intel::default());
    let reading = Reading { format: None, settings: &settings, intel: &intel, now: NOW };
    read(plain, "request", reading, metrics)
}

fn bytes_out(payload: &Payload) -> u64 {
    payload.observations.iter().flat_map(|seen| &seen.rows).map(|row| row.sums.bytes_out).sum()
}

#[test]
fn good_records_beside_bad_ones_are_used_and_the_bad_ones_counted_by_reason() {
    let metrics = Metrics::default();
    let messages = [line(1), "2 too few fields".to_owned(), line(2), line(2)];
    let payload = read_with(&logs(&messages), &metrics).unwrap();
    assert_eq!((bytes_out(&payload), payload.refused), (10_000, None));
    let counts = metrics.counts();
    assert_eq!((counts.records, counts.duplicates), (3, 1));
    assert_eq!(counts.rejects, [("too-few-fields", 1)].into());
    assert_eq!(counts.latest, Some(1_780_300_059_000));
}

#[test]
fn a_payload_without_one_good_record_is_refused_whole_by_its_most_frequent_reason() {
    let metrics = Metrics::default();
    let messages = ["1 2 3".to_owned(), "1 2".to_owned(), line(1).replace("10.0.0.5", "ten")];
    let payload = read_with(&logs(&messages), &metrics).unwrap();
    assert_eq!((payload.observations.len(), payload.refused), (0, Some("too-few-fields")));
}

#[test]
fn a_payload_that_is_cut_off_keeps_what_came_before_and_its_identity_at_every_delivery() {
    let whole = logs(&[line(1), line(2)]);
    let cut = &whole[..whole.len() - 30];
    let (first, again) = (read_with(cut, &Metrics::default()), read_with(cut, &Metrics::default()));
    let (first, again) = (first.unwrap(), again.unwrap());
    assert!(first.refused.is_some());
    assert_eq!(first.batch, again.batch);
    assert_ne!(first.batch, read_with(&whole, &Metrics::default()).unwrap().batch);
}

#[test]
fn payloads_one_behind_the_other_are_all_read() {
    let both = logs(&[line(1)]) + &logs(&[line(2)]);
    let payload = read_with(&both, &Metrics::default()).unwrap();
    assert_eq!((bytes_out(&payload), payload.refused), (10_000, None));
}

#[test]
fn a_control_message_is_nothing_to_do() {
    let control = logs(&[line(1)]).replace("DATA_MESSAGE", "CONTROL_MESSAGE");
    assert!(read_with(&control, &Metrics::default()).is_none());
}

#[test]
fn a_payload_has_the_same_identity_however_its_events_are_ordered() {
    let events = logs(&[line(1), line(2)]);
    let mut value: serde_json::Value = serde_json::from_str(&events).unwrap();
    value["logEvents"].as_array_mut().unwrap().reverse();
    let (one, two) =
        (read_with(&events, &Metrics::default()), read_with(&value.to_string(), &Metrics::default()));
    assert_eq!(one.unwrap().batch, two.unwrap().batch);
}

#[test]
fn lookups_beside_flows_reach_their_entities_and_broken_ones_are_counted() {
    let metrics = Metrics::default();
    let lookup = r#"{"account_id":"111122223333","query_timestamp":"2026-06-01T08:00:00Z","query_name":"proxy.packetstream.io.","srcaddr":"10.0.0.5","srcids":{"instance":"i-1"}}"#;
    let broken = lookup.replace("2026-06-01T08:00:00Z", "today");
    let payload = read_with(&logs(&[lookup.to_owned(), broken]), &metrics).unwrap();
    let [observed] = &payload.observations[..] else { panic!("{:?}", payload.observations) };
    assert_eq!((observed.key.id.as_str(), observed.lookups.len(), payload.refused), ("i-1", 1, None));
    let counts = metrics.counts();
    assert_eq!((counts.records, &counts.rejects), (1, &[("unknown-record", 1)].into()));
}
