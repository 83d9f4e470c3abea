//! Firehose: records that it wants back, and records that it delivers to an HTTP endpoint.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html>,
//! <https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use weir_records::decode::Compression;
use weir_records::text::Text;

use crate::body;
use crate::refusal::Refusal;

/// An event of a Firehose that transforms.
#[derive(Debug, Deserialize)]
pub(crate) struct Transform<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Debug, Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "recordId")]
    id: Text<'a>,
    #[serde(borrow)]
    data: Text<'a>,
}

/// A request of a Firehose that delivers.
#[derive(Debug, Deserialize)]
struct Delivered<'a> {
    #[serde(borrow)]
    records: Vec<Datum<'a>>,
}

#[derive(Debug, Deserialize)]
struct Datum<'a> {
    #[serde(borrow)]
    data: Text<'a>,
}

/// A record as a transformation gives it back: as it came, so that the stream delivers what it would have.
#[derive(Debug, Serialize)]
pub(crate) struct Unchanged {
    #[serde(rename = "recordId")]
    id: String,
    result: &'static str,
    data: String,
}

/// What the records of one request hold, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub(crate) text: Vec<u8>,
    /// Records that cannot be opened.
    pub(crate) refused: u64,
}

impl<'a> Transform<'a> {
    pub(crate) fn read(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    pub(crate) fn open(&self) -> Opened {
        opened(self.records.iter().map(|record| record.data.as_str()))
    }

    pub(crate) fn unchanged(self) -> Vec<Unchanged> {
        let unchanged = |record: Record<'_>| Unchanged {
            id: record.id.into_string(),
            result: "Ok",
            data: record.data.into_string(),
        };
        self.records.into_iter().map(unchanged).collect()
    }
}

/// Opens the body of a request.
///
/// # Errors
///
/// No JSON as Firehose writes it.
pub(crate) fn delivered(body: &[u8]) -> Result<Opened, Refusal> {
    let expected = "an object with `requestId`, `timestamp` and `records`";
    let body: Delivered<'_> = serde_json::from_slice(body).map_err(|_| Refusal::Unreadable { expected })?;
    Ok(opened(body.records.iter().map(|record| record.data.as_str())))
}

/// Records that share one limit; whatever is wrong with one of them leaves the others.
fn opened<'d>(records: impl Iterator<Item = &'d str>) -> Opened {
    let mut opened = Opened::default();
    let mut packed = Vec::new();
    for data in records {
        packed.clear();
        let before = opened.text.len();
        let whole = STANDARD.decode_vec(data, &mut packed).is_ok()
            && body::open(&packed, Compression::Identity, &mut opened.text).is_ok();
        if whole {
            // A record need not end its last line.
            opened.text.push(b'\n');
        } else {
            opened.text.truncate(before);
            opened.refused += 1;
        }
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_opened_one_by_one_and_go_back_as_they_came() {
        let json = r#"{"deliveryStreamArn":"a","records":[
            {"recordId":"1","data":"YQ=="},{"recordId":"2","data":"!"},{"recordId":"3","data":"Ygo="}]}"#;
        let transform = Transform::read(json).unwrap();
        let opened = transform.open();
        assert_eq!((opened.text.as_slice(), opened.refused), (b"a\nb\n\n".as_slice(), 1));
        let back = serde_json::to_value(transform.unchanged()).unwrap();
        assert_eq!(back[1], serde_json::json!({"recordId": "2", "result": "Ok", "data": "!"}));
    }

    #[test]
    fn a_request_without_records_is_none_of_firehose() {
        assert_eq!(delivered(br#"{"records":[{"data":"YQ=="}]}"#).unwrap().text, b"a\n");
        assert_eq!(delivered(b"[]").unwrap_err().status(), 400);
    }
}
