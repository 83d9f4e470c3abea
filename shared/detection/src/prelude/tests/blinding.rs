//! Who takes what Weir sees by, and who only looks as if.

use super::*;
use crate::finding::Severity;

const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";
const STACKS: &str = "cloudformation.amazonaws.com";

fn parameters(json: &str) -> String {
    format!(r#","requestParameters":{json}"#)
}

impl Account {
    /// Severity of what a call is told at, if it is.
    fn severity(&mut self, time: i64, who: &str, from: &str, name: &str, more: &str) -> Option<Severity> {
        self.call(time, who, from, name, more);
        self.findings.first().map(|finding| finding.severity)
    }
}

#[test]
fn what_takes_weirs_eyes_is_told_once_and_what_only_looks_like_it_is_not() {
    let flow_logs = r#","requestParameters":{"DeleteFlowLogsRequest":{"FlowLogId":{"content":"fl-1"}}}"#;
    let failed = format!(r#"{flow_logs},"errorCode":"AccessDenied""#);
    let topic =
        |name: &str| format!(r#","requestParameters":{{"topicArn":"arn:aws:sns:eu-west-1:1:{name}"}}"#);
    let parameter = |name: &str| format!(r#","requestParameters":{{"name":"{name}"}}"#);
    let function = r#","requestParameters":{"functionName":"weir-prod-flow-logs"}"#.to_owned();
    for (name, more, expected) in [
        ("DeleteFlowLogs", flow_logs.to_owned(), Some(Severity::Medium)),
        ("DeleteFlowLogs", failed, Some(Severity::Low)),
        ("DeleteTopic", topic("weir-prod-alerts"), Some(Severity::Medium)),
        ("DeleteTopic", topic("weirdness"), None),
        ("PutParameter", parameter("/weir/prod/an0084/mode"), Some(Severity::Medium)),
        ("PutParameter", parameter("/app/prod/mode"), None),
        ("GetParameter", parameter("/weir/prod/an0084/mode"), None),
        ("DeleteFunction20150331", function, Some(Severity::Medium)),
    ] {
        let mut account = Account::settled();
        account.call(NOW, USER, HOME, name, &more);
        let told: Vec<Severity> = account.findings.iter().map(|finding| finding.severity).collect();
        assert_eq!(told, Vec::from_iter(expected), "{name} {more}");
        account.call(NOW + 1_000, USER, HOME, name, &more);
        assert!(account.findings.is_empty(), "{name} is told once");
        let declared = [("cloudtrail/automation", "arn:aws:iam::123456789012:user/o*")];
        account.settings = Settings::from_values(declared).unwrap();
        account.call(NOW, &USER.replace("lee", "ops"), HOME, name, &more);
        let quiet = account.findings.iter().all(|finding| finding.severity == Severity::Info);
        assert!(quiet, "{name} by declared automation");
    }
}

#[test]
fn a_refused_attempt_that_then_succeeds_is_told_again() {
    let mut account = Account::settled();
    account.call(NOW, USER, HOME, "DeleteFlowLogs", r#","errorCode":"AccessDenied""#);
    let first = account.findings.remove(0);
    account.call(NOW + HOUR, USER, HOME, "DeleteFlowLogs", "");
    assert_eq!((account.findings[0].severity, account.findings[0].count), (Severity::Medium, 2));
    assert_eq!(account.findings[0].uid, first.uid);
}

#[test]
fn a_trail_that_tells_less_is_told_of_and_one_that_tells_as_much_is_not() {
    let medium = Some(Severity::Medium);
    let basic = |selector: &str| format!(r#"{{"trailName":"org","eventSelectors":[{selector}]}}"#);
    let advanced = |fields: &str| {
        format!(r#"{{"trailName":"org","advancedEventSelectors":[{{"fieldSelectors":[{fields}]}}]}}"#)
    };
    let management = r#"{"field":"eventCategory","equals":["Management"]}"#;
    for (name, request, expected) in [
        ("StopLogging", r#"{"name":"org"}"#.to_owned(), medium),
        ("DeleteTrail", r#"{"name":"org"}"#.to_owned(), medium),
        ("StartLogging", r#"{"name":"org"}"#.to_owned(), None),
        ("CreateTrail", r#"{"name":"org","s3BucketName":"b","isMultiRegionTrail":false}"#.to_owned(), None),
        ("PutEventSelectors", basic(r#"{"includeManagementEvents":false,"readWriteType":"All"}"#), medium),
        (
            "PutEventSelectors",
            basic(r#"{"includeManagementEvents":true,"readWriteType":"ReadOnly"}"#),
            medium,
        ),
        ("PutEventSelectors", basic(r#"{"includeManagementEvents":true,"readWriteType":"WriteOnly"}"#), None),
        ("PutEventSelectors", basic(r#"{"includeManagementEvents":true,"readWriteType":"All"}"#), None),
        ("PutEventSelectors", advanced(r#"{"field":"eventCategory","equals":["Data"]}"#), medium),
        (
            "PutEventSelectors",
            advanced(&format!(r#"{management},{{"field":"readOnly","equals":["true"]}}"#)),
            medium,
        ),
        ("PutEventSelectors", advanced(management), None),
        ("UpdateTrail", r#"{"name":"org","isMultiRegionTrail":false}"#.to_owned(), medium),
        ("UpdateTrail", r#"{"name":"org","includeGlobalServiceEvents":false}"#.to_owned(), medium),
        ("UpdateTrail", r#"{"name":"org","cloudWatchLogsLogGroupArn":""}"#.to_owned(), medium),
        ("UpdateTrail", r#"{"name":"org","s3BucketName":"elsewhere"}"#.to_owned(), Some(Severity::Low)),
        (
            "DeleteResolverQueryLogConfig",
            r#"{"resolverQueryLogConfigId":"rqlc-1"}"#.to_owned(),
            Some(Severity::Low),
        ),
        ("CreateResolverQueryLogConfig", r#"{"name":"dns"}"#.to_owned(), None),
        ("UpdateTrail", r#"{"name":"org","isMultiRegionTrail":true}"#.to_owned(), None),
        ("UpdateTrail", r#"{"name":"org","enableLogFileValidation":false}"#.to_owned(), None),
    ] {
        let more = parameters(&request);
        let mut account = Account::settled();
        assert_eq!(account.severity(NOW, USER, HOME, name, &more), expected, "{name} {request}");
        // Whoever deploys Weir has no right over the account's trail.
        let mut account = deployed();
        assert_eq!(
            account.severity(NOW, ROLE, HOME, name, &more),
            expected,
            "{name} {request} by the deployer"
        );
        let refused = format!(r#"{more},"errorCode":"AccessDenied""#);
        let mut account = Account::settled();
        let low = expected.map(|_| Severity::Low);
        assert_eq!(account.severity(NOW, USER, HOME, name, &refused), low, "{name} {request} refused");
    }
}

/// A settled account in which a role deployed Weir on the first day, through a stack.
fn deployed() -> Account {
    let mut account = Account::settled();
    account.calls.first = START;
    account.call(START, ROLE, HOME, "DescribeInstances", "");
    account.call(START + HOUR, ROLE, HOME, "ExecuteChangeSet", &parameters(r#"{"stackName":"weir-prod"}"#));
    for (name, more) in made() {
        account.call(START + HOUR, ROLE, STACKS, name, &more);
        let told = account.findings.iter().all(|finding| finding.severity == Severity::Info);
        assert!(told, "{name} of the first deployment: {:?}", account.findings);
    }
    account.findings.clear();
    account
}

/// What a deployment of Weir does that its parts are named in.
fn made() -> Vec<(&'static str, String)> {
    let function = parameters(r#"{"functionName":"weir-prod-flow-logs"}"#);
    vec![
        ("PutParameter", parameters(r#"{"name":"/weir/prod/an0084/mode"}"#)),
        (
            "PutSubscriptionFilter",
            parameters(r#"{"filterName":"weir-prod","logGroupName":"/vpc/flow-logs"}"#),
        ),
        ("AddPermission20150331v2", function.clone()),
        ("UpdateFunctionCode20150331v2", function),
        ("PutRule", parameters(r#"{"name":"weir-prod-calls"}"#)),
    ]
}

#[test]
fn a_deployment_by_the_role_that_owns_weir_is_recorded_and_by_another_is_low() {
    for (name, more) in made() {
        let by_stack = |who| deployed().severity(NOW, who, STACKS, name, &more);
        assert_eq!(by_stack(ROLE), Some(Severity::Info), "{name}");
        assert_eq!(by_stack(USER), Some(Severity::Low), "{name} by somebody new to it");
    }
    let stack = parameters(r#"{"stackName":"weir-prod"}"#);
    assert_eq!(deployed().severity(NOW, ROLE, HOME, "ExecuteChangeSet", &stack), Some(Severity::Info));
    assert_eq!(deployed().severity(NOW, ROLE, HOME, "UpdateStack", &stack), Some(Severity::Info));
    let other = parameters(r#"{"stackName":"shop-prod"}"#);
    assert_eq!(deployed().severity(NOW, USER, HOME, "DeleteStack", &other), None);
}

#[test]
fn the_role_that_owns_weir_stays_below_medium_and_whoever_stole_its_key_does_not() {
    let removed = parameters(r#"{"stackName":"weir-prod"}"#);
    for (who, from, name, expected) in [
        (ROLE, HOME, "DeleteStack", Severity::Low),
        (ROLE, AWAY, "DeleteStack", Severity::Medium),
        (USER, HOME, "DeleteStack", Severity::Medium),
        (ROLE, STACKS, "RemovePermission", Severity::Info),
        (USER, STACKS, "RemovePermission", Severity::Medium),
    ] {
        let mut account = deployed();
        let more = if name == "DeleteStack" { removed.clone() } else { made()[2].1.clone() };
        assert_eq!(
            account.severity(NOW, who, from, name, &more),
            Some(expected),
            "{name} by {who} from {from}"
        );
    }
    // Whoever deploys for the first time cannot earn the right on the same day.
    let mut account = Account::settled();
    account.call(NOW, USER, HOME, "UpdateStack", &removed);
    let told = account.severity(NOW + DAY - 1, USER, HOME, "DeleteStack", &removed);
    assert_eq!(told, Some(Severity::Medium));
}

#[test]
fn services_of_aws_and_one_more_log_group_take_nothing() {
    let role = "arn:aws:iam::1:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/x";
    let table = parameters(r#"{"tableName":"weir-prod-state"}"#);
    let mut account = Account::settled();
    let told =
        account.severity(NOW, role, "dynamodb.application-autoscaling.amazonaws.com", "UpdateTable", &table);
    assert_eq!(told, Some(Severity::Info));
    let filter = |destination: &str, pattern: &str| {
        parameters(&format!(
            r#"{{"filterName":"weir","logGroupName":"/vpc/other","filterPattern":"{pattern}","destinationArn":"arn:aws:lambda:eu-west-1:1:function:{destination}"}}"#
        ))
    };
    for (destination, pattern, expected) in [
        ("weir-prod-flow-logs", "", None),
        ("weir-prod-flow-logs", "REJECT", Some(Severity::Medium)),
        ("elsewhere", "", Some(Severity::Medium)),
    ] {
        let mut account = Account::settled();
        let told = account.severity(NOW, USER, HOME, "PutSubscriptionFilter", &filter(destination, pattern));
        assert_eq!(told, expected, "{destination} {pattern}");
    }
}
