//! The files of an intelligence folder, told apart by their names.

use std::sync::Arc;

use maxminddb::MaxMindDbError;

use crate::{
    Catalogue, Intel,
    aws_ranges::AwsRanges,
    catalogue::CatalogueError,
    feed::{self, Refusal},
    geo::Database,
    lists::ListKind,
    ranges::LineError,
};

/// Files that are read beside lists and inventories.
const READ: [&str; 4] = ["ip-ranges.json", "country.mmdb", "asn.mmdb", "catalogue.toml"];

impl Intel {
    /// Reads `tor.txt`, `tor-exit.txt`, `vpn.txt`, `proxy.txt`, `ip-ranges.json`, `country.mmdb`, `asn.mmdb`,
    /// `catalogue.toml` and `inventory*.json`, given as name and bytes in any order; other names are passed over.
    ///
    /// # Errors
    /// None that stops: a bad line, or a file that cannot be read, is a fault beside what could.
    #[must_use]
    pub fn load<N: AsRef<str>>(files: impl IntoIterator<Item = (N, Vec<u8>)>) -> (Self, Vec<FileFault>) {
        let mut intel = Self::default();
        let mut faults = Vec::new();
        // The merge of inventories lets the later file win: make that the later name.
        let mut files: Vec<(N, Vec<u8>)> = files.into_iter().collect();
        // The same for the two lists of Tor, of which the first may hold the second.
        files.sort_by(|a, b| {
            let place = |name: &N| (name.as_ref() == ListKind::TorExit.file(), name.as_ref().to_owned());
            place(&a.0).cmp(&place(&b.0))
        });
        for (name, bytes) in files {
            if let Err(kind) = intel.add_file(name.as_ref(), bytes) {
                faults.push(FileFault { file: name.as_ref().chars().take(80).collect(), kind });
            }
        }
        // Exits are relays too: without the others they are better than nothing.
        if intel.tor.is_empty() && !intel.tor_exit.is_empty() {
            (intel.tor, intel.updated.tor) = (intel.tor_exit.clone(), intel.updated.tor_exit);
        }
        (intel, faults)
    }

    /// Whether [`load`](Self::load) takes anything from a file of this name.
    #[must_use]
    pub fn reads(name: &str) -> bool {
        READ.contains(&name)
            || ListKind::ALL.into_iter().any(|kind| kind.file() == name)
            || name.starts_with("inventory") && name.ends_with(".json")
    }

    /// Takes from `last` what a fault says could not be read: a list that was good an hour ago beats none.
    ///
    /// Inventories are not kept: there may be several, and the others were read.
    pub fn keep(&mut self, last: &Self, faults: &[FileFault]) {
        let unread = faults.iter().filter(|fault| !matches!(fault.kind, FileFaultKind::Lines { .. }));
        for fault in unread {
            match fault.file.as_str() {
                "tor.txt" => {
                    (self.tor, self.updated.tor) = (last.tor.clone(), last.updated.tor);
                    if self.tor_exit.is_empty() {
                        (self.tor_exit, self.updated.tor_exit) =
                            (last.tor_exit.clone(), last.updated.tor_exit);
                    }
                }
                "tor-exit.txt" => {
                    (self.tor_exit, self.updated.tor_exit) = (last.tor_exit.clone(), last.updated.tor_exit);
                }
                "vpn.txt" => (self.vpn, self.updated.vpn) = (last.vpn.clone(), last.updated.vpn),
                "proxy.txt" => (self.proxy, self.updated.proxy) = (last.proxy.clone(), last.updated.proxy),
                "ip-ranges.json" => self.aws = last.aws.clone(),
                "country.mmdb" => self.countries.clone_from(&last.countries),
                "asn.mmdb" => self.networks.clone_from(&last.networks),
                _ => {}
            }
        }
    }

    fn add_file(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), FileFaultKind> {
        if let Some(kind) = ListKind::ALL.into_iter().find(|kind| kind.file() == name) {
            return self.add_list(kind, &bytes);
        }
        match name {
            "ip-ranges.json" => {
                self.aws = AwsRanges::parse(&bytes).map_err(FileFaultKind::AwsRanges)?;
                Ok(())
            }
            "country.mmdb" => {
                self.countries = Some(Arc::new(Database::open(bytes).map_err(FileFaultKind::Database)?));
                Ok(())
            }
            "asn.mmdb" => {
                self.networks = Some(Arc::new(Database::open(bytes).map_err(FileFaultKind::Database)?));
                Ok(())
            }
            "catalogue.toml" => {
                let text = std::str::from_utf8(&bytes).map_err(FileFaultKind::NoText)?;
                let mut catalogue = Catalogue::shipped().map_err(FileFaultKind::Catalogue)?;
                catalogue.merge(text).map_err(FileFaultKind::Catalogue)?;
                self.catalogue = Some(catalogue);
                Ok(())
            }
            _ if name.starts_with("inventory") && name.ends_with(".json") => {
                self.inventory.merge(&bytes).map_err(FileFaultKind::Inventory)
            }
            _ => Ok(()),
        }
    }

    /// Takes a list; of Tor in a format that tells the exits apart, both lists.
    fn add_list(&mut self, kind: ListKind, bytes: &[u8]) -> Result<(), FileFaultKind> {
        if std::str::from_utf8(bytes).is_ok_and(|text| !feed::is_whole(text)) {
            return Err(FileFaultKind::Checksum);
        }
        let read = feed::read(bytes).map_err(FileFaultKind::List)?;
        // A file of exits alone comes later by name, and says the same or more.
        if kind == ListKind::Tor && !read.exits.is_empty() {
            (self.tor_exit, self.updated.tor_exit) = (read.exits, read.published);
        }
        let (list, updated) = match kind {
            ListKind::Tor => (&mut self.tor, &mut self.updated.tor),
            ListKind::TorExit => (&mut self.tor_exit, &mut self.updated.tor_exit),
            ListKind::Vpn => (&mut self.vpn, &mut self.updated.vpn),
            ListKind::Proxy => (&mut self.proxy, &mut self.updated.proxy),
        };
        (*list, *updated) = (read.addresses, read.published);
        let count = read.bad.len();
        read.bad.into_iter().next().map_or(Ok(()), |first| Err(FileFaultKind::Lines { count, first }))
    }
}

/// A file that could not be read, or not in full.
#[derive(Debug, thiserror::Error)]
#[error("{file}")]
pub struct FileFault {
    /// Its name.
    pub file: String,
    /// What is wrong.
    #[source]
    pub kind: FileFaultKind,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileFaultKind {
    /// Not what AWS publishes: the file is not used.
    #[error("expected the JSON that AWS publishes as `ip-ranges.json`")]
    AwsRanges(#[source] serde_json::Error),
    /// A list that lost or gained lines since it was stored: the file is not used.
    #[error("expected the lines that the list's `sha256` was made of; store it anew or remove that line")]
    Checksum,
    /// No MaxMind DB: the file is not used.
    #[error("expected a MaxMind DB file")]
    Database(#[source] MaxMindDbError),
    /// No JSON as the AWS command line prints it: the file is not used.
    #[error("expected the JSON that `aws ec2 describe-…` prints")]
    Inventory(#[source] serde_json::Error),
    /// No catalogue: the shipped one is used.
    #[error("expected a catalogue of tools")]
    Catalogue(#[source] CatalogueError),
    /// Some lines are no addresses: the others are used.
    #[error("{count} of its lines passed over, the first of them")]
    Lines {
        /// How many.
        count: usize,
        /// The first.
        #[source]
        first: LineError,
    },
    /// No list: the file is not used.
    #[error("expected one address or CIDR a line, or a list of Tor relays")]
    List(#[source] Refusal),
    /// A catalogue that is no text: the shipped one is used.
    #[error("expected text, found other bytes")]
    NoText(#[source] std::str::Utf8Error),
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    fn chain(fault: &FileFault) -> String {
        let mut text = fault.to_string();
        let mut source = fault.source();
        while let Some(error) = source {
            text.push_str(&format!(": {error}"));
            source = error.source();
        }
        text
    }

    #[test]
    fn the_list_that_says_most_labels_an_address_that_is_on_several() {
        let files = [
            ("vpn.txt", b"192.0.2.0/24".to_vec()),
            ("tor.txt", b"# updated: 2026-11-24T04:00:00Z\n192.0.2.1".to_vec()),
            ("proxy.txt", b"192.0.2.2\n192.0.2.1".to_vec()),
            ("README.md", b"\xff".to_vec()),
        ];
        let (intel, faults) = Intel::load(files);
        assert!(faults.is_empty());
        for (address, label) in [
            ("192.0.2.1", Some("tor")),
            ("192.0.2.2", Some("proxy")),
            ("192.0.2.3", Some("vpn")),
            ("192.0.3.1", None),
        ] {
            assert_eq!(intel.label(address.parse().unwrap()), label, "{address}");
        }
        assert_eq!(intel.updated.tor, Some(1_795_492_800_000));
        assert!(intel.has_lists() && !Intel::default().has_lists());
    }

    #[test]
    fn faults_name_file_and_line_and_leave_the_rest_in_force() {
        let files = [
            ("tor.txt", b"192.0.2.1\nexit.example\n192.0.2.300\n".to_vec()),
            ("vpn.txt", b"\xff\xfe1".to_vec()),
            ("country.mmdb", b"<html>".to_vec()),
            ("catalogue.toml", b"disabled = [\"nobody\"]".to_vec()),
            ("inventory-1.json", b"{\n\"Reservations\": 5}".to_vec()),
            ("inventory-2.json", br#"{"Reservations":[{"Instances":[{"InstanceId":"i-1"}]}]}"#.to_vec()),
        ];
        let (intel, faults) = Intel::load(files);
        let texts: Vec<String> = faults.iter().map(chain).collect();
        assert_eq!(faults.len(), 5, "{texts:?}");
        let own =
            texts.iter().position(|text| text.starts_with("catalogue.toml: expected a catalogue")).unwrap();
        assert!(texts[own].ends_with("found `nobody`"), "{}", texts[own]);
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.starts_with("catalogue")).collect();
        assert!(texts[0].starts_with("country.mmdb: expected a MaxMind DB file: "), "{}", texts[0]);
        assert!(texts[1].contains("inventory-1.json") && texts[1].contains("at line 2"), "{}", texts[1]);
        assert_eq!(
            texts[2],
            "tor.txt: 2 of its lines passed over, the first of them: line 2: \
             expected an IPv4 or IPv6 address or CIDR, found \"exit.example\""
        );
        assert!(texts[3].starts_with("vpn.txt: expected one address or CIDR"), "{}", texts[3]);
        assert!(intel.tor.contains("192.0.2.1".parse().unwrap()));
        assert!(intel.inventory.instance("i-1").is_some());
    }

    #[test]
    fn what_cannot_be_read_any_more_stays_as_it_was_and_what_can_is_new() {
        let aws = br#"{"prefixes": [{"ip_prefix": "203.0.113.64/26", "service": "S3"}]}"#;
        let first = [("vpn.txt", &b"192.0.2.1"[..]), ("proxy.txt", b"192.0.2.2"), ("ip-ranges.json", aws)];
        let second = [("vpn.txt", &b"<html>"[..]), ("proxy.txt", b"192.0.2.3\nx"), ("ip-ranges.json", b"{")];
        let load = |files: [(&str, &[u8]); 3]| Intel::load(files.map(|(name, bytes)| (name, bytes.to_vec())));
        let (last, faults) = load(first);
        assert!(faults.is_empty());
        let (mut intel, faults) = load(second);
        intel.keep(&last, &faults);
        let labels = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|ip| intel.label(ip.parse().unwrap()));
        assert_eq!(labels, [Some("vpn"), None, Some("proxy")]);
        assert!(intel.aws.is_inside("203.0.113.64".parse().unwrap()));
    }

    #[test]
    fn of_two_inventories_the_one_later_by_name_wins_in_whatever_order_a_folder_lists_them() {
        let file = |kind: &str| {
            format!(
                r#"{{"Reservations":[{{"Instances":[{{"InstanceId":"i-1","InstanceType":"{kind}"}}]}}]}}"#
            )
        };
        let (old, new) = (file("t3.small").into_bytes(), file("c6in.large").into_bytes());
        for files in [
            [("inventory-2026-11.json", old.clone()), ("inventory-2026-12.json", new.clone())],
            [("inventory-2026-12.json", new.clone()), ("inventory-2026-11.json", old.clone())],
        ] {
            let (intel, _) = Intel::load(files);
            assert_eq!(intel.inventory.instance("i-1").unwrap().instance_type.as_deref(), Some("c6in.large"));
        }
    }
}
