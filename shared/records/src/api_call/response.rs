//! What a call answered, as far as somebody looks at it.

use serde::Deserialize;
use serde_json::Value;

use super::lenient::truth;

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// Instances that were launched or started.
    pub instances: Vec<Launched>,
    /// Interfaces that were made.
    pub interfaces: Vec<String>,
    /// The id of a key that was made, or of the session that was given.
    pub access_key: Option<String>,
    /// The user that the key is for.
    pub user: Option<String>,
    /// The result of a sign-in.
    pub sign_in: Option<bool>,
}

/// One instance of an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Launched {
    /// Instance id.
    pub id: String,
    /// Such as `c5n.large`.
    pub kind: Option<String>,
    /// Machine image.
    pub image: Option<String>,
    /// Address inside its network.
    pub private_address: Option<String>,
    /// Its interfaces.
    pub interfaces: Vec<String>,
    /// Network.
    pub vpc: Option<String>,
    /// Instance profile that its programs may call AWS with.
    pub profile: Option<String>,
}

/// `None` and what is no object are an empty answer.
pub(super) fn read(json: Option<&str>) -> Response {
    let Some(value) = json.and_then(|json| serde_json::from_str::<Value>(json).ok()) else {
        return Response::default();
    };
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    Response {
        instances: items(&value, "/instancesSet/items").filter_map(launched).collect(),
        interfaces: text("/networkInterface/networkInterfaceId").into_iter().collect(),
        access_key: text("/accessKey/accessKeyId").or_else(|| text("/credentials/accessKeyId")),
        user: text("/accessKey/userName").or_else(|| text("/user/userName")),
        sign_in: value.get("ConsoleLogin").and_then(Value::as_str).map(|result| result == "Success"),
    }
}

fn launched(instance: &Value) -> Option<Launched> {
    let text = |path: &str| instance.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let interface =
        |value: &Value| value.get("networkInterfaceId").and_then(Value::as_str).map(str::to_owned);
    Some(Launched {
        id: text("/instanceId")?,
        kind: text("/instanceType"),
        image: text("/imageId"),
        private_address: text("/privateIpAddress"),
        interfaces: items(instance, "/networkInterfaceSet/items").filter_map(interface).collect(),
        vpc: text("/vpcId"),
        profile: text("/iamInstanceProfile/arn"),
    })
}

/// The members of a list; none where there is no list.
pub(super) fn items<'v>(value: &'v Value, path: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}

/// `MFAUsed` of a sign-in.
pub(super) fn sign_in_factor(json: Option<&str>) -> Option<bool> {
    #[derive(Deserialize)]
    struct Extra {
        #[serde(default, rename = "MFAUsed", deserialize_with = "truth")]
        used: Option<bool>,
    }
    serde_json::from_str::<Extra>(json?).ok()?.used
}
