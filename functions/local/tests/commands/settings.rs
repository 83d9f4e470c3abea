//! `weir settings`.

use super::run::{folder, text, weir};

#[test]
fn the_list_has_every_setting_with_meaning_unit_default_and_attack_element() {
    let run = weir(&["settings", "list", "--format", "json"], "");
    let lines = run.lines();
    let table = weir(&["settings", "list"], "").out;

    assert_eq!(run.status, 0);
    assert!(lines.len() > 30);
    let ratio = lines.iter().find(|line| line["path"] == "an0084/traffic-egress-threshold/k-of-m").unwrap();
    assert_eq!((&ratio["default"], &ratio["attack"]), (&"8/12".into(), &"TrafficEgressThreshold".into()));
    for line in &lines {
        let path = line["path"].as_str().unwrap();
        assert!(!line["meaning"].as_str().unwrap().is_empty() && line["unit"].is_string(), "{path}");
        assert!(table.contains(path), "{path}");
    }
}

#[test]
fn a_file_s_faults_are_all_named_and_are_status_2() {
    let folder = folder(&[
        ("bad.toml", "latenes = \"3m\"\n[an0084]\nmode = \"of\"\n"),
        ("good.toml", "lateness = \"30m\"\n[an0084.relay]\norigins = 12\n"),
        ("no.toml", "= ="),
    ]);
    let check = |name: &str| weir(&["settings", "check", text(&folder.path().join(name))], "");

    let bad = check("bad.toml");
    assert_eq!((bad.status, bad.out.as_str()), (2, ""));
    assert!(
        bad.err.contains("did you mean lateness?") && bad.err.contains("an0084/mode: expected"),
        "{}",
        bad.err
    );
    let good = check("good.toml");
    assert_eq!((good.status, good.err.as_str()), (0, ""));
    assert!(good.out.ends_with("2 settings, no fault\n"), "{}", good.out);
    assert_eq!(check("no.toml").status, 2);
    assert_eq!(check("absent.toml").status, 1);
}
