use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::*;
use crate::flow::LossKind;
use crate::reader::{Entry, ReadOptions, RecordReader};

const SCHEMA: &str = "message flow {
    OPTIONAL INT32 version; OPTIONAL BYTE_ARRAY moon_phase (UTF8); OPTIONAL BYTE_ARRAY interface_id (UTF8);
    OPTIONAL BYTE_ARRAY srcaddr (UTF8); OPTIONAL BYTE_ARRAY dstaddr (UTF8); OPTIONAL INT32 srcport;
    OPTIONAL INT64 bytes; OPTIONAL INT64 start; OPTIONAL INT64 end; OPTIONAL BYTE_ARRAY log_status (UTF8);
}";

/// Three rows: a flow, a row without data whose text is `-` and whose numbers are null, a bad row.
fn table() -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties =
        WriterProperties::builder().set_compression(Compression::GZIP(Default::default())).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let mut group = file.next_row_group().unwrap();
    let texts = [
        ["full", "new", "-"],
        ["eni-0a", "eni-0b", "eni-0c"],
        ["10.0.0.5", "-", "10.0.0"],
        ["2001:db8::9", "-", "10.0.0.6"],
        ["OK", "SKIPDATA", "OK"],
    ];
    let mut texts = texts.iter();
    let numbers = |name: &str| match name {
        "version" => vec![Some(2), Some(2), Some(2)],
        "srcport" => vec![Some(65535), None, Some(1)],
        "bytes" => vec![Some(5_000_000_000), None, Some(1)],
        _ => vec![Some(1_700_000_000), Some(1_700_000_060), Some(1_700_000_000)],
    };
    for field in parse_message_type(SCHEMA).unwrap().get_fields() {
        let mut column = group.next_column().unwrap().unwrap();
        let values = numbers(field.name());
        let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
        match field.get_physical_type() {
            parquet::basic::Type::INT32 => {
                let values: Vec<i32> = values.iter().flatten().map(|value| *value as i32).collect();
                column.typed::<Int32Type>().write_batch(&values, Some(&levels), None).unwrap();
            }
            parquet::basic::Type::INT64 => {
                let values: Vec<i64> = values.iter().flatten().copied().collect();
                column.typed::<Int64Type>().write_batch(&values, Some(&levels), None).unwrap();
            }
            _ => {
                let values: Vec<ByteArray> =
                    texts.next().unwrap().iter().map(|text| (*text).into()).collect();
                column.typed::<ByteArrayType>().write_batch(&values, Some(&[1, 1, 1]), None).unwrap();
            }
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

#[test]
fn rows_are_read_by_column_name_and_null_is_as_absent_as_a_hyphen() {
    let mut table = FlowTable::open(table()).unwrap();
    assert!(table.advance().unwrap());
    let Line::Flow(flow) = table.row() else { panic!("no flow") };
    assert_eq!((flow.src.to_string(), flow.dst.to_string()), ("10.0.0.5".into(), "2001:db8::9".into()));
    assert_eq!((flow.src_port, flow.bytes, flow.packets), (Some(65535), Some(5_000_000_000), None));
    assert_eq!((flow.start, flow.interface), (1_700_000_000_000, Some("eni-0a")));
    assert!(table.advance().unwrap());
    let Line::Loss(loss) = table.row() else { panic!("no loss") };
    assert_eq!((loss.kind, loss.interface), (LossKind::SkipData, Some("eni-0b")));
    assert!(table.advance().unwrap());
    assert!(matches!(table.row(), Line::Reject(_)));
    assert!(!table.advance().unwrap());
}

#[test]
fn the_reader_counts_rows_and_names_the_bad_one() {
    let table = table();
    let mut reader = RecordReader::open(&table[..], &ReadOptions::default()).unwrap();
    assert!(matches!(reader.next(), Ok(Some(Entry::Flow(_)))));
    assert!(matches!(reader.next(), Ok(Some(Entry::Loss(_)))));
    let Ok(Some(Entry::Reject(reject))) = reader.next() else { panic!("not refused") };
    assert_eq!((reject.line, reject.reason.code()), (3, "bad-field"));
    assert!(reject.text.contains("eni-0c 10.0.0 10.0.0.6"), "{}", reject.text);
    assert!(matches!(reader.next(), Ok(None)));
    let counts = reader.counts();
    assert_eq!((counts.lines, counts.records, counts.losses), (3, 1, 1));
}

#[test]
fn a_table_of_something_else_is_said_to_be_none() {
    let schema = Arc::new(parse_message_type("message other { OPTIONAL INT32 version; }").unwrap());
    let file = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap().into_inner().unwrap();
    assert!(matches!(FlowTable::open(file), Err(TableError::NoColumns)));
}

#[test]
fn a_cut_file_is_an_error() {
    let whole = table();
    for end in (4..whole.len()).step_by(7) {
        assert!(FlowTable::open(whole[..end].to_vec()).is_err(), "{end}");
    }
}

proptest! {
    #[test]
    fn a_damaged_table_is_an_error_or_other_rows_and_never_a_panic(index in any::<prop::sample::Index>(), byte: u8) {
        let mut file = table();
        let index = index.index(file.len());
        file[index] = byte;
        if let Ok(mut table) = FlowTable::open(file) {
            let mut rows = 0;
            while let Ok(true) = table.advance() {
                table.text();
                rows += 1;
                prop_assert!(rows < 1000, "a byte in the footer made rows without end");
            }
            prop_assert!(matches!(table.advance(), Ok(false)));
        }
    }
}
