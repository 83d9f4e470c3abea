//! Feeds, lists, inventories and databases as they come from the network: refused or read, and what is kept can be read.

use weir_intel::feed::{FeedKind, prepare, read};
use weir_intel::{Intel, RangeSet};

/// Names that `Intel::load` gives a meaning.
const FILES: [&str; 9] = [
    "tor.txt",
    "tor-exit.txt",
    "vpn.txt",
    "proxy.txt",
    "ip-ranges.json",
    "country.mmdb",
    "asn.mmdb",
    "inventory.json",
    "catalogue.toml",
];

pub(crate) fn run(bytes: &[u8]) {
    for file in FILES {
        let (intel, _) = Intel::load([(file, bytes.to_vec())]);
        for address in ["203.0.113.9", "2001:db8::1", "0.0.0.0", "255.255.255.255"] {
            let Ok(ip) = address.parse() else { continue };
            let _ = (intel.label(ip), intel.country(ip), intel.asn(ip));
            let _ = intel.is_external(ip, None, &RangeSet::default());
        }
    }
    if let Ok(document) = read(bytes) {
        assert!(document.bad.len() + document.entries <= bytes.len() + 1, "more lines than bytes");
    }
    for kind in FeedKind::ALL {
        let Ok(prepared) = prepare(kind, vec![bytes.to_vec()], 1_780_272_000_000, |_| None) else { continue };
        for file in prepared {
            let (_, faults) = Intel::load([(file.file, file.bytes)]);
            assert!(faults.is_empty(), "{} was prepared and cannot be read: {faults:?}", file.file);
        }
    }
}
