//! Public feeds of addresses: what they are read as, when they are refused, and how they are stored.
//!
//! No I/O: whoever fetches a feed hands its bytes to [`prepare`] and stores what comes back.

mod exit_nodes;
mod onionoo;
mod sanity;
mod stored;

use jiff::Timestamp;

use crate::{
    aws_ranges::AwsRanges,
    cidr::Cidr,
    geo::Database,
    lists::{AddressList, ListKind},
    ranges::{LineError, RangeSet},
};

pub use sanity::Refusal;
pub(crate) use stored::is_whole;

/// Most bytes of a feed, decompressed: the largest of the usual ones, all Tor relays with details, has a tenth.
pub const CAP: usize = 32 << 20;

/// A feed, by what its addresses are.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FeedKind {
    /// Networks by number and owner.
    Asn,
    /// The addresses of AWS by service.
    Aws,
    /// Countries.
    Country,
    /// Open and residential proxies.
    Proxy,
    /// Tor relays, with the exits told apart where the feed does.
    Tor,
    /// VPN servers.
    Vpn,
}

impl FeedKind {
    /// All.
    pub const ALL: [Self; 6] = [Self::Asn, Self::Aws, Self::Country, Self::Proxy, Self::Tor, Self::Vpn];

    /// Its name, as in `intel/feeds/<name>`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asn => "asn",
            Self::Aws => "aws",
            Self::Country => "country",
            Self::Proxy => "proxy",
            Self::Tor => "tor",
            Self::Vpn => "vpn",
        }
    }
}

/// One file of an intelligence folder, ready to be stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Prepared {
    /// Its name, as `Intel::load` knows it.
    pub file: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Ranges of a list, prefixes of AWS, nodes of a database: what the next one is compared with.
    pub entries: u64,
}

/// What a feed says of addresses.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Document {
    /// All of them.
    pub addresses: RangeSet,
    /// Those from which traffic leaves Tor: who calls from there may be anybody.
    pub exits: RangeSet,
    /// When it was published, in ms since the epoch, where it says so.
    pub published: Option<i64>,
    /// Lines or relays that it has.
    pub entries: usize,
    /// Those that are no addresses, by line number or position from 1.
    pub bad: Vec<LineError>,
}

/// Reads a list of addresses in whichever of the usual formats it is.
///
/// # Shape
/// - Onionoo's details: a JSON object with `relays`, each with `or_addresses`, `exit_addresses` and `flags`.
/// - Tor's `exit-addresses`: lines that begin with `ExitNode`, `ExitAddress` and so on.
/// - Else one address or CIDR a line: its first field up to a comma, blank or tab, without a port; `#` and `;`
///   begin a comment, one of `# updated: 2026-11-24T04:00:00Z` dates the list. The head of a CSV is passed over.
///
/// # Errors
/// [`Refusal::Html`], [`Refusal::NoText`] and [`Refusal::Json`]. Bad lines are beside the good ones.
pub fn read(bytes: &[u8]) -> Result<Document, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(Refusal::NoText)?;
    let content = text.trim_start_matches('\u{feff}').trim_start();
    if content.starts_with('<') {
        return Err(Refusal::Html);
    }
    if content.starts_with('{') {
        return onionoo::read(content).map_err(Refusal::Json);
    }
    if content.starts_with("ExitNode ") {
        return Ok(exit_nodes::read(content));
    }
    let (list, bad) = AddressList::parse(text);
    let entries = list.entries;
    Ok(Document { addresses: list.ranges, exits: RangeSet::default(), published: list.updated, entries, bad })
}

/// The files to store of a feed's documents, one for each of its addresses on the web.
///
/// `published` dates a feed that does not date itself, in ms since the epoch; `previous` tells how many entries
/// the file in force has.
///
/// # Errors
/// A [`Refusal`]: the files in force should stay.
pub fn prepare(
    kind: FeedKind,
    documents: Vec<Vec<u8>>,
    published: i64,
    previous: impl Fn(&str) -> Option<u64>,
) -> Result<Vec<Prepared>, Refusal> {
    if let Some(large) = documents.iter().find(|bytes| bytes.len() > CAP) {
        return Err(Refusal::TooLarge { bytes: large.len() });
    }
    let list = match kind {
        FeedKind::Asn | FeedKind::Country => return Ok(vec![database(kind, documents, previous)?]),
        FeedKind::Aws => return Ok(vec![aws(documents, previous)?]),
        FeedKind::Proxy => ListKind::Proxy,
        FeedKind::Tor => ListKind::Tor,
        FeedKind::Vpn => ListKind::Vpn,
    };
    let read = documents.iter().map(|bytes| read(bytes)).collect::<Result<Vec<_>, _>>()?;
    for document in &read {
        sanity::lines(document)?;
    }
    // As old as the oldest of its parts.
    let dated = read.iter().map(|document| document.published.unwrap_or(published)).min();
    let joined = |part: fn(&Document) -> &RangeSet| -> RangeSet {
        read.iter().flat_map(|document| part(document).blocks()).collect()
    };
    let exits = joined(|document| &document.exits);
    let mut files = vec![(list, joined(|document| &document.addresses))];
    if kind == FeedKind::Tor && !exits.is_empty() {
        files.push((ListKind::TorExit, exits));
    }
    files
        .into_iter()
        .map(|(list, ranges)| {
            sanity::ranges(&ranges, previous(list.file()))?;
            let bytes = stored::render(&ranges, dated.unwrap_or(published)).into_bytes();
            Ok(Prepared { file: list.file(), bytes, entries: ranges.len() as u64 })
        })
        .collect()
}

fn aws(documents: Vec<Vec<u8>>, previous: impl Fn(&str) -> Option<u64>) -> Result<Prepared, Refusal> {
    let bytes = only(documents)?;
    let ranges = match AwsRanges::parse(&bytes) {
        _ if bytes.trim_ascii_start().starts_with(b"<") => return Err(Refusal::Html),
        parsed => parsed.map_err(Refusal::Json)?,
    };
    if ranges.inside().is_empty() {
        return Err(Refusal::Empty);
    }
    let entries = ranges.prefixes() as u64;
    sanity::shrunk(entries, previous("ip-ranges.json"))?;
    Ok(Prepared { file: "ip-ranges.json", bytes, entries })
}

fn database(
    kind: FeedKind,
    documents: Vec<Vec<u8>>,
    previous: impl Fn(&str) -> Option<u64>,
) -> Result<Prepared, Refusal> {
    let bytes = only(documents)?;
    if bytes.trim_ascii_start().starts_with(b"<") {
        return Err(Refusal::Html);
    }
    let database = Database::open(bytes.clone()).map_err(Refusal::Database)?;
    let file = if kind == FeedKind::Country { "country.mmdb" } else { "asn.mmdb" };
    // Public resolvers on three continents: who knows none of them is a database of something else.
    let known =
        ["8.8.8.8", "1.1.1.1", "193.0.14.129"].into_iter().filter_map(|ip| ip.parse().ok()).any(|ip| {
            if kind == FeedKind::Country {
                database.country(ip).is_some()
            } else {
                database.asn(ip).is_some()
            }
        });
    if !known {
        return Err(Refusal::Unknowing { what: kind.name() });
    }
    sanity::shrunk(database.nodes(), previous(file))?;
    Ok(Prepared { file, entries: database.nodes(), bytes })
}

fn only(documents: Vec<Vec<u8>>) -> Result<Vec<u8>, Refusal> {
    let count = documents.len();
    let mut documents = documents.into_iter();
    match (documents.next(), documents.next()) {
        (Some(bytes), None) => Ok(bytes),
        _ => Err(Refusal::Several { count }),
    }
}

/// Text such as `2026-11-24 04:00:00`, in UTC, as ms since the epoch.
fn utc(text: &str) -> Option<i64> {
    let (day, time) = text.trim().split_once(' ')?;
    format!("{day}T{time}Z").parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The block of an address that may carry a port, `192.0.2.1:9001` or `[2001:db8::1]:9001`.
pub(crate) fn without_port(text: &str) -> Option<Cidr> {
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match text.split_once(':') {
            // Two colons and more are an address of version 6.
            Some((host, port)) if !port.contains(':') => host,
            _ => text,
        },
    };
    address.parse().ok()
}

#[cfg(test)]
mod tests;
