use std::io::Write;

use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::decode::Compression;

mod chunks;
mod endpoints;
mod samples;
mod trail;

const V2: &str =
    "2 123456789010 eni-0a 10.0.0.5 203.0.113.9 49152 443 6 10 8400 1700000000 1700000060 ACCEPT OK";
const LOST: &str = "2 123456789010 eni-0a - - - - - - - 1700000000 1700000060 - SKIPDATA";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Every entry in a letter (flow, loss, control, conversation, process, usage, or the reject's line and code), and
/// the counts.
fn read_with(input: &[u8], options: &ReadOptions) -> (Vec<String>, Counts, Option<ReadError>) {
    let mut reader = match RecordReader::open(input, options) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Counts::default(), Some(error)),
    };
    let mut entries = Vec::new();
    let mut error = None;
    loop {
        match reader.next() {
            Ok(Some(Entry::Flow(_))) => entries.push("F".to_owned()),
            Ok(Some(Entry::Call(_))) => entries.push("A".to_owned()),
            Ok(Some(Entry::Loss(_))) => entries.push("L".to_owned()),
            Ok(Some(Entry::Telemetry(telemetry))) => {
                let letter = match telemetry.fact {
                    crate::Fact::Conversation(_) => "V",
                    crate::Fact::Launch(_) => "P",
                    crate::Fact::Usage(_) => "U",
                };
                entries.push(letter.to_owned());
            }
            Ok(Some(Entry::Lookup(lookup))) => entries.push(format!("N {}", lookup.name)),
            Ok(Some(Entry::Control)) => entries.push("C".to_owned()),
            Ok(Some(Entry::Reject(reject))) => {
                entries.push(format!("{}:{}", reject.line, reject.reason.code()));
            }
            Ok(None) => break,
            Err(fault) => error = Some(fault),
        }
    }
    (entries, reader.counts(), error)
}

fn read(input: &[u8]) -> String {
    read_with(input, &ReadOptions::default()).0.join(" ")
}

fn event(json: &str) -> String {
    use base64::Engine as _;
    let data = base64::engine::general_purpose::STANDARD.encode(gzip(json.as_bytes()));
    format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#)
}

fn payload(messages: &[&str]) -> String {
    let events: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(i, message)| format!(r#"{{"id":"{i}","timestamp":1700000000000,"message":"{message}"}}"#))
        .collect();
    format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{}]}}"#,
        events.join(",")
    )
}

#[test]
fn a_bad_line_is_a_reject_with_its_line_number_and_the_file_goes_on() {
    let text = format!("{V2}\r\n\n{V2} 1\n{LOST}\n\u{7f}\n{V2}");
    let (entries, counts, _) = read_with(text.as_bytes(), &ReadOptions::default());
    assert_eq!(entries, ["F", "3:too-many-fields", "L", "5:too-few-fields", "F"]);
    assert_eq!((counts.lines, counts.records, counts.losses, counts.bytes), (6, 2, 1, text.len() as u64));
    assert_eq!(counts.rejects, BTreeMap::from([("too-few-fields", 1), ("too-many-fields", 1)]));
}

#[test]
fn a_reject_shows_the_beginning_of_its_line() {
    let text = format!("{}\n", "é".repeat(300));
    let mut reader = RecordReader::open(text.as_bytes(), &ReadOptions::default()).unwrap();
    let Ok(Some(Entry::Reject(reject))) = reader.next() else { panic!("not refused") };
    assert_eq!((reject.text.chars().count(), reject.source), (200, Source::VpcFlow));
}

#[test]
fn headers_are_followed_also_in_the_middle_of_a_file() {
    let text = format!("{V2}\nsrcaddr dstaddr end\n10.0.0.1 10.0.0.2 1700000060\n{V2}\n");
    assert_eq!(read(text.as_bytes()), "F F 4:too-many-fields");
    let options =
        ReadOptions { flow_format: Some("srcaddr dstaddr end".parse().unwrap()), ..Default::default() };
    assert_eq!(read_with(b"10.0.0.1 10.0.0.2 1700000060\n", &options).0, ["F"]);
    assert_eq!(read(b"\xef\xbb\xbfsrcaddr dstaddr end\n10.0.0.1 10.0.0.2 1700000060\n"), "F");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(read(b"2 123456789010 \xff\xfe\n"), "1:not-utf8");
}

#[test]
fn a_line_over_the_limit_is_refused_and_the_next_is_read() {
    for length in [2_000_000, 1 << 20, 300_000] {
        let text = format!("9{}\n{V2}\n", "x".repeat(length));
        let first = if length >= 1 << 20 { "1:too-long" } else { "1:too-few-fields" };
        assert_eq!(read(text.as_bytes()), format!("{first} F"));
    }
    let options = ReadOptions { max_document: 1000, ..Default::default() };
    let text = format!("{{\"a\":\"{}\"}}\n{V2}\n", "x".repeat(1_000_000));
    assert_eq!(read_with(text.as_bytes(), &options).0, ["1:too-long", "F"]);
}

#[test]
fn a_document_that_never_closes_is_passed_over_once_and_not_once_for_each_of_its_lines() {
    let options = ReadOptions { max_document: 64 << 10, ..Default::default() };
    let text = format!("{}{V2} 1\n{V2}\n", " {\n".repeat(200_000));
    let (entries, counts, _) = read_with(text.as_bytes(), &options);
    assert_eq!(entries.last().map(String::as_str), Some("F"));
    assert_eq!(entries.get(entries.len() - 2).map(String::as_str), Some("200001:too-many-fields"));
    assert!(counts.lines < 20, "{}", counts.lines);
}

#[test]
fn lines_are_whole_wherever_the_buffer_ends() {
    for shift in 0..V2.len() {
        let filler = format!("{}\n", "9".repeat((256 << 10) - shift));
        assert_eq!(read(format!("{filler}{V2}\n{V2}").as_bytes()), "1:too-few-fields F F", "{shift}");
    }
}

#[test]
fn gzip_in_members_reads_as_one_file() {
    let members = [gzip(format!("{V2}\n2 1234").as_bytes()), gzip(&V2.as_bytes()[6..])].concat();
    assert_eq!(Compression::of(&members), Compression::Gzip);
    assert_eq!(read(&members), "F F");
}

#[test]
fn a_cut_gzip_file_gives_its_whole_lines_and_then_one_error() {
    let text: String = (0..20_000).map(|i| V2.replace("49152", &(i % 60_000).to_string()) + "\n").collect();
    let whole = gzip(text.as_bytes());
    let (entries, counts, error) = read_with(&whole[..whole.len() / 2], &ReadOptions::default());
    assert!(
        counts.records > 5_000 && entries.iter().all(|entry| entry == "F"),
        "no half line became a reject"
    );
    assert!(matches!(error, Some(ReadError::Decode(_))));
}

#[test]
fn events_are_opened_one_a_line_pretty_printed_concatenated_and_in_a_list() {
    let data = event(&payload(&[V2, LOST, "junk"]));
    let control = event(&payload(&["CWL CONTROL MESSAGE"]).replace("DATA", "CONTROL"));
    let entries = "F L 1:too-few-fields";
    assert_eq!(read(data.as_bytes()), entries);
    assert_eq!(read(format!("{data}{control}\n{V2}").as_bytes()), format!("{entries} C F"));
    assert_eq!(read(format!("[{data},\n{control}]").as_bytes()), format!("{entries} C"));
    let pretty: serde_json::Value = serde_json::from_str(&data).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    assert_eq!(read(format!("{pretty}\n{V2}").as_bytes()), format!("{entries} F"));
    assert_eq!(read(payload(&[V2, V2]).as_bytes()), "F F");
    assert_eq!(read(format!("{0}{0}", payload(&[V2])).as_bytes()), "F F", "as Firehose stores them");
}

#[test]
fn the_identity_of_a_payload_is_told_with_its_entries_only() {
    let text = format!("{}\n{V2}\n", event(&payload(&[V2])));
    let mut reader = RecordReader::open(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert!(matches!(reader.next(), Ok(Some(Entry::Flow(_)))));
    let first = reader.payload_id();
    assert!(first.is_some());
    assert!(matches!(reader.next(), Ok(Some(Entry::Flow(_)))));
    assert_eq!(reader.payload_id(), None);
}

#[test]
fn a_broken_document_does_not_swallow_the_lines_behind_it() {
    let json = format!(r#"{{"message":"{V2}"}}"#);
    assert_eq!(read(format!("{{\"message\":\"2 12\n{json}\n{V2}\n").as_bytes()), "1:bad-json F F");
    assert_eq!(read(format!("{{\"message\":{{\n{json}\n{V2}\n").as_bytes()), "1:bad-json F F");
    assert_eq!(read(format!("{json}\n{{\"message\":").as_bytes()), "F 2:bad-json");
    assert_eq!(read(br#"{"awslogs":{"data":"!!"}}"#), "1:bad-payload");
}

#[test]
fn payloads_of_one_event_share_the_size_limit() {
    let options = ReadOptions { max_document: 10_000, ..Default::default() };
    let messages = vec![V2; 200];
    assert_eq!(read_with(event(&payload(&messages)).as_bytes(), &options).0, ["1:bad-payload"]);
}

#[test]
fn an_envelope_source_refuses_what_lies_bare() {
    let options = ReadOptions { source: Source::Envelope, ..Default::default() };
    let text = format!("{V2}\n{}\n{{\"message\":\"{V2}\"}}\n", event(&payload(&[V2])));
    assert_eq!(read_with(text.as_bytes(), &options).0, ["1:unknown-record", "F", "3:unknown-record"]);
}

#[test]
fn an_empty_input_is_empty() {
    assert_eq!(read(b""), "");
    assert_eq!(read(b"\n \n\t\n"), "");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic_or_lose_a_line(
        lines in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            "[\\[\\]{}\":, a-z0-9\\\\]{0,40}".prop_map(String::into_bytes),
            Just(V2.into()),
            Just(LOST.into()),
            Just(payload(&[V2, "x"]).into_bytes()),
            Just(event(&payload(&[V2])).into_bytes()),
            Just(br#"{"Records":[{"body":"{}"},{"s3":{}},7]}"#.to_vec()),
        ], 0..8),
        zipped in any::<bool>(),
        cut in 0usize..400,
    ) {
        let mut text = lines.join(&b'\n');
        text.truncate(text.len().saturating_sub(cut));
        let input = if zipped { gzip(&text) } else { text };
        let (entries, counts, _) = read_with(&input, &ReadOptions::default());
        let rejects: u64 = counts.rejects.values().sum();
        prop_assert_eq!(entries.len() as u64, counts.records + counts.losses + counts.controls + rejects);
        prop_assert!(counts.lines >= entries.len() as u64);
    }
}
