//! Rows that come together are the entries that come one by one.

use super::*;

const PLAIN: &str = "2 123456789010 eni-0123456789abcdef0 10.0.0.5 203.0.113.9 49152 443 6 10 8400 1700000000 1700000060 ACCEPT OK";

const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start \
                      end action log-status";

/// Every entry in words, and the counts; `together` where rows may come together.
fn told(input: &[u8], together: bool) -> (Vec<String>, Counts) {
    let mut reader = RecordReader::open(input, &ReadOptions::default()).unwrap();
    let mut told = Vec::new();
    loop {
        let chunk =
            if together { reader.next_chunk() } else { reader.next().map(|entry| entry.map(Chunk::Entry)) };
        match chunk.unwrap() {
            Some(Chunk::Rows(rows)) => {
                told.extend(rows.flows().map(|flow| format!("{:?}", Entry::Flow(flow))))
            }
            Some(Chunk::Entry(entry)) => told.push(format!("{entry:?}")),
            None => return (told, reader.counts()),
        }
    }
}

#[test]
fn more_rows_than_come_together_and_more_names_than_are_remembered_are_read_whole() {
    let rows = (0..10_000).map(|number| PLAIN.replace("9abcdef0", &format!("{number:08}")) + "\n");
    let text: String = rows.collect();

    let (together, counts) = told(text.as_bytes(), true);

    assert_eq!((together, counts.records), (told(text.as_bytes(), false).0, 10_000));
}

proptest! {
    #[test]
    fn together_or_one_by_one_a_file_says_the_same(
        drawn in prop::collection::vec((0usize..12, 0u64..3, any::<bool>(), 0usize..120), 0..400),
        ends: bool,
    ) {
        let mut text = Vec::new();
        for (kind, number, returns, place) in drawn {
            let row = PLAIN.replace("9abcdef0", &format!("9abcdef{number}")).replace("8400", &place.to_string());
            let line = match kind {
                0 => LOST.to_owned(),
                1 => V2.to_owned(),
                2 => row.replace("ACCEPT OK", "ACCEPT -"),
                3 => row.replace(" 6 ", " - "),
                4 => row.get(..place).unwrap_or(&row).to_owned(),
                5 => row.replace(" 49152 ", " 49152  "),
                6 => r#"{"event":1}"#.to_owned(),
                7 if number == 0 => HEADER.to_owned(),
                _ => row,
            };
            text.extend_from_slice(line.as_bytes());
            text.extend_from_slice(if returns { b"\r\n" } else { b"\n" });
        }
        if !ends {
            text.pop();
        }
        let (together, one_by_one) = (told(&text, true), told(&text, false));
        prop_assert_eq!(together, one_by_one);
    }
}
