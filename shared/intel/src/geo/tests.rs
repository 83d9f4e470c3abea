use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

/// A value of the MaxMind DB data section.
enum Value<'a> {
    EmptyList,
    Long(u64),
    Map(&'a [(&'a str, Self)]),
    Number(u32),
    Short(u16),
    Text(&'a str),
}

use Value::{EmptyList, Long, Map, Number, Short, Text};

/// Type and size, with the byte that sizes from 29 take.
fn control(kind: u8, size: usize, bytes: &mut Vec<u8>) {
    let size = u8::try_from(size).unwrap();
    bytes.push(kind << 5 | size.min(29));
    bytes.extend(size.checked_sub(29));
}

fn encode(value: &Value<'_>, bytes: &mut Vec<u8>) {
    match value {
        // An extended type: its number less 7 follows.
        EmptyList => {
            control(0, 0, bytes);
            bytes.push(11 - 7);
        }
        Text(text) => {
            control(2, text.len(), bytes);
            bytes.extend(text.as_bytes());
        }
        Short(number) => {
            control(5, 2, bytes);
            bytes.extend(number.to_be_bytes());
        }
        Number(number) => {
            control(6, 4, bytes);
            bytes.extend(number.to_be_bytes());
        }
        Long(number) => {
            control(0, 8, bytes);
            bytes.push(9 - 7);
            bytes.extend(number.to_be_bytes());
        }
        Map(entries) => {
            control(7, entries.len(), bytes);
            for (key, value) in *entries {
                encode(&Text(key), bytes);
                encode(value, bytes);
            }
        }
    }
}

/// A v4 database of one address: 32 nodes, of which each leads one bit on and everywhere else to nothing.
fn database(address: Ipv4Addr, value: &Value<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for depth in 0..32_u32 {
        let next = if depth == 31 { 32 + 16 } else { depth + 1 };
        let pair = if address.to_bits() >> (31 - depth) & 1 == 0 { [next, 32] } else { [32, next] };
        for record in pair {
            bytes.extend(&record.to_be_bytes()[1..]);
        }
    }
    bytes.extend([0; 16]);
    encode(value, &mut bytes);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    encode(
        &Map(&[
            ("node_count", Number(32)),
            ("record_size", Short(24)),
            ("ip_version", Short(4)),
            ("database_type", Text("Test")),
            ("binary_format_major_version", Short(2)),
            ("binary_format_minor_version", Short(0)),
            ("build_epoch", Long(1)),
            ("languages", EmptyList),
            ("description", Map(&[])),
        ]),
        &mut bytes,
    );
    bytes
}

const LISTED: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

fn opened(value: &Value<'_>) -> Database {
    Database::open(database(LISTED, value)).unwrap()
}

#[test]
fn every_published_shape_of_a_country_is_read() {
    for shape in [
        Map(&[("country_code", Text("NL"))]),
        Map(&[("country", Map(&[("iso_code", Text("NL"))]))]),
        Map(&[("country", Text("nl"))]),
    ] {
        let found = opened(&shape);
        assert_eq!(found.country(LISTED.into()).unwrap().as_str(), "NL");
        assert_eq!(found.country(LISTED.to_ipv6_mapped().into()).unwrap().to_string(), "NL");
        assert_eq!(found.country("198.51.100.8".parse().unwrap()), None);
        assert_eq!(found.country("2001:db8::1".parse().unwrap()), None);
    }
    assert_eq!(opened(&Map(&[("country_code", Text("None"))])).country(LISTED.into()), None);
}

#[test]
fn every_published_shape_of_a_network_is_read() {
    for shape in [
        Map(&[
            ("autonomous_system_number", Number(64_500)),
            ("autonomous_system_organization", Text("Example")),
        ]),
        Map(&[("asn", Number(64_500)), ("org", Text("Example"))]),
        Map(&[("asn", Text("AS64500")), ("as_name", Text("Example"))]),
    ] {
        let found = opened(&shape).asn(LISTED.into()).unwrap();
        assert_eq!((found.number, found.organisation.as_deref()), (64_500, Some("Example")));
    }
    assert_eq!(opened(&Map(&[("country_code", Text("NL"))])).asn(LISTED.into()), None);
}

#[test]
fn a_file_of_another_kind_is_refused() {
    assert!(Database::open(b"network,country_code\n".to_vec()).is_err());
    assert!(Database::open(Vec::new()).is_err());
}

proptest! {
    #[test]
    fn a_damaged_file_is_no_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = database(LISTED, &Map(&[("country", Map(&[("iso_code", Text("NL"))])), ("asn", Text("AS1"))]));
        *at.get_mut(&mut bytes) = byte;
        let cut = cut.index(bytes.len());
        for bytes in [bytes.clone(), bytes[..cut].to_vec(), bytes[cut..].to_vec()] {
            if let Ok(found) = Database::open(bytes) {
                let _ = (found.country(LISTED.into()), found.asn(LISTED.into()));
            }
        }
    }
}
