//! Events of EventBridge that say that the inventory or the week should be looked at.

use std::borrow::Cow;

use serde::Deserialize;

use crate::inventory::Ids;

/// What is to be looked at.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Signal {
    /// Everything: the clock says so.
    Refresh,
    /// What the week came to: another clock says so.
    Digest,
    /// An instance that was started, stopped or terminated.
    Changed(Ids),
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "detail-type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    detail: Detail<'a>,
}

#[derive(Default, Deserialize)]
struct Detail<'a> {
    #[serde(borrow, rename = "instance-id")]
    instance: Option<Cow<'a, str>>,
}

impl Signal {
    /// The signal that an event is; `None` for any other event.
    ///
    /// # Source
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html>
    pub(crate) fn read(json: &str) -> Option<Self> {
        let event: Event<'_> = serde_json::from_str(json).ok()?;
        match &*event.kind {
            "Scheduled Event" => Some(Self::Refresh),
            // What the rule of the weekly clock gives instead of its own event.
            "Weir Digest" => Some(Self::Digest),
            "EC2 Instance State-change Notification" => {
                let instances = [event.detail.instance?.into_owned()].into();
                Some(Self::Changed(Ids { instances, ..Ids::default() }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_asks_for_everything_and_an_instance_for_itself() {
        let scheduled =
            r#"{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","detail":{}}"#;
        let changed = r#"{"version":"0","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2",
            "detail":{"instance-id":"i-0a","state":"running"}}"#;
        let ids = Ids { instances: ["i-0a".to_owned()].into(), ..Ids::default() };

        assert_eq!(Signal::read(scheduled), Some(Signal::Refresh));
        assert_eq!(Signal::read(r#"{"detail-type":"Weir Digest"}"#), Some(Signal::Digest));
        assert_eq!(Signal::read(changed), Some(Signal::Changed(ids)));
        for other in [
            r#"{"detail-type":"EC2 Instance State-change Notification","detail":{"state":"running"}}"#,
            r#"{"detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"RunInstances"}}"#,
            r#"{"awslogs":{"data":""}}"#,
            "[]",
        ] {
            assert_eq!(Signal::read(other), None, "{other}");
        }
    }
}
