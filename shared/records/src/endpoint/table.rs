//! Logs in columns that a header line named.

use crate::json::{address_of, count_in, given};
use crate::reject::Reason;
use crate::source::Source;
use crate::{binetflow, macos, nfdump, zeek};

use super::Sink;

/// The columns in force, and whose they are.
#[derive(Debug)]
pub(super) enum Table {
    Zeek(zeek::Log),
    Nfdump(nfdump::Table),
    Binetflow(Columns),
    Nettop(Box<macos::nettop::Frames>),
}

/// The names of columns, in order.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    names: Vec<String>,
    separator: char,
}

/// The fields of one line.
pub(crate) struct Row<'a> {
    columns: &'a Columns,
    fields: Vec<&'a str>,
}

impl Table {
    /// The table that a header line begins; `None` for any other line.
    pub(super) fn of_header(line: &str, current: Option<&Self>) -> Option<Self> {
        match line.as_bytes().first()? {
            b'#' | b'\t' | b't' if zeek::Log::begins(line, matches!(current, Some(Self::Zeek(_)))) => {
                Some(Self::Zeek(zeek::Log::new(line)))
            }
            b't' | b'c' | b'f' if nfdump::is_header(line) => Some(Self::Nfdump(nfdump::Table::new(line))),
            b'S' if binetflow::is_header(line) => {
                Some(Self::Binetflow(Columns::of(line, if line.contains('\t') { '\t' } else { ',' })))
            }
            // The terminal's answer may stand before the first header of nettop.
            b't' | b'^' | 4 | 8 if macos::nettop::is_header(line) => {
                Some(Self::Nettop(Box::new(macos::nettop::Frames::new(line))))
            }
            _ => None,
        }
    }

    pub(super) const fn source(&self) -> Source {
        match self {
            Self::Zeek(_) => Source::Zeek,
            Self::Nfdump(_) => Source::Nfdump,
            Self::Binetflow(_) => Source::Binetflow,
            Self::Nettop(_) => Source::Nettop,
        }
    }

    /// Reads a line of the table; false for one that is none.
    pub(super) fn read(&mut self, line: &str, sink: &mut Sink) -> bool {
        match self {
            Self::Zeek(log) => log.line(line, sink),
            Self::Nfdump(table) => table.line(line, sink),
            Self::Binetflow(columns) => binetflow::line(line, columns, sink),
            Self::Nettop(frames) => frames.line(line, sink),
        }
    }
}

impl Columns {
    /// The columns of a header line.
    pub(crate) fn of(header: &str, separator: char) -> Self {
        Self { names: header.split(separator).map(|name| name.trim().to_owned()).collect(), separator }
    }

    /// The fields of a line.
    ///
    /// # Errors
    ///
    /// A line with fewer fields than `least`, or more than there are columns.
    pub(crate) fn row<'a>(&'a self, line: &'a str, least: usize) -> Result<Row<'a>, Reason> {
        let fields: Vec<&str> = line.split(self.separator).collect();
        let (expected, found) = (self.names.len(), fields.len());
        if found < least.min(expected) {
            return Err(Reason::TooFewFields { expected, found });
        }
        if found > expected {
            return Err(Reason::TooManyFields { expected, found });
        }
        Ok(Row { columns: self, fields })
    }

    /// Whether one has this name.
    pub(crate) fn have(&self, name: &str) -> bool {
        self.names.iter().any(|have| have == name)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// What separates them.
    pub(crate) const fn separator(&self) -> char {
        self.separator
    }
}

impl<'a> Row<'a> {
    /// The field of a column, unless it is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let place = self.columns.names.iter().position(|have| have == name)?;
        self.fields.get(place).copied().and_then(given)
    }

    /// The field of the first of the columns that is there.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.get(name))
    }
}

/// The number of a protocol that a log gives by name or number.
///
/// # Source
///
/// <https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml>
pub(crate) fn protocol(text: &str) -> Option<u8> {
    let number = match text.trim().to_ascii_lowercase().as_str() {
        "icmp" | "icmp4" => 1,
        "igmp" => 2,
        "ipip" | "ip-in-ip" | "ipencap" => 4,
        "tcp" | "tcp4" | "tcp6" => 6,
        "udp" | "udp4" | "udp6" | "rtp" | "rtcp" | "udt" => 17,
        "ipv6" => 41,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "icmp6" | "icmpv6" | "ipv6-icmp" => 58,
        "ospf" | "ospfigp" => 89,
        "pim" => 103,
        "sctp" => 132,
        other => return count_in(other).and_then(|number| number.try_into().ok()),
    };
    Some(number)
}

/// A port, where the protocol has ports: other protocols write types and codes there.
pub(crate) fn port(text: Option<&str>, protocol: Option<u8>) -> Option<u16> {
    matches!(protocol, Some(6 | 17 | 132 | 33 | 136) | None).then_some(())?;
    count_in(text?)?.try_into().ok()
}

/// TCP flags written as letters, as nfdump and Zeek's peers do: `...AP.SF`.
pub(crate) fn flags(letters: &str) -> u8 {
    letters.bytes().fold(0, |flags, letter| {
        flags
            | match letter {
                b'F' => 1,
                b'S' => 2,
                b'R' => 4,
                b'P' => 8,
                b'A' => 16,
                b'U' => 32,
                _ => 0,
            }
    })
}

/// The two addresses of a record.
///
/// # Errors
///
/// Names the one that is absent or no address.
pub(crate) fn addresses(
    src: (&'static str, Option<&str>),
    dst: (&'static str, Option<&str>),
) -> Result<(std::net::IpAddr, std::net::IpAddr), Reason> {
    let one = |(field, text): (&'static str, Option<&str>)| {
        let text = text.ok_or(Reason::MissingField { field })?;
        address_of(text).ok_or(Reason::BadField { field, expected: "an IPv4 or IPv6 address" })
    };
    Ok((one(src)?, one(dst)?))
}
