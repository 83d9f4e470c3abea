//! What people say of findings changes exactly what it should, and nothing is lost by it.

use serde_json::{Value, json};

use super::run::{Run, events, folder, text, weir};
use super::scan::log;

/// The log with a scan by `a`, and the same scan by `c` beside it.
fn two_scans() -> String {
    let log = log();
    let (header, rows) = log.split_once('\n').unwrap();
    let of_a = || rows.lines().filter(|row| row.contains("0000000000000000a "));
    let c =
        |row: &str| row.replace("0000000000000000a", "0000000000000000c").replace("10.0.0.10", "10.0.0.12");
    let rows = of_a()
        .map(str::to_owned)
        .chain(of_a().map(c))
        .chain(rows.lines().filter(|row| row.contains("0b ")).map(str::to_owned));
    let mut rows: Vec<String> = rows.collect();
    rows.sort_by_key(|row| row.split(' ').nth(10).unwrap().to_owned());
    format!("{header}\n{}\n", rows.join("\n"))
}

fn replay(settings: &str, more: &[&str]) -> Run {
    let folder = folder(&[("a.log", &two_scans()), ("settings.toml", settings)]);
    let [input, settings] = ["a.log", "settings.toml"].map(|name| folder.path().join(name));
    let arguments = ["replay", "--format", "json", "--settings", text(&settings), text(&input)];
    let run = weir(&[&arguments, more].concat(), "");
    assert_eq!(run.status, 0, "{}", run.err);
    run
}

fn of<'a>(lines: &'a [Value], entity: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["resources"][0]["uid"] == entity).collect()
}

const A: &str = "i-0000000000000000a";
const C: &str = "i-0000000000000000c";

#[test]
fn a_suppression_and_feedback_hide_theirs_alone_and_all_shows_it_marked() {
    let before = replay("", &[]).lines();
    assert_eq!((of(&before, A).len(), of(&before, C).len()), (1, 1));
    let uid = of(&before, A)[0]["finding_info"]["uid"].as_str().unwrap();
    // The second is what `weirctl feedback` writes.
    let kept =
        "severity = 'medium'\nreason = 'planned: drill'\nowner = 'ops'\nexpiry = 2099-01-01T00:00:00Z\n";
    for scope in [format!("entity = '{A}', kernel = 'scan'"), format!("incident = '{uid}'")] {
        let settings = format!("[suppressions.drill]\nscope = {{ {scope} }}\n{kept}");
        let (told, all) = (replay(&settings, &[]), replay(&settings, &["--all"]));

        assert_eq!(told.lines().iter().collect::<Vec<_>>(), of(&before, C), "{scope}");
        assert_eq!(
            (&told.summary()["suppressed"], &told.summary()["findings"]),
            (&json!(1), &json!({"medium": 1}))
        );
        let shown = all.lines();
        let held = of(&shown, A);
        assert_eq!((held.len(), of(&shown, C)), (1, of(&before, C)));
        assert_eq!((&held[0]["status"], &held[0]["is_alert"]), (&json!("Suppressed"), &json!(false)));
        assert_eq!(held[0]["unmapped"]["weir"]["suppressed"], "drill: planned: drill (ops)");
    }
    let over = format!("[suppressions.drill]\nscope = {{ entity = '{A}' }}\n{kept}").replace("2099", "2026");
    assert_eq!(replay(&over, &[]).lines(), before, "it had expired");
}

#[test]
fn an_override_is_of_its_entity_alone() {
    let before = replay("", &[]).lines();
    let set = |hosts: u32| {
        format!(
            "[overrides.monitoring]\nscope = {{ entity = '{A}' }}\nsettings = {{ 'an0084/scan/hosts' = '{hosts}' }}\n\
             reason = 'monitoring'\nowner = 'ops'\n"
        )
    };
    let (below, above) = (replay(&set(60), &["--all"]).lines(), replay(&set(61), &["--all"]).lines());

    assert_eq!((of(&below, A).len(), of(&above, A).len()), (1, 0));
    assert_eq!((of(&below, C), of(&above, C)), (of(&before, C), of(&before, C)));
}

#[test]
fn a_dry_run_tells_nobody_and_counts_what_it_would_have_told() {
    let before = replay("", &[]).lines();
    let (told, all) = (replay("an0084.mode = 'dry-run'", &[]), replay("an0084.mode = 'dry-run'", &["--all"]));

    assert_eq!(told.out, "");
    let summary = told.summary();
    assert_eq!((&summary["dry_run"], &summary["findings"]), (&json!(2), &json!({})));
    assert_eq!(summary["would_have_fired"], json!({"AN0084": 2}));
    let uid = |line: &Value| line["finding_info"]["uid"].clone();
    assert_eq!(all.lines().iter().map(uid).collect::<Vec<_>>(), before.iter().map(uid).collect::<Vec<_>>());
    assert!(all.lines().iter().all(|line| line["unmapped"]["weir"]["mode"] == "dry-run"));
}

#[test]
fn a_backtest_says_whether_an_analytic_in_dry_run_is_ready() {
    let run = |expect: &str| {
        let folder = folder(&[("a.log", &two_scans()), ("expect.toml", expect)]);
        let [input, expect] = ["a.log", "expect.toml"].map(|name| folder.path().join(name));
        let dry = ["--set", "an0084/mode=dry-run"];
        weir(&[&["backtest", "--expect", text(&expect)], &dry[..], &[text(&input)]].concat(), "").out
    };
    let expected = |entity: &str| format!("[[finding]]\nentity = '{entity}'\n");
    let both = run(&(expected(A) + &expected(C)));
    assert!(both.contains("dry run   AN0084: 2 incidents would have been told in 0.2 days, 8."), "{both}");
    assert!(both.contains("promote it"), "{both}");
    let one = run(&expected(A));
    assert!(one.contains(&format!("of {C}, {A}; look first at {C}")), "{one}");
    assert!(!run("").contains("dry run"), "a file of nothing is refused");
}

#[test]
fn a_declared_role_quiets_its_relays_alone() {
    let scenario = events().join("scenario");
    let [intel, flows] = ["intel", "flow-logs"].map(|name| scenario.join(name));
    let replay = |more: &[&str]| {
        let arguments = ["replay", "--format", "json", "--all", "--intel", text(&intel), text(&flows)];
        weir(&[&arguments, more].concat(), "").lines()
    };
    let tagged = |line: &Value| line["resources"][0]["labels"].to_string().contains("\"Name=db-4\"");
    let uid = |line: &Value| (line["finding_info"]["uid"].clone(), line["count"].clone());
    let (before, after) = (replay(&[]), replay(&["--set", "roles/declared=Name=db-4"]));

    let relays = before.iter().filter(|line| tagged(line) && line["unmapped"]["weir"]["kernel"] == "relay");
    assert!(relays.count() >= 2);
    assert!(
        after.iter().filter(|line| tagged(line)).all(|line| {
            ["scan", "flood"].contains(&line["unmapped"]["weir"]["kernel"].as_str().unwrap())
        })
    );
    let others = |lines: &[Value]| lines.iter().filter(|line| !tagged(line)).map(uid).collect::<Vec<_>>();
    assert_eq!(others(&after), others(&before));
}
