//! A call of an AWS API in the attributes of OCSF, class API Activity (6003).

use std::net::IpAddr;

use serde::{Serialize, Serializer};

use super::{Cloud, Uid, some};
use crate::api_call::ApiCall;
use crate::text::Text;

/// A call in the attributes of OCSF, to be serialised.
///
/// # Shape
///
/// What the log did not carry is left out, and an object that would be empty too. `src_endpoint.ip` is there only
/// where an address is written; a service in its place is `src_endpoint.svc_name`.
///
/// # Units
///
/// Times are milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub struct NormalisedCall<'a>(&'a ApiCall<'a>);

impl<'a> From<&'a ApiCall<'a>> for NormalisedCall<'a> {
    fn from(call: &'a ApiCall<'a>) -> Self {
        Self(call)
    }
}

impl Serialize for NormalisedCall<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let call = self.0;
        let identity = &call.identity;
        let (request, response) = (call.request(), call.response());
        let launched = response.instances.iter().map(|instance| instance.id.as_str());
        let named = request.instances.iter().map(String::as_str);
        let listed = call.resources.iter().filter_map(|resource| str(&resource.arn));
        let mut resources: Vec<Uid<'_>> = Vec::new();
        for uid in launched.chain(named).chain(listed) {
            if resources.iter().all(|known| known.uid != uid) {
                resources.push(Uid { uid });
            }
        }
        Record {
            class_uid: 6003,
            metadata: Metadata { log_name: "cloudtrail", uid: str(&call.id) },
            time: call.time,
            api: Api { operation: call.name.as_str(), service: Name { name: call.source.as_str() } },
            actor: some(Actor {
                user: some(User {
                    kind: identity.kind.map(|kind| kind.name()),
                    name: str(&identity.user_name),
                    uid: identity.principal(),
                    uid_alt: str(&identity.principal_id),
                    credential_uid: str(&identity.access_key),
                    account: str(&identity.account).map(|uid| Uid { uid }),
                }),
                session: some(Session { uid: identity.session(), is_mfa: call.multi_factor() }),
                invoked_by: str(&identity.invoked_by),
            }),
            src_endpoint: some(Endpoint { ip: call.address(), svc_name: call.service() }),
            http_request: str(&call.user_agent).map(|user_agent| HttpRequest { user_agent }),
            cloud: some(Cloud {
                account: str(&call.account).map(|uid| Uid { uid }),
                region: str(&call.region),
            }),
            resources,
            status_id: if call.succeeded() { 1 } else { 2 },
            status_code: call.error_code(),
            tls: call.tls.as_ref().and_then(|tls| {
                some(Tls { version: str(&tls.version), cipher: str(&tls.cipher), sni: str(&tls.host) })
            }),
        }
        .serialize(serializer)
    }
}

fn str<'t>(text: &'t Option<Text<'_>>) -> Option<&'t str> {
    text.as_ref().map(Text::as_str).filter(|text| !text.is_empty())
}

#[derive(Serialize)]
struct Record<'a> {
    class_uid: u32,
    metadata: Metadata<'a>,
    time: i64,
    api: Api<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request: Option<HttpRequest<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Cloud<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Uid<'a>>,
    status_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    log_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
}

#[derive(Serialize)]
struct Api<'a> {
    operation: &'a str,
    service: Name<'a>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Default, PartialEq, Serialize)]
struct Actor<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by: Option<&'a str>,
}

#[derive(Default, PartialEq, Serialize)]
struct User<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid_alt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uid<'a>>,
}

#[derive(Default, PartialEq, Serialize)]
struct Session<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_mfa: Option<bool>,
}

#[derive(Default, PartialEq, Serialize)]
struct Endpoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    svc_name: Option<&'a str>,
}

#[derive(Serialize)]
struct HttpRequest<'a> {
    user_agent: &'a str,
}

#[derive(Default, PartialEq, Serialize)]
struct Tls<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cipher: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sni: Option<&'a str>,
}
