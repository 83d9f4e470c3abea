use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

/// Numbers and addresses are read with other fields behind them and at the end of a line, since
/// those are two different ways through the code.
const TAILS: [&str; 4] = ["", " ", " 1234567890123456", " 9"];

fn number_in(field: &str, tail: &str) -> Option<u64> {
    let line = format!("{field}{tail}");
    Field::of(line.as_bytes(), 0, field.len()).number(line.as_bytes())
}

fn address_in(field: &str, tail: &str) -> Option<IpAddr> {
    let line = format!("{field}{tail}");
    Field::of(line.as_bytes(), 0, field.len()).address(&line)
}

#[test]
fn every_length_of_number_is_read_up_to_the_largest() {
    for tail in TAILS {
        for length in 1..=20 {
            let field = &"12345678901234567890"[..length];
            assert_eq!(number_in(field, tail), field.parse().ok(), "{field}{tail}");
        }
        assert_eq!(number_in("18446744073709551615", tail), Some(u64::MAX));
        assert_eq!(number_in("18446744073709551616", tail), None);
    }
}

#[test]
fn what_only_looks_like_a_number_is_refused() {
    for tail in TAILS {
        for field in ["", "-", "+1", "1.5", "1e9", "12345678x", "x2345678", "0x10", "１", "1234567:", "/"] {
            assert_eq!(number_in(field, tail), None, "{field}{tail}");
        }
    }
}

#[test]
fn addresses_that_the_standard_library_refuses_are_refused() {
    for tail in TAILS {
        for field in [
            "",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "06.237.252.245",
            "1..2.3",
            "1.2.3.",
            ".1.2.3",
            "1.2.3.4a",
            "1.2.3.4.",
            "1.2.3.04",
        ] {
            assert_eq!(address_in(field, tail), None, "{field}{tail}");
        }
    }
}

proptest! {
    #[test]
    fn every_ipv4_address_is_read_as_the_standard_library_reads_it(
        address: [u8; 4],
        tail in prop::sample::select(&TAILS),
    ) {
        let address = Ipv4Addr::from(address);
        prop_assert_eq!(address_in(&address.to_string(), tail), Some(IpAddr::V4(address)));
    }

    #[test]
    fn every_ipv6_address_is_read_as_the_standard_library_reads_it(
        address: [u8; 16],
        tail in prop::sample::select(&TAILS),
    ) {
        let address = Ipv6Addr::from(address);
        prop_assert_eq!(address_in(&address.to_string(), tail), Some(IpAddr::V6(address)));
    }

    #[test]
    fn near_addresses_and_numbers_mean_what_the_standard_library_says(
        field in "[0-9./:\\-ef]{0,20}",
        tail in prop::sample::select(&TAILS),
    ) {
        prop_assert_eq!(address_in(&field, tail), field.parse().ok());
        let plain = !field.starts_with('+');
        prop_assert_eq!(number_in(&field, tail), field.parse().ok().filter(|_: &u64| plain));
    }

    #[test]
    fn a_field_ends_at_the_first_space(line in "[ -~é!]{0,40}", start in 0usize..50) {
        let bytes = line.as_bytes();
        let start = start.min(bytes.len());
        let space = bytes.iter().skip(start).position(|byte| *byte == b' ');
        prop_assert_eq!(Field::at(bytes, start).end, space.map_or(bytes.len(), |offset| start + offset));
    }
}
