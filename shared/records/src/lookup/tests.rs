use crate::normalised::NormalisedLookup;
use crate::{Entry, ReadOptions, RecordReader, Source};

const LINE: &str = r#"{"version":"1.100000","account_id":"111122223333","region":"us-east-1","vpc_id":"vpc-1","query_timestamp":"2026-06-01T08:00:00Z","query_name":"Proxy.PacketStream.io.","query_type":"A","query_class":"IN","rcode":"NOERROR","answers":[{"Rdata":"edge.example.","Type":"CNAME","Class":"IN"},{"Rdata":"203.0.113.9","Type":"A","Class":"IN"}],"srcaddr":"10.0.0.5","srcport":"44321","transport":"UDP","srcids":{"instance":"i-1"}}"#;

/// Every entry of an input, as printed, or the reason of a reject.
fn entries(input: &str, source: Source) -> Vec<String> {
    let options = ReadOptions { source, ..ReadOptions::default() };
    let mut reader = RecordReader::open(input.as_bytes(), &options).unwrap();
    let mut found = Vec::new();
    while let Some(entry) = reader.next().unwrap() {
        found.push(match entry {
            Entry::Lookup(lookup) => serde_json::to_string(&NormalisedLookup::from(&*lookup)).unwrap(),
            Entry::Flow(flow) => format!("flow to {}", flow.dst),
            Entry::Reject(reject) => format!("{}: {}", reject.source, reject.reason.code()),
            _ => continue,
        });
    }
    found
}

#[test]
fn a_lookup_is_printed_as_dns_activity_and_what_the_log_lacks_is_absent() {
    let expected = r#"{"class_uid":4003,"activity_id":6,"metadata":{"log_name":"resolver"},"time":1780300800000,"query":{"hostname":"proxy.packetstream.io","type":"A","class":"IN"},"answers":[{"rdata":"edge.example.","type":"CNAME","class":"IN"},{"rdata":"203.0.113.9","type":"A","class":"IN"}],"rcode":"NOERROR","src_endpoint":{"ip":"10.0.0.5","port":44321,"instance_uid":"i-1","vpc_uid":"vpc-1"},"cloud":{"account":{"uid":"111122223333"},"region":"us-east-1"}}"#;
    assert_eq!(entries(LINE, Source::Auto), [expected]);

    let least = r#"{"query_timestamp":"2026-06-01T08:00:00.250Z","query_name":"a.example.","srcids":{"resolver_endpoint":"rslvr-in-1"},"firewall_rule_action":"BLOCK"}"#;
    let expected = r#"{"class_uid":4003,"activity_id":6,"metadata":{"log_name":"resolver"},"time":1780300800250,"query":{"hostname":"a.example"},"action_id":2,"unmapped":{"resolver_endpoint":"rslvr-in-1"}}"#;
    assert_eq!(entries(least, Source::Auto), [expected]);
}

#[test]
fn lookups_are_found_in_every_wrapping_and_beside_flows() {
    let flow = "2 111122223333 eni-1 10.0.0.5 203.0.113.9 44000 443 6 10 840 1780300800 1780300860 ACCEPT OK";
    let event = serde_json::json!({"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"resolver",
        "logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":1780300800000_i64,"message":LINE}]});
    for (input, count) in [
        (format!("{LINE}\n{flow}\n{LINE}\n"), 3),
        (event.to_string(), 1),
        (format!("[{LINE},{LINE}]"), 2),
        (format!("{LINE}{LINE}"), 2),
    ] {
        let found = entries(&input, Source::Auto);
        assert_eq!(found.len(), count, "{found:#?}");
        assert!(found[0].contains(r#""hostname":"proxy.packetstream.io""#), "{found:#?}");
    }
    let named = entries(&format!("{flow}\n{LINE}\n"), Source::Resolver);
    assert_eq!(named[0], "resolver: unknown-record");
    assert!(named[1].contains("proxy.packetstream.io"));
}

#[test]
fn a_broken_lookup_is_a_reject_of_its_source() {
    for (line, reason) in [
        (LINE.replace("2026-06-01T08:00:00Z", "yesterday"), "resolver: unknown-record"),
        (LINE.replace(r#""answers":["#, r#""answers":[7,"#), "resolver: bad-json"),
    ] {
        assert_eq!(entries(&line, Source::Auto), [reason]);
    }
}
