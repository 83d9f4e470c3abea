use super::*;
use proptest::prelude::*;

fn set(lines: &str) -> RangeSet {
    let (set, errors) = RangeSet::parse(lines);
    assert_eq!(errors, []);
    set
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn comments_blank_lines_bom_and_windows_line_ends_are_no_errors() {
    let read =
        set("\u{feff}# list\r\n; other\r\n\r\n 192.0.2.1 # exit\r\n198.51.100.0/24;vpn\r\n2001:db8::/32\r\n");
    for address in ["192.0.2.1", "198.51.100.255", "2001:db8:ffff::1"] {
        assert!(read.contains(ip(address)), "{address}");
    }
    assert!(!read.contains(ip("192.0.2.2")));
    assert_eq!(read.len(), 3);
}

#[test]
fn a_bad_line_is_reported_by_number_and_leaves_the_others_in_force() {
    let (read, errors) = RangeSet::parse("192.0.2.1\nnot an address\n192.0.2.3/99\n192.0.2.4\n");
    assert_eq!(errors.iter().map(|e| e.line).collect::<Vec<_>>(), [2, 3]);
    assert!(read.contains(ip("192.0.2.1")) && read.contains(ip("192.0.2.4")));
}

#[test]
fn overlapping_and_adjacent_blocks_become_one_range_and_are_counted_once() {
    let read = set("10.0.0.0/9\n10.128.0.0/9\n10.1.2.3\n10.1.2.3\n11.0.0.1\n");
    assert_eq!(read.len(), 2);
    assert_eq!(read.address_count(), (1 << 24) + 1);
}

#[test]
fn a_block_wider_than_a_sixteen_is_found_in_each_of_its_sixteens() {
    let read = set("10.0.0.0/8\n10.255.0.0/16\n172.16.255.255\n172.17.0.0\n");
    for (address, inside) in [
        ("9.255.255.255", false),
        ("10.0.0.0", true),
        ("10.77.1.2", true),
        ("10.255.255.255", true),
        ("11.0.0.0", false),
        ("172.16.255.254", false),
        ("172.16.255.255", true),
        ("172.17.0.0", true),
        ("172.17.0.1", false),
    ] {
        assert_eq!(read.contains(ip(address)), inside, "{address}");
    }
}

#[test]
fn the_ends_of_both_address_spaces_are_reachable() {
    let read =
        set("0.0.0.0\n255.255.255.255\n::\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n255.255.255.0/24\n");
    for address in ["0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"] {
        assert!(read.contains(ip(address)), "{address}");
    }
    assert!(!read.contains(ip("255.255.254.255")) && !read.contains(ip("::1")));
    assert_eq!(set("::/0").address_count(), u128::MAX);
    assert!(RangeSet::default().is_empty() && !RangeSet::default().contains(ip("0.0.0.0")));
}

proptest! {
    #[test]
    fn look_ups_agree_with_asking_every_block(
        blocks in proptest::collection::vec((any::<u32>(), 0_u8..=32), 0..40),
        probes in proptest::collection::vec(any::<u32>(), 0..40),
    ) {
        // Half of the blocks are pulled together, so that they touch, nest and share a /16.
        let blocks: Vec<Cidr> = blocks
            .iter()
            .enumerate()
            .map(|(i, &(bits, prefix))| {
                let near = if i % 2 == 0 { bits & 0x0003_ffff } else { bits };
                Cidr::new(IpAddr::V4(near.into()), prefix.max(4)).unwrap()
            })
            .collect();
        let read: RangeSet = blocks.iter().copied().collect();
        let edges = blocks.iter().filter_map(|b| b.bounds_v4()).flat_map(|(first, last)| {
            [first, last, first.wrapping_sub(1), last.wrapping_add(1)]
        });
        for bits in edges.chain(probes) {
            let address = IpAddr::V4(bits.into());
            prop_assert_eq!(read.contains(address), blocks.iter().any(|b| b.contains(address)), "{}", address);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = RangeSet::parse(&text);
    }
}

#[test]
fn a_lone_odd_address_is_one_block() {
    let (set, errors) = RangeSet::parse("203.0.113.9\n2001:db8::1");
    assert!(errors.is_empty());
    let blocks: Vec<String> = set.blocks().iter().map(ToString::to_string).collect();
    assert_eq!(blocks, ["203.0.113.9/32", "2001:db8::1/128"]);
}
