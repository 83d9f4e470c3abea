//! Which reasons one call gives.

use weir_records::ApiCall;
use weir_records::api_call::{Narrowed, Opening, Request};

use super::evidence::Reason;

/// When a watched operation is a reason.
#[derive(Clone, Copy, PartialEq)]
enum When {
    /// Whoever calls.
    Always,
    /// The first day that the principal uses it.
    New,
}

/// Operations that are a reason by their name.
const WATCHED: &[(&str, Reason, When)] = &[
    ("GetCallerIdentity", Reason::Enumeration, When::New),
    ("DescribeRegions", Reason::Enumeration, When::New),
    ("DescribeInstanceTypes", Reason::Enumeration, When::New),
    ("DescribeInstanceTypeOfferings", Reason::Enumeration, When::New),
    ("DescribeAccountAttributes", Reason::Enumeration, When::New),
    ("DescribeSpotPriceHistory", Reason::Enumeration, When::New),
    ("GetAccountAuthorizationDetails", Reason::Enumeration, When::New),
    ("ListAttachedUserPolicies", Reason::Enumeration, When::New),
    ("GetSendQuota", Reason::Enumeration, When::New),
    ("GetServiceQuota", Reason::Quota, When::New),
    ("ListServiceQuotas", Reason::Quota, When::New),
    ("RequestServiceQuotaIncrease", Reason::Quota, When::New),
    ("CreateKeyPair", Reason::KeyPair, When::New),
    ("ImportKeyPair", Reason::KeyPair, When::New),
    ("CreateAccessKey", Reason::AccessKey, When::New),
    ("CreateUser", Reason::Identity, When::New),
    ("CreateLoginProfile", Reason::Identity, When::New),
    ("UpdateLoginProfile", Reason::Identity, When::New),
    ("AttachUserPolicy", Reason::Identity, When::New),
    ("PutUserPolicy", Reason::Identity, When::New),
    ("CreateRole", Reason::Identity, When::New),
    ("UpdateAssumeRolePolicy", Reason::Identity, When::New),
    ("CreateServiceLinkedRole", Reason::Identity, When::New),
    ("SendCommand", Reason::Command, When::New),
    ("StartSession", Reason::Command, When::New),
    ("SendSSHPublicKey", Reason::Command, When::New),
    ("GetPasswordData", Reason::Password, When::New),
    ("RegisterTaskDefinition", Reason::OtherCompute, When::New),
    ("CreateCluster", Reason::OtherCompute, When::New),
    ("RunTask", Reason::OtherCompute, When::New),
    ("CreateService", Reason::OtherCompute, When::New),
    ("CreateFunction20150331", Reason::OtherCompute, When::New),
    ("CreateInstances", Reason::OtherCompute, When::New),
    ("CreateNotebookInstance", Reason::OtherCompute, When::New),
    ("RequestSpotInstances", Reason::OtherCompute, When::New),
    ("EnableRegion", Reason::RegionEnabled, When::Always),
    ("DeleteFlowLogs", Reason::Blinding, When::Always),
    ("StopLogging", Reason::Blinding, When::Always),
    ("DeleteTrail", Reason::Blinding, When::Always),
    ("DeleteResolverQueryLogConfig", Reason::Blinding, When::Always),
    ("DisassociateResolverQueryLogConfig", Reason::Blinding, When::Always),
    ("DeleteDetector", Reason::Blinding, When::Always),
    ("UpdateDetector", Reason::Blinding, When::New),
];

/// Operations that are looked into beside those.
const LOOKED_INTO: [&str; 15] = [
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "ModifyInstanceAttribute",
    "ModifyNetworkInterfaceAttribute",
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "AllocateAddress",
    "AssociateAddress",
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    "AssumeRole",
    "ConsoleLogin",
    "PutEventSelectors",
    "UpdateTrail",
];

/// A scaling group from this size on is a scale-out (20 to 999 were seen).
const LARGE_GROUP: u64 = 20;

/// Whether a call is more than a sign that its caller exists.
pub(super) fn is_watched(call: &ApiCall<'_>) -> bool {
    let name = call.name.as_str();
    WATCHED.iter().any(|(have, ..)| *have == name) || LOOKED_INTO.contains(&name) || is_quarantine(call)
}

/// What a call gives reason for by itself. `is_new` says that its caller never used the operation before today.
pub(super) fn reasons(call: &ApiCall<'_>, request: &Request, is_new: bool) -> Vec<Reason> {
    let name = call.name.as_str();
    let mut reasons = Vec::new();
    if is_quarantine(call) {
        reasons.push(Reason::Quarantined);
    }
    if call.is_dry_run() {
        return reasons;
    }
    // A probe that is refused probes all the same; of what changes something only success counts.
    let counts = |reason: Reason| {
        call.succeeded()
            || matches!(reason, Reason::Enumeration | Reason::Quota | Reason::Password | Reason::Command)
    };
    let by_name = WATCHED.iter().filter(|(have, _, when)| *have == name && (*when == When::Always || is_new));
    reasons.extend(by_name.map(|(_, reason, _)| *reason).filter(|reason| counts(*reason)));
    if !call.succeeded() {
        if name == "RunInstances" && is_new {
            reasons.push(Reason::RefusedLaunch);
        }
        return reasons;
    }
    match name {
        "RunInstances" => reasons.push(Reason::Launch),
        "PutEventSelectors" | "UpdateTrail"
            if request.narrowed.is_some_and(|narrowed| narrowed != Narrowed::Moved) =>
        {
            reasons.push(Reason::Blinding);
        }
        "ModifyInstanceAttribute" if request.attribute == Some("userData") => {
            reasons.push(Reason::StartScript)
        }
        "ModifyInstanceAttribute"
            if request.attribute == Some("disableApiTermination")
                && request.enabled == Some(true)
                && is_new =>
        {
            reasons.push(Reason::TerminationLock);
        }
        "ModifyNetworkInterfaceAttribute" | "ModifyInstanceAttribute"
            if request.attribute == Some("sourceDestCheck") && request.enabled == Some(false) =>
        {
            reasons.push(Reason::Forwarding);
        }
        "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress"
            if is_new && request.openings.iter().any(is_to_everybody) =>
        {
            reasons.push(Reason::Opened);
        }
        "CreateAutoScalingGroup" | "UpdateAutoScalingGroup"
            if is_new && request.count.is_some_and(|size| size >= LARGE_GROUP) =>
        {
            reasons.push(Reason::ScaleOut);
        }
        _ => {}
    }
    reasons
}

/// To everybody, and not for the web: what a proxy is reached by.
fn is_to_everybody(opening: &Opening) -> bool {
    let everybody = opening.blocks.iter().any(|block| block.ends_with("/0"));
    everybody && !matches!(opening.ports, Some((80, 80) | (443, 443)))
}

/// AWS attaches the policy to the user whose key it found in public.
fn is_quarantine(call: &ApiCall<'_>) -> bool {
    call.name.as_str() == "AttachUserPolicy"
        && call.request().policy.is_some_and(|policy| policy.contains("AWSCompromisedKeyQuarantine"))
}
