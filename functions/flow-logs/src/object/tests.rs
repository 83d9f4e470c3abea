use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use weir_detection::observation::BUCKET;

use super::*;

const START: i64 = 1_780_300_200_000;
const NOW: i64 = START + 4_100 * BUCKET;

/// One record a minute, each to an address of its own.
fn lines(minutes: i64) -> Vec<u8> {
    let mut text = Vec::new();
    for minute in 0..minutes {
        let start = START / 1_000 + minute * 60;
        writeln!(
            text,
            "2 111122223333 eni-0a 10.0.0.5 93.184.{}.{} 40000 443 6 10 5000 {start} {} ACCEPT OK",
            minute / 250 % 250,
            minute % 250,
            start + 59
        )
        .unwrap();
    }
    text
}

struct Seen {
    slices: Vec<(u64, u64)>,
    failed: Option<Failed>,
    records: u64,
}

fn read(bytes: &[u8], chunk: usize, broken: bool) -> Seen {
    let leaked: &'static [u8] = bytes.to_vec().leak();
    let chunks: Vec<&'static [u8]> = leaked.chunks(chunk).collect();
    let (body, feed) = Chunks::channel(chunks.len() + 1);
    feed.give(&chunks, broken);
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut slices = Vec::new();
    let done = Slices::new(&settings, &intel, 7, NOW).read(body, &ReadOptions::default(), |slice| {
        let sum = slice.observations.iter().flat_map(|seen| &seen.rows).map(|row| row.sums.bytes_out).sum();
        assert!(slice.observations.iter().all(|seen| seen.complete_until.is_none()));
        slices.push((slice.batch, sum));
        true
    });
    Seen { slices, failed: done.failed, records: done.counts.records }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn sum(slices: &[(u64, u64)]) -> u64 {
    slices.iter().map(|(_, bytes)| bytes).sum()
}

#[test]
fn a_long_object_leaves_bucket_by_bucket_and_nothing_of_it_is_lost() {
    let seen = read(&lines(20_000), 10_000, false);
    assert!(seen.failed.is_none());
    assert_eq!((seen.records, sum(&seen.slices)), (20_000, 100_000_000));
    // Of 4,000 buckets at most a stride's and an hour's are held at a time.
    assert!(seen.slices.len() > 3_000, "{}", seen.slices.len());
}

#[test]
fn an_object_gives_the_same_slices_however_its_bytes_arrive() {
    let bytes = gzip(&lines(9_000));
    let (one, two) = (read(&bytes, 100, false), read(&bytes, 70_000, false));
    assert!(one.slices.len() > 2);
    assert_eq!(one.slices, two.slices);
}

#[test]
fn a_small_object_is_one_batch_under_its_own_id() {
    assert_eq!(read(&lines(10), 10_000, false).slices, vec![(7, 50_000)]);
}

#[test]
fn a_body_that_breaks_keeps_back_the_rest_so_that_the_retry_can_bring_it() {
    let bytes = lines(9_000);
    let broken = read(&bytes[..bytes.len() / 2], 10_000, true);
    assert!(matches!(broken.failed, Some(Failed::Broken(_))));
    let whole = read(&bytes, 10_000, false);
    assert_eq!(broken.slices[..], whole.slices[..broken.slices.len()]);
    assert!(!broken.slices.iter().any(|(batch, _)| *batch == 7), "the rest has the object's own id");
}

#[test]
fn a_compressed_body_that_breaks_is_not_taken_for_a_damaged_object() {
    let bytes = gzip(&lines(9_000));
    let half = &bytes[..bytes.len() / 2];
    assert!(matches!(read(half, 1_000, true).failed, Some(Failed::Broken(_))));
    let damaged = read(half, 1_000, false);
    assert!(matches!(damaged.failed, Some(Failed::Damaged)));
    assert!(damaged.slices.iter().any(|(batch, _)| *batch == 7), "what is readable is applied");
}

#[test]
fn a_record_from_the_future_does_not_make_the_others_late() {
    let year_2100 =
        "2 111122223333 eni-0a 10.0.0.5 93.184.1.1 1 2 6 10 5000 4102444800 4102444859 ACCEPT OK\n";
    let mut bytes = year_2100.repeat(2).into_bytes();
    bytes.extend(lines(4_200));
    // The look after 4,096 records falls into the middle of a bucket.
    assert_eq!(sum(&read(&bytes, 10_000, false).slices), 4_200 * 5_000);
}
