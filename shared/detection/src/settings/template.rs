//! The deployment's parameters, `infra/settings.json`: a CloudFormation template with one SSM parameter per setting.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::registry::registry;

/// What a template may hold.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
pub(super) const RESOURCES: usize = 500;

/// The whole template; members are in alphabetical order, as every build of the JSON library writes them.
pub(super) fn render_template() -> String {
    let resources: BTreeMap<String, Value> = registry()
        .iter()
        .map(|entry| {
            let parameter = json!({
                "Properties": {
                    "Description": format!("{} Allowed: {}.", entry.meaning, entry.range()),
                    "Name": { "Fn::Sub": format!("/weir/${{Stage}}/{}", entry.path) },
                    "Type": "String",
                    "Value": entry.default_text(),
                },
                "Type": "AWS::SSM::Parameter",
            });
            (logical_id(entry.path), parameter)
        })
        .collect();
    let template = BTreeMap::from([
        ("AWSTemplateFormatVersion", json!("2010-09-09")),
        (
            "Description",
            json!("Weir's settings. Written by a test from the registry in shared/detection; do not edit."),
        ),
        (
            "Parameters",
            json!({ "Stage": { "Description": "Deployment whose settings these are.", "Type": "String" } }),
        ),
        ("Resources", json!(resources)),
    ]);
    serde_json::to_string_pretty(&template).unwrap() + "\n"
}

/// `an0084/relay/k-of-m` as `An0084RelayKOfM`.
fn logical_id(path: &str) -> String {
    path.split(['/', '-'])
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}
