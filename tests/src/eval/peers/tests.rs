use super::*;

/// Windows of an instance that sends these bytes, judged in turn.
fn judged(method: &mut dyn Method, bytes: impl IntoIterator<Item = u64>) -> Vec<bool> {
    let windows = bytes.into_iter().zip(0..);
    windows
        .map(|(egress, n)| method.judge(&Window { start: n * WINDOW, egress, ..Window::default() }))
        .collect()
}

/// Whether the last of them is an alarm.
fn last(method: &mut dyn Method, bytes: impl IntoIterator<Item = u64>) -> bool {
    judged(method, bytes).pop().unwrap()
}

#[test]
fn a_window_above_its_90th_percentile_is_an_alarm_and_one_at_it_is_not() {
    assert!(last(&mut Plain::default(), (1..=100).chain([91])));
    assert!(!last(&mut Plain::default(), (1..=100).chain([90])));
    assert!(!last(&mut Plain::default(), (1..30).chain([1_000])), "too few to tell");
}

#[test]
fn eight_of_twelve_windows_are_an_alarm_and_seven_are_not() {
    let quiet = std::iter::repeat_n(10, 400);
    assert!(last(&mut Persistent::default(), quiet.clone().chain([99; 8])));
    assert!(!last(&mut Persistent::default(), quiet.clone().chain([99; 7])));
    let spread = [99, 99, 99, 99, 10, 10, 10, 10, 99, 99, 99, 99];
    assert!(last(&mut Persistent::default(), quiet.chain(spread)));
}

#[test]
fn excess_worth_a_window_of_the_99_5th_percentile_is_an_alarm_and_less_is_not() {
    let usual = std::iter::repeat_n(1_000, 400);
    assert!(last(&mut Excess::default(), usual.clone().chain([2_000])));
    assert!(!last(&mut Excess::default(), usual.chain([1_999])));
}

#[test]
fn ten_standard_deviations_in_an_hour_are_an_alarm_and_fewer_are_not() {
    // Hours of 1,200 and 3,600 in turn: mean 2,400, deviation 1,200.
    let past = (0..48).flat_map(|hour| [if hour % 2 == 0 { 100 } else { 300 }; 12]);
    assert!(last(&mut ZScore::default(), past.clone().chain([1_200; 12])));
    assert!(!last(&mut ZScore::default(), past.chain([1_199; 12])));
}

#[test]
fn three_deviations_more_connections_in_an_hour_are_an_alarm_and_as_many_are_not() {
    // Hours of 10 and 30 in turn: mean 20, deviation 10.
    let spike = |connections: u64| {
        let mut method = ConnectionSpike::default();
        let hours = (0..100).map(|hour| if hour % 2 == 0 { 10 } else { 30 }).chain([connections]);
        let windows = hours.enumerate().map(|(hour, dialled)| Window {
            start: (hour as i64 + 1) * HOUR - WINDOW,
            dialled,
            ..Window::default()
        });
        windows.map(|window| method.judge(&window)).last().unwrap()
    };
    assert!(spike(51));
    assert!(!spike(50));
}

#[test]
fn more_than_10_000_packets_are_an_alarm_and_10_000_are_not() {
    let judge = |packets| ManyPackets.judge(&Window { packets, ..Window::default() });
    assert!(judge(10_001));
    assert!(!judge(10_000));
}

#[test]
fn eight_hours_are_a_long_connection_and_a_second_less_is_not() {
    let judge = |longest| LongConnection.judge(&Window { longest, ..Window::default() });
    assert!(judge(28_800));
    assert!(!judge(28_799));
}

#[test]
fn a_beacon_is_told_on_the_hour_and_a_busy_client_is_not() {
    let told = |gap: fn(i64) -> i64| {
        let mut method = Beacon::default();
        let mut start = 0;
        let all: Vec<Connection> = (0..600)
            .map(|n| {
                start += gap(n);
                Connection {
                    remote: IpAddr::from([192, 0, 2, 1]),
                    start,
                    sent: 900 + (gap(n) / 50).unsigned_abs(),
                }
            })
            .collect();
        (0..300).any(|n| {
            let within = |one: &&Connection| one.start.div_euclid(WINDOW) == n;
            let ended = all.iter().filter(within).copied().collect();
            method.judge(&Window { start: n * WINDOW, ended, ..Window::default() })
        })
    };
    assert!(told(|_| 150_000));
    assert!(!told(|n| 1_000 + (n * n * 7_919) % 600_000));
}

#[test]
fn connections_are_put_together_from_rows_of_either_direction() {
    let (own, far) = (IpAddr::from([10, 0, 0, 5]), IpAddr::from([192, 0, 2, 1]));
    let row = |minute: i64, egress: bool, flags| {
        let (src, dst) = if egress { (own, far) } else { (far, own) };
        let (src_port, dst_port) = if egress { (40_000, 443) } else { (443, 40_000) };
        Flow {
            src_port: Some(src_port),
            dst_port: Some(dst_port),
            protocol: Some(6),
            bytes: Some(100),
            tcp_flags: Some(flags),
            ..Flow::between(src, dst, minute * 60_000, minute * 60_000 + 59_000)
        }
    };
    let mut connections = Connections::default();

    assert!(connections.see(&row(0, true, 2), far, true), "dialled");
    assert!(!connections.see(&row(0, false, 18), far, false), "the same");
    assert!(!connections.see(&row(15, true, 0), far, true), "goes on");
    assert_eq!(connections.close(16 * 60_000), (959, Vec::new()));
    let ended = Connection { remote: far, start: 0, sent: 200 };
    assert_eq!(connections.close(36 * 60_000), (0, vec![ended]));
    assert!(!connections.see(&row(40, false, 2), far, false), "dialled by the remote");
}

#[test]
fn alarms_without_an_hours_pause_are_one_alert_and_the_first_days_are_silent() {
    let far = IpAddr::from([192, 0, 2, 1]);
    let mut peers = Peers::default();
    let loud = [10, 900, 901, 902, 913, 914];
    for n in 0..1_000 {
        let flow = Flow {
            bytes: Some(500),
            packets: Some(if loud.contains(&n) { 10_001 } else { 5 }),
            action: Some(Action::Accept),
            direction: Some(Direction::Egress),
            instance: Some("i-1"),
            ..Flow::between(IpAddr::from([10, 0, 0, 5]), far, n * WINDOW, n * WINDOW + 59_000)
        };
        peers.see(&flow);
    }

    let told = peers.finish();

    let packets = &told.iter().find(|(name, _)| name == "more than 10,000 packets").unwrap().1;
    let times: Vec<i64> = packets.iter().map(|alert| alert.time / WINDOW - 1).collect();
    assert_eq!(times, [900, 901, 902, 913, 914]);
    let mut incidents: Vec<&str> = packets.iter().map(|alert| alert.uid.as_str()).collect();
    incidents.dedup();
    assert_eq!(incidents.len(), 1, "ten windows of silence");
}
