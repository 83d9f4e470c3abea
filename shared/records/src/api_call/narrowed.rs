//! What a trail no longer tells after its selectors or its configuration changed.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html> and
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html>

use serde_json::Value;

use super::response::items;

/// What a trail no longer tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Narrowed {
    /// Calls that manage resources, of which launches are.
    ManagementEvents,
    /// Of those the ones that change something.
    Writes,
    /// Calls of other regions.
    OtherRegions,
    /// Calls of IAM and of the sign-in.
    GlobalServices,
    /// Anything, to its log group.
    LogGroup,
    /// It writes to the bucket or log group that the call names, which may be another than before.
    Moved,
}

impl Narrowed {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ManagementEvents => "no management events",
            Self::Writes => "no writes",
            Self::OtherRegions => "no other regions",
            Self::GlobalServices => "no global services",
            Self::LogGroup => "no log group",
            Self::Moved => "written to the place that the call names",
        }
    }
}

/// `None` for a request that narrows nothing and for all other calls.
pub(super) fn narrowed(request: &Value) -> Option<Narrowed> {
    let switched_off = |name: &str| request.get(name).and_then(Value::as_bool) == Some(false);
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let told = if request.get("eventSelectors").is_some_and(Value::is_array) {
        Some(together(items(request, "/eventSelectors").map(basic)))
    } else if request.get("advancedEventSelectors").is_some_and(Value::is_array) {
        Some(together(items(request, "/advancedEventSelectors").map(advanced)))
    } else {
        None
    };
    match told {
        Some(Told { writes: true, .. }) => return None,
        Some(Told { reads: true, .. }) => return Some(Narrowed::Writes),
        Some(_) => return Some(Narrowed::ManagementEvents),
        None => {}
    }
    if switched_off("isMultiRegionTrail") {
        Some(Narrowed::OtherRegions)
    } else if switched_off("includeGlobalServiceEvents") {
        Some(Narrowed::GlobalServices)
    } else if text("cloudWatchLogsLogGroupArn") == Some("") {
        Some(Narrowed::LogGroup)
    } else {
        let is_moved = text("s3BucketName").is_some() || text("cloudWatchLogsLogGroupArn").is_some();
        is_moved.then_some(Narrowed::Moved)
    }
}

/// Which of the calls that manage resources a selector tells.
#[derive(Clone, Copy, Default)]
struct Told {
    reads: bool,
    writes: bool,
}

fn together(parts: impl Iterator<Item = Told>) -> Told {
    parts.fold(Told::default(), |all, part| Told {
        reads: all.reads || part.reads,
        writes: all.writes || part.writes,
    })
}

fn basic(selector: &Value) -> Told {
    // Both are told unless the selector says otherwise.
    let includes = selector.get("includeManagementEvents").and_then(Value::as_bool).unwrap_or(true);
    let kind = selector.get("readWriteType").and_then(Value::as_str).unwrap_or("All");
    Told { reads: includes && kind != "WriteOnly", writes: includes && kind != "ReadOnly" }
}

fn advanced(selector: &Value) -> Told {
    let equals = |field: &str, wanted: &str| {
        items(selector, "/fieldSelectors")
            .filter(|condition| condition.get("field").and_then(Value::as_str) == Some(field))
            .any(|condition| items(condition, "/equals").any(|value| value.as_str() == Some(wanted)))
    };
    let includes = equals("eventCategory", "Management");
    Told { reads: includes && !equals("readOnly", "false"), writes: includes && !equals("readOnly", "true") }
}
