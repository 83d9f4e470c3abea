//! What a call takes of that by which Weir sees.

use weir_records::ApiCall;
use weir_records::api_call::{Narrowed, Request};

/// Operations that change what Weir is made of, by how their names begin.
const OPERATIONS: [&str; 29] = [
    "DeleteSubscriptionFilter",
    "PutSubscriptionFilter",
    "DeleteLogGroup",
    "PutParameter",
    "DeleteParameter",
    "DeleteTable",
    "UpdateTable",
    "DeleteTopic",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "Unsubscribe",
    "DeleteFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PutFunctionConcurrency",
    "DeleteEventSourceMapping",
    "UpdateEventSourceMapping",
    "DisableRule",
    "DeleteRule",
    "RemoveTargets",
    "PutRule",
    "DeleteQueue",
    "DeleteStack",
    "UpdateStack",
    "ExecuteChangeSet",
    "DeleteAlarms",
    "DisableAlarmActions",
    "DeleteStream",
];

/// Of those, how the names of the ones begin that remove rather than make or change.
const REMOVALS: [&str; 4] = ["Delete", "Remove", "Disable", "Unsubscribe"];

/// What a call takes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::prelude) struct Taken {
    /// In words.
    pub(in crate::prelude) what: String,
    /// It is something that Weir is made of, rather than flow logs or a trail.
    pub(in crate::prelude) is_own: bool,
    /// It is gone, not only changed.
    pub(in crate::prelude) is_removed: bool,
    /// A trail goes elsewhere, as its owner has it do too; or names are no longer heard, by which alone nothing is found.
    pub(in crate::prelude) is_lesser: bool,
}

/// What a call takes; `None` for all other calls.
pub(in crate::prelude) fn taken(call: &ApiCall<'_>) -> Option<Taken> {
    let name = call.name.as_str();
    let watched = |what: String| Taken { what, is_own: false, is_removed: true, is_lesser: false };
    let listed = |kind: &str, names: &[String]| match names {
        [] => kind.to_owned(),
        names => format!("{kind} {}", names.join(", ")),
    };
    match name {
        "DeleteFlowLogs" => Some(watched(listed("flow logs", &call.request().names))),
        "StopLogging" | "DeleteTrail" => Some(watched(listed("trail", &call.request().names))),
        "PutEventSelectors" | "UpdateTrail" => {
            let Request { names, narrowed, .. } = call.request();
            let narrowed = narrowed?;
            let what = format!("{}: {}", listed("trail", &names), narrowed.words());
            Some(Taken { is_lesser: narrowed == Narrowed::Moved, ..watched(what) })
        }
        "DeleteResolverQueryLogConfig" | "DisassociateResolverQueryLogConfig" => {
            Some(Taken { is_lesser: true, ..watched(listed("query logs", &call.request().names)) })
        }
        _ if !OPERATIONS.iter().any(|operation| name.starts_with(operation)) => None,
        _ => {
            let Request { names, destination, filter, .. } = call.request();
            // Everything of one more log group to Weir gives it sight.
            let gives =
                destination.is_some_and(|to| is_own(&to)) && filter.is_none_or(|filter| filter.is_empty());
            let what = names.into_iter().find(|name| is_own(name)).filter(|_| !gives)?;
            let is_removed = REMOVALS.iter().any(|removal| name.starts_with(removal));
            Some(Taken { what, is_own: true, is_removed, is_lesser: false })
        }
    }
}

/// Whether a name is of Weir's own: one of its words is `weir`, as in `/weir/prod/…` and `weir-prod-state`.
fn is_own(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("weir"))
}
