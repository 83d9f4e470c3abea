use weir_intel::Intel;
use weir_intel::inventory::Inventory;

use super::{Matter, Suppression};
use crate::entity::{EntityInfo, EntityKey};
use crate::finding::{Actor, ActorContainer, Kernel, Remote, Role, Severity};
use crate::settings::Settings;

const HOUR: i64 = 3_600_000;

/// 2026-06-01T00:00:00Z.
const JUNE: i64 = 1_780_272_000_000;

fn remote(ip: &str, role: Role, asn: u32, country: &str) -> Remote {
    Remote {
        ip: ip.parse().unwrap(),
        port: 443,
        protocol: 6,
        role,
        bytes_out: 1,
        bytes_in: 1,
        first_seen: None,
        country: Some(country.to_owned()),
        asn: Some(asn),
        organisation: None,
        label: None,
    }
}

fn of(scope: &str) -> Result<Suppression, String> {
    let rest = r#""reason":"r","owner":"o","expiry":"2026-06-01T00:00:00Z""#;
    Suppression::from_json("name", &format!(r#"{{"scope":{scope},{rest}}}"#))
}

#[test]
fn a_scope_holds_where_all_its_members_do() {
    let remotes = [
        remote("203.0.113.7", Role::Gateway, 64_500, "NL"),
        remote("203.0.113.9", Role::Gateway, 64_500, "DE"),
        remote("198.51.100.1", Role::Origin, 64_999, "US"),
    ];
    let tags = ["team=data".to_owned()];
    let matter = Matter {
        incident: "weir-an0084-1-eu-west-1-i-1-structure",
        entity: &["i-1", "eni-1"],
        tags: &tags,
        analytic: "AN0084",
        kernel: Some(Kernel::Relay),
        remotes: &remotes,
        actors: &[],
    };
    for (scope, holds) in [
        (r#"{"entity":"i-1"}"#, true),
        (r#"{"entity":["i-2","eni-1"]}"#, true),
        (r#"{"entity":"eni-*"}"#, true),
        (r#"{"entity":"i-"}"#, false),
        (r#"{"entity":"i-1","kernel":"scan"}"#, false),
        (r#"{"entity":"i-1","kernel":["scan","relay"]}"#, true),
        (r#"{"tag":"team=data","analytic":"an0084"}"#, true),
        (r#"{"tag":"team=web"}"#, false),
        (r#"{"incident":"weir-an0084-1-eu-west-1-i-1-structure"}"#, true),
        (r#"{"incident":"weir-an0084-1-eu-west-1-i-1-volume"}"#, false),
        // Where from is not asked, where to is, and of all.
        (r#"{"cidr":"203.0.113.0/24"}"#, true),
        (r#"{"cidr":"203.0.113.0/29"}"#, false),
        (r#"{"asn":64500}"#, true),
        (r#"{"asn":[64501]}"#, false),
        (r#"{"country":["nl","DE"]}"#, true),
        (r#"{"country":"NL"}"#, false),
    ] {
        assert_eq!(of(scope).unwrap().scope.holds(&matter), holds, "{scope}");
    }
    let nowhere = Matter { remotes: &[], ..matter };
    assert!(!of(r#"{"cidr":"0.0.0.0/0"}"#).unwrap().scope.holds(&nowhere));
}

#[test]
fn a_program_or_an_image_hides_itself_and_nothing_that_runs_beside_it() {
    let program = |path: &str| Actor {
        name: path.rsplit('/').next().map(str::to_owned),
        path: Some(path.to_owned()),
        ..Actor::default()
    };
    let container = |image: &str| {
        let container = ActorContainer { image: Some(image.to_owned()), ..ActorContainer::default() };
        Actor { container: Some(container), ..Actor::default() }
    };
    let (ours, theirs) = (program("/opt/mesh/xmrelay"), program("/tmp/.x/pawns-cli"));
    let image = container("registry.example.com/mesh/exit:4");
    for (scope, actors, holds) in [
        (r#"{"process":"xmrelay"}"#, vec![ours.clone()], true),
        (r#"{"process":"/opt/mesh/*"}"#, vec![ours.clone()], true),
        (r#"{"process":"xmrelay"}"#, vec![ours.clone(), theirs.clone()], false),
        (r#"{"process":["xmrelay","pawns-cli"]}"#, vec![ours.clone(), theirs], true),
        (r#"{"process":"xmrelay"}"#, vec![], false),
        (r#"{"image":"registry.example.com/mesh/*"}"#, vec![image.clone()], true),
        (r#"{"image":"registry.example.com/mesh/*"}"#, vec![container("honeygain/honeygain")], false),
        (r#"{"image":"registry.example.com/mesh/*"}"#, vec![image, ours], false),
    ] {
        let matter = Matter { entity: &["i-1"], actors: &actors, ..Matter::default() };
        assert_eq!(of(scope).unwrap().scope.holds(&matter), holds, "{scope} {actors:?}");
    }
}

#[test]
fn a_suppression_ends_and_holds_back_no_more_than_it_says() {
    let matter = Matter { entity: &["i-1"], ..Matter::default() };
    let medium = of(r#"{"entity":"i-1"}"#).unwrap();
    let high = Suppression::from_json(
        "x",
        r#"{"scope":{"entity":"i-1"},"severity":"high","reason":"r","owner":"o","expiry":"2026-06-01T02:00:00+02:00"}"#,
    )
    .unwrap();
    for (severity, time, by_medium, by_high) in [
        (Severity::Medium, JUNE - 1, true, true),
        (Severity::Medium, JUNE, false, false),
        (Severity::High, JUNE - 1, false, true),
        (Severity::Critical, JUNE - 1, false, false),
    ] {
        assert_eq!(medium.holds(&matter, severity, time), by_medium, "{severity:?} {time}");
        assert_eq!(high.holds(&matter, severity, time), by_high, "{severity:?} {time}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    for (path, text, says) in [
        ("suppressions/a", "{}", "missing field `scope`"),
        (
            "suppressions/a",
            r#"{"scope":{},"reason":"r","owner":"o","expiry":"2026-06-01T00:00:00Z"}"#,
            "at least one of entity",
        ),
        ("suppressions/a", r#"{"scope":{"entity":"i"},"reason":"r","owner":"o"}"#, "missing field `expiry`"),
        (
            "suppressions/a",
            r#"{"scope":{"entity":"i"},"reason":"r","owner":"o","expiry":"soon"}"#,
            "expected an expiry",
        ),
        (
            "suppressions/a",
            r#"{"scope":{"entity":"i"},"reason":" ","owner":"o","expiry":"2026-06-01T00:00:00Z"}"#,
            "a reason",
        ),
        (
            "suppressions/a",
            r#"{"scope":{"kernel":"rely"},"reason":"r","owner":"o","expiry":"2026-06-01T00:00:00Z"}"#,
            "found \"rely\"",
        ),
        (
            "suppressions/a",
            r#"{"scope":{"cidr":"10/8"},"reason":"r","owner":"o","expiry":"2026-06-01T00:00:00Z"}"#,
            "expected a network",
        ),
        (
            "suppressions/a",
            r#"{"scope":{"enity":"i"},"reason":"r","owner":"o","expiry":"2026-06-01T00:00:00Z"}"#,
            "unknown field `enity`",
        ),
        (
            "overrides/a",
            r#"{"scope":{"kernel":"relay"},"settings":{},"reason":"r","owner":"o"}"#,
            "entity or tag only",
        ),
        (
            "overrides/a",
            r#"{"scope":{"entity":"i"},"settings":{"lateness":"5m"},"reason":"r","owner":"o"}"#,
            "same for all",
        ),
        (
            "overrides/a",
            r#"{"scope":{"entity":"i"},"settings":{"an0084/mod":"off"},"reason":"r","owner":"o"}"#,
            "an0084/mode?",
        ),
    ] {
        let refused = Settings::from_values([(path, text)]).unwrap_err().to_string();
        assert!(refused.starts_with(path) && refused.contains(says), "{text}: {refused}");
    }
}

#[test]
fn a_settings_file_spells_them_as_tables() {
    let settings = Settings::from_toml(
        r#"
        [suppressions.exports]
        scope = { entity = ["i-1"], asn = 64500 }
        reason = "nightly"
        owner = "data"
        expiry = 2026-06-01T00:00:00Z

        [overrides.video]
        scope = { tag = "team=video" }
        settings = { "an0084/relay/min-bytes" = "7MB" }
        reason = "transcoders"
        owner = "video"
        "#,
    )
    .unwrap();
    let [suppression] = &*settings.suppressions else { panic!("{:?}", settings.suppressions) };
    assert_eq!(
        (&*suppression.name, &*suppression.scope.asn, suppression.expiry),
        ("exports", &[64_500][..], JUNE)
    );
    assert_eq!(settings.overrides[0].settings.an0084.relay.min_bytes, 7_000_000);
}

#[test]
fn an_entity_has_the_settings_that_name_it_before_those_of_its_tag() {
    let inventory = r#"{"Reservations":[{"Instances":[{"InstanceId":"i-1","Tags":[{"Key":"team","Value":"video"}]},
        {"InstanceId":"i-2","Tags":[{"Key":"team","Value":"video"}]},{"InstanceId":"i-3"}]}]}"#;
    let mut known = Inventory::default();
    known.merge(inventory.as_bytes()).unwrap();
    let intel = Intel { inventory: known, ..Intel::default() };
    let rest = r#""reason":"r","owner":"o"}"#;
    let settings = Settings::from_values([
        ("an0084/relay/min-bytes", "7MB".to_owned()),
        (
            "overrides/a",
            format!(r#"{{"scope":{{"tag":"team=video"}},"settings":{{"incident/quiet":"2d"}},{rest}"#),
        ),
        (
            "overrides/b",
            format!(r#"{{"scope":{{"entity":"i-1"}},"settings":{{"incident/quiet":"3d"}},{rest}"#),
        ),
    ])
    .unwrap();
    for (id, hours) in [("i-1", 72), ("i-2", 48), ("i-3", 24)] {
        let key = EntityKey { account: "1".to_owned(), id: id.to_owned() };
        let info = EntityInfo { instance: Some(id.to_owned()), ..EntityInfo::default() };
        let own = settings.of_entity(&key, &info, &intel);
        assert_eq!((own.incident.quiet, own.an0084.relay.min_bytes), (hours * HOUR, 7_000_000), "{id}");
    }
}
