//! Calls after which the inventory is no longer true.

use weir_records::ApiCall;

use crate::inventory::Ids;

/// Operations of EC2 that make, move or end instances and interfaces, or change what they are.
const OPERATIONS: [&str; 12] = [
    "AttachNetworkInterface",
    "CreateNetworkInterface",
    "CreateTags",
    "DeleteTags",
    "DeleteNetworkInterface",
    "ModifyInstanceAttribute",
    "ModifyNetworkInterfaceAttribute",
    "RequestSpotInstances",
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "TerminateInstances",
];

/// The instances and interfaces that a call made or changed.
pub(crate) fn launched(call: &ApiCall<'_>) -> Ids {
    if call.source.as_str() != "ec2.amazonaws.com"
        || !call.succeeded()
        || !OPERATIONS.contains(&call.name.as_str())
    {
        return Ids::default();
    }
    let (request, response) = (call.request(), call.response());
    let instances = response.instances.iter().map(|instance| instance.id.clone());
    let interfaces = response.instances.iter().flat_map(|instance| instance.interfaces.iter().cloned());
    Ids {
        interfaces: interfaces.chain(response.interfaces.iter().cloned()).collect(),
        instances: instances.chain(request.instances).collect(),
    }
}

#[cfg(test)]
mod tests {
    use weir_records::api_call::{Trail, read};

    use super::*;

    fn ids(name: &str, members: &str) -> (Vec<String>, Vec<String>) {
        let json = format!(
            r#"{{"eventTime":"2026-11-24T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"{name}",{members}}}"#
        );
        let Trail::Call(call) = read(&json, None) else { panic!("{json}") };
        let ids = launched(&call);
        (ids.instances.into_iter().collect(), ids.interfaces.into_iter().collect())
    }

    #[test]
    fn what_a_call_made_or_changed_is_named_and_what_failed_or_only_asked_is_not() {
        let run = r#""responseElements":{"instancesSet":{"items":[{"instanceId":"i-1",
            "networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-1"}]}}]}}"#;
        let attach =
            r#""requestParameters":{"networkInterfaceId":"eni-2","instanceId":"i-2"},"responseElements":{}"#;
        let own = |instances: &[&str], interfaces: &[&str]| {
            let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
            (owned(instances), owned(interfaces))
        };
        assert_eq!(ids("RunInstances", run), own(&["i-1"], &["eni-1"]));
        assert_eq!(ids("AttachNetworkInterface", attach), own(&["i-2"], &[]));
        let made = r#""responseElements":{"networkInterface":{"networkInterfaceId":"eni-3"}}"#;
        assert_eq!(ids("CreateNetworkInterface", made), own(&[], &["eni-3"]));
        let failed = r#""errorCode":"Client.UnauthorizedOperation","requestParameters":{"instanceId":"i-2"}"#;
        assert_eq!(ids("ModifyInstanceAttribute", failed), own(&[], &[]));
        assert_eq!(ids("DescribeInstances", attach), own(&[], &[]));
    }
}
