use serde_json::json;
use weir_detection::observation::BUCKET;

use super::*;

const NOW: i64 = 1_795_500_000_000;

fn reading<'a>(settings: &'a Settings, intel: &'a Intel) -> Reading<'a> {
    Reading { format: None, settings, intel, account: "111122223333", region: Some("eu-west-1"), now: NOW }
}

fn said(text: &str) -> Payload {
    let (settings, intel) = (Settings::default(), Intel::default());
    read(text.as_bytes(), &BTreeMap::new(), "t", reading(&settings, &intel), &Metrics::default())
}

/// A connection of Zeek, and a counter of Fluent Bit.
fn zeek(host: &str, bytes: u64) -> serde_json::Value {
    json!({"_path": "conn", "ts": 1_795_486_875.5, "uid": "C1", "id.orig_h": host, "id.orig_p": 40_000,
        "id.resp_h": "93.184.216.34", "id.resp_p": 443, "proto": "tcp", "duration": 2.0, "orig_bytes": bytes,
        "resp_bytes": 700, "orig_ip_bytes": bytes, "resp_ip_bytes": 700, "orig_pkts": 5, "resp_pkts": 4,
        "local_orig": true, "local_resp": false, "conn_state": "SF"})
}

#[test]
fn every_shape_of_a_body_gives_the_same_records() {
    let (one, two) = (zeek("10.0.0.5", 900).to_string(), zeek("10.0.0.6", 901).to_string());
    for text in [
        format!("[{one},{two}]"),
        format!("{one}\n{two}\n"),
        format!("{one}{two}"),
        format!("\u{feff}[ {one} ,\n {two} ]"),
        json!({"message": one}).to_string() + "\n" + &json!({"log": two}).to_string(),
    ] {
        let payload = said(&text);
        assert_eq!((payload.records, payload.not_judged), (2, 0), "{text} {:?}", payload.rejects);
        let keys: Vec<_> = payload
            .observations
            .iter()
            .map(|observed| (observed.key.account.as_str(), observed.key.id.as_str()))
            .collect();
        assert_eq!(keys, [("111122223333", "10.0.0.5"), ("111122223333", "10.0.0.6")], "{text}");
        assert!(
            payload.observations.iter().all(|observed| observed.info.region.as_deref() == Some("eu-west-1"))
        );
    }
}

#[test]
fn flows_counters_and_calls_go_each_its_way_and_a_counter_of_tomorrow_is_not_believed() {
    let start = NOW / 1_000 - 2 * BUCKET / 1_000;
    let flow = format!(
        "2 444455556666 eni-1 10.0.0.5 93.184.216.34 40000 443 6 1 60 {start} {} ACCEPT OK",
        start + 59
    );
    let netif = json!({"date": 1_795_486_911.2, "eth0.rx.bytes": 5, "eth0.tx.bytes": 6}).to_string();
    let call = json!({"eventVersion": "1.09", "eventID": "e", "eventTime": "2026-11-24T10:00:00Z",
        "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "awsRegion": "eu-west-1"})
    .to_string();
    let tomorrow = netif.replace("1795486911.2", "1795586911.2");
    let payload =
        said(&[flow, netif, tomorrow, call, "nonsense".to_owned(), "{broken".to_owned()].join("\n"));
    assert_eq!(
        (payload.records, payload.not_judged, payload.hosts.len()),
        (4, 1, 1),
        "{:?}",
        payload.rejects
    );
    assert_eq!(payload.rejects.values().sum::<u64>(), 2, "{:?}", payload.rejects);
    assert_eq!(payload.observations[0].key.account, "444455556666");
}

#[test]
fn what_was_refused_before_is_counted_with_the_rest_and_an_empty_body_is_nothing() {
    let (settings, intel) = (Settings::default(), Intel::default());
    let refused = [("bad-payload", 2)].into();
    let payload = read(b"nonsense\n", &refused, "t", reading(&settings, &intel), &Metrics::default());
    assert_eq!(payload.rejects, [("bad-payload", 2), ("too-few-fields", 1)].into());
    let empty = said("");
    assert_eq!((empty.records, empty.rejects.len(), empty.observations.len()), (0, 0, 0));
}
