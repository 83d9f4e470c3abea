//! An HTTP request as a Lambda event: Function URL and HTTP API (payload 2.0), REST API and load balancer (1.0).
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use weir_records::text::Text;

/// A request, its body as it came.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Text<'a>,
    pub(crate) path: Text<'a>,
    /// By their names in lower case.
    headers: BTreeMap<String, String>,
    query: BTreeMap<String, Option<String>>,
    body: Option<Text<'a>>,
    base64: bool,
    source: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow)]
    request_context: Context<'a>,
    #[serde(borrow)]
    raw_path: Option<Text<'a>>,
    #[serde(borrow)]
    path: Option<Text<'a>>,
    #[serde(borrow)]
    http_method: Option<Text<'a>>,
    headers: Option<BTreeMap<String, Option<String>>>,
    multi_value_headers: Option<BTreeMap<String, Option<Vec<String>>>>,
    query_string_parameters: Option<BTreeMap<String, Option<String>>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow)]
    http: Option<Http<'a>>,
    #[serde(borrow)]
    identity: Option<Identity<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    #[serde(borrow)]
    source_ip: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow, rename = "sourceIp")]
    source_ip: Option<Text<'a>>,
}

impl<'a> Request<'a> {
    /// The request that an event is, if it is one.
    pub(crate) fn read(json: &'a str) -> Option<Self> {
        let members: Members<'a> = serde_json::from_str(json).ok()?;
        let Context { http, identity } = members.request_context;
        let (method, source) = match http {
            Some(http) => (http.method, http.source_ip),
            None => (members.http_method?, identity.and_then(|identity| identity.source_ip)),
        };
        let path = members.raw_path.or(members.path)?;
        // A load balancer that was told so sends lists only.
        let lists = members.multi_value_headers.unwrap_or_default();
        let listed = lists.into_iter().filter_map(|(name, values)| Some((name, values?.join(", "))));
        let single = members.headers.unwrap_or_default();
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let headers = listed.chain(single).map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Some(Self {
            method,
            path,
            headers,
            query: members.query_string_parameters.unwrap_or_default(),
            body: members.body,
            base64: members.is_base64_encoded,
            source,
        })
    }

    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The host whose records name none: as the sender's header says, else the address that it sends from.
    pub(crate) fn host(&self) -> Option<&str> {
        let named = self.header("x-weir-host").filter(|name| !name.is_empty());
        named.or_else(|| self.source.as_ref().map(Text::as_str))
    }

    /// The media type in lower case, without parameters.
    pub(crate) fn media_type(&self) -> String {
        let header = self.header("content-type").unwrap_or_default();
        header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Segments of the path.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.as_str().split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The body as the event holds it.
    pub(crate) fn raw(&self) -> &str {
        self.body.as_ref().map_or("", Text::as_str)
    }

    /// The bytes that the sender sent, compressed if it compressed them.
    ///
    /// # Errors
    ///
    /// A body that the event says to be base64 and that is not.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>, base64::DecodeError> {
        if !self.base64 {
            return Ok(Cow::Borrowed(self.raw().as_bytes()));
        }
        STANDARD.decode(self.raw()).map(Cow::Owned)
    }

    /// The secret that the sender shows, wherever its configuration let it be put.
    ///
    /// Basic authentication holds it as the password, whatever the user; Firehose has a header of its own, whose value
    /// Secrets Manager wraps; osquery has a parameter.
    pub(crate) fn secret(&self) -> Option<Cow<'_, str>> {
        if let Some(key) = self.header("x-amz-firehose-access-key") {
            let wrapped: Option<Wrapped> = serde_json::from_str(key).ok();
            return Some(wrapped.map_or(Cow::Borrowed(key), |wrapped| Cow::Owned(wrapped.api_key)));
        }
        if let Some((scheme, value)) = self.header("authorization").and_then(|header| header.split_once(' '))
        {
            let value = value.trim();
            if scheme.eq_ignore_ascii_case("bearer") {
                return Some(Cow::Borrowed(value));
            }
            if scheme.eq_ignore_ascii_case("basic") {
                let pair = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
                return Some(Cow::Owned(pair.split_once(':')?.1.to_owned()));
            }
        }
        self.query.get("enroll_secret")?.as_deref().map(Cow::Borrowed)
    }
}

#[derive(Deserialize)]
struct Wrapped {
    api_key: String,
}
