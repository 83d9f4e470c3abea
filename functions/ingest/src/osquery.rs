//! The TLS endpoints of osquery: a node enrolls, asks for its schedule, and logs.
//!
//! # Source
//!
//! <https://osquery.readthedocs.io/en/stable/deployment/remote/>

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;

use crate::refusal::Refusal;
use crate::reply::Response;
use crate::request::Request;
use crate::token::Tokens;

/// What a node runs, where it asks here for its configuration.
const SCHEDULE: &str = include_str!("osquery/schedule.json");

/// What a node asks for, told by the end of the path behind a segment `osquery`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    Enroll,
    Config,
    Log,
    /// Queries to run at once: there are none.
    Distributed,
}

/// What a call says of its sender.
#[derive(Debug, Default, Deserialize)]
struct Node<'a> {
    #[serde(borrow, default)]
    node_key: Cow<'a, str>,
    #[serde(borrow, default)]
    enroll_secret: Cow<'a, str>,
    #[serde(borrow, default)]
    host_identifier: Cow<'a, str>,
}

/// What comes of a call before its records are looked at.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// It is answered.
    Answered(Response),
    /// Its body holds results.
    Results,
}

impl Call {
    /// The call that a path is, if it is one.
    pub(crate) fn of(request: &Request<'_>) -> Option<Self> {
        let segments = request.segments();
        let start = segments.iter().position(|segment| *segment == "osquery")?;
        match segments.get(start + 1..)? {
            ["enroll"] => Some(Self::Enroll),
            ["config"] => Some(Self::Config),
            ["log"] => Some(Self::Log),
            ["distributed", "read" | "write"] => Some(Self::Distributed),
            _ => None,
        }
    }

    /// Lets a node in, by a secret beside the body or by what its body says; a compressed body is not opened for that.
    ///
    /// # Errors
    ///
    /// Nothing shows who it is.
    pub(crate) fn admit(self, request: &Request<'_>, tokens: &Tokens) -> Result<Admitted, Refusal> {
        let expected = "a call of osquery";
        let bytes = request.bytes().map_err(|_| Refusal::Unreadable { expected })?;
        let node: Node<'_> = serde_json::from_slice(&bytes).unwrap_or_default();
        let shown = request.secret();
        let known = tokens.is_open()
            || shown.as_ref().is_some_and(|secret| tokens.hold(secret))
            || !node.node_key.is_empty() && tokens.know(&node.node_key);
        let answer = |body: serde_json::Value| Ok(Admitted::Answered(Response::json(200, body.to_string())));
        match self {
            Self::Enroll if known || tokens.hold(&node.enroll_secret) => {
                let key = tokens.node_key(&node.host_identifier);
                answer(json!({"node_key": key, "node_invalid": false}))
            }
            Self::Enroll if node.enroll_secret.is_empty() && shown.is_none() => Err(Refusal::Unauthorized),
            Self::Enroll => Err(Refusal::Forbidden),
            // It enrolls again, with the secret of now.
            _ if !known && !node.node_key.is_empty() => answer(json!({"node_invalid": true})),
            _ if !known && shown.is_some() => Err(Refusal::Forbidden),
            _ if !known => Err(Refusal::Unauthorized),
            Self::Config => Ok(Admitted::Answered(Response::json(200, SCHEDULE.to_owned()))),
            Self::Distributed => answer(json!({"queries": {}, "node_invalid": false})),
            Self::Log => Ok(Admitted::Results),
        }
    }
}
