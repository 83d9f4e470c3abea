//! CloudTrail: one record in, one call of an AWS API out.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>;
//! the traps are those of recorded files.

mod identity;
mod lenient;
mod narrowed;
mod read;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

pub use identity::{Identity, IdentityKind, Issuer};
pub use narrowed::Narrowed;
pub use read::{Resource, Tls, Trail, is_likely, read};
pub use request::{Opening, Request};
pub use response::{Launched, Response};

use crate::text::Text;

/// One call of an AWS API, as CloudTrail tells it.
///
/// Absent stays absent. Nothing but time, name and source is certain to be there: `userIdentity`
/// lacks its type in events of services, and an address may be no address.
///
/// # Units
///
/// [`time`](Self::time) is milliseconds since the epoch; CloudTrail writes whole seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiCall<'a> {
    /// When the call was completed.
    pub time: i64,
    /// CloudTrail's id of the event. The same event may be delivered several times.
    pub id: Option<Text<'a>>,
    /// Operation, such as `RunInstances`.
    pub name: Text<'a>,
    /// Service that took the call, such as `ec2.amazonaws.com`.
    pub source: Text<'a>,
    /// `AwsApiCall`, `AwsServiceEvent`, `AwsConsoleSignIn` and so on.
    pub kind: Option<Text<'a>>,
    /// Region that took the call.
    pub region: Option<Text<'a>>,
    /// Account that the event was delivered to; else the caller's.
    pub account: Option<Text<'a>>,
    /// Who called.
    pub identity: Identity<'a>,
    /// Where the call came from, as it is written: an address, `AWS Internal`, or a service's name.
    pub source_address: Option<Text<'a>>,
    /// What the caller says it is.
    pub user_agent: Option<Text<'a>>,
    /// Why the call failed; absent where it did not.
    pub error_code: Option<Text<'a>>,
    /// Whether the call can change nothing.
    pub read_only: Option<bool>,
    /// Whether a person at the console made the call.
    pub from_console: Option<bool>,
    /// Interface endpoint that the call came through.
    pub vpc_endpoint: Option<Text<'a>>,
    /// The connection.
    pub tls: Option<Tls<'a>>,
    /// What the call touched, where CloudTrail lists it.
    pub resources: Vec<Resource<'a>>,
    request: Option<&'a str>,
    response: Option<&'a str>,
    extra: Option<&'a str>,
    json: &'a str,
}

impl<'a> ApiCall<'a> {
    /// The record as it came; [`read`] makes the same call of it.
    pub const fn json(&self) -> &'a str {
        self.json
    }

    /// The caller's address, where one is written that is an address.
    pub fn address(&self) -> Option<IpAddr> {
        self.source_address.as_ref()?.as_str().parse().ok()
    }

    /// The AWS service on whose behalf the call was made: by `invokedBy`, a service's name in place of the
    /// address, or an identity of kind `AWSService`.
    pub fn service(&self) -> Option<&str> {
        let invoked = self.identity.invoked_by.as_ref().map(Text::as_str);
        let address = self.source_address.as_ref().map(Text::as_str);
        [invoked, address].into_iter().flatten().find(|name| {
            name.ends_with(".amazonaws.com") || *name == "AWS Internal" || *name == "amazonaws.com"
        })
    }

    /// Whether the call only asked if it would be allowed.
    pub fn is_dry_run(&self) -> bool {
        self.error_code().is_some_and(|code| code.ends_with("DryRunOperation"))
    }

    /// Whether the call did what it says. A sign-in fails with a message and no code.
    pub fn succeeded(&self) -> bool {
        self.error_code.is_none() && self.response().sign_in != Some(false)
    }

    /// Why the call failed.
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.as_ref().map(Text::as_str)
    }

    /// What was asked for; read on demand, since most calls are not looked into.
    pub fn request(&self) -> Request {
        request::read(self.request)
    }

    /// What came back. Empty for a failed call.
    pub fn response(&self) -> Response {
        response::read(self.response)
    }

    /// Whether the caller gave a second factor at sign-in or when the session began.
    pub fn multi_factor(&self) -> Option<bool> {
        response::sign_in_factor(self.extra).or(self.identity.multi_factor)
    }
}
