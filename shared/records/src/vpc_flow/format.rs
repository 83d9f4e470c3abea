//! The order of the fields in a flow log.

use std::str::FromStr;

use crate::reject::quoted;
use crate::vpc_flow::column::Column;

/// More columns than any version has; a longer "header" is something else.
const MAX_COLUMNS: usize = 256;

const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
                       start end action log-status";

const TRANSIT_GATEWAY: &str = "version resource-type account-id tgw-id tgw-attachment-id \
                               tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id \
                               tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id \
                               tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol \
                               packets bytes start end log-status type packets-lost-no-route \
                               packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired \
                               tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service";

/// The order of the fields in a flow log: what a header line says, or `LogFormat` of the flow log.
///
/// A name that this version does not know is kept as a column that is skipped, since AWS adds
/// fields about once a year.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Format {
    columns: Vec<Column>,
    unknown: Vec<String>,
}

impl Format {
    /// The order of every transit gateway flow log that was created without a custom format.
    pub fn transit_gateway() -> Self {
        Self::documented(TRANSIT_GATEWAY)
    }

    /// Names in the format that this version does not know.
    pub fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(String::as_str)
    }

    /// Whether `line` is a header: names in place of values.
    pub fn is_header(line: &str) -> bool {
        // Of the values, few begin with a small letter and none is a column name, so most lines
        // are decided by their first byte.
        line.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
            && line.trim_end().split(' ').all(is_name)
            && line.trim_end().split(' ').filter(|name| Column::named(name).is_some()).count() >= 2
    }

    /// Whether this is the order of version 2.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    fn documented(names: &str) -> Self {
        let columns = names.split(' ').map(|name| Column::named(name).unwrap_or(Column::Ignored)).collect();
        Self { columns, unknown: Vec::new() }
    }
}

/// The 14 fields of version 2, the order of every flow log that was created without a custom format.
impl Default for Format {
    fn default() -> Self {
        Self::documented(DEFAULT)
    }
}

/// Reads names with hyphens or underscores, or `${name}` as in the flow log's own configuration,
/// separated by blanks or commas.
impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let mut format = Self { columns: Vec::new(), unknown: Vec::new() };
        for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
            let name = match word.strip_prefix("${") {
                Some(rest) => rest.strip_suffix('}').ok_or_else(|| FormatError::Name(quoted(word)))?,
                None => word,
            };
            if !is_name(name) {
                return Err(FormatError::Name(quoted(word)));
            }
            if format.columns.len() == MAX_COLUMNS {
                return Err(FormatError::TooLong);
            }
            let known = Column::named(name);
            if known.is_none() {
                format.unknown.push(name.to_owned());
            }
            format.columns.push(known.unwrap_or(Column::Ignored));
        }
        let addressed = |own, packet| format.has(own) || format.has(packet);
        if format.columns.is_empty() {
            Err(FormatError::Empty)
        } else if !addressed(Column::Src, Column::PktSrc) {
            Err(FormatError::NoAddress("srcaddr"))
        } else if !addressed(Column::Dst, Column::PktDst) {
            Err(FormatError::NoAddress("dstaddr"))
        } else {
            Ok(format)
        }
    }
}

fn is_name(word: &str) -> bool {
    word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A flow log format that cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No names at all.
    #[error("the flow log format should name its fields, found none; copy it from the flow log's settings")]
    Empty,
    /// A word that is no field name.
    #[error("the flow log format should hold names such as `srcaddr` or `${{srcaddr}}`, found `{0}`")]
    Name(String),
    /// One side of every flow would be unknown.
    #[error("the flow log format should hold `{0}`: without it no flow can be told; add it to the flow log")]
    NoAddress(&'static str),
    /// Too many names.
    #[error("the flow log format should have at most 256 fields")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_spellings_of_a_format_mean_the_same() {
        let hyphens: Format = "version account-id srcaddr dstaddr".parse().unwrap();
        assert_eq!("version account_id srcaddr dstaddr".parse(), Ok(hyphens.clone()));
        assert_eq!("${version} ${account-id} ${srcaddr} ${dstaddr}".parse(), Ok(hyphens));
    }

    #[test]
    fn a_name_of_a_later_version_is_kept_as_a_column() {
        let format: Format = "srcaddr moon-phase dstaddr".parse().unwrap();
        assert_eq!(format.columns().len(), 3);
        assert_eq!(format.unknown_names().collect::<Vec<_>>(), ["moon-phase"]);
    }

    #[test]
    fn an_unusable_format_is_answered_with_what_is_wrong() {
        let error = |text: &str| text.parse::<Format>().unwrap_err().to_string();
        assert!(error("  ").contains("found none"));
        assert!(error("${srcaddr dstaddr").contains("found `${srcaddr`"));
        assert!(error("srcaddr dstport").contains("hold `dstaddr`"));
        assert!(error("2 123456789010").contains("found `2`"));
    }

    #[test]
    fn a_header_is_told_from_a_record_that_begins_with_a_letter() {
        assert!(Format::is_header(DEFAULT));
        assert!(Format::is_header("account_id bytes dstaddr"));
        assert!(Format::is_header("moon-phase srcaddr dstaddr"));
        assert!(!Format::is_header("eni-0a vpc-0b 10.0.0.1 10.0.0.2"));
        assert!(!Format::is_header("version"));
        assert!(!Format::is_header("2 123456789010 eni-0a"));
    }
}
