use super::*;

const MADE: i64 = 1_795_492_800_000;

const DETAILS: &str = r#"{"version": "8.0", "relays_published": "2026-11-24 04:00:00", "relays": [
    {"or_addresses": ["192.0.2.1:9001", "[2001:db8::1]:9001"], "flags": ["Guard", "Running"]},
    {"or_addresses": ["192.0.2.3:443"], "exit_addresses": ["198.51.100.7"], "flags": ["Exit"]}], "bridges": []}"#;

fn prepared(kind: FeedKind, text: &str, before: Option<u64>) -> Result<Vec<Prepared>, String> {
    prepare(kind, vec![text.as_bytes().to_vec()], MADE, |_| before).map_err(|refusal| refusal.to_string())
}

fn lone(count: u32) -> String {
    (0..count).map(|n| format!("192.0.2.{}\n", 2 * n)).collect()
}

#[test]
fn the_usual_formats_are_told_apart_by_content() {
    let exit_nodes = "ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\nPublished 2026-11-23 02:39:48\n\
        LastStatus 2026-11-23 22:00:00\nExitAddress 198.51.100.7 2026-11-23 22:26:35\n\
        ExitNode 0020\nLastStatus 2026-11-24 04:00:00\nExitAddress 192.0.2.3 2026-11-24 03:00:00\n";
    let netset = "#\n# firehol_proxies\n#\n192.0.2.1\n192.0.2.3 ; why\n";
    for (name, text, all, exits, published) in [
        ("details", DETAILS, 4, 2, Some(MADE)),
        ("exit-addresses", exit_nodes, 2, 2, Some(MADE)),
        ("lines", "192.0.2.1\r\n2001:db8::/48\r\n", 2, 0, None),
        ("netset", netset, 2, 0, None),
        ("ports", "192.0.2.1:8080\n[2001:db8::1]:3128\n", 2, 0, None),
        ("csv", "ip,port,country\n192.0.2.1,9001,DE\n\"192.0.2.3\",443,US\n", 2, 0, None),
    ] {
        let document = read(text.as_bytes()).unwrap();
        assert_eq!(document.bad, [], "{name}");
        assert_eq!((document.addresses.len(), document.exits.len()), (all, exits), "{name}");
        assert_eq!(document.published, published, "{name}");
    }
}

#[test]
fn relays_and_exits_become_two_lists_that_load_with_their_date() {
    let files = prepared(FeedKind::Tor, DETAILS, None).unwrap();
    assert_eq!(
        files.iter().map(|file| (file.file, file.entries)).collect::<Vec<_>>(),
        [("tor.txt", 4), ("tor-exit.txt", 2)]
    );

    let (intel, faults) = crate::Intel::load(files.into_iter().map(|file| (file.file, file.bytes)));

    assert!(faults.is_empty(), "{faults:?}");
    let guard = "192.0.2.1".parse().unwrap();
    let exit = "198.51.100.7".parse().unwrap();
    assert_eq!((intel.list_of(guard), intel.caller_list_of(guard)), (Some(ListKind::Tor), None));
    assert_eq!(
        (intel.list_of(exit), intel.caller_list_of(exit)),
        (Some(ListKind::Tor), Some(ListKind::TorExit))
    );
    assert_eq!((intel.updated.tor, intel.updated.tor_exit), (Some(MADE), Some(MADE)));
}

#[test]
fn a_feed_that_is_something_else_is_refused_with_its_reason() {
    let garbage = format!("{}not\nan\naddress\n", lone(26));
    for (kind, text, says) in [
        (FeedKind::Vpn, "", "found none"),
        (FeedKind::Vpn, "# nothing today\n", "found none"),
        (FeedKind::Vpn, "\n <!DOCTYPE html><html>", "HTML"),
        (FeedKind::Aws, "<html>", "HTML"),
        (FeedKind::Country, "<html>", "HTML"),
        (FeedKind::Country, "no database", "whole MaxMind DB"),
        (FeedKind::Tor, &DETAILS[..DETAILS.len() - 9], "whole JSON"),
        (FeedKind::Aws, r#"{"prefixes": []}"#, "found none"),
        (FeedKind::Proxy, &garbage, "3 of 29 lines are none"),
        (FeedKind::Proxy, "192.0.2.1\n10.1.2.3\n", "found 10.1.2.3/32"),
        (FeedKind::Proxy, "192.0.2.1\n32.0.0.0/11\n", "32.0.0.0/11, which covers too much"),
        (FeedKind::Proxy, "0.0.0.0/0\n", "covers too much"),
        (FeedKind::Proxy, "2001:d00::/23\n", "covers too much"),
    ] {
        let refused = prepared(kind, text, None).unwrap_err();
        assert!(refused.contains(says), "{kind:?} {text:.20}: {refused}");
    }
    let fine = format!("{}not\nan\naddress\n", lone(27));
    assert!(prepared(FeedKind::Proxy, &fine, None).is_ok(), "a tenth of other lines");
    assert!(prepared(FeedKind::Proxy, "32.0.0.0/12\n2001:d00::/24\n", None).is_ok(), "as wide as may be");
}

#[test]
fn a_list_that_loses_four_entries_in_five_is_refused_and_one_that_loses_less_is_taken() {
    let refused = prepared(FeedKind::Vpn, &lone(20), Some(100)).unwrap_err();
    assert!(refused.starts_with("expected about 100 entries as before, found 20"), "{refused}");
    assert!(prepared(FeedKind::Vpn, &lone(21), Some(100)).is_ok());
}

#[test]
fn documents_of_one_feed_are_joined_and_as_old_as_the_oldest() {
    let parts = [&b"# updated: 2026-11-20T00:00:00Z\n192.0.2.1\n"[..], b"2001:db8::/48\n"];
    let files = prepare(FeedKind::Vpn, parts.map(<[u8]>::to_vec).into(), MADE, |_| None).unwrap();
    let text = String::from_utf8(files[0].bytes.clone()).unwrap();

    assert!(text.starts_with("# updated: 2026-11-20T00:00:00Z\n# entries: 2\n# sha256: "), "{text}");
    assert!(text.ends_with("\n192.0.2.1\n2001:db8::/48\n"), "{text}");
    let several = prepare(FeedKind::Aws, vec![Vec::new(), Vec::new()], MADE, |_| None);
    assert!(matches!(several, Err(Refusal::Several { count: 2 })));
}

#[test]
fn a_stored_list_that_lost_its_end_is_not_used() {
    let file = prepared(FeedKind::Vpn, &lone(9), None).unwrap().remove(0);
    let cut = file.bytes[..file.bytes.len() - 12].to_vec();
    for (bytes, faults, holds) in [(file.bytes.clone(), 0, true), (cut, 1, false)] {
        let (intel, found) = crate::Intel::load([(file.file, bytes)]);
        assert_eq!((found.len(), intel.vpn.contains("192.0.2.0".parse().unwrap())), (faults, holds));
    }
}
