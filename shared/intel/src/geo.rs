//! Country and network operator of an address, from MaxMind DB files.
//!
//! The files are read into memory: mapping them saves a millisecond at start and costs an `unsafe`.

use std::{fmt, net::IpAddr};

use maxminddb::{MaxMindDbError, PathElement, Reader};

/// A country's ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Country([u8; 2]);

impl Country {
    /// The code of two letters; small ones are made capital.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let &[first, second] = code.as_bytes() else { return None };
        let letters = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
        letters.then(|| Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Two ASCII letters by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The network that announces an address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asn {
    /// Its number.
    pub number: u32,
    /// Who runs it.
    pub organisation: Option<String>,
}

/// A MaxMind DB file in memory.
pub struct Database {
    reader: Reader<Vec<u8>>,
}

impl Database {
    /// Opens a file's bytes.
    ///
    /// # Errors
    /// Bytes that are no MaxMind DB.
    pub fn open(bytes: Vec<u8>) -> Result<Self, MaxMindDbError> {
        Ok(Self { reader: Reader::from_source(bytes)? })
    }

    /// Nodes of its search tree: how much it knows.
    #[must_use]
    pub fn nodes(&self) -> u64 {
        u64::from(self.reader.metadata().node_count)
    }

    /// The country of an address: `country_code`, `country.iso_code` or `country`, whichever the file has.
    #[must_use]
    pub fn country(&self, ip: IpAddr) -> Option<Country> {
        let code = |path: &[&str]| self.text(ip, path).and_then(|text| Country::new(&text));
        code(&["country_code"]).or_else(|| code(&["country", "iso_code"])).or_else(|| code(&["country"]))
    }

    /// The network of an address: `autonomous_system_number` and `…_organization`, or `asn` (a number, or `AS64500`)
    /// and `as_name`, whichever the file has.
    #[must_use]
    pub fn asn(&self, ip: IpAddr) -> Option<Asn> {
        let number = self
            .number(ip, "autonomous_system_number")
            .or_else(|| self.number(ip, "asn"))
            .or_else(|| self.text(ip, &["asn"])?.trim_start_matches("AS").parse().ok())?;
        let organisation = ["autonomous_system_organization", "as_name", "as_organization", "org"]
            .into_iter()
            .find_map(|key| self.text(ip, &[key]));
        Some(Asn { number, organisation })
    }

    fn text(&self, ip: IpAddr, path: &[&str]) -> Option<String> {
        let path: Vec<PathElement<'_>> = path.iter().map(|key| PathElement::Key(key)).collect();
        // A v6 address in a v4 file, and a value of another shape, are both no answer.
        self.reader.lookup(ip.to_canonical()).ok()?.decode_path(&path).ok()?
    }

    fn number(&self, ip: IpAddr, key: &str) -> Option<u32> {
        self.reader.lookup(ip.to_canonical()).ok()?.decode_path(&[PathElement::Key(key)]).ok()?
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("type", &self.reader.metadata().database_type)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
