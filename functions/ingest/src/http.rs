//! One HTTP request: who sends it, what it holds, and the answer that its sender understands.

use std::collections::BTreeMap;

use serde_json::json;
use weir_aws_host::now;
use weir_records::decode::PAYLOAD_CAP;

use crate::body::{self, Format};
use crate::fault::Fault;
use crate::firehose;
use crate::osquery::{Admitted, Call};
use crate::otlp;
use crate::refusal::Refusal;
use crate::reply::{Form, Response};
use crate::request::Request;
use crate::token::Tokens;
use crate::work::{Origin, Outcome, Work};

/// A refusal, or a fault of our own, which the sender is told as one.
#[derive(Debug)]
enum Failed {
    Refused(Refusal),
    Fault(Fault),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What can be answered without looking at tokens or records: whether anybody listens, and what is never taken.
pub(crate) fn at_once(request: &Request<'_>) -> Option<Response> {
    match request.method.as_str() {
        // Some forwarders ask before they post, and show no token then.
        "HEAD" => Some(Response::json(200, String::new())),
        "GET" => Some(Response::json(200, json!({"status": "ok"}).to_string())),
        "POST" | "PUT" => None,
        method => {
            let method = method.chars().take(16).flat_map(char::escape_debug).collect();
            Some(form(request).refused(&Refusal::Method { method }, now()))
        }
    }
}

/// Lets the sender in, before anything of the body is decompressed; an answer where that is all there is to do.
pub(crate) fn admit(request: &Request<'_>, tokens: &Tokens) -> Result<Option<Response>, Refusal> {
    if let Some(call) = Call::of(request) {
        return Ok(match call.admit(request, tokens)? {
            Admitted::Answered(response) => Some(response),
            Admitted::Results => None,
        });
    }
    if tokens.is_open() {
        return Ok(None);
    }
    match request.secret() {
        Some(secret) if tokens.hold(&secret) => Ok(None),
        Some(_) => Err(Refusal::Forbidden),
        None => Err(Refusal::Unauthorized),
    }
}

/// Takes the records of an admitted request, and answers. `id` is the invocation's.
pub(crate) async fn take(request: &Request<'_>, id: &str, work: &Work<'_>) -> Result<Response, Fault> {
    let form = form(request);
    let origin = Origin { source: "http", id, name: None, host: request.host(), raw: request.raw() };
    match records(request, origin, work).await {
        Ok(outcome) if outcome.is_unreadable() => {
            Ok(form.refused(&Refusal::Unreadable { expected: "JSON, lines of text, or event XML" }, now()))
        }
        Ok(_) if Call::of(request).is_some() => {
            Ok(Response::json(200, json!({"node_invalid": false}).to_string()))
        }
        Ok(outcome) => Ok(form.taken(&outcome, now())),
        Err(Failed::Refused(refusal)) => {
            work.refuse(&refusal, origin).await?;
            Ok(form.refused(&refusal, now()))
        }
        Err(Failed::Fault(fault)) => Err(fault),
    }
}

/// Opens the body and takes what it holds.
async fn records(request: &Request<'_>, origin: Origin<'_>, work: &Work<'_>) -> Result<Outcome, Failed> {
    let format = body::format(request)?;
    let encoding = body::encoding(request)?;
    if let [.., "v1", other @ ("metrics" | "traces")] = request.segments()[..] {
        return Err(Refusal::NotLogs { path: format!("/v1/{other}") }.into());
    }
    let bytes = request.bytes().map_err(|_| Refusal::Unreadable { expected: "base64 as the event says" })?;
    let mut plain = Vec::new();
    body::open(&bytes, encoding, &mut plain)?;
    drop(bytes);
    let mut refused = BTreeMap::new();
    if let Some(delivery) = request.header(FIREHOSE) {
        let opened = firehose::delivered(&plain)?;
        if opened.refused > 0 {
            refused.insert("bad-payload", opened.refused);
        }
        let origin = Origin { source: "firehose", id: delivery, name: Some(delivery), ..origin };
        return Ok(work.take(&opened.text, &refused, origin).await?);
    }
    if format == Format::Protobuf {
        let lines = otlp::lines(&plain, PAYLOAD_CAP)?;
        return Ok(work.take(&lines.text, &lines.rejects, origin).await?);
    }
    Ok(work.take(&plain, &refused, origin).await?)
}

/// Holds the id of a request of Firehose, the same whenever it is sent.
const FIREHOSE: &str = "x-amz-firehose-request-id";

/// What the sender reads an answer as.
pub(crate) fn form(request: &Request<'_>) -> Form {
    if let Some(delivery) = request.header(FIREHOSE) {
        return Form::Firehose { request: delivery.to_owned() };
    }
    match body::format(request) {
        Ok(Format::Protobuf) => Form::OtlpProtobuf,
        _ if matches!(request.segments()[..], [.., "v1", "logs" | "metrics" | "traces"]) => Form::OtlpJson,
        _ => Form::Counts,
    }
}
