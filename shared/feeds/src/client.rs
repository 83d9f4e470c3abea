//! One GET, with redirects, conditions and limits.

use std::error::Error;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use url::Url;
use weir_records::DecodeError;

use crate::body;

/// Redirects that are followed.
const REDIRECTS: usize = 5;

/// Who asks; some feeds refuse clients without a name.
const AGENT: &str = concat!("weir/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");

/// What one feed may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For everything, from the first connection to the last byte.
    pub time: Duration,
    /// Bytes of the body, compressed and decompressed alike.
    pub bytes: usize,
}

impl Default for Limits {
    /// Half a minute, and what `weir-intel` reads at most.
    fn default() -> Self {
        Self { time: Duration::from_secs(30), bytes: weir_intel::feed::CAP }
    }
}

/// What the last answer of the same URL said of itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Conditions {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub modified: Option<String>,
}

/// What came of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fetched {
    /// A document, decompressed.
    Document {
        /// Its bytes.
        bytes: Vec<u8>,
        /// What it says of itself, for the next time.
        conditions: Conditions,
    },
    /// The document is the one that the conditions are of.
    Unchanged,
}

/// Why a feed could not be fetched. URLs may hold keys: only hosts are named.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The body is broken off or damaged.
    #[error("the answer of {host} breaks off")]
    Body {
        /// Who answered.
        host: String,
        /// What hyper said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody answered.
    #[error("{host} cannot be reached")]
    Connect {
        /// Who was asked.
        host: String,
        /// What the connection said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A compressed body that is damaged, or larger than a feed may be.
    #[error("the compressed answer of {host} cannot be used")]
    Decode {
        /// Who answered.
        host: String,
        /// What the decoder said.
        #[source]
        source: DecodeError,
    },
    /// A redirect from an encrypted address to one that anybody on the way can change.
    #[error("{host} redirects from https to http, which is not followed; give the new URL in the setting")]
    Downgrade {
        /// Who redirected.
        host: String,
    },
    /// A redirect to nowhere.
    #[error("{host} redirects without a URL of http or https")]
    Location {
        /// Who redirected.
        host: String,
    },
    /// It did not come to an end.
    #[error("the answer of {host} took longer than {limit:?}")]
    Slow {
        /// Who was asked.
        host: String,
        /// What it may take.
        limit: Duration,
    },
    /// An answer that is no document.
    #[error("{host} should answer with a document, found status {status}")]
    Status {
        /// Who answered.
        host: String,
        /// How.
        status: StatusCode,
    },
    /// The system's certificates cannot be read.
    #[error("the certificates that servers are checked by cannot be read")]
    Tls(#[source] io::Error),
    /// Over the limit.
    #[error("the answer of {host} should have at most {limit} bytes")]
    TooLarge {
        /// Who answered.
        host: String,
        /// The limit.
        limit: usize,
    },
    /// A loop, or as good as one.
    #[error("{host} is reached after more than {REDIRECTS} redirects")]
    TooManyRedirects {
        /// Who redirected last.
        host: String,
    },
    /// No URL.
    #[error("expected a URL of http or https")]
    Url,
}

/// Fetches documents over HTTP and HTTPS.
#[derive(Clone, Debug)]
pub struct Client {
    http: hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    limits: Limits,
}

impl Client {
    /// A client that trusts the system's certificates.
    ///
    /// # Errors
    /// [`FetchError::Tls`].
    pub fn new(limits: Limits) -> Result<Self, FetchError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(limits.time / 3));
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(FetchError::Tls)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { http, limits })
    }

    /// Fetches a document, unless it is the one that `conditions` are of.
    ///
    /// # Errors
    /// A [`FetchError`]; nothing of a document that is not whole is given out.
    pub async fn fetch(&self, url: &str, conditions: &Conditions) -> Result<Fetched, FetchError> {
        let url = Url::parse(url).ok().filter(is_web).ok_or(FetchError::Url)?;
        let host = host(&url);
        let limit = self.limits.time;
        match tokio::time::timeout(limit, self.follow(url, conditions)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(FetchError::Slow { host, limit }),
        }
    }

    async fn follow(&self, mut url: Url, conditions: &Conditions) -> Result<Fetched, FetchError> {
        let encrypted = url.scheme() == "https";
        for _ in 0..=REDIRECTS {
            let host = host(&url);
            let answer = match self.http.request(request(&url, conditions)?).await {
                Ok(answer) => answer,
                Err(source) => return Err(FetchError::Connect { host, source: Box::new(source) }),
            };
            match answer.status() {
                StatusCode::OK => return self.document(answer, host).await,
                StatusCode::NOT_MODIFIED if *conditions != Conditions::default() => {
                    return Ok(Fetched::Unchanged);
                }
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let next = text(answer.headers(), LOCATION).and_then(|to| url.join(&to).ok());
                    let next =
                        next.filter(is_web).ok_or_else(|| FetchError::Location { host: host.clone() })?;
                    if encrypted && next.scheme() != "https" {
                        return Err(FetchError::Downgrade { host });
                    }
                    url = next;
                }
                status => return Err(FetchError::Status { host, status }),
            }
        }
        Err(FetchError::TooManyRedirects { host: host(&url) })
    }

    async fn document(&self, answer: Response<Incoming>, host: String) -> Result<Fetched, FetchError> {
        let conditions = Conditions {
            etag: text(answer.headers(), ETAG),
            modified: text(answer.headers(), LAST_MODIFIED),
        };
        let bytes = body::read(answer.into_body(), self.limits.bytes, host).await?;
        Ok(Fetched::Document { bytes, conditions })
    }
}

fn request(url: &Url, conditions: &Conditions) -> Result<Request<Empty<Bytes>>, FetchError> {
    let mut request = Request::get(url.as_str())
        .header(USER_AGENT, AGENT)
        .header(ACCEPT_ENCODING, "gzip")
        .body(Empty::new())
        .map_err(|_| FetchError::Url)?;
    let given = [(IF_NONE_MATCH, &conditions.etag), (IF_MODIFIED_SINCE, &conditions.modified)];
    for (name, value) in given {
        if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
            request.headers_mut().insert(name, value);
        }
    }
    Ok(request)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}
