use super::*;

fn call(json: &str) -> ApiCall<'_> {
    match read(json, None) {
        Trail::Call(call) => *call,
        other => panic!("no call: {other:?}"),
    }
}

fn code(json: &str) -> &'static str {
    match read(json, None) {
        Trail::Reject(reason) => reason.code(),
        Trail::Statement => "statement",
        Trail::Call(_) => "call",
    }
}

fn with(members: &str) -> String {
    format!(
        r#"{{"eventTime":"2026-06-01T08:00:00Z","eventName":"RunInstances","eventSource":"ec2.amazonaws.com",{members}}}"#
    )
}

const LAUNCH: &str = r#""awsRegion":"ap-south-1","recipientAccountId":"123456789012","eventID":"e1","sourceIPAddress":"198.51.100.7",
"userIdentity":{"type":"AssumedRole","principalId":"AROAX:i-0aa","arn":"arn:aws:sts::123456789012:assumed-role/web/i-0aa","accountId":"123456789012","accessKeyId":"ASIAX","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::123456789012:role/web","userName":"web"},"attributes":{"mfaAuthenticated":"false"}}},
"requestParameters":{"instancesSet":{"items":[{"imageId":"ami-1","minCount":1,"maxCount":2}]},"instanceType":"c5n.large","userData":"<sensitiveDataRemoved>","keyName":"k"},
"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","instanceType":"c5n.large","imageId":"ami-1","privateIpAddress":"10.0.0.9","networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-1"}]}},{"instanceId":"i-2"}]}}"#;

#[test]
fn a_launch_names_its_caller_its_instances_and_their_interfaces() {
    let json = with(LAUNCH);
    let call = call(&json);
    assert_eq!(call.time, 1_780_300_800_000);
    assert_eq!(call.identity.kind, Some(IdentityKind::AssumedRole));
    assert_eq!(call.identity.principal(), Some("arn:aws:iam::123456789012:role/web"));
    assert_eq!(call.identity.session(), Some("i-0aa"));
    assert_eq!(call.multi_factor(), Some(false));
    assert_eq!(call.address(), Some("198.51.100.7".parse().unwrap()));
    assert!(call.succeeded() && call.service().is_none());
    let (request, response) = (call.request(), call.response());
    assert_eq!((request.instance_type.as_deref(), request.count), (Some("c5n.large"), Some(2)));
    assert!(request.has_user_data);
    assert_eq!((request.images, request.key_name.as_deref()), (vec!["ami-1".to_owned()], Some("k")));
    let ids: Vec<&str> = response.instances.iter().map(|instance| instance.id.as_str()).collect();
    assert_eq!(ids, ["i-1", "i-2"]);
    assert_eq!(response.instances[0].interfaces, ["eni-1"]);
    assert_eq!(response.instances[0].private_address.as_deref(), Some("10.0.0.9"));
}

#[test]
fn a_source_that_is_no_address_is_kept_and_services_are_told() {
    for (members, address, service) in [
        (r#""sourceIPAddress":"06.237.252.245""#, false, None),
        (r#""sourceIPAddress":"2001:db8::1""#, true, None),
        (r#""sourceIPAddress":"AWS Internal""#, false, Some("AWS Internal")),
        (
            r#""sourceIPAddress":"autoscaling.amazonaws.com","userIdentity":{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#,
            false,
            Some("autoscaling.amazonaws.com"),
        ),
        (
            r#""sourceIPAddress":"203.0.113.1","userIdentity":{"invokedBy":"cloudformation.amazonaws.com"}"#,
            true,
            Some("cloudformation.amazonaws.com"),
        ),
    ] {
        let json = with(members);
        let call = call(&json);
        assert_eq!((call.address().is_some(), call.service()), (address, service), "{members}");
    }
}

#[test]
fn a_dry_run_and_a_refusal_are_failures_of_different_kinds() {
    for (members, succeeded, dry) in [
        (r#""errorCode":"Client.DryRunOperation""#, false, true),
        (r#""errorCode":"Client.UnauthorizedOperation","responseElements":null"#, false, false),
        (r#""errorCode":"""#, true, false),
        (
            r#""responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"}"#,
            false,
            false,
        ),
        (
            r#""responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}"#,
            true,
            false,
        ),
    ] {
        let json = with(members);
        let call = call(&json);
        assert_eq!((call.succeeded(), call.is_dry_run()), (succeeded, dry), "{members}");
    }
    let json = with(r#""additionalEventData":{"MFAUsed":"Yes"}"#);
    assert_eq!(call(&json).multi_factor(), Some(true));
}

#[test]
fn every_kind_of_caller_has_a_stable_name() {
    for (identity, principal) in [
        (r#"{"type":"Root","arn":"arn:aws:iam::1:root"}"#, Some("arn:aws:iam::1:root")),
        (r#"{"type":"IAMUser","arn":"arn:aws:iam::1:user/a","userName":"a"}"#, Some("arn:aws:iam::1:user/a")),
        (r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#, Some("ec2.amazonaws.com")),
        (r#"{"type":"AWSAccount","principalId":"AROAX:me","accountId":"2"}"#, Some("AROAX:me")),
        (r#"{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u"},"principalId":"u1"}"#, Some("u1")),
        (
            r#"{"type":"WebIdentityUser","userName":"system:sa:x","identityProvider":"oidc"}"#,
            Some("system:sa:x"),
        ),
        (r#"{"type":"SAMLUser","principalId":"p","userName":"s"}"#, Some("s")),
        (r#"{"type":"NewKind","arn":""}"#, None),
        (r#"{}"#, None),
        ("null", None),
    ] {
        let json = with(&format!(r#""userIdentity":{identity}"#));
        assert_eq!(call(&json).identity.principal(), principal, "{identity}");
    }
}

#[test]
fn what_a_change_changes_is_told() {
    for (request, attribute, enabled) in [
        (r#"{"instanceId":"i-1","userData":"<sensitiveDataRemoved>"}"#, Some("userData"), None),
        (r#"{"instanceId":"i-1","attribute":"userData","value":"x"}"#, Some("userData"), None),
        (
            r#"{"instanceId":"i-1","disableApiTermination":{"value":true}}"#,
            Some("disableApiTermination"),
            Some(true),
        ),
        (
            r#"{"networkInterfaceId":"eni-1","sourceDestCheck":{"value":false}}"#,
            Some("sourceDestCheck"),
            Some(false),
        ),
        (r#"{"instanceId":"i-1","ebsOptimized":{"value":true}}"#, None, None),
    ] {
        let json = with(&format!(r#""requestParameters":{request}"#));
        let found = call(&json).request();
        assert_eq!((found.attribute, found.enabled), (attribute, enabled), "{request}");
    }
    let json = with(
        r#""requestParameters":{"ipPermissions":{"items":[{"fromPort":1080,"toPort":1080,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}},{"ipProtocol":"-1","ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}}]}}"#,
    );
    let openings = call(&json).request().openings;
    assert_eq!((openings[0].ports, openings[0].blocks[0].as_str()), (Some((1080, 1080)), "0.0.0.0/0"));
    assert_eq!((openings[1].ports, openings[1].blocks[0].as_str()), (None, "::/0"));
}

#[test]
fn what_a_call_cannot_be_without_is_named_and_the_rest_may_be_broken() {
    for (json, expected) in [
        (r#"{"eventName":"x","eventSource":"y"}"#, "missing-field"),
        (r#"{"eventTime":"2026-06-01T08:00:00Z","eventSource":"y"}"#, "missing-field"),
        (r#"{"eventTime":"soon","eventName":"x","eventSource":"y"}"#, "bad-field"),
        (r#"{"eventTime":"2026-06-01 08:00:00","eventName":"x","eventSource":"y"}"#, "call"),
        (
            r#"{"eventTime":"2026-06-01T08:00:00Z","eventName":"x","eventSource":"y","userIdentity":7,"resources":"z","readOnly":[],"requestParameters":"hidden","errorCode":{}}"#,
            "call",
        ),
        (r#"{"eventName":"x","#, "bad-json"),
        (
            r#"{"eventType":"AwsCloudTrailInsight","eventName":"RunInstances","eventSource":"ec2.amazonaws.com"}"#,
            "statement",
        ),
        (r#"{"digestStartTime":"2026-06-01T08:00:00Z","logFiles":[]}"#, "statement"),
    ] {
        assert_eq!(code(json), expected, "{json}");
    }
    assert!(
        matches!(read(r#"{"eventName":"x","eventSource":"y"}"#, Some(5)), Trail::Call(call) if call.time == 5)
    );
}

#[test]
fn the_normalised_record_has_the_attributes_of_the_contract() {
    let json = with(LAUNCH);
    let value = serde_json::to_value(crate::NormalisedCall::from(&call(&json))).unwrap();
    assert_eq!(value["class_uid"], 6003);
    assert_eq!(value["time"], 1_780_300_800_000i64);
    assert_eq!(
        value["api"],
        serde_json::json!({"operation":"RunInstances","service":{"name":"ec2.amazonaws.com"}})
    );
    assert_eq!(value["actor"]["user"]["uid"], "arn:aws:iam::123456789012:role/web");
    assert_eq!(value["src_endpoint"], serde_json::json!({"ip":"198.51.100.7"}));
    assert_eq!(value["cloud"], serde_json::json!({"account":{"uid":"123456789012"},"region":"ap-south-1"}));
    assert_eq!(value["resources"], serde_json::json!([{"uid":"i-1"},{"uid":"i-2"}]));
    assert_eq!((value["status_id"].as_u64(), value.get("status_code")), (Some(1), None));
    assert_eq!(value["metadata"], serde_json::json!({"log_name":"cloudtrail","uid":"e1"}));
}
