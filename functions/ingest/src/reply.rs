//! Answers to HTTP requests, in the form that their sender reads.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;

use crate::otlp;
use crate::refusal::Refusal;
use crate::work::Outcome;

/// An answer as the function's URL, an API and a load balancer take it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    pub(crate) status_code: u16,
    pub(crate) headers: BTreeMap<&'static str, String>,
    pub(crate) body: String,
    pub(crate) is_base64_encoded: bool,
}

/// What a sender reads an answer as.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// Counts as JSON, which no forwarder reads and people do.
    Counts,
    OtlpJson,
    OtlpProtobuf,
    /// Firehose, which wants the id of its request back.
    Firehose {
        request: String,
    },
}

const JSON: &str = "application/json";

/// Seconds after which a sender should try again.
const LATER: u16 = 5;

impl Form {
    /// What a request that was taken is answered. `now` is wall time in milliseconds.
    pub(crate) fn taken(&self, outcome: &Outcome, now: i64) -> Response {
        let (rejected, why) = (outcome.rejected(), outcome.why());
        match self {
            Self::Counts => Response::json(200, outcome.json()),
            Self::OtlpJson => Response::json(200, otlp::taken_json(rejected, &why)),
            Self::OtlpProtobuf => Response::protobuf(200, &otlp::taken(rejected, &why)),
            Self::Firehose { request } => {
                Response::json(200, json!({"requestId": request, "timestamp": now}).to_string())
            }
        }
    }

    /// What a request that is refused is answered.
    pub(crate) fn refused(&self, refusal: &Refusal, now: i64) -> Response {
        let (status, text) = (refusal.status(), refusal.to_string());
        let mut response = match self {
            Self::Counts => Response::json(status, json!({ "error": text }).to_string()),
            Self::OtlpJson => Response::json(status, otlp::refused_json(refusal)),
            Self::OtlpProtobuf => Response::protobuf(status, &otlp::refused(refusal)),
            Self::Firehose { request } => {
                let body = json!({"requestId": request, "timestamp": now, "errorMessage": text});
                Response::json(status, body.to_string())
            }
        };
        let extra = match status {
            401 => Some(("www-authenticate", "Bearer".to_owned())),
            405 => Some(("allow", "GET, HEAD, POST, PUT".to_owned())),
            503 => Some(("retry-after", LATER.to_string())),
            _ => None,
        };
        response.headers.extend(extra);
        response
    }
}

impl Response {
    pub(crate) fn json(status_code: u16, body: String) -> Self {
        let headers = [("content-type", JSON.to_owned())].into();
        Self { status_code, headers, body, is_base64_encoded: false }
    }

    fn protobuf(status_code: u16, body: &[u8]) -> Self {
        Self {
            status_code,
            headers: [("content-type", "application/x-protobuf".to_owned())].into(),
            body: STANDARD.encode(body),
            is_base64_encoded: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn body(response: &Response) -> Value {
        serde_json::from_str(&response.body).unwrap()
    }

    #[test]
    fn every_form_answers_in_kind_and_a_retry_is_asked_for_with_a_time() {
        let firehose = Form::Firehose { request: "r-1".to_owned() };
        let outcome = Outcome { records: 3, rejects: [("bad-json", 2)].into(), ..Outcome::default() };
        assert_eq!(body(&Form::Counts.taken(&outcome, 7))["rejected"], 2);
        assert_eq!(body(&Form::OtlpJson.taken(&outcome, 7))["partialSuccess"]["rejectedLogRecords"], "2");
        assert_eq!(body(&firehose.taken(&outcome, 7)), json!({"requestId": "r-1", "timestamp": 7}));
        let protobuf = Form::OtlpProtobuf.taken(&Outcome::default(), 7);
        assert_eq!((protobuf.body.as_str(), protobuf.is_base64_encoded), ("", true));
        assert_eq!(protobuf.headers["content-type"], "application/x-protobuf");

        for form in [Form::Counts, Form::OtlpJson, Form::OtlpProtobuf, firehose.clone()] {
            let response = form.refused(&Refusal::Unavailable, 7);
            assert_eq!(
                (response.status_code, response.headers["retry-after"].as_str()),
                (503, "5"),
                "{form:?}"
            );
        }
        let refused = firehose.refused(&Refusal::Forbidden, 7);
        assert_eq!((refused.status_code, &body(&refused)["requestId"]), (403, &json!("r-1")));
        assert!(body(&refused)["errorMessage"].as_str().unwrap().contains("parameter store"));
        let refused = Form::Counts.refused(&Refusal::Unauthorized, 7);
        assert_eq!(refused.headers["www-authenticate"], "Bearer");
    }
}
