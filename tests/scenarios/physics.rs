//! The laws that the detector's kernels stand on hold in the rows.

use std::collections::{BTreeMap, BTreeSet};

use weir_tests::scenario::row::Layout;
use weir_tests::scenario::world::{Kind, World};

use crate::{Row, made, number, payload, small};

/// Rows of the victim of the world's only hijack while it lasts.
fn hostile(world: &World) -> Vec<Row> {
    let (labels, rows) = made(world);
    let hijack = &labels.hijacks[0];
    let during =
        |r: &Row| number(r, "start") * 1000 >= hijack.start_ms && number(r, "end") * 1000 < hijack.end_ms;
    rows.into_iter().filter(|r| r["interface-id"] == hijack.interface && during(r)).collect()
}

/// Payload sent to and received from each remote, with whether we dialled it.
fn by_remote(rows: &[Row]) -> BTreeMap<String, (i64, i64)> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in rows.iter().filter(|r| r["action"] == "ACCEPT" && r["protocol"] == "6") {
        let out = row["flow-direction"] == "egress";
        let sum = sums.entry(row[if out { "dstaddr" } else { "srcaddr" }].clone()).or_default();
        if out { sum.0 += payload(row) } else { sum.1 += payload(row) }
    }
    sums
}

/// (pushed to gateways, asked by gateways, pulled from origins, asked of origins): a relay's two legs.
fn legs(rows: &[Row]) -> (i64, i64, i64, i64) {
    let mut sums = (0, 0, 0, 0);
    for (out, back) in by_remote(rows).into_values() {
        if out > 3 * back && out > 500_000 {
            (sums.0, sums.1) = (sums.0 + out, sums.1 + back);
        } else if back > out {
            (sums.2, sums.3) = (sums.2 + back, sums.3 + out);
        }
    }
    sums
}

#[test]
fn a_relay_conserves_answers_forward_and_requests_in_reverse() {
    for kind in [Kind::Relay50k, Kind::Relay600k, Kind::Relay5m, Kind::RelayV6] {
        let world = World { seed: 5, ..small(&[kind], 1) };
        let (pushed, asked, pulled, passed) = legs(&hostile(&world));
        let (forward, reverse) = (pushed as f64 / pulled as f64, asked as f64 / passed as f64);
        assert!((0.8..1.35).contains(&forward), "{kind:?}: pushed {pushed}, pulled {pulled}");
        assert!((0.6..1.8).contains(&reverse), "{kind:?}: asked {asked}, passed on {passed}");
    }
}

#[test]
fn a_compressed_tunnel_breaks_forward_conservation() {
    let (pushed, _, pulled, _) = legs(&hostile(&World { seed: 5, ..small(&[Kind::RelayCompressed], 1) }));
    let forward = pushed as f64 / pulled as f64;
    assert!((0.2..0.65).contains(&forward), "pushed {pushed}, pulled {pulled}");
}

#[test]
fn a_fetch_and_load_job_pushes_what_it_pulls_but_passes_no_requests_on() {
    let (labels, rows) = made(&World { seed: 5, ..small(&[], 4) });
    let job = labels.entities.iter().find(|e| e.kind == "fetch-load").unwrap();
    let mine: Vec<Row> = rows.into_iter().filter(|r| r["interface-id"] == job.interface).collect();
    let store = by_remote(&mine).into_values().max_by_key(|sum| sum.0).unwrap();
    let (_, _, pulled, passed) = legs(&mine);
    assert!(store.0 * 2 > pulled && pulled > 1_000_000, "pushed {store:?} of {pulled}");
    // What comes back from the store is TLS and short answers, not the requests of a customer.
    assert!(passed > 0 && store.1 < store.0 / 4, "{store:?}");
}

#[test]
fn a_scan_gets_no_answers_and_a_flood_sends_bare_syns_at_a_rate() {
    let scan = hostile(&small(&[Kind::Scan1k], 1));
    let probes: Vec<&Row> =
        scan.iter().filter(|r| r["dstport"] == "2375" && r["flow-direction"] == "egress").collect();
    assert!(probes.len() > 800 && probes.iter().all(|r| r["tcp-flags"] == "2" || r["tcp-flags"] == "6"));
    let answered = scan.iter().filter(|r| r["srcport"] == "2375" && r["tcp-flags"] == "18").count();
    assert!(answered * 10 < probes.len(), "{answered} of {} answered", probes.len());

    let flood = hostile(&small(&[Kind::SynFlood], 1));
    let target = &flood.iter().max_by_key(|r| number(r, "packets")).unwrap()["dstaddr"];
    let syns: Vec<&Row> = flood.iter().filter(|r| &r["dstaddr"] == target).collect();
    assert!(flood.iter().all(|r| &r["srcaddr"] != target), "a flood gets no answer");
    let packets: i64 = syns.iter().map(|r| number(r, "packets")).sum();
    let seconds = 60 * syns.iter().map(|r| number(r, "start") / 60).collect::<BTreeSet<_>>().len() as i64;
    assert!(packets / seconds >= 10_000, "{} packets a second", packets / seconds);
    assert!(syns.iter().all(|r| number(r, "bytes") <= 60 * number(r, "packets") && r["tcp-flags"] == "2"));
}

#[test]
fn rows_lie_within_their_interval_and_count_at_least_their_headers() {
    let world = World { slow_share: 0.5, no_data: true, ..small(&[Kind::TorRelay, Kind::Torrent], 14) };
    let (_, rows) = made(&world);
    let mut longest = 0;
    for row in &rows {
        let (start, end) = (number(row, "start"), number(row, "end"));
        assert!(start <= end && end - start < 600, "{row:?}");
        longest = longest.max(end - start);
        if row["log-status"] == "OK" {
            assert!(payload(row) >= 0 || row["tcp-flags"] != "0", "{row:?}");
            assert!(number(row, "bytes") >= 28 * number(row, "packets"), "{row:?}");
        }
    }
    assert!(longest > 500 && rows.iter().any(|r| r["log-status"] == "NODATA"));
}

#[test]
fn a_nat_gateway_shows_each_flow_of_an_unlogged_host_four_times_with_its_pkt_address() {
    let (labels, rows) = made(&small(&[Kind::RelayNat], 1));
    let (hijack, nat) =
        (&labels.hijacks[0], labels.entities.iter().find(|e| e.kind == "nat-gateway").unwrap());
    assert!(rows.iter().all(|r| r["interface-id"] != hijack.interface), "its own interface writes no log");
    let host = &hijack.addresses[0];
    let at_nat = || rows.iter().filter(|r| r["interface-id"] == nat.interface);
    let inner: Vec<&Row> = at_nat().filter(|r| &r["pkt-srcaddr"] == host).collect();
    assert!(inner.len() > 100);
    for row in inner {
        assert_eq!(row["instance-id"], "-");
        assert_eq!((&row["srcaddr"], &row["flow-direction"]), (host, &"ingress".to_owned()));
        assert_eq!(row["dstaddr"], nat.addresses[0]);
        assert_ne!(row["pkt-dstaddr"], row["dstaddr"], "the remote shows in pkt-dstaddr only");
    }
}

#[test]
fn version_2_rows_have_the_default_fields_only() {
    let (_, rows) = made(&World { layout: Layout::V2, ..small(&[], 3) });
    assert!(rows.len() > 100 && rows.iter().all(|r| r.len() == 14 && r["version"] == "2"));
}
